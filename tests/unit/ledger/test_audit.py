"""An audit of a published log: all of it, in little memory, and on from where it was before."""

import os
import signal
import sqlite3
from base64 import b64encode
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ledger.audit as module
import ledger.verify
from ledger import kinds
from ledger.audit import Audited, audit
from ledger.audit_state import AuditState, StateBroken
from ledger.blocks import block_body
from ledger.entries import sign_entry
from ledger.errors import Fault, RuleBroken
from ledger.policies import read_policy
from ledger.wallets import owed
from tests.published import Files, Log, Memory, audited, files_of, named
from tests.unit.ledger.strategies import (
    ENTRIES,
    LOG,
    MILES,
    ORIGIN,
    QUICK,
    STARS,
    another,
    key_members,
    rule_of,
    signer_of,
)


def grown(log: Log, *batches: int) -> Log:
    """More batches of so many earns, each with its block."""
    for count in batches:
        log.earns(count)
        log.seal()
    return log


def lived() -> Log:
    """A log with every kind of transaction, arrears, an empty block, and two currencies."""
    log = Log()
    ann, bob = lambda: log.wallet("ann"), lambda: log.wallet("bob")
    first = log.earn(ann(), "acme", 100, "2026-01-05")
    log.seal()
    log.seal()
    waiting = log.earn(ann(), "brew", 40, None)
    log.confirm(ann(), waiting, 30)
    held = log.hold(ann(), 50)
    log.seal()
    log.capture(ann(), held, "cafe", 20)
    log.void(ann(), held)
    log.transfer(ann(), bob(), 10)
    log.exchange(ann(), log.wallet("ann", MILES), 20, 5)
    log.seal()
    spent = log.redeem(ann(), "cafe", 30)
    log.refund(ann(), spent, 10)
    log.reverse(ann(), first, 100)
    log.adjust_up(bob(), 5)
    log.adjust_down(bob(), 2)
    log.seal()
    log.wait(hours=20)
    log.seal()
    log.wait(days=5)
    log.seal()
    log.expire(bob())
    log.seal()
    return log


LIVED = lived()
# Its second block ends the first bundle, and its last entry is in the middle of a third.
LONG = grown(Log(), 242, 3, 300)


@pytest.fixture
def state(tmp_path):
    opened = AuditState(tmp_path / "audit.state")
    yield opened
    opened.close()


@pytest.fixture(params=[1, 10_000], ids=["standings on disk", "standings in memory"])
def standings(request, monkeypatch):
    """What entries stand at, moved to disk at once or never before the end."""
    monkeypatch.setattr(module, "_STANDINGS_IN_MEMORY", request.param)


# A log without fault


@pytest.mark.usefixtures("standings")
@pytest.mark.parametrize("log", [LIVED, LONG], ids=["lived", "long"])
def test_a_log_without_fault_holds(log):
    """Every entry, block and tile, and what the last block states is what the wallets have."""
    found = audited(log.publish(), origin=ORIGIN)
    assert found.fault is None
    assert (found.entries, found.began) == (len(log.leaves), 0)
    assert found.blocks == len(log.maker.blocks)
    assert found.checkpoint == log.maker.checkpoint
    wallets = log.history.wallets.values()
    for code, row in found.balances.items():
        own = [wallet for wallet in wallets if wallet.currency == code]
        assert row.owed == sum(owed(wallet.balances) for wallet in own)
        assert row.arrears == sum(wallet.balances.arrears for wallet in own)
        assert row.wallets == len(own)
    assert set(found.balances) == {STARS, MILES}


def test_the_signatures_are_verified_on_all_cores(monkeypatch):
    """With a pool beside it an audit finds the same."""
    monkeypatch.setattr(ledger.verify, "_POOL_FROM_ENTRIES", 1)
    monkeypatch.setattr(ledger.verify, "_CHUNK_CHECKS", 16)
    alone = audited(LONG.publish())
    beside = audit(Memory(LONG.publish()), [LOG.verifier], cores=2)
    assert beside == alone
    assert (
        alone.signatures
        == LONG.history.entries
        + len(LONG.maker.blocks)
        + sum(b'"sig"' in leaf for leaf in LONG.leaves if b'"type":"tx"' in leaf)
        + 5
        + 1
        + 3
    )


def test_every_file_is_read_once():
    """Nothing is asked for twice, and nothing that the checkpoint does not cover."""
    source = Memory(LONG.publish())
    assert audit(source, [LOG.verifier], cores=1).fault is None
    assert len(source.reads) == len(set(source.reads))
    assert set(source.reads) <= set(source.files)


