"""`registerPartner`: a brand joins, with the key that it will sign with."""

from typing import Any

import pytest

from tests.coalition import GROCER, OPERATOR, House, as_member, gid, verified
from tests.faulty import Faulty
from tests.signing import key_of


def test_a_brand_joins_with_its_key(house: House) -> None:
    """It is a partner from then on, and two governance entries say so."""
    before = house.entries()
    partner = house.done(OPERATOR, "registerPartner", house.registration("bakery"))["partner"]
    assert partner == {
        "id": gid("Partner", "bakery"),
        "partnerId": "bakery",
        "name": "Bakery",
        "keys": [str(key_of("bakery").verifier)],
    }
    assert house.entries() == before + 2
    assert verified(house.store).governance.joined("bakery", "2026-11-21T12:00:00.000Z")


def test_who_has_joined_cannot_join_again(house: House) -> None:
    """A second registration changes neither name nor key."""
    refusal = house.refused(OPERATOR, "registerPartner", house.registration("grocer", name="X"))
    assert (refusal.code, refusal.field) == ("ALREADY_EXISTS", ["partnerId"])


def test_who_left_can_join_again_with_a_new_key(house: House) -> None:
    """Its key was revoked with it; a new one and a new name come in."""
    house.later(minutes=1)
    house.revoke("florist")
    house.leave("florist")
    house.later(minutes=1)
    sent = house.registration("florist", name="Florist & Son")
    partner = house.done(OPERATOR, "registerPartner", sent)["partner"]
    assert partner["name"] == "Florist & Son"
    verified(house.store)


@pytest.mark.parametrize("actor", [GROCER, as_member(gid("Member", "x"))])
def test_only_operators_let_brands_in(house: House, actor: Any) -> None:
    """Neither a partner nor a member registers partners."""
    refusal = house.refused(actor, "registerPartner", house.registration("bakery"))
    assert refusal.code == "NOT_PERMITTED"


@pytest.mark.parametrize(
    "partner", ["", "a", "Bakery", "bäckerei", "b#1", "b:c", "b c", "operator", "x" * 33, "b" * 999]
)
def test_a_partners_id_has_one_form(house: House, partner: str) -> None:
    """2 to 32 of a to z, 0 to 9 and hyphen; `operator` is taken."""
    sent = house.registration("bakery", partnerId=partner)
    refusal = house.refused(OPERATOR, "registerPartner", sent)
    assert (refusal.code, refusal.field) == ("INVALID_INPUT", ["partnerId"])
    assert len(refusal.message) < 200


KEY = str(key_of("bakery").verifier)


@pytest.mark.parametrize(
    "key",
    [
        "",
        "bakery.example",
        KEY.replace("bakery", "baker"),
        KEY[:-1],
        KEY + "=",
        KEY.lower(),
        "bakery.example+00000000+" + "A" * 44,
        "b+" + "0" * 8 + "+" + "A" * 4000,
        # 0x01 and a point of small order, under which signatures hold that nobody made.
        "x+b8a1a2a6+AQEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    ],
)
def test_what_is_no_verifier_key_is_refused(house: House, key: str) -> None:
    """A key must be whole, its id its own, and fit to verify with."""
    refusal = house.refused(
        OPERATOR, "registerPartner", house.registration("bakery", verifierKey=key)
    )
    assert (refusal.code, refusal.field) == ("INVALID_INPUT", ["verifierKey"])
    assert len(refusal.message) < 500


@pytest.mark.parametrize("proof", ["", "x", "A" * 86 + "==", "=" * 88])
def test_a_key_that_nobody_shows_to_hold_is_refused(house: House, proof: str) -> None:
    """Without the proof anyone could register another's key."""
    refusal = house.refused(OPERATOR, "registerPartner", house.registration("bakery", proof=proof))
    assert (refusal.code, refusal.field) == ("SIGNATURE_INVALID", ["proof"])


def test_the_proof_for_another_partner_is_none(house: House) -> None:
    """The holder of a key shows it for the partner that it registers, and no other."""
    proof = house.registration("bakery")["proof"]
    sent = house.registration("bakery", partnerId="butcher", proof=proof)
    assert house.refused(OPERATOR, "registerPartner", sent).code == "SIGNATURE_INVALID"


@pytest.mark.parametrize("name", ["", " ", "Bakery ", "B" * 121])
def test_a_name_has_bounds(house: House, name: str) -> None:
    """1 to 120 characters, with none at its ends that cannot be seen."""
    refusal = house.refused(OPERATOR, "registerPartner", house.registration("bakery", name=name))
    assert (refusal.code, refusal.field) == ("INVALID_INPUT", ["name"])


def test_two_brands_at_once_both_join() -> None:
    """Governance is one chain: whoever comes second builds on the first."""
    store = Faulty()
    house = House(store)
    other = house.registration("butcher")
    store.meanwhile = lambda: house.done(OPERATOR, "registerPartner", other)
    house.done(OPERATOR, "registerPartner", house.registration("bakery"))
    verified(store)
