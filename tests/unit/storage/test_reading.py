"""A ledger out of its table, and what is said of rows that disagree with their entries."""

from base64 import b64encode
from collections.abc import Callable
from random import Random

import pytest

from ledger.names import CurrencyCode, TransactionId, WalletId, digest
from ledger.tx import Balances
from ledger.verify import Verified, verify
from ledger.wallets import Lot
from loyalty.ports import GovernanceRow, TransactionRow, WalletRow
from storage.memory import MemoryStore
from storage.reading import LedgerRow, RowFault, entries_in_order, ledger_in_order, row_faults
from tests.contract.builders import ORIGIN, buys, enrolled, founded, gives, redeems

Rows = list[LedgerRow]


@pytest.fixture(scope="module")
def rows() -> Rows:
    """The rows of a small coalition: purchases, transfers, a redemption."""
    store = MemoryStore()
    coalition = founded(store)
    ana, ben, eve = enrolled(coalition, 3)
    for number in range(4):
        buys(coalition, ana, 100_00 + number, f"ana-{number}")
        buys(coalition, ben, 200_00, f"ben-{number}")
        gives(coalition, ana, ben, 30, f"gift-{number}")
        gives(coalition, ben, eve, 70, f"onward-{number}")
    redeems(coalition, eve, "coffee")
    assert ledger_in_order(store) == entries_in_order(store.ledger_rows())
    return list(store.ledger_rows())


def verified(rows: Rows) -> Verified:
    return verify(entries_in_order(rows), origin=ORIGIN, cores=1)


def wallet_rows(rows: Rows) -> list[WalletRow]:
    return [row for row in rows if isinstance(row, WalletRow)]


def faults(rows: Rows, original: Rows) -> list[RowFault]:
    """What is wrong with rows whose entries are those of the original."""
    return list(row_faults(rows, verified(original).history))


def replaced(rows: Rows, old: LedgerRow, new: LedgerRow) -> Rows:
    return [new if row is old else row for row in rows]


def later_row(rows: Rows) -> WalletRow:
    """A row in the middle of a chain, of a wallet that others sort before and after."""
    chains = sorted({row.wallet.id for row in wallet_rows(rows)})
    return next(
        row for row in wallet_rows(rows) if (row.wallet.id, row.wallet.seq) == (chains[1], 3)
    )


def test_entries_come_in_an_order_that_verifies(rows: Rows) -> None:
    """However a table gives its rows, the ledger verifies, and every row agrees with it."""
    for seed in range(5):
        shuffled = [*rows]
        Random(seed).shuffle(shuffled)
        assert entries_in_order(shuffled) == entries_in_order(rows)
    found = verified(rows)
    assert found.fault is None
    assert found.history.entries == 5 + 17
    assert faults(rows, rows) == []


def test_an_entry_is_labelled_by_its_place_in_the_table(rows: Rows) -> None:
    """Whoever reads of a fault can find the row."""
    labels = [entry.label for entry in entries_in_order(rows)]
    assert labels[:5] == ["G/1", "G/2", "G/3", "G/4", "G/5"]
    ids = {row.id for row in rows if isinstance(row, TransactionRow) and row.entry is not None}
    assert set(labels[5:]) == {f"T/{id_}" for id_ in ids}


def test_a_request_without_an_entry_is_not_on_the_ledger(rows: Rows) -> None:
    """An enrolment has a row of its own and no entry."""
    without = [row for row in rows if isinstance(row, TransactionRow) and row.entry is None]
    assert without
    labels = {entry.label for entry in entries_in_order(rows)}
    assert labels.isdisjoint(f"T/{row.id}" for row in without)


def test_a_tampered_entry_stays_at_its_place(rows: Rows) -> None:
    """The fault named is that of the row that was changed, whatever its bytes now say."""
    target = next(row for row in rows if isinstance(row, TransactionRow) and row.entry is not None)
    assert target.entry is not None
    before = [entry.label for entry in entries_in_order(rows)]
    for old, new in ((b'"seq":', b'"seq":9'), (b'"wallet":"', b'"wallet":"0')):
        assert old in target.entry
        changed = target._replace(entry=target.entry.replace(old, new))
        tampered = replaced(rows, target, changed)
        assert [entry.label for entry in entries_in_order(tampered)] == before
        fault = verified(tampered).fault
        assert fault is not None
        assert fault.label == f"T/{target.id}"


def test_a_seq_that_skips_ahead_is_a_fault_of_the_ledger(rows: Rows) -> None:
    """A store takes a row whose predecessor is missing; the verifier does not."""
    lost = later_row(rows)
    left = [row for row in rows if getattr(row, "id", "") != lost.transaction and row is not lost]
    fault = verified(left).fault
    assert fault is not None
    assert fault.rule == "tx.chains.seq"


def test_a_missing_governance_entry_is_a_fault_of_the_ledger(rows: Rows) -> None:
    """Governance is a chain too."""
    left = [row for row in rows if not (isinstance(row, GovernanceRow) and row.seq == 2)]
    fault = verified(left).fault
    assert fault is not None
    assert fault.label == "G/3"


OTHER_HASH = b64encode(b"\x07" * 32).decode()
CHANGES: dict[str, Callable[[WalletRow], WalletRow]] = {
    "row.balances": lambda row: row._replace(
        wallet=row.wallet._replace(balances=Balances(row.wallet.balances.available + 1))
    ),
    "row.lots": lambda row: row._replace(
        wallet=row.wallet._replace(lots=tuple(Lot(e, "other", q) for e, _, q in row.wallet.lots))
    ),
    "row.head": lambda row: row._replace(wallet=row.wallet._replace(head=digest(b"other"))),
    "row.at": lambda row: row._replace(
        wallet=row.wallet._replace(at=type(row.wallet.at)("2026-11-21T20:50:00.001Z"))
    ),
    "row.currency": lambda row: row._replace(
        wallet=row.wallet._replace(currency=CurrencyCode("MOONS"))
    ),
    "row.kind": lambda row: row._replace(kind="void"),
    "row.detail": lambda row: row._replace(detail=b"another purchase"),
    "row.entry": lambda row: row._replace(transaction=TransactionId("0" * 26)),
}


