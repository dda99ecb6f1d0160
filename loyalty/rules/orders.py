"""A purchase, or another event, as rules see it."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
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
Money = Annotated[str, Meta(pattern=r"^[A-Z]{3}$")]
TITLE_MAX_CHARS = 120
Title = Annotated[str, Meta(min_length=1, max_length=TITLE_MAX_CHARS)]


class Data(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A part of a programme's document: read strictly, and never changed."""


class Line(NamedTuple):
    """One line of a receipt. amount_minor: of the whole line, after discounts; quantity: how many
    units of it, like nights of a stay.
    """

    sku: str
    category: str
    amount_minor: int
    quantity: int = 1


_NOTHING: Mapping[str, Mapping[int, int]] = MappingProxyType({})


Marked = Callable[[Mapping[int, int]], tuple[int, int] | None]


class Standing(NamedTuple):
    """What is known of who buys, without the order that is decided.

    known: False where nobody said who it is; before, after: what each measure that rules or
    segments ask for comes to without and with the order. counts: all that is counted, for rules
    that keep something between orders; marked: of measures that rules wait for, from the marks that
    one was reached to how many still count and the place of a new one.
    """

    known: bool = False
    tier: str = ""
    segments: frozenset[str] = frozenset()
    before: Mapping[str, int] = MappingProxyType({})
    after: Mapping[str, int] = MappingProxyType({})
    counts: Mapping[str, Mapping[int, int]] = _NOTHING
    marked: Mapping[str, Marked] = MappingProxyType({})


NOBODY = Standing()


class Order(NamedTuple):
    """What was bought. amount_minor: what of it counts; conditions leave lines out.

    money: an ISO 4217 code; at: when; channel, store, tender: empty if the partner does not say.
    event: what happened; if it is no purchase it has no money, and what its partner says of it
    stands in attributes, by name. standing: of who bought it; jurisdiction: where they live, if
    that is known; account: the kind of the account that buys, empty if none does or nobody said
    what it is. gone: partners that fund rules and are of the coalition no more.
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
    standing: Standing = NOBODY
    jurisdiction: str = ""
    account: str = ""
    gone: frozenset[str] = frozenset()

    def tokens(self) -> frozenset[Token]:
        """All that a rule can be found by."""
        places = {("channel", self.channel), ("store", self.store), ("tender", self.tender)}
        places.add(("account", self.account))
        who = {("tier", self.standing.tier)} | {("segment", id_) for id_ in self.standing.segments}
        categories = {("category", line.category) for line in self.lines}
        said = {(f"attribute {name}", value) for name, value in self.attributes}
        skus = {("sku", line.sku) for line in self.lines}
        return frozenset(places | who | categories | said | skus)


class Miss(NamedTuple):
    """Why a rule does not hold of an order. code: for programs; message: for people."""

    code: str
    message: str
