"""The balance tree in memory is the balance tree: the same root, whatever changes in it."""

from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from ledger.balance_tree import EMPTY, EMPTY_ROOT, Leaf
from ledger.balance_updates import updated
from ledger.pages import MemoryPages
from ledger.sum_tree import SumTree
from tests.unit.ledger.strategies import QUICK

# Keys that part early, late, and at the very last bit.
keys = st.one_of(
    st.binary(min_size=32, max_size=32),
    st.integers(0, 3).map(lambda last: bytes(31) + bytes([last])),
    st.integers(0, 255).map(lambda last: bytes(3) + bytes([last]) + bytes(28)),
)
batches = st.lists(st.dictionaries(keys, st.integers(0, 2**53), max_size=12), max_size=6)


def state_of(amount: int) -> bytes:
    return sha256(b"%d" % amount).digest()


def agree(batches: list[dict[bytes, int]]) -> None:
    tree, pages, root = SumTree(), MemoryPages(), EMPTY_ROOT
    known: set[bytes] = set()
    for batch in batches:
        known |= batch.keys()
        tree.update({key: (amount, state_of(amount)) for key, amount in batch.items()})
        leaves = [Leaf(key, amount, state_of(amount)) for key, amount in batch.items()]
        root = updated(root, leaves, pages.read, pages.write)
        assert (tree.hash, tree.owed, len(tree)) == (root.hash, root.owed, len(known))


def test_a_tree_without_leaves_is_empty():
    """And owes nobody."""
    assert (SumTree().hash, SumTree().owed, len(SumTree())) == (EMPTY, 0, 0)


@QUICK
@given(batches)
def test_it_has_the_root_of_the_tree_in_pages(batches):
    """For keys that share many bits, too."""
    agree(batches)


def test_it_has_the_root_of_the_tree_in_pages_while_it_grows():
    """From one wallet to hundreds, with changes on the way."""
    names = [sha256(b"%d" % number).digest() for number in range(700)]
    agree([dict.fromkeys(names[turn % 3 : turn * turn], turn + 1) for turn in range(26)])


def test_it_has_the_root_of_the_tree_in_pages_when_many_keys_share_a_prefix():
    """They come in any order, some part early, some late, and leaves among them change."""
    tails = [sha256(b"%d" % number).digest() for number in range(300)]
    starts = (bytes(3), bytes(23))
    names = [(starts[number % 2] + tail)[:32] for number, tail in enumerate(tails)]
    agree([dict.fromkeys(names[turn : turn + 60], turn + 1) for turn in range(0, 300, 20)])


def test_a_change_among_many_keys_of_one_prefix_costs_no_more_than_a_hash_for_each(monkeypatch):
    """And a search where they part: not a comparison of each with all."""
    names = [bytes(4) + sha256(b"%d" % number).digest()[:28] for number in range(4000)]
    tree = SumTree()
    tree.update({name: (1, state_of(1)) for name in names})
    asked = []
    over = SumTree._over
    monkeypatch.setattr(SumTree, "_over", lambda *a: (asked.append(a[3] - a[2]), over(*a))[1])
    tree.update({names[0]: (2, state_of(2))})
    assert len(asked) < 4 * len(names)
