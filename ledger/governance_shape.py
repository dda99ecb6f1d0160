"""A governance entry's shape, whatever came before it.

The form is docs/ledger-format.md, "Governance entries". One chain over these types, each with v,
type, at, seq, prev, and who stands for it:

    genesis    origin, log_key, entry_key                                      by system:<id>
    currency   currency, owner, decimals         by; signed, if a partner is its owner
    partner    partner, status: joined | left                                  by
    key        party, vkey, status: added | revoked; proof                     by
    programme  id, version, digest                                             signed
    agreement  id, version, digest                                             signed
    witness    vkey (type 0x04), status                                        by

    by      as in a tx: an operator who signs, or system:<id>
    signed  [{"party", "key", "sig"}, ...] of each partner bound, sorted by party
"""

from collections.abc import Callable, Container, Mapping

from ledger.canonical import MAX_INTEGER, check_value
from ledger.errors import RuleBroken
from ledger.names import is_at, is_currency, is_hash, is_id, is_party, is_signature

_MEMBERS: dict[str, frozenset[str]] = {
    "genesis": frozenset({"origin", "log_key", "entry_key"}),
    "currency": frozenset({"currency", "owner", "decimals"}),
    "partner": frozenset({"partner", "status"}),
    "key": frozenset({"party", "vkey", "status", "proof"}),
    "programme": frozenset({"id", "version", "digest"}),
    "agreement": frozenset({"id", "version", "digest"}),
    "witness": frozenset({"vkey", "status"}),
}
GOVERNANCE_TYPES = frozenset(_MEMBERS)
_CHAIN = frozenset({"v", "type", "at", "seq", "prev"})
_NUMBERS: dict[str, Container[int]] = {
    "v": (1,),
    "seq": range(1, MAX_INTEGER + 1),
    "decimals": range(7),
    "version": range(1, MAX_INTEGER + 1),
}
# Every other member is a text: of these forms, or not empty.
_TEXTS: dict[str, Callable[[str], object]] = {
    "at": is_at,
    "prev": is_hash,
    "currency": is_currency,
    "partner": is_id,
    "proof": is_signature,
    "id": is_id,
    "digest": is_hash,
}

Body = Mapping[str, object]


def read_signed(value: object) -> list[tuple[str, str, str]]:
    """Party, key label and signature of each partner that is bound. Raises RuleBroken."""
    if type(value) is not list or not value:
        raise RuleBroken("signed", "at least one partner", value)
    rows = []
    last = ""
    for row in value:
        if type(row) is not dict or row.keys() != {"party", "key", "sig"}:
            raise RuleBroken("signed.members", "party, key, sig", row)
        party, key, signature = row["party"], row["key"], row["sig"]
        if type(party) is not str or not is_party(party) or not party.startswith("partner:"):
            raise RuleBroken("signed.party", "partner:<id>", party)
        if party <= last:
            raise RuleBroken("signed.order", "sorted by party, each once", party)
        last = party
        if type(key) is not str or type(signature) is not str or not is_signature(signature):
            raise RuleBroken("signed.sig", "b64 of 64 bytes", signature)
        rows.append((party, key, signature))
    return rows


def check_shape(body: Body, kind: str) -> None:
    """Its members, and those of its chain, each of its form. Raises RuleBroken."""
    own = _MEMBERS[kind]
    stands_for = {"signed"} if "signed" in body else {"by"}
    found = set(body)
    wanted = _CHAIN | own | stands_for
    if kind == "key" and "proof" not in found:
        wanted = wanted - {"proof"}
    if found != wanted:
        raise RuleBroken(f"{kind}.members", sorted(wanted), sorted(found))
    if kind in ("programme", "agreement") and "signed" not in body:
        raise RuleBroken(f"{kind}.signed", "the partners that it binds", "by")
    check_value(body)
    for name in sorted(found - {"by", "signed"}):
        _check_member(kind, name, body[name])


def _check_member(kind: str, name: str, value: object) -> None:
    if name in _NUMBERS:
        fits: object = type(value) is int and value in _NUMBERS[name]
    else:
        fits = type(value) is str and _TEXTS.get(name, bool)(value)
    if not fits:
        rule = f"governance.{name}" if name in _CHAIN else f"{kind}.{name}"
        raise RuleBroken(rule, "the form that docs/ledger-format.md gives", value)
