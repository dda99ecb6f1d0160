"""Pages of a balance tree: what they hold, and that damaged ones are refused."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.balance_reads import check_page, checked, found_all, path
from ledger.balance_tree import (
    EMPTY_RECORD,
    EMPTY_ROOT,
    Leaf,
    Root,
    check_path,
    leaf_hash,
    node_record,
)
from ledger.balance_updates import updated
from ledger.errors import RuleBroken
from ledger.pages import (
    BRANCH_BYTES,
    LEAF_BYTES,
    NO_REF,
    PAGE_MAX_LEAVES,
    RECORD_AT,
    RECORD_BYTES,
    REF_AT,
    BranchPage,
    LeavesPage,
    MemoryPages,
    Page,
    Ref,
    empty_branch,
    read_page,
    read_ref,
    ref_of,
    slot_of,
)
from tests.unit.ledger.strategies import QUICK, broken_by, rule_of


def leaves_of(count: int) -> list[Leaf]:
    return [
        Leaf(sha256(b"%d" % number).digest(), number, sha256(b"state %d" % number).digest(), number)
        for number in range(count)
    ]


def tree_of(leaves) -> tuple[Root, MemoryPages]:
    pages = MemoryPages()
    return updated(EMPTY_ROOT, leaves, pages.take, pages.write), pages


FEW = leaves_of(20)
FEW_ROOT, FEW_PAGES = tree_of(FEW)
FEW_PAGE = FEW_PAGES.read(FEW_ROOT.page).data
MANY = leaves_of(150)
MANY_ROOT, MANY_PAGES = tree_of(MANY)
MANY_PAGE = MANY_PAGES.read(MANY_ROOT.page).data
NOBODYS = [Leaf(sha256(b"nobody %d" % number).digest(), 0, b"") for number in range(30)]


def test_a_page_of_one_leaf_is_its_kind_a_count_and_the_leaf():
    """Written out by hand."""
    leaf = Leaf(b"k" * 32, 258, b"s" * 32, 7)
    root, pages = tree_of([leaf])
    page = b"\x01\x01" + b"k" * 32 + bytes(14) + b"\x01\x02" + b"s" * 32 + bytes(7) + b"\x07"
    assert pages.read(root.page).data == page
    check_page(page)


def test_a_page_of_two_leaves_holds_where_they_part_and_what_their_node_is_over():
    """Their records as seen below the place where they part."""
    one = Leaf(bytes(32), 1, b"s" * 32, 1)
    other = Leaf(bytes(31) + b"\x04", 2, b"t" * 32, 2)
    root, pages = tree_of([other, one])
    page = read_page(pages.read(root.page).data)
    assert isinstance(page, LeavesPage)
    assert [leaf[:32] for leaf in page.leaves] == [one.key, other.key]
    assert list(page.depths) == [253]
    records = [leaf.owed.to_bytes(16, "big") + leaf_hash(*leaf[:3]) for leaf in (one, other)]
    assert page.nodes == [b"".join(records)]
    assert page.packed == pages.read(root.page).data


def test_a_page_keeps_its_leaves_while_they_are_few():
    """One more than 32 and there are four levels, with pages below."""
    root, pages = tree_of(leaves_of(PAGE_MAX_LEAVES))
    assert (len(pages), pages.read(root.page).data[:2]) == (1, bytes((1, PAGE_MAX_LEAVES)))
    root, pages = tree_of(leaves_of(PAGE_MAX_LEAVES + 1))
    page = pages.read(root.page).data
    assert (page[0], len(page)) == (2, BRANCH_BYTES)
    assert len(pages) > 10
    branch = read_page(page)
    assert isinstance(branch, BranchPage)
    assert branch.packed == page


def test_a_ref_is_24_bytes():
    """The object's name, and which of its bytes."""
    ref = ref_of(b"0123456789abcdef", 258, 772)
    assert ref == b"0123456789abcdef\x00\x00\x01\x02\x00\x00\x03\x04"
    assert read_ref(ref) == (b"0123456789abcdef", 258, 772)


