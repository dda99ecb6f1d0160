"""`tallystick found`: keys before genesis, each step once, nothing lost in between."""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from typing import Any, NamedTuple

import boto3
import pytest
from botocore.exceptions import ClientError

from ledger.entries import read_entry
from local import cli, founding
from local.aws import REGION, TABLE, local_store
from local.founding import founded
from local.keys import random_signer
from local.problems import Problem
from storage.dynamodb import DynamoStore

ORIGIN = "stars.example/ledger"
STACK = "stars"


class Formation:
    """CloudFormation with one stack, which is updated at once. moto's needs much more to import.

    steps: the statuses of an update, one for each time that it is asked for.
    """

    def __init__(self, key: str) -> None:
        self.parameters = {"Origin": ORIGIN, "Revision": "1", "EntrySeed": "", "WebhookSeed": ""}
        self.outputs = {
            "WrappingKey": key,
            "Table": TABLE,
            "LogKey": "log-key",
            "ApiUrl": "https://api.example",
            "LogUrl": "https://log.example/log",
        }
        self.steps: list[str] = []
        self.updates = 0

    def describe_stacks(self, **asked: Any) -> dict[str, Any]:
        if asked["StackName"] != STACK:
            message = f"Stack with id {asked['StackName']} does not exist"
            error = {"Error": {"Code": "ValidationError", "Message": message}}
            raise ClientError(error, "DescribeStacks")  # type: ignore[arg-type]
        told = {
            "StackStatus": self.steps.pop(0) if self.steps else "UPDATE_COMPLETE",
            "Parameters": listed("Parameter", self.parameters),
            "Outputs": listed("Output", self.outputs),
        }
        return {"Stacks": [told]}

    def update_stack(self, **asked: Any) -> None:
        assert asked["UsePreviousTemplate"] is True
        told = {each.pop("ParameterKey"): each for each in asked["Parameters"]}
        assert told.keys() == self.parameters.keys()
        assert told["Origin"] == {"UsePreviousValue": True}
        for name, value in told.items():
            self.parameters[name] = value.get("ParameterValue", self.parameters[name])
        self.updates += 1


def listed(what: str, values: dict[str, str]) -> list[dict[str, str]]:
    return [{f"{what}Key": name, f"{what}Value": value} for name, value in values.items()]


class Deployed(NamedTuple):
    """A stack and its table. Its clients are moto's, but for CloudFormation."""

    formation: Formation
    store: DynamoStore
    region_name: str = REGION

    def client(self, service: str) -> Any:
        return self.formation if service == "cloudformation" else boto3.client(service)

    def founded(self) -> dict[str, str]:
        return founded(self, STACK, lambda _: None)  # type: ignore[arg-type]


@pytest.fixture
def deployed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployed]:
    """moto has no Ed25519: the log's key is here."""
    log_key = random_signer(ORIGIN)
    monkeypatch.setattr(founding, "log_signers_of", lambda _: [log_key])
    with local_store() as store:
        key = boto3.client("kms").create_key()["KeyMetadata"]["KeyId"]
        yield Deployed(Formation(key), store)


def test_it_makes_keys_and_genesis(deployed: Deployed) -> None:
    """What it tells is what the ledger states, and what the stack has from then on."""
    told = deployed.founded()
    (row,) = deployed.store.governance(0)
    body = read_entry(row.entry).body
    assert (body["origin"], body["log_key"]) == (ORIGIN, told["logKey"])
    assert body["entry_key"] == told["entryKey"]
    assert deployed.formation.parameters["EntrySeed"] == told["entrySeed"]
    assert deployed.formation.parameters["WebhookSeed"] == told["webhookSeed"]
    # Another revision: the API publishes a version that has them.
    assert deployed.formation.parameters["Revision"].startswith("founded-")


def test_a_second_time_nothing_happens(deployed: Deployed) -> None:
    first = deployed.founded()
    assert deployed.founded() == first
    assert deployed.formation.updates == 1
    assert len(deployed.store.governance(0)) == 1


