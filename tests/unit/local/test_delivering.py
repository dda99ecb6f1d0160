"""Events of a coalition on this machine."""

import secrets
import time
from datetime import UTC, datetime
from threading import Event

from local.aws import local_store
from local.clock import Clock
from local.delivering import told_events
from local.keys import random_signer
from loyalty.actors import Operator, Role
from loyalty.coalition import Coalition
from loyalty.committing import request_of
from loyalty.governing import found
from loyalty.members import enrol_member
from loyalty.webhooks.endpoints import register_endpoint
from loyalty.webhooks.ports import Webhooks
from loyalty.webhooks.signing import derived_from
from storage.queue_dynamodb import DynamoQueue
from tests.webhooks import Message, receiving

ANN = Operator("ann", frozenset(Role))


def test_an_endpoint_on_this_machine_is_told_within_seconds() -> None:
    """From the table's stream, over http, signed with the machine's time."""
    came = Event()
    with local_store() as store:
        queue = DynamoQueue(store)
        coalition = Coalition(
            "stars.example/ledger",
            store,
            random_signer("stars.example/ledger/entries"),
            Clock(datetime(2017, 8, 1, tzinfo=UTC)),
            secrets.token_bytes,
            time.sleep,
            Webhooks(queue, derived_from(secrets.token_bytes(32)), loopback=True),
        )
        with receiving(lambda *_: came.set()) as receiver, told_events(coalition, store):
            found(coalition, random_signer("stars.example/ledger").verifier)
            asked = request_of(ANN, "endpoint", "x")
            made = register_endpoint(coalition, asked, receiver.url, ["member.*"])
            member = enrol_member(coalition, request_of(ANN, "ada", "x"), "Ada").record
            assert came.wait(20)
    message: Message = receiver.got[0]
    assert message.type == "member.enrolled"
    assert member
    assert message.event["timestamp"] == "2017-08-01T00:00:00.000Z"
    age_s = time.time() - int(message.headers["webhook-timestamp"])
    assert -1 <= age_s < 60
    assert made.secret is not None
    assert message.holds(made.secret)
    assert message.event["data"].keys() == {"memberId"}
