"""What a tier gives beside points: a lower price, a credit, an upgrade."""

from typing import Annotated, Literal

from msgspec import Meta

from loyalty.rules.orders import Data, Id, Money, Positive, Title


class Benefit(Data, frozen=True, kw_only=True):
    """Something that a member of a tier may have at a partner.

    discount_basis_points: off a price, rounded half up; credit_minor: off a bill, in `money`; with
    neither it is given in kind. once: for one reference, like a stay, or in one calendar period.
    """

    id: Id
    name: Title
    partner: Id
    discount_basis_points: Annotated[int, Meta(ge=1, le=10_000)] | None = None
    credit_minor: Positive | None = None
    money: Money | None = None
    once: Literal["reference", "day", "month", "year"] = "reference"

    def __post_init__(self) -> None:
        if self.credit_minor is not None and self.discount_basis_points is not None:
            raise ValueError("a benefit is a `discount_basis_points` or a `credit_minor`, not both")
        if (self.credit_minor is None) != (self.money is None):
            raise ValueError("`money` is named with `credit_minor`, and only there")

    def payable_minor(self, amount_minor: int) -> int:
        """What is left to pay of an amount."""
        if self.discount_basis_points is not None:
            off = (amount_minor * self.discount_basis_points * 2 + 10_000) // 20_000
            return amount_minor - off
        return max(amount_minor - (self.credit_minor or 0), 0)