def test_progress_is_told_of_how_many():
    """Up to the last entry."""
    told: list[tuple[int, int]] = []
    audited(LONG.publish(), progress=lambda done, of: told.append((done, of)))
    assert told == sorted(told)
    assert told[-1] == (len(LONG.leaves), len(LONG.leaves))


def test_a_partial_tile_that_is_gone_is_found_in_the_full_one():
    """A log may drop what its full tiles hold, while an old checkpoint is still around."""
    log = grown(Log(), 100)
    old = log.publish()["checkpoint"]
    files = grown(log, 400).publish()
    files = {path: data for path, data in files.items() if ".p/" not in path}
    found = audited({**files, "checkpoint": old})
    assert (found.fault, found.entries) == (None, 13 + 101)


def test_a_policy_is_asked_for_its_quorum():
    """Without the witnesses that somebody wants, the checkpoint is not believed."""
    witness = signer_of("witness.example").verifier
    text = f"log {LOG.verifier}\nwitness one {witness}\nquorum one\n"
    policy = read_policy(
        text.replace(str(witness), str(type(witness).of(witness.name, witness.public, b"\x04")))
    )
    assert named(LIVED.publish(), policy=policy) == (None, "policy.quorum")


# Going on


@pytest.mark.usefixtures("standings")
@pytest.mark.parametrize(
    "batches", [(5, 5), (241, 5), (242, 300), (5, 1000), (0, 0), (490, 3, 3)], ids=str
)
def test_an_audit_goes_on_where_the_one_before_ended(state, batches):
    """Only what is new is looked at, and it comes to what an audit of all comes to."""
    log = Log()
    before = 0
    for count in batches:
        files = grown(log, count).publish()
        found = audited(files, state=state)
        whole = audited(files)
        assert found.fault is None
        assert found._replace(began=0, signatures=0) == whole._replace(signatures=0)
        assert found.began == before
        assert (found.signatures < whole.signatures) == (before > 0)
        before = found.entries
    source = Memory(log.publish())
    again = audit(source, [LOG.verifier], state=state, cores=1)
    assert (again.fault, again.began, again.signatures) == (None, before, 0)


def test_what_stood_before_can_be_gone_back_to_after(state):
    """A later audit knows what each earlier entry still stands at."""
    log = Log()
    earned = log.earn(log.wallet("ann"), "acme", 100)
    waiting = log.earn(log.wallet("ann"), "acme", 100, None)
    held = log.hold(log.wallet("ann"), 40)
    log.seal()
    assert audited(log.publish(), state=state).fault is None
    log.capture(log.wallet("ann"), held, "cafe", 30)
    log.reverse(log.wallet("ann"), earned, 60)
    log.seal()
    assert audited(log.publish(), state=state).fault is None
    log.reverse(log.wallet("ann"), earned, 40)
    log.void(log.wallet("ann"), held)
    log.confirm(log.wallet("ann"), waiting, 100)
    log.seal()
    assert audited(log.publish(), state=state).fault is None


def test_an_id_of_an_entry_audited_before_is_not_used_again(state):
    """One effect per id, however long ago."""
    log = Log()
    id_ = log.earn(log.wallet("ann"), "acme", 100)
    log.seal()
    assert audited(log.publish(), state=state).fault is None
    effect = kinds.earn(log.wallet("bob"), "acme", 5, log.at, "never")
    log.history.standing.pop(id_)
    log.add(log.tx("earn", effect, "partner:acme", id_=id_))
    log.seal()
    assert named(log.publish(), state=state) == (len(log.leaves) - 2, "tx.id")
    assert named(log.publish()) == (len(log.leaves) - 2, "tx.id")


@pytest.mark.usefixtures("standings")
def test_the_first_of_several_repeated_ids_is_named(monkeypatch):
    """Though they are only found when a bundle's are moved to disk."""
    log = Log()
    ids = [log.earn(log.wallet(f"m{number}"), "acme", 5) for number in range(300)]
    log.seal()
    log.govern("partner", partner="dune", status="joined")
    log.earn(log.wallet("m1"), "acme", 5)
    log.seal()
    index = len(log.leaves)
    for again in (7, 3, 299):
        log.history.standing.pop(ids[again])
        effect = kinds.earn(log.wallet("bob"), "acme", 5, log.at, "never")
        log.add(log.tx("earn", effect, "partner:acme", id_=ids[again]))
    log.seal()
    assert named(log.publish()) == (index, "tx.id")