def test_pages_that_an_update_replaces_are_dropped():
    """So an auditor's memory grows with the wallets, not with the blocks."""
    root, pages = tree_of(MANY)
    before = len(pages)
    for turn in range(20):
        changed = [leaf._replace(owed=turn) for leaf in MANY[turn::20]]
        root = updated(root, changed, pages.take, pages.write)
        assert len(pages) == before
    assert found_all(root, [MANY[0].key], pages.read)[MANY[0].key].owed == 0


def test_a_page_that_was_replaced_is_missing():
    """Whoever still holds the old root is told, rather than given another page."""
    root, pages = tree_of(MANY)
    new = updated(root, MANY[:1], pages.take, pages.write)
    assert rule_of(path, root, MANY[0].key, pages.read) == "page.missing"
    assert rule_of(pages.take, root.page) == "page.missing"
    assert path(new, MANY[0].key, pages.read).leaf == MANY[0]


def test_each_page_on_the_way_is_read_once_and_written_once():
    """Below before above, so that one object can hold all pages of a block in order."""
    reads, writes = [], []

    def read(ref):
        reads.append(ref)
        return MANY_PAGES.read(ref)

    def write(page):
        writes.append(page)
        return ref_of(b"block".ljust(16), len(writes), len(page.data))

    root = updated(MANY_ROOT, MANY, read, write)
    assert len(reads) == len(set(reads)) == len(writes) == len(MANY_PAGES)
    assert root.page == ref_of(b"block".ljust(16), len(writes), BRANCH_BYTES)
    assert writes[-1].data[0] == 2


# Pages that nobody wrote.


@pytest.mark.parametrize(
    ("page", "rule"),
    [
        (b"", "page.kind"),
        (b"\x00", "page.kind"),
        (b"\x03" + FEW_PAGE[1:], "page.kind"),
        (b"\x01", "page.leaves"),
        (b"\x01\x00", "page.leaves"),
        (b"\x01" + bytes((PAGE_MAX_LEAVES + 1,)) + FEW_PAGE[2:], "page.leaves"),
        (b"\x01\x01", "page.length"),
        (FEW_PAGE[:-1], "page.length"),
        (FEW_PAGE + b"\0", "page.length"),
        (FEW_PAGE[:1] + b"\x13" + FEW_PAGE[2:], "page.length"),
        (MANY_PAGE[:-1], "page.length"),
        (MANY_PAGE + b"\0", "page.length"),
        (b"\x02" + FEW_PAGE[1:], "page.length"),
        (b"\x01" + MANY_PAGE[1:], "page.leaves"),
    ],
)
def test_other_bytes_are_no_page(page, rule):
    """Kind, count and length have to fit each other."""
    assert rule_of(read_page, page) == rule
    assert rule_of(check_page, page) == rule


def changed(page: bytes, at: int, put: bytes) -> bytes:
    return page[:at] + put + page[at + len(put) :]


FIRST_LEAF = len(FEW_PAGE) - 20 * LEAF_BYTES


@pytest.mark.parametrize(
    ("page", "rule"),
    [
        # Two leaves out of order, and one twice.
        (changed(FEW_PAGE, FIRST_LEAF, b"\xff"), "page.order"),
        (changed(FEW_PAGE, FIRST_LEAF + 88, FEW_PAGE[FIRST_LEAF : FIRST_LEAF + 88]), "page.order"),
        # Owed more; other depths; a hash.
        (changed(FEW_PAGE, FIRST_LEAF + 33, b"\x01"), "page.nodes"),
        (changed(FEW_PAGE, 2, bytes((FEW_PAGE[2] + 1,))), "page.nodes"),
        (changed(FEW_PAGE, 21 + 17, bytes((FEW_PAGE[21 + 17] ^ 1,))), "page.nodes"),
        # A record on each level; a leaf's mark; a page that is not there.
        (changed(MANY_PAGE, 4, b"\x01"), "page.single"),
        (changed(MANY_PAGE, 4, b"\x02"), "page.single"),
        (changed(MANY_PAGE, 4, b"\x04"), "page.single"),
        (changed(MANY_PAGE, 3, b"\x80"), "page.single"),
        (changed(MANY_PAGE, 5 + 47, bytes((MANY_PAGE[5 + 47] ^ 1,))), "page.hash"),
        (changed(MANY_PAGE, 5 + 29 * 48, b"\x01"), "page.hash"),
        (changed(MANY_PAGE, BRANCH_BYTES - 24, bytes(24)), "page.slot"),
        (empty_branch(EMPTY_RECORD).packed[:-24] + b"\1" * 24, "page.slot"),
    ],
)
def test_a_page_that_contradicts_itself_is_refused(page, rule):
    """What it says of its own leaves or records has to follow from them."""
    read_page(page)
    assert rule_of(check_page, page) == rule


