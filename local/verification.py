"""The whole table read back and verified, as an auditor would, without asking the API anything."""

from collections import Counter
from collections.abc import Callable, Iterable
from itertools import islice
from time import perf_counter
from typing import NamedTuple

import msgspec

from ledger.history import History
from ledger.verify import verify
from ledger.wallets import owed
from loyalty.ports import Store, WalletRow
from storage.reading import LedgerRow, entries_in_order, row_faults

_MAX_FAULTS = 20

ByCurrency = dict[str, int]
ByPartner = dict[str, dict[str, ByCurrency]]


class Verification(NamedTuple):
    """What the table's entries add up to. Where there are faults the sums are empty.

    owed: what wallets hold; arrears: what members owe; both by currency. partners: what each
    issued, burned and expired, as it stands in its accounts: issued is net of what was taken back.
    imbalance: all accounts of a currency together, which must be 0. kinds: transactions by kind.
    """

    faults: tuple[str, ...]
    entries: int
    signatures: int
    seconds: float
    kinds: dict[str, int]
    owed: ByCurrency
    arrears: ByCurrency
    partners: ByPartner
    imbalance: ByCurrency

    @property
    def holds(self) -> bool:
        return not self.faults

    @property
    def entries_per_second(self) -> int:
        return round(self.entries / self.seconds) if self.seconds else 0


def verify_table(
    store: Store, origin: str, progress: Callable[[int], object] | None = None
) -> Verification:
    """Reads every row and verifies it. The rate is of verifying, without the reading."""
    try:
        rows = list(store.ledger_rows())
    except (ValueError, TypeError, msgspec.MsgspecError) as error:
        return _faulty(f"a row of the table cannot be read: {error}")
    started = perf_counter()
    entries = entries_in_order(rows)
    verified = verify(entries, origin=origin, progress=progress)
    if verified.fault is not None:
        return _faulty(str(verified.fault), len(entries))
    faults = tuple(str(fault) for fault in islice(row_faults(rows, verified.history), _MAX_FAULTS))
    seconds = perf_counter() - started
    sums = _sums(verified.history)
    unbalanced = tuple(
        f"all accounts in {currency} add up to {total}, not 0"
        for currency, total in sums.imbalance.items()
        if total
    )
    return sums._replace(
        faults=faults + unbalanced,
        entries=len(entries),
        signatures=verified.signatures,
        seconds=seconds,
        kinds=_kinds(rows),
    )


def _kinds(rows: Iterable[LedgerRow]) -> dict[str, int]:
    """A transfer stands in the rows of two wallets."""
    kinds = {row.transaction: row.kind for row in rows if isinstance(row, WalletRow)}
    return dict(sorted(Counter(kinds.values()).items()))


def _faulty(fault: str, entries: int = 0) -> Verification:
    return Verification((fault,), entries, 0, 0.0, {}, {}, {}, {}, {})


def _sums(history: History) -> Verification:
    held: ByCurrency = {}
    arrears: ByCurrency = {}
    imbalance: ByCurrency = {}
    partners: ByPartner = {}
    for wallet in history.wallets.values():
        currency = wallet.currency
        held[currency] = held.get(currency, 0) + owed(wallet.balances)
        arrears[currency] = arrears.get(currency, 0) - wallet.balances.arrears
        imbalance[currency] = imbalance.get(currency, 0) + sum(wallet.balances)
    for (account, currency), total in sorted(history.totals.items()):
        imbalance[currency] = imbalance.get(currency, 0) + total
        kind, *names = account.split(":")
        if kind == "partner":
            # Points leave `issued` and come into the others.
            amount = -total if names[1] == "issued" else total
            partners.setdefault(names[0], {}).setdefault(names[1], {})[currency] = amount
    return Verification((), 0, 0, 0.0, {}, held, arrears, partners, imbalance)
