"""Every store takes what DynamoDB takes in one transaction, and no more."""

import pytest

from ledger.canonical import MAX_INTEGER
from ledger.names import Expires
from ledger.wallets import Lot
from loyalty.ports import ROW_MAX_BYTES, Commit, Outcome, RecordPut, StandingPut, Store
from tests.contract.builders import (
    AT,
    FIRST,
    REQUEST,
    Card,
    governance_row,
    standing,
    tally_row,
    transaction_row,
    wallet_id,
    wallet_row,
)


@pytest.mark.parametrize("items", [0, 101])
def test_a_commit_has_1_to_100_items(store: Store, items: int) -> None:
    """What DynamoDB cannot take as one transaction is refused before anything is sent."""
    rows = tuple(transaction_row(number) for number in range(items))
    with pytest.raises(ValueError, match="1 to 100 items"):
        store.commit(Commit(rows))
    assert list(store.ledger_rows()) == []


def test_a_commit_of_100_items_is_done(store: Store) -> None:
    """The largest transaction of DynamoDB is one commit."""
    commit = Commit(
        tuple(transaction_row(number) for number in range(50)),
        tuple(wallet_row(number, 1) for number in range(50)),
    )
    assert store.commit(commit) is Outcome.DONE
    assert len(list(store.ledger_rows())) == 100


@pytest.mark.parametrize(
    "twice",
    [
        Commit((transaction_row(1), transaction_row(1))),
        Commit(REQUEST, (wallet_row(1, 1), wallet_row(1, 1, 99))),
        Commit(REQUEST, (wallet_row(1, 2),), tallies=(tally_row(1, 1, 1),)),
        Commit(REQUEST, (), (governance_row(1), governance_row(1, 99)), governance_at=AT),
        Commit(REQUEST, records=(RecordPut("ana", Card("a")), RecordPut("ana", Card("b")))),
        Commit(REQUEST, standings=(StandingPut(standing(1, 50)), StandingPut(standing(1, 20), 1))),
    ],
    ids=["transactions", "wallets", "wallet and tally", "governance", "records", "standings"],
)
def test_a_commit_writes_no_item_twice(store: Store, twice: Commit) -> None:
    """DynamoDB takes no such transaction, so no store does."""
    with pytest.raises(ValueError, match="once"):
        store.commit(twice)
    assert list(store.ledger_rows()) == []


def test_a_wallets_row_is_as_large_as_dynamodb_takes_it(store: Store) -> None:
    """Lots, what is remembered and details are 400,000 bytes at most, in memory too."""
    lots = tuple(Lot(Expires("2027-11-30"), f"p-{n:030}", MAX_INTEGER) for n in range(4_000))
    full = wallet_row(1, 1)._replace(wallet=wallet_row(1, 1).wallet._replace(lots=lots))
    full = full._replace(tally=b"." * 100_000)
    full = full._replace(detail=b"." * (ROW_MAX_BYTES - full.max_bytes))
    tally = tally_row(2, 0, 1, b"." * (ROW_MAX_BYTES - tally_row(2, 0, 1, b"").max_bytes))
    assert store.commit(Commit(REQUEST, (full,), tallies=(tally,))) is Outcome.DONE
    assert store.wallet(wallet_id(1)) == full
    over = full._replace(wallet=full.wallet._replace(seq=2), detail=full.detail + b".")
    more = tally._replace(tally=tally.tally + b".", version=2)
    for large in (Commit((), (over,)), Commit((), tallies=(more,))):
        with pytest.raises(ValueError, match="row has at most"):
            store.commit(large)


def test_a_commit_is_as_large_as_dynamodb_takes_it(store: Store) -> None:
    """Its entries and wallets are below 4 MB however they are counted, in memory too."""
    row = transaction_row(3)._replace(entry=b"." * 8_000)
    wallets = tuple(wallet_row(number, 1, detail=b"." * 399_000) for number in range(1, 9))
    with pytest.raises(ValueError, match="commit has at most"):
        store.commit(Commit((row,), wallets))
    assert store.commit(Commit((row,), wallets[1:])) is Outcome.DONE


def test_a_commit_may_write_several_rows_of_one_wallet(store: Store) -> None:
    """An expire before the redeem that needs it is one commit."""
    rows = (wallet_row(1, 1), wallet_row(1, 2))
    assert store.commit(Commit(REQUEST, rows)) is Outcome.DONE
    assert store.wallet(wallet_id(1)) == rows[1]


@pytest.mark.parametrize(
    "commit",
    [FIRST._replace(governance_at=None), Commit((transaction_row(1),), governance_at=AT)],
    ids=["without a time", "without an entry"],
)
def test_a_commit_says_of_when_its_governance_entries_are(store: Store, commit: Commit) -> None:
    """Without it, what was sealed meanwhile could not be compared."""
    with pytest.raises(ValueError, match="governance_at"):
        store.commit(commit)
    assert list(store.ledger_rows()) == []
