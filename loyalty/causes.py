"""Good causes that members can give points to."""

from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta

from loyalty.prices import Price
from loyalty.refusals import Code, Refused
from loyalty.rules.orders import Data, Id, Positive
from loyalty.texts import check_text


class Cause(Data, frozen=True, kw_only=True):
    """Points are given to a charity, a partner that burns them and is owed their price.

    step: any multiple of it can be given; at_most: points at once. The same for both: that alone.
    """

    id: Id
    name: Annotated[str, Meta(min_length=1, max_length=120)]
    partner: Id
    step: Positive
    at_most: Positive | None = None

    def check(self, points: int) -> None:
        """Raises Refused for points that cannot be given at once."""
        if points <= 0 or points % self.step:
            raise Refused(
                Code.INVALID_INPUT, f"a multiple of {self.step} points, not {points}", "points"
            )
        if self.at_most is not None and points > self.at_most:
            raise Refused(Code.LIMIT_EXCEEDED, f"at most {self.at_most} points at once", "points")


def check_causes(causes: Sequence[Cause], price: Price | None) -> None:
    """What is owed to a charity can be said. Raises Refused with the path."""
    if causes and price is None:
        raise Refused(
            Code.INVALID_INPUT,
            "say what a charity is owed for points, like "
            '{"money": "USD", "minor": 1, "per_points": 1, "rounding": "half_up"}',
            "document",
            "price",
        )
    for number, cause in enumerate(causes):
        check_text(cause.name, 120, "document", "causes", str(number), "name")
        if cause.at_most is not None and cause.at_most % cause.step:
            raise Refused(
                Code.INVALID_INPUT,
                f"a multiple of `step`, {cause.step}, as nothing else can be given",
                *("document", "causes", str(number), "at_most"),
            )
