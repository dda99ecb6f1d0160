"""`tallystick found`: the first keys and the first entry of a coalition that was deployed.

Its stack comes from infra/template.yaml, on AWS, or wherever AWS_ENDPOINT_URL leads. Each step is
done once, however often the command runs, and a crash between two of them loses nothing:

1. Two seeds are made in KMS, which tells them encrypted alone, and go into the stack's parameters.
2. The stack is updated with them: from then on functions have their keys, and schedules run.
3. Genesis is written: the log's key, and the key of the first seed, for good.

The seeds are in the stack before anything rests on them. Whoever runs this may decrypt them: it is
the entry key's public half that genesis states.
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import Any, NamedTuple

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from functions.wiring import coalition_of, log_signers_of
from local.deployed import aws_problem, region_of
from local.problems import Problem
from loyalty.coalition import Coalition, EntryKeyMissing
from loyalty.governing import found
from loyalty.ports import StoreUnavailable
from storage.kms import WEBHOOKS, new_seed

SEEDS: Mapping[str, str | None] = {"EntrySeed": None, "WebhookSeed": WEBHOOKS}
"""By their parameters: what each is for (`storage.kms.new_seed`)."""

UPDATE_TIMEOUT_S = 900.0
_POLL_S = 2.0
_CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]


class Stack(NamedTuple):
    """A deployment, as CloudFormation tells of it."""

    status: str
    parameters: Mapping[str, str]
    outputs: Mapping[str, str]


def found_command(name: str, region: str | None, *, as_json: bool = False) -> int:
    """Founds the coalition of a stack, and prints its keys. Raises Problem."""
    region = region_of(region)
    try:
        told = founded(boto3.Session(region_name=region), name)
    except (ClientError, BotoCoreError, StoreUnavailable) as error:
        raise aws_problem(error, region) from None
    if as_json:
        print(json.dumps(told))
    else:
        for what, value in told.items():
            print(f"{what:<12} {value}")
    return 0


def founded(
    session: boto3.Session, name: str, sleep: Callable[[float], None] = time.sleep
) -> dict[str, str]:
    """Founds the coalition of a stack. Returns what is to be kept: origin, keys, sealed seeds."""
    formation = session.client("cloudformation")
    stack = _stack(formation, name)
    missing = [each for each in SEEDS if not stack.parameters.get(each)]
    if missing:
        region = str(session.region_name)
        _update(formation, name, stack, {each: _seed(stack, region, each) for each in missing})
        stack = _updated(formation, name, sleep)
    environment = _environment(stack, str(session.region_name))
    coalition, logs = coalition_of(environment), log_signers_of(environment)
    found(coalition, logs[0].verifier)
    return {
        "origin": coalition.origin,
        **_in_force(coalition, [str(each.verifier) for each in logs], name),
        "api": stack.outputs["ApiUrl"],
        "log": stack.outputs["LogUrl"],
        **{each[0].lower() + each[1:]: stack.parameters[each] for each in SEEDS},
    }


def _stack(formation: Any, name: str) -> Stack:
    (found,) = formation.describe_stacks(StackName=name)["Stacks"]
    parameters = {p["ParameterKey"]: p["ParameterValue"] for p in found.get("Parameters", ())}
    outputs = {o["OutputKey"]: o["OutputValue"] for o in found.get("Outputs", ())}
    if not {"Origin", *SEEDS} <= parameters.keys() or "WrappingKey" not in outputs:
        raise Problem(f"the stack {name} is not of infra/template.yaml, or was not made whole")
    return Stack(found["StackStatus"], parameters, outputs)


def _seed(stack: Stack, region: str, parameter: str) -> str:
    key_id = stack.outputs["WrappingKey"]
    return new_seed(stack.parameters["Origin"], key_id, region, SEEDS[parameter])


def _update(formation: Any, name: str, stack: Stack, seeds: Mapping[str, str]) -> None:
    digest = sha256("".join(seeds.values()).encode()).hexdigest()
    values = {**seeds, "Revision": f"founded-{digest[:12]}"}
    kept = [
        {"ParameterKey": each, "UsePreviousValue": True}
        for each in stack.parameters
        if each not in values
    ]
    new = [{"ParameterKey": each, "ParameterValue": value} for each, value in values.items()]
    formation.update_stack(
        StackName=name, UsePreviousTemplate=True, Parameters=kept + new, Capabilities=_CAPABILITIES
    )


def _updated(formation: Any, name: str, sleep: Callable[[float], None]) -> Stack:
    """Waits for the end of an update. Raises Problem where it is undone, or takes too long."""
    for _ in range(int(UPDATE_TIMEOUT_S / _POLL_S)):
        stack = _stack(formation, name)
        if stack.status == "UPDATE_COMPLETE":
            return stack
        if stack.status not in ("UPDATE_IN_PROGRESS", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"):
            raise Problem(f"the update of the stack {name} ended as {stack.status}")
        sleep(_POLL_S)
    raise Problem(f"the stack {name} is still being updated: run this again when it is done")


def _environment(stack: Stack, region: str) -> dict[str, str]:
    """What functions are told of the coalition."""
    logs = [stack.outputs["LogKey"], stack.parameters.get("FurtherLogKeys", "")]
    return {
        "AWS_REGION": region,
        "TALLYSTICK_ORIGIN": stack.parameters["Origin"],
        "TALLYSTICK_TABLE": stack.outputs["Table"],
        "TALLYSTICK_ENTRY_SEED": stack.parameters["EntrySeed"],
        "TALLYSTICK_LOG_KEYS": ",".join(filter(None, logs)),
    }


def _in_force(coalition: Coalition, logs: Sequence[str], name: str) -> dict[str, str]:
    """The keys that sign now. Raises Problem where the stack does not have them: the ledger was
    founded with others."""
    governance, at = coalition.governance(), coalition.now()
    wanted = governance.keys_of("log", at)
    try:
        entry = coalition.signer(governance, at).verifier
    except EntryKeyMissing:
        entry = None
    if entry is None or not wanted or not set(wanted) <= set(logs):
        raise Problem(
            f"the ledger in the table of {name} was founded with other keys than this stack has: "
            "put back the seed and the log key that it had"
        )
    return {"logKey": ",".join(wanted), "entryKey": str(entry)}
