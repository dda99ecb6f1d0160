"""A witness's directory: its key, and that it is not mistaken for another's."""

import signal
import stat
from pathlib import Path

import httpx
import pytest

from ledger.notes import COSIGNATURE, VerifierKey
from tests.attacks.witness_process import running
from tests.unit.witness.logs import LOG, NOW, WITNESS, Log
from witness.run import KEY_FILE, CannotStart, open_witness, run_witness
from witness.service import Witness
from witness.state import DATABASE

NAME = "grocer.example/witness"


def opened(directory: Path, name: str = NAME) -> Witness:
    return open_witness(directory, name, [LOG.verifier], clock=lambda: NOW)


def test_a_key_is_made_once(tmp_path: Path):
    """And found again; its verifier key reads as one of a witness."""
    first = opened(tmp_path / "new" / "witness")
    assert opened(tmp_path / "new" / "witness").verifier == first.verifier
    assert first.verifier.name == NAME
    assert VerifierKey.parse(str(first.verifier), COSIGNATURE) == first.verifier
    assert opened(tmp_path / "other").verifier != first.verifier


def test_only_its_owner_can_read_the_key(tmp_path: Path):
    """0600, and one that others could have read is not used."""
    opened(tmp_path)
    key = tmp_path / KEY_FILE
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert key.read_text().startswith(f"PRIVATE+KEY+{NAME}+")
    assert {path.name for path in tmp_path.iterdir()} == {KEY_FILE, DATABASE}
    key.chmod(0o640)
    with pytest.raises(CannotStart, match="read by others"):
        opened(tmp_path)


def test_a_witness_without_its_database_does_not_start(tmp_path: Path):
    """With the old key and nothing remembered it could cosign a second history."""
    opened(tmp_path)
    (tmp_path / DATABASE).unlink()
    for _ in range(2):
        with pytest.raises(CannotStart, match="needs a new key"):
            opened(tmp_path)


def test_a_witness_with_another_key_does_not_use_the_database(tmp_path: Path):
    """What one key cosigned says nothing about another."""
    opened(tmp_path)
    (tmp_path / KEY_FILE).unlink()
    with pytest.raises(CannotStart, match="is that of the witness"):
        opened(tmp_path)


def test_a_key_has_the_name_that_it_was_made_with(tmp_path: Path):
    """Policies name the witness: it does not change unseen."""
    opened(tmp_path)
    with pytest.raises(CannotStart, match="not of another"):
        opened(tmp_path, "another.example")


@pytest.mark.parametrize("name", ["", "two words", "a+b"])
def test_a_name_is_one_that_a_note_can_hold(tmp_path: Path, name: str):
    """No white space, no plus, not empty."""
    with pytest.raises(CannotStart, match=r"key\.name"):
        opened(tmp_path, name)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "PRIVATE+KEY+",
        "PRIVATE+KEY+grocer.example/witness+00000000+AAAA\n",
        "PRIVATE+KEY+grocer.example/witness+00000000+" + "A" * 44 + "\n",
        "\udcff",
    ],
)
def test_what_is_no_key_is_said_without_quoting_it(tmp_path: Path, text: str):
    """A secret does not end in a log."""
    key = tmp_path / KEY_FILE
    key.touch(0o600)
    key.write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(CannotStart) as caught:
        opened(tmp_path)
    assert str(caught.value) == f"{key} holds no key of a witness (PRIVATE+KEY+…)"


def test_it_needs_the_keys_of_logs(tmp_path: Path):
    """One at least, and of a log, not of a witness."""
    for keys in ([], [WITNESS.verifier]):
        with pytest.raises(CannotStart):
            open_witness(tmp_path, NAME, keys)
    assert not any(tmp_path.iterdir())


def test_a_directory_that_cannot_be_used_is_said_in_one_line(tmp_path: Path):
    """A file in its place."""
    (tmp_path / "file").touch()
    with pytest.raises(CannotStart, match="cannot use"):
        opened(tmp_path / "file")


def test_a_port_that_cannot_be_had_is_said_in_one_line(tmp_path: Path):
    """Before anything is served."""
    with pytest.raises(CannotStart, match="cannot be had"):
        run_witness(tmp_path, NAME, [LOG.verifier], host="192.0.2.1", port=0)


def test_what_it_opens_cosigns(tmp_path: Path):
    """With the key of the directory."""
    assert opened(tmp_path).add_checkpoint(Log().request(0, 5)).status == 200
    assert opened(tmp_path).add_checkpoint(Log().request(5, 6)).status == 200


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_told_to_stop(tmp_path: Path, number: signal.Signals):
    """On 127.0.0.1, and ends without a trace of an error."""
    with running(tmp_path) as (url, process):
        assert url.startswith("http://127.0.0.1:")
        assert httpx.get(f"{url}/status").json()["name"] == NAME
        process.send_signal(number)
        assert process.wait(15) in (0, -signal.SIGTERM)
