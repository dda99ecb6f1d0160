"""Which transactions are sealed next: those whose chains lead to them, and in that order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.canonical import MAX_INTEGER
from ledger.names import At, WalletId
from loyalty.ports import WalletRow
from sealing.batch import Chain, Committed, Sums, committed, ready
from sealing.stopped import Reason, SealingStopped
from tests.coalition import House, as_member
from tests.sealing import SealedHouse

LATER = At("2030-01-01T00:00:00.000Z")


def committed_in(house: House) -> tuple[dict[WalletId, list[WalletRow]], dict[str, Committed]]:
    """Every wallet's rows, and every transaction."""
    rows = {id_: list(house.store.wallet_rows(id_, 0, 100)) for id_ in house.store.wallet_ids()}
    ids = {row.transaction for chain in rows.values() for row in chain}
    found = house.store.transactions(ids)
    return rows, {id_: committed(id_, row.entry) for id_, row in found.items() if row.entry}


@pytest.fixture(scope="module")
def history() -> tuple[dict[WalletId, list[WalletRow]], dict[str, Committed]]:
    """Two wallets that earn, give each other points, and earn again."""
    house = SealedHouse()
    ana, ben = house.enrolled(), house.enrolled()
    for member in (ana, ben, ana):
        house.earned(member, 100)
    for giver, taker, points in ((ana, ben, 30), (ben, ana, 5)):
        house.wait()
        gift = house.input(toMemberId=taker, currency="STARS", points=points)
        house.done(as_member(giver), "transferPoints", gift)
    house.earned(ben, 7)
    return committed_in(house)


def chains_of(rows: dict[WalletId, list[WalletRow]], sealed: int = 0) -> dict[WalletId, Chain]:
    return {id_: Chain(sealed, chain[sealed:]) for id_, chain in rows.items()}


def test_everything_that_was_committed_is_ready_in_the_order_of_its_chains(history) -> None:
    rows, transactions = history
    batch = ready(chains_of(rows), transactions, LATER, 100, Sums({}))
    assert {each.id for each in batch.transactions} == transactions.keys()
    for id_ in rows:
        seqs = [each.links[id_] for each in batch.transactions if id_ in each.links]
        assert seqs == list(range(1, len(seqs) + 1))
    assert batch.wallets == {id_: chain[-1].wallet for id_, chain in rows.items()}


def test_a_transfer_waits_until_both_chains_reach_it(history) -> None:
    rows, transactions = history
    ana = min(rows, key=lambda id_: rows[id_][0].wallet.at)
    alone = {ana: Chain(0, rows[ana])}
    batch = ready(alone, transactions, LATER, 100, Sums({}))
    assert all(each.links.keys() == {ana} for each in batch.transactions)
    assert batch.transactions


def test_an_entry_that_is_dated_ahead_of_the_block_waits_with_all_that_builds_on_it(
    history,
) -> None:
    rows, transactions = history
    first = min(each.at for each in transactions.values())
    batch = ready(chains_of(rows), transactions, first, 100, Sums({}))
    assert {each.at for each in batch.transactions} == {first}


@given(limit=st.integers(1, 8))
def test_batches_of_any_size_come_to_the_same(history, limit: int) -> None:
    rows, transactions = history
    reached = dict.fromkeys(rows, 0)
    order: list[str] = []
    while True:
        chains = {id_: Chain(reached[id_], chain[reached[id_] :]) for id_, chain in rows.items()}
        batch = ready(chains, transactions, LATER, limit, Sums({}))
        if not batch.transactions:
            break
        assert len(batch.transactions) <= limit
        order += [each.id for each in batch.transactions]
        reached |= {id_: wallet.seq for id_, wallet in batch.wallets.items()}
    assert sorted(order) == sorted(transactions)


def test_a_row_that_disagrees_with_its_entry_stops_the_sealer(history) -> None:
    rows, transactions = history
    id_, chain = next(iter(rows.items()))
    wallet = chain[0].wallet
    more = wallet._replace(balances=wallet.balances._replace(available=10**6))
    forged = {**rows, id_: [chain[0]._replace(wallet=more), *chain[1:]]}
    with pytest.raises(SealingStopped) as stopped:
        ready(chains_of(forged), transactions, LATER, 100, Sums({}))
    assert stopped.value.reason is Reason.ROW


def test_what_takes_a_sum_past_what_a_block_can_state_is_held_back(history) -> None:
    """With all that builds on it; the others are sealed."""
    rows, transactions = history
    nearly = {("partner:grocer:issued", "STARS"): 210 - MAX_INTEGER}
    batch = ready(chains_of(rows), transactions, LATER, 100, Sums(nearly))
    assert batch.past_limit
    taken = {each.id for each in batch.transactions}
    assert taken
    assert not taken & {each.id for each in batch.past_limit}
    issued = sum(amount for account, _, amount in batch.outside() if account.endswith("issued"))
    assert -issued <= 210
