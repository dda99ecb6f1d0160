"""Row 11: stored value: issued, topped up, paid with in parts; never below 0, never lapsed, never
lost with its card."""

from collections import Counter
from functools import partial
from typing import Any, NamedTuple

import pytest

from loyalty.actors import Actor, PartnerActor
from tests.coalition import FLORIST, OPERATOR, as_member, gid, verified
from tests.faulty import Faulty
from tests.programmes.shop import Shop

SHOP, CAFE = PartnerActor("shop"), PartnerActor("cafe")
WRONG = "0" * 16


class Card(NamedTuple):
    id: str
    code: str


@pytest.fixture
def shop() -> Shop:
    return Shop("11_gift_cards.json", decimals=2, store=Faulty())


def selling(shop: Shop, points: int, by: PartnerActor = SHOP) -> Any:
    asked = shop.input(programmeId=gid("Programme", "gifts"), points=points)
    return shop.signed(by, "earn", asked)


def sold(shop: Shop, points: int) -> Card:
    answer = shop.done(SHOP, "issueGiftCard", selling(shop, points))
    return Card(answer["giftCard"]["id"], answer["code"])


def loading(shop: Shop, card: Card, points: int, by: PartnerActor = SHOP) -> Any:
    return shop.signed(by, "earn", shop.input(giftCardId=card.id, points=points))


def paying(shop: Shop, card: Card, points: int, by: PartnerActor = CAFE) -> Any:
    bill = {"giftCardId": card.id, "code": card.code, "points": points, "orderReference": "bill 1"}
    return shop.signed(by, "redeem", shop.input(**bill))


def pays(shop: Shop, card: Card, points: int, by: PartnerActor = CAFE) -> Any:
    return shop.done(by, "payWithGiftCard", paying(shop, card, points, by))


def paid(shop: Shop, card: Card, points: int) -> str:
    """`done`, or the code of the refusal, of a payment that may also be counted as a guess."""
    answer = shop.send(CAFE, "payWithGiftCard", paying(shop, card, points))
    errors = answer.data["payWithGiftCard"]["userErrors"]
    return errors[0]["code"] if errors else "done"


def replacing(shop: Shop, card: Card, by: PartnerActor | None = SHOP) -> Any:
    asked = shop.input(giftCardId=card.id, reason="lost")
    return asked if by is None else shop.signed(by, "transfer", asked)


def replaced(shop: Shop, card: Card, by: Actor = SHOP) -> Card:
    signer = by if isinstance(by, PartnerActor) else None
    answer = shop.done(by, "replaceGiftCard", replacing(shop, card, signer))
    return Card(answer["giftCard"]["id"], answer["code"])


def state(shop: Shop, card: Card) -> tuple[int, bool]:
    """Its balance, and whether it is blocked."""
    query = "query ($id: ID!) { giftCard(id: $id) { balance blocked } }"
    found = shop.ask(OPERATOR, query, id=card.id)["giftCard"]
    return found["balance"], found["blocked"]


def test_a_card_is_sold_topped_up_and_pays_in_parts(shop: Shop) -> None:
    """$50, and $25 more; $19.99 and $0.01 at the cafe, the rest in the shop, and then nothing."""
    card = sold(shop, 5_000)
    loaded = shop.done(SHOP, "topUpGiftCard", loading(shop, card, 2_500))
    assert loaded["giftCard"]["balance"] == 7_500
    answer = pays(shop, card, 1_999)
    assert answer["giftCard"]["balance"] == 5_501
    burned = [row for row in answer["transaction"]["postings"] if row["account"].endswith("burned")]
    assert [(row["account"], row["amount"]) for row in burned] == [("partner:cafe:burned", 1_999)]
    assert answer["transaction"]["by"]["party"] == "partner:cafe"
    pays(shop, card, 1)
    pays(shop, card, 5_500, SHOP)
    refusal = shop.refused(CAFE, "payWithGiftCard", paying(shop, card, 1))
    assert (refusal.code, refusal.field) == ("INSUFFICIENT_POINTS", ["points"])
    verified(shop.store)


def test_a_bill_is_split_over_two_cards_and_cash(shop: Shop) -> None:
    """$30: all of a card of $12.34, then $10 of another of $50; $7.66 are paid in cash."""
    one, two = sold(shop, 1_234), sold(shop, 5_000)
    refusal = shop.refused(CAFE, "payWithGiftCard", paying(shop, one, 3_000))
    assert "1234 are there" in refusal.message
    pays(shop, one, 1_234)
    pays(shop, two, 1_000)
    assert (state(shop, one), state(shop, two)) == ((0, False), (4_000, False))


