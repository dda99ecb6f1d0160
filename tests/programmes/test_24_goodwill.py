"""Row 24: an agent grants 500 points; 501 wait for a second approver."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from random import Random
from threading import Lock
from time import sleep
from typing import Any

import pytest

from ledger.entries import read_entry
from ledger.names import digest
from ledger.tx import read_tx
from loyalty.actors import Operator, PartnerActor
from storage.reading import ledger_in_order
from tests.coalition import GROCER, OPERATOR, an_operator, as_member, gid, own_id, verified
from tests.programmes.shop import Shop
from tests.signing import key_of

ANN, BOB, EVE = OPERATOR, an_operator("bob"), an_operator("eve")


@pytest.fixture
def shop() -> Shop:
    shop = Shop("24_goodwill.json")
    shop.keyed(ANN, BOB)
    return shop


@pytest.fixture
def member(shop: Shop) -> str:
    return shop.enrolled()


def grant(shop: Shop, member: str, points: int, by: Operator = ANN, **more: object) -> Any:
    """A signed input of `adjustPoints`."""
    programme = gid("Programme", "goodwill")
    asked = {"memberId": member, "programmeId": programme, "reason": "a cold soup", **more}
    return shop.signed(by, "adjust", shop.input(**asked, points=points))


def granted(shop: Shop, member: str, points: int, by: Operator = ANN, **more: object) -> Any:
    return shop.done(by, "adjustPoints", grant(shop, member, points, by, **more))


def waiting(shop: Shop, member: str, points: int = 501, **more: object) -> Any:
    """The adjustment that a grant of so many has to wait as."""
    return granted(shop, member, points, **more)["adjustment"]


def listed(shop: Shop, by: Any = BOB) -> Any:
    query = "{ adjustmentsWaiting { edges { node { id points status } } } }"
    found = shop.ask(by, query)["adjustmentsWaiting"]
    return found and [edge["node"] for edge in found["edges"]]


def test_an_agent_grants_500_alone(shop: Shop, member: str) -> None:
    """At once, signed by the agent, under the programme's version."""
    answer = granted(shop, member, 500)
    assert shop.has(member) == 500
    assert answer["adjustment"] is None
    transaction = answer["transaction"]
    assert transaction["kind"] == "adjust"
    assert transaction["by"]["party"] == "operator:ann"
    assert transaction["rule"] is not None
    (lot,) = shop.wallet(member, "BISTRO")["lots"]
    assert (lot["issuer"], lot["expires"]) == ("operator", "2027-02-19")
    assert verified(shop.store).totals["operator:adjusted", "BISTRO"] == -500


def test_501_wait_for_a_second_approver(shop: Shop, member: str) -> None:
    """Nothing moves until another operator signs the same; then the entry has both names."""
    before = shop.entries()
    asked = waiting(shop, member)
    assert (asked["status"], asked["askedBy"]) == ("WAITING", "operator:ann")
    assert (shop.has(member), shop.entries()) == (0, before)
    assert listed(shop) == [{"id": asked["id"], "points": 501, "status": "WAITING"}]
    approved = shop.done(BOB, "approveAdjustment", shop.approval(BOB, asked))["adjustment"]
    assert (approved["status"], approved["decidedBy"]) == ("APPROVED", "operator:bob")
    entry = approved["transaction"]
    assert entry["id"] == gid("Transaction", own_id(asked["id"]))
    assert (entry["by"]["party"], entry["approved"]["party"]) == ("operator:ann", "operator:bob")
    assert (shop.has(member), shop.entries()) == (501, before + 1)
    assert listed(shop) == []
    verified(shop.store)


def test_nobody_approves_what_it_asked_for(shop: Shop, member: str) -> None:
    """Not with its own signature, nor with another's that it got hold of."""
    asked = waiting(shop, member)
    assert shop.refused(ANN, "approveAdjustment", shop.approval(ANN, asked)).code == "NOT_PERMITTED"
    assert shop.refused(ANN, "approveAdjustment", shop.approval(BOB, asked)).code == "NOT_PERMITTED"


