"""Row 20: a monogram for 300 points: held at the order, captured at dispatch, void if cancelled."""

from typing import Any

import pytest

from loyalty.actors import PartnerActor
from tests.coalition import GROCER, OPERATOR, as_member, verified
from tests.programmes.shop import Shop

ATELIER = PartnerActor("atelier")


@pytest.fixture
def shop() -> Shop:
    return Shop("20_customised_goods.json")


@pytest.fixture
def member(shop: Shop) -> str:
    """Who has 400 points."""
    member = shop.enrolled()
    shop.buys(member, 40_000, "atelier")
    return member


def ordered(shop: Shop, member: str) -> str:
    """The id of the hold of an order."""
    return shop.done(as_member(member), "holdReward", order(shop, member))["transaction"]["id"]


def order(shop: Shop, member: str) -> dict[str, Any]:
    return {**shop.wants(member, "monogram"), "orderReference": "order 7"}


def on(shop: Shop, hold: str, operation: str, by: PartnerActor = ATELIER) -> Any:
    """An input of `captureHold` or `voidHold`."""
    more = {"reason": "the customer cancelled"} if operation == "void" else {}
    return shop.signed(by, operation, shop.input(holdId=hold, **more))


def parts(shop: Shop, member: str) -> tuple[int, int]:
    """What is available, what is held."""
    wallet = shop.wallet(member, "ATELIER")
    return wallet["available"], wallet["held"]


def test_an_order_sets_its_points_aside(shop: Shop, member: str) -> None:
    """100 of 400 are left to spend: a second order is refused."""
    ordered(shop, member)
    assert parts(shop, member) == (100, 300)
    refusal = shop.refused(as_member(member), "holdReward", order(shop, member))
    assert refusal.code == "INSUFFICIENT_POINTS"


def test_dispatch_spends_what_was_held(shop: Shop, member: str) -> None:
    """At the partner that sent it, once."""
    hold = ordered(shop, member)
    shop.later(days=2)
    captured = shop.done(ATELIER, "captureHold", on(shop, hold, "capture"))["transaction"]
    burned = [row for row in captured["postings"] if row["account"] == "partner:atelier:burned"]
    assert [row["amount"] for row in burned] == [300]
    assert parts(shop, member) == (100, 0)
    for operation, mutation in (("capture", "captureHold"), ("void", "voidHold")):
        refusal = shop.refused(ATELIER, mutation, on(shop, hold, operation))
        assert refusal.code == "EXCEEDS_REMAINING"
    verified(shop.store)


def test_cancellation_gives_all_of_it_back(shop: Shop, member: str) -> None:
    """The points with the last day that they had, and the place on the shelf."""
    lots = shop.wallet(member, "ATELIER")["lots"]
    first = ordered(shop, member)
    shop.done(ATELIER, "voidHold", on(shop, first, "void"))
    assert parts(shop, member) == (400, 0)
    assert shop.wallet(member, "ATELIER")["lots"] == lots
    refusal = shop.refused(ATELIER, "captureHold", on(shop, first, "capture"))
    assert refusal.code == "EXCEEDS_REMAINING"
    for _ in range(2):
        shop.buys(member, 30_000, "atelier")
        ordered(shop, member)
    shop.buys(member, 30_000, "atelier")
    refusal = shop.refused(as_member(member), "holdReward", order(shop, member))
    assert refusal.code == "OUT_OF_STOCK"
    verified(shop.store)


def test_points_that_lapsed_while_they_were_held_come_back_lapsed(shop: Shop, member: str) -> None:
    """A hold does not make points live longer; a capture still spends them."""
    hold = ordered(shop, member)
    shop.later(days=60)
    shop.done(ATELIER, "voidHold", on(shop, hold, "void"))
    wallet = shop.wallet(member, "ATELIER")
    assert (wallet["available"], wallet["lapsed"]) == (0, 400)


