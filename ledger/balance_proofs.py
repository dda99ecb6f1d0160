"""Balance proofs: that one wallet's balance is part of what the coalition owes, offline.

docs/ledger-format.md, "Receipts and balance proofs": a c2sp.org/tlog-proof of the checkpoint's last
leaf, the block. Its `extra` is canonical JSON:

    {"block", "currency", "other", "path": [[sum, b64 hash], ...], "state", "wallet"}

    block   b64 of that leaf
    state   the wallet's state (`ledger.balance_tree`), its JSON as a string; absent if the wallet
            is not in the tree
    path    from the leaf's sibling to the root's child
    other   {"key": b64, "owed", "state": b64 H(state)}, where absence ends in another's leaf
    sums and owed are decimal strings, 0|[1-9][0-9]*, below 2^128

Nothing signs `extra`. The block is believed because its hash is the leaf that the proof shows; the
root and the sum of the tree are taken from the block; all else leads to them, or is refused.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from hashlib import sha256
from itertools import pairwise
from typing import NamedTuple, cast

from ledger.balance_tree import MAX_SUM, BalancePath, Leaf, check_path, wallet_key
from ledger.blocks import Block, read_block
from ledger.canonical import MAX_INTEGER, canonical, parse_exact
from ledger.checkpoints import Checkpoint
from ledger.entries import read_entry
from ledger.errors import RuleBroken
from ledger.names import (
    CurrencyCode,
    Expires,
    Hash,
    WalletId,
    hash_bytes,
    is_base32_id,
    is_expires,
    is_hash,
    is_id,
)
from ledger.notes import VerifierKey, decode_b64
from ledger.policies import Policy, accepted
from ledger.proofs import Proof
from ledger.tree import check_inclusion, leaf_hash
from ledger.tx import Balances
from ledger.wallets import Lot, owed

_REQUIRED = {"block", "currency", "path", "wallet"}
_MEMBERS = (_REQUIRED, _REQUIRED | {"state"}, _REQUIRED | {"other"})
_OTHER = {"key", "owed", "state"}
_STATE = {"arrears", "available", "head", "held", "lots", "pending", "seq"}
_is_decimal = re.compile(r"(?:0|[1-9][0-9]{0,38})\Z").match


class WalletState(NamedTuple):
    """What a leaf of the balance tree stands for."""

    seq: int
    head: Hash
    balances: Balances
    lots: tuple[Lot, ...]


class BalanceShown(NamedTuple):
    """That a wallet has this state as of a block, and is in what the block says is owed.

    state: its canonical JSON, for `read_state`; None: the wallet has no entry in that currency.
    """

    checkpoint: Checkpoint
    block: Block
    wallet: WalletId
    currency: CurrencyCode
    state: bytes | None
    owed: int


def balance_extra(
    block: bytes,
    wallet: WalletId,
    currency: CurrencyCode,
    state: bytes | None,
    path: BalancePath,
) -> bytes:
    """The `extra` of a balance proof.

    block: the entry's bytes; state: None if the path has no leaf. Raises RuleBroken where the state
    is not that of the path's leaf.
    """
    if (None if path.leaf is None else path.leaf.state) != (
        None if state is None else sha256(state).digest()
    ):
        raise RuleBroken("balance.state", "the state of the path's leaf", state)
    extra: dict[str, object] = {
        "block": b64encode(block).decode(),
        "currency": currency,
        "path": [[str(amount), b64encode(hash_).decode()] for amount, hash_ in path.siblings],
        "wallet": wallet,
    }
    if state is not None:
        extra["state"] = state.decode()
    if path.other is not None:
        extra["other"] = {
            "key": b64encode(path.other.key).decode(),
            "owed": str(path.other.owed),
            "state": b64encode(path.other.state).decode(),
        }
    return canonical(extra)


def verify_balance(
    proof: Proof,
    wallet: WalletId | None,
    log_keys: Sequence[VerifierKey],
    policy: Policy | None = None,
) -> BalanceShown:
    """What a balance proof shows. Raises RuleBroken if it does not show it.

    wallet: whose it has to be; None: of the wallet that it names. log_keys, policy: as in
    `ledger.policies.accepted`.
    """
    checkpoint = accepted(proof.checkpoint, log_keys, policy)
    if proof.extra is None:
        raise RuleBroken("balance.extra", "block, wallet and path", "no extra line")
    claim = _read_extra(proof.extra)
    if wallet is not None and claim.wallet != wallet:
        raise RuleBroken("balance.wallet", wallet, claim.wallet)
    block = _last_block(claim.block, proof, checkpoint)
    balances = block.balances.get(claim.currency)
    if balances is None:
        raise RuleBroken("balance.currency", sorted(block.balances), claim.currency)
    check_path(wallet_key(claim.wallet), claim.path, b64decode(balances.root), balances.owed)
    amount = 0 if claim.path.leaf is None else claim.path.leaf.owed
    return BalanceShown(checkpoint, block, claim.wallet, claim.currency, claim.state, amount)


def read_state(data: bytes) -> WalletState:
    """Reads a wallet's state. Raises RuleBroken for another spelling, and for what none can be."""
    body = parse_exact(data)
    if type(body) is not dict or body.keys() != _STATE:
        raise RuleBroken("state.members", sorted(_STATE), body)
    available, held, pending = (_count(body[name]) for name in ("available", "held", "pending"))
    balances = Balances(available, held, pending, -_count(body["arrears"], sign=-1))
    if type(body["head"]) is not str or not is_hash(body["head"]):
        raise RuleBroken("state.head", "b64 of 32 bytes", body["head"])
    seq = _count(body["seq"])
    if not seq:
        raise RuleBroken("state.seq", "at least 1", seq)
    if type(body["lots"]) is not list:
        raise RuleBroken("state.lots", "[[expires, issuer, quantity], ...]", body["lots"])
    lots = tuple(_lot(row) for row in body["lots"])
    for lot, following in pairwise(lots):
        if lot[:2] >= following[:2]:
            raise RuleBroken("state.lots.order", f"after {lot[:2]}", following[:2])
    if sum(lot.quantity for lot in lots) != available:
        raise RuleBroken("state.lots.sum", available, sum(lot.quantity for lot in lots))
    return WalletState(seq, cast(Hash, body["head"]), balances, lots)


