"""The Lambda function, called with events as API Gateway's HTTP API sends them (tests/events/)."""

import itertools
import json
import os
import subprocess
import sys
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import orjson
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from functions import api, wiring
from ledger.notes import SeedSigner
from local.issuing import served_issuer
from local.keys import TokenIssuer
from local.moto_dynamodb import corrected_dynamodb
from loyalty.governing import found
from loyalty.throttling import A_MINUTE_OF_NOBODY
from schema.http import BODY_LIMIT_BYTES
from storage.dynamodb import DynamoStore, Table
from storage.request_counts_dynamodb import DynamoRequestCounts
from storage.s3 import S3Objects, s3_client
from tests.coalition import NOON, OPERATOR
from tests.signing import ORIGIN

EVENTS = Path(__file__).parents[2] / "events"
ROOT = Path(__file__).parents[3]
REGION = "eu-west-1"

Call = Callable[[str], dict[str, Any]]


@pytest.fixture(scope="module")
def issuer() -> Iterator[TokenIssuer]:
    """An OIDC issuer at an address of this machine."""
    with served_issuer(ORIGIN) as tokens:
        yield tokens


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, issuer: TokenIssuer) -> Iterator[str]:
    """A table and a wrapped seed on a local AWS, named by the environment; the KMS key's id."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setattr(wiring, "utc_now", lambda: NOON)
    monkeypatch.setattr(api, "utc_now", lambda: NOON)
    _start_anew()
    with mock_aws(), corrected_dynamodb():
        kms = boto3.client("kms", region_name=REGION)
        key_id = kms.create_key()["KeyMetadata"]["KeyId"]
        values = {
            "AWS_REGION": REGION,
            "TALLYSTICK_ORIGIN": ORIGIN,
            "TALLYSTICK_TABLE": "tallystick",
            "TALLYSTICK_ENTRY_SEED": wrapped(key_id, ORIGIN),
            "TALLYSTICK_ISSUER": issuer.name,
        }
        for name, value in values.items():
            monkeypatch.setenv(name, value)
        DynamoStore(Table("tallystick", REGION)).create_table()
        coalition = wiring.coalition_of(os.environ)
        assert found(coalition, SeedSigner(ORIGIN, b"l" * 32).verifier)
        yield key_id
    _start_anew()


def _start_anew() -> None:
    """As a new process."""
    api._aws.cache_clear()
    api._api.cache_clear()


def wrapped(key_id: str, origin: str) -> str:
    """The entry key's seed as KMS encrypts it for a ledger."""
    kms = boto3.client("kms", region_name=REGION)
    answer = kms.encrypt(KeyId=key_id, Plaintext=b"e" * 32, EncryptionContext={"origin": origin})
    return b64encode(answer["CiphertextBlob"]).decode()


@pytest.fixture
def call(environment: str, issuer: TokenIssuer) -> Call:
    """Calls the function with an event, its placeholders filled in."""
    tokens = {
        "{operator}": issuer.token(OPERATOR, NOON, 600),
        "{expired}": issuer.token(OPERATOR, NOON, -600),
        "{filler}": "x" * BODY_LIMIT_BYTES,
    }

    def answer(name: str) -> dict[str, Any]:
        text = (EVENTS / f"{name}.json").read_text(encoding="utf-8")
        for placeholder, value in tokens.items():
            text = text.replace(placeholder, value)
        response = api.handler(json.loads(text), None)
        assert response["isBase64Encoded"] is False
        assert "Traceback" not in response["body"]
        return response

    return answer


def body(response: dict[str, Any]) -> Any:
    return orjson.loads(response["body"])


@pytest.mark.parametrize("name", ["post_query", "get_query", "post_graphql_response"])
def test_a_query_is_answered_in_text(call: Call, name: str) -> None:
    """By POST or GET, and in either media type, the body is readable as it is."""
    response = call(name)
    assert response["statusCode"] == 200
    wanted = "graphql-response+json" if name == "post_graphql_response" else "json"
    assert response["headers"]["content-type"] == f"application/{wanted}; charset=utf-8"
    now = "2026-11-21T12:00:00.000Z"
    expected = {"origin": ORIGIN, "now": now, "currencies": []}
    assert body(response) == {"data": {"coalition": expected}}


def test_a_mutation_is_done_once_however_it_is_encoded(call: Call) -> None:
    """The same request, once as text and once in base64, enrols one member."""
    first, again = call("post_mutation"), call("post_mutation_base64")
    assert body(first)["data"]["enrolMember"]["member"]["displayName"] == "Zoë"
    assert body(first) == body(again)


