"""Verification names the lowest faulty position, on one core and on several alike."""

import gc
import subprocess
import sys
import time
from base64 import b64encode
from pathlib import Path

import pytest

import ledger.verify as module
from ledger import kinds
from ledger.entries import read_entry, sign_entry
from ledger.errors import Fault, RuleBroken, shown
from ledger.tx import read_tx
from ledger.verify import Labelled, verify
from tests.unit.ledger.strategies import ENTRIES, ORIGIN, Writer


@pytest.fixture(scope="module")
def ledger() -> list[Labelled]:
    """A ledger of 60 entries over many wallets, so that entries do not all depend on the last."""
    book = Writer()
    for number in range(48):
        book.earn(book.wallet(f"member {number}"), "acme", 10)
    return book.labelled()


@pytest.fixture(params=[(1, 2), (2, 2), (2, 1000)], ids=["inline", "pooled", "all at the end"])
def audit(request, monkeypatch):
    """Verification in this process, and with others beside it in chunks of a few signatures."""
    monkeypatch.setattr(module, "_POOL_FROM_ENTRIES", 1)
    monkeypatch.setattr(module, "_CHUNK_CHECKS", 7)
    cores, ahead = request.param
    monkeypatch.setattr(module, "_CHUNKS_AHEAD", ahead)

    def run(entries, **more):
        return verify(entries, cores=cores, **more)

    return run


def with_bad_signature(row: Labelled) -> Labelled:
    """The same entry with another last byte of its signature."""
    note = read_entry(row.data)
    signature = bytearray(note.signature.signature)
    signature[0] ^= 1
    blob = b64encode(note.signature.key_id + bytes(signature)).decode()
    line = f"\n— {note.signature.name} {blob}\n"
    return Labelled(row.label, note.text + line.encode())


def with_broken_rule(row: Labelled) -> Labelled:
    """The same entry with another seq, signed again."""
    tx = read_tx(read_entry(row.data).body)
    chains = (tx.chains[0]._replace(seq=9),)
    return Labelled(row.label, sign_entry(tx._replace(chains=chains), ENTRIES).data)


def spoiled(ledger, **changes) -> list[Labelled]:
    """A copy with changes `signature=3, rule=5`."""
    entries = list(ledger)
    for name, index in changes.items():
        change = with_bad_signature if name.startswith("signature") else with_broken_rule
        entries[index] = change(entries[index])
    return entries


def test_a_ledger_without_fault_is_verified_whole(ledger, audit):
    """Every entry and every signature, and the state that they lead to."""
    found = audit(ledger, origin=ORIGIN)
    assert found.fault is None
    assert found.history.entries == len(ledger) == 60
    # Each entry's own; an earn's by the partner, a key's proof, and those of signed entries.
    assert found.signatures == 60 + 48 + 5 + 1 + 3
    assert len(found.history.wallets) == 48


@pytest.mark.parametrize("index", [0, 1, 11, 12, 37, 59])
def test_a_bad_signature_is_named_wherever_it_is(ledger, audit, index):
    """First, last and between."""
    fault = audit(spoiled(ledger, signature=index)).fault
    # Beyond the spoiled entry of a chain of hashes the next one does not follow; it is named first
    # only where nothing lower is wrong.
    assert (fault.position, fault.label) == (index, f"row {index}")
    assert fault.rule == "entry.signature"


@pytest.mark.parametrize(
    ("changes", "position", "rule"),
    [
        ({"rule": 40}, 40, "tx.chains.seq"),
        ({"rule": 59}, 59, "tx.chains.seq"),
        ({"signature": 20, "rule": 40}, 20, "entry.signature"),
        ({"signature": 39, "rule": 40}, 39, "entry.signature"),
        ({"signature": 41, "rule": 40}, 40, "tx.chains.seq"),
        ({"signature": 59, "rule": 16}, 16, "tx.chains.seq"),
        ({"signature_b": 50, "signature_a": 30}, 30, "entry.signature"),
        ({"signature_a": 30, "signature_b": 31, "rule": 32}, 30, "entry.signature"),
        ({"signature_a": 57, "signature_b": 58, "signature_c": 59}, 57, "entry.signature"),
    ],
)
def test_the_lowest_fault_is_named_whatever_comes_after(ledger, audit, changes, position, rule):
    """Bad signatures and broken rules, in each order."""
    fault = audit(spoiled(ledger, **changes)).fault
    assert (fault.position, fault.label, fault.rule) == (position, f"row {position}", rule)


def test_a_partners_bad_signature_is_named_as_such(ledger, audit):
    """The signature behind `by` is verified like the entry's own."""
    tx = read_tx(read_entry(ledger[30].data).body)
    other = read_tx(read_entry(ledger[31].data).body)
    forged = tx._replace(by=tx.by._replace(sig=other.by.sig))
    entries = [*ledger]
    entries[30] = Labelled("row 30", sign_entry(forged, ENTRIES).data)
    fault = audit(entries).fault
    assert (fault.position, fault.rule) == (30, "by.sig")


def test_garbage_in_place_of_an_entry_is_named(ledger, audit):
    """Bytes that are no entry at all."""
    for junk in (b"", b"\xff" * 100, ledger[30].data[:-1], ledger[30].data + b"\n"):
        entries = [*ledger]
        entries[30] = Labelled("row 30", junk)
        assert audit(entries).fault.position == 30


