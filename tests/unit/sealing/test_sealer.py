"""What is committed goes into blocks: once, in order, and into one log whoever seals."""

from datetime import timedelta

import pytest
from strawberry.relay import GlobalID

from ledger.audit import audit
from ledger.blocks import read_block
from ledger.checkpoints import opened
from ledger.entries import read_entry
from ledger.errors import Fault
from ledger.names import NO_HASH, TransactionId
from ledger.notes import SeedSigner
from ledger.tiles import GrowingTree, TileReader
from ledger.wallets import owed
from loyalty.ports import StoreUnavailable
from sealing import batch
from sealing.position import write_position
from sealing.sealer import Keys, Sealer
from sealing.stopped import Reason, SealingStopped
from storage.memory_log import MemoryObjects
from tests.coalition import GROCER, as_member
from tests.sealing import LOG_KEY, SealedHouse
from tests.signing import ORIGIN


@pytest.fixture
def house() -> SealedHouse:
    return SealedHouse()


def entries_of(house: SealedHouse) -> list[bytes]:
    """The published log's entries."""
    size = house.published().size
    tree = TileReader(size, lambda tile: house.log.read(tile.path))
    return [tree.entry(index) for index in range(size)]


def audited(house: SealedHouse) -> Fault | None:
    """What an auditor finds wrong with the published log."""
    return audit(house.log, [LOG_KEY.verifier], cores=1).fault


def a_day_slow(house: SealedHouse) -> None:
    """An earn of 5 by a machine whose clock is 25 hours behind that of the sealed block."""
    house.wait(hours=30)
    house.sealed()
    house.clock -= timedelta(hours=25)
    house.earned(house.enrolled(), 5)
    house.clock += timedelta(hours=26)


def types_of(house: SealedHouse) -> list[str]:
    return [read_entry(data).type for data in entries_of(house)]


def test_nothing_is_sealed_before_there_is_an_entry_to_seal(house: SealedHouse) -> None:
    house.sealed()
    size = house.published().size
    assert house.sealed().entries == 0
    assert house.published().size == size


def test_the_last_leaf_of_every_checkpoint_is_a_block(house: SealedHouse) -> None:
    ana = house.enrolled()
    for points in (5, 6, 7):
        house.earned(ana, points)
        house.sealed()
        assert types_of(house)[-1] == "block"
    assert types_of(house).count("block") == 3
    assert types_of(house)[0] == "genesis"


def test_a_block_states_what_every_wallet_is_owed(house: SealedHouse) -> None:
    ana, ben = house.enrolled(), house.enrolled()
    house.earned(ana, 100)
    house.earned(ben, 50)
    house.sealed()
    house.earned(ana, 7)
    house.sealed()
    block = read_block(read_entry(entries_of(house)[-1]).body)
    wallets = [house.store.wallet(id_) for id_ in house.wallets()]
    stars = block.balances["STARS"]
    assert stars.owed == sum(owed(row.wallet.balances) for row in wallets if row) == 157
    assert (stars.wallets, stars.arrears) == (2, 0)
    assert block.balances["LITRES"].wallets == 0


def test_arrears_stand_in_the_block(house: SealedHouse) -> None:
    ana = house.enrolled()
    earn = house.earned(ana, 60)
    house.sealed()
    house.voucher(ana)
    back = house.signed(GROCER, "reverse", house.input(transactionId=earn, points=60))
    house.done(GROCER, "reverseTransaction", back)
    house.sealed()
    assert house.position().balances["STARS"].arrears == -50
    assert house.root().owed == 0


def test_many_entries_become_several_blocks(house: SealedHouse) -> None:
    members = [house.enrolled() for _ in range(3)]
    for member in members * 3:
        house.earned(member, 5)
    house.sealer = house.new_sealer(batch_entries=2)
    seen = 0
    for _ in range(20):
        house.wait()
        seen += house.sealer.seal(house.wallets()).entries
    assert seen == 11 + 9
    assert types_of(house).count("block") == 5


def test_another_sealer_goes_on_where_one_ended(house: SealedHouse) -> None:
    ana = house.enrolled()
    for points in (10, 20, 30):
        house.earned(ana, points)
        house.wait()
        assert house.new_sealer(seed=points).drain(house.wallets()).entries
    assert house.root().owed == 60
    assert [read_entry(data).body.get("kind") for data in entries_of(house)].count("earn") == 3


