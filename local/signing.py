"""`tallystick sign` and `tallystick token`: what a demo partner would sign. FOR DEVELOPMENT ALONE.

The key is made from the party's name (local/keys.py), so it fits the partners of `tallystick demo`
and `tallystick serve`, and everyone has it.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

from ledger.canonical import canonical
from ledger.errors import RuleBroken
from ledger.instructions import instruction
from ledger.names import digest
from local.client import Signatory
from local.keys import NAMES, development_signer
from local.problems import Problem
from loyalty.programmes import read_programme
from loyalty.refusals import Refused
from loyalty.texts import check_idempotency_key

_NOTICE = "tallystick: signed with a development key, which everyone has; never use it elsewhere"


def sign(operation: str, party: str, source: str, origin: str, *, as_json: bool) -> int:
    """Prints a signature over an input. source: JSON, @FILE, or - for standard input."""
    signatory = Signatory(origin, party, development_signer(party))
    input_ = _object(source)
    try:
        if operation == "programme":
            signed = _signed_programme(signatory, input_)
        else:
            signed = _signed_input(signatory, operation, input_)
    except RuleBroken as broken:
        raise Problem(f"the input is not canonical JSON: {broken}") from None
    except Refused as refused:
        raise Problem(refused.message) from None
    print(_NOTICE, file=sys.stderr)
    if as_json:
        print(json.dumps(signed))
    else:
        _print(signed)
    return 0


def token(party: str, origin: str, *, demo: bool = False) -> int:
    """Prints a bearer token of a partner's, from now on. demo: it is to be one of the demo's."""
    if not party.startswith("partner:"):
        raise Problem(f"{party!r} makes no tokens of its own: give partner:ID, like partner:grocer")
    if demo and party.removeprefix("partner:") not in NAMES:
        *others, last = NAMES
        there = f"{', '.join(others)} or {last}"
        raise Problem(f"the demo has no {party!r}: give partner:ID with one of {there}")
    print(Signatory(origin, party, development_signer(party)).token(time.time()))
    print(_NOTICE, file=sys.stderr)
    return 0


def _signed_input(signatory: Signatory, operation: str, given: dict[str, Any]) -> dict[str, Any]:
    input_ = _asked(given)
    key = input_.get("idempotencyKey")
    if not isinstance(key, str):
        raise Problem("the input has no `idempotencyKey`: it is the mutation's whole `input`")
    check_idempotency_key(key)
    subject, asked = signatory.subject(input_), digest(canonical(input_))
    signed = signatory.signed(operation, input_)
    return _statement(signatory, operation, subject, asked) | {
        "signature": signed["signature"],
        "input": signed,
    }


def _signed_programme(signatory: Signatory, document: dict[str, Any]) -> dict[str, Any]:
    version = read_programme(document)
    subject = f"{version.programme.id}@{version.programme.version}"
    return _statement(signatory, "programme", subject, version.rule) | {
        "signature": signatory.programme_signature(document),
    }


def _statement(signatory: Signatory, operation: str, subject: str, asked: str) -> dict[str, Any]:
    return {
        "origin": signatory.origin,
        "party": signatory.party,
        "operation": operation,
        "subject": subject,
        "asked": asked,
        "instruction": instruction(signatory.origin, operation, subject, asked).hex(),  # type: ignore[arg-type]
        "verifierKey": str(signatory.signer.verifier),
    }


def _asked(given: dict[str, Any]) -> dict[str, Any]:
    """What of an input is signed: not a signature, and nothing that is null."""
    return {
        name: _asked(value) if isinstance(value, dict) else value
        for name, value in given.items()
        if value is not None and name != "signature"
    }


def _print(signed: dict[str, Any]) -> None:
    subject = "programme" if signed["operation"] == "programme" else "transaction"
    print(f"origin       {signed['origin']}")
    print(f"party        {signed['party']}")
    print(f"operation    {signed['operation']}")
    print(f"{subject:<12} {signed['subject']}")
    print(f"{'digest' if subject == 'programme' else 'asked':<12} {signed['asked']}")
    print(f"\nsignature, as variables have it:\n{json.dumps(signed['signature'])}")
    if "input" in signed:
        print(f"\nthe whole input:\n{json.dumps(signed['input'])}")


def _object(source: str) -> dict[str, Any]:
    try:
        value = json.loads(_text(source))
    except ValueError as error:
        raise Problem(f"--input is not JSON ({error}): give JSON, @FILE, or - for stdin") from None
    if not isinstance(value, dict):
        raise Problem("--input must be a JSON object: the mutation's whole `input`")
    return value


def _text(source: str) -> str:
    if source == "-":
        return sys.stdin.read()
    if not source.startswith("@"):
        return source
    try:
        return Path(source[1:]).read_text(encoding="utf-8")
    except OSError as error:
        raise Problem(f"{source[1:]} cannot be read: {error.strerror}") from None
