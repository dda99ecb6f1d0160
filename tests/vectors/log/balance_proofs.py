"""Vectors of balance proofs: a wallet that is there, one that is not, and what is refused."""

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from tests.naive.build import Log, block_body, proof_file
from tests.naive.forms import canon
from tests.naive.proofs import read_proof
from tests.naive.rules import Ledger
from tests.naive.trees import EMPTY, Leaf, bit, sum_path, sum_root, wallet_key, wallet_leaf
from tests.vectors.forms import Body, b64, base32_id
from tests.vectors.keys import ENTRIES_2, LOG, STRANGER
from tests.vectors.log.balance_tree import some_state
from tests.vectors.log.sealed import sealed_log
from tests.vectors.parties import WALLETS
from tests.vectors.writing import body_of, signed_entry


class Shown:
    """A log of one leaf, a block, over wallets that no entry made: for the shapes of paths."""

    def __init__(self, numbers: Sequence[int]) -> None:
        self.states = {
            base32_id(sha256(str(number).encode()).digest()[:16]): some_state(number)
            for number in numbers
        }
        self.leaves = [wallet_leaf(wallet, each) for wallet, each in self.states.items()]
        owed, hash_ = sum_root(self.leaves)
        row = {"root": b64(hash_), "owed": owed, "arrears": 0, "wallets": len(self.states)}
        body = block_body(Ledger(), "2026-01-01T00:00:00.000Z")
        self.log = Log()
        self.log.entries.append(signed_entry(body | {"balances": {"STAR": row}}))
        self.signed = self.log.checkpoint(LOG)

    def extra(self, wallet: str) -> Body:
        path, end = sum_path(self.leaves, wallet_key(wallet))
        extra: Body = {
            "block": b64(self.log.entries[0]),
            "wallet": wallet,
            "currency": "STAR",
            "path": [[str(total), b64(each)] for total, each in path],
        }
        if wallet in self.states:
            return extra | {"state": canon(self.states[wallet]).decode()}
        return extra | ({"other": other_of(end)} if end else {})

    def absent(self, ends_in_leaf: bool) -> str:
        """The first wallet of a series that is not there and whose way ends so."""
        for number in range(10_000):
            wallet = base32_id(sha256(b"absent %d" % number).digest()[:16])
            path, end = sum_path(self.leaves, wallet_key(wallet))
            if (end is not None) == ends_in_leaf and len(path) > 1:
                return wallet
        raise LookupError("no such wallet")

    def proof(self, extra: Mapping[str, Any]) -> bytes:
        return proof_file(canon(extra), 0, self.log.leaves, self.signed)


def other_of(leaf: Leaf) -> Body:
    return {"key": b64(leaf.key), "owed": str(leaf.owed), "state": b64(leaf.state)}


def balance_proof_cases() -> Body:
    log, first = sealed_log(), sealed_log(1)
    signed = log.checkpoint(LOG)
    alice, bob, carol = WALLETS["alice"], WALLETS["bob"], WALLETS["carol"]
    rows = [
        ("a wallet of two", alice, "STAR", log.balance(alice, "STAR", signed)),
        ("the only wallet", carol, "PAGE", log.balance(carol, "PAGE", signed)),
        ("a wallet of another currency", bob, "PAGE", log.balance(bob, "PAGE", signed)),
        (
            "absent from a tree without wallets",
            alice,
            "STAR",
            first.balance(alice, "STAR", first.checkpoint(LOG)),
        ),
    ]
    twenty = Shown(range(20))
    there = next(iter(twenty.states))
    by_empty, by_leaf = twenty.absent(False), twenty.absent(True)
    for name, wallet in (
        ("a wallet of twenty, which has nothing", there),
        ("absent, by an empty subtree", by_empty),
        ("absent, by the leaf of another", by_leaf),
    ):
        rows.append((name, wallet, "STAR", twenty.proof(twenty.extra(wallet))))
    return {
        "accepted": [
            shown_row(name, wallet, currency, each) for name, wallet, currency, each in rows
        ],
        "refused": [
            *refused_presence(twenty),
            *refused_absence(twenty, by_empty, by_leaf),
            *refused_blocks(log, signed),
        ],
    }