def test_who_has_no_key_approves_nothing(shop: Shop, member: str) -> None:
    """A token alone is no second signature, and no partner or member approves."""
    asked = waiting(shop, member)
    for operator, code in ((EVE, "SIGNATURE_INVALID"), (BOB, "SIGNATURE_REQUIRED")):
        approval = shop.approval(EVE, asked)
        if operator is BOB:
            del approval["signature"]
        assert shop.refused(operator, "approveAdjustment", approval).code == code
    for actor in (PartnerActor("bistro"), as_member(member)):
        refusal = shop.refused(actor, "approveAdjustment", shop.approval(BOB, asked))
        assert refusal.code == "NOT_PERMITTED"
        assert listed(shop, actor) is None
        node = shop.ask(actor, "query ($id: ID!) { node(id: $id) { id } }", id=asked["id"])
        assert node["node"] is None


def test_an_approval_is_of_one_adjustment(shop: Shop, member: str) -> None:
    """A second grant like the first needs a signature of its own."""
    first, second = waiting(shop, member), waiting(shop, member)
    approval = shop.approval(BOB, first)
    shop.done(BOB, "approveAdjustment", approval)
    moved = {**approval, **shop.input(adjustmentId=second["id"])}
    assert shop.refused(BOB, "approveAdjustment", moved).code == "SIGNATURE_INVALID"
    again = {**approval, **shop.input()}
    assert shop.refused(BOB, "approveAdjustment", again).code == "ALREADY_DECIDED"
    assert shop.has(member) == 501


def test_what_approves_is_what_was_asked(shop: Shop, member: str) -> None:
    """The input that the second operator reads is the one that the first has signed."""
    asked = waiting(shop, member, 900, sponsorId="bistro")
    approved = shop.done(BOB, "approveAdjustment", shop.approval(BOB, asked))["adjustment"]
    assert (asked["input"]["points"], asked["input"]["reason"]) == (900, "a cold soup")
    tx = read_tx(read_entry(ledger_in_order(shop.store)[-1].data).body)
    assert tx.approved is not None
    assert tx.by.asked == tx.approved.asked == asked["asked"] == approved["asked"]
    detail = shop.store.wallet(tx.chains[0].wallet).detail  # type: ignore[union-attr]
    assert digest(detail) == tx.detail
    assert detail[16:] == b'{"reason":"a cold soup","sponsor":"partner:bistro"}'


def test_an_agent_does_not_split_its_way_past_the_limit(shop: Shop, member: str) -> None:
    """1,000 a day over all members: the third 500 wait, those of another agent do not; the next day
    counts anew."""
    granted(shop, member, 500)
    granted(shop, shop.enrolled(), 500)
    assert waiting(shop, member, 1)["status"] == "WAITING"
    assert granted(shop, member, 500, BOB)["adjustment"] is None
    shop.later(days=1)
    assert granted(shop, member, 500)["adjustment"] is None
    assert shop.has(member) == 1500
    verified(shop.store)


def test_what_is_taken_counts_in_the_day_as_what_is_given(shop: Shop, member: str) -> None:
    """An agent that took 500 has 500 left to move alone, not 1,500."""
    granted(shop, member, 500)
    granted(shop, member, -500)
    assert waiting(shop, member, 1)["status"] == "WAITING"


def test_what_has_lapsed_is_not_there_to_be_taken(shop: Shop, member: str) -> None:
    """Points of 90 days are gone after them, though nothing has expired them yet."""
    granted(shop, member, 500)
    shop.later(days=91)
    refusal = shop.refused(ANN, "adjustPoints", grant(shop, member, -1))
    assert refusal.code == "INSUFFICIENT_POINTS"


