"""Who buys: a household or a company that shares a wallet."""

from typing import Annotated

from msgspec import Meta

from loyalty.rules.conditions.condition import Condition
from loyalty.rules.orders import Label, Miss, Order, Token


class Account(Condition, tag="account", frozen=True, kw_only=True):
    """An account of one of these kinds, as an operator says: a hospital, a school."""

    any_of: Annotated[frozenset[Label], Meta(min_length=1, max_length=256)]

    def tokens(self) -> frozenset[Token]:
        return frozenset(("account", each) for each in self.any_of)

    def narrowed(self, order: Order) -> Order | Miss:
        if order.account in self.any_of:
            return order
        wanted = ", ".join(sorted(self.any_of))
        who = f"not {order.account}" if order.account else "and who buys is of no such kind"
        return Miss("ACCOUNT_NOT_ELIGIBLE", f"for accounts of the kind {wanted}, {who}")
