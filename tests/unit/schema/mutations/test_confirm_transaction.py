"""`confirmTransaction`: points that wait become available before their days are over."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from random import Random
from threading import Lock
from typing import Any

import pytest

from ledger.names import TransactionId, transaction_id
from loyalty.confirmations import waiting_earn
from tests.coalition import FUEL, GROCER, OPERATOR, STARS, House, as_member, own_id, verified

WAITS = {
    **STARS,
    "id": "patience",
    "currency": "WAITS",
    "confirmation": {"days": 14},
    "rewards": [{"id": "tea", "name": "A tea", "points": 30, "partner": "grocer"}],
    "expiry": {"after": "month_end", "months": 1},
}


@pytest.fixture
def house(house: House) -> House:
    """With a programme whose points wait for 14 days, beside one whose points do not."""
    house.done(OPERATOR, "createCurrency", house.input(code="WAITS", decimals=0))
    house.done(OPERATOR, "publishProgramme", house.programme(WAITS, "fuel", "grocer"))
    return house


@pytest.fixture
def member(house: House) -> str:
    return house.enrolled()


def bought(house: House, member: str, points: int, **members: object) -> str:
    """The id of the earn of a purchase whose points wait."""
    paid = house.purchase(member, points * 100, **members)
    return house.done(GROCER, "recordPurchase", paid)["transactions"][0]["id"]


def confirming(house: House, earn: str, actor: Any = GROCER) -> Any:
    return house.signed(actor, "confirm", house.input(earnId=earn))


def confirm(house: House, earn: str) -> Any:
    return house.done(GROCER, "confirmTransaction", confirming(house, earn))["transaction"]


def parts(house: House, member: str) -> tuple[int, int]:
    """What is available, what is pending."""
    wallet = house.wallet(member, "WAITS")
    return wallet["available"], wallet["pending"]


def test_points_wait_and_cannot_be_spent(house: House, member: str) -> None:
    """They are owed, but not there to spend."""
    bought(house, member, 100)
    assert parts(house, member) == (0, 100)
    given = house.input(toMemberId=house.enrolled(), currency="WAITS", points=1)
    refusal = house.refused(as_member(member), "transferPoints", given)
    assert refusal.code == "INSUFFICIENT_POINTS"


def test_their_issuer_confirms_them_at_once(house: House, member: str) -> None:
    """With the last day that points of the purchase's day have; the entry is the partner's own."""
    house.later(days=10)
    earn = bought(house, member, 100, purchasedAt="2026-11-30T12:00:00.000Z")
    house.later(days=1)
    transaction = confirm(house, earn)
    assert (transaction["kind"], transaction["of"]) == ("confirm", {"id": earn})
    assert transaction["by"]["party"] == "partner:grocer"
    assert parts(house, member) == (100, 0)
    (lot,) = house.wallet(member, "WAITS")["lots"]
    assert (lot["expires"], lot["issuer"]) == ("2026-12-31", "grocer")
    verified(house.store)


def test_points_confirmed_after_their_last_day_can_be_spent_that_day(
    house: House, member: str
) -> None:
    """Whoever confirms late costs the member nothing."""
    earn = bought(house, member, 100)
    house.later(days=60)
    confirm(house, earn)
    assert parts(house, member) == (100, 0)
    assert house.wallet(member, "WAITS")["lots"][0]["expires"] == "2027-01-20"
    house.later(days=1)
    assert parts(house, member) == (0, 0)


def test_once_its_details_are_erased_a_purchase_counts_from_its_entry(
    house: House, member: str
) -> None:
    """As in a table that was restored from the log, which has none of them."""
    house.later(days=10)
    earn = bought(house, member, 100, purchasedAt="2026-11-30T12:00:00.000Z")
    rows = house.store._wallets[own_id(house.wallet(member, "WAITS")["id"])]  # type: ignore[index]
    rows[:] = [row._replace(detail=b"") for row in rows]
    confirm(house, earn)
    (lot,) = house.wallet(member, "WAITS")["lots"]
    assert lot["expires"] == "2027-01-31"


def test_points_that_no_wallet_can_hold_go_on_waiting(house: House, member: str) -> None:
    """Where what is available would be more than a wallet holds, it says so."""
    earns = [{**STARS["earn"][0], "points": 100}]  # type: ignore[index]
    more = {**WAITS, "version": 2, "earn": earns}
    house.done(OPERATOR, "publishProgramme", house.programme(more, "fuel", "grocer"))
    house.later(days=1)
    for _ in range(2):
        confirm(house, bought(house, member, 4 * 10**13))
    third = bought(house, member, 4 * 10**13)
    refusal = house.refused(GROCER, "confirmTransaction", confirming(house, third))
    assert (refusal.code, refusal.field) == ("LIMIT_EXCEEDED", ["earnId"])
    assert parts(house, member) == (8 * 10**15, 4 * 10**15)
    verified(house.store)


def test_what_is_no_earn_waits_for_nothing(house: House, member: str) -> None:
    """Whatever a hint names: an entry of another kind, an order that earned nothing, nothing."""
    confirm(house, bought(house, member, 40))
    given = house.input(toMemberId=house.enrolled(), currency="WAITS", points=40)
    gift = house.done(as_member(member), "transferPoints", given)["transaction"]["id"]
    paid = house.purchase(member, 50)
    assert house.done(GROCER, "recordPurchase", paid)["transactions"] == []
    order = transaction_id("partner:grocer", paid["idempotencyKey"])
    assert house.store.transactions([order])
    for id_ in (own_id(gift), order, "7zzzzzzzzzzzzzzzzzzzzzzzzz"):
        assert waiting_earn(house.coalition, TransactionId(id_)) is None


def test_returned_goods_take_what_is_pending(house: House, member: str) -> None:
    """And only what is left of it is confirmed; once all is back, nothing is."""
    earn = bought(house, member, 100)
    back = house.signed(GROCER, "reverse", house.input(transactionId=earn, points=30))
    house.done(GROCER, "reverseTransaction", back)
    assert parts(house, member) == (0, 70)
    confirm(house, earn)
    assert parts(house, member) == (70, 0)
    whole = bought(house, member, 50)
    back = house.signed(GROCER, "reverse", house.input(transactionId=whole))
    house.done(GROCER, "reverseTransaction", back)
    refusal = house.refused(GROCER, "confirmTransaction", confirming(house, whole))
    assert (refusal.code, refusal.field) == ("EXCEEDS_REMAINING", ["earnId"])
    assert parts(house, member) == (70, 0)
    verified(house.store)


def test_arrears_are_paid_when_points_are_confirmed(house: House, member: str) -> None:
    """Not while they wait: they may still go back."""
    first = bought(house, member, 40)
    confirm(house, first)
    given = house.input(toMemberId=house.enrolled(), currency="WAITS", points=40)
    house.done(as_member(member), "transferPoints", given)
    back = house.signed(GROCER, "reverse", house.input(transactionId=first))
    house.done(GROCER, "reverseTransaction", back)
    second = bought(house, member, 100)
    assert (parts(house, member), house.wallet(member, "WAITS")["arrears"]) == ((0, 100), 40)
    confirm(house, second)
    assert (parts(house, member), house.wallet(member, "WAITS")["arrears"]) == ((60, 0), 0)
    verified(house.store)


def test_what_is_confirmed_is_not_confirmed_again(house: House, member: str) -> None:
    """Nor what never waited."""
    earn = bought(house, member, 100)
    confirm(house, earn)
    for other in (earn, house.earned(member, 5)):
        refusal = house.refused(GROCER, "confirmTransaction", confirming(house, other))
        assert (refusal.code, refusal.field) == ("EXCEEDS_REMAINING", ["earnId"])


def test_only_the_issuer_confirms(house: House, member: str) -> None:
    """Another partner is told what it would be told of an earn that there is not."""
    earn = bought(house, member, 100)
    refusal = house.refused(FUEL, "confirmTransaction", confirming(house, earn, FUEL))
    assert (refusal.code, refusal.field) == ("NOT_FOUND", ["earnId"])
    for actor in (OPERATOR, as_member(member)):
        refusal = house.refused(actor, "confirmTransaction", house.input(earnId=earn))
        assert refusal.code == "NOT_PERMITTED"


def test_without_its_signature_nothing_is_confirmed(house: House, member: str) -> None:
    """A token alone makes no points available, nor does a signature over a return."""
    earn = bought(house, member, 100)
    asked = house.input(earnId=earn)
    assert house.refused(GROCER, "confirmTransaction", asked).code == "SIGNATURE_REQUIRED"
    other = house.signed(GROCER, "reverse", asked)
    assert house.refused(GROCER, "confirmTransaction", other).code == "SIGNATURE_INVALID"


def test_a_late_purchase_whose_days_are_over_does_not_wait(house: House, member: str) -> None:
    """The days count from the purchase: after 14 days its points are there at once."""
    assert house.later(days=19).startswith("2026-12-10")
    bought(house, member, 10, purchasedAt="2026-11-27T00:00:00.000Z")
    assert parts(house, member) == (0, 10)
    bought(house, member, 5, purchasedAt="2026-11-26T23:59:59.999Z")
    assert parts(house, member) == (5, 10)


def test_a_return_and_a_confirmation_at_once_give_no_point_twice(house: House, member: str) -> None:
    """Eight of each, all at once: what was returned is not confirmed, what was confirmed is taken
    from there."""
    earn = bought(house, member, 100)
    lock, random = Lock(), Random(5)

    def bits(count: int) -> bytes:
        with lock:
            return random.randbytes(count)

    house.coalition = replace(house.coalition, random_bytes=bits)
    sent = [("confirmTransaction", confirming(house, earn)) for _ in range(8)]
    for _ in range(8):
        asked = house.input(transactionId=earn, points=5)
        sent.append(("reverseTransaction", house.signed(GROCER, "reverse", asked)))

    def send(each: tuple[str, Any]) -> tuple[str, bool]:
        payload = house.send(GROCER, *each).data[each[0]]
        return each[0], payload["transaction"] is not None

    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(send, sent))
    taken = 5 * found.count(("reverseTransaction", True))
    assert found.count(("confirmTransaction", True)) == 1
    assert parts(house, member) == (100 - taken, 0)
    verified(house.store)
