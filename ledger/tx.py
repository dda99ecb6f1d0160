"""`tx` entries: their shape, and what can be said of one by itself.

    {"v": 1, "type": "tx", "at", "id", "kind", "postings", "chains", "by"}
    and, where they apply, "lots", "detail", "rule", "of", "approved"

    postings  [[account, currency, amount], ...]      sorted, not 0, adding up to 0 per currency
    chains    [{"wallet", "seq", "prev", "after": {"available", "held", "pending", "arrears"}}, ...]
    lots      [[wallet, expires, issuer, change], ...] sorted, not 0
    by        {"party"} and, for a partner or an operator, "key", "sig", "asked"

`read_tx` makes a frozen record of parsed JSON and refuses every shape but this; `tx_body` is its
inverse. Whether the transaction follows from what came before it is for `ledger.history`.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple, cast

from ledger.canonical import MAX_INTEGER, check_text
from ledger.errors import RuleBroken
from ledger.names import (
    At,
    CurrencyCode,
    Expires,
    Hash,
    TransactionId,
    WalletId,
    is_at,
    is_base32_id,
    is_currency,
    is_expires,
    is_hash,
    is_id,
    is_party,
    is_signature,
)

TX_MAX_BYTES = 16 * 1024

KINDS = frozenset(
    [
        "earn",
        "confirm",
        "redeem",
        "hold",
        "capture",
        "void",
        "transfer",
        "exchange",
        "expire",
        "reverse",
        "refund",
        "adjust",
    ]
)
# Which kinds go back to an earlier transaction: always, or if they like.
KINDS_WITH_OF = frozenset({"confirm", "capture", "void", "reverse", "refund"})
KINDS_THAT_MAY_HAVE_OF = frozenset({"adjust"})

WALLET_PARTS = ("available", "held", "pending", "arrears")
_PARTNER_PARTS = frozenset({"issued", "burned", "expired"})
_OPERATOR_PARTS = frozenset({"adjusted", "expired"})


class Posting(NamedTuple):
    account: str
    currency: CurrencyCode
    amount: int


class Balances(NamedTuple):
    """What a wallet has, in the currency's minor unit; arrears are 0 or negative."""

    available: int = 0
    held: int = 0
    pending: int = 0
    arrears: int = 0


class Link(NamedTuple):
    """A transaction's place in the chain of one wallet, and the wallet's balances after it."""

    wallet: WalletId
    seq: int
    prev: Hash
    after: Balances


class LotChange(NamedTuple):
    wallet: WalletId
    expires: Expires
    issuer: str
    change: int


class Authority(NamedTuple):
    """Who asked. key, sig, asked: of a partner or an operator, who signs."""

    party: str
    key: str | None = None
    sig: str | None = None
    asked: Hash | None = None


class Tx(NamedTuple):
    id: TransactionId
    kind: str
    at: At
    postings: tuple[Posting, ...]
    chains: tuple[Link, ...]
    lots: tuple[LotChange, ...]
    by: Authority
    approved: Authority | None = None
    detail: Hash | None = None
    rule: Hash | None = None
    of: TransactionId | None = None


_REQUIRED = frozenset({"at", "by", "chains", "id", "kind", "postings", "type", "v"})
_ALLOWED = _REQUIRED | {"approved", "detail", "lots", "of", "rule"}
_LINK = {"after", "prev", "seq", "wallet"}
_AFTER = {"arrears", "available", "held", "pending"}


def tx_body(tx: Tx) -> dict[str, object]:
    """The JSON object of a transaction."""
    body: dict[str, object] = {
        "v": 1,
        "type": "tx",
        "id": tx.id,
        "kind": tx.kind,
        "at": tx.at,
        "postings": [list(row) for row in tx.postings],
        "chains": [
            {
                "wallet": link.wallet,
                "seq": link.seq,
                "prev": link.prev,
                "after": link.after._asdict(),
            }
            for link in tx.chains
        ],
        "by": authority_body(tx.by),
    }
    if tx.lots:
        body["lots"] = [list(row) for row in tx.lots]
    if tx.approved is not None:
        body["approved"] = authority_body(tx.approved)
    for name in ("detail", "rule", "of"):
        value = getattr(tx, name)
        if value is not None:
            body[name] = value
    return body


def authority_body(by: Authority) -> dict[str, str]:
    return {name: value for name, value in by._asdict().items() if value is not None}


