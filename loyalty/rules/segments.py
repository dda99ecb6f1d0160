"""Segments: members who have something in common, as it is counted."""

from typing import Annotated

from msgspec import Meta

from loyalty.rules.orders import Data, Id


class Segment(Data, frozen=True, kw_only=True):
    """Those of whom a measure comes to at least, or to less than, so much."""

    id: Id
    measure: Id
    at_least: Annotated[int, Meta(ge=0)] = 0
    less_than: Annotated[int, Meta(ge=1)] | None = None

    def __post_init__(self) -> None:
        if self.less_than is not None and self.less_than <= self.at_least:
            raise ValueError("`less_than` is not above `at_least`: nobody is in it")

    def has(self, total: int) -> bool:
        return self.at_least <= total and (self.less_than is None or total < self.less_than)


class Badge(Data, frozen=True, kw_only=True):
    """What a member may show for having reached something once."""

    id: Id
    name: str
    measure: Id
    at: Annotated[int, Meta(ge=1)]

    @property
    def key(self) -> str:
        return f"b:{self.id}"