class Damaged:
    """Pages of which one is damaged."""

    def __init__(self, pages: MemoryPages, ref: Ref, page: bytes) -> None:
        self._pages, self._ref, self._page = pages, ref, page

    def read(self, ref: Ref) -> Page:
        return Page(self._page) if ref == self._ref else self._pages.read(ref)


def below(root: Root, pages: MemoryPages) -> list[Ref]:
    """Every page of a tree of two layers."""
    page = read_page(pages.read(root.page).data)
    refs = [page.ref(slot) for slot in range(16, 32)]
    return [root.page, *(ref for ref in refs if ref != NO_REF)]


@pytest.mark.parametrize("number", range(len(below(MANY_ROOT, MANY_PAGES))))
def test_no_root_is_made_and_no_path_shown_from_a_damaged_page(number):
    """Whatever byte it is: a root is refused or right, and so is a path."""
    ref = below(MANY_ROOT, MANY_PAGES)[number]
    page = MANY_PAGES.read(ref).data
    batch = [leaf._replace(owed=1) for leaf in MANY[::7]]
    honest = updated(MANY_ROOT, batch, MANY_PAGES.read, MemoryPages().write)
    for at in range(number % 3, len(page), 29 if number else 7):
        damaged = Damaged(MANY_PAGES, ref, changed(page, at, bytes((page[at] ^ 0x41,))))
        try:
            made = updated(MANY_ROOT, batch, checked(damaged.read), MemoryPages().write)
            assert made[:2] == honest[:2]
        except RuleBroken:
            pass
        for leaf in (*MANY[::50], *NOBODYS):
            try:
                shown = path(MANY_ROOT, leaf.key, damaged.read)
            except RuleBroken:
                continue
            check_path(leaf.key, shown, MANY_ROOT.hash, MANY_ROOT.owed)
            # Its seq stands in no hash.
            known = shown.leaf and shown.leaf._replace(seq=leaf.seq)
            assert known == (None if leaf in NOBODYS else leaf)


@QUICK
@given(st.lists(st.lists(st.sampled_from(MANY), min_size=1, max_size=40), max_size=6))
def test_the_record_that_is_kept_with_a_page_is_what_its_bytes_lead_to(batches):
    """So it is taken for hashed; whoever did not write a page hashes it."""
    root, pages = EMPTY_ROOT, MemoryPages()
    for batch in batches:
        again = updated(root, batch, lambda ref: Page(pages.read(ref).data), MemoryPages().write)
        root = updated(root, batch, pages.read, pages.write)
        assert again[:2] == root[:2]


def test_a_page_of_another_tree_is_refused():
    """It fits in itself, but not below this root."""
    other_root, other_pages = tree_of([leaf._replace(owed=3) for leaf in MANY])
    posing = MANY_ROOT._replace(page=other_root.page)
    assert rule_of(path, posing, MANY[0].key, other_pages.read) == "page.hash"
    assert (
        rule_of(updated, posing, MANY[:1], checked(other_pages.read), other_pages.write)
        == "page.hash"
    )
    few = FEW_ROOT._replace(owed=FEW_ROOT.owed + 1)
    assert rule_of(updated, few, FEW[:1], FEW_PAGES.read, FEW_PAGES.write) == "page.hash"
    none = FEW_ROOT._replace(page=None)
    assert rule_of(updated, none, FEW[:1], FEW_PAGES.read, FEW_PAGES.write) == "page.missing"
    assert rule_of(path, none, FEW[0].key, FEW_PAGES.read) == "page.missing"


def test_a_page_that_hides_one_below_it_is_refused():
    """Nobody who is owed something is lost where the page that says so is named no more."""
    slot = slot_of(MANY[0].key, 0)
    hiding = changed(MANY_PAGE, REF_AT[slot], bytes(24))
    read = Damaged(MANY_PAGES, MANY_ROOT.page, hiding).read
    for batch in (MANY[:1], MANY):
        assert rule_of(updated, MANY_ROOT, batch, read, MemoryPages().write) == "page.missing"
    assert rule_of(path, MANY_ROOT, MANY[0].key, read) == "page.missing"


