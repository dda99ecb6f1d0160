"""`reverseTransaction`: goods come back, and the points that they earned."""

from typing import Any

import pytest

from ledger.names import transaction_id
from tests.coalition import FUEL, GROCER, OPERATOR, House, as_member, gid, verified


@pytest.fixture
def member(house: House) -> str:
    return house.enrolled()


@pytest.fixture
def earned(house: House, member: str) -> str:
    """100 STARS of grocer's."""
    return house.earned(member, 100)


def taking(house: House, transaction: str, actor: Any = GROCER, **members: object) -> Any:
    return house.signed(actor, "reverse", house.input(transactionId=transaction, **members))


def take(house: House, transaction: str, **members: object) -> Any:
    sent = taking(house, transaction, **members)
    return house.done(GROCER, "reverseTransaction", sent)["transaction"]


def test_all_points_go_back_to_their_issuer(house: House, member: str, earned: str) -> None:
    """Without an amount all that stands is taken, and the entry names what it goes back to."""
    transaction = take(house, earned)
    assert transaction["kind"] == "reverse"
    assert transaction["of"] == {"id": earned}
    assert transaction["by"]["party"] == "partner:grocer"
    assert house.available(member) == 0
    assert verified(house.store).totals["partner:grocer:issued", "STARS"] == 0


def test_a_part_can_be_taken_then_the_rest(house: House, member: str, earned: str) -> None:
    """Parts add up to the whole and never past it."""
    take(house, earned, points=30)
    assert house.available(member) == 70
    refusal = house.refused(GROCER, "reverseTransaction", taking(house, earned, points=71))
    assert (refusal.code, refusal.field) == ("EXCEEDS_REMAINING", ["points"])
    assert "70" in refusal.message
    take(house, earned)
    assert house.available(member) == 0
    verified(house.store)


@pytest.mark.parametrize("members", [{}, {"points": 1}])
def test_what_is_taken_back_cannot_be_taken_again(
    house: House, earned: str, members: dict[str, int]
) -> None:
    """After the whole, nothing more stands, with an amount or without."""
    take(house, earned)
    refusal = house.refused(GROCER, "reverseTransaction", taking(house, earned, **members))
    assert (refusal.code, refusal.field) == ("EXCEEDS_REMAINING", ["transactionId"])


def test_what_was_spent_is_owed(house: House, member: str, earned: str) -> None:
    """Earn 100, spend 80, return all: available 0, arrears 80."""
    given = house.input(toMemberId=house.enrolled(), currency="STARS", points=80)
    house.done(as_member(member), "transferPoints", given)
    take(house, earned)
    wallet = house.wallet(member)
    assert (wallet["available"], wallet["arrears"]) == (0, 80)
    verified(house.store)


def test_the_issuers_own_lots_go_first(house: House, member: str, earned: str) -> None:
    """Grocer takes its own points back, not those of fuel that are spent earlier."""
    house.earned(member, 50, FUEL)
    take(house, earned, points=60)
    lots = {lot["issuer"]: lot["points"] for lot in house.wallet(member)["lots"]}
    assert lots == {"fuel": 50, "grocer": 40}
    verified(house.store)


@pytest.mark.parametrize("points", [0, -1])
def test_points_not_above_zero_are_refused(house: House, earned: str, points: int) -> None:
    """Nothing is given by taking less than none."""
    refusal = house.refused(GROCER, "reverseTransaction", taking(house, earned, points=points))
    assert (refusal.code, refusal.field) == ("INVALID_INPUT", ["points"])


@pytest.mark.parametrize("points", [2**53, 10**400, 1.5, "1", True])
def test_what_is_no_amount_does_not_fit(house: House, earned: str, points: object) -> None:
    """Points are an integer within 2^53 - 1."""
    sent = {**taking(house, earned), "points": points}
    assert house.failed(GROCER, "reverseTransaction", sent)[0] == "BAD_USER_INPUT"


def test_another_partners_earn_is_not_there(house: House, earned: str) -> None:
    """Fuel cannot take back what grocer issued, nor learn that it did."""
    refusal = house.refused(FUEL, "reverseTransaction", taking(house, earned, FUEL))
    assert (refusal.code, refusal.field) == ("NOT_FOUND", ["transactionId"])


def test_a_further_programmes_earn_is_its_partners_to_take(house: House, member: str) -> None:
    """The earn that the system made for a second programme is taken back by the same partner."""
    paid = house.purchase(member, 1000, FUEL)
    for each in house.done(FUEL, "recordPurchase", paid)["transactions"]:
        house.done(FUEL, "reverseTransaction", taking(house, each["id"], FUEL))
    assert (house.available(member, "STARS"), house.available(member, "LITRES")) == (0, 0)
    verified(house.store)


def test_only_earns_are_taken_back(house: House, member: str, earned: str) -> None:
    """Neither a reversal nor a transfer is an earn."""
    given = house.input(toMemberId=house.enrolled(), currency="STARS", points=10)
    moved = house.done(as_member(member), "transferPoints", given)["transaction"]["id"]
    reversal = take(house, earned, points=10)["id"]
    for transaction in (moved, reversal):
        refusal = house.refused(GROCER, "reverseTransaction", taking(house, transaction))
        assert refusal.code == "NOT_FOUND"


def test_a_purchase_without_entry_is_not_there(house: House, member: str) -> None:
    """A purchase that earned nothing has nothing to take back."""
    paid = house.purchase(member, 50)
    house.done(GROCER, "recordPurchase", paid)
    id_ = gid("Transaction", transaction_id(GROCER.party, paid["idempotencyKey"]))
    assert house.refused(GROCER, "reverseTransaction", taking(house, id_)).code == "NOT_FOUND"


@pytest.mark.parametrize("actor", [OPERATOR, as_member(gid("Member", "x"))])
def test_only_partners_take_back(house: House, earned: str, actor: Any) -> None:
    """It is for the partner that issued them."""
    sent = house.input(transactionId=earned)
    assert house.refused(actor, "reverseTransaction", sent).code == "NOT_PERMITTED"


def test_without_signature_nothing_is_taken(house: House, earned: str) -> None:
    """A token alone takes no points, nor does a signature over more points."""
    refusal = house.refused(GROCER, "reverseTransaction", house.input(transactionId=earned))
    assert (refusal.code, refusal.field) == ("SIGNATURE_REQUIRED", ["signature"])
    other = {**taking(house, earned, points=10), "points": 100}
    assert house.refused(GROCER, "reverseTransaction", other).code == "SIGNATURE_INVALID"


def test_after_400_days_nothing_is_taken_back(house: House, earned: str) -> None:
    """A transaction too old to go back to is not eligible."""
    house.later(days=400)
    take(house, earned, points=1)
    house.later(milliseconds=1)
    refusal = house.refused(GROCER, "reverseTransaction", taking(house, earned))
    assert refusal.code == "NOT_ELIGIBLE"


def test_lapsed_lots_expire_before_points_are_taken(house: House, member: str, earned: str) -> None:
    """What has lapsed is not there to take: it expires, and its points are owed."""
    house.later(days=380)
    before = house.entries()
    take(house, earned)
    assert house.entries() == before + 2
    wallet = house.wallet(member)
    assert (wallet["available"], wallet["arrears"], wallet["lapsed"]) == (0, 100, 0)
    verified(house.store)
