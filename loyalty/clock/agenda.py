"""What the clock needs of the outside beside the store: hints of what is due on which day.

A hint says which wallet to look at on a day, and for which matter; never what to do. Hints come
after the fact, doubled and late, and some are lost: the clock reads the wallet itself and decides
anew, so a hint too many does nothing, and a sweep of all wallets finds what no hint tells of.
"""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from ledger.names import WalletId

SHARDS = "01234567"
"""A day's hints stand in so many parts: points of most members may lapse on one day."""


class Due(NamedTuple):
    """On this day (UTC) something of this matter is due for this wallet.

    matter: the name of one, `confirm/<transaction id>` where there are several of a wallet; seq: of
    the wallet's entry that told of it.
    """

    day: str
    wallet: WalletId
    matter: str
    seq: int

    @property
    def shard(self) -> str:
        return SHARDS[int(self.wallet[-1], 36) % len(SHARDS)]


class Agenda(Protocol):
    """The hints by day. Whatever cannot be reached raises `loyalty.ports.StoreUnavailable`."""

    def note(self, due: Due) -> None:
        """Adds a hint, unless one of its day, wallet and matter is there that a later entry told
        of. Repeating it changes nothing."""

    def strike(self, due: Due) -> None:
        """Removes a hint, unless it was noted again for a later entry since it was read."""

    def days(self, until: str) -> Sequence[str]:
        """All days until one that may have hints, in order."""

    def close(self, day: str) -> None:
        """A day for which nobody notes any more has no hints: `days` leaves it out from now on."""

    def page(self, day: str, shard: str, after: Due | None, limit: int) -> Sequence[Due]:
        """Hints of a part of a day past one of them, in one order; fewer than limit: the last."""

    def wallets(self, place: str, limit: int) -> tuple[Sequence[WalletId], str | None]:
        """Wallets past a place, "" for the first, and the place where to go on; None at the end.
        All of them together are every wallet that was there at the first call, at least once."""

    def sweeping(self) -> str | None:
        """Where a sweep of all wallets is that is under way; None where there is none."""

    def sweep(self, place: str | None) -> None:
        """Notes where it is; None: it has come to its end."""