def test_two_sealers_at_once_make_one_log(house: SealedHouse) -> None:
    ana = house.enrolled()
    house.sealed()
    first, second = house.sealer, house.new_sealer(seed=9)
    house.wait()
    second.seal(())
    house.earned(ana, 5)
    house.wait()
    assert first.seal(house.wallets()).entries == 1
    house.earned(ana, 6)
    house.wait()
    assert second.seal(house.wallets()).entries == 1
    assert house.root().owed == 11


def test_a_wallet_that_nobody_rang_for_is_found_by_the_sweep(house: SealedHouse) -> None:
    house.sealed()
    house.earned(house.enrolled(), 5)
    house.wait()
    assert house.sealer.seal(()).entries == 0
    assert house.sealer.sweep().entries == 1


def test_the_other_wallet_of_a_transfer_is_sealed_with_it(house: SealedHouse) -> None:
    ana, ben = house.enrolled(), house.enrolled()
    house.earned(ana, 50)
    house.earned(ben, 5)
    gift = house.input(toMemberId=ben, currency="STARS", points=20)
    house.done(as_member(ana), "transferPoints", gift)
    house.wait()
    one = min(house.wallets())
    assert house.sealer.drain({one}).entries == 11 + 3


def test_each_transaction_is_found_at_its_index(house: SealedHouse) -> None:
    earned = GlobalID.from_id(house.earned(house.enrolled(), 5)).node_id
    assert house.heads.index(TransactionId(earned)) is None
    house.sealed()
    index = house.heads.index(TransactionId(earned))
    assert index is not None
    assert read_entry(entries_of(house)[index]).body["id"] == earned


def test_a_clock_that_went_back_stops_the_sealer(house: SealedHouse) -> None:
    house.sealed()
    house.clock -= timedelta(minutes=1)
    with pytest.raises(SealingStopped) as stopped:
        house.sealer.seal(())
    assert stopped.value.reason is Reason.CLOCK


def test_a_clock_that_is_a_little_behind_is_waited_for(house: SealedHouse) -> None:
    house.sealed()
    house.earned(house.enrolled(), 5)
    house.clock -= timedelta(seconds=2)
    progress = house.sealer.seal(house.wallets())
    assert (progress.entries, progress.waiting) == (0, house.wallets())
    house.wait(seconds=10)
    assert house.sealer.seal(progress.waiting).entries == 1


def test_a_backlog_of_days_is_sealed_the_oldest_first(house: SealedHouse) -> None:
    """Many blocks of it: none is dated so late that what still waits is too old for the log."""
    house.sealed()
    members = [house.enrolled() for _ in range(4)]
    for day in range(5):
        for member in members:
            house.earned(member, 5 + day)
            house.wait(hours=6)
    house.sealer = house.new_sealer(batch_entries=3)
    assert house.sealer.drain({min(house.wallets())}).entries == 20
    ats = [str(read_entry(data).body["at"]) for data in entries_of(house)]
    assert house.root().owed == 4 * (5 + 6 + 7 + 8 + 9)
    blocks = [at for at, type_ in zip(ats, types_of(house), strict=True) if type_ == "block"]
    assert blocks == sorted(set(blocks))
    assert audited(house) is None


def test_a_ledger_that_was_never_sealed_is_sealed_from_its_beginning(house: SealedHouse) -> None:
    for _ in range(3):
        house.earned(house.enrolled(), 5)
        house.wait(days=3)
    house.sealer = house.new_sealer(batch_entries=1)
    house.sealer.drain(())
    assert house.root().owed == 15
    assert audited(house) is None


def test_an_entry_of_a_day_before_the_last_block_stops_the_sealer(house: SealedHouse) -> None:
    a_day_slow(house)
    with pytest.raises(SealingStopped) as stopped:
        house.sealer.sweep()
    assert stopped.value.reason is Reason.TIME


def test_a_log_key_in_force_without_a_signer_stops_the_sealer(house: SealedHouse) -> None:
    keys = Keys((SeedSigner(ORIGIN, b"x" * 32),), house.coalition.entry_signer)
    stranger = Sealer(
        ORIGIN,
        house.store,
        house.heads,
        house.log,
        house.own,
        keys,
        lambda: house.clock,
        house.coalition.random_bytes,
    )
    with pytest.raises(SealingStopped) as stopped:
        stranger.seal(())
    assert stopped.value.reason is Reason.KEY
    assert house.heads.read() is None


