"""The invariants of docs/sealing.md, judged from what was published and from nothing else.

Trees are recomputed by `tests.naive`, entry by entry; rules by `ledger.history`. What was promised
to someone is in the `World`.
"""

from base64 import b64encode
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from random import Random
from typing import Any

from ledger.audit import audit
from ledger.balance_reads import found_all
from ledger.balance_tree import leaf_of, wallet_key, wallet_state
from ledger.blocks import Block, read_block, totals_json
from ledger.checkpoints import CHECKPOINT
from ledger.entries import read_entry
from ledger.errors import RuleBroken
from ledger.governance import Check
from ledger.history import History
from ledger.names import NO_HASH, At, Hash, at_moment, at_text
from ledger.notes import signed_holds
from ledger.tx import read_tx
from ledger.wallets import Wallet, owed
from loyalty.records.members import Member, WalletOwner
from loyalty.records.rewards import Voucher
from sealing.pages import Pages
from sealing.position import read_position
from sealing.publication import checkpoint_of
from sealing.stopped import Reason, SealingStopped
from storage.reading import row_faults
from tests.naive.forms import H
from tests.naive.trees import Leaf, root, sum_root, tiles_of, unpack
from tests.simulation.faults import Tally, Wire, Wires
from tests.simulation.keys import LOG_KEY, ORIGIN
from tests.simulation.twins import opened_once
from tests.simulation.world import World

DRAINS = 3
"""Once nothing fails any more, this many sweeps seal all there is."""
DAY = timedelta(hours=24)

holds = lru_cache(50_000)(signed_holds)
leaf_of_entry = lru_cache(50_000)(lambda entry: H(b"\x00", entry))


class ViolatedError(Exception):
    """An invariant does not hold."""


def require(holds_: object, what: str) -> None:
    if not holds_:
        raise ViolatedError(what)


def drain(world: World, random: Random) -> None:
    """Nothing fails from here on: a sealer that has just started seals all that is left."""

    def clock() -> datetime:
        world.now += timedelta(milliseconds=1)
        return world.now

    quiet = Wires(lambda call: None, Tally())
    sealer = world.sealer(Wire(quiet, "last"), random, clock)
    for _ in range(DRAINS):
        progress = sealer.sweep()
        require(not progress.lost, "a sealer alone lost a swap")
        if not progress.entries and not progress.waiting:
            return
    raise ViolatedError(f"not drained by {DRAINS} sweeps: {progress}")


def check_recovered(world: World, random: Random) -> None:
    """Recovers, and again; then all invariants hold. Raises ViolatedError."""
    try:
        drain(world, random)
        before = (world.store.head, len(world.log.versions), len(world.heads.swapped))
        drain(world, random)
    except SealingStopped as stopped:
        raise ViolatedError(f"stopped without a cause: {stopped}") from None
    after = (world.store.head, len(world.log.versions), len(world.heads.swapped))
    require(before == after, "a second recovery changed something")
    check(world)


def check(world: World) -> None:
    """All invariants, of a log that is drained. Raises ViolatedError."""
    require(not world.violations, "; ".join(world.violations))
    note = world.log.read(CHECKPOINT)
    head = world.store.head
    require(note and head, "nothing was published")
    assert note is not None
    assert head is not None
    checkpoint = opened_once(note)
    require(checkpoint == checkpoint_of(head.checkpoint), "what is published is not the head")
    entries = published_entries(world, checkpoint.size)
    leaves = [leaf_of_entry(entry) for entry in entries]
    check_published(world, leaves)
    check_checkpoints(world, entries, leaves)
    history = replayed(tuple(entries))
    check_kept(world, entries, history)
    check_promises(world, entries, history)
    check_pages(world, history)


def published_entries(world: World, size: int) -> list[bytes]:
    """The log's entries, from its bundles."""
    entries: list[bytes] = []
    for tile in tiles_of(size):
        data = world.log.read(tile.path)
        require(data is not None, f"{tile.path} is missing")
        if tile.level < 0:
            found = unpack(data or b"", tile.width)
            require(len(found) == tile.width, f"{tile.path} is broken")
            entries += found
    require(len(entries) == size, f"{len(entries)} entries of {size}")
    return entries


def check_published(world: World, leaves: Sequence[bytes]) -> None:
    """8. Every tile that was ever published is of this log, and still there."""
    for path, data in world.log.versions:
        if path == CHECKPOINT:
            continue
        require(world.log.read(path) == data, f"{path} is not what it was")
        if path.startswith("tile/entries/"):
            continue
        _, level, number = path.split("/", 2)
        require(level == "0", f"a tile {path} of a log so small")
        width = int(number.rpartition("/")[2]) if ".p/" in number else 256
        first = int(number[:3]) * 256
        require(data == b"".join(leaves[first : first + width]), f"{path} has other hashes")


