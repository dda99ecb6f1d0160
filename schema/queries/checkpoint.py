"""`checkpoint`: what the published log is now."""

import strawberry

from schema.context import Info
from schema.types.log import Checkpoint, checkpoint_of, sealed


@strawberry.type
class CheckpointQuery:
    @strawberry.field(description="The published checkpoint; NOT_SEALED before the first block.")
    def checkpoint(self, info: Info) -> Checkpoint | None:
        _ = info.context.actor
        return checkpoint_of(sealed(info.context, lambda log: log.checkpoint(), "The first block"))
