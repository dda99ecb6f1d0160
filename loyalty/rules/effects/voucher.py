"""A voucher in place of points."""

from loyalty.rules.effects.effect import Effect
from loyalty.rules.orders import Id, Order


class Voucher(Effect, tag="voucher", frozen=True, kw_only=True):
    """A voucher of one of the programme's rewards, for no points."""

    reward: Id

    def __post_init__(self) -> None:
        if self.at_most is not None or self.best_of is not None or self.caps:
            raise ValueError(
                "a voucher is no number of points: leave `at_most`, `best_of` and `caps` out, and "
                "limit its reward"
            )

    @property
    def voucher(self) -> str:
        return self.reward

    def worth(self, order: Order, given: int) -> int:
        del order, given
        return 0
