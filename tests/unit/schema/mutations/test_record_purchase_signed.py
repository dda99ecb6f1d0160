"""`recordPurchase` is signed by its partner, with a key in force, over this very input."""

from typing import Any

import pytest

from loyalty.actors import MemberActor
from tests.coalition import FUEL, GROCER, House, an_operator


@pytest.mark.parametrize("actor", [an_operator("ann"), MemberActor("x")])
def test_only_partners_record(house: House, actor: Any) -> None:
    """Neither an operator nor a member can say that something was bought."""
    paid = house.purchase(house.enrolled(), 500)
    del paid["signature"]
    assert house.refused(actor, "recordPurchase", paid).code == "NOT_PERMITTED"


def test_without_signature_nothing_is_earned(house: House) -> None:
    """A token alone moves no points; the refusal says what to sign."""
    paid = house.purchase(house.enrolled(), 500)
    del paid["signature"]
    refusal = house.refused(GROCER, "recordPurchase", paid)
    assert (refusal.code, refusal.field) == ("SIGNATURE_REQUIRED", ["signature"])
    assert "`earn`" in refusal.message


def test_a_purchase_that_earns_nothing_must_be_signed_too(house: House) -> None:
    """What is remembered without an entry rests on a signature as well."""
    paid = house.purchase(house.enrolled(), 50)
    del paid["signature"]
    assert house.refused(GROCER, "recordPurchase", paid).code == "SIGNATURE_REQUIRED"


@pytest.mark.parametrize(
    "signature",
    [
        {"signature": ""},
        {"signature": "A" * 88},
        {"signature": "A" * 86 + "=="},
        {"signature": "é" * 88},
        {"signature": "A" * 100_000},
        {"key": ""},
        {"key": "fuel.example+00000000"},
        {"key": "\u202egrocer"},
        {"key": "k" * 100_000},
    ],
)
def test_a_signature_that_does_not_hold_is_refused(house: House, signature: Any) -> None:
    """Neither 64 other bytes nor another key's name make a signature."""
    paid = house.purchase(house.enrolled(), 500)
    paid["signature"] |= signature
    refusal = house.refused(GROCER, "recordPurchase", paid)
    assert (refusal.code, refusal.field) == ("SIGNATURE_INVALID", ["signature"])
    assert len(refusal.message) < 400


def test_another_partners_signature_is_refused(house: House) -> None:
    """A brand signs for itself alone, even over the right instruction."""
    paid = house.purchase(house.enrolled(), 500)
    foreign = house.signed(GROCER, "earn", paid) | {
        "signature": house.signed(FUEL, "earn", paid)["signature"]
    }
    assert house.refused(GROCER, "recordPurchase", foreign).code == "SIGNATURE_INVALID"


def test_a_signature_over_other_input_is_refused(house: House) -> None:
    """What is signed is every member of the input: change one, and it does not hold."""
    member = house.enrolled()
    paid = house.purchase(member, 500, reference="r", purchasedAt="2026-11-21T11:00:00.000Z")
    for changed in (
        {"memberId": house.enrolled()},
        {"amount": {"minor": 501, "currency": "USD"}},
        {"amount": {"minor": 500, "currency": "EUR"}},
        {"reference": "s"},
        {"reference": None},
        {"purchasedAt": None},
        {"idempotencyKey": "another"},
    ):
        refusal = house.refused(GROCER, "recordPurchase", {**paid, **changed})
        assert refusal.code == "SIGNATURE_INVALID", changed


def test_a_signature_for_another_operation_is_refused(house: House) -> None:
    """A signature over `reverse` is none over `earn`."""
    paid = house.signed(GROCER, "reverse", house.purchase(house.enrolled(), 500))
    assert house.refused(GROCER, "recordPurchase", paid).code == "SIGNATURE_INVALID"


def test_a_signature_replayed_with_another_key_is_refused(house: House) -> None:
    """A signature fits the one transaction that its idempotency key makes."""
    paid = house.purchase(house.enrolled(), 500)
    house.done(GROCER, "recordPurchase", paid)
    again = {**paid, "idempotencyKey": "fresh"}
    assert house.refused(GROCER, "recordPurchase", again).code == "SIGNATURE_INVALID"


def test_a_revoked_key_signs_nothing_any_more(house: House) -> None:
    """From its revocation on a key does not hold; what it signed before is answered again."""
    member = house.enrolled()
    paid = house.purchase(member, 500)
    first = house.done(GROCER, "recordPurchase", paid)
    house.later(minutes=1)
    house.revoke("grocer")
    house.later(minutes=1)
    refusal = house.refused(GROCER, "recordPurchase", house.purchase(member, 500))
    assert refusal.code == "SIGNATURE_INVALID"
    assert house.done(GROCER, "recordPurchase", paid) == first


def test_a_partner_that_left_issues_nothing(house: House) -> None:
    """Its purchases are refused from the day on which it left."""
    member = house.enrolled()
    house.later(minutes=1)
    house.leave("grocer")
    house.later(minutes=1)
    refusal = house.refused(GROCER, "recordPurchase", house.purchase(member, 500))
    assert refusal.code == "NOT_PERMITTED"
