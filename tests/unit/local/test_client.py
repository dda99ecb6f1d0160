"""The client: what it signs, when it asks again, what it raises."""

import json
from base64 import b64decode, urlsafe_b64decode

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
        self.headers: list[httpx.Headers] = []
        self.pauses: list[float] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(json.loads(request.content))
        self.headers.append(request.headers)
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
    [
        UNAVAILABLE,
        {"errors": [{"message": "a resolver"}, *UNAVAILABLE["errors"]]},
        httpx.ConnectError("no"),
        httpx.ReadTimeout("slow"),
        httpx.RemoteProtocolError("hung up"),
        httpx.Response(429),
        httpx.Response(502),
        httpx.Response(503),
        httpx.Response(504),
    ],
    ids=["unavailable", "one of two", "connect", "timeout", "hung up", "429", "502", "503", "504"],
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


def test_pauses_grow_and_are_spread(monkeypatch):
    """Each is anywhere up to a bound that doubles from a fifth of a second."""
    for chance in (1.0, 0.5, 0.0):
        monkeypatch.setattr("local.client.random.random", lambda chance=chance: chance)
        api = Api(UNAVAILABLE)
        with pytest.raises(Unavailable):
            api.client().enrol_member("Ada", key="k1")
        bounds = [0.1 * 2**attempt for attempt in range(1, ATTEMPTS)]
        assert api.pauses == pytest.approx([bound * chance for bound in bounds])


def test_every_request_names_who_asks():
    """The token is sent with each request."""
    api = Api(ENROLLED)
    api.client().enrol_member("Ada", key="k1")
    assert api.headers[0]["authorization"] == "Bearer token"


def test_a_partner_makes_its_own_token_for_each_request():
    """Each is verified with the partner's key, and no two are the same."""
    api = Api(ENROLLED)
    http = httpx.Client(transport=httpx.MockTransport(api))
    till = Client("http://api", signatory=GROCER, http=http)
    tokens = []
    for key in ("e1", "e2"):
        till.enrol_member(None, key=key)
        scheme, _, token = api.headers[-1]["authorization"].partition(" ")
        signed, _, signature = token.rpartition(".")
        assert scheme == "Bearer"
        assert GROCER.signer.verifier.verifies(signed.encode(), urlsafe_b64decode(signature + "=="))
        tokens.append(token)
    assert tokens[0] != tokens[1]


def test_who_has_neither_token_nor_key_is_told_at_once():
    """Not by the API, as somebody that nobody knows."""
    with pytest.raises(ValueError, match="token"):
        Client("http://api")


@pytest.mark.parametrize("signatory", [GROCER, None], ids=["a till", "a member's app"])
def test_a_reward_is_signed_by_a_till_and_not_by_a_member(signatory):
    """Who has a key signs the redemption; a member's token is its word."""
    answer = {"voucher": {"id": "v1"}, "transaction": {"id": "t1"}, "userErrors": []}
    api = Api({"data": {"redeemReward": answer}})
    redemption = api.client(signatory).redeem_reward("m1", "p1", "coffee", key="k1")
    assert redemption == ("v1", "t1")
    sent = api.requests[0]["variables"]["input"]
    assert ("signature" in sent) is (signatory is not None)


def test_a_free_reward_has_no_transaction():
    """Its voucher is all there is."""
    answer = {"voucher": {"id": "v1"}, "transaction": None, "userErrors": []}
    api = Api({"data": {"redeemReward": answer}})
    assert api.client().redeem_reward("m1", "p1", "popcorn", key="k1") == ("v1", None)


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
