"""`tallystick audit` and `tallystick verify`: what they print, and with which exit status."""

import io
import json
import threading
from base64 import b64encode
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

import local.log_source as module
from ledger.balance_proofs import balance_extra
from ledger.balance_reads import path
from ledger.balance_tree import EMPTY_ROOT, leaf_of, wallet_key, wallet_state
from ledger.balance_updates import updated
from ledger.checkpoints import read_checkpoint
from ledger.cosignatures import cosign, with_lines
from ledger.names import WalletId
from ledger.notes import COSIGNATURE, SeedSigner, parse_note
from ledger.pages import MemoryPages
from ledger.proofs import Proof, write_proof
from ledger.tiles import TileReader
from ledger.tree import inclusion_proof
from local import auditing
from local.auditing import audit_command
from local.log_source import log_source
from local.problems import Problem
from local.verifying import verify_command
from tests.published import Files, Log, write
from tests.unit.ledger.strategies import LOG, ORIGIN, STARS, another, wallet_id

KEY = str(LOG.verifier)


def made() -> Log:
    log = Log()
    log.earns(300)
    log.seal()
    return log


MADE = made()
FILES = MADE.publish()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(FILES, tmp_path / "log")


class Served:
    """A log behind HTTP. answers: status and headers to give in place of a file, by path."""

    def __init__(self, files: Files) -> None:
        self.files = files
        self.answers: dict[str, list[tuple[int, dict[str, str]]]] = {}
        served = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                name = self.path.removeprefix("/log/")
                waiting = served.answers.get(name)
                status, headers = waiting.pop(0) if waiting else (200, {})
                data = served.files.get(name) if status == 200 else b""
                self.send_response(404 if data is None else status)
                for header, value in headers.items():
                    self.send_header(header, value)
                self.send_header("content-length", str(len(data or b"")))
                self.end_headers()
                self.wfile.write(data or b"")

            def log_message(self, *_: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/log"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    monkeypatch.setattr(module, "_RETRY_AFTER_S", 0.0)
    log = Served(dict(FILES))
    yield log
    log.stop()


def test_an_audit_says_what_it_found(folder, capsys):
    """Entries, blocks, what is owed, and how quick it was."""
    assert audit_command(str(folder), [KEY]) == 0
    told = capsys.readouterr().out
    assert f"{len(MADE.leaves):,} entries, 2 of them blocks" in told
    assert "no policy: witnesses were not asked for" in told
    assert ORIGIN in told
    assert STARS in told
    assert "entries a second" in told


def test_an_audit_is_one_json_object(folder, capsys):
    """With all figures, for programs."""
    assert audit_command(str(folder), [KEY], as_json=True) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["ok"] is True
    assert found["fault"] is None
    assert (found["entries"], found["blocks"]) == (len(MADE.leaves), 2)
    assert found["owed"] == {"MILES": 0, STARS: sum(range(10, 310))}
    assert found["size"] == len(MADE.leaves)


def test_a_fault_is_named_and_the_exit_status_says_so(folder, capsys):
    """On standard error, or in the JSON."""
    bundle = folder / "tile/entries/000"
    bundle.write_bytes(bundle.read_bytes()[:-1] + b"x")
    assert audit_command(str(folder), [KEY]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("NOT VALID: entry 255 (tile/0/000) breaks log.leaf: expected ")
    assert audit_command(str(folder), [KEY], as_json=True) == 1
    fault = json.loads(capsys.readouterr().out)["fault"]
    assert (fault["position"], fault["rule"]) == (255, "log.leaf")


def test_an_audit_goes_on_from_its_state(folder, tmp_path, capsys):
    """And says so."""
    state = tmp_path / "audit.state"
    assert audit_command(str(folder), [KEY], state=state) == 0
    log = made()
    log.earns(10)
    log.seal()
    write(log.publish(), folder)
    capsys.readouterr()
    assert audit_command(str(folder), [KEY], state=state, as_json=True) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["began"], found["entries"]) == (len(MADE.leaves), len(log.leaves))
    assert audit_command(str(folder), [KEY], state=state) == 0
    assert f"nothing new since entry {len(log.leaves):,}\n" in capsys.readouterr().out


def test_keys_may_stand_in_a_file(folder, tmp_path):
    """As `log.vkey` of an export, one a line."""
    file = tmp_path / "log.vkey"
    file.write_text(f"{another(ORIGIN).verifier}\n{KEY}\n", encoding="utf-8")
    assert audit_command(str(folder), [f"@{file}"]) == 0
    assert audit_command(str(folder), [str(another(ORIGIN).verifier)]) == 1


def test_what_keeps_an_audit_from_running_is_a_problem(folder, tmp_path):
    """Said in one line, with what to do."""
    policy = tmp_path / "policy"
    policy.write_text("quorum\n", encoding="utf-8")
    state = tmp_path / "no.state"
    state.write_text("a letter", encoding="utf-8")
    for arguments, says in (
        ((str(tmp_path / "none"), [KEY]), "neither a directory nor an http"),
        ((str(tmp_path), [KEY]), "no published log at"),
        ((str(folder), []), "--log-key"),
        ((str(folder), ["x+1"]), "not a log's verifier key"),
        ((str(folder), ["@" + str(tmp_path / "none")]), "cannot read"),
        ((str(folder), ["@" + str(tmp_path)]), "cannot read"),
        ((str(folder), [KEY], policy), "is not a policy"),
        ((str(folder), [KEY], tmp_path / "none"), "cannot read"),
        ((str(folder), [KEY], None, state), "state.form"),
        (("http://", [KEY]), "host"),
        (("http://[", [KEY]), "host"),
    ):
        with pytest.raises(Problem, match=says) as raised:
            audit_command(*arguments)
        assert "\n" not in str(raised.value)


def test_a_state_of_another_log_is_a_problem(folder, tmp_path):
    """It is the command that is wrong, not the log."""
    state = tmp_path / "audit.state"
    assert audit_command(str(folder), [KEY], state=state) == 0
    log = another(ORIGIN)
    write(MADE.publish(log), folder)
    with pytest.raises(Problem, match=r"cannot go on from .*state\.log_key"):
        audit_command(str(folder), [str(log.verifier)], state=state)


def test_a_policy_is_applied(folder, tmp_path, capsys):
    """A quorum of witnesses that did not cosign is a fault of the checkpoint."""
    policy = tmp_path / "policy"
    policy.write_text(f"log {KEY}\nquorum none\n", encoding="utf-8")
    assert audit_command(str(folder), [KEY], policy) == 0
    assert "the policy wants no witness\n" in capsys.readouterr().out
    witness = SeedSigner("w.example", b"w" * 32, COSIGNATURE)
    policy.write_text(f"log {KEY}\nwitness w1 {witness.verifier}\nquorum w1\n", encoding="utf-8")
    assert audit_command(str(folder), [KEY], policy) == 1
    assert "policy.quorum" in capsys.readouterr().err
    note = (folder / "checkpoint").read_bytes()
    line = cosign(parse_note(note).text, witness, 1_700_000_000)
    (folder / "checkpoint").write_bytes(with_lines(note, [line]))
    assert audit_command(str(folder), [KEY], policy) == 0
    assert "cosigned as the policy wants\n" in capsys.readouterr().out


def test_on_a_terminal_there_is_a_bar(folder, monkeypatch, capsys):
    """With the rate and the time that is left; it leaves nothing behind."""
    terminal = io.StringIO()
    monkeypatch.setattr(
        auditing,
        "_errors",
        lambda: auditing.Console(file=terminal, force_terminal=True, width=100),
    )
    assert audit_command(str(folder), [KEY]) == 0
    assert "auditing" in terminal.getvalue()
    assert f"{len(MADE.leaves)}/{len(MADE.leaves)}" in terminal.getvalue()
    capsys.readouterr()


# Over HTTP


def test_a_served_log_is_audited(served):
    """From its address, with or without a slash at the end."""
    assert audit_command(served.url, [KEY]) == 0
    assert audit_command(served.url + "/", [KEY]) == 0


def test_a_tile_that_is_not_served_is_a_fault(served, capsys):
    """A 404 is an answer."""
    del served.files["tile/0/000"]
    assert audit_command(served.url, [KEY], as_json=True) == 1
    assert json.loads(capsys.readouterr().out)["fault"]["label"] == "tile/0/000"


def test_a_server_that_is_busy_is_asked_again(served):
    """A few times."""
    served.answers["tile/0/000"] = [(503, {}), (429, {})]
    assert audit_command(served.url, [KEY]) == 0
    served.answers["checkpoint"] = [(500, {})] * 3
    with pytest.raises(Problem, match="status 500"):
        audit_command(served.url, [KEY])


def test_nobody_is_sent_elsewhere(served):
    """A redirect is no answer, nor is any other status."""
    served.answers["tile/0/000"] = [(302, {"location": "http://127.0.0.1:1/"})]
    with pytest.raises(Problem, match="redirects are not followed"):
        audit_command(served.url, [KEY])
    served.answers["checkpoint"] = [(403, {})]
    with pytest.raises(Problem, match="status 403"):
        audit_command(served.url, [KEY])


def test_no_answer_is_too_large_or_takes_too_long(served, folder, monkeypatch):
    """Whoever serves a log cannot fill a disk or hold an audit up."""
    served.files["checkpoint"] = bytes(module.CHECKPOINT_MAX_BYTES + 1)
    with pytest.raises(Problem, match="larger than"):
        audit_command(served.url, [KEY])
    (folder / "checkpoint").write_bytes(served.files["checkpoint"])
    with pytest.raises(Problem, match="larger than"):
        audit_command(str(folder), [KEY])
    served.files["checkpoint"] = FILES["checkpoint"]
    monkeypatch.setattr(module, "_DEADLINE_S", -1)
    with pytest.raises(Problem, match="takes longer"):
        audit_command(served.url, [KEY])


def test_nobody_there_is_a_problem(monkeypatch):
    """After a few tries."""
    monkeypatch.setattr(module, "_RETRY_AFTER_S", 0.0)
    with log_source("http://127.0.0.1:1") as source, pytest.raises(Problem, match="cannot read"):
        source.read("checkpoint")


# Proofs


def proved(index: int, extra: bytes) -> bytes:
    checkpoint = read_checkpoint(parse_note(FILES["checkpoint"]).text)
    reader = TileReader(checkpoint.size, lambda tile: FILES.get(tile.path))
    hashes = inclusion_proof(index, checkpoint.size, reader)
    return write_proof(Proof(extra, index, tuple(hashes), FILES["checkpoint"]))


def receipt(index: int) -> bytes:
    return proved(index, MADE.leaves[index])


def balance(wallet: WalletId) -> bytes:
    pages = MemoryPages()
    own = [row for row in MADE.history.wallets.values() if row.currency == STARS]
    root = updated(EMPTY_ROOT, [leaf_of(row) for row in own], pages.read, pages.write)
    there = MADE.history.wallets.get(wallet)
    state = wallet_state(there) if there else None
    block = MADE.maker.blocks[-1].data
    found = path(root, wallet_key(wallet), pages.read)
    return proved(len(MADE.leaves) - 1, balance_extra(block, wallet, STARS, state, found))


@pytest.fixture
def proofs(tmp_path: Path) -> dict[str, Path]:
    known = MADE.wallet("member 1").id
    contents = {
        "earn": receipt(30),
        "genesis": receipt(0),
        "known": balance(known),
        "absent": balance(wallet_id("nobody")),
    }
    files = {name: tmp_path / f"{name}.tlog-proof" for name in contents}
    for name, file in files.items():
        file.write_bytes(contents[name])
    return files


def test_receipts_and_balance_proofs_are_told_apart_and_shown(proofs, capsys):
    """By their content: what each shows, in words and as JSON."""
    assert verify_command(list(proofs.values()), [KEY]) == 0
    told = capsys.readouterr().out
    assert "is entry 30 of" in told
    assert "genesis of" in told
    assert "is owed" in told
    assert f"has no {STARS} in block 1" in told
    assert verify_command(list(proofs.values()), [KEY], as_json=True) == 0
    shown = json.loads(capsys.readouterr().out)
    assert [row["shows"] for row in shown] == ["receipt", "receipt", "balance", "balance"]
    assert [row.get("in_tree") for row in shown[2:]] == [True, False]


def test_a_proof_that_does_not_hold_is_named(proofs, capsys):
    """Others are verified all the same."""
    proofs["earn"].write_bytes(proofs["earn"].read_bytes().replace(b"index 30", b"index 31"))
    assert verify_command(list(proofs.values()), [KEY]) == 1
    told = capsys.readouterr()
    assert "NOT VALID: log.inclusion" in told.err
    assert "is owed" in told.out
    assert verify_command([proofs["known"]], [str(another(ORIGIN).verifier)], as_json=True) == 1
    assert json.loads(capsys.readouterr().out)[0]["fault"]["rule"] == "checkpoint.signature"


def test_files_that_are_no_proofs_are_named(tmp_path, capsys):
    """Whatever they hold; one that is not there is a problem."""
    junk = tmp_path / "junk"
    extra = b64encode(b"{}").decode()
    for data in (b"", b"x" * 2_000_000, f"c2sp.org/tlog-proof@v1\nextra {extra}\n".encode()):
        junk.write_bytes(data)
        assert verify_command([junk], [KEY]) == 1
        assert "NOT VALID: proof." in capsys.readouterr().err
    with pytest.raises(Problem, match="cannot read"):
        verify_command([tmp_path / "none"], [KEY])
