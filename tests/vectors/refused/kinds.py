"""Refused: what one of the twelve kinds may not do."""

from tests.vectors.forms import Body
from tests.vectors.parties import ALICE, BY_BREWCO, BY_DESK, BY_PAGES, DEC, FEB, JUN, NEVER, SYSTEM
from tests.vectors.refused.refusals import Refusals, both, drop, put


def refuse_kinds(r: Refusals) -> None:
    """What one kind of transaction may not do."""
    ids = r.ids
    day = "2026-01-14T00:00:00.000Z"
    r.tx(
        "confirm more than is pending",
        15,
        "tx.of.amount",
        "confirm",
        day,
        SYSTEM,
        [("alice:pending", -41), ("alice:available", 41)],
        {"alice": (201, 0, 0, 0)},
        [("alice", DEC, "brewco", 41)],
        of=ids["earn pending"],
    )
    r.tx(
        "confirm an earn that waited for nothing",
        15,
        "tx.of.amount",
        "confirm",
        day,
        SYSTEM,
        [("alice:pending", -40), ("alice:available", 40)],
        {"alice": (200, 0, 0, 0)},
        [("alice", DEC, "brewco", 40)],
        of=ids["earn"],
    )
    r.tx(
        "capture more than is held",
        18,
        "tx.of.amount",
        "capture",
        "2026-01-16T00:00:00.000Z",
        BY_BREWCO,
        [("alice:held", -61), ("brewco:burned", 61)],
        {"alice": (20, 0, 10, 0)},
        of=ids["hold"],
    )
    r.changed("capture with lot rows of its own", 18, "tx.capture.lots", _capture_rows)
    r.tx(
        "void a part",
        19,
        "tx.void.postings",
        "void",
        "2026-01-17T00:00:00.000Z",
        SYSTEM,
        [("alice:held", -30), ("alice:available", 30)],
        {"alice": (50, 5, 10, 0)},
        [("alice", DEC, "pages", 30)],
        of=ids["hold"],
    )
    r.tx(
        "void twice",
        20,
        "tx.amount",
        "void",
        "2026-01-18T00:00:00.000Z",
        SYSTEM,
        [("alice:held", -35), ("alice:available", 35)],
        {"alice": (90, 0, 10, 0)},
        [("alice", DEC, "pages", 35)],
        of=ids["hold"],
    )
    r.changed(
        "a transfer that changes expiry", 20, "tx.transfer.lots", put("lots", 2, 1, "2027-12-31")
    )
    r.changed("a transfer that changes issuer", 20, "tx.transfer.lots", put("lots", 2, 2, "brewco"))
    shares = both(put("lots", 2, 3, 17), put("lots", 3, 3, 83))
    r.changed("the remainder to the last row", 21, "tx.exchange.lots", shares)
    r.tx(
        "an exchange in one currency",
        21,
        "tx.exchange.currency",
        "exchange",
        "2026-01-19T00:00:00.000Z",
        "member",
        [("bob:available", -5), ("alice:available", 5)],
        {"alice": (20, 0, 10, 0), "bob": (35, 0, 0, 0)},
        [("bob", DEC, "pages", -5), ("alice", DEC, "pages", 5)],
    )
    account = both(
        put("postings", 0, 0, "exchange:STAR:STAR"), put("postings", 1, 0, "exchange:STAR:STAR")
    )
    r.changed("another exchange's account", 21, "tx.exchange.postings", account)
    r.tx(
        "an expire of one of two lots",
        24,
        "tx.expire.postings",
        "expire",
        "2026-03-02T00:00:00.000Z",
        "system:sweep",
        [("bob:available", -20), ("brewco:expired", 20)],
        {"bob": (25, 0, 0, 0)},
        [("bob", FEB, "brewco", -20)],
    )
    r.tx(
        "an expire on a lot's last day",
        24,
        "tx.expire",
        "expire",
        "2026-02-28T23:59:59.999Z",
        "system:sweep",
        [("bob:available", -20), ("brewco:expired", 20)],
        {"bob": (25, 0, 0, 0)},
        [("bob", FEB, "brewco", -20)],
    )
    r.tx(
        "a reverse beyond what stands",
        29,
        "tx.of.amount",
        "reverse",
        "2026-03-05T00:00:00.000Z",
        BY_BREWCO,
        [("alice:arrears", -1), ("brewco:issued", 1)],
        {"alice": (0, 0, 0, -88)},
        of=ids["earn"],
    )
    r.tx(
        "a reverse of another issuer's lots first",
        14,
        "tx.reverse.lots",
        "reverse",
        "2026-01-12T00:00:00.000Z",
        BY_PAGES,
        [("alice:available", -50), ("pages:issued", 50)],
        {"alice": (110, 0, 0, 0)},
        [("alice", JUN, "brewco", -50)],
        of=ids["earn at pages"],
    )
    r.tx(
        "a reverse that leaves pending alone",
        15,
        "tx.reverse.postings",
        "reverse",
        "2026-01-13T00:00:00.000Z",
        BY_BREWCO,
        [("alice:available", -40), ("brewco:issued", 40)],
        {"alice": (120, 0, 40, 0)},
        [("alice", JUN, "brewco", -40)],
        of=ids["earn pending"],
    )
    r.tx(
        "a reverse to another partner",
        14,
        "tx.reverse.postings",
        "reverse",
        "2026-01-12T00:00:00.000Z",
        BY_PAGES,
        [("alice:available", -50), ("pages:issued", 50)],
        {"alice": (110, 0, 0, 0)},
        [("alice", JUN, "brewco", -50)],
        of=ids["earn"],
    )
    r.tx(
        "a refund of an earn",
        14,
        "tx.of.kind",
        "refund",
        "2026-01-12T00:00:00.000Z",
        BY_BREWCO,
        [("brewco:burned", -50), ("alice:available", 50)],
        {"alice": (210, 0, 0, 0)},
        [("alice", JUN, "brewco", 50)],
        of=ids["earn"],
    )
    r.changed("a refund to another issuer", 31, "tx.refund.lots", put("lots", 0, 2, "brewco"))
    r.changed("a refund with the expiry that lapsed", 31, "tx.refund.lots", put("lots", 0, 1, DEC))
    r.tx(
        "a refund after 401 days",
        33,
        "tx.of.age",
        "refund",
        "2027-02-19T00:00:00.000Z",
        BY_PAGES,
        [("pages:burned", -1), ("alice:available", 1)],
        {"alice": (26, 0, 0, 0)},
        [("alice", "2027-03-31", "pages", 1)],
        of=ids["redeem"],
    )
    r.tx(
        "of a transaction of another wallet",
        21,
        "tx.of.wallet",
        "reverse",
        "2026-01-19T00:00:00.000Z",
        BY_BREWCO,
        [("bob:available", -5), ("brewco:issued", 5)],
        {"bob": (35, 0, 0, 0)},
        [("bob", NEVER, "brewco", -5)],
        of=ids["earn"],
    )
    r.changed("of an id that is not there", 18, "tx.of", put("of", "0" * 26))
    r.changed("of what cannot be gone back to", 18, "tx.of", put("of", ids["confirm"]))
    r.changed("a reverse of nothing", 27, "tx.of", drop("of"))
    r.changed("an earn that goes back", 13, "tx.of", put("of", ids["earn"]))
    r.changed("points taken again by an adjust", 26, "tx.of", put("of", ids["expire"]))
    r.tx(
        "more given again than expired",
        26,
        "tx.of.amount",
        "adjust",
        "2026-03-02T10:30:00.000Z",
        BY_DESK,
        [("operator:adjusted", -18), ("bob:available", 18)],
        {"bob": (46, 0, 0, 0)},
        [("bob", DEC, "brewco", 18)],
        of=ids["expire"],
    )
    r.changed(
        "an adjust by the system",
        23,
        "tx.adjust.by",
        both(put("by", {"party": SYSTEM}), drop("approved")),
    )
    r.changed("two partners redeem at once", 16, "tx.redeem.accounts", _two_partners)
    r.tx(
        "a redeem from two wallets", 21, "tx.chains.count", "redeem", "2026-01-19T00:00:00.000Z",
        BY_PAGES, [("alice:available", -5), ("bob:available", -5), ("pages:burned", 10)],
        {"alice": (10, 0, 10, 0), "bob": (35, 0, 0, 0)},
        [("alice", NEVER, "brewco", -5), ("bob", DEC, "pages", -5)],
    )  # fmt: skip


def _capture_rows(body: Body) -> None:
    body["lots"] = [[ALICE, DEC, "pages", 25], [ALICE, NEVER, "brewco", -25]]


def _two_partners(body: Body) -> None:
    body["postings"][0][2] = 100
    body["postings"].insert(0, ["partner:brewco:burned", "STAR", 10])