def test_sixteen_tills_spend_no_more_than_there_is(shop: Shop) -> None:
    """$10 at sixteen tills at once, each wants $3: three are paid, $1 is left."""
    card = sold(shop, 1_000)
    tills = [(CAFE, "payWithGiftCard", paying(shop, card, 300)) for _ in range(16)]
    answers = shop.at_once(tills)
    found = Counter(
        answer["userErrors"][0]["code"] if answer["userErrors"] else "paid" for answer in answers
    )
    assert found["paid"] == 3
    assert set(found) <= {"paid", "INSUFFICIENT_POINTS", "CONTENDED"}
    assert state(shop, card) == (100, False)
    verified(shop.store)


def test_paid_value_does_not_lapse(shop: Shop) -> None:
    """The programme's points last a month; what was paid for is there after ten years."""
    card = sold(shop, 5_000)
    member = shop.enrolled()
    shop.buys(member, 100, "shop")
    shop.later(days=3_653)
    assert shop.has(member) == 0
    assert pays(shop, card, 5_000)["giftCard"]["balance"] == 0


def test_it_lapses_only_if_the_section_says_so(shop: Shop) -> None:
    """Written in the document that the seller signed, and not in the programme's own expiry."""
    cards = {**shop.document["gift_cards"], "expiry": {"after": "month_end", "months": 24}}
    shop.publishes({**shop.document, "version": 2, "gift_cards": cards}, "cafe", "shop")
    card = sold(shop, 5_000)
    shop.later(days=700)
    pays(shop, card, 1_000)
    shop.later(days=100)
    assert paid(shop, card, 1) == "INSUFFICIENT_POINTS"
    verified(shop.store)


def test_limits_of_a_load_and_of_a_card(shop: Shop) -> None:
    """$5 to $200 at once, $300 on a card, to the cent."""
    for points in (499, 20_001):
        refusal = shop.refused(SHOP, "issueGiftCard", selling(shop, points))
        assert (refusal.code, refusal.field) == ("LIMIT_EXCEEDED", ["points"])
    card = sold(shop, 20_000)
    shop.refused(SHOP, "topUpGiftCard", loading(shop, card, 10_001))
    shop.done(SHOP, "topUpGiftCard", loading(shop, card, 10_000))
    assert state(shop, card) == (30_000, False)


def test_who_sells_and_who_takes(shop: Shop) -> None:
    """The cafe takes cards and sells none; a florist does neither; a member does not sign."""
    card = sold(shop, 5_000)
    for by in (CAFE, FLORIST):
        assert shop.refused(by, "issueGiftCard", selling(shop, 500, by)).code == "NOT_PERMITTED"
        asked = loading(shop, card, 500, by)
        assert shop.refused(by, "topUpGiftCard", asked).code == "NOT_PERMITTED"
    asked = paying(shop, card, 500, FLORIST)
    assert shop.refused(FLORIST, "payWithGiftCard", asked).code == "NOT_PERMITTED"
    member = as_member(shop.enrolled())
    assert shop.refused(member, "payWithGiftCard", paying(shop, card, 5)).code == "NOT_PERMITTED"
    unsigned = {**paying(shop, card, 5), "signature": None}
    assert shop.refused(CAFE, "payWithGiftCard", unsigned).code == "SIGNATURE_REQUIRED"


def test_a_code_is_guessed_five_times_a_quarter_of_an_hour(shop: Shop) -> None:
    """Then not even the right one pays, until the time is over; in between it forgives."""
    card = sold(shop, 5_000)
    wrong = card._replace(code=WRONG)
    for _ in range(4):
        assert paid(shop, wrong, 1) == "NOT_PERMITTED"
    assert paid(shop, card, 1) == "done"
    for _ in range(5):
        assert paid(shop, wrong, 1) == "NOT_PERMITTED"
    for each in (card, wrong):
        assert paid(shop, each, 1) == "LIMIT_EXCEEDED"
    shop.later(minutes=15, milliseconds=-1)
    assert paid(shop, card, 1) == "LIMIT_EXCEEDED"
    shop.later(milliseconds=1)
    # As many as before: the five are forgiven.
    for _ in range(4):
        assert paid(shop, wrong, 1) == "NOT_PERMITTED"
    assert paid(shop, card, 1) == "done"
    assert state(shop, card) == (4_998, False)
    verified(shop.store)


def test_guesses_at_once_are_counted_each(shop: Shop) -> None:
    """Thirty tills guess at once: five are told that they were wrong, no more."""
    card = sold(shop, 5_000)._replace(code=WRONG)
    answers = shop.at_once([(CAFE, "payWithGiftCard", paying(shop, card, 1)) for _ in range(30)])
    found = Counter(answer["userErrors"][0]["code"] for answer in answers)
    assert found == {"NOT_PERMITTED": 5, "LIMIT_EXCEEDED": 25}


def test_a_guess_while_others_lock_the_card(shop: Shop) -> None:
    """It is one too many, and is not told whether it was right."""
    assert isinstance(shop.store, Faulty)
    card = sold(shop, 5_000)._replace(code=WRONG)
    told: list[str] = []
    shop.store.meanwhile = lambda: told.extend(paid(shop, card, 1) for _ in range(5))
    assert paid(shop, card, 1) == "LIMIT_EXCEEDED"
    assert told == ["NOT_PERMITTED"] * 5


