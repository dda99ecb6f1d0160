"""The balance tree against its definition: any wallets, in any order, from any pages."""

from hashlib import sha256

import orjson
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from ledger.balance_reads import check_page, checked, found_all, path
from ledger.balance_tree import (
    EMPTY,
    EMPTY_RECORD,
    EMPTY_ROOT,
    MAX_SUM,
    BalancePath,
    Leaf,
    Root,
    check_path,
    leaf_hash,
    leaf_of,
    leaf_record,
    node_record,
    packed_leaf,
    wallet_key,
    wallet_state,
)
from ledger.balance_updates import updated
from ledger.names import NO_HASH, At, Expires
from ledger.pages import BRANCH_BYTES, NO_REF, MemoryPages, Ref
from ledger.tx import Balances
from ledger.wallets import Lot, Wallet
from tests.unit.ledger.strategies import QUICK, STARS, broken_by, rule_of, wallet_id

# docs/ledger-format.md, "The balance tree", read aloud.


def bit(key: bytes, depth: int) -> int:
    return key[depth // 8] >> (7 - depth % 8) & 1


def naive(leaves: list[Leaf], depth: int = 0) -> tuple[int, bytes]:
    """Sum and hash of a subtree."""
    if not leaves:
        return 0, sha256(b"\x02").digest()
    if len(leaves) == 1:
        key, owed, state, _ = leaves[0]
        return owed, sha256(b"\x03" + key + owed.to_bytes(16, "big") + state).digest()
    left, right = (naive(half(leaves, depth, side), depth + 1) for side in (0, 1))
    node = b"".join(part for s, h in (left, right) for part in (s.to_bytes(16, "big"), h))
    return left[0] + right[0], sha256(b"\x04" + node).digest()


def half(leaves: list[Leaf], depth: int, side: int) -> list[Leaf]:
    return [leaf for leaf in leaves if bit(leaf.key, depth) == side]


def naive_path(leaves: list[Leaf], key: bytes, depth: int = 0) -> BalancePath:
    if len(leaves) < 2:
        end = leaves[0] if leaves else None
        own = end is not None and end.key == key
        return BalancePath(end if own else None, None if own else end, ())
    side = bit(key, depth)
    rest = naive_path(half(leaves, depth, side), key, depth + 1)
    sibling = naive(half(leaves, depth, 1 - side), depth + 1)
    return rest._replace(siblings=(*rest.siblings, sibling))


def leaf_at(number: int, owed: int = 1, seq: int = 1) -> Leaf:
    """A leaf whose key spreads as wallets' do."""
    key = sha256(b"%d" % number).digest()
    return Leaf(key, owed, sha256(b"%d %d" % (owed, seq)).digest(), seq)


def holding(leaves) -> tuple[Root, MemoryPages]:
    pages = MemoryPages()
    return updated(EMPTY_ROOT, list(leaves), pages.read, pages.write), pages


# Keys that part early, late and at the very last bit, in chains and in bunches.
TRUNKS = [bytes(32), b"\xff" * 32, sha256(b"trunk").digest(), sha256(b"other trunk").digest()]


@st.composite
def long_shared(draw):
    trunk = int.from_bytes(draw(st.sampled_from(TRUNKS)), "big")
    keep = draw(st.sampled_from([0, 1, 3, 4, 5, 8, 60, 61, 200, 248, 252, 255, 256]))
    low = draw(st.integers(0, 2**256 - 1)) & ((1 << (256 - keep)) - 1)
    return (trunk >> (256 - keep) << (256 - keep) | low).to_bytes(32, "big")


keys = st.one_of(
    long_shared(),
    st.integers(0, 300).map(lambda number: sha256(b"%d" % number).digest()),
    st.integers(0, 40).map(lambda number: number.to_bytes(32, "big")),
    st.binary(min_size=32, max_size=32),
)
owings = st.integers(0, 3) | st.integers(0, 2**56) | st.integers(0, 2**120)
states = st.integers(0, 9).map(lambda number: sha256(b"state %d" % number).digest())
some_leaves = st.lists(
    st.builds(Leaf, keys, owings, states, st.integers(0, 2**53)), max_size=90
).map(lambda leaves: list({leaf.key: leaf for leaf in leaves}.values()))
# Enough of them for pages of four levels, over one another.
many_leaves = st.builds(
    lambda numbers, more: list({leaf.key: leaf for leaf in (*numbers, *more)}.values()),
    st.integers(0, 700).map(lambda count: [leaf_at(number) for number in range(count)]),
    some_leaves,
)


@QUICK
@given(some_leaves | many_leaves)
def test_the_root_is_the_one_that_the_format_defines(leaves):
    """For any set of wallets, in any order, also with keys that share all but one bit."""
    root, pages = holding(leaves)
    assert (root.owed, root.hash) == naive(leaves)
    assert found_all(root, [leaf.key for leaf in leaves], pages.read) == {
        leaf.key: leaf for leaf in leaves
    }


@QUICK
@given(many_leaves, st.data())
def test_updates_in_any_batches_are_one_update(leaves, data):
    """Wallets that come and change in any batches end in the tree built at once, page by page."""
    pages = MemoryPages()
    root, left = EMPTY_ROOT, list(leaves)
    while left:
        size = data.draw(st.integers(1, 250))
        batch, left = left[:size], left[size:]
        stale = [leaf._replace(owed=7, seq=0) for leaf in batch[::3]]
        root = updated(root, stale, checked(pages.take), pages.write)
        root = updated(root, batch, checked(pages.take), pages.write)
    at_once, fresh = holding(leaves)
    assert root[:2] == at_once[:2]
    assert sorted(pages_of(root, pages)) == sorted(pages_of(at_once, fresh))
    assert len(pages) == len(pages_of(root, pages))


def pages_of(root: Root, pages: MemoryPages) -> list[bytes]:
    """Every page below a root but for the places of the pages below it."""
    below, found_pages = [root.page] if root.page else [], []
    while below:
        page = pages.read(below.pop()).data
        check_page(page)
        if len(page) == BRANCH_BYTES:
            refs = [page[at : at + 24] for at in range(BRANCH_BYTES - 384, BRANCH_BYTES, 24)]
            below += [Ref(ref) for ref in refs if ref != NO_REF]
            page = page[: BRANCH_BYTES - 384]
        found_pages.append(page)
    return found_pages


@QUICK
@given(some_leaves | many_leaves, st.lists(keys, max_size=8))
def test_every_key_has_one_path_and_it_is_the_one_that_the_format_defines(leaves, absent):
    """Present, absent by EMPTY, absent by another leaf: as defined, and accepted."""
    root, pages = holding(leaves)
    for key in [leaf.key for leaf in leaves[:10]] + absent:
        shown = path(root, key, pages.read)
        expected = naive_path(leaves, key)
        if shown.other:
            assert shown.other.seq == expected.other.seq
        assert shown == expected
        check_path(key, shown, root.hash, root.owed)
        assert found_all(root, [key], pages.read).get(key) == shown.leaf


@QUICK
@given(many_leaves, st.lists(st.builds(Leaf, keys, owings, states, st.just(9)), max_size=9))
def test_an_old_root_stays_readable_and_provable(leaves, later):
    """Pages are copied on write: what was true at a block can be shown for ever."""
    old, pages = holding(leaves)
    new = updated(old, later, pages.read, pages.write)
    now = {leaf.key: leaf for leaf in (*leaves, *later)}
    assert (new.owed, new.hash) == naive(list(now.values()))
    for leaf in (*leaves[::50], *later):
        shown = path(old, leaf.key, pages.read)
        check_path(leaf.key, shown, old.hash, old.owed)
        assert shown.leaf == next((one for one in leaves if one.key == leaf.key), None)
        assert path(new, leaf.key, pages.read).leaf == now[leaf.key]


def test_of_several_leaves_of_one_key_the_last_counts():
    """So a batch in which a wallet moved twice can be given as it is."""
    leaf = leaf_at(1)
    root, _ = holding([leaf, leaf_at(2), leaf._replace(owed=5)])
    assert (root.owed, root.hash) == naive([leaf._replace(owed=5), leaf_at(2)])
    assert updated(root, [], refuse_to_read, refuse_to_write) is root


def test_one_wallet_where_there_was_none_rises_in_a_page_of_full_places():
    """Every place below the page has two wallets or none; then one has one alone."""
    full = [
        Leaf(bytes((slot << 4 | low,)) + bytes(31), 1, bytes(32), 1)
        for slot in range(7)
        for low in range(6)
    ]
    root, pages = holding(full)
    alone = Leaf(b"\xf0" + bytes(31), 5, bytes(32), 1)
    assert updated(root, [alone], pages.read, pages.write)[:2] == naive([*full, alone])[::-1]


def refuse_to_read(ref):
    raise AssertionError("nothing has to be read")


def refuse_to_write(page):
    raise AssertionError("nothing has to be written")


def test_a_wallet_that_was_alone_in_its_part_of_the_tree_changes_and_gets_a_neighbour():
    """Change by change the tree is the one that all of its leaves make at once, and its pages say
    of themselves what is so."""
    crowd = [Leaf(bytes((0, number)) * 16, 1, bytes(32)) for number in range(40)]
    alone, beside = Leaf(b"\xff" * 32, 5, bytes(32)), Leaf(b"\xf0" * 32, 7, bytes(32))
    pages = MemoryPages()
    root, now = EMPTY_ROOT, {leaf.key: leaf for leaf in crowd}
    root = updated(root, crowd, pages.read, pages.write)
    for leaf in (alone, alone._replace(owed=6), beside, alone, crowd[0]._replace(owed=2), beside):
        now[leaf.key] = leaf
        root = updated(root, [leaf], checked(pages.read), pages.write)
        whole = MemoryPages()
        assert root[:2] == updated(EMPTY_ROOT, list(now.values()), whole.read, whole.write)[:2]
        for each in (alone, beside, crowd[0]):
            shown = path(root, each.key, checked(pages.read))
            assert shown.leaf == now.get(each.key)
            check_path(each.key, shown, root.hash, root.owed)


def test_a_part_of_the_tree_in_which_nobody_is_ends_the_way():
    """At the highest place that has no leaf below it: pages of four levels show no more."""
    leaves = [Leaf(bytes((number,)) * 32, 1, bytes(32)) for number in range(64)]
    pages = MemoryPages()
    root = updated(EMPTY_ROOT, leaves, pages.read, pages.write)
    for first, siblings in ((0x80, 1), (0xFF, 1), (0x40, 2), (0x7F, 2)):
        key = bytes((first,)) * 32
        shown = path(root, key, pages.read)
        assert (shown.leaf, shown.other, len(shown.siblings)) == (None, None, siblings)
        check_path(key, shown, root.hash, root.owed)


def test_an_empty_tree_is_h_of_2_with_sum_0():
    """Nobody is owed anything, and every wallet is absent."""
    assert EMPTY_ROOT == (EMPTY, 0, None)
    assert sha256(b"\x02").digest() == EMPTY
    shown = path(EMPTY_ROOT, bytes(32), refuse_to_read)
    assert shown == BalancePath(None, None, ())
    check_path(bytes(32), shown, EMPTY, 0)
    assert found_all(EMPTY_ROOT, [bytes(32)], refuse_to_read) == {}


def test_a_wallet_with_balance_0_is_a_leaf():
    """It is not EMPTY: that it has nothing is part of what can be shown."""
    leaf = leaf_at(1, owed=0)
    root, pages = holding([leaf])
    assert root.owed == 0
    assert root.hash == leaf_hash(leaf.key, 0, leaf.state) != EMPTY
    assert path(root, leaf.key, pages.read).leaf == leaf


def test_key_state_and_leaf_are_as_the_format_says():
    """Written out once by hand."""
    lots = (Lot(Expires("2026-12-31"), "acme", 30), Lot(Expires("never"), "operator", 12))
    wallet = Wallet(wallet_id("w"), STARS, 3, NO_HASH, At(""), Balances(42, 5, 6, 0), lots)
    key = sha256(b"tallystick/wallet/v1\n" + wallet_id("w").encode()).digest()
    state = (
        b'{"arrears":0,"available":42,"head":"' + NO_HASH.encode() + b'","held":5,"lots":'
        b'[["2026-12-31","acme",30],["never","operator",12]],"pending":6,"seq":3}'
    )
    assert wallet_key(wallet.id) == key
    assert wallet_state(wallet) == state == rfc8785.dumps(orjson.loads(state))
    assert leaf_of(wallet) == Leaf(key, 53, sha256(state).digest(), 3)
    owing = wallet._replace(balances=Balances(0, 0, 0, -9), lots=())
    assert wallet_state(owing).startswith(b'{"arrears":-9,"available":0,')
    assert leaf_of(owing).owed == 0


# What an operator may try with a path. Each is refused for the right reason.

TREE = [leaf_at(number, owed=number) for number in range(100)]
ROOT, PAGES = holding(TREE)
# A wallet with a subtree beside it at every depth.
WALLET, PRESENT = next(
    (leaf, shown)
    for leaf in TREE[17:]
    for shown in [path(ROOT, leaf.key, PAGES.read)]
    if EMPTY not in dict(shown.siblings).values()
)
ABSENT_KEYS = [leaf_at(number).key for number in range(1000, 1100)]
BY_OTHER = next(
    (key, shown)
    for key in ABSENT_KEYS
    for shown in [path(ROOT, key, PAGES.read)]
    if shown.other and len(shown.siblings) > 5
)
BY_EMPTY = next(
    (key, shown)
    for key in ABSENT_KEYS
    for shown in [path(ROOT, key, PAGES.read)]
    if not shown.other
)


def rule_of_path(key: bytes, shown: BalancePath, root: Root = ROOT) -> str:
    return rule_of(check_path, key, shown, root.hash, root.owed)


def flipped(key: bytes, depth: int) -> bytes:
    return (int.from_bytes(key, "big") ^ 1 << (255 - depth)).to_bytes(32, "big")


def test_absence_claimed_for_a_wallet_that_exists_is_refused():
    """By EMPTY, by its own leaf as another's, by another's leaf, by a shorter path."""
    siblings = PRESENT.siblings
    for shorter in range(len(siblings) + 1):
        nobody = BalancePath(None, None, siblings[shorter:])
        assert rule_of_path(WALLET.key, nobody) == "balance.root"
    assert rule_of_path(WALLET.key, BalancePath(None, WALLET, siblings)) == "balance.absence"
    assert rule_of_path(WALLET.key, BY_OTHER[1]) == "balance.prefix"
    posing = WALLET._replace(key=flipped(WALLET.key, 255))
    assert rule_of_path(WALLET.key, BalancePath(None, posing, siblings)) == "balance.root"


def test_presence_claimed_for_a_wallet_that_does_not_exist_is_refused():
    """At the place where it would be, and with another's leaf."""
    key, shown = BY_EMPTY
    leaf = Leaf(key, 5, WALLET.state)
    assert rule_of_path(key, BalancePath(leaf, None, shown.siblings)) == "balance.root"
    assert rule_of_path(key, BalancePath(leaf, None, shown.siblings[1:])) == "balance.root"
    assert rule_of_path(key, BalancePath(WALLET, None, PRESENT.siblings)) == "balance.leaf"
    assert rule_of_path(key, BalancePath(leaf, WALLET, shown.siblings)) == "balance.leaf"
    key, shown = BY_OTHER
    posing = shown.other._replace(key=key)
    assert rule_of_path(key, BalancePath(posing, None, shown.siblings)) == "balance.root"


def test_absence_by_a_leaf_that_does_not_share_the_first_bits_is_refused():
    """It stands elsewhere: the key asked for could still be where its own bits lead."""
    key, shown = BY_OTHER
    depth = len(shown.siblings)
    check_path(key, shown, ROOT.hash, ROOT.owed)
    for place in range(depth):
        assert rule_of_path(flipped(key, place), shown) == "balance.prefix"
    # Past the depth of the path the key may be any: one leaf is all there is.
    check_path(flipped(key, depth), shown, ROOT.hash, ROOT.owed)


def test_a_first_sibling_that_is_empty_is_refused():
    """A leaf stands as high as it can: one shown lower would have a second path and root."""
    lone = leaf_at(1)
    root, _ = holding([lone])
    for end in (BalancePath(lone, None, ()), BalancePath(None, None, ())):
        for sibling in ((0, EMPTY), (5, EMPTY)):
            lower = end._replace(siblings=(sibling,))
            assert rule_of_path(lone.key, lower, root) == "balance.sibling"
    # Even where a dishonest root was built over it.
    record = leaf_record(packed_leaf(lone))
    pair = EMPTY_RECORD + record if bit(lone.key, 0) else record + EMPTY_RECORD
    built = Root(node_record(pair)[16:], lone.owed, None)
    assert rule_of_path(lone.key, BalancePath(lone, None, ((0, EMPTY),)), built) == (
        "balance.sibling"
    )


def test_an_empty_subtree_that_is_owed_something_is_refused():
    """EMPTY has sum 0: a sum beside it would be owed to nobody."""
    one, other = Leaf(bytes(32), 1, bytes(32)), Leaf(bytes(31) + b"\x01", 2, bytes(32))
    root, pages = holding([one, other])
    shown = path(root, one.key, pages.read)
    assert shown.siblings[1:] == ((0, EMPTY),) * 255
    check_path(one.key, shown, root.hash, root.owed)
    for place in range(1, 256):
        paid = list(shown.siblings)
        paid[place] = (7, EMPTY)
        assert rule_of_path(one.key, shown._replace(siblings=tuple(paid)), root) == "balance.empty"


def test_a_path_too_long_or_too_short_is_refused():
    """At either end, and past the bits that a key has."""
    key, siblings = WALLET.key, PRESENT.siblings
    for other in (
        siblings[1:],
        siblings[:-1],
        (*siblings, siblings[-1]),
        (siblings[0], *siblings),
        (*siblings, (0, EMPTY)),
        siblings[::-1],
        (),
    ):
        assert rule_of_path(key, PRESENT._replace(siblings=other)) == "balance.root"
    long = PRESENT._replace(siblings=((1, bytes(32)),) * 257)
    assert rule_of_path(key, long) == "balance.depth"
    at_most = PRESENT._replace(siblings=((1, bytes(32)),) * 256)
    assert rule_of_path(key, at_most) == "balance.root"


def test_a_sum_that_overflows_is_refused():
    """Two siblings that add up past 2^128 - 1 would make a large debt a small one."""
    one, other = Leaf(bytes(32), 1, bytes(32)), Leaf(b"\x80" + bytes(31), 2, bytes(32))
    huge = BalancePath(one, None, ((MAX_SUM, leaf_hash(*other[:3])),))
    assert rule_of_path(one.key, huge) == "balance.sum"
    node = b"".join(
        (MAX_SUM.to_bytes(16, "big"), leaf_hash(*other[:3]), (1).to_bytes(16, "big"), EMPTY)
    )
    wrapped = Root(sha256(b"\x04" + node).digest(), 0, None)
    assert rule_of_path(one.key, huge, wrapped) == "balance.sum"
    assert rule_of_path(one.key, huge._replace(leaf=one._replace(owed=2**128))) == "balance.sum"
    assert rule_of_path(one.key, huge._replace(siblings=((-1, bytes(32)),))) == "balance.sum"
    assert rule_of_path(one.key, huge._replace(siblings=((2**128, bytes(32)),))) == "balance.sum"
    assert rule_of(holding, [one, other._replace(owed=MAX_SUM)]) == "balance.sum"
    assert rule_of(holding, [one._replace(owed=MAX_SUM + 1)]) == "balance.sum"
    assert rule_of(holding, [one._replace(owed=-1)]) == "balance.sum"
    assert rule_of(holding, [one._replace(seq=2**64)]) == "balance.sum"
    assert holding([one, other._replace(owed=MAX_SUM - 1)])[0].owed == MAX_SUM
    rest = [leaf_at(number) for number in range(100)]
    root, pages = holding(rest)
    flood = [leaf_at(17, owed=MAX_SUM)]
    assert rule_of(updated, root, flood, pages.read, pages.write) == "balance.sum"


def test_another_root_or_sum_is_refused():
    """What the block states is what the path has to lead to."""
    assert rule_of(check_path, WALLET.key, PRESENT, EMPTY, ROOT.owed) == "balance.root"
    for owed in (ROOT.owed - 1, ROOT.owed + 1, 0):
        assert rule_of(check_path, WALLET.key, PRESENT, ROOT.hash, owed) == "balance.owed"


@QUICK
@given(st.integers(0, len(PRESENT.siblings) - 1), st.integers(0, 255), st.integers(-3, 3))
def test_any_change_of_a_path_is_refused(place, changed_bit, more):
    """A bit of a hash, a sum by one, the owed amount, the state."""
    siblings = list(PRESENT.siblings)
    amount, hash_ = siblings[place]
    siblings[place] = (amount + more, flipped(hash_, changed_bit) if not more else hash_)
    shown = PRESENT._replace(siblings=tuple(siblings))
    assert broken_by(check_path, WALLET.key, shown, ROOT.hash, ROOT.owed)
    other = WALLET._replace(state=flipped(WALLET.state, changed_bit))
    assert rule_of_path(WALLET.key, PRESENT._replace(leaf=other)) == "balance.root"
    # What leaves the wallet and comes in beside it keeps the sum, not the hash.
    amount, hash_ = PRESENT.siblings[0]
    shifted = BalancePath(
        WALLET._replace(owed=WALLET.owed - 1),
        None,
        ((amount + 1, hash_), *PRESENT.siblings[1:]),
    )
    assert rule_of_path(WALLET.key, shifted) == "balance.root"


@pytest.mark.parametrize("length", [0, 31, 33])
def test_keys_and_states_have_32_bytes(length):
    """A shorter or longer key could pose as another leaf's bytes."""
    assert rule_of(holding, [Leaf(bytes(length), 1, bytes(32))]) == "balance.leaf"
    assert rule_of(holding, [Leaf(bytes(32), 1, bytes(length))]) == "balance.leaf"
