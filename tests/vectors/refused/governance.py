"""Refused: keys, partners, currencies and programmes that cannot be so."""

from typing import Any

from tests.vectors.forged_signatures import IDENTITY, ORDER_8, P
from tests.vectors.forms import MAX, ORIGIN, b64, canonical, digest, registration
from tests.vectors.keys import (
    BREWCO,
    BREWCO_2,
    DESK,
    ENTRIES,
    ENTRIES_2,
    LOG,
    PAGES,
    STRANGER,
    verifier_key,
)
from tests.vectors.parties import BOTH, BY_DESK, BY_PAGES, RULE_1, RULE_2, STARS_2, START
from tests.vectors.refused.refusals import Refusals, put
from tests.vectors.writing import authority, body_of, governance, signed_entry, version


def refuse_governance(r: Refusals) -> None:
    """Keys, partners, currencies and programmes that cannot be so."""
    genesis = {"origin": ORIGIN, "log_key": LOG.vkey, "entry_key": ENTRIES.vkey}
    r.governs("genesis by an operator", 0, "governance.by", "genesis", by=BY_DESK, **genesis)
    r.governs(
        "an origin that is no text", 0, "genesis.origin", "genesis", **genesis | {"origin": 5}
    )
    moon = genesis | {"log_key": STRANGER.vkey}
    r.governs("a log key of another name", 0, "key.name", "genesis", **moon)
    moon = genesis | {"entry_key": LOG.vkey}
    r.governs("an entry key named as the log", 0, "key.name", "genesis", **moon)
    moon = genesis | {"origin": "moon.example"}
    r.governs("an origin unlike the keys' names", 0, "key.name", "genesis", **moon)
    r.changed("a member more", 1, "currency.members", put("note", "x"))
    r.changed("a version to come of an entry", 1, "governance.v", put("v", 2))
    r.changed("decimals past 2^53 - 1", 1, "canonical.integer", put("decimals", MAX + 1))
    r.changed("a boolean in governance", 1, "currency.decimals", put("decimals", True))
    r.changed("seven decimals", 1, "currency.decimals", put("decimals", 7))
    r.changed("a currency in small letters", 1, "currency.currency", put("currency", "star"))
    star = {"currency": "STAR", "owner": "coalition", "decimals": 0}
    r.governs("a currency twice", 12, "currency.twice", "currency", **star)
    moon = {"currency": "MOON", "owner": "partner:pages", "decimals": 0}
    r.governs("an owner who does not sign", 12, "governance.signed", "currency", **moon)
    r.governs(
        "signed by one who is not the owner",
        12,
        "governance.signed",
        "currency",
        signed=BOTH,
        **moon,
    )
    moon["owner"] = "coalition"
    r.governs(
        "a partner signs for the coalition",
        12,
        "governance.by",
        "currency",
        signed=[BY_PAGES],
        **moon,
    )
    r.governs("a partner decides", 12, "governance.by", "currency", by=BY_PAGES, **moon)
    r.governs("a member decides", 12, "governance.by", "currency", by="member", **moon)
    joined = {"status": "joined"}
    r.governs("a partner joins twice", 12, "governance.twice", "partner", partner="pages", **joined)
    r.governs(
        "a partner leaves who is not in",
        12,
        "governance.twice",
        "partner",
        partner="moon",
        status="left",
    )
    r.governs(
        "a partner named operator", 12, "partner.partner", "partner", partner="operator", **joined
    )
    r.governs(
        "an unknown status", 12, "governance.status", "partner", partner="moon", status="paused"
    )
    refuse_keys(r)
    refuse_versions(r)
    bad = authority("operator:desk", DESK, "partner", "13", digest(b"else"))
    ghost = {"partner": "ghost", **joined}
    r.added(
        "an operator who asked for something else", 12, "by.asked",
        lambda w: governance(w, "partner", START, **ghost) | {"by": bad},
    )  # fmt: skip
    r.added(
        "an operator's signature of another entry", 12, "by.sig",
        lambda w: governance(w, "partner", START, **ghost)
        | {"by": authority("operator:desk", DESK, "partner", "12", digest(canonical(ghost)))},
    )  # fmt: skip