@pytest.mark.parametrize(
    ("operation", "mutation"), [("capture", "captureHold"), ("void", "voidHold")]
)
def test_nobody_else_decides_on_a_hold(
    shop: Shop, member: str, operation: str, mutation: str
) -> None:
    """Another partner is told what it would be told of a hold that there is not."""
    hold = ordered(shop, member)
    foreign = shop.refused(GROCER, mutation, on(shop, hold, operation, GROCER))
    earned = shop.earned(member, 5)
    none = shop.refused(GROCER, mutation, on(shop, earned, operation, GROCER))
    assert foreign == none
    assert foreign.code == "NOT_FOUND"
    unsigned = {**on(shop, hold, operation), "signature": None}
    refusal = shop.refused(as_member(member), mutation, unsigned)
    assert refusal.code == {"capture": "NOT_PERMITTED", "void": "NOT_FOUND"}[operation]


def test_a_partner_that_left_is_promised_no_more_points(shop: Shop, member: str) -> None:
    """Neither held by it, nor by the member; what was ordered before, the member can take back."""
    hold = ordered(shop, member)
    shop.later(minutes=1)
    shop.leave("atelier")
    shop.later(minutes=1)
    asked = order(shop, member)
    for actor, input_ in (
        (as_member(member), asked),
        (ATELIER, shop.signed(ATELIER, "hold", {**asked, **shop.input()})),
    ):
        assert shop.refused(actor, "holdReward", input_).code == "NOT_ELIGIBLE"
    taken_back = {**on(shop, hold, "void"), "signature": None}
    shop.done(as_member(member), "voidHold", taken_back)
    assert parts(shop, member) == (400, 0)
    verified(shop.store)


def test_another_member_takes_nobodys_hold_back(shop: Shop, member: str) -> None:
    """Not even of a partner that has left."""
    hold = ordered(shop, member)
    shop.later(minutes=1)
    shop.leave("atelier")
    taken_back = {**on(shop, hold, "void"), "signature": None}
    other = as_member(shop.enrolled())
    assert shop.refused(other, "voidHold", taken_back).code == "NOT_FOUND"


def test_who_was_merged_takes_its_hold_back_as_whom_it_is(shop: Shop, member: str) -> None:
    """Once the partner has left: its points do not stay held for good."""
    hold = ordered(shop, member)
    shop.keyed(OPERATOR)
    into = shop.enrolled()
    asked = shop.input(fromMemberId=member, intoMemberId=into, reason="enrolled twice")
    shop.done(OPERATOR, "mergeMembers", shop.signed(OPERATOR, "transfer", asked))
    taken_back = {**shop.input(holdId=hold, reason="no more"), "signature": None}
    assert shop.refused(as_member(into), "voidHold", taken_back).code == "NOT_FOUND"
    shop.later(minutes=1)
    shop.leave("atelier")
    shop.done(as_member(into), "voidHold", taken_back)
    assert parts(shop, into) == (400, 0)
    verified(shop.store)


def test_an_operator_voids_with_a_key_of_its_own(shop: Shop, member: str) -> None:
    """It signs the void; without a key, or with the atelier's signature, nothing comes back."""
    hold = ordered(shop, member)
    signed = shop.signed(OPERATOR, "void", on(shop, hold, "void"))
    refusal = shop.refused(OPERATOR, "voidHold", signed)
    assert (refusal.code, refusal.field) == ("SIGNATURE_INVALID", ["signature"])
    shop.keyed(OPERATOR)
    foreign = on(shop, hold, "void")
    assert shop.refused(OPERATOR, "voidHold", foreign).code == "SIGNATURE_INVALID"
    void = shop.done(OPERATOR, "voidHold", signed)["transaction"]
    assert void["by"]["party"] == "operator:ann"
    assert parts(shop, member) == (400, 0)
    verified(shop.store)


def test_a_partner_reads_the_orders_of_its_own_rewards(shop: Shop, member: str) -> None:
    """A hold that a member made, and its void by an operator; another partner reads neither."""
    shop.keyed(OPERATOR)
    hold = ordered(shop, member)
    void = shop.signed(OPERATOR, "void", on(shop, hold, "void"))
    void_id = shop.done(OPERATOR, "voidHold", void)["transaction"]["id"]
    for id_ in (hold, void_id):
        for reader, found in ((ATELIER, {"id": id_}), (GROCER, None)):
            asked = "query ($id: ID!) { transaction(id: $id) { id } }"
            assert shop.ask(reader, asked, id=id_)["transaction"] == found
