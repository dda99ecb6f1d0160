"""The index of open feedback is what a plain list would be, whatever happens in whatever order."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.names import TransactionId
from loyalty import open_feedback
from loyalty.open_feedback import Place, figures, one_followed_up, one_more, open_places
from loyalty.ports import Commit, Outcome, RecordPut, TransactionRow
from tests.coalition import House

PARTNERS = ("grocer", "fuel")
STEPS = st.lists(
    st.tuples(st.sampled_from(PARTNERS), st.booleans(), st.integers(0, 99)), max_size=60
)


@pytest.fixture(scope="module", autouse=True)
def _small_pages() -> object:
    """Pages of three numbers, so that there are many."""
    patch = pytest.MonkeyPatch()
    patch.setattr(open_feedback, "PAGE", 3)
    yield
    patch.undo()


def commit(house: House, records: Sequence[RecordPut], number: int) -> None:
    row = TransactionRow(TransactionId(f"t{number}"), None, None)
    assert house.store.commit(Commit((row,), records=tuple(records))) is Outcome.DONE


@given(STEPS, st.integers(1, 8))
def test_it_lists_what_a_plain_list_would(steps: list[tuple[str, bool, int]], first: int) -> None:
    """Page by page of any size, of one partner or of both, and counted alike."""
    house = House()
    open_: dict[str, list[Place]] = {partner: [] for partner in PARTNERS}
    taken = dict.fromkeys(PARTNERS, 0)
    for number, (partner, closes, which) in enumerate(steps):
        if closes and open_[partner]:
            place = open_[partner].pop(which % len(open_[partner]))
            commit(house, one_followed_up(house.coalition, place), number)
        else:
            place, puts = one_more(house.coalition, partner)
            commit(house, puts, number)
            open_[partner].append(place)
            taken[partner] += 1
    for partners in ((each,) for each in PARTNERS):
        check(house, partners, open_, taken, first)
    check(house, PARTNERS, open_, taken, first)


def check(
    house: House,
    partners: Sequence[str],
    open_: dict[str, list[Place]],
    taken: dict[str, int],
    first: int,
) -> None:
    expected = [place for partner in sorted(partners) for place in open_[partner]]
    listed: list[Place] = []
    while page := open_places(house.coalition, partners, first, listed[-1] if listed else None):
        assert len(page) <= first
        listed += page
    assert listed == expected
    found = figures(house.coalition, partners)
    given_ = sum(taken[partner] for partner in partners)
    assert found == (given_, given_ - len(expected))
