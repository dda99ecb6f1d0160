"""The order of transactions, from the places of their rows."""

from collections.abc import Mapping, Sequence
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.names import TransactionId, WalletId
from ledger.order import chain_order

Links = dict[TransactionId, list[tuple[WalletId, int]]]


def ids(*names: str) -> list[TransactionId]:
    return [TransactionId(name) for name in names]


def links(**places: Sequence[tuple[str, int]]) -> Links:
    return {
        TransactionId(name): [(WalletId(wallet), seq) for wallet, seq in own]
        for name, own in places.items()
    }


@st.composite
def ledgers(draw: st.DrawFn) -> Links:
    """Transactions as they came, each at the next seq of one to three wallets."""
    names = draw(st.lists(st.text("abcdef", min_size=1), unique=True, max_size=25))
    seqs: dict[WalletId, int] = {}
    made: Links = {}
    for name in names:
        wallets = draw(st.sets(st.sampled_from("WXYZ"), min_size=1, max_size=3))
        made[TransactionId(name)] = []
        for wallet in map(WalletId, sorted(wallets)):
            seqs[wallet] = seqs.get(wallet, 0) + 1
            made[TransactionId(name)].append((wallet, seqs[wallet]))
    return made


def assert_chains_ascend(
    order: Sequence[TransactionId], made: Mapping[TransactionId, object]
) -> None:
    newest: dict[WalletId, int] = {}
    for id_ in order:
        for wallet, seq in made[id_]:  # type: ignore[attr-defined]
            assert seq == newest.get(wallet, 0) + 1
            newest[wallet] = seq


@given(ledgers(), st.randoms())
def test_each_wallets_seq_ascends_by_one(made: Links, dice: Random) -> None:
    """However rows come out of a table, each chain is whole and in its order."""
    shuffled = [*made.items()]
    dice.shuffle(shuffled)
    order = chain_order(dict(shuffled))
    assert sorted(order) == sorted(made)
    assert_chains_ascend(order, made)


@given(ledgers(), st.randoms())
def test_the_order_does_not_depend_on_how_rows_come(made: Links, dice: Random) -> None:
    """The same rows have one order."""
    shuffled = [(id_, dice.sample(places, len(places))) for id_, places in made.items()]
    dice.shuffle(shuffled)
    assert chain_order(dict(shuffled)) == chain_order(made)


@given(ledgers(), st.data())
def test_what_builds_on_a_missing_row_comes_last_by_id(made: Links, data: st.DataObject) -> None:
    """One row lost leaves the others in order, and what cannot follow from them behind."""
    if not made:
        return
    lost = data.draw(st.sampled_from([*made]))
    orphans: set[TransactionId] = set()
    gone = set(made[lost])
    for id_, places in made.items():
        if id_ != lost and any((wallet, seq - 1) in gone for wallet, seq in places):
            orphans.add(id_)
            gone.update(places)
    left = {id_: places for id_, places in made.items() if id_ != lost}
    order = chain_order(left)
    whole = order[: len(left) - len(orphans)]
    assert_chains_ascend(whole, left)
    assert order[len(whole) :] == sorted(orphans)


def test_no_transactions_have_no_order() -> None:
    """An empty table is an empty ledger."""
    assert chain_order({}) == []


def test_ties_go_by_id() -> None:
    """Where no chain decides, the ids do."""
    made = links(c=[("W", 1)], a=[("X", 1)], b=[("Y", 1)])
    assert chain_order(made) == ids("a", "b", "c")


def test_a_chain_goes_before_an_id() -> None:
    """An id decides nothing that a chain has decided."""
    made = links(a=[("W", 2), ("X", 2)], b=[("W", 1)], c=[("X", 1)])
    assert chain_order(made) == ids("b", "c", "a")


def test_a_transaction_without_rows_has_its_place_by_id() -> None:
    """It waits for nothing; what is wrong with it is for the verifier to say."""
    made = links(a=[("W", 2)], b=[], c=[("W", 1)])
    assert chain_order(made) == ids("b", "c", "a")


@pytest.mark.parametrize(
    "made",
    [
        links(b=[("W", 2), ("X", 1)], a=[("W", 1), ("X", 2)]),
        links(b=[("W", 3)], a=[("W", 4)]),
    ],
    ids=["a circle", "a gap"],
)
def test_what_has_no_order_comes_by_id(made: Links) -> None:
    """Rows that no ledger can have still come out, each once."""
    assert chain_order(made) == ids("a", "b")


def test_two_transactions_at_one_place_release_what_follows_once() -> None:
    """A fork comes out whole, for the verifier to refuse."""
    made = links(a=[("W", 1)], b=[("W", 1)], c=[("W", 2), ("X", 2)], d=[("X", 1)])
    assert chain_order(made) == ids("a", "b", "d", "c")