def test_past_the_most_nobody_grants(shop: Shop, member: str) -> None:
    """5,000 with approval, 5,001 not at all, neither given nor taken."""
    assert waiting(shop, member, 5000)["status"] == "WAITING"
    shop.buys(member, 600_000, "bistro")
    for points in (5001, -5001):
        refusal = shop.refused(ANN, "adjustPoints", grant(shop, member, points))
        assert (refusal.code, refusal.field) == ("LIMIT_EXCEEDED", ["points"])


def test_taking_has_the_same_limits(shop: Shop, member: str) -> None:
    """500 alone, 501 with approval, and never more than there is."""
    shop.buys(member, 120_000, "bistro")
    granted(shop, member, -500)
    assert shop.has(member) == 700
    asked = waiting(shop, member, -701)
    refusal = shop.refused(BOB, "approveAdjustment", shop.approval(BOB, asked))
    assert (refusal.code, refusal.field) == ("INSUFFICIENT_POINTS", ["adjustmentId"])
    asked = waiting(shop, member, -700)
    shop.done(BOB, "approveAdjustment", shop.approval(BOB, asked))
    assert shop.has(member) == 0
    verified(shop.store)


def test_who_waits_too_long_has_to_ask_again(shop: Shop, member: str) -> None:
    """After seven days it has lapsed, to the millisecond, and is on the list no more."""
    asked = waiting(shop, member)
    early = shop.approval(BOB, waiting(shop, member))
    shop.later(days=7, milliseconds=-1)
    shop.done(BOB, "approveAdjustment", early)
    shop.later(milliseconds=1)
    for mutation, input_ in (
        ("approveAdjustment", shop.approval(BOB, asked)),
        ("declineAdjustment", shop.input(adjustmentId=asked["id"], reason="too late")),
    ):
        assert shop.refused(BOB, mutation, input_).code == "NOT_ELIGIBLE"
    assert listed(shop) == []
    query = "query ($id: ID!) { node(id: $id) { ... on Adjustment { status } } }"
    assert shop.ask(BOB, query, id=asked["id"])["node"]["status"] == "LAPSED"


@pytest.mark.parametrize("by", [ANN, BOB])
def test_what_is_declined_is_never_done(shop: Shop, member: str, by: Operator) -> None:
    """Another operator declines, or the one that asked takes it back."""
    asked = waiting(shop, member)
    said = shop.input(adjustmentId=asked["id"], reason="the soup was warm")
    declined = shop.done(by, "declineAdjustment", said)["adjustment"]
    assert (declined["status"], declined["declinedBecause"]) == ("DECLINED", "the soup was warm")
    refusal = shop.refused(BOB, "approveAdjustment", shop.approval(BOB, asked))
    assert refusal.code == "ALREADY_DECIDED"
    assert shop.has(member) == 0


def test_a_sponsor_has_signed_the_programme(shop: Shop, member: str) -> None:
    """Nobody is billed who did not agree to it, nor once it has left."""
    refusal = shop.refused(ANN, "adjustPoints", grant(shop, member, 5, sponsorId="grocer"))
    assert (refusal.code, refusal.field) == ("NOT_ELIGIBLE", ["sponsorId"])
    document = {**shop.document, "version": 2}
    document["goodwill"] = {**document["goodwill"], "sponsors": ["bistro", "grocer"]}
    unsigned = shop.programme(document, "bistro")
    assert shop.refused(ANN, "publishProgramme", unsigned).code == "SIGNATURE_REQUIRED"
    shop.publishes(document, "bistro", "grocer")
    granted(shop, member, 5, sponsorId="grocer")
    asked = waiting(shop, member, sponsorId="grocer")
    shop.later(minutes=1)
    shop.leave("grocer")
    shop.later(minutes=1)
    refusal = shop.refused(BOB, "approveAdjustment", shop.approval(BOB, asked))
    assert (refusal.code, refusal.field) == ("NOT_ELIGIBLE", ["adjustmentId"])


