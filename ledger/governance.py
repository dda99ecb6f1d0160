"""Governance: who takes part, with which keys, currencies and programmes, and since when.

The rules are docs/ledger-format.md, "Governance entries"; what each type of entry must look like is
in `ledger.governance_shape`.

What was in force is judged by `at`: from that of the entry that adds it until just before that of
the one that ends it. `Governance` is that state; it is built from the entries alone.
"""

from base64 import b64decode
from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple, cast

from ledger.errors import RuleBroken
from ledger.governance_shape import Body, check_shape, read_signed
from ledger.instructions import governance_subject, instruction, registration
from ledger.names import NO_HASH, OPERATOR, At, CurrencyCode, Hash, at_moment, at_text, is_party
from ledger.notes import COSIGNATURE, Signer, VerifierKey, decode_b64, signed_holds
from ledger.tx import Authority, read_authority

PROGRAMME_GRACE_DAYS = 60


class Check(NamedTuple):
    """A signature that an entry needs, by the rule that it is broken by if it does not hold.

    signed: the 64 bytes of the signature and then the message, as libsodium takes them.
    """

    public: bytes
    signed: bytes
    rule: str

    def holds(self) -> bool:
        return signed_holds(self.public, self.signed)

    def broken(self) -> RuleBroken:
        return RuleBroken(self.rule, "a signature that holds", self.signed[:64].hex())


class Term(NamedTuple):
    """How long something is in force: from `since` until just before `until` (None: still)."""

    since: At
    until: At | None = None

    def holds(self, at: str) -> bool:
        return self.since <= at and (self.until is None or at < self.until)


class KeyTerm(NamedTuple):
    key: VerifierKey
    term: Term


class CurrencyTerm(NamedTuple):
    owner: str
    decimals: int
    since: At


class VersionTerm(NamedTuple):
    """A programme's or an agreement's version, and the partners that signed it."""

    id: str
    version: int
    signed: frozenset[str]
    term: Term