def read_tx(body: Mapping[str, object]) -> Tx:
    """The transaction that a parsed JSON object states. Raises RuleBroken for any other shape."""
    members = body.keys()
    if not members >= _REQUIRED or not members <= _ALLOWED:
        raise RuleBroken("tx.members", sorted(_REQUIRED), sorted(members))
    kind = body["kind"]
    if body["type"] != "tx":
        raise RuleBroken("tx.type", "tx", body["type"])
    if body["v"] != 1 or type(body["v"]) is not int:
        raise RuleBroken("tx.v", 1, body["v"])
    if type(kind) is not str or kind not in KINDS:
        raise RuleBroken("tx.kind", sorted(KINDS), kind)
    of = _optional(body, "of", is_base32_id)
    if (of is None) == (kind in KINDS_WITH_OF) and not (of and kind in KINDS_THAT_MAY_HAVE_OF):
        raise RuleBroken("tx.of", "present" if of is None else "absent", of)
    by = read_authority(body["by"])
    tx = Tx(
        id=cast(TransactionId, read_text(body["id"], is_base32_id, "tx.id")),
        kind=kind,
        at=cast(At, read_text(body["at"], is_at, "tx.at")),
        postings=_read_postings(body["postings"]),
        chains=_read_chains(body["chains"]),
        lots=_read_lots(body["lots"]) if "lots" in members else (),
        by=by,
        approved=_read_approval(body["approved"], by) if "approved" in members else None,
        detail=cast("Hash | None", _optional(body, "detail", is_hash)),
        rule=cast("Hash | None", _optional(body, "rule", is_hash)),
        of=cast("TransactionId | None", of),
    )
    _check_sums(tx)
    return tx


def read_authority(value: object) -> Authority:
    """Reads a `by`. Raises RuleBroken."""
    if type(value) is not dict or not value.keys() <= {"party", "key", "sig", "asked"}:
        raise RuleBroken("by.members", "party, and key, sig and asked of one who signs", value)
    party = read_text(value.get("party"), is_party, "by.party")
    if not party.startswith(("partner:", "operator:")):
        if len(value) != 1:
            raise RuleBroken("by.members", "party alone", sorted(value))
        return Authority(party)
    key = value.get("key")
    if type(key) is not str:
        raise RuleBroken("by.key", "name+hex(key id)", key)
    check_text(key)
    return Authority(
        party,
        key,
        read_text(value.get("sig"), is_signature, "by.sig"),
        cast(Hash, read_text(value.get("asked"), is_hash, "by.asked")),
    )


def _read_approval(value: object, by: Authority) -> Authority:
    approved = read_authority(value)
    both = (by.party, approved.party)
    if not all(party.startswith("operator:") for party in both) or both[0] == both[1]:
        raise RuleBroken("tx.approved", "two operators", both)
    if approved.asked != by.asked:
        raise RuleBroken("tx.approved.asked", by.asked, approved.asked)
    return approved


def read_text(value: object, matches: object, rule: str) -> str:
    """A string of that form. Raises RuleBroken with the rule."""
    if type(value) is not str or not matches(value):  # type: ignore[operator]
        raise RuleBroken(rule, "the form that docs/ledger-format.md gives", value)
    return value


def _optional(body: Mapping[str, object], name: str, matches: object) -> str | None:
    return read_text(body[name], matches, f"tx.{name}") if name in body else None


def _read_postings(value: object) -> tuple[Posting, ...]:
    if type(value) is not list or len(value) < 2:
        raise RuleBroken("tx.postings", "at least two postings", value)
    postings = []
    last = ("", "")
    for row in value:
        if type(row) is not list or len(row) != 3:
            raise RuleBroken("tx.postings", "[account, currency, amount]", row)
        account, currency, amount = row
        if type(account) is not str or type(currency) is not str or not is_currency(currency):
            raise RuleBroken("tx.postings", "[account, currency, amount]", row)
        if type(amount) is not int or amount == 0 or not -MAX_INTEGER <= amount <= MAX_INTEGER:
            raise RuleBroken("tx.postings.amount", "an integer, not 0, within 2^53 - 1", amount)
        if (account, currency) <= last:
            raise RuleBroken("tx.postings.order", "sorted, each account once", row)
        last = (account, currency)
        postings.append(Posting(account, cast(CurrencyCode, currency), amount))
    return tuple(postings)


