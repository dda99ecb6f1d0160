"""Verifying the usual by making it again.

An entry's text follows from what came before it and from the little that it claims: its id, time,
amount, partner, expiry, and whose word it is. So the quick way to verify one is to take its claims,
make the text that they lead to, and compare. Equal bytes leave nothing that could be wrong with its
form, order, sums, chain, lots or balances; only the claims themselves are left to check.

`retraced` does this for an earn that is available at once, which is nearly all of a ledger. For
everything else, and for every entry that is not what it should be, it answers None and changes
nothing: then `History` goes through the rules one by one and names the one that is broken.

What is done here is done for each entry of an audit, beside 50 microseconds for its signature:
hence plain tuples, and no call that can be spared.
"""

from binascii import a2b_base64, b2a_base64
from bisect import bisect_left
from sys import intern
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from ledger.canonical import MAX_INTEGER
from ledger.entries import Entry
from ledger.governance import Check, Governance, Term
from ledger.kinds import Standing
from ledger.names import (
    At,
    CurrencyCode,
    Expires,
    WalletId,
    entry_hash,
    is_at,
    is_base32_id,
    is_expires,
    is_hash,
)
from ledger.tx import TX_MAX_BYTES, Balances, Tx
from ledger.wallets import Lot, Wallet

if TYPE_CHECKING:
    from ledger.history import History

_SIGNATURE_START = "\n\n— ".encode()
# Makes a NamedTuple of a tuple in half the time that its class takes.
_record = tuple.__new__
# What reading an entry that is malformed, in whatever way, can raise; base64's is a ValueError.
_MALFORMED = (KeyError, TypeError, ValueError, AttributeError, IndexError)


# After every moment.
_NEVER_ENDS = "~"


class _Ground(NamedTuple):
    """What an earn rests on beside its wallet, and how long that stays as it is: until just before
    `until`.

    public, key_json: the key of who asked and its label as JSON, if it is one who signs.
    """

    since: str
    until: str
    public: bytes
    key_json: str


class _Signer(NamedTuple):
    term: Term
    public: bytes


class Familiar:
    """What was looked at thoroughly before: once an earn has passed every rule, others that rest on
    the same currency, partner, rule, party and keys are as good while the same terms hold.
    """

    def __init__(self) -> None:
        self.seq = 0
        self.grounds: dict[tuple[object, ...], _Ground] = {}
        self.signers: dict[tuple[bytes, bytes], _Signer] = {}

    def learn(self, governance: Governance, tx: Tx, entry: Entry) -> None:
        """Remembers an earn that passed every rule."""
        if self.seq != governance.seq:
            self.grounds.clear()
            self.signers.clear()
            self.seq = governance.seq
        account, currency, _ = tx.postings[0]
        partner = account.split(":")[1]
        terms = [Term(governance.currencies[currency].since)]
        terms += [term for term in governance.partners[partner] if term.holds(tx.at)]
        if tx.rule is not None:
            terms.append(governance.versions[tx.rule].term)
        asking = _signer(governance, tx.by.party, str(tx.by.key), tx.at)
        terms.append(asking.term)
        since = max(term.since for term in terms)
        until = min(term.until or _NEVER_ENDS for term in terms)
        self.grounds[currency, partner, tx.rule, tx.by.party, tx.by.key] = _Ground(
            since, until, asking.public, orjson.dumps(tx.by.key).decode()
        )
        name, key_id, _ = entry.signature
        start = _SIGNATURE_START + name.encode() + b" "
        label = f"{name}+{key_id.hex()}"
        self.signers[start, key_id] = _signer(governance, "entries", label, tx.at)


def retraced(history: "History", data: bytes) -> list[Check] | None:
    """Takes an earn that is what its claims lead to; returns the signatures that it needs.

    None, and nothing changed, if it is another kind of entry or not what it should be.
    """
    try:
        end, space = data.find(b"\n"), data.rfind(b" ") + 1
        blob = a2b_base64(data[space:])
        familiar = history.familiar
        term, public = familiar.signers[data[end:space], blob[:4]]
        if (
            b2a_base64(blob) != data[space:]
            or len(blob) != 68
            or len(data) > TX_MAX_BYTES
            or familiar.seq != history.governance.seq
        ):
            return None
        body = orjson.loads(data[:end])
        if not term.holds(body["at"]):
            return None
        checks = _earn(history, data, end, body)
    except _MALFORMED:
        return None
    if checks is not None:
        signed = blob[4:] + data[: end + 1]
        checks.append(_record(Check, (public, signed, "entry.signature")))
    return checks


