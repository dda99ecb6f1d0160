"""Row 2: members give each other points of an allowance; what is left of it is gone on the 1st."""

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from random import Random
from threading import Lock
from time import sleep
from typing import Any

import pytest

from loyalty.actors import Actor, PartnerActor
from tests.coalition import GROCER, OPERATOR, as_member, contents, gid, own_id, verified
from tests.programmes.shop import Shop

ACME = PartnerActor("acme")
PROGRAMME = gid("Programme", "applause")
LEFT = """query ($programme: ID!, $member: ID!) {
    givingAllowance(programmeId: $programme, memberId: $member) {
    allowance { month team aMonth aGift given left } userErrors { code field } } }"""


@pytest.fixture
def shop() -> Shop:
    return Shop("02_peer_recognition.json")


def colleague(shop: Shop, team: str | None, name: str | None = None) -> str:
    member = shop.enrolled(name)
    if team is not None:
        moved(shop, member, team)
    return member


def moved(shop: Shop, member: str, team: str | None, by: Actor = OPERATOR) -> None:
    shop.done(by, "setTeam", shop.input(programmeId=PROGRAMME, memberId=member, team=team))


def gift(shop: Shop, to: str, points: int = 20, **members: object) -> dict[str, Any]:
    return shop.input(programmeId=PROGRAMME, toMemberId=to, points=points, **members)


def gives(shop: Shop, giver: str, to: str, points: int = 20, **members: object) -> Any:
    given = gift(shop, to, points, **members)
    return shop.done(as_member(giver), "giveRecognition", given)["recognition"]


def left(shop: Shop, member: str, by: Actor | None = None) -> Any:
    asker = as_member(member) if by is None else by
    found = shop.ask(asker, LEFT, programme=PROGRAMME, member=member)["givingAllowance"]
    return found["userErrors"] or found["allowance"]


def with_real_waits(shop: Shop) -> None:
    """For threads: they pause, and share their randomness safely."""
    lock, random = Lock(), Random(9)

    def bits(count: int) -> bytes:
        with lock:
            return random.randbytes(count)

    shop.coalition = replace(shop.coalition, sleep=sleep, random_bytes=bits)


def at_once(shop: Shop, gifts: Sequence[tuple[str, dict[str, Any]]]) -> Counter[str]:
    """What becomes of gifts that all are sent at the same time."""
    with_real_waits(shop)

    def send(each: tuple[str, dict[str, Any]]) -> str:
        answer = shop.send(as_member(each[0]), "giveRecognition", each[1]).data["giveRecognition"]
        errors = [error["code"] for error in answer["userErrors"]]
        return errors[0] if errors else "given"

    with ThreadPoolExecutor(16) as pool:
        return Counter(pool.map(send, gifts))


def test_five_gifts_of_twenty_pass_and_no_sixth(shop: Shop) -> None:
    """100 a month: then not one point more, and the receiver has the 100."""
    ann, ben = colleague(shop, "sales"), colleague(shop, "support")
    for _ in range(5):
        gives(shop, ann, ben)
    for points in (20, 1):
        refusal = shop.refused(as_member(ann), "giveRecognition", gift(shop, ben, points))
        assert (refusal.code, refusal.field) == ("LIMIT_EXCEEDED", ["points"])
        assert "0 points are left to give in 2026-11" in refusal.message
    assert (shop.has(ann), shop.has(ben)) == (0, 100)
    assert left(shop, ann)["left"] == 0
    verified(shop.store)


def test_a_gift_is_at_most_twenty(shop: Shop) -> None:
    """21 are refused, whatever is left of the month; and so is less than one."""
    ann, ben = colleague(shop, "sales"), colleague(shop, "support")
    refusal = shop.refused(as_member(ann), "giveRecognition", gift(shop, ben, 21))
    assert (refusal.code, refusal.field) == ("LIMIT_EXCEEDED", ["points"])
    for points in (0, -20):
        refusal = shop.refused(as_member(ann), "giveRecognition", gift(shop, ben, points))
        assert (refusal.code, refusal.field) == ("INVALID_INPUT", ["points"])


