"""What holds of every mutation, whichever it is."""

import itertools
from typing import Any

import pytest

from loyalty.actors import MemberActor, Operator, PartnerActor
from loyalty.committing import MAX_ATTEMPTS, MAX_UNANSWERED
from loyalty.ports import Commit, Outcome
from schema import shapes
from schema.product import MUTATIONS
from tests.coalition import STARS, an_operator, contents, gid, verified
from tests.faulty import Faulty
from tests.requests_of_each import EACH, ready
from tests.results import OPERATIONS, RESULTS

SIGNED = frozenset({"signature", "signatures"})
# Looks the same as another text, or like none at all.
DECEPTIVE = {
    "NFD": "Zoe\u0308",
    "zero width": "Zo\u200be",
    "zero width at the end": "Zoe\u200d",
    "bidirectional": "Zoe\u202e",
    "bidirectional isolate": "\u2066Zoe",
    "soft hyphen": "Zo\u00ade",
    "control": "Zo\x07e",
    "NUL": "Zoe\x00",
    "DEL": "Zoe\x7f",
    "line feed": "Zo\ne",
    "line separator": "Zo\u2028e",
    "private use": "Zo\ue000e",
    "unassigned": "Zo\u0378e",
    "lone surrogate": "Zo\ud800e",
    "byte order mark": "\ufeffZoe",
}

each = pytest.mark.parametrize("name", EACH)


def texts_of(input_: dict[str, Any], ids: bool) -> list[tuple[str, ...]]:
    """The paths of an input's texts, of ids or of all others but the signatures."""
    found = []
    for member, value in input_.items():
        # That partner is there, under an id of its own choosing: tested where it is asked for.
        if member in SIGNED | {"idempotencyKey", "document"} or value == gid("Partner", "grocer"):
            continue
        if isinstance(value, dict):
            found += [(member, *path) for path in texts_of(value, ids)]
        elif isinstance(value, str) and is_id(member) == ids:
            found.append((member,))
    return found


def is_id(member: str) -> bool:
    return member in {
        "memberId",
        "programmeId",
        "transactionId",
        "voucherId",
        "placeId",
        "toMemberId",
        "holdId",
        "accountId",
        "adjustmentId",
        "redemptionId",
        "feedbackId",
        "giftCardId",
        "fromMemberId",
        "intoMemberId",
        "earnId",
        "recognitionId",
        "sellerId",
        "endpointId",
        "ownerId",
    }


def with_value(input_: dict[str, Any], path: tuple[str, ...], value: object) -> dict[str, Any]:
    first, *rest = path
    inner = with_value(input_[first], tuple(rest), value) if rest else value
    return {**input_, first: inner}


def text_fields() -> list[Any]:
    """Each mutation with each text field of its input."""
    return [
        pytest.param(name, path, id=f"{name}-{'.'.join(path)}")
        for name in EACH
        for path in texts_of(ready(name).input, ids=False)
    ]


def id_fields() -> list[Any]:
    """Each mutation with each global id of its input."""
    return [
        pytest.param(name, path, id=f"{name}-{'.'.join(path)}")
        for name in EACH
        for path in texts_of(ready(name).input, ids=True)
    ]


def test_each_mutation_is_here() -> None:
    """No mutation is left out of these tests."""
    assert {mutation for mutation, _ in EACH.values()} == set(RESULTS)
    assert len(MUTATIONS) == len(RESULTS)


def test_no_input_is_one_of_another_mutation() -> None:
    """A key's input cannot be taken for that of another mutation: some required member differs."""
    required = {}
    for name in EACH:
        _, mutation, _, input_ = ready(name)
        required.setdefault(mutation, set(input_) - SIGNED)
    for (one, left), (other, right) in itertools.combinations(required.items(), 2):
        assert left - right or right - left, (one, other)