def test_a_crash_before_genesis_leaves_the_keys(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next run goes on with the seeds that the stack has."""

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(founding, "found", crash)
        with pytest.raises(KeyboardInterrupt):
            deployed.founded()
    seeds = dict(deployed.formation.parameters)
    assert not deployed.store.governance(0)
    assert deployed.founded()["entrySeed"] == seeds["EntrySeed"]


def test_a_seed_is_for_its_own_use(deployed: Deployed) -> None:
    """KMS decrypts neither for the other's use, nor for another ledger."""
    told, kms = deployed.founded(), boto3.client("kms")
    right = {"entrySeed": {"origin": ORIGIN}, "webhookSeed": {"origin": ORIGIN, "use": "webhooks"}}
    for name, context in right.items():
        blob = b64decode(told[name])
        assert len(kms.decrypt(CiphertextBlob=blob, EncryptionContext=context)["Plaintext"]) == 32
        for other in ({}, {**context, "origin": "other.example"}, *right.values()):
            if other != context:
                with pytest.raises(kms.exceptions.InvalidCiphertextException):
                    kms.decrypt(CiphertextBlob=blob, EncryptionContext=other)


def test_a_ledger_of_other_keys_is_told_of(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As of a table that was put back under another stack."""
    deployed.founded()
    other = random_signer(ORIGIN)
    monkeypatch.setattr(founding, "log_signers_of", lambda _: [other])
    with pytest.raises(Problem, match="founded with other keys"):
        deployed.founded()


def test_a_seed_of_another_ledger_is_told_of(deployed: Deployed) -> None:
    """Nothing is written with a key that governance does not know."""
    deployed.founded()
    kms = boto3.client("kms")
    made = kms.generate_data_key_without_plaintext(
        KeyId=deployed.formation.outputs["WrappingKey"],
        NumberOfBytes=32,
        EncryptionContext={"origin": ORIGIN},
    )
    deployed.formation.parameters["EntrySeed"] = b64encode(made["CiphertextBlob"]).decode()
    with pytest.raises(Problem, match="founded with other keys"):
        deployed.founded()


def test_what_is_no_stack_of_ours_is_told_of(deployed: Deployed) -> None:
    deployed.formation.outputs.clear()
    with pytest.raises(Problem, match=r"not of infra/template\.yaml"):
        deployed.founded()


def test_it_waits_for_the_update(deployed: Deployed) -> None:
    """However long that takes, within bounds."""
    deployed.formation.steps = ["CREATE_COMPLETE", "UPDATE_IN_PROGRESS", "UPDATE_IN_PROGRESS"]
    assert deployed.founded()
    deployed.formation.steps = ["UPDATE_IN_PROGRESS"] * 1_000
    deployed.formation.parameters["WebhookSeed"] = ""
    with pytest.raises(Problem, match="still being updated"):
        deployed.founded()


@pytest.mark.parametrize(
    "status", ["UPDATE_ROLLBACK_IN_PROGRESS", "UPDATE_FAILED", "DELETE_FAILED"]
)
def test_an_update_that_was_undone_is_told_of(deployed: Deployed, status: str) -> None:
    """No genesis is written for keys that functions do not have."""
    deployed.formation.steps = ["CREATE_COMPLETE", "UPDATE_IN_PROGRESS", status]
    with pytest.raises(Problem, match=status):
        deployed.founded()
    assert not deployed.store.governance(0)


def test_the_command_says_in_one_line_what_is_wrong(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And prints what is to be kept if nothing is."""
    monkeypatch.setattr(founding.boto3, "Session", lambda **_: deployed)
    assert cli.main(["found", "--stack", "nothing", "--region", REGION]) == 2
    told = capsys.readouterr().err
    assert "nothing does not exist" in told
    assert f"in {REGION}" in told
    assert cli.main(["found", "--stack", STACK, "--region", REGION, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["origin"] == ORIGIN