def test_nobody_gives_to_itself(shop: Shop) -> None:
    """Not even where its team may give within itself."""
    ben = colleague(shop, "support")
    refusal = shop.refused(as_member(ben), "giveRecognition", gift(shop, ben))
    assert (refusal.code, refusal.field) == ("SAME_WALLET", ["toMemberId"])


def test_the_admin_says_who_gives_to_whom(shop: Shop) -> None:
    """In the listed ways alone, and to and from nobody whom no one put in a team."""
    ann, ben = colleague(shop, "sales"), colleague(shop, "support")
    abe, stranger = colleague(shop, "sales"), colleague(shop, None)
    for giver, receiver in ((ann, abe), (ben, ann), (ann, stranger), (stranger, ben)):
        refusal = shop.refused(as_member(giver), "giveRecognition", gift(shop, receiver))
        assert (refusal.code, refusal.field) == ("NOT_ELIGIBLE", ["toMemberId"])
    gives(shop, ben, colleague(shop, "support"))
    moved(shop, ben, None, ACME)
    assert left(shop, ben) == {
        "month": "2026-11",
        "team": None,
        "aMonth": 100,
        "aGift": 20,
        "given": 20,
        "left": 0,
    }
    refusal = shop.refused(as_member(ann), "giveRecognition", gift(shop, ben))
    assert refusal.code == "NOT_ELIGIBLE"


@pytest.mark.parametrize(
    ("within", "own", "other"), [("team", True, False), ("anyone", True, True)]
)
def test_a_programme_may_ask_for_one_team_or_for_any(
    shop: Shop, within: str, own: bool, other: bool
) -> None:
    """`team`: one's own; `anyone`: any, but some team it has to be."""
    giving = {**shop.document["giving"], "within": within}
    del giving["ways"]
    shop.publishes({**shop.document, "version": 2, "giving": giving}, "acme")
    ann = colleague(shop, "sales")
    for team, allowed in (("sales", own), ("support", other), (None, False)):
        given = gift(shop, colleague(shop, team))
        if allowed:
            shop.done(as_member(ann), "giveRecognition", given)
        else:
            code = shop.refused(as_member(ann), "giveRecognition", given).code
            assert code == "NOT_ELIGIBLE"


def test_only_the_admin_makes_teams(shop: Shop) -> None:
    """Neither a member nor a partner that issues nothing; nor the issuer, once it has left."""
    ann = colleague(shop, None)
    asked = shop.input(programmeId=PROGRAMME, memberId=ann, team="sales")
    for actor in (as_member(ann), GROCER):
        assert shop.refused(actor, "setTeam", asked).code == "NOT_PERMITTED"
    shop.done(ACME, "setTeam", asked)
    shop.leave("acme")
    shop.later(seconds=1)
    again = {**asked, **shop.input()}
    assert shop.refused(ACME, "setTeam", again).code == "NOT_PERMITTED"
    refusal = shop.refused(
        as_member(ann), "giveRecognition", gift(shop, colleague(shop, "support"))
    )
    assert refusal.code == "NOT_ELIGIBLE"


@pytest.mark.parametrize("actor", [OPERATOR, ACME])
def test_only_members_give(shop: Shop, actor: Actor) -> None:
    """The allowance is nobody else's, not even its issuer's."""
    ben = colleague(shop, "support")
    assert shop.refused(actor, "giveRecognition", gift(shop, ben)).code == "NOT_PERMITTED"


def test_a_programme_without_giving_gives_nothing(shop: Shop) -> None:
    """It is as if there were none: a gift and a team need a section that says so."""
    ann, ben = colleague(shop, "sales"), colleague(shop, "support")
    given = {**gift(shop, ben), "programmeId": gid("Programme", "stars")}
    refusal = shop.refused(as_member(ann), "giveRecognition", given)
    assert (refusal.code, refusal.field) == ("NOT_FOUND", ["programmeId"])


# The month


