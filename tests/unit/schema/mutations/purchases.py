"""Purchases that are recorded, and what they issue."""

from typing import Any

from tests.coalition import GROCER, House


def record(house: House, member: str, minor: int, actor: Any = GROCER, **members: object) -> Any:
    return house.done(actor, "recordPurchase", house.purchase(member, minor, actor, **members))


def issued(purchase: Any) -> dict[str, int]:
    """What a payload's transactions issued, by currency."""
    rows = [row for each in purchase["transactions"] for row in each["postings"]]
    return {row["currency"]: -row["amount"] for row in rows if row["account"].endswith(":issued")}
