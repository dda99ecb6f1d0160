"""Row 3: members come before the public, some things are theirs alone, and a test has 25 places."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from random import Random
from threading import Lock
from time import sleep
from typing import Any

import pytest

from loyalty.actors import PartnerActor
from tests.coalition import GROCER, OPERATOR, as_member, gid, verified
from tests.programmes.shop import Shop

BOOTS = PartnerActor("boots")
MAY = """query ($input: MayBuyInput!) { mayBuy(input: $input) { may code message opensAt hasPlace
    placesLeft userErrors { code field } } }"""


@pytest.fixture
def shop() -> Shop:
    return Shop("03_early_access.json")


def at(shop: Shop, time: str, day: str = "2026-12-01") -> None:
    """The clock shows that time."""
    shop.clock = datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=UTC)


def may(shop: Shop, offer: str, member: str | None = None, actor: Any = BOOTS, **more: str) -> Any:
    """What `mayBuy` answers, by default the shop's web site."""
    input_ = {"programmeId": gid("Programme", "pass"), "offerId": offer, **more}
    if member is not None:
        input_["memberId"] = member
    return shop.ask(actor, MAY, input=input_)["mayBuy"]


def place(shop: Shop, member: str, offer: str = "field-test") -> dict[str, Any]:
    """An input of `takePlace`."""
    programme = gid("Programme", "pass")
    return shop.input(memberId=member, programmeId=programme, offerId=offer)


def takes(shop: Shop, member: str) -> str:
    """The id of the place that a member takes."""
    return shop.done(as_member(member), "takePlace", place(shop, member))["place"]["id"]


@pytest.mark.parametrize(
    ("time", "member", "guest"),
    [
        ("08:59:59.999", "NOT_YET", "NOT_YET"),
        ("09:00:00.000", None, "NOT_YET"),
        ("09:30:00.000", None, "NOT_YET"),
        ("09:59:59.999", None, "NOT_YET"),
        ("10:00:00.000", None, None),
    ],
)
def test_members_come_an_hour_before_the_public(
    shop: Shop, time: str, member: str | None, guest: str | None
) -> None:
    """Members from 09:00, the public from 10:00: at 09:30 a member may and a guest may not."""
    one = shop.enrolled()
    at(shop, time)
    found = [may(shop, "launch", one), may(shop, "launch")]
    assert [each["code"] for each in found] == [member, guest]
    assert [each["may"] for each in found] == [member is None, guest is None]
    assert [each["opensAt"][11:16] for each in found] == ["09:00", "10:00"]


def test_when_it_is_over_it_is_over_for_everyone(shop: Shop) -> None:
    """Until just before 10:00, a week later."""
    member = shop.enrolled()
    at(shop, "09:59:59.999", "2026-12-08")
    assert may(shop, "launch", member)["may"]
    assert may(shop, "launch")["may"]
    at(shop, "10:00:00.000", "2026-12-08")
    assert {may(shop, "launch", each)["code"] for each in (member, None)} == {"OFFER_OVER"}


def test_some_products_are_for_members_alone(shop: Shop) -> None:
    """Always, and for no guest ever; of the articles that it is about."""
    member = shop.enrolled()
    assert may(shop, "members-range", member, product="sole-x")["may"] is True
    assert may(shop, "members-range", product="sole-x")["code"] == "MEMBERS_ONLY"
    other = may(shop, "members-range", member, product="sole-y")
    assert (other["may"], other["code"]) == (False, "NO_ELIGIBLE_PRODUCT")


def test_the_twenty_sixth_has_no_place(shop: Shop) -> None:
    """25 members test the prototype; the next is told so before and when it asks."""
    for number in range(25):
        member = shop.enrolled()
        assert may(shop, "field-test", member)["placesLeft"] == 25 - number
        takes(shop, member)
        assert may(shop, "field-test", member)["hasPlace"] is True
    assert may(shop, "field-test", member)["may"] is True
    late = shop.enrolled()
    found = may(shop, "field-test", late)
    assert (found["may"], found["code"], found["placesLeft"]) == (False, "OUT_OF_STOCK", 0)
    refusal = shop.refused(as_member(late), "takePlace", place(shop, late))
    assert (refusal.code, refusal.field) == ("OUT_OF_STOCK", ["offerId"])