@each
def test_a_request_sent_again_has_the_same_answer_and_one_effect(name: str) -> None:
    """The same key with the same input answers the same and writes nothing more."""
    house, mutation, actor, input_ = ready(name)
    first = house.done(actor, mutation, input_)
    before = contents(house.store)
    house.later(days=1)
    assert house.done(actor, mutation, input_) == first
    assert contents(house.store) == before
    verified(house.store)


OTHER_WASH = {"id": "wash", "name": "A car wash", "points": 31, "partner": "fuel"}
OTHER: dict[str, dict[str, Any]] = {
    "registerPartner": {"name": "Bakery"},
    "registerOperatorKey": {"proof": "A" * 86 + "=="},
    "addPartnerKey": {"partnerId": "fuel"},
    "revokeKey": {"party": "partner:fuel"},
    "createCurrency": {"code": "OTHERS"},
    "publishProgramme": {"document": {**STARS, "id": "wash", "earn": [], "rewards": [OTHER_WASH]}},
    "enrolMember": {"displayName": "Chloë"},
    "setProfile": {"displayName": "Chloë"},
    "setConsent": {"given": False},
    "recordPurchases": {"orders": []},
    "giveFeedback": {"score": 8},
    "assignFeedback": {"assignee": "desk 3"},
    "followUpFeedback": {"note": "wrote back"},
    "forgetMember": {"memberId": gid("Member", "7zzzzzzzzzzzzzzzzzzzzzzzzz")},
    "linkExternalId": {"externalId": "K-8"},
    "unlinkExternalId": {"externalId": "K-8"},
    "blockCard": {"newCardNumber": "K-9"},
    "recordPurchase": {"amount": {"minor": 1235, "currency": "USD"}},
    "recordEvent": {"event": "review"},
    "donatePoints": {"points": 40},
    "takePlace": {"offerId": "other"},
    "giveBackPlace": {"placeId": gid("Place", "7zzzzzzzzzzzzzzzzzzzzzzzzz")},
    "redeemReward": {"rewardId": "wash"},
    "useVoucher": {"voucherId": gid("Voucher", "7zzzzzzzzzzzzzzzzzzzzzzzzz")},
    "refundRedemption": {"points": 21},
    "exchangePoints": {"points": 79},
    "adjustPoints": {"points": 499},
    "approveAdjustment": {"adjustmentId": gid("Adjustment", "7zzzzzzzzzzzzzzzzzzzzzzzzz")},
    "declineAdjustment": {"reason": "it was paid already"},
    "transferPoints": {"points": 31},
    "reverseTransaction": {"points": 21},
    "confirmTransaction": {"earnId": gid("Transaction", "7zzzzzzzzzzzzzzzzzzzzzzzzz")},
    "holdReward": {"orderReference": "order 8"},
    "captureHold": {"holdId": gid("Transaction", "7zzzzzzzzzzzzzzzzzzzzzzzzz")},
    "voidHold": {"reason": "we cancelled"},
    "payTier": {"lastDay": "2027-02-28"},
    "useBenefit": {"benefitId": "water"},
    "giveRecognition": {"points": 19},
    "eraseRecognitionMessage": {"recognitionId": gid("Recognition", "7zzzzzzzzzzzzzzzzzzzzzzzzz")},
    "setTeam": {"team": "day"},
    "mergeMembers": {"reason": "another"},
    "issueGiftCard": {"points": 5_001},
    "topUpGiftCard": {"points": 701},
    "payWithGiftCard": {"points": 2_000},
    "replaceGiftCard": {"reason": "stolen"},
    "claimGiftCard": {"giftCardId": gid("GiftCard", "7zzzzzzzzzzzzzzzzzzzzzzzzz")},
    "openAccount": {"accountName": "Another"},
    "inviteToAccount": {"pointsPerMonth": 101},
    "joinAccount": {"bringPoints": False},
    "leaveAccount": {"memberId": gid("Member", "7zzzzzzzzzzzzzzzzzzzzzzzzz")},
    "changeAccountUser": {"pointsPerMonth": 51},
    "classifyAccount": {"kind": "school"},
    "makeReferralCode": {"ownerId": gid("Member", "7zzzzzzzzzzzzzzzzzzzzzzzzz")},
    "useReferralCode": {"code": "7777777777"},
    "recordGuestOrder": {"amount": {"minor": 1251, "currency": "USD"}},
    "claimGuestOrder": {"code": "8K3M9XWQ4TB2HRZE"},
    "cancelGuestOrder": {"reference": "web 8"},
    "registerEndpoint": {"url": "https://other.example/"},
    "rotateEndpointSecret": {"overlapHours": 0},
    "removeEndpoint": {"endpointId": gid("Endpoint", "7zzzzzzzzzzzzzzzzzzzzzzzzz")},
    "replayEvent": {"eventId": "evt_7zzzzzzzzzzzzzzzzzzzzzzzzz_0"},
}