def interrupted_after(files: Files, path: Path, reads: int) -> bool:
    """Kills a process in the middle of its audit. Whether it was still at it."""
    child = os.fork()
    if not child:
        source = Memory(files)
        source.read = _killing(source.read, reads)  # type: ignore[method-assign]
        audit(source, [LOG.verifier], state=AuditState(path), cores=1)
        os._exit(0)
    return os.waitpid(child, 0)[1] == signal.SIGKILL


def _killing(read, reads):
    left = iter(range(reads))

    def killing(path):
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)
        return read(path)

    return killing


def test_an_audit_that_was_killed_goes_on_from_a_block_or_begins_again(tmp_path, monkeypatch):
    """Whenever it was killed, what it left is whole."""
    monkeypatch.setattr(module, "SAVE_EVERY", 1)
    monkeypatch.setattr(module, "_STANDINGS_IN_MEMORY", 1)
    files = LONG.publish()
    sizes = {0}
    for reads in range(1, 100):
        path = tmp_path / f"{reads}.state"
        killed = interrupted_after(files, path, reads)
        state = AuditState(path)
        found = audited(files, state=state)
        state.close()
        assert found.fault is None
        assert found.entries == len(LONG.leaves)
        sizes.add(found.began)
        if not killed:
            break
    assert not killed
    blocks = {index + 1 for index, leaf in enumerate(LONG.leaves) if b'"type":"block"' in leaf}
    assert sizes <= blocks | {0}
    assert len(sizes) > 3


def test_a_log_that_is_wrong_leaves_the_state_as_it_was(state):
    """Once the log is right again, the audit goes on from the last block that was."""
    log = grown(Log(), 10)
    good = log.publish()
    assert audited(good, state=state).fault is None
    size = len(log.leaves)
    files = grown(log, 300).publish()
    bad = {**files, "tile/entries/000": files["tile/entries/000"].replace(b'"amount', b'"am0unt')}
    bad["tile/entries/000"] = bytes(bad["tile/entries/000"][:-1]) + b"x"
    for _ in range(2):
        assert named(bad, state=state) == (255, "log.leaf")
    found = audited(files, state=state)
    assert (found.fault, found.began) == (None, size)


def test_nothing_is_saved_that_the_log_has_not_signed(state, monkeypatch):
    """Whoever serves other files than the log's cannot spoil a state."""
    monkeypatch.setattr(module, "SAVE_EVERY", 1)
    true, other = grown(Log(), 10, 10).publish(), grown(Log(), 10, 11).publish()
    mixed = {**other, "checkpoint": true["checkpoint"]}
    mixed = {path.replace(".p/36", ".p/35"): data for path, data in mixed.items()}
    assert audited(mixed, state=state).fault is not None
    found = audited(true, state=state)
    assert (found.fault, found.began) == (None, 0)


def test_a_disk_that_fails_is_no_fault_of_the_log(state, monkeypatch):
    """It ends the audit, wherever it happens, and names no entry."""

    def full(*_):
        raise StateBroken("state.io", "space", "none")

    monkeypatch.setattr(module, "SAVE_EVERY", 1)
    for name in ("save", "add"):
        with monkeypatch.context() as patch:
            patch.setattr(AuditState, name, full)
            assert refused_state(LONG.publish(), state) == "state.io"
    assert audited(LONG.publish(), state=state).fault is None


# States that are not of this log


def refused_state(files: Files, state: AuditState, **more: object) -> str:
    return rule_of(lambda: audited(files, state=state, **more))


def test_a_state_of_another_log_is_refused(state):
    """It is about another origin, or other keys stood behind it."""
    assert audited(LIVED.publish(), state=state).fault is None
    origin = "other.example/ledger"
    log, key = signer_of(origin), another(ORIGIN)
    files = files_of(LIVED.leaves, log, origin=origin)
    rule = rule_of(lambda: audit(Memory(files), [log.verifier], state=state, cores=1))
    assert rule == "state.origin"
    files = files_of(LIVED.leaves, key)
    rule = rule_of(lambda: audit(Memory(files), [key.verifier], state=state, cores=1))
    assert rule == "state.log_key"
    assert audited(LIVED.publish(), state=state).fault is None


