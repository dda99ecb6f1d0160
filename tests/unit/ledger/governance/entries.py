"""Entries of governance, and by which rule one is refused."""

from copy import deepcopy

from ledger import kinds
from ledger.governance import Governance
from ledger.names import NO_HASH
from tests.unit.ledger.strategies import STARS, Writer, rule_of


def refused(book: Writer, type_: str, signed=None, **members) -> str:
    """The rule by which the next governance entry of these members is refused."""
    return book.refusal(book.governance_body(type_, signed, **members))


def earn_tx(book: Writer, partner: str = "acme", currency: str = STARS, **more):
    effect = kinds.earn(book.wallet("ann", currency), partner, 5, book.at, "never")
    return book.tx("earn", effect, more.pop("by", f"partner:{partner}"), **more)


def refused_or_unsigned(book: Writer, members: dict) -> bool:
    body = book.governance_body("key", **members)
    return rule_of(Governance.apply, deepcopy(book.history.governance), body, NO_HASH) in (
        "key.proof",
        "canonical.type",
    )