@each
def test_a_key_with_another_input_is_a_conflict(name: str) -> None:
    """The same key with any other input is refused, and the first effect stays the only one."""
    house, mutation, actor, input_ = ready(name)
    house.done(actor, mutation, input_)
    refusal = house.refused(actor, mutation, {**input_, **OTHER[mutation]})
    assert (refusal.code, refusal.field) == ("IDEMPOTENCY_CONFLICT", ["idempotencyKey"])


@each
def test_another_party_may_use_the_same_key(name: str) -> None:
    """Keys are each party's own: nobody can block a request of somebody else."""
    house, mutation, actor, input_ = ready(name)
    key = input_["idempotencyKey"]
    house.done(an_operator("bob"), "enrolMember", {"idempotencyKey": key})
    house.done(actor, mutation, input_)


@each
def test_who_has_no_token_may_do_nothing(name: str) -> None:
    """Without a token nothing is done."""
    house, mutation, _, input_ = ready(name)
    code, message = house.failed(None, mutation, input_)
    assert code == "UNAUTHENTICATED"
    assert "bearer token" in message


@each
@pytest.mark.parametrize(
    "stranger",
    [MemberActor("2gmjhtdm3zbg636bwb28j0gfyj"), MemberActor("x"), PartnerActor("nobody")],
    ids=["another member", "no member", "no partner"],
)
def test_strangers_may_do_nothing(name: str, stranger: MemberActor) -> None:
    """One who is neither the one in question nor of the coalition is refused."""
    house, mutation, _, input_ = ready(name)
    refusal = house.refused(stranger, mutation, input_)
    assert refusal.code in {"NOT_PERMITTED", "NOT_FOUND", "SIGNATURE_INVALID", "INVALID_INPUT"}


@each
@pytest.mark.parametrize(
    "key", ["", " ", "a b", "k" * 129, "ключ", "a\n", "a\x00", "\u200b", "k\ud800"]
)
def test_a_malformed_key_is_refused(name: str, key: str) -> None:
    """An idempotency key that two systems could write differently is not taken."""
    house, mutation, actor, input_ = ready(name)
    refusal = house.refused(actor, mutation, {**input_, "idempotencyKey": key})
    assert (refusal.code, refusal.field) == ("INVALID_INPUT", ["idempotencyKey"])
    assert "128 printable ASCII" in refusal.message


@each
def test_a_request_without_key_is_refused(name: str) -> None:
    """A key is not optional."""
    house, mutation, actor, input_ = ready(name)
    del input_["idempotencyKey"]
    code, message = house.failed(actor, mutation, input_)
    assert code == "BAD_USER_INPUT"
    assert "idempotencyKey" in message


@pytest.mark.parametrize(("name", "path"), text_fields())
def test_deceptive_text_is_refused(name: str, path: tuple[str, ...]) -> None:
    """A text that does not look like what it is stands nowhere, and the field is named."""
    house, mutation, actor, input_ = ready(name)
    for kind, text in DECEPTIVE.items():
        refusal = house.refused(actor, mutation, with_value(input_, path, text))
        assert (refusal.code, refusal.field) == ("INVALID_INPUT", list(path)), kind
        assert text not in refusal.message, kind