class Governance:
    """What was in force when. `apply` takes the entries in order; nothing else changes it."""

    def __init__(self) -> None:
        self.origin = ""
        self.seq = 0
        self.head: Hash = NO_HASH
        self.at = At("")
        self.keys: dict[tuple[str, str], list[KeyTerm]] = {}
        self.partners: dict[str, list[Term]] = {}
        self.currencies: dict[CurrencyCode, CurrencyTerm] = {}
        self.versions: dict[Hash, VersionTerm] = {}
        self.agreements: dict[Hash, VersionTerm] = {}
        self.latest: dict[tuple[str, str], Hash] = {}

    def apply(self, body: Body, hash_: Hash) -> list[Check]:
        """Takes the next entry and returns the signatures that it needs. Raises RuleBroken."""
        kind = str(body["type"])
        check_shape(body, kind)
        self._check_chain(body, kind)
        at = At(str(body["at"]))
        # An entry cannot authorise itself: what it needs is judged by the state before it.
        checks = self._authority(body, kind, at) if kind != "genesis" else []
        checks += _APPLY[kind](self, body, at)
        self.seq, self.head, self.at = self.seq + 1, hash_, at
        return checks

    def key(self, party: str, label: str, at: str, rule: str) -> VerifierKey:
        """The key of that party and label (`name+hex(key id)`) in force. Raises RuleBroken."""
        for found, term in self.keys.get((party, label), ()):
            if term.holds(at):
                return found
        raise RuleBroken(rule, f"a key of {party} in force at {at}", label)

    def keys_of(self, party: str, at: str) -> list[str]:
        """The verifier keys of a party in force."""
        return [
            str(key)
            for (holder, _), terms in self.keys.items()
            for key, term in terms
            if holder == party and term.holds(at)
        ]

    def signer(self, party: str, signers: Iterable[Signer], at: str) -> Signer | None:
        """Of those signers the one whose key came in force last, among the keys of that party in
        force; None if no key of theirs is."""
        found: list[tuple[At, Signer]] = []
        for signer in signers:
            for key, term in self.keys.get((party, signer.verifier.label), ()):
                if key == signer.verifier and term.holds(at):
                    found.append((term.since, signer))
        return max(found, key=lambda each: each[0])[1] if found else None

    def currency(self, code: str) -> CurrencyTerm:
        """A currency of that code. Raises RuleBroken if there is none."""
        found = self.currencies.get(CurrencyCode(code))
        if found is None:
            raise RuleBroken("currency.currency", "a currency that there is", code)
        return found

    def joined(self, partner: str, at: str) -> bool:
        return any(term.holds(at) for term in self.partners.get(partner, ()))

    def authority_check(self, by: Authority, operation: str, subject: str, at: str) -> Check | None:
        """The signature behind a `by`; None for a member or the system, who do not sign."""
        if by.key is None or by.sig is None or by.asked is None:
            return None
        key = self.key(by.party, by.key, at, "by.key")
        message = instruction(self.origin, operation, subject, by.asked)
        return Check(key.public, b64decode(by.sig) + message, "by.sig")

    def _check_chain(self, body: Body, kind: str) -> None:
        if (kind == "genesis") != (self.seq == 0):
            raise RuleBroken("governance.genesis", "the first entry, once", kind)
        if body["seq"] != self.seq + 1:
            raise RuleBroken("governance.seq", self.seq + 1, body["seq"])
        if body["prev"] != self.head:
            raise RuleBroken("governance.prev", self.head, body["prev"])
        if str(body["at"]) < self.at:
            raise RuleBroken("governance.at", f"{self.at} or later", body["at"])

    def _authority(self, body: Body, kind: str, at: At) -> list[Check]:
        subject, asked = governance_subject(body)
        if "by" in body:
            by = read_authority(body["by"])
            if not by.party.startswith(("operator:", "system:")):
                raise RuleBroken("governance.by", "an operator or the system", by.party)
            if by.asked not in (None, asked):
                raise RuleBroken("by.asked", asked, by.asked)
            check = self.authority_check(by, kind, subject, at)
            return [check] if check else []
        message = instruction(self.origin, kind, subject, asked)
        return [
            Check(
                self.key(party, key, at, "signed.key").public,
                b64decode(signature) + message,
                "signed.sig",
            )
            for party, key, signature in read_signed(body["signed"])
        ]

    def _genesis(self, body: Body, at: At) -> list[Check]:
        _check_stands_for(body, None)
        by = read_authority(body["by"])
        if not by.party.startswith("system:"):
            raise RuleBroken("governance.by", "the system: nobody has a key yet", by.party)
        origin = str(body["origin"])
        log_key = _own_key("log", str(body["log_key"]), origin)
        entry_key = _own_key("entries", str(body["entry_key"]), origin)
        self.origin = origin
        self._add_key("log", log_key, at)
        self._add_key("entries", entry_key, at)
        return []

    def _currency(self, body: Body, at: At) -> list[Check]:
        code, owner, decimals = (
            CurrencyCode(str(body["currency"])),
            str(body["owner"]),
            body["decimals"],
        )
        if code in self.currencies:
            raise RuleBroken("currency.twice", "a currency that there is not yet", code)
        if owner == "coalition":
            _check_stands_for(body, None)
        else:
            _check_stands_for(body, owner)
            self._check_joined(owner, at)
        self.currencies[code] = CurrencyTerm(owner, cast(int, decimals), at)
        return []

    def _partner(self, body: Body, at: At) -> list[Check]:
        partner, status = str(body["partner"]), body["status"]
        if partner == OPERATOR:
            raise RuleBroken("partner.partner", "an id, not operator", partner)
        _check_stands_for(body, None)
        _change(self.partners.setdefault(partner, []), status, ("joined", "left"), at, partner)
        return []

    def _key(self, body: Body, at: At) -> list[Check]:
        party, status = str(body["party"]), body["status"]
        _check_stands_for(body, None)
        signs = party.startswith(("partner:", "operator:")) and is_party(party)
        if not signs and party not in ("entries", "log"):
            raise RuleBroken("key.party", "partner:<id>, operator:<id>, entries or log", party)
        key = _own_key(party, str(body["vkey"]), self.origin)
        if ("proof" in body) != (signs and status == "added"):
            raise RuleBroken("key.proof", "of a partner's or operator's key added", sorted(body))
        if party.startswith("partner:") and status == "added":
            self._check_joined(party, at)
        self._change_key(party, key, status, at)
        if "proof" not in body:
            return []
        message = registration(self.origin, party, str(key))
        return [Check(key.public, decode_b64(str(body["proof"])) + message, "key.proof")]

    def _witness(self, body: Body, at: At) -> list[Check]:
        _check_stands_for(body, None)
        key = VerifierKey.parse(str(body["vkey"]), COSIGNATURE)
        self._change_key("witness", key, body["status"], at)
        return []

    def _version(self, body: Body, at: At) -> list[Check]:
        kind, id_, digest_ = str(body["type"]), str(body["id"]), Hash(str(body["digest"]))
        versions = self.versions if kind == "programme" else self.agreements
        line = (kind, id_)
        previous = versions[self.latest[line]] if line in self.latest else None
        expected = previous.version + 1 if previous else 1
        if body["version"] != expected:
            raise RuleBroken(f"{kind}.version", expected, body["version"])
        if digest_ in versions:
            raise RuleBroken(f"{kind}.twice", "a digest that there is not yet", digest_)
        signed = frozenset(row[0].removeprefix("partner:") for row in read_signed(body["signed"]))
        for partner in signed:
            self._check_joined(f"partner:{partner}", at)
        if previous:
            term = Term(previous.term.since, _grace_end(at))
            versions[self.latest[line]] = previous._replace(term=term)
        versions[digest_] = VersionTerm(id_, expected, signed, Term(at))
        self.latest[line] = digest_
        return []

    def _check_joined(self, party: str, at: At) -> None:
        if not self.joined(party.removeprefix("partner:"), at):
            raise RuleBroken("governance.partner", f"a partner joined at {at}", party)

    def _change_key(self, party: str, key: VerifierKey, status: object, at: At) -> None:
        if status == "added":
            self._add_key(party, key, at)
        elif status == "revoked":
            self._revoke_key(party, key, at)
        else:
            raise RuleBroken("key.status", "added or revoked", status)

    def _add_key(self, party: str, key: VerifierKey, at: At) -> None:
        # By its bytes: under two names it would be two operators, who approve each other's word.
        for (holder, label), terms in self.keys.items():
            if any(
                (label == key.label or other.public == key.public) and term.holds(at)
                for other, term in terms
            ):
                raise RuleBroken("key.twice", "a key that nobody has in force", holder)
        self.keys.setdefault((party, key.label), []).append(KeyTerm(key, Term(at)))

    def _revoke_key(self, party: str, key: VerifierKey, at: At) -> None:
        terms = self.keys.get((party, key.label), [])
        if not terms or not terms[-1].term.holds(at) or terms[-1].key != key:
            raise RuleBroken("key.revoked", "a key that is in force", key.label)
        terms[-1] = KeyTerm(key, Term(terms[-1].term.since, at))


