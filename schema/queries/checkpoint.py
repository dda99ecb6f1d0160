"""`checkpoint`: what the published log is now."""

from schema import shapes
from schema.context import Info
from schema.types.log import Checkpoint, checkpoint_of, sealed


class CheckpointQuery:
    @shapes.resolver(description="The published checkpoint; NOT_SEALED before the first block.")
    def checkpoint(self, info: Info) -> Checkpoint | None:
        _ = info.context.actor
        return checkpoint_of(sealed(info.context, lambda log: log.checkpoint(), "The first block"))
