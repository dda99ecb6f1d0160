"""What a deployed coalition does, from outside: over HTTP, and in AWS with its credentials."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import boto3
import pytest
from joserfc.jwk import OKPKey
from standardwebhooks.webhooks import Webhook
from strawberry.relay import GlobalID

from local import cli
from local.client import Client, Receipt, Redemption, Refused, Rejected
from local.keys import TokenIssuer
from loyalty.actors import Operator, Role
from tests.coalition import own_id
from tests.e2e.conftest import SEALED_WITHIN_S, Coalition, Deployment, new_key, within
from tests.webhooks import receiving

LOOPBACK = os.environ.get("TALLYSTICK_WEBHOOK_LOOPBACK") == "1"
RECEIPT = "query($id: ID!) { receipt(transactionId: $id) }"
STATEMENT = """query($input: StatementInput!) { statement(input: $input) {
    lines { currency issued } userErrors { code field message } } }"""
REGISTER_ENDPOINT = """mutation($input: RegisterEndpointInput!) { registerEndpoint(input: $input) {
    endpoint { id } secret userErrors { code field message } } }"""


class Traded(NamedTuple):
    """What two members did."""

    ada: str
    ben: str
    bought: Receipt
    key: str
    redeemed: Redemption
    given: str


@pytest.fixture(scope="module")
def traded(coalition: Coalition) -> Traded:
    """Ada buys for 200 dollars, takes a reward of 50 points at another partner, gives Ben 30."""
    till, key = coalition.grocer, new_key("sale")
    ada = till.enrol_member("Ada", key=new_key("ada"))
    ben = till.enrol_member("Ben", key=new_key("ben"))
    bought = till.record_purchase(ada, 200_00, "USD", key=key)
    app = coalition.deployment.app(ada)
    redeemed = app.redeem_reward(ada, coalition.programme, "bouquet", key=new_key("reward"))
    given = app.transfer_points(ben, coalition.currency, 30, key=new_key("gift"))
    return Traded(ada, ben, bought, key, redeemed, given)


def log_key(deployment: Deployment) -> str:
    """By the API's own word; who audits in earnest knows it otherwise."""
    (key,) = deployment.desk.query("{ coalition { logKeys } }")["coalition"]["logKeys"]
    return str(key)


def test_it_is_ready(deployment: Deployment) -> None:
    """Its table answers, its key signs, its log is not behind."""
    assert deployment.http.get(f"{deployment.url}/health").json() == {"status": "ok"}
    assert deployment.http.get(f"{deployment.url}/ready").json() == {"status": "ready"}


def test_points_are_earned_spent_and_given(coalition: Coalition, traded: Traded) -> None:
    """Through gateway and function, at two partners and in two members' apps."""
    deployment = coalition.deployment
    assert traded.bought.points == 200
    assert deployment.app(traded.ada).points_available(traded.ada, coalition.currency) == 120
    assert deployment.app(traded.ben).points_available(traded.ben, coalition.currency) == 30
    coalition.florist.use_voucher(traded.redeemed.voucher, key=new_key("use"))


def test_a_partner_reads_what_it_issued(coalition: Coalition, traded: Traded) -> None:
    """Out of the whole ledger."""
    partner = coalition.grocer_key.party.removeprefix("partner:")
    id_ = str(GlobalID("Partner", partner))
    since, until = "2020-01-01T00:00:00.000Z", "2120-01-01T00:00:00.000Z"
    asked = {"partnerId": id_, "since": since, "until": until}
    told = coalition.grocer.query(STATEMENT, input=asked)["statement"]
    assert told["userErrors"] == []
    (line,) = told["lines"]
    assert line == {"currency": coalition.currency, "issued": 200}


def test_a_request_that_comes_again_is_answered(coalition: Coalition, traded: Traded) -> None:
    """And not done again, whichever process answers."""
    again = coalition.grocer.record_purchase(traded.ada, 200_00, "USD", key=traded.key)
    assert again == traded.bought


def test_what_is_not_covered_is_refused(coalition: Coalition, traded: Traded) -> None:
    """With a code, and nothing changes."""
    app = coalition.deployment.app(traded.ben)
    with pytest.raises(Refused) as refused:
        app.transfer_points(traded.ada, coalition.currency, 1_000, key=new_key("gift"))
    assert refused.value.code == "INSUFFICIENT_POINTS"
    assert app.points_available(traded.ben, coalition.currency) == 30


def test_another_issuers_token_is_nobodys(deployment: Deployment) -> None:
    """Signed by a key that the issuer does not publish."""
    foreign = TokenIssuer(
        deployment.origin, OKPKey.generate_key("Ed25519", auto_kid=True), deployment.issuer.name
    )
    token = foreign.token(Operator("eve", frozenset(Role)))
    with pytest.raises(Rejected):
        Client(deployment.url, token, http=deployment.http).query("{ __typename }")


