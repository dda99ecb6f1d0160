"""The in-memory twin of the clock's agenda: the same semantics, without I/O."""

from bisect import bisect_right, insort
from collections.abc import Sequence
from itertools import islice
from threading import Lock

from ledger.names import WalletId
from loyalty.clock.agenda import Due
from storage.memory import MemoryStore


class MemoryAgenda:
    """A `loyalty.clock.agenda.Agenda` beside the rows of a `MemoryStore`."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self._lock = Lock()
        # Of each day and shard: keys in order, and the seq of each.
        self._keys: dict[tuple[str, str], list[tuple[str, str]]] = {}
        self._seqs: dict[tuple[str, WalletId, str], int] = {}
        self._days: set[str] = set()
        self._sweeping: str | None = None

    def note(self, due: Due) -> None:
        day, wallet, matter, seq = due
        with self._lock:
            self._days.add(day)
            known = self._seqs.get((day, wallet, matter))
            if known is None:
                insort(self._keys.setdefault((day, due.shard), []), (wallet, matter))
            if known is None or known < seq:
                self._seqs[day, wallet, matter] = seq

    def strike(self, due: Due) -> None:
        day, wallet, matter, seq = due
        with self._lock:
            if self._seqs.get((day, wallet, matter)) == seq:
                del self._seqs[day, wallet, matter]
                self._keys[day, due.shard].remove((wallet, matter))

    def days(self, until: str) -> Sequence[str]:
        with self._lock:
            return sorted(day for day in self._days if day <= until)

    def close(self, day: str) -> None:
        with self._lock:
            self._days.discard(day)

    def page(self, day: str, shard: str, after: Due | None, limit: int) -> Sequence[Due]:
        with self._lock:
            keys = self._keys.get((day, shard), [])
            first = 0 if after is None else bisect_right(keys, (after.wallet, after.matter))
            found = keys[first : first + limit]
            return [
                Due(day, WalletId(wallet), matter, self._seqs[day, WalletId(wallet), matter])
                for wallet, matter in found
            ]

    def wallets(self, place: str, limit: int) -> tuple[Sequence[WalletId], str | None]:
        # Wallets are never removed, and those that are new come last.
        first = int(place or "0")
        found = list(islice(self._store.wallet_ids(), first, first + limit))
        return found, str(first + limit) if len(found) == limit else None

    def sweeping(self) -> str | None:
        return self._sweeping

    def sweep(self, place: str | None) -> None:
        self._sweeping = place
