"""What a rule gives where its conditions hold. Each kind is a module here."""

from typing import TYPE_CHECKING, Union

from loyalty.rules.effects.effect import Effect
from loyalty.rules.effects.fixed import Fixed
from loyalty.rules.effects.multiplier import Multiplier
from loyalty.rules.effects.per_step import PerStep
from loyalty.rules.effects.per_unit import PerUnit
from loyalty.rules.effects.percentage import Percentage
from loyalty.rules.effects.points_per_amount import PointsPerAmount
from loyalty.rules.effects.voucher import Voucher

KINDS: tuple[type[Effect], ...] = (
    Fixed,
    Multiplier,
    Percentage,
    PerStep,
    PerUnit,
    PointsPerAmount,
    Voucher,
)

if TYPE_CHECKING:
    AnyEffect = Effect
else:
    AnyEffect = Union[KINDS]  # noqa: UP007 - of classes that are known only here

__all__ = ["KINDS", "AnyEffect", "Effect"]
