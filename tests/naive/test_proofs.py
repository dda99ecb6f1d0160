"""Receipts and balance proofs, as the naive verifier reads them."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from tests.naive.build import proof_file
from tests.naive.forms import WrongError, b64, canon
from tests.naive.proofs import read_proof, verify_balance, verify_receipt
from tests.naive.small_log import ALICE, FILES, LEDGER, LOG_KEYS, NOBODY, SMALL, Verdict, sealed
from tests.naive.trees import EMPTY, Leaf, wallet_leaf
from tests.naive.wallets import state
from tests.vectors.keys import LOG
from tests.vectors.parties import WALLETS

SIGNED = FILES["checkpoint"]


def refused_receipt(data: bytes) -> str:
    with pytest.raises(WrongError) as refusal:
        verify_receipt(read_proof(data), LOG_KEYS)
    return refusal.value.rule


def test_a_receipt_shows_its_entry_and_no_other() -> None:
    data = SMALL.receipt(17, SIGNED)
    verify_receipt(read_proof(data), LOG_KEYS)
    lines = data.split(b"\n")
    assert refused_receipt(data.replace(b"index 17", b"index 16")) == "log.inclusion"
    assert refused_receipt(data.replace(b"index 17", b"index 017")) == "proof.index"
    assert refused_receipt(b"\n".join([*lines[:3], *lines[4:]])) == "log.inclusion"
    assert refused_receipt(b"\n".join([*lines[:3], lines[3], *lines[3:]])) == "log.inclusion"
    assert refused_receipt(b"\n".join([lines[0], *lines[2:]])) == "receipt.extra"
    assert refused_receipt(data.replace(b"@v1", b"@v2")) == "proof.form"
    other = proof_file(SMALL.entries[16], 17, SMALL.leaves, SIGNED)
    assert refused_receipt(other) == "log.inclusion"
    node = b"\x01" + SMALL.leaves[0] + SMALL.leaves[1]
    assert refused_receipt(proof_file(node, 0, SMALL.leaves, SIGNED)) == "log.inclusion"


def shown(wallet: str, extra: Mapping[str, Any], asked: str = "") -> dict[str, Any]:
    data = proof_file(canon(extra), len(SMALL.entries) - 1, SMALL.leaves, SIGNED)
    return verify_balance(read_proof(data), asked or wallet, LOG_KEYS)


def refused_balance(wallet: str, extra: Mapping[str, Any], asked: str = "") -> str:
    with pytest.raises(WrongError) as refusal:
        shown(wallet, extra, asked)
    return refusal.value.rule


def test_a_balance_proof_shows_a_wallet_that_is_there() -> None:
    extra = SMALL.balance_extra(ALICE, "STAR")
    found = shown(ALICE, extra)
    alice = SMALL.ledger.wallets[ALICE]
    assert found["owed"] == alice["available"] + alice["held"] + alice["pending"]
    assert refused_balance(ALICE, extra, WALLETS["bob"]) == "balance.wallet"
    more = json.loads(extra["state"])
    more["pending"] += 1
    assert refused_balance(ALICE, extra | {"state": canon(more).decode()}) == "balance.root"
    assert refused_balance(ALICE, extra | {"state": extra["state"] + " "}) == "canonical.round_trip"
    assert refused_balance(ALICE, extra | {"path": []}) == "balance.root"
    assert refused_balance(ALICE, extra | {"currency": "PAGE"}) == "balance.root"
    assert refused_balance(ALICE, extra | {"currency": "MOON"}) == "balance.currency"
    other = {"key": b64(bytes(32)), "owed": "0", "state": b64(bytes(32))}
    assert refused_balance(ALICE, extra | {"other": other}) == "balance.extra"
    no_state = {name: value for name, value in extra.items() if name != "state"}
    assert refused_balance(ALICE, no_state) == "balance.root"
    [[total, hash_]] = extra["path"]
    big = {"path": [[str(2**128), hash_]]}
    assert refused_balance(ALICE, extra | big) == "balance.sum"
    over = {"path": [[str(2**128 - 1), hash_]]}
    assert refused_balance(ALICE, extra | over) == "balances.overflow"
    empty = {"path": [["0", b64(EMPTY[1])], *extra["path"]]}
    assert refused_balance(ALICE, extra | empty) == "balance.path"
    assert refused_balance(ALICE, extra | {"path": [[f"0{total}", hash_]]}) == "balance.sum"


def test_a_balance_proof_shows_that_a_wallet_is_not_there() -> None:
    extra = SMALL.balance_extra(NOBODY, "STAR")
    assert extra["other"]
    assert shown(NOBODY, extra)["state"] is None
    other = extra["other"]
    assert refused_balance(ALICE, extra | {"wallet": ALICE}) in ("balance.other", "balance.root")
    assert refused_balance(NOBODY, extra | {"other": other | {"owed": "1"}}) == "balance.root"
    nothing = {name: value for name, value in extra.items() if name != "other"}
    assert refused_balance(NOBODY, nothing) == "balance.root"


def test_an_absence_by_the_leaf_of_another_branch_is_refused() -> None:
    """Who claims that alice is absent because bob is there, in another branch."""
    of_bob = SMALL.balance_extra(WALLETS["bob"], "STAR")
    bob = leaf_of(WALLETS["bob"])
    other = {"key": b64(bob.key), "owed": str(bob.owed), "state": b64(bob.state)}
    claim = {name: of_bob[name] for name in ("block", "currency", "path")}
    assert refused_balance(ALICE, claim | {"wallet": ALICE, "other": other}) == "balance.other"
    alice = leaf_of(ALICE)
    itself = {"key": b64(alice.key), "owed": str(alice.owed), "state": b64(alice.state)}
    claim = SMALL.balance_extra(ALICE, "STAR")
    claim = {name: claim[name] for name in ("block", "currency", "path", "wallet")}
    assert refused_balance(ALICE, claim | {"other": itself}) == "balance.other"


def leaf_of(wallet: str) -> Leaf:
    return wallet_leaf(wallet, state(SMALL.ledger.wallets[wallet]))


def test_a_balance_proof_is_of_the_last_leaf() -> None:
    extra = SMALL.balance_extra(ALICE, "STAR") | {"block": b64(SMALL.entries[-2])}
    data = proof_file(canon(extra), len(SMALL.entries) - 2, SMALL.leaves, SIGNED)
    with pytest.raises(WrongError, match=r"balance\.index"):
        verify_balance(read_proof(data), ALICE, LOG_KEYS)


def test_a_receipt_of_another_log_is_found(verdict: Verdict) -> None:
    other = sealed(LEDGER[:20])
    path = next(path for path in FILES if path.startswith("receipts/"))
    fault = verdict(FILES | {path: other.receipt(14, other.checkpoint(LOG))})
    assert fault is not None
    assert (fault.index, fault.rule) == (None, "checkpoint.root")


def test_a_balance_proof_of_another_state_is_found(verdict: Verdict) -> None:
    """A block that the log signed and did not keep."""
    path = f"balances/{ALICE}.tlog-proof"
    other = sealed(LEDGER[:20])
    data = other.balance(ALICE, "STAR", other.checkpoint(LOG))
    fault = verdict(FILES | {path: data})
    assert fault is not None
    assert (fault.index, fault.rule) == (None, "checkpoint.root")
