"""The client: what it signs, when it asks again, what it raises."""

import json
from base64 import b64decode

import httpx
import pytest

from ledger.canonical import canonical
from ledger.instructions import instruction
from ledger.names import digest, transaction_id
from local.client import ATTEMPTS, Client, Refused, Rejected, Signatory, Unavailable
from local.keys import development_signer

ORIGIN = "stars.example/ledger"
GROCER = Signatory(ORIGIN, "partner:grocer", development_signer("partner:grocer"))
ENROLLED = {"data": {"enrolMember": {"userErrors": [], "member": {"id": "m1"}}}}
UNAVAILABLE = {"errors": [{"message": "later", "extensions": {"code": "UNAVAILABLE"}}]}


class Api:
    """Answers that a test lists, the last one forever, and the requests that came."""

    def __init__(self, *answers: object) -> None:
        self.answers = list(answers)
        self.requests: list[dict] = []
        self.pauses: list[float] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(json.loads(request.content))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, httpx.Response):
            return answer
        return httpx.Response(200, json=answer)

    def client(self, signatory: Signatory | None = None) -> Client:
        http = httpx.Client(transport=httpx.MockTransport(self))
        return Client("http://api", "token", signatory, http=http, sleep=self.pauses.append)


@pytest.mark.parametrize(
    "problem",
    [UNAVAILABLE, httpx.ConnectError("no"), httpx.ReadTimeout("slow"), httpx.Response(503)],
    ids=["unavailable", "connect", "timeout", "503"],
)
def test_an_unanswered_request_is_sent_again_as_it_was(problem):
    """Every attempt has the same input and the same idempotency key."""
    api = Api(problem, problem, ENROLLED)
    assert api.client().enrol_member("Ada", key="k1") == "m1"
    assert api.requests == [api.requests[0]] * 3
    assert api.requests[0]["variables"]["input"]["idempotencyKey"] == "k1"
    assert len(api.pauses) == 2


def test_attempts_are_bounded():
    """A coalition that never answers is given up after a known number of attempts."""
    api = Api(UNAVAILABLE)
    with pytest.raises(Unavailable, match="later"):
        api.client().enrol_member("Ada", key="k1")
    assert len(api.requests) == ATTEMPTS
    assert sum(api.pauses) < 10


def test_a_refusal_is_final():
    """A user error is raised with its code and field, and the request is not sent again."""
    error = {"code": "INVALID_INPUT", "field": ["displayName"], "message": "too long"}
    api = Api({"data": {"enrolMember": {"userErrors": [error], "member": None}}})
    with pytest.raises(Refused, match="too long") as refused:
        api.client().enrol_member("Ada", key="k1")
    assert (refused.value.code, refused.value.field) == ("INVALID_INPUT", ("displayName",))
    assert len(api.requests) == 1


@pytest.mark.parametrize(
    "answer",
    [
        {"errors": [{"message": "no such field"}]},
        httpx.Response(200, text="<html>a proxy</html>"),
        httpx.Response(401, json={"errors": [{"message": "no token", "extensions": {}}]}),
    ],
    ids=["validation", "html", "401"],
)
def test_what_the_sender_did_wrong_is_final(answer):
    """An answer that another attempt would not change is raised at once."""
    api = Api(answer)
    with pytest.raises(Rejected):
        api.client().enrol_member("Ada", key="k1")
    assert len(api.requests) == 1


def test_a_purchase_is_signed_as_the_format_says():
    """The signature is over origin, `earn`, the transaction's id and the input's digest."""
    answer = {"points": 12, "transactions": [{"id": "t1"}], "userErrors": []}
    api = Api({"data": {"recordPurchase": answer}})
    receipt = api.client(GROCER).record_purchase("m1", 1299, "USD", key="sale-1")
    assert receipt == (12, ("t1",))
    sent = api.requests[0]["variables"]["input"]
    signature = sent.pop("signature")
    assert sent == {
        "idempotencyKey": "sale-1",
        "memberId": "m1",
        "amount": {"minor": 1299, "currency": "USD"},
    }
    subject = transaction_id("partner:grocer", "sale-1")
    message = instruction(ORIGIN, "earn", subject, digest(canonical(sent)))
    assert GROCER.signer.verifier.verifies(message, b64decode(signature["signature"]))
    assert signature["key"] == GROCER.signer.verifier.label


def test_a_client_without_a_key_cannot_record_a_purchase():
    """A missing signatory is found before anything is sent."""
    api = Api(ENROLLED)
    with pytest.raises(Rejected, match="signatory"):
        api.client().record_purchase("m1", 1299, "USD", key="sale-1")
    assert api.requests == []
