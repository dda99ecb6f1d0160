"""Row 26: goods come back whose points were spent; nobody keeps free points, and no issuer pays."""

from typing import Any

import pytest

from loyalty.actors import PartnerActor
from tests.coalition import OPERATOR, as_member, gid, verified
from tests.programmes.shop import Shop

CORNER = PartnerActor("corner")
CLUB = {
    "id": "club",
    "version": 1,
    "name": "The club",
    "currency": "CORNER",
    "measures": [
        {"id": "spend", "count": "spend", "money": "USD", "over": {"over": "ever"}},
        {"id": "visits", "count": "visits", "over": {"over": "ever"}},
    ],
    "tiers": {"measure": "spend", "levels": [{"id": "gold", "name": "Gold", "at": 10_000}]},
    "badges": [{"id": "been-here", "name": "Been here", "measure": "visits", "at": 1}],
    "earn": [
        {
            "effect": "fixed",
            "id": "birthday",
            "partners": ["corner"],
            "on": "birthday",
            "points": 1,
        }
    ],
    "rewards": [],
    "expiry": {"after": "never"},
}
"""Gives nothing for a purchase, and counts it: beside the programme of the file."""


@pytest.fixture
def shop() -> Shop:
    return Shop("26_returns.json")


def returned(shop: Shop, transaction: str, points: int | None = None) -> Any:
    """What `reverseTransaction` answers the shop."""
    asked = shop.input(transactionId=transaction, **({} if points is None else {"points": points}))
    signed = shop.signed(CORNER, "reverse", asked)
    return shop.done(CORNER, "reverseTransaction", signed)["transaction"]


def credited(transaction: Any) -> int:
    """By how much an entry lowers what the issuer has issued."""
    return sum(
        row["amount"] for row in transaction["postings"] if row["account"].endswith("issued")
    )


def to_wallet(transaction: Any, part: str) -> int:
    rows = transaction["postings"]
    return sum(row["amount"] for row in rows if row["account"].endswith(f":{part}"))


def test_spent_points_of_returned_goods_are_owed(shop: Shop) -> None:
    """Earn 100, spend 80, return all: available 0, arrears 80, of which 20 are recovered; the next
    100 pay the arrears first: available 20, and 80 more recovered."""
    member = shop.enrolled()
    (earn,) = shop.buys(member, 10_000, "corner")["transactions"]
    shop.redeems(member, "mug")
    reverse = returned(shop, earn["id"])
    wallet = shop.wallet(member, "CORNER")
    assert (wallet["available"], wallet["arrears"]) == (0, 80)
    assert to_wallet(reverse, "available") == -20
    (again,) = shop.buys(member, 10_000, "corner")["transactions"]
    wallet = shop.wallet(member, "CORNER")
    assert (wallet["available"], wallet["arrears"]) == (20, 0)
    assert (to_wallet(again, "arrears"), to_wallet(again, "available")) == (80, 20)


def test_a_part_that_comes_back_takes_its_share(shop: Shop) -> None:
    """Of 100 points 30 go back, then no more than the 70 that still stand."""
    member = shop.enrolled()
    (earn,) = shop.buys(member, 10_000, "corner")["transactions"]
    assert credited(returned(shop, earn["id"], 30)) == 30
    assert shop.has(member) == 70
    asked = shop.input(transactionId=earn["id"], points=71)
    signed = shop.signed(CORNER, "reverse", asked)
    assert shop.refused(CORNER, "reverseTransaction", signed).code == "EXCEEDS_REMAINING"
    assert credited(returned(shop, earn["id"])) == 70
    assert shop.has(member) == 0


def in_the_club(shop: Shop, member: str) -> tuple[str, int, int, list[str]]:
    """Tier, spend, visits and badges in the club."""
    query = """query ($id: ID!, $programme: ID!) { member(id: $id) {
        standing(programmeId: $programme) {
            tier { tierId } badges measures { measureId total } } } }"""
    data = shop.ask(OPERATOR, query, id=member, programme=gid("Programme", "club"))
    found = data["member"]["standing"]
    totals = {each["measureId"]: each["total"] for each in found["measures"]}
    return (
        found["tier"]["tierId"] if found["tier"] else "",
        totals["spend"],
        totals["visits"],
        found["badges"],
    )


