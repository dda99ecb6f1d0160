"""The ledger of the vectors, all of which is accepted: each kind, and the lots that it leaves."""

from typing import Any

from tests.vectors.forms import ORIGIN, Body, canonical, digest
from tests.vectors.keys import (
    BREWCO,
    BREWCO_2,
    DESK,
    ENTRIES,
    ENTRIES_2,
    LEAD,
    LOG,
    PAGES,
    WITNESS,
    verifier_key,
)
from tests.vectors.parties import (
    AGREEMENT_1,
    BOTH,
    BY_BREWCO,
    BY_DESK,
    BY_PAGES,
    DEC,
    FEB,
    JUN,
    NEVER,
    PAGES_1,
    RULE_1,
    RULE_2,
    STARS_1,
    STARS_2,
    START,
    SYSTEM,
)
from tests.vectors.writing import Told, Writer, governance, key_added, signed_entry, version


def write_governance(w: Writer) -> None:
    """Entries 0 to 11: what must be in force before anybody has a point."""
    keys = {"log_key": LOG.vkey, "entry_key": ENTRIES.vkey}

    def add(body: Body) -> None:
        w.add(signed_entry(body, w.key))

    add(governance(w, "genesis", START, origin=ORIGIN, **keys))
    add(governance(w, "currency", START, currency="STAR", owner="coalition", decimals=0))
    add(governance(w, "partner", START, partner="brewco", status="joined"))
    add(key_added(w, START, "partner:brewco", BREWCO))
    add(governance(w, "partner", START, partner="pages", status="joined"))
    add(key_added(w, START, "partner:pages", PAGES))
    add(key_added(w, START, "operator:desk", DESK))
    add(key_added(w, START, "operator:lead", LEAD))
    page = {"currency": "PAGE", "owner": "partner:pages", "decimals": 2}
    add(governance(w, "currency", START, signed=[BY_PAGES], **page))
    add(governance(w, "programme", START, signed=BOTH, **version(STARS_1)))
    add(governance(w, "programme", START, signed=[BY_PAGES], **version(PAGES_1)))
    add(governance(w, "agreement", START, signed=BOTH, **version(AGREEMENT_1)))


def write_alice(add: Told) -> dict[str, str]:
    """Entries 12 to 20: earn, confirm, redeem, hold, capture, void, transfer."""
    ids = {}
    ids["earn"] = add(
        "earn",
        "2026-01-10T09:00:00.000Z",
        BY_BREWCO,
        [("brewco:issued", -100), ("alice:available", 100)],
        {"alice": (100, 0, 0, 0)},
        [("alice", JUN, "brewco", 100)],
        rule=RULE_1,
        detail=digest(b"salt of 16 bytes" + canonical({"order": "A-1"})),
        left={"alice": [(JUN, "brewco", 100)]},
    )
    ids["earn at pages"] = add(
        "earn",
        "2026-01-11T09:00:00.000Z",
        SYSTEM,
        [("pages:issued", -60), ("alice:available", 60)],
        {"alice": (160, 0, 0, 0)},
        [("alice", DEC, "pages", 60)],
        rule=RULE_1,
        left={"alice": [(JUN, "brewco", 100), (DEC, "pages", 60)]},
    )
    ids["earn pending"] = add(
        "earn",
        "2026-01-12T09:00:00.000Z",
        SYSTEM,
        [("brewco:issued", -40), ("alice:pending", 40)],
        {"alice": (160, 0, 40, 0)},
        rule=RULE_1,
        left={"alice": [(JUN, "brewco", 100), (DEC, "pages", 60)]},
    )
    ids["confirm"] = add(
        "confirm",
        "2026-01-13T09:00:00.000Z",
        SYSTEM,
        [("alice:pending", -30), ("alice:available", 30)],
        {"alice": (190, 0, 10, 0)},
        [("alice", NEVER, "brewco", 30)],
        of=ids["earn pending"],
        left={"alice": [(JUN, "brewco", 100), (DEC, "pages", 60), (NEVER, "brewco", 30)]},
    )
    ids["redeem"] = add(
        "redeem",
        "2026-01-14T09:00:00.000Z",
        BY_PAGES,
        [("alice:available", -110), ("pages:burned", 110)],
        {"alice": (80, 0, 10, 0)},
        [("alice", JUN, "brewco", -100), ("alice", DEC, "pages", -10)],
        left={"alice": [(DEC, "pages", 50), (NEVER, "brewco", 30)]},
    )
    ids["hold"] = add(
        "hold",
        "2026-01-15T09:00:00.000Z",
        "member",
        [("alice:available", -60), ("alice:held", 60)],
        {"alice": (20, 60, 10, 0)},
        [("alice", DEC, "pages", -50), ("alice", NEVER, "brewco", -10)],
        left={"alice": [(NEVER, "brewco", 20)]},
    )
    ids["capture"] = add(
        "capture",
        "2026-01-16T09:00:00.000Z",
        BY_BREWCO,
        [("alice:held", -25), ("brewco:burned", 25)],
        {"alice": (20, 35, 10, 0)},
        of=ids["hold"],
        left={"alice": [(NEVER, "brewco", 20)]},
    )
    ids["void"] = add(
        "void",
        "2026-01-17T09:00:00.000Z",
        SYSTEM,
        [("alice:held", -35), ("alice:available", 35)],
        {"alice": (55, 0, 10, 0)},
        [("alice", DEC, "pages", 25), ("alice", NEVER, "brewco", 10)],
        of=ids["hold"],
        left={"alice": [(DEC, "pages", 25), (NEVER, "brewco", 30)]},
    )
    ids["transfer"] = add(
        "transfer",
        "2026-01-18T09:00:00.000Z",
        "member",
        [("alice:available", -40), ("bob:available", 40)],
        {"alice": (15, 0, 10, 0), "bob": (40, 0, 0, 0)},
        [
            ("alice", DEC, "pages", -25),
            ("alice", NEVER, "brewco", -15),
            ("bob", DEC, "pages", 25),
            ("bob", NEVER, "brewco", 15),
        ],
        left={
            "alice": [(NEVER, "brewco", 15)],
            "bob": [(DEC, "pages", 25), (NEVER, "brewco", 15)],
        },
    )
    return ids


