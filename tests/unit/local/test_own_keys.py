"""`tallystick keys`, on a local AWS whose KMS has no Ed25519: seeds stand in for log keys."""

import io
import json
import os
import zipfile
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from functions import wiring
from ledger.notes import SeedSigner
from local import cli, own_keys
from local.aws import local_store
from loyalty.governing import found
from tests.signing import ORIGIN

REGION = "eu-west-1"
LOG = {"log-1": SeedSigner(ORIGIN, b"l" * 32), "log-2": SeedSigner(ORIGIN, b"m" * 32)}


@pytest.fixture
def wrapping_key(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A founded coalition, named by the environment; the id of its wrapping key."""
    for module in (wiring, own_keys):
        monkeypatch.setattr(module, "KmsSigner", lambda _origin, id_, _region: LOG[id_])
    with local_store():
        kms = boto3.client("kms", region_name=REGION)
        key_id = kms.create_key()["KeyMetadata"]["KeyId"]
        for name, value in {
            "AWS_REGION": REGION,
            "TALLYSTICK_ORIGIN": ORIGIN,
            "TALLYSTICK_TABLE": "tallystick",
            "TALLYSTICK_ENTRY_SEED": wrapped(key_id, ORIGIN),
            "TALLYSTICK_LOG_KEYS": "log-1",
        }.items():
            monkeypatch.setenv(name, value)
        assert found(wiring.coalition_of(os.environ), LOG["log-1"].verifier)
        yield key_id


def keys(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    """What the command prints as JSON."""
    assert cli.main(["keys", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def problem(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What it says where it does nothing."""
    before = keys(capsys, "list")
    assert cli.main(["keys", *arguments]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert keys(capsys, "list") == before
    return str(line)


def made(capsys: pytest.CaptureFixture[str], wrapping_key: str) -> str:
    assert cli.main(["keys", "make", "entries", "--wrap-with", wrapping_key]) == 0
    return capsys.readouterr().out.strip()


def test_an_entry_key_is_made_added_deployed_and_the_old_one_revoked(
    wrapping_key: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing but its wrapped seed leaves the command."""
    (old,) = [each for each in keys(capsys, "list") if each["party"] == "entries"]
    assert old["held"]
    seed = made(capsys, wrapping_key)
    assert len(keys(capsys, "list")) == 2
    added = keys(capsys, "add", "entries", seed)
    assert added["until"] is None
    told = {each["key"]: each["held"] for each in keys(capsys, "list")}
    assert told[added["key"]] is False
    assert "hold no other entry key" in problem(capsys, "revoke", "entries", old["key"])
    monkeypatch.setenv("TALLYSTICK_ENTRY_SEED", f"{os.environ['TALLYSTICK_ENTRY_SEED']},{seed}")
    ended = keys(capsys, "revoke", "entries", old["key"])
    assert ended["until"] > added["since"]
    newest = wiring.coalition_of(os.environ).signer(
        wiring.coalition_of(os.environ).governance(), ended["until"]
    )
    assert newest.verifier.label == added["key"]
    monkeypatch.setenv("TALLYSTICK_ENTRY_SEED", seed)
    assert [each["held"] for each in keys(capsys, "list")] == [True, False, True]


def test_a_log_key_is_added_where_the_sealer_has_it_and_the_old_one_revoked(
    wrapping_key: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its id in KMS."""
    old, new = (LOG[id_].verifier.label for id_ in ("log-1", "log-2"))
    assert "no signer" in problem(capsys, "add", "log", "log-2")
    assert "last log key" in problem(capsys, "revoke", "log", old)
    monkeypatch.setenv("TALLYSTICK_LOG_KEYS", "log-1,log-2")
    assert keys(capsys, "add", "log", "log-2")["key"] == new
    monkeypatch.setenv("TALLYSTICK_LOG_KEYS", "log-1")
    assert "no signer for what is left" in problem(capsys, "revoke", "log", old)
    monkeypatch.setenv("TALLYSTICK_LOG_KEYS", "log-1,log-2")
    assert keys(capsys, "revoke", "log", old)["until"] is not None
    assert "in force" in problem(capsys, "revoke", "log", old)


def test_the_environment_may_be_that_of_a_deployed_function(
    wrapping_key: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """So nobody compares by hand what is deployed."""
    deployed = {name: of for name, of in os.environ.items() if name.startswith("TALLYSTICK_")}
    deploy("stars-sealer", deployed)
    for name in deployed:
        monkeypatch.delenv(name)
    assert cli.main(["keys", "list"]) == 2
    assert "TALLYSTICK_" in capsys.readouterr().err
    assert len(keys(capsys, "list", "--function", "stars-sealer")) == 2
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    assert cli.main(["keys", "list", "--function", "stars-sealer"]) == 2
    assert "--region" in capsys.readouterr().err
    here = ("--function", "stars-sealer", "--region", REGION)
    assert len(keys(capsys, "list", *here)) == 2
    monkeypatch.setenv("AWS_REGION", REGION)
    assert cli.main(["keys", "list", "--function", "nobody"]) == 2
    told = capsys.readouterr().err
    assert "Function not found" in told
    assert f"in {REGION}" in told


def test_the_seed_of_another_ledger_is_not_added(
    wrapping_key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """KMS does not unwrap it for this one; nor is what is no seed."""
    other = wrapped(wrapping_key, "other.example/ledger")
    assert "AWS did not do it" in problem(capsys, "add", "entries", other)
    assert "AWS did not do it" in problem(capsys, "add", "entries", "no seed")


def test_a_key_in_force_is_not_added_again(
    wrapping_key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """It would say nothing new."""
    assert "key.twice" in problem(capsys, "add", "log", "log-1")


def test_the_list_is_a_table(wrapping_key: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Whose, which, from when until when, and whether functions hold it."""
    assert cli.main(["keys", "list"]) == 0
    log, entries = capsys.readouterr().out.splitlines()
    assert log.split()[:2] == ["log", LOG["log-1"].verifier.label]
    assert entries.split()[0] == "entries"
    assert log.split()[-2:] == entries.split()[-2:] == ["-", "held"]


@pytest.mark.parametrize(
    "arguments", [["make", "entries"], ["make", "log"], ["add", "entries"], ["revoke"], ["add"]]
)
def test_what_is_left_out_is_asked_for(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """In one line, before AWS is asked."""
    assert cli.main(["keys", *arguments]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def deploy(name: str, environment: dict[str, str]) -> None:
    """A Lambda function of that name, which is never invoked."""
    iam = boto3.client("iam", region_name=REGION)
    role = iam.create_role(RoleName="r", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.py", "")
    boto3.client("lambda", region_name=REGION).create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=role,
        Handler="a.a",
        Code={"ZipFile": file.getvalue()},
        Environment={"Variables": environment},
    )


def wrapped(key_id: str, origin: str) -> str:
    """A seed as KMS encrypts it for a ledger."""
    kms = boto3.client("kms", region_name=REGION)
    answer = kms.encrypt(KeyId=key_id, Plaintext=b"e" * 32, EncryptionContext={"origin": origin})
    return b64encode(answer["CiphertextBlob"]).decode()
