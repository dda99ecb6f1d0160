"""What a request writes of the wallets that it read."""

import pytest

from ledger.errors import RuleBroken
from ledger.names import CurrencyCode, TransactionId, WalletId
from loyalty.committing import Overtaken
from loyalty.writing import Draft
from tests.coalition import House, own_id

STARS = CurrencyCode("STARS")


def test_what_did_not_change_is_not_written() -> None:
    """A wallet that was looked at and left as it was costs no row, and moves nobody else."""
    house = House()
    member = house.enrolled()
    house.earned(member, 10)
    wallet = WalletId(own_id(house.wallet(member)["id"]))
    coalition = house.coalition
    draft = Draft(coalition, coalition.governance(), {wallet: STARS})
    assert draft.wallet(wallet).balances.available == 10
    assert not draft.plan(TransactionId("0" * 26)).commit.tallies
    draft.close(wallet)
    (row,) = draft.plan(TransactionId("0" * 26)).commit.tallies
    coalition.store.commit(draft.plan(TransactionId("0" * 26)).commit)
    assert row.version == 1
    with pytest.raises(Overtaken):
        Draft(coalition, coalition.governance(), {wallet: STARS})
    Draft(coalition, coalition.governance(), {wallet: STARS}, frozenset({wallet}))


@pytest.mark.parametrize("more", [1, -1])
def test_nothing_is_made_of_a_row_that_somebody_changed(more: int) -> None:
    """Its points are not those of its lots: neither spent nor added to, and operators are told."""
    house = House()
    member = house.enrolled()
    house.earned(member, 10)
    wallet = WalletId(own_id(house.wallet(member)["id"]))
    coalition = house.coalition
    newest = house.store._wallets[wallet][-1]
    balances = newest.wallet.balances._replace(available=10 + more)
    changed = newest._replace(wallet=newest.wallet._replace(balances=balances))
    house.store._wallets[wallet][-1] = changed
    with pytest.raises(RuleBroken, match=f"wallet.lots: expected lots of {10 + more} points"):
        Draft(coalition, coalition.governance(), {wallet: STARS})
    assert house.store._wallets[wallet][-1] is changed
