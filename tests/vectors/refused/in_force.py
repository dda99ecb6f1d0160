"""Refused: partners, currencies, programmes and signers that are not in force."""

from base64 import b64decode
from collections.abc import Callable
from typing import Any

from tests.vectors.forged_signatures import plus_order
from tests.vectors.forms import Body, b64, canonical, digest
from tests.vectors.keys import BREWCO_2, PAGES, STRANGER, Key
from tests.vectors.parties import (
    AGREEMENT_1,
    BY_BREWCO,
    BY_PAGES,
    RULE_1,
    RULE_2,
    RULE_PAGES,
    SYSTEM,
)
from tests.vectors.refused.refusals import Refusals, both, put
from tests.vectors.writing import body_of


def refuse_in_force(r: Refusals) -> None:
    """Partners, currencies, programmes and signers that are not in force."""
    first = "2026-01-10T09:00:00.000Z"

    def earn(
        name: str, keep: int, rule: str, by: Any, at: str = first, p: str = "brewco", /, **m: Any
    ) -> None:
        r.tx(
            name, keep, rule, "earn", at, by, [(f"{p}:issued", -1), ("alice:pending", 1)],
            {"alice": m.pop("after", (0, 0, 1, 0))}, **m,
        )  # fmt: skip

    earn("no rule, and not by the issuer", 12, "tx.rule", SYSTEM)
    earn("no rule, and by another partner", 12, "tx.rule", BY_PAGES)
    earn("a rule that is not there", 12, "tx.rule", SYSTEM, rule=digest(b"none"))
    earn("a rule that the issuer did not sign", 12, "tx.rule.signed", SYSTEM, rule=RULE_PAGES)
    late = "2027-04-03T00:00:00.000Z"
    state = {"after": (25, 0, 1, 0)}
    earn("a rule 60 days after the next", 41, "tx.rule", SYSTEM, late, rule=RULE_1, **state)
    agreement = digest(canonical(AGREEMENT_1))
    earn("an agreement as the rule", 12, "tx.rule", SYSTEM, rule=agreement)
    earn("a rule named without need", 12, "tx.rule.signed", BY_BREWCO, rule=RULE_PAGES)
    earn("a partner that never joined", 12, "tx.partner", SYSTEM, first, "ghost", rule=RULE_1)
    earn("a partner that left", 41, "tx.partner", SYSTEM, late, "pages", rule=RULE_2, **state)
    earn("a foreign key", 12, "by.key", ("partner:brewco", PAGES))
    earn("a key that is in no entry", 12, "by.key", ("partner:brewco", STRANGER))
    earn("a revoked key", 41, "by.key", BY_BREWCO, late, **state)
    earn(
        "a key on the day it is revoked",
        36,
        "by.key",
        BY_BREWCO,
        "2027-02-01T00:00:00.000Z",
        **state,
    )
    earn(
        "a key to come",
        33,
        "by.key",
        ("partner:brewco", BREWCO_2),
        "2027-01-31T00:00:00.000Z",
        **state,
    )
    r.changed("a currency that is not there", 12, "tx.currency", _other_currency)
    r.tx(
        "another's points in a partner's currency", 21, "tx.currency.owner", "earn", first,
        BY_BREWCO, [("brewco:issued", -1, "PAGE"), ("carol:pending", 1)],
        {"carol": (0, 0, 1, 0)},
    )  # fmt: skip
    r.changed(
        "a partner's signature of another order", 13, "by.sig", _stolen(r.entries[12], BY_BREWCO)
    )
    sig = body_of(r.entries[12])["by"]["sig"]
    r.changed(
        "S + L in a partner's signature",
        12,
        "by.sig",
        put("by", "sig", b64(plus_order(b64decode(sig)))),
    )
    r.changed("another asked than was signed", 12, "by.sig", put("by", "asked", digest(b"else")))
    r.changed(
        "approved by the same operator",
        23,
        "tx.approved",
        put("approved", body_of(r.entries[23])["by"]),
    )
    r.changed(
        "approved by a partner", 23, "tx.approved", put("approved", body_of(r.entries[12])["by"])
    )
    r.changed(
        "an approval of something else",
        23,
        "tx.approved.asked",
        put("approved", "asked", digest(b"else")),
    )
    r.changed("an approval that is not signed", 23, "by.sig", put("approved", "sig", sig))
    r.changed(
        "an approval of a partner's entry",
        12,
        "tx.approved",
        put("approved", body_of(r.entries[23])["approved"]),
    )


def _other_currency(body: Body) -> None:
    for row in body["postings"]:
        row[1] = "MOON"


def _stolen(entry: bytes, by: tuple[str, Key]) -> Callable[[Body], object]:
    """The partner's `by` of one entry on an earn of the same partner that it never asked for."""
    return both(
        put("by", body_of(entry)["by"]),
        put("postings", 0, 0, f"{by[0]}:issued"),
        put("lots", 0, 2, "brewco"),
    )