def test_mutations_are_counted_where_all_processes_count(call: Call) -> None:
    """Another process's 600 of this minute are this one's as well: 429, and queries go on."""
    assert call("post_mutation")["statusCode"] == 200
    counts = DynamoRequestCounts(wiring.store_of(os.environ))
    minute = int(NOON.timestamp()) // 60
    assert counts.counted(OPERATOR.party, minute, 599) == 600
    assert call("post_mutation")["statusCode"] == 429
    refused = call("post_mutation_base64")
    assert refused["headers"]["retry-after"] == "60"
    assert body(refused)["errors"][0]["extensions"]["code"] == "RATE_LIMITED"
    assert call("post_query")["statusCode"] == 200


def test_nobody_is_answered_300_times_a_minute(call: Call) -> None:
    """Of one address, without a token or with one that has ended; others are heard."""
    names = itertools.cycle(["post_missing_token", "post_expired_token"])
    statuses = [call(next(names))["statusCode"] for _ in range(A_MINUTE_OF_NOBODY)]
    assert set(statuses) == {200, 401}
    for name in ("post_missing_token", "post_expired_token"):
        refused = call(name)
        assert refused["statusCode"] == 429
        assert refused["headers"]["retry-after"] == "60"
    assert call("post_query")["statusCode"] == 200


def test_preflight_of_a_web_page_is_answered_where_it_is_set(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By an event of API Gateway, as a browser's question arrives."""
    event = json.loads((EVENTS / "options.json").read_text(encoding="utf-8"))
    event["headers"] |= {"origin": "https://app.example", "access-control-request-method": "POST"}
    assert api.handler(event, None)["statusCode"] == 405
    _start_anew()
    monkeypatch.setenv("TALLYSTICK_CORS_ORIGINS", "https://app.example")
    answer = api.handler(event, None)
    assert answer["statusCode"] == 200
    assert answer["headers"]["access-control-allow-origin"] == "https://app.example"


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("post_missing_token", 200, "UNAUTHENTICATED"),
        ("post_expired_token", 401, "UNAUTHENTICATED"),
        ("post_oversized", 413, "BAD_REQUEST"),
        ("post_json_scalar", 400, "BAD_REQUEST"),
        ("post_no_body", 400, "BAD_REQUEST"),
        ("get_mutation", 405, "BAD_REQUEST"),
        ("get_graphiql", 406, "BAD_REQUEST"),
        ("options", 405, "BAD_REQUEST"),
    ],
)
def test_what_cannot_be_answered_is_refused(call: Call, name: str, status: int, code: str) -> None:
    """With a status and a code, in JSON."""
    response = call(name)
    assert response["statusCode"] == status
    assert response["headers"]["content-type"] == "application/json; charset=utf-8"
    (error,) = body(response)["errors"]
    assert error["extensions"]["code"] == code


def test_another_path_is_not_found(call: Call) -> None:
    """Only /graphql, /health and /ready are served."""
    assert call("get_wrong_path")["statusCode"] == 404


def test_health_needs_no_token(call: Call) -> None:
    """A load balancer has none."""
    assert body(call("get_health")) == {"status": "ok"}


