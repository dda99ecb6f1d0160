"""What `tallystick keys` does, on the table and the KMS that deployed functions use."""

import json
import os
import sys
from collections.abc import Callable, Mapping
from typing import NamedTuple

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from functions.wiring import coalition_of, entry_signers_of, log_signers_of
from ledger.errors import RuleBroken
from ledger.names import At
from local.deployed import aws_problem, region_of
from local.problems import Problem
from loyalty.coalition import Coalition
from loyalty.committing import Answer
from loyalty.own_keys import Held, add_own_key, revoke_own_key
from loyalty.ports import StoreUnavailable
from loyalty.refusals import Refused
from storage.kms import KmsSigner, entry_signer, new_seed


class Where(NamedTuple):
    """Which deployment. function: whose environment; None for that of this process."""

    function: str | None = None
    region: str | None = None


class _Listed(NamedTuple):
    party: str
    key: str
    since: At
    until: At | None
    held: bool


def list_keys(where: Where, *, as_json: bool) -> int:
    """Prints every key that the ledger names, in its order. held: whether functions sign with it;
    of partners and operators nobody here knows."""

    def act(environment: Mapping[str, str]) -> None:
        coalition, held = _opened(environment)
        here = held.entries | held.log
        rows = [
            _Listed(party, label, term.since, term.until, str(key) in here)
            for (party, label), terms in coalition.written().keys.items()
            for key, term in terms
        ]
        if as_json:
            print(json.dumps([row._asdict() for row in rows]))
        else:
            _print_table(rows)

    return _doing(where, act)


def make(where: Where, wrapping_key: str) -> int:
    """Prints a new seed, encrypted for this ledger alone: it is made in KMS, and nobody has seen
    it. It is used only once it is added and deployed."""

    def act(environment: Mapping[str, str]) -> None:
        origin, region = environment["TALLYSTICK_ORIGIN"], environment["AWS_REGION"]
        print(new_seed(origin, wrapping_key, region))

    return _doing(where, act)


def add(where: Where, party: str, key: str, *, as_json: bool) -> int:
    """key: of an entry key its wrapped seed, of a log key its id in KMS."""

    def act(environment: Mapping[str, str]) -> None:
        origin, region = environment["TALLYSTICK_ORIGIN"], environment["AWS_REGION"]
        coalition, held = _opened(environment)
        signer = KmsSigner(origin, key, region) if party == "log" else None
        verifier = (signer or entry_signer(origin, key, region)).verifier
        _tell(coalition, party, add_own_key(coalition, party, str(verifier), held), as_json)
        if party == "entries" and str(verifier) not in held.entries:
            print("deploy it: TALLYSTICK_ENTRY_SEED with a comma and this seed", file=sys.stderr)

    return _doing(where, act)


def revoke(where: Where, party: str, key: str, *, as_json: bool) -> int:
    """key: its label."""

    def act(environment: Mapping[str, str]) -> None:
        coalition, held = _opened(environment)
        _tell(coalition, party, revoke_own_key(coalition, party, key, held), as_json)

    return _doing(where, act)


def _opened(environment: Mapping[str, str]) -> tuple[Coalition, Held]:
    entries = frozenset(str(each.verifier) for each in entry_signers_of(environment))
    log = frozenset(str(each.verifier) for each in log_signers_of(environment))
    return coalition_of(environment), Held(entries, log)


def _tell(coalition: Coalition, party: str, answer: Answer, as_json: bool) -> None:
    term = coalition.written().keys[party, answer.record][-1].term
    if as_json:
        print(json.dumps({"party": party, "key": answer.record, **term._asdict()}))
    elif term.until is None:
        print(f"{answer.record} of {party} is in force from {term.since}")
    else:
        print(f"{answer.record} of {party} ends at {term.until}: keep its signer until then")


def _print_table(rows: list[_Listed]) -> None:
    parties = max((len(row.party) for row in rows), default=0)
    keys = max((len(row.key) for row in rows), default=0)
    for row in rows:
        held = "held" if row.held else "-" if row.party in ("entries", "log") else ""
        until = row.until or "-"
        line = f"{row.party:{parties}}  {row.key:{keys}}  {row.since}  {until:24}  {held}"
        print(line.rstrip())


def _doing(where: Where, act: Callable[[Mapping[str, str]], None]) -> int:
    """Raises Problem for what an operator can mend."""
    region = region_of(where.region)
    try:
        act(_environment(where, region))
    except Refused as refused:
        raise Problem(refused.message) from None
    except RuleBroken as broken:
        raise Problem(str(broken)) from None
    except KeyError as missing:
        raise Problem(f"the environment lacks {missing}: set it, or give --function") from None
    except (BotoCoreError, ClientError, StoreUnavailable, ValueError) as error:
        raise aws_problem(error, region) from None
    return 0


def _environment(where: Where, region: str) -> dict[str, str]:
    """That of this process, and over it that of a deployed function."""
    here = dict(os.environ)
    here["AWS_REGION"] = region
    if where.function is None:
        return here
    client = boto3.client("lambda", region_name=region)
    deployed = client.get_function_configuration(FunctionName=where.function)
    return {**here, **deployed.get("Environment", {}).get("Variables", {})}
