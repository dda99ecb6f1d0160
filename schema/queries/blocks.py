"""`blocks(first, after)`: the sealed batches, newest first."""

from ledger.errors import RuleBroken
from schema import shapes
from schema.context import Info
from schema.scalars import bad_input
from schema.types.log import BlockConnection, BlockEdge, block_of
from schema.types.pages import check_first, page_info
from sealing.proving import SealedBlock


class BlocksQuery:
    @shapes.resolver(description="The sealed batches, newest first, at most 100 a page.")
    def blocks(self, info: Info, first: int = 20, after: str | None = None) -> BlockConnection:
        _ = info.context.actor
        found = _blocks(info, _size_of(after), check_first(first) + 1)
        edges = [
            BlockEdge(cursor=str(each.block.size), node=block_of(each)) for each in found[:first]
        ]
        info_ = page_info([edge.cursor for edge in edges], after, len(found) > first)
        return BlockConnection(page_info=info_, edges=edges)


def _blocks(info: Info, before: int | None, limit: int) -> list[SealedBlock]:
    log = info.context.log
    if log is None:
        return []
    try:
        return log.blocks(before, limit)
    except RuleBroken as broken:
        # What stands at that size is no block, or nothing stands there.
        if before is None or not broken.rule.startswith("block."):
            raise
        raise _not_a_cursor() from None


def _size_of(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    if not (cursor.isascii() and cursor.isdecimal() and len(cursor) <= 16):
        raise _not_a_cursor()
    return int(cursor)


def _not_a_cursor() -> Exception:
    return bad_input("`after` is a cursor of an earlier page.")