def test_a_governance_entry_is_never_dated_before_the_block_that_lacks_it(
    house: SealedHouse,
) -> None:
    """Its maker's clock is behind that of the sealer."""
    house.sealed()
    sealed_at = house.position().at
    house.clock -= timedelta(seconds=3)
    house.done_currency()
    house.wait(minutes=1)
    house.sealer.seal(())
    entry = read_entry(entries_of(house)[-2])
    assert entry.type == "currency"
    assert str(entry.body["at"]) >= sealed_at


def test_a_restored_backup_is_refused(house: SealedHouse) -> None:
    house.sealed()
    old = house.heads.read()
    house.earned(house.enrolled(), 5)
    house.sealed()
    house.store.head = old
    with pytest.raises(SealingStopped) as stopped:
        house.new_sealer().seal(())
    assert stopped.value.reason is Reason.REWOUND


def test_a_published_log_without_a_head_is_refused(house: SealedHouse) -> None:
    house.sealed()
    house.store.head = None
    with pytest.raises(SealingStopped) as stopped:
        house.new_sealer().seal(())
    assert stopped.value.reason is Reason.REWOUND


def test_a_checkpoint_of_the_same_size_with_another_root_is_refused(house: SealedHouse) -> None:
    house.sealed()
    note = house.log.read("checkpoint")
    assert note is not None
    checkpoint = opened(note, [LOG_KEY.verifier])
    forked = note.replace(checkpoint.text, checkpoint._replace(root=bytes(32)).text)
    house.log.delete("checkpoint")
    house.log.create("checkpoint", forked)
    with pytest.raises(SealingStopped) as stopped:
        house.new_sealer().seal(())
    assert stopped.value.reason is Reason.FORKED


@pytest.mark.parametrize("path", ["tile/0/000.p/13", "tile/entries/000.p/13"])
def test_published_tiles_that_are_not_the_heads_are_refused(house: SealedHouse, path: str) -> None:
    house.earned(house.enrolled(), 5)
    house.sealed()
    data = house.log.read(path)
    assert data is not None
    house.log.delete(path)
    house.log.create(path, data[:-1] + bytes([data[-1] ^ 1]))
    with pytest.raises(SealingStopped) as stopped:
        house.new_sealer().seal(())
    assert stopped.value.reason is Reason.FORKED


def test_published_tiles_of_another_log_are_refused(house: SealedHouse) -> None:
    """They fit each other, and lead to another root than the head's."""
    house.earned(house.enrolled(), 5)
    house.sealed()
    size = house.published().size
    entries = entries_of(house)
    entries[-2] = entries[-3]
    other = GrowingTree()
    other.append(entries)
    for tile, data in other.take_tiles().items():
        assert house.log.read(tile.path) is not None
        house.log._objects[tile.path] = data
    assert house.published().size == size
    with pytest.raises(SealingStopped) as stopped:
        house.new_sealer().seal(())
    assert stopped.value.reason is Reason.FORKED


def forged_position(house: SealedHouse, **changes: object) -> None:
    """The head, with a position that is not the one its block was made with."""
    head = house.heads.read()
    assert head is not None
    position = write_position(house.position()._replace(**changes))
    house.store.head = head._replace(position=position)


@pytest.mark.parametrize(
    "changes",
    [
        {"height": 7},
        {"at": "2026-01-01T00:00:00.000Z"},
        {"block": NO_HASH},
        {"size": 5},
        {"balances": {}},
    ],
    ids=min,
)
def test_notes_of_the_sealers_own_that_are_not_its_blocks_stop_it(
    house: SealedHouse, changes: dict[str, object]
) -> None:
    """Else the next block would build on them, and be signed."""
    house.earned(house.enrolled(), 5)
    house.sealed()
    forged_position(house, **changes)
    house.wait()
    with pytest.raises(SealingStopped, match=r"sealer\.position") as stopped:
        house.new_sealer().seal(())
    assert stopped.value.reason is Reason.DAMAGED