def check_checkpoints(world: World, entries: Sequence[bytes], leaves: list[bytes]) -> None:
    """7. Every checkpoint, published or swapped in, is of a beginning of this log; the last leaf of
    each is a block. Those swapped in grow; those published do not shrink."""
    notes = [data for path, data in world.log.versions if path == CHECKPOINT]
    sizes = [checkpoint_of(note).size for note in notes]
    require(sizes == sorted(sizes), f"published sizes went back: {sizes}")
    swapped = [head.checkpoint for head in world.heads.swapped]
    sizes = [checkpoint_of(note).size for note in swapped]
    require(sizes == sorted(set(sizes)), f"heads did not grow: {sizes}")
    seen = [each.note for witness in world.witnesses for each in witness.cosigned]
    for note in {*notes, *swapped, *seen}:
        checkpoint = opened_once(note)
        size = checkpoint.size
        require(0 < size <= len(leaves), f"a checkpoint of {size}, of {len(leaves)}")
        require(root(leaves[:size]) == checkpoint.root, f"the checkpoint of {size} is another's")
        require(b'"type":"block"' in entries[size - 1], f"{size - 1} is no block")


@lru_cache(2_000)
def replayed(entries: tuple[bytes, ...]) -> History:
    """1-3, 6. Every entry follows from those before it, every block from its entries. Read only:
    most runs of a script come to the same log.
    """
    history = History()
    block: Block | None = None
    hash_ = NO_HASH
    since: list[tuple[int, At]] = []
    for index, data in enumerate(entries):
        entry = read_entry(data)
        try:
            if entry.type == "block":
                checks = [history.entry_check(entry)]
                found = read_block(entry.body)
                _check_block(found, expected_block(history, index, found.at, block, hash_, since))
                _check_block_time(found, block, since)
                block, hash_, since = found, entry.hash, []
            else:
                checks = history.take(data)
                at = At(str(entry.body["at"]))
                _check_time(index, entry.type, at, block)
                since.append((index, at))
        except RuleBroken as broken:
            raise ViolatedError(f"entry {index}: {broken}") from None
        require(all(_holds(each) for each in checks), f"entry {index}: a signature")
    require(block and block.size == len(entries), "the log ends in no block")
    require(history.governance.origin == ORIGIN, "another origin")
    sums: Counter[str] = Counter()
    for (_, currency), total in history.totals.items():
        sums[currency] += total
    for wallet in history.wallets.values():
        sums[wallet.currency] += owed(wallet.balances) + wallet.balances.arrears
    require(not any(sums.values()), f"the ledger adds up to {dict(sums)}")
    return history


def _holds(check_: Check) -> bool:
    return holds(check_.public, check_.signed)


def expected_block(
    history: History,
    index: int,
    at: At,
    before: Block | None,
    hash_: Hash,
    since: Sequence[tuple[int, At]],
) -> dict[str, Any]:
    """What the block at an index has to state, computed from all wallets."""
    balances = {}
    for code in history.governance.currencies:
        wallets = [each for each in history.wallets.values() if each.currency == code]
        total, hash_of = sum_root([_leaf(each) for each in wallets])
        balances[code] = {
            "root": b64encode(hash_of).decode(),
            "owed": total,
            "arrears": sum(each.balances.arrears for each in wallets),
            "wallets": len(wallets),
        }
    return {
        "height": before.height + 1 if before else 0,
        "at": at,
        "prev": hash_,
        "first": since[0][0] if since else index,
        "size": index + 1,
        "balances": balances,
        "totals": b64encode(H(totals_json(history.totals))).decode(),
    }


def _leaf(wallet: Wallet) -> Leaf:
    return Leaf(wallet_key(wallet.id), owed(wallet.balances), H(wallet_state(wallet)))


def _check_block(block: Block, expected: dict[str, Any]) -> None:
    found = block._asdict()
    found["balances"] = {code: row._asdict() for code, row in block.balances.items()}
    require(found == expected, f"a block states {found}, not {expected}")


def _check_block_time(block: Block, before: Block | None, since: Sequence[tuple[int, At]]) -> None:
    require(before is None or before.at < block.at, f"the block after {before} is not later")
    late = [index for index, at in since if at > block.at]
    require(not late, f"entries {late} are dated after their block at {block.at}")


def _check_time(index: int, type_: str, at: At, block: Block | None) -> None:
    if block is None:
        return
    oldest = block.at if type_ != "tx" else at_text(at_moment(block.at) - DAY)
    require(at >= oldest, f"entry {index} of {at} is older than {oldest}")


