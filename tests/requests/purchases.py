"""Requests about orders, guests' too, and events, each of which must succeed."""

from tests.coalition import FUEL, GROCER, OPERATOR, STARS, House, as_member, gid
from tests.inputs import Request


def record_purchase(house: House) -> Request:
    paid = house.purchase(
        house.enrolled(), 1234, FUEL, reference="réceipt", purchasedAt="2026-11-20T23:00:00.000Z"
    )
    return FUEL, paid


def record_event(house: House) -> Request:
    asked = house.input(memberId=house.enrolled(), event="visit", reference="bööking 7")
    return GROCER, house.signed(GROCER, "earn", asked)


def record_purchases(house: House) -> Request:
    """A batch of an order that came singly before: the batch itself is all that is new."""
    paid = house.purchase(
        house.enrolled(),
        1234,
        idempotencyKey="receipt-0007",
        reference="0007",
        purchasedAt="2026-11-20T23:00:00.000Z",
    )
    house.done(GROCER, "recordPurchase", paid)
    return GROCER, house.input(orders=[paid])


def reverse_transaction(house: House) -> Request:
    earned = house.earned(house.enrolled(), 80)
    return GROCER, house.signed(GROCER, "reverse", house.input(transactionId=earned, points=20))


def confirm_transaction(house: House) -> Request:
    waits = {**STARS, "id": "waits", "confirmation": {"days": 14}, "rewards": []}
    asked = house.programme(waits, "fuel", "grocer")
    house.done(OPERATOR, "publishProgramme", asked)
    # That of `stars` is the request's own and does not wait; this programme's comes with it.
    earned = house.earned(house.enrolled(), 80)
    return GROCER, house.signed(GROCER, "confirm", house.input(earnId=earned))


def record_guest_order(house: House) -> Request:
    asked = house.input(
        reference="wêb 7",
        claimCode="7K3M9XWQ4TB2HRZE",
        amount={"minor": 1250, "currency": "USD"},
    )
    return GROCER, house.signed(GROCER, "earn", asked)


def claim_guest_order(house: House) -> Request:
    _, kept = record_guest_order(house)
    house.done(GROCER, "recordGuestOrder", kept)
    return as_member(house.enrolled()), house.input(
        sellerId=gid("Partner", "grocer"), reference=kept["reference"], code=kept["claimCode"]
    )


def cancel_guest_order(house: House) -> Request:
    _, kept = record_guest_order(house)
    house.done(GROCER, "recordGuestOrder", kept)
    return GROCER, house.input(reference=kept["reference"])
