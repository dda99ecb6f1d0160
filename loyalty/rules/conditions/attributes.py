"""What a partner says of an event."""

from loyalty.rules.conditions.condition import Condition
from loyalty.rules.conditions.places import Labels
from loyalty.rules.orders import Label, Miss, Order, Token


class Attribute(Condition, tag="attribute", frozen=True, kw_only=True):
    """What the event says under `name` is one of these: a review's number of stars."""

    name: Label
    any_of: Labels

    @property
    def of(self) -> str:
        return "event"

    def tokens(self) -> frozenset[Token]:
        return frozenset((f"attribute {self.name}", each) for each in self.any_of)

    def narrowed(self, order: Order) -> Order | Miss:
        found = dict(order.attributes).get(self.name)
        if found in self.any_of:
            return order
        said = f"not {found}" if found else "and the event says none"
        wanted = ", ".join(sorted(self.any_of))
        return Miss("ATTRIBUTE_NOT_ELIGIBLE", f"{self.name} is one of {wanted}, {said}")
