"""What every kind of condition has."""

from abc import abstractmethod

from loyalty.rules.counts import Delta
from loyalty.rules.orders import Data, Miss, Order, Token


class Condition(Data, tag_field="condition", frozen=True, kw_only=True):
    """Named in a document by its member `condition`."""

    @abstractmethod
    def narrowed(self, order: Order) -> Order | Miss:
        """What of the order the condition leaves, or why it does not hold."""

    def once(self, rule: str, order: Order) -> Delta | Miss | None:
        """What is remembered when a rule gives something for an order that meets the condition, so
        that it does so once; a Miss where it did. None: it may any number of times.
        """
        del rule, order
        return None

    @property
    def of(self) -> str:
        """`purchase` or `event`, if nothing else has what it looks at; empty: anything has."""
        return ""

    def tokens(self) -> frozenset[Token]:
        """Of these an order must have one to meet the condition; none: any order may meet it."""
        return frozenset()
