"""What every rule has, whatever it gives."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Annotated, Literal

from msgspec import Meta

from loyalty.rules.caps import Cap
from loyalty.rules.conditions import AnyCondition
from loyalty.rules.guards import Guard
from loyalty.rules.orders import PURCHASE, Data, Id, Label, Money, Order, Positive

Share = Annotated[int, Meta(ge=1, le=100)]
Funding = Annotated[Mapping[Id, Share], Meta(min_length=1, max_length=8)]
"""Who issues the points, by their shares in hundredths, which add up to 100."""

Rounding = Literal["floor", "half_up", "carry"]


class Effect(Data, tag_field="effect", frozen=True, kw_only=True):
    """A rule, named in a document by its member `effect`.

    partners: at whose tills it holds; on: the event that it is for; money: the ISO 4217 code of the
    amounts that it counts, of purchases alone; when: conditions, each on what those before it
    leave; guard: what must hold besides, of what they leave; at_most: points an order; caps: points
    a member gets by it in a day, a month, …; best_of: of all rules of a group that hold, the one
    that gives most; funding: who issues the points, if not the partner of the till.
    """

    id: Id
    partners: Annotated[tuple[Id, ...], Meta(min_length=1, max_length=64)]
    on: Label = PURCHASE
    money: Money | None = None
    when: Annotated[tuple[AnyCondition, ...], Meta(max_length=16)] = ()
    guard: Guard | None = None
    at_most: Positive | None = None
    caps: Annotated[tuple[Cap, ...], Meta(max_length=4)] = ()
    best_of: Id | None = None
    funding: Funding | None = None

    @abstractmethod
    def worth(self, order: Order, given: int) -> int:
        """What the rule gives for what its conditions leave of an order, exactly: in units of which
        `denominator` are a point.

        given: points of all rules that do not multiply.
        """

    @property
    def denominator(self) -> int:
        return 1

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

    @property
    def carries(self) -> str:
        """Under which key the remainder is kept for the next order; empty if it is not."""
        return ""

    def rounded(self, worth: int, carried: int) -> tuple[int, int]:
        """Whole points, and the remainder to keep. carried: the one kept so far."""
        del carried
        return worth, 0


class Rounded(Effect, frozen=True, kw_only=True):
    """A rule that says how it rounds: down, to the nearest with halves up, or down with the
    remainder kept for the next order.
    """

    rounding: Rounding

    @property
    def carries(self) -> str:
        # By its unit, too: a version with another rate begins anew.
        return f"r:{self.id}:{self.denominator}" if self.rounding == "carry" else ""

    def rounded(self, worth: int, carried: int) -> tuple[int, int]:
        whole = self.denominator
        if self.rounding == "half_up":
            return (2 * worth + whole) // (2 * whole), 0
        if self.rounding == "floor":
            return worth // whole, 0
        # Below 0 after a return: then nothing is given until that is made up for.
        points = max((worth + carried) // whole, 0)
        return points, worth + carried - points * whole