def test_its_parts_are_made_once(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """KMS and the table are connected to at the first event of a process, not at each."""
    made: list[object] = []
    make = api.coalition_of
    monkeypatch.setattr(api, "coalition_of", lambda *its: made.append(1) or make(*its))
    for _ in range(3):
        call("post_query")
    assert len(made) == 1


def test_the_seed_of_another_ledger_is_refused(
    environment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The origin is what KMS binds the seed to: a mixed-up deployment does not sign."""
    seed = wrapped(environment, "other.example/ledger")
    monkeypatch.setenv("TALLYSTICK_ENTRY_SEED", seed)
    with pytest.raises(ClientError, match="InvalidCiphertext"):
        wiring.coalition_of(os.environ)


def test_a_first_event_that_fails_does_not_stick(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If KMS cannot answer, the next event tries again."""
    seed = os.environ["TALLYSTICK_ENTRY_SEED"]
    monkeypatch.setenv("TALLYSTICK_ENTRY_SEED", "AAAA")
    with pytest.raises(ClientError):
        call("post_query")
    monkeypatch.setenv("TALLYSTICK_ENTRY_SEED", seed)
    assert call("post_query")["statusCode"] == 200


_NOT_DEPLOYED = {"PATH": os.environ["PATH"]}
# An operator's, who asks for the keys of a deployment.
_AT_A_DESK = {**_NOT_DEPLOYED, "TALLYSTICK_TABLE": "tallystick"}
_DEPLOYED = {
    **_AT_A_DESK,
    "AWS_LAMBDA_FUNCTION_NAME": "stars-api",
    "AWS_REGION": REGION,
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "TALLYSTICK_BUCKET": "tallystick-log",
}


@pytest.mark.parametrize(
    ("environment", "made"), [(_NOT_DEPLOYED, 0), (_AT_A_DESK, 0), (_DEPLOYED, 1)]
)
def test_importing_it_asks_nobody(environment: dict[str, str], made: int) -> None:
    """Where it is deployed the clients of AWS are made, so that no event waits for it; nothing is
    connected to before an event comes, and what only development needs is not loaded."""
    code = f"""
import socket, sys
def refused(*_): raise SystemExit("it connects")
socket.socket.connect = socket.getaddrinfo = refused
import functions.api as api
assert api._aws.cache_info().currsize == {made}
assert api._api.cache_info().currsize == 0
assert not {{'moto', 'uvicorn', 'local', 'pyarrow'}} & set(sys.modules)
"""
    run = [sys.executable, "-c", code]
    subprocess.run(run, cwd=ROOT, env=environment, check=True, timeout=60)


def test_an_event_makes_no_client_of_what_is_there(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The API has one of the table, and one of the bucket, however many of its parts ask them."""
    made: list[str] = []
    for name in ("store_of", "prover_of"):
        make = getattr(api, name)
        monkeypatch.setattr(api, name, lambda *its, n=name, m=make: made.append(n) or m(*its))
    monkeypatch.setattr(wiring, "store_of", lambda _: pytest.fail("a second client of the table"))
    monkeypatch.setenv("TALLYSTICK_BUCKET", "tallystick-log")
    api._aws()
    assert made == ["store_of", "prover_of"]
    assert call("post_query")["statusCode"] == 200
    assert made == ["store_of", "prover_of"]


@pytest.fixture
def bucket(environment: str, monkeypatch: pytest.MonkeyPatch) -> S3Objects:
    """The bucket of a log, named by the environment."""
    monkeypatch.setenv("TALLYSTICK_BUCKET", "tallystick-log")
    client = s3_client(REGION)
    where = {"LocationConstraint": REGION}
    client.create_bucket(Bucket="tallystick-log", CreateBucketConfiguration=where)
    return S3Objects(client, "tallystick-log", wiring.LOG_PREFIX)


def log_file(path: str) -> dict[str, Any]:
    """The answer to a request for a file of the log."""
    text = (EVENTS / "get_log.json").read_text(encoding="utf-8").replace("{path}", path)
    return api.handler(json.loads(text), None)


def test_the_published_log_is_served_beside_it(bucket: S3Objects) -> None:
    """The checkpoint as text, tiles as bytes, both as they stand in the bucket."""
    tile = bytes(range(256)) * 32
    assert bucket.create("checkpoint", b"a note\n")
    assert bucket.create("tile/0/000", tile)
    checkpoint, hashes = log_file("checkpoint"), log_file("tile/0/000")
    assert (checkpoint["body"], checkpoint["isBase64Encoded"]) == ("a note\n", False)
    assert (b64decode(hashes["body"]), hashes["isBase64Encoded"]) == (tile, True)
    assert "immutable" in hashes["headers"]["cache-control"]


def test_a_missing_tile_is_a_404(bucket: S3Objects) -> None:
    """And what is the sealer's own is not in the log."""
    assert S3Objects(s3_client(REGION), "tallystick-log").create("own/pages/00", b"page")
    for path in ("tile/0/001", "../own/pages/00", "own/pages/00", "checkpoint"):
        assert log_file(path)["statusCode"] == 404


def test_a_log_line_has_no_path(call: Call, capsys: pytest.CaptureFixture[str]) -> None:
    """Each request is one line, of ours alone, that says no more of it than its route."""
    call("get_wrong_path")
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (line,) = [each for each in lines if each.get("message") == "request"]
    assert (line["route"], line["status"], line["service"]) == ("another", 404, "api")
    path = json.loads((EVENTS / "get_wrong_path.json").read_text())["rawPath"]
    assert not [each for each in lines if path in json.dumps(each)]
