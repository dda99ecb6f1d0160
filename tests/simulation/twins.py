"""The in-memory twins, and a record of all that they held.

They keep what a test needs to judge by and the product does not: every object that was ever
published, every head that was ever swapped in.
"""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from random import Random

from ledger.checkpoints import CHECKPOINT, Checkpoint, opened
from ledger.cosignatures import cosignatures
from ledger.names import WalletId
from ledger.notes import SeedSigner, VerifierKey
from ledger.tiles import tiles_of
from loyalty.ports import Commit, Outcome, StoreUnavailable
from sealing.ports import Answer as WitnessAnswer
from sealing.ports import Head, Swap
from sealing.publication import checkpoint_of
from sealing.witnesses import WitnessTarget
from storage.memory import MemoryStore
from storage.memory_log import MemoryHeads, MemoryObjects
from tests.simulation.keys import LOG_KEY, WITNESSES
from witness.protocol import Seen, decide, parse_request


class Published(MemoryObjects):
    """The published objects. What was ever there is kept; what must not happen is told at once."""

    def __init__(self, violated: Callable[[str], None]) -> None:
        super().__init__()
        self._violated = violated
        self.versions: list[tuple[str, bytes]] = []
        self.first: dict[str, bytes] = {}

    def replace(self, path: str, data: bytes, tag: str | None) -> bool:
        before = self.read(path)
        if not super().replace(path, data, tag):
            return False
        if path == CHECKPOINT:
            self._checkpoint(before, data)
        elif self.first.setdefault(path, data) != data:
            self._violated(f"published bytes of {path} changed")
        self.versions.append((path, data))
        return True

    def delete(self, path: str) -> None:
        super().delete(path)
        self._violated(f"the published {path} was deleted")

    def _checkpoint(self, before: bytes | None, note: bytes) -> None:
        """A checkpoint is there only when all that it covers is, and never goes back."""
        checkpoint = opened_once(note)
        missing = [tile.path for tile in tiles_of(checkpoint.size) if self.read(tile.path) is None]
        if missing:
            self._violated(f"a checkpoint of {checkpoint.size} without {missing}")
        if before is None:
            return
        old = checkpoint_of(before)
        if old.size > checkpoint.size:
            self._violated(f"the checkpoint went back from {old.size} to {checkpoint.size}")
        if old == checkpoint and not cosigners(before) <= cosigners(note):
            self._violated(f"cosignatures of the checkpoint of {old.size} were lost")


class RecordingHeads(MemoryHeads):
    """The log's head, and every head that there ever was."""

    def __init__(self, store: MemoryStore) -> None:
        super().__init__(store)
        self.swapped: list[Head] = []

    def swap(self, old: bytes | None, new: Head) -> Swap:
        swapped = super().swap(old, new)
        if swapped is Swap.DONE:
            self.swapped.append(new)
        return swapped


class RecordingStore(MemoryStore):
    """The rows, and the stream of what was written to them."""

    def __init__(self) -> None:
        super().__init__()
        self.stream: list[WalletId] = []
        self.tampers = False
        self.tampered: WalletId | None = None

    def commit(self, commit: Commit) -> Outcome:
        outcome = super().commit(commit)
        if outcome is Outcome.DONE:
            self.stream += [row.wallet.id for row in commit.wallets]
            if self.tampers and commit.wallets and self.tampered is None:
                self._tamper(commit.wallets[0].wallet.id)
        return outcome

    def _tamper(self, id_: WalletId) -> None:
        """Somebody gives a wallet a point in its newest row."""
        row = self._wallets[id_][-1]
        more = row.wallet.balances._replace(available=row.wallet.balances.available + 1)
        self._wallets[id_][-1] = row._replace(wallet=row.wallet._replace(balances=more))
        self.tampered = id_


class MemoryWitness:
    """A witness that does as c2sp.org/tlog-witness says, as long as it is `honest`."""

    def __init__(self, signer: SeedSigner, now: Callable[[], datetime], random: Random) -> None:
        self.signer = signer
        self.mode = "honest"
        self.seen: Seen | None = None
        self.cosigned: list[Seen] = []
        self._now = now
        self._random = random

    @property
    def target(self) -> WitnessTarget:
        return WitnessTarget(self.signer.verifier, f"https://{self.signer.verifier.name}")

    def post(self, body: bytes) -> WitnessAnswer:
        if self.mode == "down":
            raise StoreUnavailable("the witness is down")
        if self.mode == "nonsense":
            status = self._random.choice([200, 204, 302, 400, 404, 409, 422, 500, 503])
            return WitnessAnswer(status, "text/x.tlog.size", self._random.randbytes(40))
        if self.mode == "lies":
            return self._random.choice(
                [
                    WitnessAnswer(409, "text/x.tlog.size", b"999999\n"),
                    WitnessAnswer(422, "text/plain", b"no"),
                    WitnessAnswer(200, "text/plain", b"\xe2\x80\x94 x " + b"A" * 100 + b"\n"),
                ]
            )
        request = parse_request(body)
        seen = self.seen
        if self.mode == "lags" and len(self.cosigned) > 1:
            # What it cosigned last did not get to its disk.
            seen = self.cosigned[-2]
        decision = decide(
            seen, request, [LOG_KEY.verifier], self.signer, int(self._now().timestamp())
        )
        if decision.fork is not None:
            raise AssertionError("a witness saw two checkpoints of one size")
        if decision.seen is not None:
            self.seen = decision.seen
            self.cosigned.append(decision.seen)
        status, answer, content_type = decision.response
        return WitnessAnswer(status, content_type, answer)


@lru_cache(20_000)
def opened_once(note: bytes) -> Checkpoint:
    """The checkpoint of a note that the log key signed. Raises RuleBroken."""
    return opened(note, [LOG_KEY.verifier])


@lru_cache(20_000)
def cosigners(note: bytes) -> frozenset[VerifierKey]:
    """Which witnesses' signatures a published checkpoint has; all of them hold."""
    return frozenset(cosignatures(note, [signer.verifier for signer in WITNESSES]))
