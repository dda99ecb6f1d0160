"""A store that fails as it is told."""

from collections.abc import Callable, Collection, Iterator, Sequence
from threading import Thread
from typing import Any

from ledger.names import At
from loyalty.ports import Commit, GovernanceRow, Outcome, StoreUnavailable
from storage.memory import MemoryStore


class Faulty(MemoryStore):
    """A store that fails as it is told, a word for each commit to come.

    busy, moved: nothing is written; lost: written, but the answer is lost; unknown: neither written
    nor answered; ok: as it should be. `down`: every read fails, too.
    """

    def __init__(self) -> None:
        super().__init__()
        self.script: Iterator[str] = iter(())
        self.commits = 0
        self.down = False
        self.meanwhile: Callable[[], object] | None = None

    def commit(self, commit: Commit) -> Outcome:
        self.commits += 1
        if self.meanwhile is not None:
            # Once, or it would meet itself.
            happens, self.meanwhile = self.meanwhile, None
            other = Thread(target=happens)
            other.start()
            other.join()
        word = next(self.script, "ok")
        if word in ("ok", "lost"):
            outcome = super().commit(commit)
            return outcome if word == "ok" else Outcome.UNKNOWN
        return Outcome(word)

    def transactions(self, ids: Collection[Any]) -> Any:
        self._check()
        return super().transactions(ids)

    def wallets(self, wallets: Collection[Any]) -> Any:
        self._check()
        return super().wallets(wallets)

    def wallet_history(self, wallet: Any, before_seq: int | None, limit: int) -> Any:
        self._check()
        return super().wallet_history(wallet, before_seq, limit)

    def governance(self, after_seq: int) -> Sequence[GovernanceRow]:
        self._check()
        return super().governance(after_seq)

    def sealed_at(self) -> At | None:
        self._check()
        return super().sealed_at()

    def record(self, kind: Any, id_: str) -> Any:
        self._check()
        return super().record(kind, id_)

    def _check(self) -> None:
        if self.down:
            raise StoreUnavailable("Could not connect to https://dynamodb.example: secret-host")
