"""What every store promises about values: each reads as it was written."""

import pytest

from ledger.canonical import MAX_INTEGER
from ledger.kinds import Standing
from ledger.names import NEVER, At, CurrencyCode, Expires, Hash, digest
from ledger.tx import Balances
from ledger.wallets import Lot, Wallet
from loyalty.ports import (
    Commit,
    GovernanceRow,
    Outcome,
    RecordPut,
    StandingPut,
    Store,
    TransactionRow,
    Versioned,
    WalletRow,
)
from tests.contract.builders import (
    AT,
    REQUEST,
    Card,
    OtherCard,
    standing,
    transaction,
    transaction_row,
    wallet_id,
)

UNICODE = "Zoë · 星 · 🧋 · ﷽ · a\u0301 · \\\"'# /T#W#"
ALL_BYTES = bytes(range(256))


@pytest.mark.parametrize(
    "card",
    [
        Card(),
        Card(UNICODE, MAX_INTEGER, 0.1, ALL_BYTES),
        Card("0.1", -MAX_INTEGER, 0.1 + 0.2, b"\x00"),
        Card("1e400", 2**53 - 2, 5e-324, b"\xff"),
        Card(" ", 0, 1e16 / 3, b"entry"),
    ],
)
def test_a_record_reads_as_written(store: Store, card: Card) -> None:
    """Texts, integers to 2^53 - 1, fractions that no binary number is, and bytes come back."""
    id_ = f"{card.text or 'empty'}#1"
    assert store.commit(Commit(REQUEST, records=(RecordPut(id_, card),))) is Outcome.DONE
    assert store.record(Card, id_) == Versioned(card, 1)
    assert store.records(Card, [id_, "other"]) == {id_: Versioned(card, 1)}


def test_records_of_two_types_share_no_ids(store: Store) -> None:
    """The same id names one record of each type."""
    puts = (RecordPut("ana", Card("one")), RecordPut("ana", OtherCard("two")))
    assert store.commit(Commit(REQUEST, records=puts)) is Outcome.DONE
    assert store.record(Card, "ana") == Versioned(Card("one"), 1)
    assert store.record(OtherCard, "ana") == Versioned(OtherCard("two"), 1)


@pytest.mark.parametrize("entry", [None, ALL_BYTES, UNICODE.encode()])
@pytest.mark.parametrize("asked", [None, digest(b"asked")])
@pytest.mark.parametrize("response", [b"", ALL_BYTES])
def test_a_transaction_reads_as_written(
    store: Store, entry: bytes | None, asked: Hash | None, response: bytes
) -> None:
    """Whatever a transaction's row holds or lacks comes back byte for byte."""
    row = TransactionRow(transaction(1), entry, asked, response)
    store.commit(Commit((row,)))
    assert store.transactions([row.id]) == {row.id: row}
    assert list(store.ledger_rows()) == [row]


WALLETS = {
    "the largest balances": Wallet(
        wallet_id(1),
        CurrencyCode("STARS"),
        1,
        digest(b"head"),
        AT,
        Balances(MAX_INTEGER, MAX_INTEGER, MAX_INTEGER, 0),
        (Lot(Expires("2027-01-31"), "brewco", 1), Lot(NEVER, "operator", MAX_INTEGER - 1)),
    ),
    "arrears and no lots": Wallet(
        wallet_id(1),
        CurrencyCode("0"),
        999_999_999_999,
        digest(b"\xfb\xff"),
        At("9999-12-31T23:59:59.999Z"),
        Balances(arrears=-MAX_INTEGER),
    ),
    "many lots": Wallet(
        wallet_id(1),
        CurrencyCode("STARS"),
        1,
        digest(b"head"),
        AT,
        Balances(sum(range(1, 201))),
        tuple(Lot(Expires(f"2{n:03d}-01-31"), "brewco", n) for n in range(1, 201)),
    ),
}


@pytest.mark.parametrize("wallet", WALLETS.values(), ids=WALLETS.keys())
@pytest.mark.parametrize("detail", [b"", ALL_BYTES])
def test_a_wallet_reads_as_written(store: Store, wallet: Wallet, detail: bytes) -> None:
    """A wallet's whole state comes back, its types included."""
    row = WalletRow(wallet, transaction(1), "earn", detail)
    store.commit(Commit(REQUEST, (row,)))
    found = store.wallet(wallet.id)
    assert found == row
    assert found is not None
    assert [type(lot) for lot in found.wallet.lots] == [Lot] * len(wallet.lots)
    assert type(found.wallet.balances) is Balances


def test_governance_reads_as_written(store: Store) -> None:
    """The bytes of a governance entry come back."""
    row = GovernanceRow(1, ALL_BYTES)
    store.commit(Commit(REQUEST, (), (row,), governance_at=AT))
    assert list(store.governance(0)) == [row]


@pytest.mark.parametrize(
    "written",
    [
        standing(1, MAX_INTEGER),
        Standing(transaction(1), "hold", AT, wallet_id(1), CurrencyCode("STARS"), None, 0),
    ],
)
def test_a_standing_reads_as_written(store: Store, written: Standing) -> None:
    """What a transaction still stands at comes back, with or without a partner and lots."""
    store.commit(Commit(REQUEST, standings=(StandingPut(written),)))
    assert store.standing(transaction(1)) == (written, 1)


def test_versions_count_writes(store: Store) -> None:
    """A record and a standing are at the version of their last write, from 1."""
    for version in range(12):
        commit = Commit(
            (transaction_row(version),),
            records=(RecordPut("ana", Card(points=version), version),),
            standings=(StandingPut(standing(1, version), version),),
        )
        assert store.commit(commit) is Outcome.DONE
    assert store.record(Card, "ana") == Versioned(Card(points=11), 12)
    assert store.standing(transaction(1)) == (standing(1, 11), 12)
