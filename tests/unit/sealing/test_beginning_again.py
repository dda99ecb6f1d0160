"""A sealer that failed, or lost, begins again with the head: none of what it had in mind is left.

By the time that it fails it has taken pages out of its cache, put others there that may never be
stored, moved the tree on and applied governance. Each test here goes on with that very sealer.
"""

from collections.abc import Callable

import pytest

from ledger import balance_updates
from ledger.audit import audit
from ledger.balance_reads import found_all
from ledger.balance_tree import leaf_of
from ledger.errors import RuleBroken
from ledger.notes import VerifierKey
from ledger.pages import Page, Ref
from loyalty.ports import StoreUnavailable
from sealing.pages import Pages
from sealing.ports import Head, Swap
from sealing.sealer import Keys, Progress, Sealer
from sealing.stopped import Reason, SealingStopped
from storage.memory_log import MemoryHeads, MemoryObjects
from tests.sealing import LOG_KEY, SealedHouse


class Own(MemoryObjects):
    """A sealer's own objects. fails: the prefix of the next path that is not written, or of which,
    if `executed`, nobody hears that it was."""

    def __init__(self) -> None:
        super().__init__()
        self.fails, self.executed = "", False

    def create(self, path: str, data: bytes) -> bool:
        if self.fails and path.startswith(self.fails):
            self.fails = ""
            if self.executed:
                super().create(path, data)
            raise StoreUnavailable(path)
        return super().create(path, data)


class HeadsOf(MemoryHeads):
    """Heads whose next swap comes to something else."""

    def __init__(self, house: SealedHouse) -> None:
        super().__init__(house.store)
        self.next: Callable[[Callable[[], Swap]], Swap] | None = None

    def swap(self, old: bytes | None, new: Head) -> Swap:
        come, self.next = self.next, None
        done = super().swap
        return come(lambda: done(old, new)) if come else done(old, new)


class FailingSigner:
    """An entry key that fails once, when it is told to."""

    def __init__(self, house: SealedHouse) -> None:
        self._signer = house.coalition.entry_signer
        self.fails = False

    @property
    def verifier(self) -> VerifierKey:
        return self._signer.verifier

    def sign(self, message: bytes) -> bytes:
        if self.fails:
            self.fails = False
            raise MemoryError
        return self._signer.sign(message)


class Failing:
    """A house of several wallets in several pages, all sealed; then each has more to seal, and
    governance too. sealer: the one that has made all blocks so far."""

    def __init__(self) -> None:
        house = self.house = SealedHouse()
        house.own = self.own = Own()
        house.heads = self.heads = HeadsOf(house)
        self.signer = FailingSigner(house)
        house.keys = Keys((LOG_KEY,), self.signer)
        self.sealer = house.sealer = house.new_sealer()
        self.members = [house.enrolled() for _ in range(6)]
        for member in self.members:
            house.earned(member, 5)
        house.sealed()
        self.more()

    def more(self) -> None:
        for member in self.members:
            self.house.earned(member, 7)
        self.house.done_currency()
        self.house.wait()

    def seal(self) -> Progress:
        return self.sealer.seal(self.house.wallets())

    def another(self) -> Sealer:
        return self.house.new_sealer(seed=99)


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Failing:
    monkeypatch.setattr(balance_updates, "PAGE_MAX_LEAVES", 1)
    return Failing()


def check_all_is_sealed(failing: Failing) -> None:
    """By an audit of what is published, and from the pages that are stored, by one who has none."""
    house = failing.house
    house.wait()
    failing.sealer.drain(house.wallets())
    failing.more()
    failing.sealer.drain(house.wallets())
    audited = audit(house.log, [LOG_KEY.verifier], cores=1)
    assert audited.fault is None
    rows = [house.store.wallet(id_) for id_ in house.wallets()]
    leaves = {leaf.key: leaf for leaf in (leaf_of(row.wallet) for row in rows if row)}
    assert found_all(house.root(), leaves, Pages(house.own).read) == leaves
    assert house.root().owed == sum(leaf.owed for leaf in leaves.values()) == 6 * (5 + 7 + 7)
    assert house.position().governance_seq == house.coalition.governance().seq


@pytest.mark.parametrize("executed", [False, True])
@pytest.mark.parametrize("fails", ["pages/", "staging/"])
def test_after_a_write_without_an_answer(failing: Failing, fails: str, executed: bool) -> None:
    failing.own.fails, failing.own.executed = fails, executed
    with pytest.raises(StoreUnavailable):
        failing.seal()
    check_all_is_sealed(failing)


@pytest.mark.parametrize("executed", [False, True])
def test_after_a_swap_of_which_nobody_knows(failing: Failing, executed: bool) -> None:
    def come(swap: Callable[[], Swap]) -> Swap:
        if executed:
            swap()
        return Swap.UNKNOWN

    failing.heads.next = come
    assert failing.seal().lost
    check_all_is_sealed(failing)


@pytest.mark.parametrize("share", [1, 3, 6])
def test_after_a_swap_that_another_sealer_won(failing: Failing, share: int) -> None:
    """With a part of the same wallets, or all of them."""

    def come(swap: Callable[[], Swap]) -> Swap:
        some = frozenset(sorted(failing.house.wallets())[:share])
        assert failing.another().seal(some).entries
        return swap()

    failing.heads.next = come
    assert failing.seal().lost
    check_all_is_sealed(failing)


def test_after_an_error_in_the_middle_of_a_block(failing: Failing) -> None:
    """All its pages are made, and none is stored."""
    failing.signer.fails = True
    with pytest.raises(MemoryError):
        failing.seal()
    check_all_is_sealed(failing)


def test_after_a_page_that_was_read_wrong_once(
    failing: Failing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Governance was read by then, and is in none of the blocks: it goes into the next one."""
    take = Pages.take

    def taken(pages: Pages, ref: Ref) -> Page:
        monkeypatch.setattr(Pages, "take", take)
        raise RuleBroken("page.nodes", ref, pages)

    monkeypatch.setattr(Pages, "take", taken)
    with pytest.raises(SealingStopped) as stopped:
        failing.seal()
    assert stopped.value.reason is Reason.DAMAGED
    check_all_is_sealed(failing)


def test_sealers_in_turn_make_one_tree(failing: Failing) -> None:
    """Each has pages that the other's blocks have replaced."""
    other = failing.another()
    for sealer in (failing.sealer, other, failing.sealer, other):
        assert sealer.drain(failing.house.wallets()).entries
        failing.more()
    assert failing.house.root().owed == 6 * (5 + 4 * 7)
    audited = audit(failing.house.log, [LOG_KEY.verifier], cores=1)
    assert audited.fault is None