@pytest.mark.parametrize(("name", "path"), text_fields())
def test_an_over_long_text_is_refused(name: str, path: tuple[str, ...]) -> None:
    """No text is taken that is longer than any field needs, and none comes back in the message."""
    house, mutation, actor, input_ = ready(name)
    for length in (4_097, 300_000):
        refusal = house.refused(actor, mutation, with_value(input_, path, "x" * length))
        assert (refusal.code, refusal.field) == ("INVALID_INPUT", list(path))
        assert len(refusal.message) < 300


@pytest.mark.parametrize(("name", "path"), text_fields())
def test_a_text_of_another_type_is_bad_input(name: str, path: tuple[str, ...]) -> None:
    """A value of the wrong type never reaches a use case."""
    house, mutation, actor, input_ = ready(name)
    for wrong in (5, True, 1.5, [], {}):
        code, _ = house.failed(actor, mutation, with_value(input_, path, wrong))
        assert code == "BAD_USER_INPUT"


MALFORMED = {
    "empty": "",
    "no base64": "garbage",
    "no colon": "TWVtYmVy",
    "no UTF-8": "/////w==",
    "unicode": "Zoë\u200b",
    "lone surrogate": "\ud800",
}


@pytest.mark.parametrize(("name", "path"), id_fields())
def test_a_malformed_id_is_bad_input(name: str, path: tuple[str, ...]) -> None:
    """What is no global id at all does not fit its type."""
    house, mutation, actor, input_ = ready(name)
    for kind, id_ in MALFORMED.items():
        code, _ = house.failed(actor, mutation, with_value(input_, path, id_))
        assert code == "BAD_USER_INPUT", kind


UNKNOWN = [
    "7zzzzzzzzzzzzzzzzzzzzzzzzz",
    *("", "#", "x#T", "nobody", "é", "\u202e", "\x00", "../..", "*", "a:b"),
    "A" * 2_000,
]


@pytest.mark.parametrize(("name", "path"), id_fields())
def test_an_unknown_id_is_not_found(name: str, path: tuple[str, ...]) -> None:
    """Whatever a global id holds, it is looked up only if there could be such a thing."""
    house, mutation, actor, input_ = ready(name)
    input_.pop("signature", None)
    type_ = {
        "memberId": "Member",
        "toMemberId": "Member",
        "sellerId": "Partner",
        "ownerId": "Member",
    }.get(path[0], path[0].removesuffix("Id").title())
    for id_ in UNKNOWN:
        wrong = with_value(input_, path, gid(type_, id_))
        if mutation in OPERATIONS and isinstance(actor, PartnerActor | Operator):
            wrong = house.signed(actor, OPERATIONS[mutation], wrong)
        refusal = house.refused(actor, mutation, wrong)
        assert (refusal.code, refusal.field) == ("NOT_FOUND", list(path)), id_
        assert len(refusal.message) < 300


@pytest.mark.parametrize(("name", "path"), id_fields())
def test_an_id_of_another_type_is_not_found(name: str, path: tuple[str, ...]) -> None:
    """A wallet's id is not its member's, and a partner's is nobody's who collects points."""
    house, mutation, actor, input_ = ready(name)
    other = {"sellerId": "Programme"}.get(path[0], "Partner")
    for type_ in (other, "Wallet", "Points", "Query", "__Type", "", "Nobody"):
        for id_ in ("grocer", "7zzzzzzzzzzzzzzzzzzzzzzzzz"):
            refusal = house.refused(actor, mutation, with_value(input_, path, gid(type_, id_)))
            assert (refusal.code, refusal.field) == ("NOT_FOUND", list(path)), type_


# How a store may fail before it does as it should, fewer times than are given up after.
FAILING = [
    ("busy",),
    ("unknown",),
    ("lost",),
    ("moved",),
    ("busy", "busy"),
    ("unknown", "lost"),
    ("moved", "busy", "lost"),
    ("unknown", "busy", "lost"),
    ("moved",) * (MAX_ATTEMPTS - 1),
]


