"""`consistencyProof(from)`: that what was seen of the log before is the beginning of what it is."""

from base64 import b64encode
from typing import Annotated

import strawberry

from ledger.errors import RuleBroken
from loyalty.ports import StoreUnavailable
from schema import shapes
from schema.context import Context, Info
from schema.scalars import LogSize
from schema.types.log import Checkpoint, ConsistencyProof, checkpoint_of, out_of_range, sealed

_TURNS = 5


class ConsistencyProofQuery:
    @shapes.resolver(
        description="From a size of the log that you have a checkpoint of, 1 or more, to the "
        "published one. OUT_OF_RANGE for a size that is past it: then you have seen another log, "
        "or this one was rolled back. Tell the other partners."
    )
    def consistency_proof(
        self,
        info: Info,
        from_: Annotated[LogSize, strawberry.argument(name="from")],
    ) -> ConsistencyProof | None:
        _ = info.context.actor
        checkpoint = _checkpoint(info.context)
        for _ in range(_TURNS):
            hashes = _hashes(info.context, from_, checkpoint)
            before, checkpoint = checkpoint, _checkpoint(info.context)
            # Otherwise a block was published in between: which of the two it leads to is not said.
            if checkpoint.size == before.size:
                return ConsistencyProof(size=checkpoint.size, checkpoint=checkpoint, hashes=hashes)
        raise StoreUnavailable("the log grew each time that it was read")


def _checkpoint(context: Context) -> Checkpoint:
    return checkpoint_of(sealed(context, lambda log: log.checkpoint(), "The first block"))


def _hashes(context: Context, size: int, checkpoint: Checkpoint) -> list[str]:
    try:
        if size < 1:
            raise RuleBroken("log.consistency", "1 or more", size)
        proof = sealed(context, lambda log: log.consistency(size), "The first block")
    except RuleBroken as broken:
        if broken.rule != "log.consistency":
            raise
        raise out_of_range(f"`from` is 1 to {checkpoint.size}, not {size}.") from None
    return [b64encode(each).decode() for each in proof]