def write_bob(add: Told, ids: dict[str, str]) -> None:
    """Entries 21 to 26: exchange, adjust, expire."""
    ids["exchange"] = add(
        "exchange",
        "2026-01-19T09:00:00.000Z",
        "member",
        [
            ("bob:available", -30),
            ("exchange:STAR:PAGE", 30),
            ("exchange:STAR:PAGE", -100, "PAGE"),
            ("carol:available", 100),
        ],
        {"bob": (10, 0, 0, 0), "carol": (100, 0, 0, 0)},
        [
            ("bob", DEC, "pages", -25),
            ("bob", NEVER, "brewco", -5),
            # floor(25 * 100 / 30) = 83 and floor(5 * 100 / 30) = 16: 1 is left, for the first row
            ("carol", DEC, "pages", 84),
            ("carol", DEC, "brewco", 16),
        ],
        left={
            "bob": [(NEVER, "brewco", 10)],
            "carol": [(DEC, "brewco", 16), (DEC, "pages", 84)],
        },
    )
    ids["short earn"] = add(
        "earn",
        "2026-01-20T09:00:00.000Z",
        SYSTEM,
        [("brewco:issued", -20), ("bob:available", 20)],
        {"bob": (30, 0, 0, 0)},
        [("bob", FEB, "brewco", 20)],
        rule=RULE_1,
        left={"bob": [(FEB, "brewco", 20), (NEVER, "brewco", 10)]},
    )
    ids["goodwill"] = add(
        "adjust",
        "2026-01-21T09:00:00.000Z",
        BY_DESK,
        [("operator:adjusted", -15), ("bob:available", 15)],
        {"bob": (45, 0, 0, 0)},
        [("bob", FEB, "operator", 15)],
        approved=("operator:lead", LEAD),
        left={"bob": [(FEB, "brewco", 20), (FEB, "operator", 15), (NEVER, "brewco", 10)]},
    )
    ids["expire"] = add(
        "expire",
        "2026-03-02T00:00:00.000Z",
        "system:sweep",
        [("bob:available", -35), ("brewco:expired", 20), ("operator:expired", 15)],
        {"bob": (10, 0, 0, 0)},
        [("bob", FEB, "brewco", -20), ("bob", FEB, "operator", -15)],
        left={"bob": [(NEVER, "brewco", 10)]},
    )
    ids["given again"] = add(
        "adjust",
        "2026-03-02T10:00:00.000Z",
        BY_DESK,
        [("operator:adjusted", -18), ("bob:available", 18)],
        {"bob": (28, 0, 0, 0)},
        [("bob", DEC, "operator", 15), ("bob", DEC, "brewco", 3)],
        of=ids["expire"],
        left={"bob": [(DEC, "brewco", 3), (DEC, "operator", 15), (NEVER, "brewco", 10)]},
    )
    ids["taken"] = add(
        "adjust",
        "2026-03-02T11:00:00.000Z",
        BY_DESK,
        [("bob:available", -5), ("operator:adjusted", 5)],
        {"bob": (23, 0, 0, 0)},
        [("bob", DEC, "brewco", -3), ("bob", DEC, "operator", -2)],
        left={"bob": [(DEC, "operator", 13), (NEVER, "brewco", 10)]},
    )


