"""Where something was bought, and how it was paid."""

from typing import Annotated

from msgspec import Meta

from loyalty.rules.conditions.condition import Condition
from loyalty.rules.orders import PURCHASE, Label, Miss, Order, Token

Labels = Annotated[frozenset[Label], Meta(min_length=1, max_length=256)]


class _Place(Condition, frozen=True, kw_only=True):
    """One word of an order is one of these."""

    any_of: Labels

    def tokens(self) -> frozenset[Token]:
        return frozenset((self._name(), each) for each in self.any_of)

    def narrowed(self, order: Order) -> Order | Miss:
        name = self._name()
        found = getattr(order, name)
        if found in self.any_of:
            return order
        said = f"not {found}" if found else "and the order names none"
        wanted = ", ".join(sorted(self.any_of))
        return Miss(f"{name.upper()}_NOT_ELIGIBLE", f"the {name} is one of {wanted}, {said}")

    def _name(self) -> str:
        return str(self.__struct_config__.tag)


class Channel(_Place, tag="channel", frozen=True, kw_only=True):
    """Sold through one of these channels: a web shop, an app, own stores, a marketplace."""


class Store(_Place, tag="store", frozen=True, kw_only=True):
    """Sold in one of these stores."""


class Tender(_Place, tag="tender", frozen=True, kw_only=True):
    """Paid with one of these: a store card, cash, a gift card."""

    @property
    def of(self) -> str:
        return PURCHASE
