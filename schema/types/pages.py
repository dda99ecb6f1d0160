"""Connections (the Relay cursor connections specification), forwards only."""

from bisect import bisect_right
from collections.abc import Sequence

from strawberry.relay import PageInfo

from schema.scalars import bad_input

PAGE_MAX = 100


def check_first(first: int) -> int:
    """How many a page may have. Raises BAD_USER_INPUT."""
    if not 1 <= first <= PAGE_MAX:
        raise bad_input(f"`first` is 1 to {PAGE_MAX}, not {first}.")
    return first


def page_of(ids: Sequence[str], first: int, after: str | None) -> tuple[Sequence[str], bool]:
    """At most `first` of the sorted ids past `after`, and whether there are more."""
    start = 0 if after is None else bisect_right(ids, after)
    return ids[start : start + check_first(first)], len(ids) > start + first


def page_info(cursors: Sequence[str], after: str | None, more: bool) -> PageInfo:
    """What a page of these cursors says of itself."""
    return PageInfo(
        has_next_page=more,
        has_previous_page=after is not None,
        start_cursor=cursors[0] if cursors else None,
        end_cursor=cursors[-1] if cursors else None,
    )