@pytest.mark.parametrize("currency", ["CORNER", "CLUB"])
def test_a_programme_that_only_counts_counts_no_goods_that_came_back(
    shop: Shop, currency: str
) -> None:
    """Of $100 bought 30 points come back, then the rest: its tier and its badge go with them,
    whichever currency it remembers them in."""
    if currency == "CLUB":
        shop.done(OPERATOR, "createCurrency", shop.input(code="CLUB", decimals=0))
    shop.publishes({**CLUB, "currency": currency}, "corner")
    member = shop.enrolled()
    answer = shop.buys(member, 10_000, "corner")
    (earn,) = answer["transactions"]
    assert in_the_club(shop, member) == ("gold", 10_000, 1, ["been-here"])
    returned(shop, earn["id"], 30)
    assert in_the_club(shop, member) == ("", 7_000, 1, ["been-here"])
    returned(shop, earn["id"])
    assert in_the_club(shop, member) == ("", 0, 0, [])
    told = [(each.said["before"], each.said["tier"]) for each in shop.news("tier.changed")]
    assert told == [("", "gold"), ("gold", "")]
    verified(shop.store)


def test_what_was_only_counted_is_taken_back_of_whom_its_member_was_merged_into(
    shop: Shop,
) -> None:
    """Two members are one: the return of what either bought lowers the tier of that one."""
    shop.publishes(CLUB, "corner")
    member, other = shop.enrolled(), shop.enrolled()
    (earn,) = shop.buys(member, 10_000, "corner")["transactions"]
    shop.buys(other, 500, "corner")
    shop.keyed(OPERATOR)
    merger = shop.input(fromMemberId=member, intoMemberId=other, reason="twice enrolled")
    shop.done(OPERATOR, "mergeMembers", shop.signed(OPERATOR, "transfer", merger))
    assert in_the_club(shop, other)[:3] == ("gold", 10_500, 2)
    returned(shop, earn["id"])
    assert in_the_club(shop, other)[:3] == ("", 500, 1)
    verified(shop.store)


def test_a_voucher_that_came_with_the_goods_goes_with_them(shop: Shop) -> None:
    """Unless it was used; and a part of the goods takes none with it."""
    bag = {
        "effect": "voucher",
        "id": "bag",
        "partners": ["corner"],
        "money": "USD",
        "reward": "bag",
    }
    reward = {"id": "bag", "name": "A bag", "points": 0, "partner": "corner", "handed": True}
    document = {**shop.document, "version": 2, "earn": [*shop.document["earn"], bag]}
    document["rewards"] = [*shop.document["rewards"], reward]
    shop.publishes(document, "corner")
    member = shop.enrolled()
    for use_first in (True, False):
        (earn,) = shop.buys(member, 10_000, "corner")["transactions"]
        query = "query ($id: ID!) { member(id: $id) { vouchers { id } } }"
        held = shop.ask(as_member(member), query, id=member)["member"]["vouchers"]
        assert len(held) == (1 if use_first else 2)
        use = shop.input(voucherId=held[0]["id"])
        returned(shop, earn["id"], 40)
        if use_first:
            shop.done(CORNER, "useVoucher", use)
        returned(shop, earn["id"])
        code = "ALREADY_REDEEMED" if use_first else "NOT_ELIGIBLE"
        again = {**use, **shop.input()}
        assert shop.refused(CORNER, "useVoucher", again).code == code
    told = {"reward": "bag", "partner": "corner"}
    named = {**told, "programme": "returns"}
    assert [each.said for each in shop.news("voucher.issued")] == [named, named]
    assert [each.said for each in shop.news("voucher.used")] == [told]
    assert [each.said for each in shop.news("voucher.voided")] == [named]
    verified(shop.store)
