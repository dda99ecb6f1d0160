"""A purchase, or another event, as rules see it."""

from typing import Annotated, NamedTuple

import msgspec
from msgspec import Meta

from ledger.canonical import MAX_INTEGER
from ledger.names import At
from loyalty.texts import LABEL

PURCHASE = "purchase"
"""The event that has an amount of money and lines."""

Token = tuple[str, str]
"""One thing that is true of an order, like ("channel", "web"): by these, rules are found."""

Id = Annotated[str, Meta(pattern=r"^[a-z0-9-]{2,32}$")]
Positive = Annotated[int, Meta(ge=1, le=MAX_INTEGER)]
Label = Annotated[str, Meta(pattern=f"^{LABEL}$")]


class Data(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A part of a programme's document: read strictly, and never changed."""


class Line(NamedTuple):
    """One line of a receipt. amount_minor: of the whole line, after discounts."""

    sku: str
    category: str
    amount_minor: int


class Order(NamedTuple):
    """What was bought. amount_minor: what of it counts; conditions leave lines out.

    money: an ISO 4217 code; at: when; channel, store, tender: empty if the partner does not say.
    event: what happened; if it is no purchase it has no money, and what its partner says of it
    stands in attributes, by name.
    """

    partner: str
    money: str
    amount_minor: int
    at: At
    lines: tuple[Line, ...] = ()
    channel: str = ""
    store: str = ""
    tender: str = ""
    event: str = PURCHASE
    attributes: tuple[tuple[str, str], ...] = ()

    def tokens(self) -> frozenset[Token]:
        """All that a rule can be found by."""
        places = {("channel", self.channel), ("store", self.store), ("tender", self.tender)}
        categories = {("category", line.category) for line in self.lines}
        said = {(f"attribute {name}", value) for name, value in self.attributes}
        return frozenset(places | categories | said | {("sku", line.sku) for line in self.lines})


class Miss(NamedTuple):
    """Why a rule does not hold of an order. code: for programs; message: for people."""

    code: str
    message: str
