"""What every rule has, whatever it gives."""

from abc import abstractmethod
from fractions import Fraction
from typing import Annotated, Literal

from msgspec import Meta

from loyalty.rules.conditions import AnyCondition
from loyalty.rules.guards import Guard
from loyalty.rules.orders import PURCHASE, Data, Id, Label, Order, Positive

Money = Annotated[str, Meta(pattern=r"^[A-Z]{3}$")]
Rounding = Literal["floor", "half_up"]


class Effect(Data, tag_field="effect", frozen=True, kw_only=True):
    """A rule, named in a document by its member `effect`.

    partners: at whose tills it holds; on: the event that it is for; money: the ISO 4217 code of the
    amounts that it counts, of purchases alone; when: conditions, each on what those before it
    leave; guard: what must hold besides, of what they leave; at_most: points an order; best_of: of
    all rules of a group that hold, the one that gives most.
    """

    id: Id
    partners: Annotated[tuple[Id, ...], Meta(min_length=1, max_length=64)]
    on: Label = PURCHASE
    money: Money | None = None
    when: Annotated[tuple[AnyCondition, ...], Meta(max_length=16)] = ()
    guard: Guard | None = None
    at_most: Positive | None = None
    best_of: Id | None = None

    @abstractmethod
    def worth(self, order: Order, given: int) -> Fraction:
        """What the rule gives for what its conditions leave of an order, before rounding.

        given: points of all rules that do not multiply.
        """

    @property
    def multiplies(self) -> bool:
        """Whether it builds on what other rules give."""
        return False

    @property
    def voucher(self) -> str:
        """The reward of which it gives a voucher; empty: of none."""
        return ""

    @property
    def counts_money(self) -> bool:
        """Whether it is worth nothing without an amount of money."""
        return False

    def rounded(self, points: Fraction) -> int:
        """Whole points."""
        return int(points)


class Rounded(Effect, frozen=True, kw_only=True):
    """A rule that says how it rounds: down, or to the nearest with halves up."""

    rounding: Rounding

    def rounded(self, points: Fraction) -> int:
        half = Fraction(1, 2) if self.rounding == "half_up" else 0
        return (points + half).__floor__()