def write_returns(add: Told, ids: dict[str, str]) -> None:
    """Entries 27 to 32: reverse into arrears, refund, arrears paid, a refund of what lapsed."""
    ids["reverse"] = add(
        "reverse",
        "2026-03-03T09:00:00.000Z",
        BY_BREWCO,
        [("alice:available", -15), ("alice:arrears", -85), ("brewco:issued", 100)],
        {"alice": (0, 0, 10, -85)},
        [("alice", NEVER, "brewco", -15)],
        of=ids["earn"],
        left={"alice": []},
    )
    ids["reverse pending"] = add(
        "reverse",
        "2026-03-04T09:00:00.000Z",
        BY_BREWCO,
        [("alice:pending", -10), ("alice:arrears", -2), ("brewco:issued", 12)],
        {"alice": (0, 0, 0, -87)},
        of=ids["earn pending"],
        left={"alice": []},
    )
    ids["refund"] = add(
        "refund",
        "2026-03-05T09:00:00.000Z",
        BY_PAGES,
        [("pages:burned", -20), ("alice:arrears", 20)],
        {"alice": (0, 0, 0, -67)},
        of=ids["redeem"],
        left={"alice": []},
    )
    ids["earn pays arrears"] = add(
        "earn",
        "2026-03-06T09:00:00.000Z",
        SYSTEM,
        [("brewco:issued", -80), ("alice:arrears", 67), ("alice:available", 13)],
        {"alice": (13, 0, 0, 0)},
        [("alice", DEC, "brewco", 13)],
        rule=RULE_1,
        left={"alice": [(DEC, "brewco", 13)]},
    )
    ids["refund of what lapsed"] = add(
        "refund",
        "2027-01-15T09:00:00.000Z",
        BY_BREWCO,
        [("brewco:burned", -25), ("alice:available", 25)],
        {"alice": (38, 0, 0, 0)},
        [("alice", "2027-02-28", "pages", 25)],
        of=ids["capture"],
        left={"alice": [(DEC, "brewco", 13), ("2027-02-28", "pages", 25)]},
    )
    ids["expire of one"] = add(
        "expire",
        "2027-01-16T09:00:00.000Z",
        "system:sweep",
        [("alice:available", -13), ("brewco:expired", 13)],
        {"alice": (25, 0, 0, 0)},
        [("alice", DEC, "brewco", -13)],
        left={"alice": [("2027-02-28", "pages", 25)]},
    )


def write_changes(w: Writer, add: Told) -> None:
    """Entries 33 to 41: keys and a programme are replaced, a partner leaves, a witness comes."""

    def govern(type_: str, at: str, **members: Any) -> None:
        w.add(signed_entry(governance(w, type_, at, **members), w.key))

    day = "2027-02-01T00:00:00.000Z"
    w.add(signed_entry(key_added(w, day, "partner:brewco", BREWCO_2)))
    govern("key", day, party="partner:brewco", vkey=BREWCO.vkey, status="revoked")
    signed = [("partner:brewco", BREWCO_2), BY_PAGES]
    govern("programme", "2027-02-02T00:00:00.000Z", signed=signed, **version(STARS_2))
    add(
        "earn",
        "2027-02-03T09:00:00.000Z",
        ("partner:brewco", BREWCO_2),
        [("brewco:issued", -7), ("bob:available", 7)],
        {"bob": (30, 0, 0, 0)},
        [("bob", NEVER, "brewco", 7)],
        rule=RULE_2,
        left={"bob": [(DEC, "operator", 13), (NEVER, "brewco", 17)]},
    )
    govern("partner", "2027-03-01T00:00:00.000Z", partner="pages", status="left")
    w.add(signed_entry(key_added(w, "2027-03-02T00:00:00.000Z", "entries", ENTRIES_2)))
    w.key = ENTRIES_2
    old = {"party": "entries", "vkey": ENTRIES.vkey, "status": "revoked"}
    govern("key", "2027-03-03T00:00:00.000Z", by=BY_DESK, **old)
    add(
        "earn",
        "2027-03-04T09:00:00.000Z",
        SYSTEM,
        [("brewco:issued", -3), ("bob:pending", 3)],
        {"bob": (30, 0, 3, 0)},
        rule=RULE_1,
        left={"bob": [(DEC, "operator", 13), (NEVER, "brewco", 17)]},
    )
    witness = verifier_key(WITNESS.name, WITNESS.public, b"\x04")
    govern("witness", "2027-03-05T00:00:00.000Z", vkey=witness, status="added")


def write_ledger() -> tuple[Writer, dict[str, str]]:
    writer = Writer()
    add = Told(writer)
    write_governance(writer)
    ids = write_alice(add)
    write_bob(add, ids)
    write_returns(add, ids)
    write_changes(writer, add)
    return writer, ids
