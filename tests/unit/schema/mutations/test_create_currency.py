"""`createCurrency`: points of a new kind."""

from typing import Any

import pytest

from tests.coalition import GROCER, OPERATOR, House, as_member, gid, verified
from tests.faulty import Faulty
from tests.signing import signature


def test_the_coalitions_currency_needs_no_signature(house: House) -> None:
    """It belongs to the coalition."""
    sent = house.input(code="MILES", decimals=2)
    currency = house.done(OPERATOR, "createCurrency", sent)["currency"]
    assert currency == {"code": "MILES", "owner": "coalition", "decimals": 2}
    verified(house.store)


def test_a_partners_own_currency_is_signed_by_it(house: House) -> None:
    """Its owner alone will issue it, and says so with its key."""
    sent = house.owned_currency("CRUMBS", "grocer", 1)
    currency = house.done(OPERATOR, "createCurrency", sent)["currency"]
    assert currency == {"code": "CRUMBS", "owner": "partner:grocer", "decimals": 1}
    verified(house.store)


@pytest.mark.parametrize("code", ["STARS", "LITRES"])
def test_a_code_is_given_once(house: House, code: str) -> None:
    """There is one currency of a code."""
    refusal = house.refused(OPERATOR, "createCurrency", house.input(code=code, decimals=0))
    assert (refusal.code, refusal.field) == ("ALREADY_EXISTS", ["code"])


@pytest.mark.parametrize("code", ["", "A", "stars", "ST-ARS", "ÉTOILE", "W#1", "X" * 13, "X" * 999])
def test_a_code_has_one_form(house: House, code: str) -> None:
    """2 to 12 of A to Z and 0 to 9."""
    refusal = house.refused(OPERATOR, "createCurrency", house.input(code=code, decimals=0))
    assert (refusal.code, refusal.field) == ("INVALID_INPUT", ["code"])
    assert len(refusal.message) < 200


@pytest.mark.parametrize("decimals", [-1, 7, 2**31 - 1])
def test_decimals_have_bounds(house: House, decimals: int) -> None:
    """0 to 6."""
    refusal = house.refused(
        OPERATOR, "createCurrency", house.input(code="MILES", decimals=decimals)
    )
    assert (refusal.code, refusal.field) == ("INVALID_INPUT", ["decimals"])
    assert str(decimals) in refusal.message


@pytest.mark.parametrize("decimals", [0, 6])
def test_both_ends_of_decimals_are_in(house: House, decimals: int) -> None:
    """0 and 6 are taken."""
    house.done(OPERATOR, "createCurrency", house.input(code="MILES", decimals=decimals))


@pytest.mark.parametrize("decimals", [2**31, 1.5, "2", True, None])
def test_what_is_no_integer_does_not_fit(house: House, decimals: object) -> None:
    """Decimals are an integer."""
    sent = house.input(code="MILES", decimals=decimals)
    assert house.failed(OPERATOR, "createCurrency", sent)[0] == "BAD_USER_INPUT"


@pytest.mark.parametrize("actor", [GROCER, as_member(gid("Member", "x"))])
def test_only_operators_create_currencies(house: House, actor: Any) -> None:
    """Not even its owner does."""
    sent = house.owned_currency("CRUMBS", "grocer")
    assert house.refused(actor, "createCurrency", sent).code == "NOT_PERMITTED"


def test_an_owner_must_sign(house: House) -> None:
    """Nobody makes a brand answer for points that it does not know of."""
    sent = house.owned_currency("CRUMBS", "grocer")
    unsigned = {**sent, "signature": None}
    assert house.refused(OPERATOR, "createCurrency", unsigned).code == "SIGNATURE_REQUIRED"
    for changed in ({"code": "CRUMBZ"}, {"decimals": 1}, {"owner": "fuel"}):
        refusal = house.refused(OPERATOR, "createCurrency", {**sent, **changed})
        assert (refusal.code, refusal.field) == ("SIGNATURE_INVALID", ["signature"]), changed


def test_a_signature_without_owner_is_refused(house: House) -> None:
    """It would be dropped silently, and the coalition own what a partner signed for."""
    sent = {**house.owned_currency("CRUMBS", "grocer"), "owner": None}
    refusal = house.refused(OPERATOR, "createCurrency", sent)
    assert (refusal.code, refusal.field) == ("INVALID_INPUT", ["signature"])


@pytest.mark.parametrize(
    ("owner", "code"), [("nobody", "NOT_FOUND"), ("", "INVALID_INPUT"), ("a:b", "INVALID_INPUT")]
)
def test_an_owner_must_be_a_partner(house: House, owner: str, code: str) -> None:
    """An owner has joined the coalition."""
    refusal = house.refused(
        OPERATOR, "createCurrency", house.owned_currency("CRUMBS", owner or "x") | {"owner": owner}
    )
    assert (refusal.code, refusal.field) == (code, ["owner"])


def test_a_signature_for_an_earlier_place_does_not_fit() -> None:
    """An owner signs for the next governance entry; if another came between, it signs again."""
    store = Faulty()
    house = House(store)
    other = house.input(code="MILES", decimals=0)
    store.meanwhile = lambda: house.done(OPERATOR, "createCurrency", other)
    sent = house.owned_currency("CRUMBS", "grocer")
    (error,) = house.send(OPERATOR, "createCurrency", sent).data["createCurrency"]["userErrors"]
    assert error["code"] == "SIGNATURE_INVALID"


def test_another_partners_signature_is_refused(house: House) -> None:
    """Fuel's key does not speak for grocer."""
    sent = house.owned_currency("CRUMBS", "grocer")
    sent["signature"] = signature("fuel", "currency", "1", "A" * 43 + "=")
    assert house.refused(OPERATOR, "createCurrency", sent).code == "SIGNATURE_INVALID"