def test_forty_takers_at_once_fill_it_exactly(shop: Shop) -> None:
    """25 get a place, 15 none, however they overtake each other."""
    members = [shop.enrolled() for _ in range(40)]
    sent = [(member, place(shop, member)) for member in members]
    lock, random = Lock(), Random(9)

    def bits(count: int) -> bytes:
        with lock:
            return random.randbytes(count)

    shop.coalition = replace(shop.coalition, sleep=sleep, random_bytes=bits)

    def take(taker: tuple[str, Any]) -> str:
        member, input_ = taker
        while True:
            answer = shop.send(as_member(member), "takePlace", input_).data["takePlace"]
            codes = [error["code"] for error in answer["userErrors"]]
            # Told to send it again, it does.
            if codes != ["CONTENDED"]:
                return codes[0] if codes else "place" if answer["place"] else "nothing"

    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(take, sent))
    assert Counter(found) == {"place": 25, "OUT_OF_STOCK": 15}
    has = [may(shop, "field-test", member)["hasPlace"] for member in members]
    assert has == [each == "place" for each in found]


def test_a_member_has_one_place(shop: Shop) -> None:
    """Sixteen requests of one member take one; the request that took it is answered again."""
    member = shop.enrolled()
    sent = [place(shop, member) for _ in range(16)]
    lock, random = Lock(), Random(9)

    def bits(count: int) -> bytes:
        with lock:
            return random.randbytes(count)

    shop.coalition = replace(shop.coalition, sleep=sleep, random_bytes=bits)

    def take(input_: Any) -> str:
        answer = shop.send(as_member(member), "takePlace", input_).data["takePlace"]
        return "".join(error["code"] for error in answer["userErrors"])

    with ThreadPoolExecutor(16) as pool:
        assert Counter(pool.map(take, sent)) == {"": 1, "LIMIT_EXCEEDED": 15}
    assert may(shop, "field-test", member)["placesLeft"] == 24


def test_a_place_that_is_given_back_is_another_ones(shop: Shop) -> None:
    """Once: what was given back is not given back again, and its member may take a new one."""
    members = [shop.enrolled() for _ in range(26)]
    first, *_ = [takes(shop, member) for member in members[:25]]
    back = shop.input(placeId=first)
    shop.done(as_member(members[0]), "giveBackPlace", back)
    again = {**back, **shop.input()}
    refusal = shop.refused(as_member(members[0]), "giveBackPlace", again)
    assert (refusal.code, refusal.field) == ("NOT_ELIGIBLE", ["placeId"])
    takes(shop, members[25])
    refusal = shop.refused(as_member(members[0]), "takePlace", place(shop, members[0]))
    assert refusal.code == "OUT_OF_STOCK"
    second = shop.done(as_member(members[0]), "giveBackPlace", back)
    assert second["place"]["givenBackAt"] is not None
    assert may(shop, "field-test", members[0])["hasPlace"] is False


def test_the_partner_takes_and_gives_back_for_a_member(shop: Shop) -> None:
    """At its till; no other partner does, and no other member."""
    member, other = shop.enrolled(), shop.enrolled()
    asked = place(shop, member)
    assert shop.refused(GROCER, "takePlace", asked).code == "NOT_PERMITTED"
    assert shop.refused(as_member(other), "takePlace", asked).code == "NOT_FOUND"
    taken = shop.done(BOOTS, "takePlace", asked)["place"]["id"]
    back = shop.input(placeId=taken)
    for stranger in (GROCER, as_member(other)):
        assert shop.refused(stranger, "giveBackPlace", back).code == "NOT_FOUND"
    query = "query ($id: ID!) { node(id: $id) { id } }"
    for stranger in (GROCER, as_member(other)):
        assert shop.ask(stranger, query, id=taken) == {"node": None}
    assert shop.ask(as_member(member), query, id=taken)["node"]["id"] == taken
    shop.done(BOOTS, "giveBackPlace", back)
    takes(shop, member)


def test_places_are_taken_while_the_offer_is_there(shop: Shop) -> None:
    """Not after its end, and not of an offer that has none."""
    member = shop.enrolled()
    refusal = shop.refused(as_member(member), "takePlace", place(shop, member, "launch"))
    assert (refusal.code, refusal.field) == ("NOT_ELIGIBLE", ["offerId"])
    at(shop, "00:00:00.000")
    refusal = shop.refused(as_member(member), "takePlace", place(shop, member))
    assert (refusal.code, refusal.field) == ("NOT_ELIGIBLE", ["offerId"])