def test_an_entry_dropped_repeated_or_moved_is_named(audit):
    """Where it is missing or comes again, the chain says so."""
    book = Writer()
    for _ in range(5):
        book.earn(book.wallet("ann"), "acme", 5)
    entries = book.labelled()
    assert audit(entries[:-3] + entries[-2:]).fault.position == len(entries) - 3
    assert audit([*entries, entries[-1]]).fault.rule == "tx.id"
    assert audit([entries[1], entries[0]]).fault.position == 0
    assert audit(entries[1:]).fault == audit(entries[1:2]).fault
    assert audit(entries[:3] + entries[4:]).fault.rule == "governance.seq"


def test_a_ledger_of_another_origin_or_of_nothing_is_refused(ledger, audit):
    """Whoever knows the origin gives it; a ledger has at least a genesis entry."""
    fault = audit(ledger, origin="other.example/ledger").fault
    assert (fault.position, fault.rule) == (0, "genesis.origin")
    assert audit([]).fault == Fault(0, "-", "governance.genesis", "a genesis entry", "no entry")


def test_progress_is_told_and_ends_with_the_count(ledger, audit):
    """The last number told is that of the entries."""
    told: list[int] = []
    audit(ledger, progress=told.append)
    assert told == sorted(told)
    assert told[-1] == len(ledger)


def test_a_ledger_that_goes_wrong_only_by_rule_is_found_by_state(audit):
    """A whole forgery, signed by the true key, in the middle of true entries."""
    book = Writer()
    book.earn(book.wallet("ann"), "acme", 5)
    tx = book.tx("earn", kinds.earn(book.wallet("ann"), "acme", 5, book.at, None), "partner:acme")
    chains = (tx.chains[0]._replace(after=tx.chains[0].after._replace(available=50)),)
    entry = sign_entry(tx._replace(chains=chains), ENTRIES)
    fault = audit([*book.labelled(), Labelled("forged", entry.data)]).fault
    assert (fault.label, fault.rule) == ("forged", "tx.chains.after")
    assert "available=50" in fault.found


def test_what_is_shown_of_an_entry_is_short_and_printable():
    """An attacker's text neither floods a log nor moves a terminal's cursor."""
    assert shown("\x1b[2Jboo\nentry 1 holds") == repr("\x1b[2Jboo\nentry 1 holds")
    assert shown("plain – é") == "plain – é"
    assert len(shown("a" * 10_000)) == 201
    assert len(shown(["a"] * 10_000)) == 201
    assert str(RuleBroken("a.rule", 1, "\r")) == "a.rule: expected 1, found '\\r'"
    fault = Fault(3, "row 3", "a.rule", "1", "2")
    assert str(fault) == "entry 3 (row 3) breaks a.rule: expected 1, found 2"


@pytest.mark.parametrize("collecting", [True, False])
@pytest.mark.parametrize("good", [True, False])
def test_an_audit_leaves_the_collector_as_it_was(monkeypatch, ledger, good, collecting):
    """Python collects garbage afterwards if it did before, whatever the audit found."""
    monkeypatch.setattr(module, "_POOL_FROM_ENTRIES", 1)
    seen = []
    run = module._run

    def watched(*arguments):
        seen.append(gc.isenabled())
        return run(*arguments)

    monkeypatch.setattr(module, "_run", watched)
    audited = ledger if good else [*ledger[:-1], with_bad_signature(ledger[-1])]
    (gc.enable if collecting else gc.disable)()
    try:
        assert (verify(audited, cores=2).fault is None) is good
        assert gc.isenabled() is collecting
    finally:
        gc.enable()
    assert seen == [False]


def test_an_audit_uses_every_core_once(monkeypatch, ledger):
    """This process verifies signatures too: beside it there is one process less than cores."""
    monkeypatch.setattr(module, "_POOL_FROM_ENTRIES", 1)
    made = []

    class Worker(module._Worker):
        def __init__(self, context):
            super().__init__(context)
            made.append(self)

    monkeypatch.setattr(module, "_Worker", Worker)
    assert verify(ledger, cores=3).fault is None
    assert len(made) == 2
    assert not any(each._process.is_alive() for each in made)


def test_a_process_that_is_killed_is_not_taken_for_a_good_signature(monkeypatch, ledger):
    """What it had not answered was not verified."""
    monkeypatch.setattr(module, "_POOL_FROM_ENTRIES", 1)
    monkeypatch.setattr(module, "_CHUNK_CHECKS", 7)

    class Killed(module._Worker):
        def send(self, rows):
            self._process.kill()
            self._process.join()
            super().send(rows)

    monkeypatch.setattr(module, "_Worker", Killed)
    with pytest.raises(ChildProcessError, match="begin again"):
        verify(ledger, cores=2)


def test_a_process_that_is_killed_leaves_none_behind(tmp_path):
    """Those that verified signatures beside it end with it, all of them."""
    program = tmp_path / "audit.py"
    program.write_text(
        "import os, signal, sys\n"
        "from multiprocessing import get_context\n"
        "from ledger.verify import _Worker\n"
        "context = get_context(sys.argv[1])\n"
        "made = [_Worker(context) for _ in range(3 * (__name__ == '__main__'))]\n"
        "print(*(each._process.pid for each in made), flush=True)\n"
        "made and os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    for context in ("fork", "spawn"):
        command = [sys.executable, str(program), context]
        ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        ids = [int(word) for word in ran.stdout.split("\n")[0].split()]
        assert len(ids) == 3
        end = time.monotonic() + 30
        while any(is_running(id_) for id_ in ids):
            assert time.monotonic() < end, "they outlive it"
            time.sleep(0.02)


def is_running(id_):
    try:
        return "Z" not in Path(f"/proc/{id_}/stat").read_text().rpartition(")")[2][:3]
    except OSError:
        return False