def _own_key(party: str, vkey: str, origin: str) -> VerifierKey:
    """A party's verifier key; the names of the log's and the entry key are fixed."""
    key = VerifierKey.parse(vkey)
    name = {"log": origin, "entries": f"{origin}/entries"}.get(party, key.name)
    if key.name != name:
        raise RuleBroken("key.name", name, key.name)
    return key


def _grace_end(at: At) -> At | None:
    """When the version before the one of that `at` ends; None past the last day that can be."""
    try:
        return at_text(at_moment(at) + timedelta(days=PROGRAMME_GRACE_DAYS))
    except OverflowError:
        return None


def _check_stands_for(body: Body, partner: str | None) -> None:
    """An entry is `by` the operator or the system, or `signed` by the one partner it binds."""
    if partner is None:
        if "signed" in body:
            raise RuleBroken("governance.by", "an operator or the system", body["signed"])
        return
    parties = [row[0] for row in read_signed(body["signed"])] if "signed" in body else []
    if parties != [partner]:
        raise RuleBroken("governance.signed", [partner], parties)


def _change(
    terms: list[Term], status: object, names: tuple[str, str], at: At, subject: str
) -> None:
    """Opens or ends a term; nothing is added twice, nothing ended that is not in force."""
    in_force = bool(terms) and terms[-1].holds(at)
    if status not in names:
        raise RuleBroken("governance.status", names, status)
    if (status == names[0]) == in_force:
        raise RuleBroken("governance.twice", f"not {status} already", subject)
    if status == names[0]:
        terms.append(Term(at))
    else:
        terms[-1] = Term(terms[-1].since, at)


_APPLY = {
    "genesis": Governance._genesis,
    "currency": Governance._currency,
    "partner": Governance._partner,
    "key": Governance._key,
    "programme": Governance._version,
    "agreement": Governance._version,
    "witness": Governance._witness,
}