class _Claim(NamedTuple):
    """What `extra` says, well-formed and no more."""

    block: bytes
    wallet: WalletId
    currency: CurrencyCode
    state: bytes | None
    path: BalancePath


def _read_extra(data: bytes) -> _Claim:
    body = parse_exact(data)
    if type(body) is not dict or body.keys() not in _MEMBERS:
        found = sorted(body) if type(body) is dict else type(body).__name__
        raise RuleBroken("balance.members", sorted(_REQUIRED), found)
    wallet = _text(body, "wallet")
    if not is_base32_id(wallet):
        raise RuleBroken("balance.wallet", "a wallet's id", wallet)
    siblings = _path(body["path"])
    leaf, state, other = None, None, None
    if "state" in body:
        state = _text(body, "state").encode()
        stated = read_state(state)
        amount = owed(stated.balances)
        leaf = Leaf(wallet_key(WalletId(wallet)), amount, sha256(state).digest(), stated.seq)
    if "other" in body:
        other = _other(body["other"])
    return _Claim(
        decode_b64(_text(body, "block")),
        WalletId(wallet),
        CurrencyCode(_text(body, "currency")),
        state,
        BalancePath(leaf, other, siblings),
    )


def _last_block(data: bytes, proof: Proof, checkpoint: Checkpoint) -> Block:
    """The block that the whole log of a checkpoint ends with."""
    if proof.index != checkpoint.size - 1:
        raise RuleBroken("balance.index", checkpoint.size - 1, proof.index)
    check_inclusion(leaf_hash(data), proof.index, checkpoint.size, proof.hashes, checkpoint.root)
    entry = read_entry(data)
    if entry.signature.name != f"{checkpoint.origin}/entries":
        raise RuleBroken("balance.signer", f"{checkpoint.origin}/entries", entry.signature.name)
    block = read_block(entry.body)
    if block.size != checkpoint.size:
        raise RuleBroken("balance.size", checkpoint.size, block.size)
    return block


def _other(value: object) -> Leaf:
    if type(value) is not dict or value.keys() != _OTHER:
        raise RuleBroken("balance.other", sorted(_OTHER), value)
    return Leaf(_hash(value["key"]), _decimal(value["owed"]), _hash(value["state"]))


def _path(rows: object) -> tuple[tuple[int, bytes], ...]:
    if type(rows) is not list:
        raise RuleBroken("balance.path", "[[sum, b64 hash], ...]", rows)
    siblings = []
    for row in rows:
        if type(row) is not list or len(row) != 2:
            raise RuleBroken("balance.path", "[sum, b64 hash]", row)
        amount, text = row
        hash_ = hash_bytes(text) if type(text) is str else None
        if hash_ and type(amount) is str and len(amount) < 39 and _is_decimal(amount):
            # As below, of what is right and much below 2^128, as nearly all is, without the calls.
            siblings.append((int(amount), hash_))
        else:
            siblings.append((_decimal(amount), _hash(text)))
    return tuple(siblings)


def _decimal(value: object) -> int:
    if type(value) is str and _is_decimal(value):
        amount = int(value)
        if amount <= MAX_SUM:
            return amount
    raise RuleBroken("balance.decimal", "0|[1-9][0-9]*, below 2^128", value)


def _hash(value: object) -> bytes:
    found = hash_bytes(value) if type(value) is str else None
    if found is None:
        raise RuleBroken("balance.hash", "b64 of 32 bytes", value)
    return found


def _text(body: Mapping[str, object], name: str) -> str:
    value = body[name]
    if type(value) is not str:
        raise RuleBroken(f"balance.{name}", "a string", value)
    return value


def _count(value: object, sign: int = 1) -> int:
    if type(value) is not int or not 0 <= sign * value <= MAX_INTEGER:
        raise RuleBroken("state.integer", f"{sign} times 0 to 2^53 - 1", value)
    return sign * value


def _lot(row: object) -> Lot:
    if type(row) is not list or len(row) != 3:
        raise RuleBroken("state.lots", "[expires, issuer, quantity]", row)
    expires, issuer, quantity = row
    if type(expires) is not str or not is_expires(expires):
        raise RuleBroken("state.lots.expires", "YYYY-MM-DD or never", expires)
    if type(issuer) is not str or not is_id(issuer):
        raise RuleBroken("state.lots.issuer", "a partner's id or operator", issuer)
    if not _count(quantity):
        raise RuleBroken("state.lots.quantity", "above 0", quantity)
    return Lot(Expires(expires), issuer, quantity)
