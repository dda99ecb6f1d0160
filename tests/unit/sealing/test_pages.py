"""What a sealer keeps of the pages it reads and writes: the newest tree, and no more than that."""

from collections import Counter

import pytest

from ledger.balance_reads import found_all
from ledger.balance_tree import EMPTY_ROOT, Leaf, Root
from ledger.balance_updates import updated
from ledger.errors import RuleBroken
from ledger.pages import FIRST_SLOT, BranchPage, Ref, read_ref
from sealing.pages import Pages
from sealing.stopped import SealingStopped
from storage.memory_log import MemoryObjects

LEAVES = [Leaf(bytes((number,)) * 32, number, bytes(32), 1) for number in range(200)]
KEYS = [leaf.key for leaf in LEAVES]


class Objects(MemoryObjects):
    """Counts what is read of each object."""

    def __init__(self) -> None:
        super().__init__()
        self.reads: Counter[str] = Counter()

    def read_range(self, path: str, first: int, length: int) -> bytes | None:
        self.reads[path] += 1
        return super().read_range(path, first, length)


def sealed(pages: Pages, object_: int, root: Root, leaves: list[Leaf]) -> Root:
    """The tree after a block with these leaves."""
    pages.begin(bytes((object_,)) * 16)
    root = updated(root, leaves, pages.take, pages.write)
    pages.save()
    return root


@pytest.fixture
def objects() -> Objects:
    return Objects()


@pytest.fixture
def pages(objects: Objects) -> Pages:
    return Pages(objects)


def test_the_newest_tree_is_not_read_again(pages: Pages, objects: Objects) -> None:
    """Block after block is made of what the blocks before it wrote."""
    root = sealed(pages, 1, EMPTY_ROOT, LEAVES)
    for number in range(2, 6):
        root = sealed(pages, number, root, LEAVES[number::9])
    assert found_all(root, KEYS, pages.read).keys() == set(KEYS)
    assert not objects.reads


def test_pages_that_a_block_replaced_are_let_go(pages: Pages, objects: Objects) -> None:
    """They would fill the memory; an older tree is still read, from its objects."""
    old = sealed(pages, 1, EMPTY_ROOT, LEAVES)
    sealed(pages, 2, old, LEAVES[:1])
    assert found_all(old, KEYS, pages.read).keys() == set(KEYS)
    assert objects.reads == {f"pages/{'01' * 16}": 2}
    assert found_all(old, KEYS, pages.read).keys() == set(KEYS)
    assert objects.reads.total() == 2


def test_a_sealer_that_begins_again_reads_what_it_needs_once(objects: Objects) -> None:
    """Also where a block replaces what nobody has read before."""
    root = sealed(Pages(objects), 1, EMPTY_ROOT, LEAVES)
    anew = Pages(objects)
    root = sealed(anew, 2, root, LEAVES[:1])
    assert objects.reads == {f"pages/{'01' * 16}": 2}
    sealed(anew, 3, root, LEAVES[:1])
    assert objects.reads.total() == 2


def test_no_more_pages_are_kept_than_allowed(objects: Objects) -> None:
    """Those kept longest go; what is needed of them is read again."""
    root = sealed(Pages(objects), 1, EMPTY_ROOT, LEAVES)
    few = Pages(objects, cached=3)
    for _ in range(2):
        assert found_all(root, KEYS, few.read).keys() == set(KEYS)
    count = 1 + len({key[0] >> 4 for key in KEYS})
    assert objects.reads.total() > count + 3
    assert found_all(root, KEYS[-1:], few.read)
    last = objects.reads.total()
    assert found_all(root, KEYS[-1:], few.read)
    assert objects.reads.total() == last


def test_those_kept_longest_go_and_no_others(objects: Objects) -> None:
    """A few at a time, so that what is in use stays."""
    root = sealed(Pages(objects), 1, EMPTY_ROOT, LEAVES)
    assert root.page is not None
    page = BranchPage(Pages(objects).read(root.page).data)
    refs = [page.ref(slot) for slot in range(FIRST_SLOT, FIRST_SLOT + 8)]
    few = Pages(objects, cached=6)
    for ref in refs:
        few.read(ref)
    read = objects.reads.total()
    for ref in refs[-6:]:
        few.read(ref)
    assert objects.reads.total() == read
    few.read(refs[0])
    assert objects.reads.total() == read + 1


def test_a_page_that_is_read_to_be_replaced_is_not_kept(objects: Objects) -> None:
    root = sealed(Pages(objects), 1, EMPTY_ROOT, LEAVES)
    assert root.page is not None
    pages = Pages(objects)
    assert pages.take(root.page) == pages.take(root.page)
    assert objects.reads.total() == 2


@pytest.mark.parametrize("reading", ["read", "take"])
def test_a_damaged_page_is_refused_however_it_is_read(objects: Objects, reading: str) -> None:
    """A sealer signs nothing that it says."""
    root = sealed(Pages(objects), 1, EMPTY_ROOT, LEAVES)
    assert root.page is not None
    path = f"pages/{'01' * 16}"
    tagged = objects.read_tagged(path)
    assert tagged is not None
    data = bytearray(tagged.data)
    data[read_ref(root.page)[1] + 100] ^= 1
    objects.replace(path, bytes(data), tagged.tag)
    with pytest.raises(RuleBroken, match=r"page\."):
        getattr(Pages(objects), reading)(root.page)


@pytest.mark.parametrize("reading", ["read", "take"])
def test_a_page_that_is_gone_stops_the_sealer(pages: Pages, reading: str) -> None:
    """What a head names was written before it."""
    with pytest.raises(SealingStopped, match="24 bytes at 7 of pages/6161"):
        getattr(pages, reading)(Ref(b"a" * 16 + b"\0\0\0\x07\0\0\0\x18"))


def test_an_object_that_was_cut_off_stops_the_sealer(pages: Pages, objects: Objects) -> None:
    """Totals are read from it as well, which say nothing of their length."""
    pages.begin(b"b" * 16)
    ref = pages.append(b'{"operator:adjusted":{"STARS":-5}}')
    pages.save()
    assert pages.stored(ref).endswith(b"}}")
    path = f"pages/{'62' * 16}"
    objects._objects[path] = objects._objects[path][:-1]
    with pytest.raises(SealingStopped, match="34 bytes at 0 of pages/6262"):
        pages.stored(ref)