def shown_row(name: str, wallet: str, currency: str, data: bytes) -> Body:
    extra = json.loads(read_proof(data).extra or b"")
    row = {"name": name, "wallet": wallet, "currency": currency, "base64": b64(data)}
    if "state" not in extra:
        return row | {"owed": 0}
    found = json.loads(extra["state"])
    owed = found["available"] + found["held"] + found["pending"]
    return row | {"state": extra["state"], "owed": owed}


def refused_row(name: str, rule: str, wallet: str, data: bytes) -> Body:
    return {"name": name, "rule": rule, "wallet": wallet, "base64": b64(data)}


def refused_presence(twenty: Shown) -> list[Body]:
    wallet = list(twenty.states)[4]
    extra = twenty.extra(wallet)
    found = json.loads(extra["state"])
    path = extra["path"]

    def state_with(**members: Any) -> Body:
        return extra | {"state": canon(found | members).decode()}

    def path_with(rows: Sequence[Any]) -> Body:
        return extra | {"path": list(rows)}

    def first_with(total: object, *rest: object) -> Body:
        return path_with([[total, *rest], *path[1:]])

    lot = found["lots"][0]
    total, hash_ = path[0]
    empty = ["0", b64(EMPTY[1])]
    end = wallet_leaf(wallet, found)
    rows: list[tuple[str, str, Body]] = [
        ("another state", "balance.root", state_with(held=found["held"] + 1)),
        ("a state with a member more", "state.members", state_with(note="x")),
        ("a state without lots", "state.lots.sum", state_with(lots=[])),
        ("lots not sorted", "state.lots.order", state_with(
            lots=[[*lot[:2], 1], ["2026-12-31", "brewco", lot[2] - 1]])),
        ("a lot of 0", "state.lots.quantity", state_with(
            lots=[["2026-12-31", "brewco", 0], lot])),
        ("an amount below 0", "state.integer", state_with(held=-1)),
        ("arrears above 0", "state.integer", state_with(arrears=1)),
        ("an amount that is a float", "state.integer",
            extra | {"state": extra["state"].replace(f'"held":{found["held"]}', '"held":1.0')}),
        ("a state with white space", "canonical.round_trip",
            extra | {"state": extra["state"] + " "}),
        ("a state that is no text", "balance.state", extra | {"state": found}),
        ("a state of another seq", "balance.root", state_with(seq=found["seq"] + 1)),
        ("a hash too few", "balance.root", path_with(path[:-1])),
        ("a hash too many", "balance.root", path_with([*path, path[-1]])),
        ("siblings in another order", "balance.root", path_with(path[::-1])),
        ("a first sibling that is EMPTY", "balance.sibling", path_with([empty, *path])),
        ("an EMPTY with a sum", "balance.empty", path_with(
            [*path[:-1], ["5", b64(EMPTY[1])]])),
        ("another sum on the path", "balance.root", first_with(str(int(total) + 1), hash_)),
        ("a sum of 2^128", "balance.decimal", first_with(str(2**128), hash_)),
        ("sums that overflow", "balance.sum", first_with(str(2**128 - 1), hash_)),
        ("a sum with a zero before it", "balance.decimal", first_with("0" + total, hash_)),
        ("a sum with a sign", "balance.decimal", first_with("-1", hash_)),
        ("a sum that is a number", "balance.decimal", first_with(int(total), hash_)),
        ("a hash of 31 bytes", "balance.hash", first_with(total, b64(bytes(31)))),
        ("a sibling of three", "balance.path", first_with(total, hash_, 0)),
        ("a path that is no list", "balance.path", extra | {"path": "x"}),
        ("257 siblings", "balance.depth", path_with([path[0]] * 257)),
        ("a currency that there is not", "balance.currency", extra | {"currency": "MOON"}),
        ("both state and other", "balance.members", extra | {"other": other_of(end)}),
        ("a member more", "balance.members", extra | {"note": "x"}),
        ("no path", "balance.members", {k: v for k, v in extra.items() if k != "path"}),
        ("another wallet's proof", "balance.wallet", twenty.extra(list(twenty.states)[5])),
        ("another wallet's name on it", "balance.root",
            twenty.extra(list(twenty.states)[5]) | {"wallet": wallet}),
    ]  # fmt: skip
    proofs = [refused_row(name, rule, wallet, twenty.proof(each)) for name, rule, each in rows]
    data = twenty.proof(extra)
    other_text = canon(extra).replace(b'"currency"', b' "currency"')
    spaced = proof_file(other_text, 0, twenty.log.leaves, twenty.signed)
    no_extra = proof_file(None, 0, twenty.log.leaves, twenty.signed)
    more = data.replace(b"index 0\n", b"index 1\n")
    return [
        *proofs,
        refused_row("extra with white space", "canonical.round_trip", wallet, spaced),
        refused_row("no extra", "balance.extra", wallet, no_extra),
        refused_row("another index", "balance.index", wallet, more),
    ]


