"""Every function asks of AWS what its role allows, and its role allows no action that it does not
ask for: on a local AWS, with each request held against the template. What goes wrong meanwhile is
told where an alarm looks for it.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest
from aws_lambda_powertools.metrics import MetricUnit

from functions import clock, events, sealer, stream, wiring
from functions.telemetry import Telemetry
from loyalty.clock.matters import MATTERS
from loyalty.webhooks.schedule import MAX_ATTEMPTS
from storage.request_counts_dynamodb import DynamoRequestCounts
from tests.coalition import GROCER, OPERATOR, STARS, as_member, gid
from tests.deployed import SWEEP, Deployed, deployment
from tests.infra import resources, template
from tests.roles import LEADING_KEYS, Asked, Role, Watched, watching
from tests.signing import ORIGIN
from tests.webhooks import URL, Crm

# What services ask for that work for a function, in no request of its own.
BESIDE = {
    *("logs:CreateLogStream", "logs:PutLogEvents"),
    *("xray:PutTraceSegments", "xray:PutTelemetryRecords"),
    *("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"),
    *("dynamodb:ListStreams", "sqs:SendMessage"),
    # What is not there would be answered with 403 without it.
    "s3:ListBucket",
    # In place of KMS's Ed25519 a seed signs here.
    *("kms:GetPublicKey", "kms:Sign"),
}
FUNCTIONS = ["ApiFunction", "SealerFunction", "StreamFunction", "ClockFunction", "EventsFunction"]
SEEDS = {"TALLYSTICK_ENTRY_SEED", "TALLYSTICK_WEBHOOK_SEED"}
LEDGER = ["W#7zzz", "T#7zzz", "G", "Member#7zzz"]


class Lambda:
    """What a handler is given beside its event."""

    def get_remaining_time_in_millis(self) -> int:
        return 900_000


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """Functions as they are deployed, which have done all that they ever do."""
    with (
        pytest.MonkeyPatch.context() as patched,
        deployment(tmp_path_factory.mktemp("rights"), patched, webhooks=True) as house,
        watching() as seen,
    ):
        # Gone, failing until it is given up, and well.
        crms = {"gone": Crm(410), "failing": Crm(*[500] * 200), "well": Crm()}
        patched.setattr(
            "functions.wiring_behind.WebhookPost",
            lambda **_: lambda url, *rest: crms[url.rpartition("/")[2]](url, *rest),
        )
        told: dict[tuple[str, str], float] = {}
        add = Telemetry._add

        def adding(telemetry: Telemetry, name: str, unit: MetricUnit, value: float) -> None:
            if telemetry._metrics is not None:
                key = telemetry._service, name
                told[key] = told.get(key, 0) + value
            add(telemetry, name, unit, value)

        patched.setattr(Telemetry, "_add", adding)
        seen.metrics = told
        for each in (stream._followers, events._deliverer, clock._clock):
            each.cache_clear()
        _live(house, seen)
        yield seen
    for each in (stream._followers, events._deliverer, clock._clock):
        each.cache_clear()


def _live(house: Deployed, seen: Watched) -> None:
    """Members trade, what they did is sealed and told, and their points lapse."""
    with _deployed("ApiFunction", seen):
        house.starts()
        house.prover = wiring.prover_of(os.environ, wiring.store_of(os.environ))
        member, earned, hook = _traded(house)
    told = {"Records": _records()}
    with _deployed("StreamFunction", seen):
        assert stream.handler(told, None) == {"batchItemFailures": []}
    with _deployed("SealerFunction", seen):
        house.later(seconds=1)
        sealer._sealer.cache_clear()
        assert sealer.handler(told, None) == {"batchItemFailures": []}
        sealer.handler(SWEEP, None)
    with _deployed("ApiFunction", seen):
        _read(house, member, earned)
    with _deployed("EventsFunction", seen):
        for _ in range(MAX_ATTEMPTS + 1):
            house.later(days=2)
            events.handler({}, None)
    with _deployed("ApiFunction", seen):
        house.earned(member, 100)
        given_up = "{ deadLetters(endpointId: $id, first: 1) { edges { node { eventId } } } }"
        dead = house.ask(GROCER, f"query ($id: ID!) {given_up}", id=hook)
        (event,) = (each["node"]["eventId"] for each in dead["deadLetters"]["edges"])
        house.done(GROCER, "replayEvent", house.input(eventId=event, endpointId=hook))
    told = {"Records": _records()}
    with _deployed("StreamFunction", seen):
        stream.handler(told, None)
    with _deployed("ClockFunction", seen):
        # Notice is given of the points of both months at once; then they lapse.
        for days in (340, 60):
            house.later(days=days)
            assert clock.handler({"every_wallet": True}, Lambda())["done"]
        house.later(days=2)
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(MATTERS["lots"], "of_wallet", _poisoned)
            assert clock.handler({"every_wallet": True}, Lambda())["failed"] > 0


def _poisoned(*_: object) -> Any:
    raise ValueError("a lot of no issuer")


def _traded(house: Deployed) -> tuple[str, str, str]:
    """A member, a purchase of it, and an endpoint that fails."""
    hooks = [
        house.done(GROCER, "registerEndpoint", house.input(url=f"{URL}/{name}"))["endpoint"]["id"]
        for name in ("gone", "failing", "well")
    ]
    telling = {**STARS, "version": 2, "notices": [60]}
    house.done(OPERATOR, "publishProgramme", house.programme(telling, "fuel", "grocer"))
    house.later(seconds=1)
    member = house.enrolled()
    earned = house.earned(member, 100)
    house.done(GROCER, "useVoucher", house.input(voucherId=house.voucher(member)))
    counts = DynamoRequestCounts(wiring.store_of(os.environ))
    assert counts.counted(OPERATOR.party, 1, 1) == 1
    return member, earned, hooks[1]


def _read(house: Deployed, member: str, earned: str) -> None:
    """What is read of the table, and of the published log."""
    assert house.ready() == 200
    wallet, partner = house.wallet(member)["id"], gid("Partner", "grocer")
    history = "query ($id: ID!) { wallet(id: $id) { transactions { edges { node { id } } } } }"
    assert house.ask(OPERATOR, history, id=wallet)
    receipt = "query ($id: ID!) { receipt(transactionId: $id) }"
    assert house.ask(OPERATOR, receipt, id=earned)["receipt"]
    proof = "query ($id: ID!) { balanceProof(walletId: $id) }"
    assert house.ask(as_member(member), proof, id=wallet)["balanceProof"]
    period = 'since: "2026-01-01T00:00:00.000Z", until: "2027-01-01T00:00:00.000Z"'
    statement = f'{{ statement(input: {{partnerId: "{partner}", {period}}}) {{ __typename }} }}'
    assert house.ask(OPERATOR, statement)


@contextmanager
def _deployed(function: str, seen: Watched) -> Iterator[None]:
    """A function at work, which is told those seeds alone that the template tells it."""
    told = template()["Globals"]["Function"]["Environment"]["Variables"]
    own = resources("AWS::Serverless::Function")[function].get("Environment", {})
    names = {*told, *own.get("Variables", {})}
    with pytest.MonkeyPatch.context() as patched, seen.working(function):
        for name in SEEDS - names:
            patched.delenv(name)
        yield


def _records() -> list[dict[str, Any]]:
    """As the stream tells of every row there is."""
    table = boto3.client("dynamodb").get_paginator("scan").paginate(TableName="tallystick")
    rows = [item for page in table for item in page["Items"]]
    return [
        {
            "eventName": "INSERT",
            "dynamodb": {
                "Keys": {name: item[name] for name in ("pk", "sk")},
                "SequenceNumber": str(number),
            },
        }
        for number, item in enumerate(rows, 100)
    ]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_no_right_is_missing(watched: Watched, function: str) -> None:
    """Whatever it asked for in a life of a coalition, its role allows."""
    assert watched.asked[function]
    assert [asked for name, asked in watched.refused if name == function] == []


@pytest.mark.parametrize("function", FUNCTIONS)
def test_no_right_is_there_for_nothing(watched: Watched, function: str) -> None:
    """And allows nothing that it never asked for."""
    assert Role(function).actions - watched.asked[function] - BESIDE == set()


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("key", [*LEDGER, "LOG"])
def test_no_row_of_the_ledger_can_be_removed(function: str, key: str) -> None:
    """By any function, whatever is wrong with it."""
    role = Role(function)
    keys = {LEADING_KEYS: frozenset({key})}
    assert not role.allows(Asked("dynamodb:DeleteItem", "Table.Arn", keys))


@pytest.mark.parametrize("function", ["StreamFunction", "EventsFunction"])
@pytest.mark.parametrize("key", [*LEDGER, "LOG", "RATE#member:7zzz"])
def test_who_tells_others_writes_nothing_of_the_ledger(function: str, key: str) -> None:
    """It speaks with strangers' servers, so it neither writes a row of the ledger nor holds the
    key that signs entries."""
    role = Role(function)
    for action in ("PutItem", "UpdateItem", "BatchWriteItem"):
        # Beside what it may write, too.
        for keys in ({key}, {key, "DUE#1"}):
            asked = Asked(f"dynamodb:{action}", "Table.Arn", {LEADING_KEYS: frozenset(keys)})
            assert not role.allows(asked)
    context = {"kms:EncryptionContext:origin": frozenset({ORIGIN})}
    assert not role.allows(Asked("kms:Decrypt", "WrappingKey.Arn", context))
    assert Role("ApiFunction").allows(Asked("kms:Decrypt", "WrappingKey.Arn", context))


@pytest.mark.parametrize("key", [*LEDGER[:2], LEDGER[3], "RATE#member:7zzz"])
def test_the_sealer_writes_the_head_and_places_alone(key: str) -> None:
    """It holds every key that signs, and changes no wallet and no entry."""
    role, keys = Role("SealerFunction"), {LEADING_KEYS: frozenset({key})}
    assert not role.allows(Asked("dynamodb:PutItem", "Table.Arn", keys))
    place = Asked("dynamodb:BatchWriteItem", "Table.Arn", keys)
    assert role.allows(place) == key.startswith("T#")


@pytest.mark.parametrize(
    ("service", "name"),
    [
        *(("sealer", "SealLagSeconds"), ("sealer", "SealedEntries"), ("sealer", "Cosignatures")),
        *(("clock", "PutOff"), ("stream", "DeadLetters"), ("events", "DeadLetters")),
    ],
)
def test_what_happened_is_measured(watched: Watched, service: str, name: str) -> None:
    """By the function in which it did, within its invocation."""
    assert watched.metrics[service, name] > 0
