"""An audit goes on from where the one before ended, killed or not."""

import os
import signal
from contextlib import closing
from pathlib import Path

import pytest

import ledger.audit as module
from ledger import kinds
from ledger.audit import audit
from ledger.audit_state import AuditState, StateBroken
from tests.published import Files, Log, Memory, audited, files_of, named
from tests.unit.ledger.audit.logs import LONG, grown, refused_state
from tests.unit.ledger.strategies import LOG


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
    true = grown(Log(), 10, 10).publish()
    other = Log()
    other.earn(other.wallet("ann"), "acme", 77)
    mixed = {**grown(other, 9, 10).publish(), "checkpoint": true["checkpoint"]}
    assert mixed.keys() == true.keys()
    assert named(mixed, state=state) == (None, "checkpoint.root")
    found = audited(true, state=state)
    assert (found.fault, found.began) == (None, 0)


def test_nothing_is_saved_past_a_signature_that_does_not_hold(state, monkeypatch):
    """Signatures are verified later than the rules; a state waits for them."""
    monkeypatch.setattr(module, "SAVE_EVERY", 1)
    log = grown(Log(), 10)
    forged = bytearray(log.leaves[-1])
    forged[-10:-6] = b"AAAA" if forged[-10:-6] != b"AAAA" else b"BBBB"
    files = files_of([*log.leaves[:-1], bytes(forged)])
    for _ in range(2):
        assert named(files, state=state) == (len(log.leaves) - 1, "entry.signature")


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


@pytest.mark.parametrize("batches", [(3, 6), (10,), (12, 300)], ids=str)
def test_a_checkpoint_that_was_seen_binds_though_its_audit_found_a_fault(state, batches):
    """Nothing was saved by then; and still no other history is taken, of equal size or longer."""
    log = grown(Log(), 10)
    files = log.publish()
    path = next(path for path in files if path.startswith("tile/entries/"))
    assert named({**files, path: files[path][:-1]}, state=state)[1] == "log.bundle"
    other = Log()
    other.earn(other.wallet("ann"), "acme", 77)
    other = grown(other, batches[0] - 1, *batches[1:])
    assert (len(other.leaves) == len(log.leaves)) == (batches in ((3, 6), (10,)))
    assert audited(other.publish()).fault is None
    assert named(other.publish(), state=state) == (None, "log.consistency")
    assert audited(grown(log, 5).publish(), state=state).fault is None