@pytest.mark.parametrize("junk", [b"x", b"SQLite format 3\0" + bytes(100), bytes(4096)])
def test_a_file_that_is_no_state_is_refused(tmp_path, junk):
    """Whatever it is, it is left as it is."""
    path = tmp_path / "letter.txt"
    path.write_bytes(junk)
    assert rule_of(AuditState, path) == "state.form"
    assert path.read_bytes() == junk


def test_another_programs_database_is_refused(tmp_path):
    """It is SQLite, and not ours."""
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE letters (a)")
    database.close()
    assert rule_of(AuditState, path) == "state.form"


def test_a_state_that_is_in_use_is_refused(tmp_path, state):
    """Two audits at once would mix what they found."""
    assert rule_of(AuditState, tmp_path / "audit.state") == "state.locked"


def test_a_state_where_none_can_be_is_refused(tmp_path):
    """A folder, or a path that leads nowhere."""
    assert rule_of(AuditState, tmp_path) == "state.io"
    assert rule_of(AuditState, tmp_path / "no" / "where") == "state.io"


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE wallets SET wallet = replace(wallet, '10', '11')",
        "UPDATE wallets SET wallet = x'00'",
        "DELETE FROM wallets WHERE rowid = 1",
        "DELETE FROM governance WHERE seq = 2",
        "UPDATE governance SET entry = x'00'",
        "UPDATE facts SET value = x'00' WHERE name = 'saved'",
        "UPDATE facts SET value = '[]' WHERE name = 'saved'",
        "UPDATE facts SET value = x'7b7d' WHERE name = 'saved'",
        "UPDATE facts SET value = x'00' WHERE name = 'seen'",
        "UPDATE facts SET value = x'00' WHERE name = 'log_keys'",
        "UPDATE facts SET value = replace(value, 'edge', 'edgy') WHERE name = 'saved'",
        "DROP TABLE wallets",
    ],
)
def test_a_damaged_state_is_refused(tmp_path, damage):
    """An audit does not go on from something half written."""
    path = tmp_path / "audit.state"
    state = AuditState(path)
    audited(LIVED.publish(), state=state)
    state.close()
    with sqlite3.connect(path) as database:
        database.execute(damage)
    database.close()
    state = AuditState(path)
    assert refused_state(LIVED.publish(), state).startswith("state.")
    state.close()


# Time


def test_an_entry_dated_after_its_block_is_named():
    """Not the block: the first entry that is later."""
    log = Log()
    log.earn(log.wallet("ann"), "acme", 5)
    log.wait(minutes=1)
    log.earn(log.wallet("ann"), "acme", 5)
    log.wait(minutes=1)
    log.earn(log.wallet("ann"), "acme", 5)
    log.wait(seconds=-90)
    log.seal()
    assert named(log.publish()) == (len(log.leaves) - 3, "entry.at")


def test_an_entry_more_than_a_day_before_the_previous_block_is_refused():
    """To the millisecond, for an earn that is as usual and for any other entry."""
    for early, holds in ((0, True), (1, False)):
        for kind in ("earn", "redeem"):
            log = Log()
            log.earn(log.wallet("ann"), "acme", 50)
            log.earn(log.wallet("bob"), "acme", 50)
            log.wait(hours=25)
            block_at = log.now
            log.seal()
            log.now = block_at
            log.wait(hours=-24, milliseconds=-early)
            if kind == "earn":
                log.earn(log.wallet("ann"), "acme", 5)
            else:
                log.redeem(log.wallet("bob"), "acme", 5)
            index = len(log.leaves)
            log.now = block_at
            log.wait(seconds=1)
            log.seal()
            found = audited(log.publish()).fault
            assert (found is None) == holds
            assert found is None or (found.position, found.rule) == (index, "entry.at")


def test_governance_before_the_previous_block_is_refused():
    """What is in force does not change behind a block that was sealed."""
    log = Log()
    log.wait(minutes=5)
    log.seal()
    log.wait(minutes=-1)
    log.govern("partner", partner="dune", status="joined")
    index = len(log.leaves)
    log.wait(minutes=5)
    log.seal()
    assert named(log.publish()) == (index, "governance.at")


@pytest.mark.parametrize("seconds", [0, -60])
def test_a_block_that_is_not_after_the_previous_one_is_refused(seconds):
    """Time goes on, or nothing is sealed."""
    log = Log()
    log.wait(seconds=seconds - 1)
    log.seal()
    assert named(log.publish()) == (len(log.leaves) - 1, "block.at")


