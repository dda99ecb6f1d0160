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
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from ledger.canonical import MAX_INTEGER
from ledger.entries import Entry
from ledger.governance import Check, Governance, Term
from ledger.kinds import Standing
from ledger.names import (
    At,
    CurrencyCode,
    WalletId,
    entry_hash,
    is_at,
    is_base32_id,
    is_expires,
    is_hash,
    is_signature,
)
from ledger.tx import TX_MAX_BYTES, Balances, Tx
from ledger.wallets import Lot, Wallet

if TYPE_CHECKING:
    from ledger.history import History

_SIGNATURE_START = "\n\n— ".encode()
# What reading an entry that is malformed, in whatever way, can raise; base64's is a ValueError.
_MALFORMED = (KeyError, TypeError, ValueError, AttributeError, IndexError)


class _Ground(NamedTuple):
    """What an earn rests on beside its wallet, and how long that stays as it is.

    public, key_json: the key of who asked and its label as JSON, if it is one who signs.
    """

    term: Term
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
        until = min((term.until for term in terms if term.until is not None), default=None)
        self.grounds[currency, partner, tx.rule, tx.by.party, tx.by.key] = _Ground(
            Term(since, until), asking.public, orjson.dumps(tx.by.key).decode()
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
        signer = history.familiar.signers[data[end:space], blob[:4]]
        if (
            b2a_base64(blob) != data[space:]
            or len(blob) != 68
            or len(data) > TX_MAX_BYTES
            or history.familiar.seq != history.governance.seq
        ):
            return None
        body = orjson.loads(data[:end])
        if not signer.term.holds(body["at"]):
            return None
        checks = _earn(history, data, end, body)
    except _MALFORMED:
        return None
    if checks is not None:
        checks.append(Check(signer.public, blob[4:] + data[: end + 1], "entry.signature"))
    return checks


def _earn(history: "History", data: bytes, end: int, body: Any) -> list[Check] | None:
    """Takes over an earn whose text is the one that its claims lead to. Raises _MALFORMED."""
    id_, at, by, [chain] = body["id"], body["at"], body["by"], body["chains"]
    [account, currency, amount], *_ = body["postings"]
    partner, rule, detail = account[8:-7], body.get("rule"), body.get("detail")
    ground = history.familiar.grounds[currency, partner, rule, by["party"], by.get("key")]
    wallet = history.wallets.get(chain["wallet"]) or _new_wallet(chain["wallet"], currency)
    if (
        not (is_at(at) and ground.term.holds(at))
        or at < wallet.at
        or currency != wallet.currency
        or type(amount) is not int
        or not -MAX_INTEGER <= amount < 0
        or id_ in history.standing
        or not is_base32_id(id_)
        or not (detail is None or is_hash(detail))
    ):
        return None
    available, held, pending, arrears = wallet.balances
    paid = min(-amount, -arrears)
    opened = -amount - paid
    expires, lots = at[:10], wallet.lots
    if opened:
        [[_, expires, _, _]] = body["lots"]
        if expires < at[:10] or not is_expires(expires):
            return None
        lots = _with_lot(lots, Lot(expires, partner, opened))
    after = Balances(available + opened, held, pending, arrears + paid)
    text = (
        f'{{"at":"{at}","by":{_by_text(by, ground)},"chains":[{{"after":{{"arrears":{after.arrears}'
        f',"available":{after.available},"held":{held},"pending":{pending}}},"prev":"{wallet.head}"'
        f',"seq":{wallet.seq + 1},"wallet":"{wallet.id}"}}],{_member("detail", detail)}"id":"{id_}"'
        f',"kind":"earn",{_lots_text(wallet, expires, partner, opened)}"postings":'
        f'[["partner:{partner}:issued","{currency}",{amount}]'
        f"{_posting_text(wallet, 'arrears', paid)}{_posting_text(wallet, 'available', opened)}],"
        f'{_member("rule", rule)}"type":"tx","v":1}}'
    )
    if after.available > MAX_INTEGER or text.encode() != data[:end]:
        return None
    checks = _by_check(history.governance.origin, id_, by, ground)
    history.keep_earn(
        Wallet(wallet.id, currency, wallet.seq + 1, entry_hash(data), at, after, lots),
        Standing(id_, "earn", at, wallet.id, currency, partner, -amount),
    )
    return checks


# The parts of an earn's canonical JSON (RFC 8785): members sorted, nothing between them.


def _by_text(by: Any, ground: _Ground) -> str:
    if not ground.public:
        return f'{{"party":"{by["party"]}"}}'
    if not (is_hash(by["asked"]) and is_signature(by["sig"])):
        raise ValueError(by)
    return (
        f'{{"asked":"{by["asked"]}","key":{ground.key_json},"party":"{by["party"]}"'
        f',"sig":"{by["sig"]}"}}'
    )


def _member(name: str, value: str | None) -> str:
    return "" if value is None else f'"{name}":"{value}",'


def _lots_text(wallet: Wallet, expires: str, partner: str, opened: int) -> str:
    return f'"lots":[["{wallet.id}","{expires}","{partner}",{opened}]],' if opened else ""


def _posting_text(wallet: Wallet, part: str, amount: int) -> str:
    return f',["wallet:{wallet.id}:{part}","{wallet.currency}",{amount}]' if amount else ""


def _by_check(origin: str, id_: str, by: Any, ground: _Ground) -> list[Check]:
    """The signature of who asked, if it is one who signs (ledger.instructions)."""
    if not ground.public:
        return []
    head = f"tallystick/instruction/v1\n{origin}\nearn\n{id_}\n".encode()
    message = head + a2b_base64(by["asked"])
    return [Check(ground.public, a2b_base64(by["sig"]) + message, "by.sig")]


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


def _with_lot(lots: tuple[Lot, ...], opened: Lot) -> tuple[Lot, ...]:
    """The lots of a wallet with one more, or more in one."""
    for place, lot in enumerate(lots):
        if lot[:2] == opened[:2]:
            more = Lot(lot.expires, lot.issuer, lot.quantity + opened.quantity)
            return (*lots[:place], more, *lots[place + 1 :])
    return tuple(sorted((*lots, opened)))