def test_the_newest_version_decides_on_what_waits(shop: Shop, member: str) -> None:
    """A limit that was lowered meanwhile holds for what waits."""
    asked = waiting(shop, member, 5000)
    lower = {**shop.document["goodwill"], "most": 4999}
    shop.publishes({**shop.document, "version": 2, "goodwill": lower}, "bistro")
    refusal = shop.refused(BOB, "approveAdjustment", shop.approval(BOB, asked))
    assert (refusal.code, refusal.field) == ("LIMIT_EXCEEDED", ["adjustmentId"])


def test_a_key_revoked_meanwhile_asks_for_nothing(shop: Shop, member: str) -> None:
    """What a stolen key asked for cannot be approved once it is revoked."""
    asked = waiting(shop, member)
    shop.later(minutes=1)
    shop.govern("key", party="operator:ann", vkey=str(key_of("ann").verifier))
    shop.later(minutes=1)
    refusal = shop.refused(BOB, "approveAdjustment", shop.approval(BOB, asked))
    assert (refusal.code, refusal.field) == ("NOT_ELIGIBLE", ["adjustmentId"])


def test_a_key_used_for_something_else_meanwhile_stays_used(shop: Shop, member: str) -> None:
    """One effect for each key: the asker's other request stands, and the adjustment cannot."""
    input_ = grant(shop, member, 501)
    asked = shop.done(ANN, "adjustPoints", input_)["adjustment"]
    shop.done(ANN, "enrolMember", {"idempotencyKey": input_["idempotencyKey"]})
    refusal = shop.refused(BOB, "approveAdjustment", shop.approval(BOB, asked))
    assert (refusal.code, refusal.field) == ("IDEMPOTENCY_CONFLICT", ["adjustmentId"])
    other = shop.input()
    shop.done(ANN, "enrolMember", other)
    used = shop.signed(ANN, "adjust", {**grant(shop, member, 5), **other, "signature": None})
    assert shop.refused(ANN, "adjustPoints", used).code == "IDEMPOTENCY_CONFLICT"


@pytest.mark.parametrize("actor", [PartnerActor("bistro"), GROCER, "member"])
def test_only_operators_give_goodwill(shop: Shop, member: str, actor: Any) -> None:
    """Neither the programme's partner nor the member itself."""
    who = as_member(member) if actor == "member" else actor
    refusal = shop.refused(who, "adjustPoints", grant(shop, member, 5))
    assert refusal.code == "NOT_PERMITTED"


def test_another_operators_signature_grants_nothing(shop: Shop, member: str) -> None:
    """What Bob has signed Ann cannot ask for, nor the other way round, nor without a key."""
    assert shop.refused(ANN, "adjustPoints", grant(shop, member, 5, BOB)).code == (
        "SIGNATURE_INVALID"
    )
    assert shop.refused(EVE, "adjustPoints", grant(shop, member, 5, EVE)).code == (
        "SIGNATURE_INVALID"
    )
    bare = {**grant(shop, member, 5), "signature": None}
    assert shop.refused(ANN, "adjustPoints", bare).code == "SIGNATURE_REQUIRED"


def test_no_points_are_no_adjustment(shop: Shop, member: str) -> None:
    """Nothing is neither given nor taken."""
    refusal = shop.refused(ANN, "adjustPoints", grant(shop, member, 0))
    assert (refusal.code, refusal.field) == ("INVALID_INPUT", ["points"])


