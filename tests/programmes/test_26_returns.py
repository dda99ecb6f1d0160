"""Row 26: goods come back whose points were spent; nobody keeps free points, and no issuer pays."""

from typing import Any

import pytest

from loyalty.actors import PartnerActor
from tests.programmes.shop import Shop

CORNER = PartnerActor("corner")


@pytest.fixture
def shop() -> Shop:
    return Shop("26_returns.json")


def returned(shop: Shop, transaction: str, points: int | None = None) -> Any:
    """What `reverseTransaction` answers the shop."""
    asked = shop.input(transactionId=transaction, **({} if points is None else {"points": points}))
    signed = shop.signed(CORNER, "reverse", asked)
    return shop.done(CORNER, "reverseTransaction", signed)["transaction"]


def credited(transaction: Any) -> int:
    """By how much an entry lowers what the issuer has issued."""
    return sum(
        row["amount"] for row in transaction["postings"] if row["account"].endswith("issued")
    )


def to_wallet(transaction: Any, part: str) -> int:
    rows = transaction["postings"]
    return sum(row["amount"] for row in rows if row["account"].endswith(f":{part}"))


def test_spent_points_of_returned_goods_are_owed(shop: Shop) -> None:
    """Earn 100, spend 80, return all: available 0, arrears 80, of which 20 are recovered; the next
    100 pay the arrears first: available 20, and 80 more recovered."""
    member = shop.enrolled()
    (earn,) = shop.buys(member, 10_000, "corner")["transactions"]
    shop.redeems(member, "mug")
    reverse = returned(shop, earn["id"])
    wallet = shop.wallet(member, "CORNER")
    assert (wallet["available"], wallet["arrears"]) == (0, 80)
    assert to_wallet(reverse, "available") == -20
    (again,) = shop.buys(member, 10_000, "corner")["transactions"]
    wallet = shop.wallet(member, "CORNER")
    assert (wallet["available"], wallet["arrears"]) == (20, 0)
    assert (to_wallet(again, "arrears"), to_wallet(again, "available")) == (80, 20)


def test_a_part_that_comes_back_takes_its_share(shop: Shop) -> None:
    """Of 100 points 30 go back, then no more than the 70 that still stand."""
    member = shop.enrolled()
    (earn,) = shop.buys(member, 10_000, "corner")["transactions"]
    assert credited(returned(shop, earn["id"], 30)) == 30
    assert shop.has(member) == 70
    asked = shop.input(transactionId=earn["id"], points=71)
    signed = shop.signed(CORNER, "reverse", asked)
    assert shop.refused(CORNER, "reverseTransaction", signed).code == "EXCEEDS_REMAINING"
    assert credited(returned(shop, earn["id"])) == 70
    assert shop.has(member) == 0
