"""`tallystick log export`, `audit`, `verify` and `witness`: arguments, messages, exit statuses."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from ledger.notes import COSIGNATURE, SeedSigner, VerifierKey
from local import cli
from local.clock import Clock
from local.coalition import OPERATOR, Demo, demo_coalition

LOG_KEY = str(SeedSigner("stars.example/ledger", b"l" * 32).verifier)
NOWHERE = "http://127.0.0.1:1"


@pytest.fixture(scope="module")
def coalition() -> Iterator[Demo]:
    with demo_coalition(Clock.of_the_machine(), 0) as coalition:
        till = coalition.till("grocer")
        till.record_purchase(till.enrol_member("Ada", key="enrol"), 1_000, "USD", key="sale")
        assert coalition.log.sealing.caught_up() == ""
        yield coalition


@pytest.mark.parametrize(
    "arguments",
    [
        ["log"],
        ["log", "import", "folder"],
        ["log", "export"],
        ["log", "export", "folder", "--sample", "many"],
        ["log", "export", "folder", "--sample", "-1"],
        ["audit"],
        ["audit", "folder"],
        ["verify", "--log-key", LOG_KEY],
        ["verify", "proof"],
        ["witness", "folder", "--name", "w.example"],
        ["witness", "folder", "--log-key", LOG_KEY],
        ["witness", "folder", "--name", "w", "--log-key", LOG_KEY, "--port", "70000"],
    ],
)
def test_bad_arguments_end_with_status_2(arguments, capsys):
    """argparse says what is wrong; nothing is run."""
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == 2
    assert "usage: tallystick" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["log", "export", "new", "--url", NOWHERE], "does not give its log"),
        (["log", "export", "new", "--url", NOWHERE, "--log-key", "x"], "verifier key"),
        (["log", "export", "new", "--url", NOWHERE, "--witness", LOG_KEY], "--witness"),
        (["audit", "nowhere", "--log-key", LOG_KEY], "nowhere"),
        (["verify", "nothing.tlog-proof", "--log-key", LOG_KEY], "nothing.tlog-proof"),
        (["witness", "new", "--name", "a name", "--log-key", LOG_KEY], "key"),
    ],
)
def test_what_a_user_can_mend_is_said_in_one_line(
    arguments, said, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys
):
    """With status 2, and no trace."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TALLYSTICK_TOKEN", raising=False)
    assert cli.main(arguments) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1


@pytest.mark.parametrize("name", ["log", "audit", "verify", "witness"])
def test_help_has_examples_and_exit_statuses(name, capsys):
    """What a user needs to begin with."""
    with pytest.raises(SystemExit) as ended:
        cli.main([name, "--help"])
    assert ended.value.code == 0
    text = capsys.readouterr().out
    assert "examples" in text
    assert "exit status: 0" in text


def test_a_served_log_is_exported_audited_and_verified(
    coalition: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys
):
    """The token comes from an option or from the environment."""
    folder, token = tmp_path / "log", coalition.tokens.token(OPERATOR)
    given = ["--url", f"{coalition.url}/", "--log-key", str(coalition.log.key)]
    export = ["log", "export", str(folder), *given, "--witness", str(coalition.log.witness.key)]
    monkeypatch.delenv("TALLYSTICK_TOKEN", raising=False)
    assert cli.main(export) == 0
    assert "0 receipts, 0 balance proofs" in capsys.readouterr().out
    assert cli.main([*export, "--token", token]) == 0
    assert "1 receipts, 2 balance proofs" in capsys.readouterr().out
    monkeypatch.setenv("TALLYSTICK_TOKEN", token)
    assert cli.main([*export, "--sample", "0"]) == 0
    assert "0 receipts, 1 balance proofs" in capsys.readouterr().out

    trust = ["--log-key", f"@{folder}/log.vkey", "--policy", f"{folder}/policy"]
    assert cli.main(["audit", str(folder), *trust]) == 0
    assert cli.main(["audit", f"{coalition.url}/log", *trust]) == 0
    proofs = list(map(str, folder.glob("*/*.tlog-proof")))
    assert cli.main(["verify", *proofs, *trust]) == 0
    another = ["--log-key", LOG_KEY]
    assert cli.main(["verify", *proofs, *another]) == 1
    assert cli.main(["audit", str(folder), *another]) == 1


def test_a_key_that_the_log_says_itself_is_not_passed_over(coalition: Demo, tmp_path, capsys):
    """It shows nothing until it is compared."""
    assert cli.main(["log", "export", str(tmp_path / "log"), "--url", coalition.url]) == 0
    assert "the log's own word" in capsys.readouterr().err


def test_a_witness_serves_until_ctrl_c_and_keeps_its_key(tmp_path: Path):
    """Started again in its folder it is the same witness."""
    keys = set()
    for _ in range(2):
        command = "import sys; from local.cli import main; sys.exit(main())"
        arguments = ["witness", "w", "--name", "w.example", "--log-key", LOG_KEY, "--port", "0"]
        with subprocess.Popen(
            [sys.executable, "-c", command, *arguments],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            told = dict(process.stdout.readline().split() for _ in range(2))
            key = VerifierKey.parse(told["witness"], COSIGNATURE)
            status = httpx.get(f"{told['url']}/status", trust_env=False).json()
            assert status["vkey"] == str(key)
            process.send_signal(signal.SIGINT)
            assert process.wait(20) == 0
            assert process.stderr.read() == ""
        keys.add(key)
    assert len(keys) == 1


def test_a_witness_that_replays_reads_the_log_before_it_cosigns(coalition: Demo, tmp_path: Path):
    """What it audited stands in its folder; of a log without tiles it vouches for nothing."""
    note = coalition.log.prover.checkpoint()
    assert note is not None
    request = b"old 0\n\n" + note
    for place, status in ((f"{coalition.url}/log", 200), (str(tmp_path), 503)):
        folder = tmp_path / f"w{status}"
        arguments = ["witness", str(folder), "--name", "w.example", "--replay", place]
        arguments += ["--log-key", str(coalition.log.key), "--port", "0"]
        command = "import sys; from local.cli import main; sys.exit(main())"
        with subprocess.Popen(
            [sys.executable, "-c", command, *arguments], stdout=subprocess.PIPE, text=True
        ) as process:
            try:
                assert process.stdout is not None
                process.stdout.readline()
                url = process.stdout.readline().split()[1]
                posted = httpx.post(f"{url}/add-checkpoint", content=request, trust_env=False)
                assert posted.status_code == status
            finally:
                process.send_signal(signal.SIGINT)
        assert process.returncode == 0
    assert (tmp_path / "w200" / "audit.sqlite").exists()