def test_a_programme_without_goodwill_gives_none(shop: Shop, member: str) -> None:
    """What is not in the programme, no operator does."""
    asked = {**grant(shop, member, 5), "programmeId": gid("Programme", "stars")}
    signed = shop.signed(ANN, "adjust", {**asked, "signature": None})
    refusal = shop.refused(ANN, "adjustPoints", signed)
    assert (refusal.code, refusal.field) == ("NOT_ELIGIBLE", ["programmeId"])


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"most": 499}, ["document", "goodwill", "most"]),
        ({"alone_a_day": 499}, ["document", "goodwill", "alone_a_day"]),
        ({"alone": -1}, ["document", "goodwill", "alone"]),
        ({"waits_days": 31}, ["document", "goodwill", "waits_days"]),
        ({"sponsors": ["operator"]}, ["document"]),
        ({"forever": 1}, ["document", "goodwill", "forever"]),
    ],
)
def test_limits_that_contradict_each_other_are_not_published(
    shop: Shop, change: dict[str, Any], field: list[str]
) -> None:
    """The path says where."""
    document = {**shop.document, "version": 2}
    document["goodwill"] = {**document["goodwill"], **change}
    refusal = shop.refused(ANN, "publishProgramme", shop.programme(document, "bistro"))
    assert (refusal.code, refusal.field) == ("INVALID_INPUT", field)


def raced(shop: Shop) -> None:
    """Makes the coalition fit for threads."""
    lock, random = Lock(), Random(24)

    def bits(count: int) -> bytes:
        with lock:
            return random.randbytes(count)

    shop.coalition = replace(shop.coalition, sleep=sleep, random_bytes=bits)


def outcome(shop: Shop, by: Operator, mutation: str, input_: object) -> str:
    payload = shop.send(by, mutation, input_).data[mutation]
    return str(payload["userErrors"][0]["code"]) if payload["userErrors"] else "done"


def test_sixteen_approvals_at_once_are_one(shop: Shop, member: str) -> None:
    """Eight operators, twice each: one approves, fifteen are told, 501 points are given."""
    operators = [an_operator(f"desk-{number}") for number in range(8)]
    shop.keyed(*operators)
    asked = waiting(shop, member)
    approvals = [(each, shop.approval(each, asked)) for each in operators * 2]
    raced(shop)

    def approve(sent: tuple[Operator, Any]) -> str:
        return outcome(shop, sent[0], "approveAdjustment", sent[1])

    with ThreadPoolExecutor(16) as pool:
        found = Counter(pool.map(approve, approvals))
    assert found == {"done": 1, "ALREADY_DECIDED": 15}
    assert shop.has(member) == 501
    verified(shop.store)


def test_an_approval_and_a_refusal_at_once_are_one_of_them(shop: Shop, member: str) -> None:
    """Eight approve and eight decline: the one that is first decides."""
    asked = waiting(shop, member)
    sent: list[tuple[str, Any]] = []
    for _ in range(8):
        sent.append(("approveAdjustment", shop.approval(BOB, asked)))
        said = shop.input(adjustmentId=asked["id"], reason="the soup was warm")
        sent.append(("declineAdjustment", said))
    raced(shop)
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(lambda each: outcome(shop, BOB, *each), sent))
    assert Counter(found) == {"done": 1, "ALREADY_DECIDED": 15}
    done = sent[found.index("done")][0]
    assert shop.has(member) == {"approveAdjustment": 501, "declineAdjustment": 0}[done]
    verified(shop.store)


def test_sixteen_grants_at_once_do_not_exceed_the_day(shop: Shop) -> None:
    """500 each by one agent to sixteen members: two are done, the others wait."""
    members = [shop.enrolled() for _ in range(16)]
    grants = [grant(shop, member, 500) for member in members]
    raced(shop)
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda each: shop.send(ANN, "adjustPoints", each), grants))
    payloads = [answer.data["adjustPoints"] for answer in answers]
    done = [each for each in payloads if each["transaction"]]
    waits = [each for each in payloads if each["adjustment"]]
    again = [each for each in payloads if each["userErrors"]]
    assert len(done) == 2
    assert {each["userErrors"][0]["code"] for each in again} <= {"CONTENDED"}
    assert len(waits) == len(listed(shop)) == 14 - len(again)
    assert sum(map(shop.has, members)) == 1000
    verified(shop.store)
