"""An amount of money."""

import strawberry

from loyalty.prices import Amount
from schema.scalars import Points


@strawberry.type(description="An amount of money.")
class Money:
    minor: Points = strawberry.field(description="In minor units: cents of a dollar.")
    currency: str = strawberry.field(description="An ISO 4217 code, like EUR.")


def money(amount: Amount) -> Money:
    return Money(minor=Points(amount.minor), currency=amount.currency)
