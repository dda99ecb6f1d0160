"""What must hold of an order for a rule to give anything. Each kind is a module here."""

from typing import TYPE_CHECKING, Union

from loyalty.rules.conditions.account import Account
from loyalty.rules.conditions.attributes import Attribute
from loyalty.rules.conditions.clock_times import Dates, Hours, Weekday
from loyalty.rules.conditions.condition import Condition
from loyalty.rules.conditions.minimum import Minimum
from loyalty.rules.conditions.period import Period
from loyalty.rules.conditions.places import Channel, Store, Tender
from loyalty.rules.conditions.products import Products
from loyalty.rules.conditions.standing import Reaches, Segment, Tier

KINDS: tuple[type[Condition], ...] = (
    Attribute,
    Account,
    Channel,
    Dates,
    Hours,
    Minimum,
    Period,
    Products,
    Reaches,
    Segment,
    Store,
    Tender,
    Tier,
    Weekday,
)

if TYPE_CHECKING:
    AnyCondition = Condition
else:
    AnyCondition = Union[KINDS]  # noqa: UP007 - of classes that are known only here

__all__ = ["KINDS", "AnyCondition", "Condition"]