def receipt_of(deployment: Deployment, transaction: str) -> bytes | None:
    """None while it is not sealed."""
    try:
        told = deployment.desk.query(RECEIPT, id=transaction)
    except Rejected as rejected:
        if "seal" not in str(rejected).lower():
            raise
        return None
    return str(told["receipt"]).encode()


def test_what_was_done_is_sealed_and_verifies(
    coalition: Coalition, traded: Traded, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The stream wakes the sealer; the receipt holds offline, and so does the whole log."""
    deployment = coalition.deployment
    (earned,) = traded.bought.transactions
    for name, transaction in {"earned": earned, "given": traded.given}.items():
        receipt = within(SEALED_WITHIN_S, lambda id_=transaction: receipt_of(deployment, id_), name)
        (tmp_path / f"{name}.tlog-proof").write_bytes(receipt)
    key = log_key(deployment)
    proofs = [str(each) for each in tmp_path.glob("*.tlog-proof")]
    assert cli.main(["verify", *proofs, "--log-key", key, "--json"]) == 0
    shown = {each["kind"]: each["id"] for each in json.loads(capsys.readouterr().out)}
    assert shown == {"earn": own_id(earned), "transfer": own_id(traded.given)}
    assert cli.main(["audit", f"{deployment.url}/log", "--log-key", key, "--json"]) == 0
    audited = json.loads(capsys.readouterr().out)
    assert audited["ok"]


def test_the_log_is_in_the_bucket(deployment: Deployment) -> None:
    """What is served is the object, with the headers that it was written with; it is versioned."""
    s3, bucket = boto3.client("s3"), deployment.outputs["Bucket"]
    served = deployment.http.get(f"{deployment.url}/log/checkpoint")
    found = s3.get_object(Bucket=bucket, Key="log/checkpoint")
    assert served.headers["cache-control"] == found["CacheControl"] == "no-cache"
    assert served.text.splitlines()[0] == deployment.origin
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"


@pytest.mark.parametrize("path", ["../own/", "..%2Fown%2Fstaging", "own/pages", "tile/0/999"])
def test_nothing_but_the_log_is_served(deployment: Deployment, path: str) -> None:
    """What is the sealer's own is nobody's to read."""
    assert deployment.http.get(f"{deployment.url}/log/{path}").status_code in (400, 403, 404)


# AWS has no way to this machine. In `make e2e` it has, and passing this over fails.
@pytest.mark.skipif(not LOOPBACK, reason="events are not sent to this machine")
def test_events_come_to_their_endpoint(coalition: Coalition, traded: Traded) -> None:
    """A purchase's, signed as the specification has it, without anybody asking again."""
    hooks: list[Webhook] = []

    def verify(body: bytes, headers: Mapping[str, str]) -> object:
        return hooks[0].verify(body, dict(headers))

    with receiving(verify) as receiver:
        input_ = {"idempotencyKey": new_key("endpoint"), "url": receiver.url}
        answer = coalition.grocer.query(REGISTER_ENDPOINT, input=input_)["registerEndpoint"]
        assert answer["userErrors"] == []
        hooks.append(Webhook(answer["secret"]))
        bought = coalition.grocer.record_purchase(traded.ben, 5_00, "USD", key=new_key("sale"))

        def told() -> dict[str, Any] | None:
            for event in receiver.done.values():
                if event["type"] == "points.earned":
                    return dict(event)
            return None

        event = within(60, told, "an event")
        assert receiver.faults == []
        assert event["data"]["transactionId"] in bought.transactions


def test_the_clock_runs(deployment: Deployment, traded: Traded) -> None:
    """Over every wallet, to its end, and puts nothing off."""
    answer = invoked(deployment, "ClockFunction", {"every_wallet": True})
    assert answer["failed"] == 0
    assert answer["next"] is None


def test_what_is_due_again_is_sent(deployment: Deployment, traded: Traded) -> None:
    """The schedule's function looks at what waits."""
    assert invoked(deployment, "EventsFunction", {})["attempts"] >= 0


def test_a_sweep_finds_nothing_left(deployment: Deployment, traded: Traded) -> None:
    """What the stream rang for is sealed; a sweep of every wallet has no entry more."""
    within(
        SEALED_WITHIN_S,
        lambda: True if invoked(deployment, "SealerFunction", {}) == {"entries": 0} else None,
        "a sweep without entries",
    )


def invoked(deployment: Deployment, function: str, event: Mapping[str, Any]) -> dict[str, Any]:
    answer = boto3.client("lambda").invoke(
        FunctionName=deployment.outputs[function], Payload=json.dumps(event).encode()
    )
    told = json.loads(answer["Payload"].read())
    assert "FunctionError" not in answer, told
    return dict(told)


def test_nothing_was_given_up(deployment: Deployment, traded: Traded) -> None:
    """No stream record and no schedule ended in the queue."""
    told = boto3.client("sqs").get_queue_attributes(
        QueueUrl=deployment.outputs["DeadLetters"],
        AttributeNames=["ApproximateNumberOfMessages"],
    )
    assert told["Attributes"]["ApproximateNumberOfMessages"] == "0"