# What clocks show in New York: the last millisecond of a month, and the first of the next.
BOUNDARIES = {
    "a 31st": ("2026-12-31T23:59:59.999-05:00", "2027-01-01T00:00:00.000-05:00"),
    "a 30th": ("2026-11-30T23:59:59.999-05:00", "2026-12-01T00:00:00.000-05:00"),
    "a leap day": ("2028-02-29T23:59:59.999-05:00", "2028-03-01T00:00:00.000-05:00"),
    "a 28th of February": ("2027-02-28T23:59:59.999-05:00", "2027-03-01T00:00:00.000-05:00"),
    "in summer time": ("2027-07-31T23:59:59.999-04:00", "2027-08-01T00:00:00.000-04:00"),
}


@pytest.mark.parametrize("name", BOUNDARIES)
def test_what_was_not_given_is_gone_on_the_first(shop: Shop, name: str) -> None:
    """60 given to the last moment of a month; on the 1st there are 100 again, and not 140."""
    last, first = (datetime.fromisoformat(text).astimezone(UTC) for text in BOUNDARIES[name])
    ann, ben = colleague(shop, "sales"), colleague(shop, "support")
    shop.clock = last
    for _ in range(3):
        gives(shop, ann, ben)
    assert left(shop, ann)["left"] == 40
    shop.clock = first
    assert left(shop, ann)["left"] == 100
    for _ in range(5):
        gives(shop, ann, ben)
    assert shop.refused(as_member(ann), "giveRecognition", gift(shop, ben, 1)).code == (
        "LIMIT_EXCEEDED"
    )
    verified(shop.store)


def test_the_month_is_that_of_the_time_zone(shop: Shop) -> None:
    """At 03:00 in UTC on the 1st New York still has the 30th, unless the programme says UTC."""
    ann, ben = colleague(shop, "sales"), colleague(shop, "support")
    gives(shop, ann, ben)
    shop.clock = datetime(2026, 12, 1, 3, tzinfo=UTC)
    assert (left(shop, ann)["month"], left(shop, ann)["left"]) == ("2026-11", 80)
    giving = {name: each for name, each in shop.document["giving"].items() if name != "time_zone"}
    shop.publishes({**shop.document, "version": 2, "giving": giving}, "acme")
    assert (left(shop, ann)["month"], left(shop, ann)["left"]) == ("2026-12", 100)


def test_a_clock_that_is_behind_gives_no_second_allowance(shop: Shop) -> None:
    """Whoever gave all of December has nothing left where a machine still has November."""
    ann, ben = colleague(shop, "sales"), colleague(shop, "support")
    shop.clock = datetime(2026, 12, 1, 5, tzinfo=UTC)
    for _ in range(5):
        gives(shop, ann, ben)
    shop.later(seconds=-1)
    cid = colleague(shop, "support")
    assert shop.refused(as_member(ann), "giveRecognition", gift(shop, cid)).code == (
        "LIMIT_EXCEEDED"
    )
    shop.later(seconds=1)
    assert left(shop, ann)["left"] == 0


def test_a_smaller_allowance_holds_at_once(shop: Shop) -> None:
    """Who has given more than a new version allows gives nothing more this month."""
    ann, ben = colleague(shop, "sales"), colleague(shop, "support")
    for _ in range(4):
        gives(shop, ann, ben)
    giving = {**shop.document["giving"], "a_month": 50}
    shop.publishes({**shop.document, "version": 2, "giving": giving}, "acme")
    assert left(shop, ann)["left"] == 0
    assert shop.refused(as_member(ann), "giveRecognition", gift(shop, ben, 1)).code == (
        "LIMIT_EXCEEDED"
    )


# At once, and again


def test_sixteen_gifts_of_one_member_at_once(shop: Shop) -> None:
    """Five of 20 pass, eleven are refused: the allowance is exact."""
    ann = colleague(shop, "sales")
    others = [colleague(shop, "support") for _ in range(16)]
    found = at_once(shop, [(ann, gift(shop, other)) for other in others])
    assert found == {"given": 5, "LIMIT_EXCEEDED": 11}
    assert sum(shop.has(other) for other in others) == 100
    verified(shop.store)


