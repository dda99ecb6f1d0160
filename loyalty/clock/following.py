"""Hints for the clock, from the rows that requests commit: written after them, at least once."""

from collections.abc import Iterable, Iterator

from ledger.names import WalletId
from loyalty.clock.agenda import Agenda
from loyalty.clock.matters import MATTERS, NewRows
from loyalty.coalition import Coalition
from loyalty.ports import WalletRow

_PAGE = 100


def follow(coalition: Coalition, agenda: Agenda, wallet: WalletId, seq: int) -> None:
    """Notes what is due after a wallet's rows from seq on. Repeating it changes nothing."""
    head = coalition.store.wallet(wallet)
    if head is None:
        return
    entries: Iterable[WalletRow] = _entries(coalition, wallet, seq - 1)
    if isinstance(head, WalletRow) and head.wallet.seq == seq:
        # Mostly the one new row is the newest: it is not read again.
        entries = (head,)
    new = NewRows(head, tuple(entries))
    for matter in MATTERS.values():
        for due in matter.told_by(coalition, new):
            agenda.note(due)


def _entries(coalition: Coalition, wallet: WalletId, after_seq: int) -> Iterator[WalletRow]:
    while page := coalition.store.wallet_rows(wallet, after_seq, _PAGE):
        yield from page
        if len(page) < _PAGE:
            return
        after_seq = page[-1].wallet.seq