def check_kept(world: World, entries: Sequence[bytes], history: History) -> None:
    """5, 6. The log has what the rows have, each once, and says where it is."""
    rows = world.store
    transactions = {id_: row.entry for id_, row in rows._transactions.items() if row.entry}
    places = {}
    governance = []
    for index, data in enumerate(entries):
        entry = read_entry(data)
        if entry.type == "tx":
            id_ = read_tx(entry.body).id
            require(transactions.get(id_) == data, f"entry {index}, {id_}, was not committed")
            require(id_ not in places, f"{id_} stands in the log twice")
            places[id_] = index
        elif entry.type != "block":
            governance.append(data)
    missing = transactions.keys() - places.keys()
    require(not missing, f"committed, and not in the log: {missing}")
    require(governance == [row.entry for row in rows._governance], "governance is another")
    require(world.heads._indexes == places, "an index is not where its transaction stands")
    faults = [str(fault) for fault in row_faults(rows.ledger_rows(), history)]
    require(not faults, f"rows: {faults}")


def check_promises(world: World, entries: Sequence[bytes], history: History) -> None:
    """4, 5, 9. What was answered is there; what was refused, or never asked, is not."""
    ids = set(history.standing)
    allowed: set[str] = set(world.sent)
    for id_, answer in world.answered.items():
        ask = world.sent[id_]
        require((id_ in ids) == answer.entered, f"{ask} was answered with {answer}")
        require(ids.issuperset(answer.further), f"{ask} was answered with {answer}")
        _check_record(world, history, ask.kind, answer.record)
    for id_ in world.store._transactions:
        row = world.store._transactions[id_]
        asked = id_ in allowed or row.entry is None or _by_system(row.entry)
        require(asked, f"{id_} was never asked for")
    for id_, ask in world.refused.items():
        certain = id_ not in world.answered and id_ not in world.uncertain
        require(not certain or id_ not in world.store._transactions, f"{ask} was refused, and done")
    used = Counter(
        world.sent[id_].args[0] for id_ in world.answered if world.sent[id_].kind == "use"
    )
    require(all(count == 1 for count in used.values()), f"a voucher was used twice: {used}")
    for wallet in history.wallets.values():
        owner = world.store.record(WalletOwner, wallet.id)
        member = owner and world.store.record(Member, owner.record.member)
        found = member and member.record.wallets.get(wallet.currency)
        require(found == wallet.id, f"nobody owns the wallet {wallet.id}")


def _by_system(entry: bytes) -> bool:
    return read_tx(read_entry(entry).body).by.party.startswith("system:")


def _check_record(world: World, history: History, kind: str, record: str) -> None:
    governance = history.governance
    there: dict[str, object] = {
        "enrol": lambda: world.store.record(Member, record),
        "redeem": lambda: world.store.record(Voucher, record),
        "currency": lambda: record in governance.currencies,
        "programme": lambda: record in governance.versions,
        "partner": lambda: governance.partners.get(record),
    }
    find = there.get(kind)
    require(find is None or find(), f"{kind} {record} was answered, and is not there")  # type: ignore[operator]


def check_pages(world: World, history: History) -> None:
    """The pages that the next seal builds on hold what every wallet is now."""
    head = world.heads.read()
    assert head is not None
    position = read_position(head.position)
    pages = Pages(world.own)
    totals = pages.stored(position.totals)
    require(totals == totals_json(history.totals), "the totals that are kept are others")
    for code, balance in position.balances.items():
        wallets = [each for each in history.wallets.values() if each.currency == code]
        expected = {wallet_key(each.id): leaf_of(each) for each in wallets}
        found = found_all(balance.root, list(expected), pages.read)
        require(found == expected, f"the pages of {code} hold other wallets")


def check_audit(world: World) -> None:
    """What a partner's own audit says of the published log."""
    if world.log.read(CHECKPOINT) is not None:
        audited = audit(world.log, [LOG_KEY.verifier], origin=ORIGIN, cores=1)
        require(audited.fault is None, f"an audit finds {audited.fault}")


def check_stopped(world: World, random: Random | None, reason: Reason | None) -> None:
    """Sealing has stopped, and must: for this reason, if one is given. What is published holds."""
    if random is not None:
        try:
            drain(world, random)
        except SealingStopped as stopped:
            require(stopped.reason is reason, f"{reason} was expected: {stopped}")
        else:
            raise ViolatedError(f"sealing did not stop, though {reason}")
    require(not world.violations, "; ".join(world.violations))
    note = world.log.read(CHECKPOINT)
    if note is None:
        return
    entries = published_entries(world, opened_once(note).size)
    replayed(tuple(entries))
    leaves = [leaf_of_entry(entry) for entry in entries]
    for path, data in world.log.versions:
        if path.startswith("tile/0/"):
            # Of what is not under a checkpoint yet, the beginning.
            known = b"".join(leaves)[: len(data)]
            require(data.startswith(known), f"{path} has other hashes")
        if path == CHECKPOINT:
            checkpoint = opened_once(data)
            found = root(leaves[: checkpoint.size])
            require(found == checkpoint.root, f"the checkpoint of {checkpoint.size} is another's")