def test_sixteen_givers_to_one_member_at_once(shop: Shop) -> None:
    """Each has its own allowance: all pass."""
    ben = colleague(shop, "support")
    givers = [colleague(shop, "sales") for _ in range(16)]
    found = at_once(shop, [(giver, gift(shop, ben)) for giver in givers])
    assert found == {"given": 16}
    assert shop.has(ben) == 320
    assert [left(shop, giver)["left"] for giver in givers] == [80] * 16
    verified(shop.store)


def test_a_gift_sent_sixteen_times_is_given_once(shop: Shop) -> None:
    """The same request from an app that is impatient."""
    ann, ben = colleague(shop, "sales"), colleague(shop, "support")
    given = gift(shop, ben)
    assert at_once(shop, [(ann, given)] * 16) == {"given": 16}
    assert (shop.has(ben), left(shop, ann)["left"]) == (20, 80)


# What the ledger and other people see


def test_the_receiver_earns_from_the_issuer_under_the_rule(shop: Shop) -> None:
    """The entry is the system's, by the version that the issuer signed; the giver spends nothing,
    sees nothing of the receiver's wallet, and the points buy what points buy."""
    ann, ben = colleague(shop, "sales", "Ann"), colleague(shop, "support", "Ben")
    found = gives(shop, ann, ben)
    query = """query ($id: ID!) { transaction(id: $id) { kind by { party } rule
        postings { account amount } lots { issuer change expires }
        recognition { giverName message } } }"""
    id_ = gid("Transaction", own_id(found["id"]))
    seen = shop.ask(as_member(ben), query, id=id_)["transaction"]
    assert (seen["kind"], seen["by"]["party"]) == ("earn", "system:programme")
    assert seen["rule"] == shop.coalition.governance().latest["programme", "applause"]
    assert {"account": "partner:acme:issued", "amount": -20} in seen["postings"]
    assert [(lot["issuer"], lot["expires"]) for lot in seen["lots"]] == [("acme", "2027-11-30")]
    assert seen["recognition"]["giverName"] == "Ann"
    assert shop.ask(as_member(ann), query, id=id_)["transaction"] is None
    gives(shop, ann, ben)
    shop.redeems(ben, "book")
    assert shop.has(ben) == 0


def test_the_word_is_for_two_and_can_be_erased(shop: Shop) -> None:
    """Giver, receiver and operators read it, nobody else does; either takes it away, for good."""
    ann, ben = colleague(shop, "sales", "Ann"), colleague(shop, "support")
    other = colleague(shop, "support")
    id_ = gives(shop, ann, ben, message="Thank you for the long night")["id"]
    query = "query ($id: ID!) { node(id: $id) { ... on Recognition { message points } } }"
    for actor in (as_member(ann), as_member(ben), OPERATOR):
        seen = shop.ask(actor, query, id=id_)["node"]
        assert seen == {"message": "Thank you for the long night", "points": 20}
    for actor in (as_member(other), ACME, GROCER):
        assert shop.ask(actor, query, id=id_)["node"] is None
        erased = shop.input(recognitionId=id_)
        assert shop.refused(actor, "eraseRecognitionMessage", erased).code == "NOT_FOUND"
    shop.done(as_member(ben), "eraseRecognitionMessage", shop.input(recognitionId=id_))
    assert shop.ask(OPERATOR, query, id=id_)["node"] == {"message": None, "points": 20}
    assert "long night" not in str(contents(shop.store))
    assert shop.has(ben) == 20


def test_a_word_is_bounded(shop: Shop) -> None:
    """280 characters, and none that is not seen."""
    ann, ben = colleague(shop, "sales"), colleague(shop, "support")
    for message in ("x" * 281, "", "a\u202eb"):
        refusal = shop.refused(as_member(ann), "giveRecognition", gift(shop, ben, message=message))
        assert (refusal.code, refusal.field) == ("INVALID_INPUT", ["message"])
    gives(shop, ann, ben, message="ä" * 280)