@pytest.mark.parametrize("script", FAILING, ids="-".join)
@each
def test_what_the_store_fails_at_is_done_once(name: str, script: tuple[str, ...]) -> None:
    """A commit that is refused, not answered, or done without an answer is done exactly once."""
    calm, mutation, actor, input_ = ready(name)
    calm.done(actor, mutation, input_)
    store = Faulty()
    house, mutation, actor, input_ = ready(name, store)
    store.script = iter(script)
    first = house.done(actor, mutation, input_)
    assert house.entries() == calm.entries()
    assert [len(part) for part in contents(store)] == [len(part) for part in contents(calm.store)]
    assert house.done(actor, mutation, input_) == first
    assert house.entries() == calm.entries()
    verified(store)


@pytest.mark.parametrize("word", ["busy", "unknown"])
@each
def test_a_store_that_does_not_answer_is_an_error_to_try_again(
    name: str, word: str, caplog: pytest.LogCaptureFixture
) -> None:
    """After a few attempts the client is told to send the request again, and then it is done."""
    store = Faulty()
    house, mutation, actor, input_ = ready(name, store)
    store.script = itertools.repeat(word)
    answer = house.send(actor, mutation, input_)
    (error,) = answer.errors
    assert error["extensions"] == {"code": "UNAVAILABLE", "retryable": True}
    assert "with the same key" in error["message"]
    assert store.commits == MAX_UNANSWERED
    assert "Traceback" not in caplog.text
    store.script = iter(())
    before = house.entries()
    first = house.done(actor, mutation, input_)
    assert house.done(actor, mutation, input_) == first
    assert house.entries() - before <= 2
    verified(store)


@each
def test_an_answer_lost_to_an_outage_is_there_when_asked_again(name: str) -> None:
    """Done, but the store goes down before it can say so: the same key gets the answer later."""
    store = Faulty()
    house, mutation, actor, input_ = ready(name, store)
    commit = store.commit

    def last_commit(each: Commit) -> Outcome:
        outcome = commit(each)
        store.down = True
        return outcome

    store.script = iter(("lost",))
    store.commit = last_commit  # type: ignore[method-assign]
    assert house.send(actor, mutation, input_).codes == ["UNAVAILABLE"]
    store.commit, store.down = commit, False  # type: ignore[method-assign]
    after = contents(store)
    house.done(actor, mutation, input_)
    assert contents(store) == after
    verified(store)


@each
def test_a_store_that_is_down_gives_nothing_away(name: str) -> None:
    """The error says to try again and where it was, and nothing of hosts or exceptions."""
    store = Faulty()
    house, mutation, actor, input_ = ready(name, store)
    store.down = True
    answer = house.send(actor, mutation, input_)
    (error,) = answer.errors
    assert error["extensions"] == {"code": "UNAVAILABLE", "retryable": True}
    assert (error["path"], len(error["locations"])) == ([mutation], 1)
    assert "secret-host" not in str(error)


@each
def test_a_request_that_others_keep_overtaking_is_contended(name: str) -> None:
    """After a bounded number of attempts the client is told who it lost to."""
    store = Faulty()
    house, mutation, actor, input_ = ready(name, store)
    store.script = itertools.repeat("moved")
    refusal = house.refused(actor, mutation, input_)
    assert refusal.code == "CONTENDED"
    assert "send it again" in refusal.message
    assert store.commits == MAX_ATTEMPTS
    assert len(house.pauses_s) == MAX_ATTEMPTS - 1
    assert max(house.pauses_s) <= 0.5


def test_every_member_of_an_input_is_one_of_its_fields() -> None:
    """What is signed is made from the fields, and so from every member."""
    for type_ in MUTATIONS:
        (field,) = shapes.answers_of(type_).values()
        (argument,) = field.arguments
        given = argument.type_annotation.resolve()
        names = {each.name for each in shapes.fields_of(given)}
        assert given.__members__.names == names
