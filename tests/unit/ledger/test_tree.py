"""The Merkle tree of RFC 6962: its roots, its two proofs, and what else they might be taken for."""

from collections.abc import Sequence
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.tree import (
    EMPTY_ROOT,
    HashReader,
    check_consistency,
    check_inclusion,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_at,
    root_of,
)
from tests.unit.ledger.strategies import QUICK, broken_by, rule_of

ENTRIES = [b"entry %d" % number for number in range(300)]
LEAVES = [leaf_hash(entry) for entry in ENTRIES]
SIZES = st.integers(1, 300)


# RFC 6962 sections 2.1, 2.1.1 and 2.1.2 word by word: slow, and of entries.


def split(entries: Sequence[bytes]) -> int:
    k = 1
    while 2 * k < len(entries):
        k *= 2
    return k


def mth(entries: Sequence[bytes]) -> bytes:
    if not entries:
        return sha256(b"").digest()
    if len(entries) == 1:
        return sha256(b"\x00" + entries[0]).digest()
    k = split(entries)
    return sha256(b"\x01" + mth(entries[:k]) + mth(entries[k:])).digest()


def audit_path(m: int, entries: Sequence[bytes]) -> list[bytes]:
    if len(entries) == 1:
        return []
    k = split(entries)
    if m < k:
        return [*audit_path(m, entries[:k]), mth(entries[k:])]
    return [*audit_path(m - k, entries[k:]), mth(entries[:k])]


def subproof(m: int, entries: Sequence[bytes], whole: bool) -> list[bytes]:
    if m == len(entries):
        return [] if whole else [mth(entries)]
    k = split(entries)
    if m <= k:
        return [*subproof(m, entries[:k], whole), mth(entries[k:])]
    return [*subproof(m - k, entries[k:], False), mth(entries[:k])]


def reader(size: int) -> HashReader:
    """Full subtrees of the first entries, and no others."""

    def read(level: int, index: int) -> bytes:
        assert (index + 1) << level <= size
        return root_of(LEAVES[index << level : (index + 1) << level])

    return read


def test_roots_worked_out_by_hand():
    """No leaf, one, two, three: the definition written out."""
    a, b, c = (sha256(b"\x00" + entry).digest() for entry in (b"a", b"b", b"c"))
    ab = sha256(b"\x01" + a + b).digest()
    assert root_of([]) == EMPTY_ROOT == sha256().digest()
    assert root_of([a]) == a == leaf_hash(b"a")
    assert root_of([a, b]) == ab == node_hash(a, b)
    assert root_of([a, b, c]) == sha256(b"\x01" + ab + c).digest()


def test_roots_of_certificate_transparency():
    """The test tree of certificate-transparency, which every other implementation checks."""
    entries = [
        b"",
        b"\x00",
        b"\x10",
        b"\x20\x21",
        b"\x30\x31",
        b"\x40\x41\x42\x43",
        bytes(range(0x50, 0x58)),
        bytes(range(0x60, 0x70)),
    ]
    leaves = [leaf_hash(entry) for entry in entries]
    roots = {
        0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    }
    for size, root in roots.items():
        assert root_of(leaves[:size]).hex() == root


@pytest.mark.parametrize("size", [*range(20), 31, 32, 33, 127, 128, 129, 255, 256, 257, 300])
def test_a_root_is_what_the_rfc_defines(size):
    """From all leaf hashes, or from full subtrees alone."""
    assert root_of(LEAVES[:size]) == root_at(size, reader(size)) == mth(ENTRIES[:size])


def test_the_leaves_are_left_as_they_are():
    """A root is computed without changing the list that it is of."""
    leaves = LEAVES[:7]
    root_of(leaves)
    root_of(tuple(leaves))
    assert leaves == LEAVES[:7]


@QUICK
@given(SIZES, st.data())
def test_inclusion_proofs_are_those_of_the_rfc_and_hold(size, data):
    """PATH(m, D[n]) is what is made, and it holds for its leaf."""
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(index, size, reader(size))
    assert proof == audit_path(index, ENTRIES[:size])
    check_inclusion(LEAVES[index], index, size, proof, mth(ENTRIES[:size]))


@QUICK
@given(SIZES, st.data())
def test_consistency_proofs_are_those_of_the_rfc_and_hold(size, data):
    """PROOF(m, D[n]) is what is made, and it holds for both roots."""
    old = data.draw(st.integers(1, size))
    proof = consistency_proof(old, size, reader(size))
    assert proof == subproof(old, ENTRIES[:size], True)
    check_consistency(old, mth(ENTRIES[:old]), size, mth(ENTRIES[:size]), proof)


