"""Asking the witnesses: the last step of a seal, which delays none of the others.

What they have signed is published with the checkpoint, again; how many make it witnessed is for
those who read it to say. That a witness is ahead of the log is what a restored backup looks like:
whoever runs the sealer asks everyone when it starts, and stops it then.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from ledger.cosignatures import cosignatures, with_lines
from ledger.notes import VerifierKey
from ledger.tiles import Tile, TileReader
from ledger.tree import consistency_proof
from sealing.ports import Objects, Post
from sealing.publication import checkpoint_of, published, replace_checkpoint
from sealing.witnesses import (
    Gather,
    Reply,
    WitnessTarget,
    cosign_all,
    lines_of,
    sizes_of,
)


class Witnessing:
    """Has the published checkpoint cosigned. For one thread."""

    def __init__(
        self,
        log: Objects,
        targets: Sequence[WitnessTarget],
        post: Post,
        now: Callable[[], datetime],
        gather: Gather | None = None,
    ) -> None:
        self._log = log
        self._targets = targets
        self._post = post
        self._now = now
        self._gather = gather
        self._known: dict[VerifierKey, int] = {}

    def ask(self, *, everyone: bool = False) -> list[Reply]:
        """Asks those whose cosignature the published checkpoint lacks, or everyone, and publishes
        it again with the lines they gave. A reply for each that was asked."""
        there = published(self._log)
        if there is None:
            return []
        checkpoint = checkpoint_of(there.data)
        signed = cosignatures(there.data, [target.key for target in self._targets])
        targets = [target for target in self._targets if everyone or target.key not in signed]
        if not targets:
            return []
        tree = TileReader(checkpoint.size, self._tile)
        replies = cosign_all(
            there.data,
            targets,
            consistency=lambda old: consistency_proof(old, checkpoint.size, tree),
            post=self._post,
            known=self._known,
            now=int(self._now().timestamp()),
            gather=self._gather,
        )
        self._known = sizes_of(replies, self._known)
        lines = lines_of(replies)
        if lines:
            replace_checkpoint(self._log, checkpoint, with_lines(there.data, lines))
        return replies

    def _tile(self, tile: Tile) -> bytes | None:
        return self._log.read(tile.path)
