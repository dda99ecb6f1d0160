"""What falls due by the day, one module each. To add one: its module, and its class here."""

from collections.abc import Mapping

from loyalty.clock.agenda import Due
from loyalty.clock.matters.confirmations import Confirmations
from loyalty.clock.matters.lots import Lots
from loyalty.clock.matters.matter import Matter, NewRows
from loyalty.clock.matters.tiers import Tiers

MATTERS: Mapping[str, Matter] = {each.name: each for each in (Confirmations(), Lots(), Tiers())}


def matter_of(due: Due) -> Matter:
    """Raises KeyError for a hint of a matter that is not known."""
    return MATTERS[due.matter.partition("/")[0]]


__all__ = ["MATTERS", "Matter", "NewRows", "matter_of"]
