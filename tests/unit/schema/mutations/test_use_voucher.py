"""`useVoucher`: a voucher is taken at its partner, once."""

from typing import Any

import pytest

from tests.coalition import FUEL, GROCER, OPERATOR, House, as_member
from tests.faulty import Faulty


@pytest.fixture
def member(house: House) -> str:
    member = house.enrolled()
    house.earned(member, 100)
    return member


@pytest.fixture
def voucher(house: House, member: str) -> str:
    return house.voucher(member)


def test_it_is_used_at_its_partner(house: House, voucher: str) -> None:
    """It then says when; the ledger, where its points were burned already, has nothing new."""
    before = house.entries()
    used = house.done(GROCER, "useVoucher", house.input(voucherId=voucher))["voucher"]
    assert used == {"id": voucher, "partnerId": "grocer", "usedAt": "2026-11-21T12:00:00.000Z"}
    assert house.entries() == before


def test_a_second_use_is_refused(house: House, voucher: str) -> None:
    """With another key it is used already, and the refusal says since when."""
    house.done(GROCER, "useVoucher", house.input(voucherId=voucher))
    house.later(hours=1)
    refusal = house.refused(GROCER, "useVoucher", house.input(voucherId=voucher))
    assert (refusal.code, refusal.field) == ("ALREADY_REDEEMED", ["voucherId"])
    assert "2026-11-21T12:00:00.000Z" in refusal.message


def test_of_two_uses_at_once_one_is_refused() -> None:
    """Two tills read the unused voucher; the one that commits second is refused."""
    store = Faulty()
    house = House(store)
    member = house.enrolled()
    house.earned(member, 100)
    voucher = house.voucher(member)
    first, second = house.input(voucherId=voucher), house.input(voucherId=voucher)
    store.meanwhile = lambda: house.done(GROCER, "useVoucher", first)
    (error,) = house.send(GROCER, "useVoucher", second).data["useVoucher"]["userErrors"]
    assert error["code"] == "ALREADY_REDEEMED"


def test_another_partner_does_not_find_it(house: House, voucher: str) -> None:
    """A voucher for a coffee at grocer is nothing at fuel."""
    refusal = house.refused(FUEL, "useVoucher", house.input(voucherId=voucher))
    assert (refusal.code, refusal.field) == ("NOT_FOUND", ["voucherId"])


@pytest.mark.parametrize("who", ["operator", "member"])
def test_only_partners_take_vouchers(house: House, member: str, voucher: str, who: str) -> None:
    """Its member cannot use it up by itself."""
    actor: Any = OPERATOR if who == "operator" else as_member(member)
    assert (
        house.refused(actor, "useVoucher", house.input(voucherId=voucher)).code == "NOT_PERMITTED"
    )


def test_a_document_sees_the_voucher_as_it_is_by_then(house: House, voucher: str) -> None:
    """Asked for before and after its use in one document, it is first unused and then used."""
    fields = "{ voucher { usedAt } userErrors { code } }"
    missing = house.input(voucherId=voucher)
    house.done(GROCER, "useVoucher", missing)
    data = house.ask(
        GROCER,
        f"mutation ($a: UseVoucherInput!) {{ a: useVoucher(input: $a) {fields}"
        f" b: useVoucher(input: $a) {fields} }}",
        a=missing,
    )
    assert data["a"] == data["b"]
    assert data["b"]["voucher"]["usedAt"]