# Blocks


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("height", 2),
        ("height", 0),
        ("prev", b64encode(bytes(32)).decode()),
        ("first", 1),
        ("size", 99),
        ("totals", b64encode(bytes(32)).decode()),
        ("balances", {}),
    ],
)
def test_a_block_that_states_anything_else_is_refused(member, value):
    """Each member is made again from what came before it."""
    log = Log()
    log.earn(log.wallet("ann"), "acme", 5)
    log.seal(**{member: value})
    log.seal()
    assert named(log.publish()) == (len(log.leaves) - 2, f"block.{member}")


@pytest.mark.parametrize(("field", "value"), [("owed", 4), ("arrears", -1), ("wallets", 2)])
def test_a_block_that_states_other_balances_is_refused(field, value):
    """Of any currency, in any part."""
    log = Log()
    log.earn(log.wallet("ann"), "acme", 5)
    log.maker.append([log.entries[-1].data])
    body = next_block(log)
    body["balances"][STARS][field] = value
    log.maker.put_block(body)
    leaves = [*log.leaves, log.entries[-1].data, log.maker.blocks[-1].data]
    assert named(files_of(leaves)) == (len(leaves) - 1, f"block.balances.{field}")


def next_block(log: Log) -> dict:
    return block_body(log.maker.block(log.at))


def test_a_block_of_another_shape_or_key_is_refused():
    """Read strictly, and signed by the entry key in force."""
    log = Log()
    body = next_block(log)
    for changed, rule in (
        ({**body, "extra": 1}, "block.members"),
        ({**body, "v": 2}, "block.v"),
        ({**body, "size": -1}, "block.size"),
    ):
        leaves = [*log.leaves, sign_entry(changed, ENTRIES).data]
        assert named(files_of(leaves)) == (len(leaves) - 1, rule)
    leaves = [*log.leaves, sign_entry(body, another(f"{ORIGIN}/entries")).data]
    assert named(files_of(leaves)) == (len(leaves) - 1, "entry.key")


def test_a_log_that_does_not_end_with_a_block_is_refused():
    """Entries that no block states are not sealed."""
    log = Log()
    log.earn(log.wallet("ann"), "acme", 5)
    leaves = [*log.leaves, log.entries[-1].data]
    assert named(files_of(leaves)) == (len(leaves) - 1, "log.last")


def test_a_block_is_no_entry_outside_a_log():
    """A ledger that is read from a table has none."""
    book = Log()
    entry = book.maker.put_block(next_block(book))
    with pytest.raises(RuleBroken, match=r"entry\.type"):
        book.history.apply(entry)


# Keys


def test_every_log_key_in_force_signs_the_checkpoint():
    """A second key joins the first; a verifier needs the one that it was given, and both hold."""
    log, second = Log(), another(ORIGIN)
    log.govern("key", **key_members("log", second))
    log.seal()
    assert named(log.publish()) == (None, "checkpoint.log_key")
    both = log.publish(LOG, second)
    for keys in ([LOG.verifier], [second.verifier], [LOG.verifier, second.verifier]):
        assert audit(Memory(both), keys, cores=1).fault is None
    log.govern("key", **key_members("log", LOG, "revoked"))
    log.seal()
    assert audit(Memory(log.publish(second)), [second.verifier], cores=1).fault is None
    # The revoked key's word is not enough, whether or not the other signs beside it.
    assert named(log.publish(LOG)) == (None, "checkpoint.log_key")
    assert named(log.publish(LOG, second)) == (None, "checkpoint.log_key")


def test_the_genesis_entry_names_the_origin_of_the_checkpoint():
    """A log key's holder cannot show one coalition's entries as another's."""
    origin = "other.example/ledger"
    signer = signer_of(origin)
    files = files_of(LIVED.leaves, signer, origin=origin)
    fault = audit(Memory(files), [signer.verifier], cores=1).fault
    assert fault is not None
    assert (fault.position, fault.rule) == (0, "genesis.origin")


# Whatever is there


@QUICK
@given(st.data())
def test_whatever_the_files_hold_an_audit_names_a_fault(data):
    """Never an error but a fault, and never none."""
    files = LIVED.publish()
    path = data.draw(st.sampled_from(sorted(files)))
    content = files[path]
    at = data.draw(st.integers(0, len(content) - 1))
    junk = data.draw(st.binary(max_size=40))
    changed = content[:at] + junk + content[at + data.draw(st.integers(0, 40)) :]
    found = audited({**files, path: changed})
    assert isinstance(found, Audited)
    if changed != content:
        assert isinstance(found.fault, Fault)