def test_what_is_left_is_for_the_giver_and_the_admin(shop: Shop) -> None:
    """Neither another member nor another partner learns it, nor whether there is such a member."""
    ann, ben = colleague(shop, "sales"), colleague(shop, "support")
    gives(shop, ann, ben, 15)
    for actor in (as_member(ann), ACME, OPERATOR):
        assert left(shop, ann, actor)["left"] == 85
    nobody = gid("Member", "7zzzzzzzzzzzzzzzzzzzzzzzzz")
    for actor, member in ((as_member(ben), ann), (GROCER, ann), (GROCER, nobody)):
        assert left(shop, member, actor) == [{"code": "NOT_FOUND", "field": ["memberId"]}]


def test_the_issuer_takes_a_gift_back_and_the_giver_has_no_more_for_it(shop: Shop) -> None:
    """What was given counts as given, so a mistake cannot be given twice."""
    ann, ben = colleague(shop, "sales"), colleague(shop, "support")
    id_ = gid("Transaction", own_id(gives(shop, ann, ben)["id"]))
    back = shop.signed(ACME, "reverse", shop.input(transactionId=id_))
    shop.done(ACME, "reverseTransaction", back)
    assert (shop.has(ben), left(shop, ann)["left"]) == (0, 80)
    verified(shop.store)


def test_a_gift_is_news(shop: Shop) -> None:
    """For the receiver's app: who, how many, and not a word of what was written."""
    ann, ben = colleague(shop, "sales", "Ann"), colleague(shop, "support")
    found = gives(shop, ann, ben, message="Bravo")
    (row,) = [each for each in shop.store._transactions.values() if b"recognition" in each.response]
    assert b"recognition.given" in row.response
    assert own_id(ben).encode() in row.response
    assert own_id(found["id"]).encode() in row.response
    assert b"Bravo" not in row.response
    assert b"Ann" not in row.response


WRONG = [
    ({"a_gift": 101}, ("document", "giving"), "more than `a_month`"),
    ({"a_month": 0}, ("document", "giving", "a_month"), ""),
    ({"within": "team"}, ("document", "giving"), "`ways`"),
    ({"ways": []}, ("document", "giving"), "`ways`"),
    ({"time_zone": "America/NewYork"}, ("document", "giving"), "no time zone"),
    ({"a_week": 5}, ("document", "giving", "a_week"), "no member"),
    ({"issuer": "operator"}, ("document",), "not a partner's id"),
]


@pytest.mark.parametrize(("change", "place", "word"), WRONG, ids=lambda each: str(each)[:24])
def test_a_section_that_cannot_be_meant_is_refused(
    shop: Shop, change: dict[str, object], place: tuple[str, ...], word: str
) -> None:
    """With its place, and nothing is published."""
    giving = {**shop.document["giving"], **change}
    document = {**shop.document, "version": 2, "giving": giving}
    refusal = shop.refused(OPERATOR, "publishProgramme", shop.programme(document, "acme"))
    assert (refusal.code, tuple(refusal.field)) == ("INVALID_INPUT", place)
    assert word in refusal.message


def test_the_issuer_signs_what_it_will_pay_for(shop: Shop) -> None:
    """A section that names another issuer needs that one's signature, in a currency that it has."""
    giving = {**shop.document["giving"], "issuer": "grocer"}
    document = {**shop.document, "version": 2, "giving": giving}
    refusal = shop.refused(OPERATOR, "publishProgramme", shop.programme(document, "acme"))
    assert refusal.code == "SIGNATURE_REQUIRED"
    litres = {**document, "id": "other", "version": 1, "currency": "LITRES", "rewards": []}
    asked = shop.programme(litres, "fuel", "grocer")
    refusal = shop.refused(OPERATOR, "publishProgramme", asked)
    assert (refusal.code, refusal.field) == ("NOT_ELIGIBLE", ["document", "giving", "issuer"])
