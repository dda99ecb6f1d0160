"""Refused: amounts, lots and balances that do not follow."""

from tests.vectors.forms import MAX
from tests.vectors.parties import ALICE, BY_BREWCO, BY_PAGES, DEC, FEB, JUN, NEVER, START
from tests.vectors.refused.refusals import Refusals, both, drop, put


def refuse_postings(r: Refusals) -> None:
    """Amounts, lots and balances that do not follow."""
    r.changed("a sum that is not 0", 12, "tx.postings.sum", put("postings", 0, 2, -99))
    r.changed("an amount of 0", 12, "tx.postings.amount", put("postings", 0, 2, 0))
    r.changed("postings not sorted", 12, "tx.postings.order", lambda b: b["postings"].reverse())
    account = put("postings", 0, 0, "partner:brewco:gifted")
    r.changed("an unknown account", 12, "tx.postings.account", account)
    r.changed(
        "an unknown wallet part",
        17,
        "tx.postings.account",
        put("postings", 0, 0, f"wallet:{ALICE}:a"),
    )
    r.changed("lots unlike what is available", 12, "tx.lots.sum", put("lots", 0, 3, 99))
    r.changed("lots left out", 12, "tx.lots.sum", drop("lots"))
    r.changed("an empty list of lots", 14, "tx.lots", put("lots", []))
    r.changed("lots not sorted", 16, "tx.lots.order", lambda b: b["lots"].reverse())
    r.changed(
        "a last day that does not exist", 12, "tx.lots.expires", put("lots", 0, 1, "2026-06-31")
    )
    r.changed("an issuer of other form", 12, "tx.lots.issuer", put("lots", 0, 2, "Brewco"))
    later = both(put("lots", 0, 3, -50), put("lots", 1, 3, -60))
    r.changed("the later lot first", 16, "tx.redeem.lots", later)
    r.changed("an issuer other than the earner's", 12, "tx.earn.lots", put("lots", 0, 2, "pages"))
    two = put("lots", [[ALICE, JUN, "brewco", 50], [ALICE, DEC, "brewco", 50]])
    r.changed("an earn of two lots", 12, "tx.earn.lots", two)
    r.tx(
        "an earn half pending",
        12,
        "tx.earn.postings",
        "earn",
        START,
        BY_BREWCO,
        [("brewco:issued", -9), ("alice:available", 4), ("alice:pending", 5)],
        {"alice": (4, 0, 5, 0)},
        [("alice", DEC, "brewco", 4)],
    )
    r.tx(
        "an earn on top of the limit",
        13,
        "wallet.limit",
        "earn",
        "2026-01-11T00:00:00.000Z",
        BY_BREWCO,
        [("brewco:issued", -MAX), ("alice:available", MAX)],
        {"alice": (MAX, 0, 0, 0)},
        [("alice", DEC, "brewco", MAX)],
    )
    r.tx(
        "more than there is",
        13,
        "tx.points",
        "redeem",
        "2026-01-11T00:00:00.000Z",
        BY_PAGES,
        [("pages:burned", 101), ("alice:available", -101)],
        {"alice": (0, 0, 0, 0)},
        [("alice", JUN, "brewco", -101)],
    )
    r.tx(
        "a lapsed lot is spent",
        24,
        "lots.lapsed",
        "redeem",
        "2026-03-01T00:00:00.000Z",
        BY_PAGES,
        [("pages:burned", 20), ("bob:available", -20)],
        {"bob": (25, 0, 0, 0)},
        [("bob", FEB, "brewco", -20)],
    )
    r.tx(
        "a lapsed lot is passed over",
        24,
        "lots.lapsed",
        "redeem",
        "2026-03-01T00:00:00.000Z",
        BY_PAGES,
        [("pages:burned", 5), ("bob:available", -5)],
        {"bob": (40, 0, 0, 0)},
        [("bob", NEVER, "brewco", -5)],
    )
    r.tx(
        "a lot opened lapsed",
        13,
        "lots.opened_lapsed",
        "earn",
        "2026-01-11T00:00:00.000Z",
        BY_BREWCO,
        [("brewco:issued", -1), ("alice:available", 1)],
        {"alice": (101, 0, 0, 0)},
        [("alice", "2026-01-10", "brewco", 1)],
    )
    earn = ("earn", "2026-03-06T00:00:00.000Z", BY_BREWCO)
    all_available = [("brewco:issued", -80), ("alice:available", 80)]
    lot = [("alice", DEC, "brewco", 80)]
    r.tx(
        "arrears not paid first",
        30,
        "tx.chains.arrears",
        *earn,
        all_available,
        {"alice": (80, 0, 0, -67)},
        lot,
    )
    r.tx(
        "arrears forgiven by an earn", 30, "tx.earn.postings", *earn, all_available,
        {"alice": (80, 0, 0, 0)}, lot,
    )  # fmt: skip