@QUICK
@given(st.dictionaries(st.sampled_from(sorted(LIVED.publish())), st.binary(max_size=300)))
def test_files_of_nothing_sensible_are_refused(junk):
    """Random bytes in place of any of them."""
    files = LIVED.publish()
    assert (audited({**files, **junk}).fault is None) == (not junk)


def test_a_transaction_id_used_again_is_named_however_old_the_first_is(tmp_path: Path) -> None:
    """The second is of a kind that nothing goes back to, and hides behind a reverse of the first,
    which by then stands on disk."""
    log = Log()
    first = log.earn(log.wallet("ann"), "acme", 100)
    log.seal()
    begun = log.publish()
    own = log.history.standing.pop(first)
    taken = kinds.adjust_down(log.wallet("ann"), 60, log.at)
    log.put("adjust", taken, "operator:olga", id_=first)
    log.history.standing[first] = own
    log.reverse(log.wallet("ann"), first, 5)
    log.seal()
    files = log.publish()
    again = f'"id":"{first}"'.encode()
    index = [place for place, leaf in enumerate(log.leaves) if again in leaf][1]
    with closing(AuditState(tmp_path / "state")) as state:
        assert audited(begun, state=state).fault is None
    with closing(AuditState(tmp_path / "state")) as state:
        resumed = audited(files, state=state).fault
    for fault in (resumed, audited(files).fault):
        assert fault is not None
        assert (fault.position, fault.rule) == (index, "tx.id")


def test_an_audit_saves_nothing_past_a_file_that_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the next one would go on after it, and say that all is well."""
    monkeypatch.setattr(module, "SAVE_EVERY", 300)
    log = Log()
    for _ in range(3):
        log.earns(300)
        log.seal()
    files = log.publish()
    for name, change in (("missing", None), ("other", bytes(8192)), ("short", b"x")):
        wrong = {path: data for path, data in files.items() if path != "tile/0/000"}
        if change is not None:
            wrong["tile/0/000"] = change
        for _ in range(2):
            with closing(AuditState(tmp_path / name)) as state:
                assert audited(wrong, state=state).fault is not None


# To the millisecond


def test_an_entry_as_late_as_its_block_is_not_the_one_that_is_too_late():
    """The first that is later is named, not one of the block's own time."""
    log = Log()
    log.earn(log.wallet("ann"), "acme", 5)
    log.wait(minutes=1)
    log.earn(log.wallet("ann"), "acme", 5)
    log.wait(minutes=-1)
    log.seal()
    assert named(log.publish()) == (len(log.leaves) - 2, "entry.at")


def test_governance_may_be_of_the_previous_blocks_own_time():
    """Not before it: a millisecond earlier is refused."""
    for early, holds in ((0, True), (1, False)):
        log = Log()
        log.wait(minutes=5)
        at = log.now
        log.seal()
        log.now = at
        log.wait(milliseconds=-early)
        log.govern("partner", partner="dune", status="joined")
        log.now = at
        log.wait(minutes=5)
        log.seal()
        assert (audited(log.publish()).fault is None) == holds


def test_a_block_that_nobody_signed_says_nothing_of_the_entries_before_it():
    """It is the block that is named, not an entry that it would make late."""
    log = Log()
    log.wait(minutes=5)
    log.earn(log.wallet("ann"), "acme", 5)
    log.wait(minutes=-1)
    log.seal()
    forged = bytearray(log.leaves[-1])
    other = bytes(forged[:-10]) + (b"AAAA" if forged[-10:-6] != b"AAAA" else b"BBBB") + forged[-6:]
    assert named(files_of([*log.leaves[:-1], other])) == (len(log.leaves) - 1, "entry.signature")


def test_a_checkpoint_is_remembered_though_its_log_was_wrong(state):
    """It was signed: the log cannot go back behind it."""
    log = grown(Log(), 10)
    good = log.publish()
    assert audited(good, state=state).fault is None
    files = grown(log, 10).publish()
    path = f"tile/entries/000.p/{len(log.leaves)}"
    bad = {**files, path: files[path][:-1] + b"x"}
    assert named(bad, state=state) == (len(log.leaves) - 1, "log.leaf")
    assert named(good, state=state) == (None, "checkpoint.size")


def test_a_state_of_another_version_is_refused(tmp_path):
    """Nothing is guessed of what it may mean."""
    path = tmp_path / "audit.state"
    AuditState(path).close()
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    assert rule_of(AuditState, path) == "state.form"
