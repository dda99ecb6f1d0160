"""Refused: an entry that is not the next of its chains."""

from tests.vectors.forms import NO_HASH, Body, digest
from tests.vectors.parties import WALLETS
from tests.vectors.refused.refusals import Refusals, put


def refuse_chains(r: Refusals) -> None:
    """An entry that is not the next of its chains."""
    r.changed("a gap in a wallet's seq", 13, "tx.chains.seq", put("chains", 0, "seq", 3))
    r.changed("a wallet's seq again", 13, "tx.chains.seq", put("chains", 0, "seq", 1))
    r.changed("a wallet's seq of 0", 12, "tx.chains.seq", put("chains", 0, "seq", 0))
    r.changed("a wrong prev", 13, "tx.chains.prev", put("chains", 0, "prev", NO_HASH))
    r.changed("a wrong first prev", 12, "tx.chains.prev", put("chains", 0, "prev", digest(b"")))
    r.raw("an entry is left out", 13, "tx.chains.seq", r.entries[14])
    r.raw("an entry comes twice", 13, "tx.id", r.entries[12])
    r.changed("before the wallet's last", 13, "tx.at", put("at", "2026-01-10T08:59:59.999Z"))
    r.changed("a member more in a chain", 12, "tx.chains.members", put("chains", 0, "note", "x"))
    r.changed("a balance missing", 12, "tx.chains.after", put("chains", 0, "after", {"held": 0}))
    r.changed("a wrong balance", 12, "tx.chains.after", put("chains", 0, "after", "available", 99))
    below = put("chains", 0, "after", "available", -1)
    r.changed("a balance below 0", 12, "tx.chains.negative", below)
    above = put("chains", 0, "after", "arrears", 1)
    r.changed("arrears above 0", 12, "tx.chains.arrears", above)
    swapped = lambda body: body["chains"].reverse()  # noqa: E731
    r.changed("wallets not sorted", 20, "tx.chains.order", swapped)
    r.changed("a wallet that nothing moves", 12, "tx.chains.wallets", _more_chains)
    r.changed("a wallet that is not chained", 20, "tx.chains.wallets", _fewer_chains)
    r.changed("a gap in the governance seq", 9, "governance.seq", put("seq", 11))
    r.changed("a wrong governance prev", 9, "governance.prev", put("prev", NO_HASH))
    r.raw("a governance entry is left out", 11, "governance.seq", r.entries[33])
    r.changed("governance back in time", 35, "governance.at", put("at", "2027-01-31T00:00:00.000Z"))
    r.raw("genesis a second time", 12, "governance.genesis", r.entries[0])
    r.raw("no genesis", 0, "governance.genesis", r.entries[1])
    again = r.ids["earn"]
    r.changed("an id used again", 13, "tx.id", put("id", again))


def _more_chains(body: Body) -> None:
    body["chains"].append({**body["chains"][0], "wallet": WALLETS["carol"]})


def _fewer_chains(body: Body) -> None:
    body["chains"].pop()
