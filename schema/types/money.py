"""An amount of money."""

from loyalty.prices import Amount
from schema import shapes
from schema.scalars import Points


@shapes.object_type(description="An amount of money.")
class Money:
    minor: Points = shapes.field(description="In minor units: cents of a dollar.")
    currency: str = shapes.field(description="An ISO 4217 code, like EUR.")


def money(amount: Amount) -> Money:
    return Money(minor=Points(amount.minor), currency=amount.currency)