def test_every_proof_of_every_small_tree_holds():
    """Up to 33 leaves: each leaf in each tree, each tree in each larger one."""
    roots = [root_of(LEAVES[:size]) for size in range(34)]
    for size in range(34):
        read = reader(size)
        for index in range(size):
            proof = inclusion_proof(index, size, read)
            check_inclusion(LEAVES[index], index, size, proof, roots[size])
        for old in range(size + 1):
            proof = consistency_proof(old, size, read)
            check_consistency(old, roots[old], size, roots[size], proof)


@QUICK
@given(SIZES, st.data())
def test_a_proof_of_inclusion_holds_for_one_leaf_at_one_place(size, data):
    """Not for another leaf, index, root, or bit of a hash; not for another size of other root."""
    index = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(0, 299).filter(lambda number: number != index))
    read, root, leaf = reader(size), root_of(LEAVES[:size]), LEAVES[index]
    proof = inclusion_proof(index, size, read)
    attacks = [
        (LEAVES[other], index, size, proof, root),
        (leaf, other, size, proof, root),
        (leaf, index, size, proof, leaf_hash(root)),
        (leaf, index, other + 1, proof, root_of(LEAVES[: other + 1])),
    ]
    for position, value in enumerate(proof):
        bit = data.draw(st.integers(0, 255))
        changed = (int.from_bytes(value, "big") ^ 1 << bit).to_bytes(32, "big")
        attacks.append(
            (leaf, index, size, [*proof[:position], changed, *proof[position + 1 :]], root)
        )
    for attack in attacks:
        if attack == (leaf, index, size, proof, root):
            continue
        assert rule_of(check_inclusion, *attack) == "log.inclusion"


@QUICK
@given(st.integers(2, 300), st.data())
def test_a_proof_has_as_many_hashes_as_its_path(size, data):
    """One hash too long at either end, or too short, is refused, whatever it adds."""
    index = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(1, size))
    root, old_root, read = root_of(LEAVES[:size]), root_of(LEAVES[:old]), reader(size)
    inclusion, consistency = inclusion_proof(index, size, read), consistency_proof(old, size, read)
    more = data.draw(st.sampled_from([root, old_root, EMPTY_ROOT, LEAVES[index]]))
    for wrong in ([*inclusion, more], [more, *inclusion], inclusion[1:], inclusion[:-1]):
        assert rule_of(check_inclusion, LEAVES[index], index, size, wrong, root) == "log.inclusion"
    for wrong in ([*consistency, more], [more, *consistency], consistency[1:], consistency[:-1]):
        if wrong != consistency:
            broken = rule_of(check_consistency, old, old_root, size, root, wrong)
            assert broken == "log.consistency"


@QUICK
@given(st.integers(3, 300), st.data())
def test_hashes_that_change_places_are_refused(size, data):
    """The order of a proof's hashes says which is beside what."""
    read, root = reader(size), root_of(LEAVES[:size])
    index = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(1, size - 1))
    old_root = root_of(LEAVES[:old])
    inclusion, consistency = inclusion_proof(index, size, read), consistency_proof(old, size, read)
    for first in range(len(inclusion) - 1):
        swapped = inclusion[:first] + inclusion[first : first + 2][::-1] + inclusion[first + 2 :]
        assert broken_by(check_inclusion, LEAVES[index], index, size, swapped, root)
    for first in range(len(consistency) - 1):
        pair = consistency[first : first + 2]
        swapped = consistency[:first] + pair[::-1] + consistency[first + 2 :]
        assert broken_by(check_consistency, old, old_root, size, root, swapped)


def test_a_node_is_no_leaf():
    """The preimage of a node, offered as an entry, has another hash; so has the node as a leaf."""
    root = root_of(LEAVES[:4])
    left, right = node_hash(*LEAVES[:2]), node_hash(*LEAVES[2:4])
    as_entry = leaf_hash(LEAVES[0] + LEAVES[1])
    assert as_entry != left
    assert rule_of(check_inclusion, as_entry, 0, 4, [right], root) == "log.inclusion"
    assert rule_of(check_inclusion, as_entry, 0, 2, [right], root) == "log.inclusion"
    # Even its true hash has no place at which a path of that length ends, but in a smaller tree:
    # which is why the size is that of a signed checkpoint, and never a proof's word.
    assert rule_of(check_inclusion, left, 0, 4, [right], root) == "log.inclusion"


def test_a_leaf_is_no_node():
    """An entry that spells a node's preimage with its prefix does not become that node."""
    entry = b"\x01" + LEAVES[0] + LEAVES[1]
    assert leaf_hash(entry) not in (node_hash(*LEAVES[:2]), sha256(entry).digest())


@pytest.mark.parametrize(("index", "size"), [(4, 4), (5, 4), (-1, 4), (0, 0), (-1, 0), (2**70, 4)])
def test_an_index_outside_the_tree_is_refused(index, size):
    """No proof is made, and none is believed, of what the tree does not hold."""
    root = root_of(LEAVES[:size])
    assert rule_of(inclusion_proof, index, size, reader(size)) == "log.inclusion"
    assert rule_of(check_inclusion, LEAVES[0], index, size, [], root) == "log.inclusion"