def _read_chains(value: object) -> tuple[Link, ...]:
    if type(value) is not list or not value:
        raise RuleBroken("tx.chains", "at least one wallet", value)
    links = []
    last = ""
    for row in value:
        if type(row) is not dict or row.keys() != _LINK:
            raise RuleBroken("tx.chains.members", sorted(_LINK), row)
        wallet = cast(WalletId, read_text(row["wallet"], is_base32_id, "tx.chains.wallet"))
        if wallet <= last:
            raise RuleBroken("tx.chains.order", "sorted, each wallet once", wallet)
        last = wallet
        seq = row["seq"]
        if type(seq) is not int or not 1 <= seq <= MAX_INTEGER:
            raise RuleBroken("tx.chains.seq", "an integer from 1", seq)
        prev = cast(Hash, read_text(row["prev"], is_hash, "tx.chains.prev"))
        links.append(Link(wallet, seq, prev, _read_after(row["after"])))
    return tuple(links)


def _read_after(value: object) -> Balances:
    if type(value) is not dict or value.keys() != _AFTER:
        raise RuleBroken("tx.chains.after", sorted(_AFTER), value)
    after = Balances(value["available"], value["held"], value["pending"], value["arrears"])
    for amount in after:
        if type(amount) is not int or not -MAX_INTEGER <= amount <= MAX_INTEGER:
            raise RuleBroken("tx.chains.after", "integers within 2^53 - 1", amount)
    if min(after.available, after.held, after.pending) < 0:
        raise RuleBroken("tx.chains.negative", "no part below 0", after)
    if after.arrears > 0 or (after.arrears and after.available):
        raise RuleBroken("tx.chains.arrears", "0 or less, and then nothing available", after)
    return after


def _read_lots(value: object) -> tuple[LotChange, ...]:
    if type(value) is not list or not value:
        raise RuleBroken("tx.lots", "at least one row, or absent", value)
    rows = []
    last = ("", "", "")
    for row in value:
        if type(row) is not list or len(row) != 4:
            raise RuleBroken("tx.lots", "[wallet, expires, issuer, change]", row)
        wallet, expires, issuer, change = row
        read_text(wallet, is_base32_id, "tx.lots.wallet")
        read_text(expires, is_expires, "tx.lots.expires")
        read_text(issuer, is_id, "tx.lots.issuer")
        if type(change) is not int or change == 0 or not -MAX_INTEGER <= change <= MAX_INTEGER:
            raise RuleBroken("tx.lots.change", "an integer, not 0, within 2^53 - 1", change)
        if (wallet, expires, issuer) <= last:
            raise RuleBroken("tx.lots.order", "sorted, each lot once", row)
        last = (wallet, expires, issuer)
        rows.append(LotChange(wallet, expires, issuer, change))
    return tuple(rows)


def _check_sums(tx: Tx) -> None:
    """Postings add up to 0 in each currency, and lots move as far as what is available does."""
    sums: defaultdict[str, int] = defaultdict(int)
    available: dict[str, int] = {}
    wallets = {link.wallet for link in tx.chains}
    touched = set()
    for account, currency, amount in tx.postings:
        sums[currency] += amount
        if account.startswith("wallet:"):
            _, wallet, part = _split_account(account)
            touched.add(wallet)
            if part == "available":
                available[wallet] = amount
        else:
            _check_account(account)
    if any(sums.values()):
        raise RuleBroken("tx.postings.sum", 0, dict(sums))
    if touched != wallets:
        raise RuleBroken("tx.chains.wallets", sorted(touched), sorted(wallets))
    moved: defaultdict[str, int] = defaultdict(int)
    for row in tx.lots:
        moved[row.wallet] += row.change
    for wallet in wallets | moved.keys():
        if moved.get(wallet, 0) != available.get(wallet, 0):
            raise RuleBroken("tx.lots.sum", available.get(wallet, 0), moved.get(wallet, 0))


def _split_account(account: str) -> tuple[str, str, str]:
    kind, wallet, part = account.split(":") if account.count(":") == 2 else ("", "", "")
    if not is_base32_id(wallet) or part not in WALLET_PARTS:
        raise RuleBroken("tx.postings.account", "wallet:<wallet>:<part>", account)
    return kind, wallet, part


def _check_account(account: str) -> None:
    parts = account.split(":")
    fits = (
        (
            parts[0] == "partner"
            and len(parts) == 3
            and is_id(parts[1])
            and parts[2] in _PARTNER_PARTS
        )
        or (parts[0] == "operator" and len(parts) == 2 and parts[1] in _OPERATOR_PARTS)
        or (parts[0] == "exchange" and len(parts) == 3 and all(map(is_currency, parts[1:])))
    )
    if not fits:
        raise RuleBroken("tx.postings.account", "an account that `Transactions` lists", account)
