"""Vouchers that rules hand out, and rewards that are free."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from random import Random
from threading import Lock
from time import sleep
from typing import Any

import pytest

from tests.coalition import FUEL, GROCER, OPERATOR, STARS, House, as_member, gid, own_id, verified
from tests.results import EXPLAINED

HANDS: dict[str, Any] = {"effect": "voucher", "partners": ["grocer"], "on": "visit"}
FREE: list[dict[str, Any]] = [
    {"id": "cake", "name": "A cake", "points": 0, "partner": "grocer", "handed": True, "stock": 3},
    {"id": "wipe", "name": "A wipe", "points": 0, "partner": "fuel", "per_member": 1},
]
GIVING: dict[str, Any] = {
    **STARS,
    "version": 2,
    "earn": [
        *STARS["earn"],  # type: ignore[misc]
        {**HANDS, "id": "cake", "reward": "cake"},
        {**HANDS, "id": "wipe", "reward": "wipe", "on": "review"},
        {**HANDS, "id": "coffee", "reward": "coffee", "on": "purchase", "money": "USD"},
    ],
    "rewards": [*STARS["rewards"], *FREE],  # type: ignore[misc]
}
VOUCHERS = "vouchers { id rewardId partnerId usedAt }"
MISSED = """explanation { programme { programmeId } currency points expires
    rules { ruleId points code message rewardId } }"""


@pytest.fixture
def house() -> House:
    """One whose programme hands out a cake for a visit and a coffee for a purchase."""
    house = House()
    house.results = {
        **EXPLAINED,
        "recordEvent": f"points transactions {{ id }} {VOUCHERS} {MISSED}",
        "recordPurchase": f"points transactions {{ id }} {VOUCHERS} {MISSED}",
        "claimGuestOrder": f"points {VOUCHERS}",
    }
    house.done(OPERATOR, "publishProgramme", house.programme(GIVING, "fuel", "grocer"))
    return house


def visit(house: House, member: str, event: str = "visit") -> Any:
    """A signed input of `recordEvent`."""
    return house.signed(GROCER, "earn", house.input(memberId=member, event=event))


def visits(house: House, member: str, event: str = "visit") -> Any:
    return house.done(GROCER, "recordEvent", visit(house, member, event))


def wanting(house: House, member: str, reward: str) -> Any:
    programme = gid("Programme", "stars")
    return house.input(memberId=member, programmeId=programme, rewardId=reward)


def outcome(answer: Any, rule: str) -> Any:
    (own,) = answer["explanation"]
    return next(each for each in own["rules"] if each["ruleId"] == rule)


def listed(house: House, member: str) -> list[str]:
    """The rewards of the vouchers that a member sees."""
    query = "query ($id: ID!) { member(id: $id) { vouchers { id rewardId usedAt } } }"
    found = house.ask(as_member(member), query, id=member)["member"]["vouchers"]
    return [each["rewardId"] for each in found]


def test_a_rule_hands_out_a_voucher(house: House) -> None:
    """It costs no points and makes no entry, and its partner takes it once."""
    member = house.enrolled()
    before = house.entries()
    answer = visits(house, member)
    (voucher,) = answer["vouchers"]
    assert (voucher["rewardId"], voucher["partnerId"]) == ("cake", "grocer")
    assert (answer["points"], house.entries(), listed(house, member)) == (0, before, ["cake"])
    assert outcome(answer, "cake")["rewardId"] == "cake"
    used = house.input(voucherId=voucher["id"])
    house.done(GROCER, "useVoucher", used)
    again = house.refused(GROCER, "useVoucher", {**used, **house.input()})
    assert again.code == "ALREADY_REDEEMED"
    assert house.refused(FUEL, "useVoucher", {**used, **house.input()}).code == "NOT_FOUND"
    verified(house.store)


def test_a_claimed_order_tells_its_vouchers(house: House) -> None:
    """The member who claims what it bought as a guest sees what else that gave it."""
    order = house.input(
        reference="web 7",
        claimCode="7K3M9XWQ4TB2HRZE",
        amount={"minor": 1_000, "currency": "USD"},
        channel="web",
    )
    house.done(GROCER, "recordGuestOrder", house.signed(GROCER, "earn", order))
    asked = house.input(
        sellerId=gid("Partner", "grocer"), reference="web 7", code="7K3M9XWQ4TB2HRZE"
    )
    answer = house.done(as_member(house.enrolled()), "claimGuestOrder", asked)
    assert answer["points"] == 10
    assert [each["rewardId"] for each in answer["vouchers"]] == ["coffee"]


def test_an_event_told_twice_hands_out_one(house: House) -> None:
    """The voucher of the first time is told again."""
    member = house.enrolled()
    sent = visit(house, member)
    first = house.done(GROCER, "recordEvent", sent)
    again = house.done(GROCER, "recordEvent", sent)
    assert again["vouchers"] == first["vouchers"]
    assert listed(house, member) == ["cake"]


def test_a_purchase_gives_points_and_a_voucher(house: House) -> None:
    """Of a reward that has a price, which the rule gives for none."""
    member = house.enrolled()
    answer = house.done(GROCER, "recordPurchase", house.purchase(member, 1_000))
    assert answer["points"] == house.available(member) == 10
    assert [each["rewardId"] for each in answer["vouchers"]] == ["coffee"]
    verified(house.store)


def test_what_is_out_of_stock_is_not_handed_out_and_the_rule_says_so(house: House) -> None:
    """The fourth visit is taken; the rule says why it gives nothing."""
    for _ in range(3):
        visits(house, house.enrolled())
    answer = visits(house, house.enrolled())
    assert answer["vouchers"] == []
    assert outcome(answer, "cake")["code"] == "OUT_OF_STOCK"


def test_a_limit_for_each_member_holds_of_what_is_handed_out(house: House) -> None:
    """One wipe for a review; it is had for nothing just as well, but not both."""
    member, other = house.enrolled(), house.enrolled()
    answer = visits(house, member, "review")
    # It is another partner's, who alone can take it; the member has it in its list.
    assert answer["vouchers"] == []
    assert listed(house, member) == ["wipe"]
    assert outcome(visits(house, member, "review"), "wipe")["code"] == "LIMIT_EXCEEDED"
    refusal = house.refused(as_member(member), "redeemReward", wanting(house, member, "wipe"))
    assert refusal.code == "LIMIT_EXCEEDED"
    house.done(as_member(other), "redeemReward", wanting(house, other, "wipe"))
    assert outcome(visits(house, other, "review"), "wipe")["code"] == "LIMIT_EXCEEDED"


def test_a_partner_that_left_gives_nothing_more(house: House) -> None:
    """The review is taken; its voucher would be worth nothing."""
    house.later(minutes=1)
    house.leave("fuel")
    house.later(minutes=1)
    answer = visits(house, house.enrolled(), "review")
    assert outcome(answer, "wipe")["code"] == "NOT_ELIGIBLE"


def test_two_rules_that_hand_out_the_same_take_two(house: House) -> None:
    """Of one place in the stock only one of them gives."""
    twice = [{**HANDS, "id": name, "reward": "cake"} for name in ("one", "two")]
    document = {
        **GIVING,
        "version": 3,
        "earn": twice,
        "rewards": [{**FREE[0], "stock": 3}],
    }
    house.done(OPERATOR, "publishProgramme", house.programme(document, "grocer"))
    first, second = visits(house, house.enrolled()), visits(house, house.enrolled())
    assert [len(each["vouchers"]) for each in (first, second)] == [2, 1]
    assert outcome(second, "two")["code"] == "OUT_OF_STOCK"


def test_a_free_reward_is_taken_without_points_or_entry(house: House) -> None:
    """By a member that never earned a point; its partner may do it for one, signed."""
    member = house.enrolled()
    before = house.entries()
    answer = house.done(as_member(member), "redeemReward", wanting(house, member, "wipe"))
    assert (answer["transaction"], house.entries()) == (None, before)
    assert answer["voucher"]["name"] == "A wipe"
    assert listed(house, member) == ["wipe"]
    asked = wanting(house, house.enrolled(), "wipe")
    assert house.refused(FUEL, "redeemReward", asked).code == "SIGNATURE_REQUIRED"
    house.done(FUEL, "redeemReward", house.signed(FUEL, "redeem", asked))
    verified(house.store)


def test_what_rules_alone_hand_out_nobody_takes(house: House) -> None:
    """Not the member, not at the till, not by holding it."""
    member = house.enrolled()
    asked = wanting(house, member, "cake")
    refusal = house.refused(as_member(member), "redeemReward", asked)
    assert (refusal.code, refusal.field) == ("NOT_ELIGIBLE", ["rewardId"])
    signed = house.signed(GROCER, "redeem", asked)
    assert house.refused(GROCER, "redeemReward", signed).code == "NOT_ELIGIBLE"
    for reward in ("cake", "wipe"):
        hold = {**wanting(house, member, reward), "orderReference": "order 1"}
        refusal = house.refused(as_member(member), "holdReward", hold)
        assert (refusal.code, refusal.field) == ("NOT_ELIGIBLE", ["rewardId"])


def test_nobody_else_sees_what_a_member_was_handed(house: House) -> None:
    """Partners see no list, and another member not even the member."""
    member = house.enrolled()
    visits(house, member)
    query = "query ($id: ID!) { member(id: $id) { vouchers { id } } }"
    assert house.ask(GROCER, query, id=member) == {"member": {"vouchers": None}}
    other = as_member(house.enrolled())
    assert house.ask(other, query, id=member) == {"member": None}


def test_sixteen_visits_at_once_hand_out_what_there_is(house: House) -> None:
    """Three cakes, and thirteen visits that say why not."""
    members = [house.enrolled() for _ in range(16)]
    sent = [visit(house, member) for member in members]
    lock, random = Lock(), Random(9)

    def bits(count: int) -> bytes:
        with lock:
            return random.randbytes(count)

    house.coalition = replace(house.coalition, sleep=sleep, random_bytes=bits)
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda each: house.done(GROCER, "recordEvent", each), sent))
    assert Counter(outcome(each, "cake")["code"] for each in answers) == {
        None: 3,
        "OUT_OF_STOCK": 13,
    }
    ids = [own_id(voucher["id"]) for each in answers for voucher in each["vouchers"]]
    assert len(set(ids)) == 3
    verified(house.store)


REFUSED: list[tuple[dict[str, Any], list[str]]] = [
    ({"earn": [{**HANDS, "id": "one", "reward": "pie"}]}, ["earn", "0", "reward"]),
    ({"earn": [{**HANDS, "id": "one", "reward": "cake", "at_most": 5}]}, ["earn", "0"]),
    ({"earn": [{**HANDS, "id": "one", "reward": "cake", "best_of": "all"}]}, ["earn", "0"]),
    (
        {
            "earn": [
                {
                    **HANDS,
                    "id": "one",
                    "reward": "cake",
                    "caps": [{"points": 1, "in": "day"}],
                }
            ]
        },
        ["earn", "0"],
    ),
    ({"earn": [], "rewards": [{**FREE[0], "points": 5}]}, ["rewards", "0", "points"]),
    ({"earn": [], "rewards": [{**FREE[0], "points": -1}]}, ["rewards", "0", "points"]),
]


@pytest.mark.parametrize(("members", "path"), REFUSED)
def test_a_document_that_could_not_be_meant_is_refused(
    house: House, members: dict[str, Any], path: list[str]
) -> None:
    """At publication, with the path."""
    asked = house.programme({**GIVING, "version": 3, **members}, "fuel", "grocer")
    refusal = house.refused(OPERATOR, "publishProgramme", asked)
    assert (refusal.code, refusal.field) == ("INVALID_INPUT", ["document", *path])