@pytest.mark.parametrize(("old", "new"), [(5, 4), (1, 0), (-1, 4), (-1, 0)])
def test_a_tree_does_not_begin_with_a_larger_one(old, new):
    """A log that shrinks, or a size below 0, is refused."""
    assert rule_of(consistency_proof, old, new, reader(new)) == "log.consistency"
    wrong = (old, EMPTY_ROOT, new, root_of(LEAVES[:new]), [])
    assert rule_of(check_consistency, *wrong) == "log.consistency"


def test_every_tree_begins_with_the_empty_one():
    """Nothing has to be shown, and nothing may be: but its root is that of the empty tree."""
    root = root_of(LEAVES[:5])
    assert consistency_proof(0, 5, reader(5)) == []
    check_consistency(0, EMPTY_ROOT, 5, root, [])
    check_consistency(0, EMPTY_ROOT, 0, EMPTY_ROOT, [])
    for wrong in (
        (0, root, 5, root, []),
        (0, EMPTY_ROOT, 5, root, [root]),
        (0, EMPTY_ROOT, 0, root, []),
    ):
        assert rule_of(check_consistency, *wrong) == "log.consistency"


def test_two_logs_of_one_size_are_refused():
    """Of the same size the roots are the same, and no proof can make up for it."""
    root = root_of(LEAVES[:5])
    other = root_of(LEAVES[1:6])
    check_consistency(5, root, 5, root, [])
    for proof in ([], [root], [other], inclusion_proof(0, 5, reader(5))):
        assert rule_of(check_consistency, 5, root, 5, other, proof) == "log.consistency"


@QUICK
@given(st.integers(2, 300), st.data())
def test_a_changed_history_is_not_consistent(size, data):
    """With an entry of the old tree changed, its proof leads to a root that is not the old one."""
    old = data.draw(st.integers(1, size - 1))
    at = data.draw(st.integers(0, old - 1))
    forked = [*LEAVES[:at], leaf_hash(b"another"), *LEAVES[at + 1 : size]]

    def read(level: int, index: int) -> bytes:
        return root_of(forked[index << level : (index + 1) << level])

    proof = consistency_proof(old, size, read)
    check_consistency(old, root_of(forked[:old]), size, root_of(forked), proof)
    honest = root_of(LEAVES[:old])
    assert rule_of(check_consistency, old, honest, size, root_of(forked), proof)
    assert rule_of(
        check_consistency, old, root_of(forked[:old]), size, root_of(LEAVES[:size]), proof
    )


def test_hashes_have_32_bytes():
    """Shorter or longer ones would move bytes from one side of a node to the other."""
    left, right = LEAVES[:2]
    root = node_hash(left, right)
    check_inclusion(left, 0, 2, [right], root)
    assert rule_of(check_inclusion, left + right[:1], 0, 2, [right[1:]], root) == "log.inclusion"
    assert rule_of(check_inclusion, left, 0, 2, [right], root + b"\0") == "log.inclusion"
    assert rule_of(check_consistency, 1, left + right[:1], 2, root, [right[1:]])


@QUICK
@given(
    st.integers(-3, 2**64),
    st.integers(-3, 2**64),
    st.lists(st.binary(min_size=31, max_size=33), max_size=70),
)
def test_arbitrary_proofs_raise_nothing_but_rulebroken(first, second, proof):
    """Sizes without bounds and hashes of any length are refused by rule."""
    assert rule_of(check_inclusion, LEAVES[0], first, second, proof, EMPTY_ROOT) == "log.inclusion"
    root = LEAVES[1]
    broken = broken_by(check_consistency, first, LEAVES[0], second, root, proof)
    assert broken is not None
    assert broken.rule == "log.consistency"


def test_a_proof_holds_for_no_size_that_needs_another_length():
    """A root says nothing of its size: with another one, a true proof is none."""
    for size in range(2, 18):
        read, root = reader(size), root_of(LEAVES[:size])
        for old in range(1, size):
            proof, old_root = consistency_proof(old, size, read), root_of(LEAVES[:old])
            for other in range(old + 1, 70):
                if len(consistency_proof(old, other, reader(other))) != len(proof):
                    broken = rule_of(check_consistency, old, old_root, other, root, proof)
                    assert broken == "log.consistency"
            broken = rule_of(check_consistency, old, old_root, size, root, [])
            assert broken == "log.consistency"


def test_a_leaf_does_not_stand_just_past_the_end():
    """Even where a larger tree has it there, with that root."""
    for size in range(1, 17):
        root, proof = root_of(LEAVES[: size + 1]), inclusion_proof(size, size + 1, reader(size + 1))
        check_inclusion(LEAVES[size], size, size + 1, proof, root)
        assert rule_of(check_inclusion, LEAVES[size], size, size, proof, root) == "log.inclusion"
