"""What somebody tries who serves the log's files, and what an operator tries who holds its keys.

Each attempt is named, and the entry that is wrong, or the file, with it.
"""

import random
from base64 import b64encode

import pytest

from ledger import kinds
from ledger.audit_state import AuditState
from ledger.blocks import block_body
from ledger.entries import read_entry, sign_entry
from ledger.tiles import parse_path
from ledger.tx import read_tx
from tests.published import Files, Log, audited, files_of, named
from tests.unit.ledger.strategies import (
    ENTRIES,
    LOG,
    ORIGIN,
    STARS,
    another,
    signer_of,
)


def made() -> Log:
    """Three batches: founding, earns and spends, earns past the first bundle's end."""
    log = Log()
    log.earns(20)
    spent = log.redeem(log.wallet("member 1"), "cafe", 5)
    log.refund(log.wallet("member 1"), spent, 5)
    log.transfer(log.wallet("member 1"), log.wallet("member 2"), 3)
    log.seal()
    log.earns(250)
    log.seal()
    return log


MADE = made()
FILES = MADE.publish()
LEAVES = MADE.leaves
BLOCKS = [index for index, leaf in enumerate(LEAVES) if b'"type":"block"' in leaf]
BUNDLES = sorted(path for path in FILES if "entries" in path)
HASHES = sorted(path for path in FILES if path.startswith("tile/") and "entries" not in path)


def starts(path: str) -> list[int]:
    """Where in a bundle each entry begins, with its length."""
    data, places, at = FILES[path], [], 0
    while at < len(data):
        places.append(at)
        at += 2 + int.from_bytes(data[at : at + 2], "big")
    return places


def with_byte(path: str, at: int, chance: random.Random) -> Files:
    data = bytearray(FILES[path])
    data[at] ^= 1 << chance.randrange(8)
    return {**FILES, path: bytes(data)}


def resealed(leaves: list[bytes]) -> Files:
    """These leaves under a tree and a checkpoint of their own, as the log's holder makes them."""
    return files_of(leaves)


def test_the_log_holds():
    """As it is before anybody touches it."""
    assert audited(FILES).fault is None
    assert len(BUNDLES) == 2


# Who serves the files


@pytest.mark.parametrize("path", BUNDLES)
def test_any_byte_of_an_entry_bundle_is_named_where_it_is(path):
    """Entries and their lengths alike: the index is that of the entry that the byte belongs to."""
    chance = random.Random(path)
    first = parse_path(path).index * 256
    places = starts(path)
    lengths = [place + byte for place in chance.sample(places, 4) for byte in (0, 1)]
    for at in [*chance.sample(range(len(FILES[path])), 30), *lengths, len(FILES[path]) - 1]:
        slot = max(number for number, start in enumerate(places) if start <= at)
        assert named(with_byte(path, at, chance)) == (first + slot, "log.leaf"), at