@pytest.mark.parametrize("rule", CHANGES)
def test_a_changed_row_is_named(rows: Rows, rule: str) -> None:
    """The one row that was changed is named, with what was changed, and no other."""
    row = later_row(rows)
    (fault,) = faults(replaced(rows, row, CHANGES[rule](row)), rows)
    assert fault.label == f"W/{row.wallet.id}/3"
    assert fault.rule == rule
    assert fault.expected != fault.found
    assert str(fault).startswith(f"{fault.label} breaks {rule}: ")


def test_rows_that_changed_places_are_named(rows: Rows) -> None:
    """A row must name the transaction that its place in the chain is of."""
    row = later_row(rows)
    other = next(
        each
        for each in wallet_rows(rows)
        if each.wallet.id == row.wallet.id and each.wallet.seq == 4
    )
    swapped = replaced(rows, row, row._replace(transaction=other.transaction))
    (fault,) = faults(swapped, rows)
    assert (fault.label, fault.rule) == (f"W/{row.wallet.id}/3", "row.transaction")
    assert fault.found == f"T/{other.transaction}"


def test_an_entry_without_its_row_is_named(rows: Rows) -> None:
    """A wallet's row that is gone is missed at its place."""
    row = later_row(rows)
    (fault,) = faults([each for each in rows if each is not row], rows)
    assert (fault.label, fault.rule) == (f"W/{row.wallet.id}/3", "row.missing")
    assert row.transaction in fault.expected


def test_a_wallet_without_any_row_is_named(rows: Rows) -> None:
    """Every entry of a wallet whose rows are all gone is missed, in the order of its chain."""
    wallet = later_row(rows).wallet.id
    left = [row for row in rows if not (isinstance(row, WalletRow) and row.wallet.id == wallet)]
    found = faults(left, rows)
    own = sorted(row.wallet.seq for row in wallet_rows(rows) if row.wallet.id == wallet)
    assert [fault.label for fault in found] == [f"W/{wallet}/{seq}" for seq in own]
    assert {fault.rule for fault in found} == {"row.missing"}


def test_a_wallet_that_no_entry_knows_is_named(rows: Rows) -> None:
    """A made-up row of a made-up wallet is a fault, too."""
    wallet = later_row(rows).wallet._replace(id=WalletId("z" * 26), seq=1)
    made_up = WalletRow(wallet, TransactionId("0" * 26), "earn")
    (fault,) = faults([*rows, made_up], rows)
    assert (fault.label, fault.rule) == (f"W/{wallet.id}/1", "row.entry")


def test_faults_come_by_wallet_and_seq(rows: Rows) -> None:
    """Whatever the order of the rows, the first fault is the one to look at first."""
    changed: Rows = [
        row._replace(kind="void") if isinstance(row, WalletRow) else row for row in rows
    ]
    Random(1).shuffle(changed)
    labels = [fault.label for fault in faults(changed, rows)]
    places = sorted((row.wallet.id, row.wallet.seq) for row in wallet_rows(rows))
    assert labels == [f"W/{wallet}/{seq}" for wallet, seq in places]


def test_a_row_without_its_entry_is_named(rows: Rows) -> None:
    """A row past the end of the chain, with no entry behind it, is named."""
    wallet = max(wallet_rows(rows), key=lambda row: (row.wallet.id, row.wallet.seq)).wallet
    made_up = WalletRow(wallet._replace(seq=99), TransactionId("0" * 26), "earn")
    (fault,) = faults([*rows, made_up], rows)
    assert (fault.label, fault.rule) == (f"W/{wallet.id}/99", "row.entry")


def test_a_row_that_borrows_an_entry_is_named(rows: Rows) -> None:
    """A row past the end of the chain is no better for naming an entry that there is."""
    last = max(wallet_rows(rows), key=lambda row: (row.wallet.id, row.wallet.seq))
    made_up = last._replace(wallet=last.wallet._replace(seq=99))
    (fault,) = faults([*rows, made_up], rows)
    assert (fault.label, fault.rule) == (f"W/{last.wallet.id}/99", "row.transaction")


def test_an_entry_under_another_id_is_named(rows: Rows) -> None:
    """A transaction's row holds the entry of its own id."""
    target = next(row for row in rows if isinstance(row, TransactionRow) and row.entry is not None)
    moved = target._replace(id=TransactionId("0" * 26))
    fault = next(iter(faults(replaced(rows, target, moved), rows)))
    assert (fault.label, fault.rule) == (f"T/{'0' * 26}", "row.id")


def test_an_erased_detail_is_no_fault(rows: Rows) -> None:
    """What the entry commits to by a digest can be erased."""
    erased: Rows = [row._replace(detail=b"") if isinstance(row, WalletRow) else row for row in rows]
    assert faults(erased, rows) == []


def test_a_history_of_other_entries_is_named(rows: Rows) -> None:
    """Rows are compared with what was verified, not only with themselves."""
    row = max(wallet_rows(rows), key=lambda row: (row.wallet.id, row.wallet.seq))
    history = verified(rows).history
    history.wallets[row.wallet.id] = row.wallet._replace(seq=99)
    (fault,) = row_faults(rows, history)
    assert (fault.label, fault.rule) == (f"W/{row.wallet.id}", "row.replay")
