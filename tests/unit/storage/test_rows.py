"""What a wallet takes in the table."""

from ledger.canonical import MAX_INTEGER
from ledger.names import At, CurrencyCode, Expires, TransactionId, WalletId, digest
from ledger.tx import Balances
from ledger.wallets import Lot, Wallet
from loyalty.ports import TallyRow, WalletRow
from storage.rows import Item, tally_item, wallet_item

STARS = CurrencyCode("BONUSPOINTS1")
NO_ROW = TransactionId("0" * 26)


def test_no_row_takes_more_than_it_says() -> None:
    """Names of attributes and values together, with the longest of each that there is."""
    lots = tuple(Lot(Expires("2027-11-30"), f"p-{n:030}", MAX_INTEGER) for n in range(9))
    balances = Balances(MAX_INTEGER, MAX_INTEGER, MAX_INTEGER, -MAX_INTEGER)
    at = At("2026-11-21T20:50:00.123Z")
    wallet = Wallet(WalletId("0" * 26), STARS, 1, digest(b""), at, balances, lots)
    row = WalletRow(wallet, NO_ROW, "release", b"d" * 99, b"t" * 88)
    tally = TallyRow(wallet, b"t" * 88, MAX_INTEGER)
    for taken, most in (
        (_taken_bytes(wallet_item(Item, row)), row.max_bytes),
        (_taken_bytes(tally_item(Item, tally)), tally.max_bytes),
    ):
        assert most - 150 < taken <= most


def _taken_bytes(item: Item) -> int:
    """As DynamoDB counts it: UTF-8 of names and texts, the bytes themselves, a number's digits."""
    return sum(len(name) + len(*typed.values()) for name, typed in item.serialize().items())