@pytest.mark.parametrize("path", HASHES)
def test_any_byte_of_a_hash_tile_is_named_where_it_is(path):
    """A leaf's hash is its entry's; one further up is that of the first entry below it."""
    chance = random.Random(path)
    tile = parse_path(path)
    for at in chance.sample(range(len(FILES[path])), min(20, len(FILES[path]))):
        index = (tile.index * 256 + at // 32) * 256**tile.level
        rule = "log.tile" if tile.level else "log.leaf"
        fault = audited(with_byte(path, at, chance)).fault
        assert fault is not None
        assert (fault.position, fault.rule, fault.label) == (index, rule, path)


def test_any_byte_of_the_checkpoint_is_refused():
    """All of them: what is signed, and the signature."""
    chance = random.Random(1)
    for at in range(len(FILES["checkpoint"])):
        position, _ = named(with_byte("checkpoint", at, chance))
        assert position is None, at


@pytest.mark.parametrize("path", sorted(FILES))
def test_a_file_that_is_missing_is_named(path):
    """By its path, since it concerns no entry in particular."""
    fault = audited({name: data for name, data in FILES.items() if name != path}).fault
    assert fault is not None
    rule = "checkpoint.missing" if path == "checkpoint" else "log.missing"
    assert (fault.position, fault.label, fault.rule) == (None, path, rule)


@pytest.mark.parametrize("path", [*BUNDLES, *HASHES])
def test_a_file_cut_short_or_made_longer_is_named(path):
    """No byte is missing, none too many."""
    for data in (b"", FILES[path][:-1], FILES[path] + b"\0", FILES[path] * 2):
        fault = audited({**FILES, path: data}).fault
        assert fault is not None
        assert fault.label == path


def bundled(entries: list[bytes]) -> Files:
    """Other entries in the bundles, under the log's own hashes and checkpoint."""
    tiles = files_of(entries)
    return {**FILES, **{path: tiles[path] for path in tiles if "entries" in path}}


def test_entries_in_other_places_are_named():
    """Swapped, dropped or doubled behind the log's back: the first whose place it is not."""
    leaves = LEAVES.copy()
    leaves[20], leaves[25] = leaves[25], leaves[20]
    assert named(bundled(leaves)) == (20, "log.leaf")
    dropped = [*LEAVES[:20], *LEAVES[21:], LEAVES[-1]]
    assert named(bundled(dropped)) == (20, "log.leaf")
    doubled = [*LEAVES[:20], LEAVES[19], *LEAVES[20:-1]]
    assert named(bundled(doubled)) == (20, "log.leaf")


def test_the_lowest_of_several_faults_is_named():
    """Whatever else is wrong after it."""
    chance = random.Random(2)
    bundle, hashes = BUNDLES[0], HASHES[0]
    at = starts(bundle)
    later = with_byte(bundle, at[200] + 30, chance)
    for first, files in (
        (100, {**later, bundle: with_byte(bundle, at[100] + 5, chance)[bundle]}),
        (40, {**later, hashes: with_byte(hashes, 40 * 32, chance)[hashes]}),
        (200, {**later, hashes: with_byte(hashes, 201 * 32, chance)[hashes]}),
        (200, {**later, HASHES[-1]: with_byte(HASHES[-1], 0, chance)[HASHES[-1]]}),
    ):
        assert named(files)[0] == first


def test_the_root_of_another_log_is_refused():
    """Files that fit each other, under a checkpoint that is not theirs."""
    other = Log()
    other.earns(len(LEAVES) - 14)
    other.seal()
    assert other.maker.checkpoint.size == len(LEAVES)
    files = {**other.publish(), "checkpoint": FILES["checkpoint"]}
    assert named(files) == (None, "checkpoint.root")


def test_a_checkpoint_of_another_origin_is_refused():
    """Signed by that origin's own key, or by this log's under another name."""
    origin = "other.example/ledger"
    for files in (
        files_of(LEAVES, signer_of(origin), origin=origin),
        files_of(LEAVES, LOG, origin=origin),
    ):
        assert named(files)[0] is None
    assert named(FILES, origin=origin) == (None, "checkpoint.origin")


def test_a_checkpoint_signed_by_a_stranger_is_refused():
    """One of the same name is another key."""
    assert named(files_of(LEAVES, another(ORIGIN))) == (None, "checkpoint.signature")


# An operator who shows one thing today and another tomorrow


@pytest.fixture
def state(tmp_path):
    opened = AuditState(tmp_path / "audit.state")
    assert audited(FILES, state=opened).fault is None
    yield opened
    opened.close()


def test_a_checkpoint_rolled_back_is_refused(state):
    """A log only grows: what was there is not taken back."""
    shorter = files_of(LEAVES[: BLOCKS[-2] + 1])
    assert audited(shorter).fault is None
    assert named(shorter, state=state) == (None, "checkpoint.size")


def test_two_logs_of_equal_size_are_refused(state):
    """Whoever saw the one is not shown the other."""
    other = Log()
    other.earns(len(LEAVES) - 14)
    other.seal()
    assert audited(other.publish()).fault is None
    assert named(other.publish(), state=state) == (None, "log.consistency")


def test_a_longer_log_with_another_past_is_refused(state):
    """It has to begin with all that was there."""
    other = Log()
    other.earns(len(LEAVES))
    other.seal()
    assert audited(other.publish()).fault is None
    assert named(other.publish(), state=state) == (None, "log.consistency")


def test_a_fork_is_seen_though_the_first_audit_was_not_finished(tmp_path):
    """What counts is the checkpoint that was shown, not how far the entries were gone through."""
    state = AuditState(tmp_path / "audit.state")
    broken = {**FILES, BUNDLES[1]: b""}
    assert named(broken, state=state) == (None, "log.bundle")
    other = Log()
    other.earns(len(LEAVES))
    other.seal()
    assert named(other.publish(), state=state) == (None, "log.consistency")
    assert audited(FILES, state=state).fault is None
    state.close()


def test_an_entry_changed_behind_an_audit_is_named(state):
    """The bundle at the edge was read before: its first entries are still the same."""
    log = made()
    log.earns(5)
    log.seal()
    files = log.publish()
    path = next(path for path in files if path.startswith("tile/entries/001.p"))
    data = bytearray(files[path])
    data[10] ^= 1
    assert named({**files, path: bytes(data)}, state=state) == (256, "log.leaf")


# An operator who holds every key


def test_an_entry_dropped_from_the_log_is_named():
    """The next entry of a wallet does not continue its chain; of others the block says so."""
    # There are seven wallets, in turn: the next of the same one comes one earlier than it did.
    assert named(resealed([*LEAVES[:20], *LEAVES[21:]])) == (26, "tx.chains.seq")
    last = BLOCKS[-1] - 1
    assert named(resealed([*LEAVES[:last], *LEAVES[last + 1 :]])) == (last, "block.size")


def test_an_entry_doubled_in_the_log_is_named():
    """Its id is taken, its place in the chain too."""
    for index in (20, BLOCKS[1] - 1):
        leaves = [*LEAVES[: index + 1], LEAVES[index], *LEAVES[index + 1 :]]
        assert named(resealed(leaves)) == (index + 1, "tx.id")
    block = BLOCKS[1]
    leaves = [*LEAVES[: block + 1], LEAVES[block], *LEAVES[block + 1 :]]
    assert named(resealed(leaves)) == (block + 1, "block.height")


def test_entries_swapped_in_the_log_are_named():
    """A wallet's chain is kept in its order; so are governance and blocks."""
    leaves = LEAVES.copy()
    # Of the same wallet: there are seven, in turn.
    leaves[20], leaves[27] = leaves[27], leaves[20]
    assert named(resealed(leaves)) == (20, "tx.chains.seq")
    leaves = LEAVES.copy()
    leaves[3], leaves[4] = leaves[4], leaves[3]
    assert named(resealed(leaves)) == (3, "governance.seq")


def test_a_log_truncated_between_blocks_is_named():
    """The last leaf of a checkpoint is a block."""
    assert named(resealed(LEAVES[:-1])) == (len(LEAVES) - 2, "log.last")
    assert named(resealed(LEAVES[:1])) == (0, "log.last")
    assert named(resealed([])) == (None, "governance.genesis")
    assert named(resealed(LEAVES[1:])) == (0, "governance.genesis")


def forged(index: int, change) -> Files:
    """The log with one entry changed and signed again by the true entry key."""
    tx = read_tx(read_entry(LEAVES[index]).body)
    leaves = LEAVES.copy()
    leaves[index] = sign_entry(change(tx), ENTRIES).data
    return resealed(leaves)


def test_balances_that_disagree_with_their_postings_are_named():
    """`after` is made again from what was there and what moved."""

    def richer(tx):
        link = tx.chains[0]
        after = link.after._replace(available=link.after.available + 1)
        return tx._replace(chains=(link._replace(after=after), *tx.chains[1:]))

    for index in (20, 33, 34, 35, 100, len(LEAVES) - 2):
        assert named(forged(index, richer)) == (index, "tx.chains.after")


def test_an_entry_under_a_key_that_was_revoked_is_named():
    """From the revocation on its signature is worth nothing."""
    log, second = Log(), another(f"{ORIGIN}/entries")
    vkeys = {"added": str(second.verifier), "revoked": str(ENTRIES.verifier)}
    for status, vkey in vkeys.items():
        log.entries.append(
            sign_entry(
                log.governance_body("key", party="entries", vkey=vkey, status=status),
                ENTRIES if status == "added" else second,
            )
        )
        log.history.take(log.entries[-1].data)
    log.wait(seconds=1)
    effect = kinds.earn(log.wallet("ann"), "acme", 5, log.at, "never")
    tx = log.tx("earn", effect, "partner:acme")
    old, new = sign_entry(tx, ENTRIES).data, sign_entry(tx, second).data
    leaves = [*log.leaves, *(entry.data for entry in log.entries[-2:])]
    assert named(resealed([*leaves, old])) == (len(leaves), "entry.key")
    assert named(resealed([*leaves, new])) == (len(leaves), "log.last")


def test_a_partners_revoked_key_is_named():
    """Nobody asks in its name any more."""
    log = Log()
    key = {"party": "partner:acme", "vkey": str(signer_of("acme.example").verifier)}
    log.govern("key", **key, status="revoked")
    effect = kinds.earn(log.wallet("ann"), "acme", 5, log.at, "never")
    entry = sign_entry(log.tx("earn", effect, "partner:acme"), ENTRIES)
    leaves = [*log.leaves, log.entries[-1].data, entry.data]
    assert named(resealed(leaves)) == (len(leaves) - 1, "by.key")


def block_of(log: Log) -> dict:
    """The body of the next block, to be changed."""
    return block_body(log.maker.block(log.at))


def test_a_block_whose_total_hides_a_wallet_is_named():
    """A tree without it, and a sum that is less: both follow from the entries."""
    honest = Log()
    honest.earn(honest.wallet("ann"), "acme", 70)
    hiding = block_of(honest)
    hiding_balances = hiding["balances"][STARS]
    log = Log()
    log.earn(log.wallet("ann"), "acme", 70)
    log.earn(log.wallet("bob"), "acme", 30)
    batch = [entry.data for entry in log.entries[-2:]]
    log.maker.append(batch)
    true = block_of(log)
    for lie in (
        hiding_balances,
        {**true["balances"][STARS], "owed": 70},
        {**true["balances"][STARS], "wallets": 1},
        {**true["balances"][STARS], "root": hiding_balances["root"]},
    ):
        body = {**true, "balances": {**true["balances"], STARS: lie}}
        leaves = [*log.leaves, *batch, sign_entry(body, ENTRIES).data]
        position, rule = named(resealed(leaves))
        assert position == len(leaves) - 1
        assert rule.startswith("block.balances.")
    leaves = [*log.leaves, *batch, sign_entry(true, ENTRIES).data]
    assert audited(resealed(leaves)).fault is None


def test_a_block_that_hides_what_a_partner_issued_is_named():
    """Its totals are those of every account that is not a wallet's."""
    log = Log()
    log.earn(log.wallet("ann"), "acme", 70)
    batch = [log.entries[-1].data]
    log.maker.append(batch)
    body = {**block_of(log), "totals": b64encode(bytes(32)).decode()}
    leaves = [*log.leaves, *batch, sign_entry(body, ENTRIES).data]
    assert named(resealed(leaves)) == (len(leaves) - 1, "block.totals")


def test_a_leaf_that_is_no_entry_is_named():
    """A node's bytes, nothing, or as many bytes as fit."""
    for junk in (b"", b"\x01" + bytes(64), b"x" * 65_535):
        leaves = [*LEAVES[:40], junk, *LEAVES[40:]]
        position, rule = named(resealed(leaves))
        assert position == 40
        assert rule.startswith(("note.", "entry."))
