"""What every store promises about tally rows, which are no entries."""

import pytest

from loyalty.ports import Commit, Outcome, Store, TallyRow
from tests.contract.builders import FIRST, contents, tally_row, wallet_id, wallet_row


def tally(*rows: TallyRow) -> Commit:
    return Commit((), tallies=rows)


def test_a_tally_row_is_the_newest_of_its_wallet_and_none_of_the_ledger(store: Store) -> None:
    """The head tells what it holds; whoever reads entries meets only entries."""
    store.commit(FIRST)
    before = sorted(store.ledger_rows(), key=repr)
    first = wallet_row(1, 1)
    for row in (tally_row(1, 1, 1), tally_row(1, 1, 2, b"more"), tally_row(3, 0, 1)):
        assert store.commit(tally(row)) is Outcome.DONE
        assert store.wallet(row.wallet.id) == row
    assert store.wallets([wallet_id(1)]) == {wallet_id(1): tally_row(1, 1, 2, b"more")}
    assert sorted(store.ledger_rows(), key=repr) == before
    assert list(store.wallet_history(wallet_id(1), None, 1)) == [first]
    assert list(store.wallet_history(wallet_id(1), 9, 1)) == [first]
    assert list(store.wallet_rows(wallet_id(1), 0, 10)) == [first]
    assert list(store.wallet_rows(wallet_id(3), 0, 10)) == []
    assert store.wallet_row(wallet_id(1), 2) is None
    assert set(store.wallet_ids()) == {wallet_id(1), wallet_id(2), wallet_id(3)}


def test_the_next_entry_takes_the_place_of_the_tally_row_that_was_read(store: Store) -> None:
    """And nothing else does: not who read none, nor who read an older one."""
    store.commit(FIRST)
    for version in (1, 2):
        assert store.commit(tally(tally_row(1, 1, version))) is Outcome.DONE
    row = wallet_row(1, 2)._replace(tally=b"kept")
    for read in (0, 1, 3):
        assert store.commit(Commit((), (row._replace(replaces=read),))) is Outcome.MOVED
    assert store.commit(Commit((), (row._replace(replaces=2),))) is Outcome.DONE
    assert store.wallet(wallet_id(1)) == row
    assert store.wallet_row(wallet_id(1), 2) == row
    assert list(store.wallet_rows(wallet_id(1), 1, 10)) == [row]


@pytest.mark.parametrize("version", [1, 2, 3])
def test_no_tally_row_takes_the_place_of_an_entry(store: Store, version: int) -> None:
    """Whatever was read before the entry came."""
    store.commit(FIRST)
    store.commit(tally(tally_row(1, 0, version)))
    store.commit(tally(tally_row(2, 1, 1)))
    store.commit(Commit((), (wallet_row(2, 2)._replace(replaces=1),)))
    before = contents(store)
    assert store.commit(tally(tally_row(1, 0, version))) is Outcome.MOVED
    assert store.commit(tally(tally_row(2, 1, version))) is Outcome.MOVED
    assert contents(store) == before


@pytest.mark.parametrize("version", [1, 3, 4])
def test_a_tally_row_follows_the_one_that_was_read(store: Store, version: int) -> None:
    """Version by version."""
    for each in (1, 2):
        assert store.commit(tally(tally_row(1, 0, each))) is Outcome.DONE
    expected = Outcome.DONE if version == 3 else Outcome.MOVED
    assert store.commit(tally(tally_row(1, 0, version))) is expected


def test_a_tally_row_stands_in_the_way_at_its_own_place_alone(store: Store) -> None:
    """A row at another place finds that free, and replaces nothing there."""
    store.commit(Commit((), (wallet_row(1, 1),)))
    store.commit(tally(tally_row(1, 1, 1)))
    elsewhere = wallet_row(1, 5)
    assert store.commit(Commit((), (elsewhere._replace(replaces=1),))) is Outcome.MOVED
    assert store.commit(Commit((), (elsewhere,))) is Outcome.DONE


def test_a_tally_row_before_the_first_entry_gives_way_to_it(store: Store) -> None:
    """A wallet may be counted before it has had a point."""
    assert store.commit(tally(tally_row(1, 0, 1))) is Outcome.DONE
    head = store.wallet(wallet_id(1))
    assert head is not None
    assert (head.wallet.seq, head.wallet.at) == (0, "")
    row = wallet_row(1, 1)._replace(tally=b"kept")
    assert store.commit(Commit((), (row._replace(replaces=1),))) is Outcome.DONE
    assert store.wallet(wallet_id(1)) == row
