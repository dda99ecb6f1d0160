"""The program and the naive verifier say the same of a log: its balances, or its first wrong entry.

The naive verifier imports nothing of `ledger`, this test does.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.audit import audit
from ledger.blocks import totals_json
from ledger.tiles import Tile, pack_entries, tiles_of, unpack_entries
from ledger.verify import verify
from tests.naive.forms import canon
from tests.naive.log import Directory, Fault
from tests.naive.rules import Ledger
from tests.naive.wallets import PARTS
from tests.published import Files, Log, Memory, files_of, write
from tests.unit.ledger.strategies import LOG, MILES, QUICK, key_members, signer_of
from tests.unit.ledger.test_lives import Lives

ENOUGH = 260
"""So many entries need two bundles and two levels of tiles."""


def lived() -> Log:
    """A log with some of everything: kinds, governance, an empty batch, a batch after days."""
    log = Log()
    ann, bob = "ann", "bob"
    log.earns(20)
    log.seal()
    earned = log.earn(log.wallet(ann), "acme", 100, log.after_days(9))
    waiting = log.earn(log.wallet(ann), "brew", 40, None)
    log.confirm(log.wallet(ann), waiting, 30, "never")
    redeemed = log.redeem(log.wallet(ann), "cafe", 25)
    held = log.hold(log.wallet(ann), 20)
    log.seal()
    log.seal()
    log.capture(log.wallet(ann), held, "cafe", 5)
    log.void(log.wallet(ann), held)
    log.transfer(log.wallet(ann), log.wallet(bob), 50)
    log.exchange(log.wallet(bob), log.wallet(bob, MILES), 7, 20, log.after_days(3))
    log.govern("key", **key_members("operator:ops", signer_of("second.example")))
    log.wait(days=10)
    log.expire(log.wallet(bob))
    log.seal()
    log.expire(log.wallet(ann))
    log.reverse(log.wallet(ann), earned, 90)
    log.refund(log.wallet(ann), redeemed, 10, log.after_days(30))
    log.seal()
    log.earns(ENOUGH)
    log.seal()
    return log


@cache
def some_log() -> tuple[tuple[bytes, ...], Files]:
    log = lived()
    return tuple(log.leaves), log.publish()


def naively(files: Files) -> Fault | None:
    with TemporaryDirectory() as folder:
        key = {"log.vkey": str(LOG.verifier).encode()}
        return Directory(write(files | key, Path(folder))).verify()


def check_same(files: Files) -> None:
    """Both accept, or both name the same index; and where neither is an entry's, both refuse."""
    found = audit(Memory(files), [LOG.verifier], cores=1).fault
    expected = naively(files)
    assert (found is None) == (expected is None), (found, expected)
    if found is not None and expected is not None:
        assert found.position == expected.index, (found, expected)


def test_both_accept_a_log_and_find_the_same_balances(tmp_path: Path) -> None:
    leaves, files = some_log()
    found = audit(Memory(files), [LOG.verifier], cores=1)
    assert found.fault is None
    directory = Directory(write(files | {"log.vkey": str(LOG.verifier).encode()}, tmp_path))
    assert directory.verify() is None
    assert found.entries == len(leaves) == directory.checkpoint.size
    expected = {code: row._asdict() for code, row in found.balances.items()}
    assert directory.ledger.balances() == expected


class LivesOfTwo(Lives):
    """Random lives, whose entries the naive verifier takes one by one in the end."""

    def teardown(self) -> None:
        ledger = Ledger()
        for entry in self.book.entries:
            ledger.take(entry.data)
        history = self.book.history
        assert ledger.wallets.keys() == history.wallets.keys()
        for id_, wallet in history.wallets.items():
            found = ledger.wallets[id_]
            assert (found["seq"], found["head"]) == (wallet.seq, wallet.head)
            assert tuple(found[part] for part in PARTS) == wallet.balances
            assert [(*lot, found["lots"][lot]) for lot in sorted(found["lots"])] == [*wallet.lots]
        assert canon(ledger.totals_map()) == totals_json(history.totals)
        assert verify(self.book.labelled(), cores=1).fault is None


TestLives = LivesOfTwo.TestCase
TestLives.settings = settings(QUICK, max_examples=15, stateful_step_count=25)


places = st.integers(0, 2**31)
FEW = settings(QUICK, max_examples=12)


@FEW
@given(place=places, flip=st.integers(1, 255), which=places)
def test_both_name_the_same_entry_for_any_byte_of_any_file(
    place: int, flip: int, which: int
) -> None:
    _, files = some_log()
    size = len(some_log()[0])
    covered = ["checkpoint", *(tile.path for tile in tiles_of(size))]
    path = covered[which % len(covered)]
    data = bytearray(files[path])
    data[place % len(data)] ^= flip
    check_same(files | {path: bytes(data)})


def dropped(leaves: list[bytes], one: int, _other: int) -> None:
    del leaves[one]


def doubled(leaves: list[bytes], one: int, other: int) -> None:
    leaves.insert(other, leaves[one])


def swapped(leaves: list[bytes], one: int, other: int) -> None:
    leaves[one], leaves[other] = leaves[other], leaves[one]


def cut(leaves: list[bytes], one: int, _other: int) -> None:
    del leaves[one + 1 :]


def a_byte(leaves: list[bytes], one: int, other: int) -> None:
    data = bytearray(leaves[one])
    data[other % len(data)] ^= 1
    leaves[one] = bytes(data)


CHANGES = [dropped, doubled, swapped, cut, a_byte]


@pytest.mark.parametrize("change", CHANGES)
@settings(QUICK, max_examples=3)
@given(one=places, other=places)
def test_both_name_the_same_entry_where_the_log_signs_what_is_wrong(
    change: Callable[[list[bytes], int, int], None], one: int, other: int
) -> None:
    leaves = [*some_log()[0]]
    change(leaves, one % len(leaves), other % len(leaves))
    check_same(files_of(leaves))


@pytest.mark.parametrize("change", [a_byte, swapped])
@settings(QUICK, max_examples=3)
@given(one=places, other=places)
def test_both_name_the_same_entry_where_a_bundle_is_changed(
    change: Callable[[list[bytes], int, int], None], one: int, other: int
) -> None:
    _, files = some_log()
    entries = unpack_entries(files["tile/entries/000"], 256)
    change(entries, one % 256, other % 256)
    check_same(files | {Tile(-1, 0, 256).path: pack_entries(entries)})


def test_both_name_a_block_whose_own_time_was_changed() -> None:
    """Only a block that is right in itself shows that entries before it are late."""
    leaves = [*some_log()[0]]
    blocks = [index for index, leaf in enumerate(leaves) if b'"type":"block"' in leaf]
    before, last = (at_of(leaves[index]) for index in blocks[-2:])
    assert before < at_of(leaves[blocks[-1] - 1])
    leaves[blocks[-1]] = leaves[blocks[-1]].replace(last, before.replace(b"00Z", b"01Z"))
    files = files_of(leaves)
    check_same(files)
    expected = naively(files)
    assert expected is not None
    assert expected.index == blocks[-1]


def at_of(leaf: bytes) -> bytes:
    return leaf.partition(b'"at":"')[2][:24]