def refuse_keys(r: Refusals) -> None:
    def key(name: str, rule: str, vkey: str, keep: int = 12, **m: Any) -> None:
        members = {"party": "partner:brewco", "status": "added", "proof": b64(bytes(64))} | m
        if members["status"] == "revoked" or not members["proof"]:
            members.pop("proof")
        r.governs(name, keep, rule, "key", vkey=vkey, **members)

    high = (P + 3).to_bytes(32, "little")
    small = {"proof": b64(IDENTITY + bytes(32))}
    key("a key of small order", "key.order", verifier_key("k.example", IDENTITY), **small)
    key("a key of order 8", "key.order", verifier_key("k.example", ORDER_8), **small)
    key("a key that is not canonical", "key.canonical", verifier_key("k.example", high), **small)
    other = BREWCO_2.vkey.replace(BREWCO_2.id.hex(), BREWCO.id.hex())
    key("a key with another id", "key.id", other)
    key(
        "a key of another algorithm",
        "key.algorithm",
        f"{BREWCO_2.label}+{b64(b'@' + BREWCO_2.public)}",
    )
    key("a key without a name", "key.name", verifier_key("", BREWCO_2.public))
    key("a key of two parts", "key.form", BREWCO_2.label)
    key("a key without a proof", "key.proof", BREWCO_2.vkey, proof="")
    key("a proof that does not hold", "key.proof", BREWCO_2.vkey)
    stolen = b64(BREWCO_2.sign(registration("partner:pages", BREWCO_2.vkey)))
    key("a proof for another party", "key.proof", BREWCO_2.vkey, proof=stolen)
    origin = b64(BREWCO_2.sign(registration("partner:brewco", BREWCO_2.vkey, "moon.example")))
    key("a proof for another ledger", "key.proof", BREWCO_2.vkey, proof=origin)
    again = b64(BREWCO.sign(registration("partner:brewco", BREWCO.vkey)))
    key("a key twice", "key.twice", BREWCO.vkey, proof=again)
    key("a revoked key that was not in force", "key.revoked", BREWCO_2.vkey, status="revoked")
    key("a key paused", "key.status", BREWCO_2.vkey, status="paused", proof="")
    key(
        "a key of a partner that never joined",
        "governance.partner",
        BREWCO_2.vkey,
        party="partner:ghost",
    )
    key("a key of the system", "key.party", BREWCO_2.vkey, party="system:ops", proof="")
    key("an entry key of another name", "key.name", BREWCO_2.vkey, party="entries", proof="")
    taken = b64(BREWCO.sign(registration("partner:pages", BREWCO.vkey)))
    key("another's key", "key.twice", BREWCO.vkey, party="partner:pages", proof=taken)
    shared = b64(DESK.sign(registration("operator:lead", DESK.vkey)))
    key("two operators with one key", "key.twice", DESK.vkey, party="operator:lead", proof=shared)
    brings = body_of(r.entries[38])
    r.raw("signed with the key that it brings", 38, "entry.key", signed_entry(brings, ENTRIES_2))
    ends = body_of(r.entries[39])
    r.raw("signed with the key that it ends", 39, "entry.key", signed_entry(ends, ENTRIES))
    r.changed("a witness with a key of notes", 41, "key.algorithm", put("vkey", STRANGER.vkey))


def refuse_versions(r: Refusals) -> None:
    def programme(name: str, rule: str, signed: Any = BOTH, **members: Any) -> None:
        members = version(STARS_2) | members
        r.governs(name, 12, rule, "programme", signed=signed, **members)

    programme("a version is left out", "programme.version", version=3)
    programme("a first version of 2", "programme.version", id="moon")
    r.changed("a digest that is not base64", 9, "programme.digest", put("digest", "x"))
    programme("a digest twice", "programme.twice", digest=RULE_1)
    programme("a programme id of other form", "programme.id", id="Stars")
    programme("a programme that the system decides", "programme.signed", signed=())
    programme("signers not sorted", "signed.order", BOTH[::-1])
    programme("a signer twice", "signed.order", (BY_PAGES, BY_PAGES))
    programme("an operator among the signers", "signed.party", (BY_DESK,))
    programme("a signer with a foreign key", "signed.key", (("partner:brewco", PAGES),))
    wrong = put("signed", 1, "sig", b64(bytes(64)))
    r.changed("a signer's signature does not hold", 9, "signed.sig", wrong)
    r.changed("signed by nobody", 9, "signed", put("signed", []))
    r.changed("a programme signed as another version", 9, "signed.sig", put("digest", RULE_2))
