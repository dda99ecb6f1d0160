"""`tallystick verify`: receipts and balance proofs, offline, with the log's key alone.

Exit status: 0 if all that was given holds, 1 if something does not, 2 if it could not be verified.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from ledger.balance_proofs import BalanceShown, verify_balance
from ledger.blocks import read_block
from ledger.entries import Entry
from ledger.errors import RuleBroken, shown
from ledger.names import is_at
from ledger.notes import VerifierKey
from ledger.policies import Policy
from ledger.proofs import PROOF_MAX_BYTES, Proof, Receipt, read_proof, verify_receipt
from ledger.tx import read_tx
from local.auditing import keys_of, policy_of
from local.problems import Problem

Figures = dict[str, object]


def verify_command(
    files: Sequence[Path],
    log_keys: Sequence[str],
    policy: Path | None = None,
    *,
    as_json: bool = False,
) -> int:
    """Verifies proofs and prints what each shows. Raises Problem.

    log_keys, policy: as for `local.auditing.audit_command`.
    """
    keys, wanted = keys_of(log_keys), policy_of(policy)
    results = [_verified(path, _read(path), keys, wanted) for path in files]
    if as_json:
        print(json.dumps(results, indent=2))
    else:
        for result in results:
            _print(result)
    return 0 if all(result["ok"] for result in results) else 1


def is_balance(proof: Proof) -> bool:
    """Whether a proof is one of a balance: its `extra` is a JSON object and no note of an entry."""
    extra = proof.extra or b""
    return extra.startswith(b"{") and b"\n" not in extra


def _verified(
    path: Path, data: bytes, keys: Sequence[VerifierKey], policy: Policy | None
) -> Figures:
    try:
        proof = read_proof(data)
        if is_balance(proof):
            figures = _balance(verify_balance(proof, None, keys, policy))
        else:
            figures = _receipt(verify_receipt(proof, keys, policy))
    except RuleBroken as broken:
        fault = {
            "rule": broken.rule,
            "expected": shown(broken.expected),
            "found": shown(broken.found),
        }
        return {"file": str(path), "ok": False, "fault": fault}
    return {"file": str(path), "ok": True, **figures}


def _receipt(receipt: Receipt) -> Figures:
    entry = receipt.entry
    _check_shape(entry)
    named = {
        name: entry.body[name]
        for name in ("id", "kind", "at", "postings")
        if name == "at" or (entry.type == "tx" and name in entry.body)
    }
    return {
        "shows": "receipt",
        "origin": receipt.checkpoint.origin,
        "size": receipt.checkpoint.size,
        "index": receipt.index,
        "type": entry.type,
        "entry_hash": entry.hash,
        **named,
    }


def _check_shape(entry: Entry) -> None:
    """Raises RuleBroken: that an entry is in the log does not make it one."""
    if entry.type == "tx":
        read_tx(entry.body)
    elif entry.type == "block":
        read_block(entry.body)
    else:
        at = entry.body.get("at")
        if type(at) is not str or not is_at(at):
            raise RuleBroken("governance.at", "the form that docs/ledger-format.md gives", at)


def _balance(balance: BalanceShown) -> Figures:
    state = balance.state
    return {
        "shows": "balance",
        "origin": balance.checkpoint.origin,
        "size": balance.checkpoint.size,
        "block": balance.block.height,
        "at": balance.block.at,
        "wallet": balance.wallet,
        "currency": balance.currency,
        "in_tree": state is not None,
        "owed": balance.owed,
        "state": None if state is None else json.loads(state),
        "total_owed": balance.block.balances[balance.currency].owed,
    }


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(PROOF_MAX_BYTES + 1)
    except OSError as error:
        raise Problem(f"cannot read {path}: {error.strerror}") from None
    return data


def _print(result: Figures) -> None:
    file = shown(result["file"])
    if not result["ok"]:
        print(f"{file}: NOT VALID: {_fault_text(result['fault'])}", file=sys.stderr)
        return
    say = Console(highlight=False, soft_wrap=True, markup=False).print
    origin, at = shown(result["origin"]), shown(result["at"])
    if result["shows"] == "receipt":
        what = f"{result['kind']} {result['id']}" if "id" in result else result["type"]
        say(f"{file}: {shown(what)} of {at} is entry {result['index']:,} of {origin}")
        for account, currency, amount in result.get("postings", ()):  # type: ignore[attr-defined]
            say(f"  {shown(account)}  {amount:+,} {shown(currency)}")
        return
    where = f"block {result['block']} of {origin}, {at}"
    wallet, currency = shown(result["wallet"]), shown(result["currency"])
    if not result["in_tree"]:
        say(f"{file}: wallet {wallet} has no {currency} in {where}")
        return
    say(
        f"{file}: wallet {wallet} is owed {result['owed']:,} {currency}"
        f" of {result['total_owed']:,} in {where}"
    )


def _fault_text(fault: object) -> str:
    assert isinstance(fault, dict)  # noqa: S101
    return f"{fault['rule']}: expected {fault['expected']}, found {fault['found']}"