def test_a_partner_that_left_offers_nothing_more(shop: Shop) -> None:
    """To members or guests; a place of it is not taken any more."""
    member = shop.enrolled()
    shop.later(minutes=1)
    shop.leave("boots")
    shop.later(minutes=1)
    assert may(shop, "field-test", member, OPERATOR)["code"] == "OFFER_OVER"
    refusal = shop.refused(as_member(member), "takePlace", place(shop, member))
    assert (refusal.code, refusal.field) == ("NOT_ELIGIBLE", ["offerId"])


def test_a_new_version_does_not_free_places(shop: Shop) -> None:
    """What was taken stays taken; one place more is one place more."""
    offers = [{**each, "places": 1} for each in shop.document["offers"] if "places" in each]
    members = [shop.enrolled() for _ in range(2)]
    takes(shop, members[0])
    shop.publishes({**shop.document, "version": 2, "offers": offers}, "boots")
    refusal = shop.refused(as_member(members[1]), "takePlace", place(shop, members[1]))
    assert refusal.code == "OUT_OF_STOCK"
    shop.publishes({**shop.document, "version": 3, "offers": [{**offers[0], "places": 2}]}, "boots")
    takes(shop, members[1])


def test_who_asks_is_told_of_its_own(shop: Shop) -> None:
    """A shop of its offers, a member of itself, an operator of all; nobody of whom there is not."""
    member, other = shop.enrolled(), shop.enrolled()
    assert may(shop, "field-test", member, as_member(member))["may"] is True
    assert may(shop, "field-test", member, OPERATOR)["may"] is True
    foreign = may(shop, "field-test", other, as_member(member))
    assert foreign["userErrors"] == [{"code": "NOT_FOUND", "field": ["memberId"]}]
    assert may(shop, "field-test", member, GROCER)["userErrors"][0]["code"] == "NOT_PERMITTED"
    unknown = gid("Member", "7zzzzzzzzzzzzzzzzzzzzzzzzz")
    assert may(shop, "field-test", unknown)["userErrors"][0]["field"] == ["memberId"]
    assert may(shop, "sale", member)["userErrors"][0]["field"] == ["offerId"]


def test_points_for_the_test_are_another_matter(shop: Shop) -> None:
    """Offers cost nothing; what testers do earns as rules say, and the ledger has that alone."""
    member = shop.enrolled()
    before = shop.entries()
    takes(shop, member)
    assert shop.entries() == before
    event = shop.signed(BOOTS, "earn", shop.input(memberId=member, event="field-test"))
    assert shop.done(BOOTS, "recordEvent", event)["points"] == 50
    verified(shop.store)


FIRST, SECOND = "2026-12-01T09:00:00.000Z", "2026-12-01T10:00:00.000Z"
OFFER = {"id": "launch", "name": "The new shoe", "partner": "boots"}


@pytest.mark.parametrize(
    ("members", "path"),
    [
        ({"members_from": SECOND, "public_from": FIRST}, ["0"]),
        ({"public_from": FIRST, "until": FIRST}, ["0"]),
        ({"members_from": SECOND, "until": FIRST}, ["0"]),
        ({"public_from": "2026-12-01"}, ["0"]),
        ({"places": 0}, ["0", "places"]),
        ({"places": 25, "public_from": FIRST}, ["0", "places"]),
        ({"name": "The new\u200bshoe"}, ["0", "name"]),
        ({"prices": 5}, ["0", "prices"]),
    ],
)
def test_an_offer_that_could_not_be_meant_is_refused(
    shop: Shop, members: dict[str, Any], path: list[str]
) -> None:
    """At publication, with the path."""
    document = {**shop.document, "version": 2, "offers": [{**OFFER, **members}]}
    refusal = shop.refused(OPERATOR, "publishProgramme", shop.programme(document, "boots"))
    assert (refusal.code, refusal.field) == ("INVALID_INPUT", ["document", "offers", *path])


def test_two_offers_have_two_ids(shop: Shop) -> None:
    """An id stands once."""
    document = {**shop.document, "version": 2, "offers": [OFFER, OFFER]}
    refusal = shop.refused(OPERATOR, "publishProgramme", shop.programme(document, "boots"))
    assert refusal.code == "INVALID_INPUT"
    assert refusal.field == ["document", "offers", "1", "id"]
