"""What a user of a served coalition is given."""

from pathlib import Path
from typing import Any

import pytest

from ledger.notes import COSIGNATURE, SeedSigner
from local.access import print_access, write_env
from local.clock import Clock
from local.coalition import ORIGIN, Demo
from local.problems import Problem
from local.sealing import Log
from sealing.witnesses import WitnessTarget

TOKENS = {
    "operator:ann": {"token": "o"},
    "household 7": {"token": "seven", "memberId": "TQ=="},
    "household 8": {"token": "eight", "memberId": "Tg=="},
    "household 9": {"token": "nine", "memberId": "Tw=="},
}


@pytest.fixture
def coalition() -> Demo:
    nothing: Any = None
    clock = Clock.of_the_machine()
    witness = SeedSigner("w.example", b"w" * 32, COSIGNATURE).verifier
    target = WitnessTarget(witness, "http://127.0.0.1:2")
    log = Log(SeedSigner(ORIGIN, b"l" * 32).verifier, target, nothing, nothing)
    return Demo("http://127.0.0.1:1", clock, nothing, log, *[nothing] * 3, "UA==", {})


@pytest.mark.parametrize("before", [None, "older and longer than what comes\n" * 100])
def test_the_file_of_tokens_is_for_its_owner_alone(before, coalition, tmp_path: Path):
    """Also where others could read a file of that name before."""
    path = tmp_path / "tour.env"
    if before is not None:
        path.write_text(before)
        path.chmod(0o644)
    write_env(path, coalition, TOKENS)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_text() == (
        "URL=http://127.0.0.1:1\nORIGIN=stars.example/ledger\nPROGRAMME=UA==\n"
        f"LOG_KEY={coalition.log.key}\nWITNESS_KEY={coalition.log.witness.key}\n"
        "OPERATOR_TOKEN=o\n"
        "HOUSEHOLD_7_TOKEN=seven\nHOUSEHOLD_7=TQ==\nHOUSEHOLD_8_TOKEN=eight\nHOUSEHOLD_8=Tg==\n"
        "HOUSEHOLD_9_TOKEN=nine\nHOUSEHOLD_9=Tw==\n"
    )


def test_a_file_that_cannot_be_written_is_said_in_one_line(coalition, tmp_path: Path):
    """By its path and why."""
    with pytest.raises(Problem, match="No such file"):
        write_env(tmp_path / "none" / "tour.env", coalition, TOKENS)


def test_a_few_tokens_are_printed(coalition, capsys):
    """Those of the operator and two members, the rest is in the file; a partner makes its own."""
    print_access(coalition, TOKENS)
    told = capsys.readouterr().out
    assert "http://127.0.0.1:1/log/checkpoint" in told
    lines = [line.strip() for line in told.splitlines()]
    assert "o" in lines
    assert ".venv/bin/tallystick token --as partner:grocer" in lines
    assert "seven" in lines
    assert "eight" in lines
    assert "nine" not in lines