def test_the_code_is_not_kept(shop: Shop) -> None:
    """Told once; neither a record, nor an entry, nor the answer of a request says it again."""
    asked = selling(shop, 5_000)
    answer = shop.done(SHOP, "issueGiftCard", asked)
    again = shop.done(SHOP, "issueGiftCard", asked)
    assert again == {**answer, "code": None}
    assert answer["code"] not in repr(vars(shop.store))
    assert sold(shop, 5_000).code != answer["code"]


def test_a_lost_card_is_blocked_and_its_value_moved(shop: Shop) -> None:
    """With the lots that it was loaded by; whoever finds it pays nothing with it."""
    card = sold(shop, 5_000)
    pays(shop, card, 1_234)
    new = replaced(shop, card)
    assert (state(shop, card), state(shop, new)) == ((0, True), (3_766, False))
    assert shop.refused(CAFE, "payWithGiftCard", paying(shop, card, 1)).code == "NOT_ELIGIBLE"
    assert shop.refused(SHOP, "topUpGiftCard", loading(shop, card, 500)).code == "NOT_ELIGIBLE"
    assert shop.refused(SHOP, "replaceGiftCard", replacing(shop, card)).code == "NOT_ELIGIBLE"
    pays(shop, new, 3_766)
    verified(shop.store)


def test_an_empty_card_is_blocked_too(shop: Shop) -> None:
    """A load that is under way while it is replaced does not end up on it."""
    assert isinstance(shop.store, Faulty)
    card = sold(shop, 5_000)
    pays(shop, card, 5_000)
    asked, lost = loading(shop, card, 500), replacing(shop, card)
    shop.store.meanwhile = partial(shop.done, SHOP, "replaceGiftCard", lost)
    answer = shop.send(SHOP, "topUpGiftCard", asked).data["topUpGiftCard"]
    assert [error["code"] for error in answer["userErrors"]] == ["NOT_ELIGIBLE"]
    assert state(shop, card) == (0, True)


def test_a_payment_while_a_card_is_replaced(shop: Shop) -> None:
    """It came first, and is missing on the new card, or not at all: no cent is spent twice."""
    assert isinstance(shop.store, Faulty)
    card = sold(shop, 5_000)
    news: list[Card] = []
    shop.store.meanwhile = lambda: news.append(replaced(shop, card))
    assert paid(shop, card, 2_000) == "NOT_ELIGIBLE"
    assert state(shop, news[0]) == (5_000, False)
    verified(shop.store)


def test_who_may_replace_a_card(shop: Shop) -> None:
    """Its seller, and who claimed it with its code; nobody else, for whom there is no such card."""
    card = sold(shop, 5_000)
    member, other = shop.enrolled(), shop.enrolled()
    for by in (CAFE, FLORIST):
        refusal = shop.refused(by, "replaceGiftCard", replacing(shop, card, by))
        assert (refusal.code, refusal.field) == ("NOT_FOUND", ["giftCardId"])
    asked = replacing(shop, card, None)
    assert shop.refused(as_member(member), "replaceGiftCard", asked).code == "NOT_FOUND"
    claim = {"giftCardId": card.id, "code": card.code}
    shop.done(as_member(member), "claimGiftCard", shop.input(**claim))
    twice = shop.refused(as_member(other), "claimGiftCard", shop.input(**claim))
    assert twice.code == "ALREADY_EXISTS"
    query = "query ($id: ID!) { member(id: $id) { giftCards { id balance blocked } } }"
    new = replaced(shop, card, as_member(member))
    (listed,) = shop.ask(as_member(member), query, id=member)["member"]["giftCards"]
    assert listed == {"id": new.id, "balance": 5_000, "blocked": False}
    assert shop.ask(CAFE, query, id=member)["member"]["giftCards"] == []
    pays(shop, new, 5_000)
    verified(shop.store)


def test_a_sale_taken_back_leaves_no_card_below_zero(shop: Shop) -> None:
    """What has paid already stays paid; what is left can go back to who sold it."""
    answer = shop.done(SHOP, "issueGiftCard", selling(shop, 5_000))
    card = Card(answer["giftCard"]["id"], answer["code"])
    pays(shop, card, 2_000)
    earn = {"transactionId": answer["transaction"]["id"]}
    back = shop.signed(SHOP, "reverse", shop.input(**earn))
    assert shop.refused(SHOP, "reverseTransaction", back).code == "INSUFFICIENT_POINTS"
    back = shop.signed(SHOP, "reverse", shop.input(**earn, points=3_000))
    shop.done(SHOP, "reverseTransaction", back)
    assert state(shop, card) == (0, False)
    verified(shop.store)
