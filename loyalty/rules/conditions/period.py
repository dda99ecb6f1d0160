"""When something was bought."""

from ledger.names import is_at
from loyalty.rules.conditions.condition import Condition
from loyalty.rules.orders import Miss, Order


class Period(Condition, tag="period", frozen=True, kw_only=True):
    """From `since` until just before `until`, both in UTC."""

    since: str
    until: str

    def __post_init__(self) -> None:
        for each in (self.since, self.until):
            if not is_at(each):
                raise ValueError(f"`{each}` is no moment: write it like 2026-11-21T00:00:00.000Z")
        if self.since >= self.until:
            raise ValueError(f"`until`, {self.until}, is not after `since`")

    def narrowed(self, order: Order) -> Order | Miss:
        if self.since <= order.at < self.until:
            return order
        return Miss(
            "OUTSIDE_PERIOD", f"from {self.since} until before {self.until}, not {order.at}"
        )

    def over(self, at: str) -> bool:
        """Whether nothing later can meet it any more."""
        return at >= self.until
