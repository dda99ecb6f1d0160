"""What the clock reads where 1 % of all wallets are due, among a million and among a tenth of it.

Counted through its ports on the in-memory twin: a read is a row that comes back, or a call that
finds none. Half of the wallets that are due have points that lapsed, half are to be told.
"""

from collections.abc import Callable, Iterator
from typing import Any

from bench.figures import Figure, at_most
from ledger.names import At, CurrencyCode, Expires, WalletId, base32_id, digest, transaction_id
from ledger.tx import Balances
from ledger.wallets import Lot, Wallet
from loyalty.clock.agenda import Due
from loyalty.clock.running import run
from loyalty.ports import Commit, RecordPut, WalletRow
from loyalty.records.members import WalletOwner
from tests.programmes.ticking import TickingShop

_STORE = ("wallet", "wallets", "wallet_history", "wallet_rows", "wallet_row", "transactions")
_STORE += ("governance", "sealed_at", "record", "records", "standing")
_AGENDA = ("days", "page", "wallets", "sweeping")

_TODAY = "2027-04-01"
_LAPSED, _TO_TELL, _LATER = (Expires(f"2027-{day}") for day in ("03-31", "05-01", "09-30"))
# Of a wallet: the last day of its points, and the day of its hint.
_DUE = ((_LAPSED, _TODAY), (_TO_TELL, _TODAY))
_NOT_DUE = (_LATER, "2027-08-31")


def figures(wallets: int = 1_000_000) -> Iterator[Figure]:
    few, many = _reads_per_due(wallets // 10), _reads_per_due(wallets)
    yield at_most(
        "the clock's reads for each wallet that is due",
        many / few,
        1.2,
        f"x among {wallets // 10:,}",
        f"{many:.2f} among {wallets:,}, {few:.2f} among {wallets // 10:,}; 1 % are due",
    )


def _reads_per_due(wallets: int) -> float:
    shop = TickingShop("22_loss_aversion.json")
    shop.on(_TODAY)
    for number in range(wallets):
        expires, day = _DUE[number // 100 % 2] if number % 100 == 0 else _NOT_DUE
        _put(shop, WalletId(base32_id(digest(b"%d" % number).encode()[:16])), expires, day)
    reads = _Reads()
    reads.count(shop.store, _STORE)
    reads.count(shop.agenda, _AGENDA)
    report = run(shop.coalition, shop.agenda, lambda: 1.0)
    done = sum(report.done.values())
    if done != wallets // 100 or report.failed or report.next:
        raise SystemExit(f"the benchmark's clock did {done} of {wallets // 100}")
    return reads.number / done


def _put(shop: TickingShop, id_: WalletId, expires: Expires, day: str) -> None:
    """A wallet with points until a day, its owner, and its hint."""
    lots = (Lot(expires, "kiosk", 120),)
    at, head = At("2027-01-01T00:00:00.000Z"), digest(id_.encode())
    wallet = Wallet(id_, CurrencyCode("KEEP"), 1, head, at, Balances(120), lots)
    row = WalletRow(wallet, transaction_id("partner:kiosk", id_), "earn")
    owner = RecordPut(id_, WalletOwner(member=id_, currency=wallet.currency))
    shop.store.commit(Commit((), (row,), records=(owner,)))
    shop.agenda.note(Due(day, id_, "lots", 1))


class _Reads:
    """How many reads there were."""

    def __init__(self) -> None:
        self.number = 0

    def count(self, port: object, names: tuple[str, ...]) -> None:
        """From here on, of these methods of a port."""
        for name in names:
            setattr(port, name, self._counted(getattr(port, name)))

    def _counted(self, read: Callable[..., Any]) -> Callable[..., Any]:
        def reads(*given: Any) -> Any:
            found = read(*given)
            self.number += max(len(found), 1) if isinstance(found, list | dict) else 1
            return found

        return reads