def _earn(history: "History", data: bytes, end: int, body: Any) -> list[Check] | None:
    """Takes over an earn whose text is the one that its claims lead to. Raises _MALFORMED."""
    id_, at, by, [chain] = body["id"], body["at"], body["by"], body["chains"]
    [account, currency, amount], *_ = body["postings"]
    partner, rule, detail = account[8:-7], body.get("rule"), body.get("detail")
    ground = history.familiar.grounds[currency, partner, rule, by["party"], by.get("key")]
    wallet = history.wallets.get(chain["wallet"]) or _new_wallet(chain["wallet"], currency)
    wallet_id, own_currency, seq, head, before, balances, lots = wallet
    since, until, _, _ = ground
    if (
        not is_at(at)
        or not since <= at < until
        or at < before
        or currency != own_currency
        or type(amount) is not int
        or not -MAX_INTEGER <= amount < 0
        or id_ in history.standing
        or not is_base32_id(id_)
        or not (detail is None or is_hash(detail))
    ):
        return None
    available, held, pending, arrears = balances
    paid = min(-amount, -arrears)
    opened = -amount - paid
    available, arrears = available + opened, arrears + paid
    lots_text = postings_text = ""
    if paid:
        postings_text = f',["wallet:{wallet_id}:arrears","{currency}",{paid}]'
    if opened:
        [[_, expires, _, _]] = body["lots"]
        if expires < at[:10] or not is_expires(expires):
            return None
        lots = _with_lot(lots, expires, partner, opened)
        lots_text = f'"lots":[["{wallet_id}","{expires}","{partner}",{opened}]],'
        postings_text += f',["wallet:{wallet_id}:available","{currency}",{opened}]'
    detail_text = "" if detail is None else f'"detail":"{detail}",'
    rule_text = "" if rule is None else f'"rule":"{rule}",'
    by_text, checks = _asked_by(history.governance.origin, id_, by, ground)
    # Canonical JSON (RFC 8785): members sorted, nothing between them.
    text = (
        f'{{"at":"{at}","by":{by_text},"chains":[{{"after":{{"arrears":{arrears}'
        f',"available":{available},"held":{held},"pending":{pending}}},"prev":"{head}"'
        f',"seq":{seq + 1},"wallet":"{wallet_id}"}}],{detail_text}"id":"{id_}"'
        f',"kind":"earn",{lots_text}"postings":[["partner:{partner}:issued","{currency}",{amount}]'
        f'{postings_text}],{rule_text}"type":"tx","v":1}}'
    )
    if available > MAX_INTEGER or text.encode() != data[:end]:
        return None
    after = _record(Balances, (available, held, pending, arrears))
    history.keep_earn(
        _record(Wallet, (wallet_id, currency, seq + 1, entry_hash(data), at, after, lots)),
        _record(Standing, (id_, "earn", at, wallet_id, currency, partner, -amount, 0, ())),
        (account, currency),
    )
    return checks


def _asked_by(origin: str, id_: str, by: Any, ground: _Ground) -> tuple[str, list[Check]]:
    """Who asked, as canonical JSON, and the signature, if it is one who signs
    (ledger.instructions).
    """
    if not ground.public:
        return f'{{"party":"{by["party"]}"}}', []
    asked, sig = by["asked"], by["sig"]
    digest, signature = a2b_base64(asked), a2b_base64(sig)
    if (
        len(digest) != 32
        or len(signature) != 64
        or b2a_base64(digest, newline=False) != asked.encode()
        or b2a_base64(signature, newline=False) != sig.encode()
    ):
        raise ValueError(by)
    signed = b"%btallystick/instruction/v1\n%b\nearn\n%b\n%b" % (
        signature,
        origin.encode(),
        id_.encode(),
        digest,
    )
    text = f'{{"asked":"{asked}","key":{ground.key_json},"party":"{by["party"]}","sig":"{sig}"}}'
    return text, [_record(Check, (ground.public, signed, "by.sig"))]


def _signer(governance: Governance, party: str, label: str, at: str) -> _Signer:
    """The key of that label in force, and for how long; who does not sign has none, forever."""
    for key, term in governance.keys.get((party, label), ()):
        if term.holds(at):
            return _Signer(term, key.public)
    return _Signer(Term(At("")), b"")


def _new_wallet(id_: WalletId, currency: CurrencyCode) -> Wallet:
    if not is_base32_id(id_):
        raise ValueError(id_)
    return Wallet(id_, currency)


def _with_lot(lots: tuple[Lot, ...], expires: Expires, issuer: str, opened: int) -> tuple[Lot, ...]:
    """The lots of a wallet, which are sorted, with one more, or more in one."""
    place = bisect_left(lots, (expires, issuer))
    if place < len(lots):
        other, other_issuer, quantity = lots[place]
        if other == expires and other_issuer == issuer:
            more = _record(Lot, (other, other_issuer, quantity + opened))
            return (*lots[:place], more, *lots[place + 1 :])
    # Lots are most of what is kept of a wallet: many of them name the same days and issuers.
    lot = Lot(Expires(intern(expires)), intern(issuer), opened)
    return (*lots[:place], lot, *lots[place:])
