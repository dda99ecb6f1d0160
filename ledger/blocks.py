"""Blocks: what a sealed batch states, as its last entry.

docs/ledger-format.md, "Blocks":

    {"at", "balances": {currency: {"arrears", "owed", "root", "wallets"}}, "first", "height",
     "prev", "size", "totals", "type": "block", "v": 1}

    height    from 0; prev: b64 entry hash of the previous block, of 32 zero bytes at height 0
    first     index of the batch's first entry; size - 1 if there is none
    size      of the tree with this entry, which is its last leaf
    balances  of every currency, also one without wallets: b64 root of its balance tree, what the
              coalition owes, arrears (0 or negative), how many wallets
    totals    b64 H of the canonical JSON of {account: {currency: n}}, every account that is not a
              wallet's and is not 0

The last leaf of every checkpoint is a block.
"""

from collections.abc import Mapping
from typing import NamedTuple, cast

from ledger.canonical import MAX_INTEGER, canonical
from ledger.errors import RuleBroken
from ledger.names import At, CurrencyCode, Hash, digest, is_at, is_currency, is_hash
from ledger.tx import read_text

Totals = Mapping[tuple[str, CurrencyCode], int]
"""What every account that is not a wallet's adds up to."""

_MEMBERS = {"at", "balances", "first", "height", "prev", "size", "totals", "type", "v"}
_BALANCES = {"arrears", "owed", "root", "wallets"}


class CurrencyBalances(NamedTuple):
    """All wallets of one currency, in its minor unit; arrears are 0 or negative."""

    root: Hash
    owed: int = 0
    arrears: int = 0
    wallets: int = 0


class Block(NamedTuple):
    height: int
    at: At
    prev: Hash
    first: int
    size: int
    balances: Mapping[CurrencyCode, CurrencyBalances]
    totals: Hash


def block_body(block: Block) -> dict[str, object]:
    """The JSON object of a block."""
    return {
        "v": 1,
        "type": "block",
        **block._asdict(),
        "balances": {code: row._asdict() for code, row in block.balances.items()},
    }


def read_block(body: Mapping[str, object]) -> Block:
    """The block that a parsed JSON object states. Raises RuleBroken for any other shape."""
    if body.keys() != _MEMBERS:
        raise RuleBroken("block.members", sorted(_MEMBERS), sorted(body))
    if body["type"] != "block":
        raise RuleBroken("block.type", "block", body["type"])
    if body["v"] != 1 or type(body["v"]) is not int:
        raise RuleBroken("block.v", 1, body["v"])
    block = Block(
        height=_count(body["height"], "block.height"),
        at=cast(At, read_text(body["at"], is_at, "block.at")),
        prev=cast(Hash, read_text(body["prev"], is_hash, "block.prev")),
        first=_count(body["first"], "block.first"),
        size=_count(body["size"], "block.size"),
        balances=_read_balances(body["balances"]),
        totals=cast(Hash, read_text(body["totals"], is_hash, "block.totals")),
    )
    if block.first >= block.size:
        raise RuleBroken("block.first", f"below {block.size}", block.first)
    return block


def totals_json(totals: Totals) -> bytes:
    """Canonical JSON of the accounts that are not 0. Raises RuleBroken past 2^53 - 1."""
    accounts: dict[str, dict[str, int]] = {}
    for (account, currency), amount in totals.items():
        if amount:
            accounts.setdefault(account, {})[currency] = amount
    return canonical(accounts)


def totals_digest(totals: Totals) -> Hash:
    return digest(totals_json(totals))


def _read_balances(value: object) -> dict[CurrencyCode, CurrencyBalances]:
    if type(value) is not dict:
        raise RuleBroken("block.balances", "{currency: balances}", value)
    balances = {}
    for code, row in value.items():
        if not is_currency(code):
            raise RuleBroken("block.balances", "a currency's code", code)
        if type(row) is not dict or row.keys() != _BALANCES:
            raise RuleBroken("block.balances", sorted(_BALANCES), row)
        arrears = row["arrears"]
        if type(arrears) is not int or not -MAX_INTEGER <= arrears <= 0:
            raise RuleBroken("block.balances.arrears", "0 or less, within 2^53 - 1", arrears)
        balances[CurrencyCode(code)] = CurrencyBalances(
            cast(Hash, read_text(row["root"], is_hash, "block.balances.root")),
            _count(row["owed"], "block.balances.owed"),
            arrears,
            _count(row["wallets"], "block.balances.wallets"),
        )
    return balances


def _count(value: object, rule: str) -> int:
    if type(value) is not int or not 0 <= value <= MAX_INTEGER:
        raise RuleBroken(rule, "an integer from 0 to 2^53 - 1", value)
    return value
