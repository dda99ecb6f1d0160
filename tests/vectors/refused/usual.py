"""Refused: a usual earn that is wrong in one thing."""

from collections.abc import Callable

from tests.vectors.forms import NO_HASH, Body
from tests.vectors.keys import ENTRIES, LOG
from tests.vectors.parties import NEVER, RULE_1, RULE_PAGES, SYSTEM
from tests.vectors.refused.refusals import Refusals, both, drop, put
from tests.vectors.writing import Writer, governance, note, signed_entry, tx


def refuse_usual(r: Refusals) -> None:
    """A usual earn, unlike an earlier one in little: what a verifier in a hurry may pass over."""
    trip = "canonical.round_trip"
    r.text("usual: a space in the JSON", 22, trip, ':"earn"', ': "earn"')
    r.text("usual: a member given twice", 22, trip, '"kind":"earn"', '"kind":"hold","kind":"earn"')
    r.changed("usual: a member more", 22, "tx.members", put("memo", "thanks"))
    r.changed("usual: a member more in by", 22, "by.members", put("by", "key", "a+00000000"))
    r.changed("usual: an id used again", 22, "tx.id", put("id", r.ids["earn"]))
    r.changed("usual: a gap in seq", 22, "tx.chains.seq", put("chains", 0, "seq", 4))
    r.changed("usual: a wrong prev", 22, "tx.chains.prev", put("chains", 0, "prev", NO_HASH))
    after = put("chains", 0, "after", "available", 31)
    r.changed("usual: a wrong balance", 22, "tx.chains.after", after)
    r.changed("usual: a sum that is not 0", 22, "tx.postings.sum", put("postings", 0, 2, -19))
    r.changed("usual: a lot of another issuer", 22, "tx.earn.lots", put("lots", 0, 2, "pages"))
    r.changed("usual: a lot too small", 22, "tx.lots.sum", put("lots", 0, 3, 19))
    lapsed = put("lots", 0, 1, "2026-01-19")
    r.changed("usual: a lot opened lapsed", 22, "lots.opened_lapsed", lapsed)
    r.changed(
        "usual: a day that does not exist", 22, "tx.lots.expires", put("lots", 0, 1, "2026-02-30")
    )
    r.changed("usual: back in time", 22, "tx.at", put("at", "2026-01-19T08:59:59.999Z"))
    r.changed("usual: no rule", 22, "tx.rule", drop("rule"))
    r.changed("usual: a rule not signed", 22, "tx.rule.signed", put("rule", RULE_PAGES))
    r.changed("usual: by another partner", 22, "by.key", put("by", {"party": "partner:brewco"}))
    ghost = put("postings", 0, 0, "partner:ghost:issued")
    r.changed(
        "usual: a partner never joined", 22, "tx.partner", both(ghost, put("lots", 0, 2, "ghost"))
    )
    text = r.entries[22].partition(b"\n\n")[0] + b"\n"
    r.raw("usual: two signature lines", 22, "entry.signatures", note(text, LOG, ENTRIES))
    r.raw("usual: signed by the log key", 22, "entry.key", note(text, LOG))
    r.bytes(
        "usual: signed for another text", 22, "entry.signature", b"09:00:00.000", b"09:00:00.001"
    )


def refuse_usual_in_force(r: Refusals) -> None:
    """A usual earn after what an earlier one like it rested on has ended."""

    def earn(at: str, name: str, available: int) -> Callable[[Writer], Body]:
        state = {"alice": (available, 0, 0, 0), "bob": (available, 0, 0, 0)}
        postings = [("brewco:issued", -1), (f"{name}:available", 1)]
        lots = [(name, NEVER, "brewco", 1)]
        return lambda writer: tx(
            writer, "earn", at, SYSTEM, postings, {name: state[name]}, lots, rule=RULE_1
        )

    left = {"partner": "brewco", "status": "left"}
    r.added(
        "usual: a partner that has left",
        31,
        "tx.partner",
        lambda writer: governance(writer, "partner", "2026-03-07T00:00:00.000Z", **left),
        earn("2026-03-07T00:00:00.000Z", "alice", 14),
    )
    r.added(
        "usual: a rule that has ended",
        40,
        "tx.rule",
        earn("2027-04-02T23:59:59.999Z", "bob", 31),
        earn("2027-04-03T00:00:00.000Z", "bob", 32),
    )
    writer = Writer(r.entries[:40])
    for at, available in (("2027-03-02T12:00:00.000Z", 31), ("2027-03-03T00:00:00.000Z", 32)):
        writer.add(signed_entry(earn(at, "bob", available)(writer), ENTRIES))
    r.raw("usual: an entry key that has ended", 40, "entry.key", *writer.entries[40:])  # fmt: skip