def test_totals_that_are_not_the_blocks_stop_the_sealer(house: SealedHouse) -> None:
    """Of an older block: they are well-formed."""
    house.earned(house.enrolled(), 5)
    house.sealed()
    old = house.position().totals
    house.earned(house.enrolled(), 5)
    house.sealed()
    forged_position(house, totals=old)
    house.wait()
    with pytest.raises(SealingStopped, match=r"sealer\.totals") as stopped:
        house.new_sealer().seal(())
    assert stopped.value.reason is Reason.DAMAGED


def test_a_sealed_row_that_was_changed_stops_the_sealer(house: SealedHouse) -> None:
    ana = house.enrolled()
    house.earned(ana, 5)
    house.sealed()
    (wallet,) = house.wallets()
    row = house.store._wallets[wallet][0]
    forged = row.wallet._replace(balances=row.wallet.balances._replace(available=500))
    house.store._wallets[wallet][0] = row._replace(wallet=forged)
    house.wait()
    with pytest.raises(SealingStopped) as stopped:
        house.sealer.seal({wallet})
    assert stopped.value.reason is Reason.ROW


def test_a_page_that_was_changed_stops_the_sealer(house: SealedHouse) -> None:
    house.earned(house.enrolled(), 5)
    house.sealed()
    for path, data in house.own._objects.items():
        house.own._objects[path] = bytes([data[0], data[1] ^ 1]) + data[2:]
    house.wait()
    with pytest.raises(SealingStopped) as stopped:
        house.new_sealer().seal(house.wallets())
    assert stopped.value.reason is Reason.DAMAGED


def test_a_page_that_is_gone_stops_the_sealer(house: SealedHouse) -> None:
    house.earned(house.enrolled(), 5)
    house.sealed()
    house.own._objects.clear()
    house.wait()
    with pytest.raises(SealingStopped) as stopped:
        house.new_sealer().seal(house.wallets())
    assert stopped.value.reason is Reason.DAMAGED


def test_an_entry_key_that_is_not_in_force_seals_nothing(house: SealedHouse) -> None:
    stranger = Keys((LOG_KEY,), SeedSigner(f"{ORIGIN}/entries", b"x" * 32))
    sealer = house.new_sealer()
    sealer._keys = stranger
    with pytest.raises(SealingStopped) as stopped:
        sealer.seal(())
    assert stopped.value.reason is Reason.KEY
    assert house.heads.read() is None


def test_a_bundle_that_was_changed_is_not_published(house: SealedHouse) -> None:
    """What is published stays: it is looked at before."""

    class Full(MemoryObjects):
        def create(self, path: str, data: bytes) -> bool:
            raise StoreUnavailable(path)

    with pytest.raises(StoreUnavailable):
        house.new_sealer(log=Full()).seal(())
    (path,) = (path for path in house.own._objects if path.startswith("staging/"))
    data = house.own._objects[path]
    for changed in (data[:-1] + bytes([data[-1] ^ 1]), data[:40], b""):
        house.own._objects[path] = changed
        with pytest.raises(SealingStopped) as stopped:
            house.new_sealer().seal(())
        assert stopped.value.reason is Reason.DAMAGED
        assert not house.log._objects
    house.own._objects[path] = data
    house.wait()
    house.new_sealer().seal(())
    assert audited(house) is None


def test_others_do_not_wait_for_an_entry_that_is_too_old(house: SealedHouse) -> None:
    a_day_slow(house)
    house.earned(house.enrolled(), 7)
    house.wait()
    assert house.sealer.seal(house.wallets()).entries == 1
    assert house.root().owed == 7
    house.wait()
    with pytest.raises(SealingStopped) as stopped:
        house.sealer.sweep()
    assert stopped.value.reason is Reason.TIME
    assert audited(house) is None


def test_a_sum_that_no_block_can_state_stops_nobody_else(
    house: SealedHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One partner's points cannot keep the others' out of the log."""
    monkeypatch.setattr(batch, "MAX_INTEGER", 100)
    house.sealed()
    ana, ben = house.enrolled(), house.enrolled()
    house.earned(ana, 90)
    house.earned(ana, 20)
    house.earned(ben, 3)
    house.wait()
    assert house.sealer.seal(house.wallets()).entries == 2
    house.wait()
    with pytest.raises(SealingStopped) as stopped:
        house.sealer.sweep()
    assert stopped.value.reason is Reason.LIMIT
    assert house.root().owed == 93