def refused_absence(twenty: Shown, by_empty: str, by_leaf: str) -> list[Body]:
    there = list(twenty.states)[4]
    extra = twenty.extra(there)
    nothing = {name: value for name, value in extra.items() if name != "state"}
    itself = wallet_leaf(there, twenty.states[there])
    way = twenty.extra(by_leaf)
    key = wallet_key(there)
    near = max(
        (leaf for leaf in twenty.leaves if leaf.key != key),
        key=lambda leaf: next(
            depth for depth in range(256) if bit(leaf.key, depth) != bit(key, depth)
        ),
    )
    path, end = sum_path(twenty.leaves, near.key)
    assert end == near
    beside = [[str(total), b64(each)] for total, each in path]
    empty_way = twenty.extra(by_empty)
    branch = empty_way["path"]
    rows: list[tuple[str, str, str, Body]] = [
        ("absence claimed of a wallet that is there", "balance.root", there, nothing),
        ("its own leaf as another's", "balance.absence", there,
            nothing | {"other": other_of(itself)}),
        ("the leaf of another branch", "balance.prefix", there,
            nothing | {"other": other_of(near), "path": beside}),
        ("the leaf of another branch, on the way to this one", "balance.prefix", there,
            nothing | {"other": other_of(near)}),
        ("presence claimed of a wallet that is not", "balance.root", by_leaf,
            {name: value for name, value in way.items() if name != "other"}
            | {"state": canon(some_state(0)).decode()}),
        ("the other leaf with another sum", "balance.root", by_leaf,
            way | {"other": way["other"] | {"owed": "1"}}),
        ("the other leaf without a sum", "balance.other", by_leaf,
            way | {"other": {"key": way["other"]["key"], "state": way["other"]["state"]}}),
        ("the other leaf's key of 31 bytes", "balance.hash", by_leaf,
            way | {"other": way["other"] | {"key": b64(bytes(31))}}),
        ("the other leaf left out", "balance.root", by_leaf,
            {name: value for name, value in way.items() if name != "other"}),
        ("absence by EMPTY, a level deeper", "balance.sibling", by_empty,
            empty_way | {"path": [["0", b64(EMPTY[1])], *branch]}),
        ("absence by EMPTY, a level higher", "balance.root", by_empty,
            empty_way | {"path": branch[1:]}),
    ]  # fmt: skip
    return [
        refused_row(name, rule, wallet, twenty.proof(each)) for name, rule, wallet, each in rows
    ]


def refused_blocks(log: Log, signed: bytes) -> list[Body]:
    alice = WALLETS["alice"]
    extra = log.balance_extra(alice, "STAR")
    last = len(log.entries) - 1
    earlier = extra | {"block": b64(log.entries[38])}
    no_block = extra | {"block": b64(log.entries[45])}
    body = body_of(log.entries[-1])

    def alone(block: bytes) -> bytes:
        """A log of one leaf that is this block."""
        other = Log()
        other.entries.append(block)
        found = extra | {"block": b64(block)}
        return proof_file(canon(found), 0, other.leaves, other.checkpoint(LOG))

    nowhere = signed_entry(body | {"size": 1, "first": 0}, STRANGER)
    return [
        refused_row("an earlier block", "balance.index", alice,
            proof_file(canon(earlier), 38, log.leaves, signed)),
        refused_row("an earlier block as the last leaf", "log.inclusion", alice,
            proof_file(canon(earlier), last, log.leaves, signed)),
        refused_row("a leaf that is no block", "log.inclusion", alice,
            proof_file(canon(no_block), last, log.leaves, signed)),
        refused_row("a last leaf that is no block", "block.members", alice,
            alone(log.entries[45])),
        refused_row("a block of another size", "balance.size", alice,
            alone(signed_entry(body, ENTRIES_2))),
        refused_row("a block that is signed by another name", "balance.signer", alice,
            alone(nowhere)),
    ]  # fmt: skip
