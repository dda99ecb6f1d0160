"""Which lines of a receipt count."""

from typing import Annotated

from msgspec import Meta

from loyalty.rules.conditions.condition import Condition
from loyalty.rules.orders import PURCHASE, Label, Line, Miss, Order, Token

Labels = Annotated[frozenset[Label], Meta(max_length=1_000)]


class Products(Condition, tag="products", frozen=True, kw_only=True):
    """Lines of these categories or articles, or all; but not of those that are named to be left
    out. A line of nothing does not count, and an order that lists no lines has none that do.
    """

    categories: Labels = frozenset()
    skus: Labels = frozenset()
    except_categories: Labels = frozenset()
    except_skus: Labels = frozenset()

    def __post_init__(self) -> None:
        if not (self.categories or self.skus or self.except_categories or self.except_skus):
            raise ValueError("name `categories` or `skus` that count, or some that do not")

    @property
    def of(self) -> str:
        return PURCHASE

    def tokens(self) -> frozenset[Token]:
        of_categories = {("category", each) for each in self.categories}
        return frozenset(of_categories | {("sku", each) for each in self.skus})

    def narrowed(self, order: Order) -> Order | Miss:
        lines = tuple(line for line in order.lines if self._counts(line))
        if not lines:
            return Miss("NO_ELIGIBLE_PRODUCT", "no line of the order is one that counts")
        total = sum(line.amount_minor for line in lines)
        return order._replace(lines=lines, amount_minor=total)

    def _counts(self, line: Line) -> bool:
        left_out = line.category in self.except_categories or line.sku in self.except_skus
        if left_out or not line.amount_minor:
            return False
        wanted = self.categories or self.skus
        return not wanted or line.category in self.categories or line.sku in self.skus
