"""What the end of a demo shows of its published log: nothing that only the operator could show.

All is sealed; the log is audited from its HTTP address; it is written to a folder, and the proofs
there are verified with the log's key and the witness's alone.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from time import perf_counter
from types import MappingProxyType
from typing import NamedTuple

from ledger.audit import Audited, audit
from ledger.balance_proofs import verify_balance
from ledger.cosignatures import cosignatures
from ledger.errors import RuleBroken
from ledger.names import WalletId
from ledger.policies import Policy, read_policy
from ledger.proofs import read_proof, verify_receipt
from local.coalition import OPERATOR, ORIGIN, Demo
from local.exporting import Exported, Trusted, export_log, policy_text, reader
from local.problems import Problem
from local.verification import Verification


class Published(NamedTuple):
    """The log as whoever has its key finds it. Where there are faults, as far as it was looked at.

    signatures, seconds: of the audit; cosigned: the witnesses' names; owed: by currency.
    """

    faults: tuple[str, ...]
    blocks: int = 0
    entries: int = 0
    signatures: int = 0
    seconds: float = 0.0
    cosigned: tuple[str, ...] = ()
    owed: Mapping[str, int] = MappingProxyType({})
    files: int = 0
    receipts: int = 0
    balances: int = 0

    @property
    def holds(self) -> bool:
        return not self.faults

    @property
    def entries_per_second(self) -> int:
        return round(self.entries / self.seconds) if self.seconds else 0


def published(
    coalition: Demo,
    directory: Path,
    table: Verification,
    *,
    sample: int = 1,
    progress: Callable[[int], object] | None = None,
) -> Published:
    """Seals what is left, audits, exports to a directory, verifies. The clock must run.

    table: what was read back from the store, which the log must be all of.
    """
    fault = coalition.log.sealing.caught_up()
    if fault:
        return Published((fault,))
    trusted = Trusted([coalition.log.key], [coalition.log.witness.key])
    policy = read_policy(policy_text(coalition.url, *trusted))
    started = perf_counter()
    audited = audit(
        _Served(coalition),
        trusted.log,
        policy=policy,
        origin=ORIGIN,
        progress=progress and (lambda done, _of: progress(done)),
    )
    seconds = perf_counter() - started
    shown = _audited(coalition, audited, policy, table)._replace(seconds=seconds)
    if not shown.holds:
        return shown
    token = coalition.tokens.token(OPERATOR)
    try:
        exported = export_log(
            directory, coalition.url, token, trusted, sample=sample, http=coalition.http
        )
        _verify(exported, policy)
    except (Problem, RuleBroken) as wrong:
        return shown._replace(faults=(str(wrong),))
    return shown._replace(
        files=exported.files, receipts=len(exported.receipts), balances=len(exported.balances)
    )


class _Served:
    """The log at its address: a `ledger.audit.Source`."""

    def __init__(self, coalition: Demo) -> None:
        self.read = reader(coalition.http, f"{coalition.url}/log")


def _audited(coalition: Demo, audited: Audited, policy: Policy, table: Verification) -> Published:
    note = coalition.log.prover.checkpoint()
    cosigned = cosignatures(note, policy.witness_keys) if note else {}
    owed = {str(code): row.owed for code, row in audited.balances.items()}
    faults = [] if audited.fault is None else [str(audited.fault)]
    stated = (audited.entries - audited.blocks, {code: owed.get(code) for code in table.owed})
    if not faults and stated != (table.entries, table.owed):
        faults.append(f"the log states {stated}, the table {(table.entries, table.owed)}")
    return Published(
        tuple(faults),
        blocks=audited.blocks,
        entries=audited.entries,
        signatures=audited.signatures,
        cosigned=tuple(key.name for key in cosigned),
        owed=owed,
    )


def _verify(exported: Exported, policy: Policy) -> None:
    """Every proof of the folder, as it stands there. Raises RuleBroken, Problem."""
    for path in exported.receipts:
        shown = verify_receipt(read_proof(path.read_bytes()), exported.log, policy)
        if shown.entry.body["id"] != _named(path):
            raise Problem(f"{path} is the receipt of {shown.entry.body['id']}")
    for path in exported.balances:
        wallet = WalletId(_named(path))
        verify_balance(read_proof(path.read_bytes()), wallet, exported.log, policy)
    if not exported.receipts or not exported.balances:
        raise Problem("the API gave no proofs")


def _named(path: Path) -> str:
    return path.name.partition(".")[0]
