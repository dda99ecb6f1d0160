"""What every store promises about commits, whichever it is: done whole, once, or not at all."""

import pytest

from loyalty.ports import Commit, Outcome, RecordPut, StandingPut, Store, Versioned
from tests.contract.builders import (
    AT,
    FIRST,
    NEXT,
    Card,
    contents,
    governance_row,
    standing,
    transaction,
    transaction_row,
    wallet_id,
    wallet_row,
)

STALE = {
    "the seq of the first wallet is taken": NEXT._replace(
        wallets=(wallet_row(1, 1, 99), wallet_row(2, 2))
    ),
    "the seq of the last wallet is taken": NEXT._replace(
        wallets=(wallet_row(1, 2), wallet_row(2, 1, 99))
    ),
    "the seq of governance is taken": NEXT._replace(governance=(governance_row(1, 99),)),
    "a record was not there": NEXT._replace(records=(RecordPut("ana", Card("late"), 0),)),
    "a record was at a later version": NEXT._replace(records=(RecordPut("ana", Card("late"), 2),)),
    "a record is not there": NEXT._replace(records=(RecordPut("ben", Card("late"), 1),)),
    "a standing was not there": NEXT._replace(standings=(StandingPut(standing(1, 20), 0),)),
    "a standing was at a later version": NEXT._replace(
        standings=(StandingPut(standing(1, 20), 2),)
    ),
    "a standing is not there": NEXT._replace(standings=(StandingPut(standing(2, 20), 1),)),
    "a further transaction is there": NEXT._replace(
        transactions=(transaction_row(3), transaction_row(2))
    ),
}


def test_an_empty_store_has_nothing(store: Store) -> None:
    """What was never written reads as absent, not as an error."""
    assert store.wallet(wallet_id(1)) is None
    assert store.wallets([wallet_id(1)]) == {}
    assert store.wallets([]) == {}
    assert store.wallet_row(wallet_id(1), 1) is None
    assert list(store.wallet_history(wallet_id(1), None, 10)) == []
    assert list(store.wallet_rows(wallet_id(1), 0, 10)) == []
    assert list(store.wallet_ids()) == []
    assert store.sealed_at() is None
    assert store.transactions([transaction(1)]) == {}
    assert store.transactions([]) == {}
    assert list(store.governance(0)) == []
    assert store.record(Card, "ana") is None
    assert store.records(Card, ["ana", "ben"]) == {}
    assert store.standing(transaction(1)) is None
    assert list(store.ledger_rows()) == []


def test_a_commit_writes_all_its_items(store: Store) -> None:
    """Every row, record and standing of a commit reads as it was written."""
    assert store.commit(FIRST) is Outcome.DONE
    assert store.commit(NEXT) is Outcome.DONE
    assert store.transactions([transaction(number) for number in range(9)]) == {
        row.id: row for row in FIRST.transactions + NEXT.transactions
    }
    assert store.wallets([wallet_id(1), wallet_id(2), wallet_id(3)]) == {
        row.wallet.id: row for row in NEXT.wallets
    }
    assert [store.wallet_row(wallet_id(1), seq) for seq in range(4)] == [
        None,
        FIRST.wallets[0],
        NEXT.wallets[0],
        None,
    ]
    assert list(store.governance(0)) == [*FIRST.governance, *NEXT.governance]
    assert list(store.governance(1)) == list(NEXT.governance)
    assert list(store.governance(2)) == []
    assert store.record(Card, "ana") == Versioned(Card("next"), 2)
    assert store.records(Card, ["ben", "ana", "eve"]) == {
        "ana": Versioned(Card("next"), 2),
        "ben": Versioned(Card("new"), 1),
    }
    assert store.standing(transaction(1)) == (standing(1, 20), 2)
    assert store.standing(transaction(2)) == (standing(2, 30), 1)


def test_the_ledger_rows_are_all_rows_of_the_ledger(store: Store) -> None:
    """Governance, transactions and wallet rows come, each once; records and standings do not."""
    store.commit(FIRST)
    store.commit(NEXT)
    expected = [
        row
        for commit in (FIRST, NEXT)
        for row in (*commit.transactions, *commit.wallets, *commit.governance)
    ]
    assert sorted(store.ledger_rows(), key=repr) == sorted(expected, key=repr)


def test_a_request_that_is_there_is_repeated(store: Store) -> None:
    """A commit whose own transaction exists says so, and writes nothing."""
    store.commit(FIRST)
    before = contents(store)
    again = NEXT._replace(transactions=(transaction_row(1), transaction_row(4)))
    assert store.commit(again) is Outcome.REPEATED
    assert store.commit(FIRST) is Outcome.REPEATED
    assert contents(store) == before


@pytest.mark.parametrize("stale", STALE.values(), ids=STALE.keys())
def test_a_commit_on_something_stale_writes_nothing(store: Store, stale: Commit) -> None:
    """Each condition alone stops the whole commit; without it the commit is done."""
    store.commit(FIRST)
    before = contents(store)
    assert store.commit(stale) is Outcome.MOVED
    assert contents(store) == before
    assert store.commit(NEXT) is Outcome.DONE


@pytest.mark.parametrize("stale", STALE.values(), ids=STALE.keys())
def test_a_repeated_request_is_repeated_whatever_has_moved(store: Store, stale: Commit) -> None:
    """Who asks again learns that it was done, not that something moved since."""
    store.commit(FIRST)
    before = contents(store)
    repeated = stale._replace(transactions=(transaction_row(1),))
    assert store.commit(repeated) is Outcome.REPEATED
    assert contents(store) == before


def test_a_commit_without_a_request_is_never_repeated(store: Store) -> None:
    """Only a transaction's row says that a request was done, not whichever item comes first."""
    store.commit(FIRST)
    assert store.commit(Commit((), (wallet_row(1, 1, 99),))) is Outcome.MOVED
    assert store.commit(Commit((), (), (governance_row(1, 99),), governance_at=AT)) is Outcome.MOVED


def test_a_place_must_be_free_and_no_more_is_asked(store: Store) -> None:
    """A seq that skips ahead is for auditors to find; the newest row stays the head."""
    store.commit(FIRST)
    skipping = Commit(
        (transaction_row(3),), (wallet_row(1, 5),), (governance_row(7),), governance_at=AT
    )
    assert store.commit(skipping) is Outcome.DONE
    assert store.wallet(wallet_id(1)) == wallet_row(1, 5)
    late = Commit(
        (transaction_row(4),), (wallet_row(1, 2),), (governance_row(2),), governance_at=AT
    )
    assert store.commit(late) is Outcome.DONE
    assert store.wallet(wallet_id(1)) == wallet_row(1, 5)
    history = store.wallet_history(wallet_id(1), None, 10)
    assert [row.wallet.seq for row in history] == [5, 2, 1]
    assert [row.wallet.seq for row in store.wallet_history(wallet_id(1), 5, 10)] == [2, 1]
    assert [row.seq for row in store.governance(1)] == [2, 7]
