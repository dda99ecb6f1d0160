"""Logs that witnesses are asked about: honest ones, and those that tell two stories."""

from base64 import b64encode
from collections.abc import Callable, Sequence

from ledger.checkpoints import Checkpoint
from ledger.notes import COSIGNATURE, SeedSigner, sign_note
from ledger.tree import consistency_proof, leaf_hash, root_of

ORIGIN = "stars.example/ledger"
LOG = SeedSigner(ORIGIN, bytes(range(32)))
OTHER_LOG = SeedSigner("moons.example/ledger", bytes(range(1, 33)))
WITNESS = SeedSigner("grocer.example/witness", bytes(range(2, 34)), COSIGNATURE)
NOW = 1_790_000_000


class Log:
    """A log of numbered entries. told: another word in them is another history."""

    def __init__(
        self,
        told: str = "truth",
        signer: SeedSigner = LOG,
        after: "Log | None" = None,
        fork: int = 0,
    ) -> None:
        self.signer = signer
        shared = after.entries[:fork] if after else []
        self.entries = [*shared, *(f"{told} {i}".encode() for i in range(len(shared), 300))]

    def forked(self, at: int, told: str = "lie") -> "Log":
        """A log with the same first `at` entries, and others after them."""
        return Log(told, self.signer, self, at)

    def root(self, size: int) -> bytes:
        return root_of([leaf_hash(entry) for entry in self.entries[:size]])

    def checkpoint(self, size: int) -> Checkpoint:
        return Checkpoint(self.signer.verifier.name, size, self.root(size))

    def note(self, size: int) -> bytes:
        return sign_note(self.checkpoint(size).text, self.signer)

    def proof(self, old: int, size: int) -> list[bytes]:
        def read(level: int, index: int) -> bytes:
            width = 1 << level
            entries = self.entries[index * width : (index + 1) * width]
            return root_of([leaf_hash(entry) for entry in entries])

        return consistency_proof(old, size, read)

    def prover(self, size: int) -> Callable[[int], Sequence[bytes]]:
        return lambda old: self.proof(old, size)

    def request(self, old: int, size: int) -> bytes:
        return request(old, self.proof(old, size), self.note(size))


def request(old: int | str, proof: Sequence[bytes], note: bytes) -> bytes:
    """The body of an add-checkpoint."""
    lines = [f"old {old}\n".encode(), *(b64encode(each) + b"\n" for each in proof), b"\n"]
    return b"".join(lines) + note