def test_pages_that_lead_to_each_other_end():
    """A page below itself is refused, however often it is read."""
    page = bytearray(MANY_PAGE)
    ref = ref_of(bytes(16), 1, BRANCH_BYTES)
    page[-384:] = ref * 16
    looping = MANY_ROOT._replace(page=ref)
    read = Damaged(MANY_PAGES, ref, bytes(page)).read
    assert rule_of(found_all, looping, [MANY[0].key], read) == "page.depth"
    assert rule_of(path, looping, MANY[0].key, read) == "page.hash"
    assert rule_of(updated, looping, MANY[:1], read, MemoryPages().write) == "page.hash"


def test_pages_deeper_than_keys_end():
    """Whose hashes all fit: each of 65 layers has the next one below the first of its places."""
    pages = {ref_of(bytes(16), 65, BRANCH_BYTES): MANY_PAGE}
    record = node_record(read_page(MANY_PAGE).node(1))
    for layer in range(64, 0, -1):
        page = empty_branch(EMPTY_RECORD)
        page.put(16, record, False, ref_of(bytes(16), layer + 1, BRANCH_BYTES))
        for place in (8, 4, 2):
            record = node_record(record + EMPTY_RECORD)
            page.data[RECORD_AT[place] : RECORD_AT[place] + RECORD_BYTES] = record
        record = node_record(record + EMPTY_RECORD)
        pages[ref_of(bytes(16), layer, BRANCH_BYTES)] = page.packed
    root = Root(record[16:], int.from_bytes(record[:16], "big"), ref_of(bytes(16), 1, BRANCH_BYTES))

    def read(ref):
        return Page(pages[ref])

    leaf = MANY[0]._replace(key=bytes(32))
    assert rule_of(path, root, leaf.key, read) == "page.depth"
    assert rule_of(found_all, root, [leaf.key], read) == "page.depth"
    assert rule_of(updated, root, [leaf], checked(read), MemoryPages().write) == "page.depth"


def edited(page: bytes, edits) -> bytes:
    for at, put in edits:
        page = changed(page, at % len(page), put)[: len(page)]
    return page


garbage = st.one_of(
    st.binary(max_size=300),
    st.builds(
        edited,
        st.sampled_from([FEW_PAGE, MANY_PAGE, FEW_PAGE[:1] + b"\x01" + FEW_PAGE[-88:]]),
        st.lists(st.tuples(st.integers(0, 6000), st.binary(min_size=1, max_size=40)), max_size=9),
    ),
    st.integers(1, PAGE_MAX_LEAVES).flatmap(
        lambda count: st.integers(0, 255).map(
            lambda byte: (
                bytes((1, count)) + bytes((byte,)) * (count - 1 + 96 * (count - 1) + 88 * count)
            )
        )
    ),
    st.integers(0, 255).map(lambda byte: b"\x02" + bytes((byte,)) * (BRANCH_BYTES - 1)),
)


@QUICK
@given(garbage, st.lists(st.sampled_from(MANY), min_size=1, max_size=40))
def test_arbitrary_pages_raise_nothing_but_rulebroken(page, leaves):
    """Under any root, also under one that fits: what is within is then still anything."""
    ref = ref_of(bytes(16), 1, len(page))
    read = Damaged(MANY_PAGES, ref, page).read
    write = MemoryPages().write
    broken_by(read_page, page)
    broken_by(check_page, page)
    for root in (MANY_ROOT._replace(page=ref), FEW_ROOT._replace(page=ref)):
        broken = broken_by(updated, root, leaves, read, write)
        if broken and broken.rule == "page.hash":
            record = bytes.fromhex(broken.found)
            fits = Root(record[16:], int.from_bytes(record[:16], "big"), ref)
            broken_by(updated, fits, leaves, read, write)
            broken_by(updated, fits, leaves[:1], read, write)
            broken_by(updated, fits, leaves[:1], checked(read), write)
            broken_by(path, fits, leaves[0].key, read)
        broken_by(path, root, leaves[0].key, read)
        broken_by(found_all, root, [leaf.key for leaf in leaves], read)
