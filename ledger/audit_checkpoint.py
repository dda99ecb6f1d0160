"""The checkpoint that an audit goes by: signed, witnessed, and an extension of those seen."""

from collections.abc import Sequence

from ledger.audit_files import Source, check_extends
from ledger.audit_state import Saved
from ledger.checkpoints import CHECKPOINT, Checkpoint
from ledger.errors import Fault, RuleBroken, fault_of
from ledger.governance import Governance
from ledger.notes import VerifierKey, parse_note
from ledger.policies import Policy, accepted


def published(
    source: Source, log_keys: Sequence[VerifierKey], policy: Policy | None, origin: str | None
) -> tuple[bytes, Checkpoint]:
    """The published checkpoint. Raises RuleBroken."""
    note = source.read(CHECKPOINT)
    if note is None:
        raise RuleBroken("checkpoint.missing", "a checkpoint", "nothing")
    checkpoint = accepted(note, log_keys, policy)
    if origin not in (None, checkpoint.origin):
        raise RuleBroken("checkpoint.origin", origin, checkpoint.origin)
    if not checkpoint.size:
        raise RuleBroken("governance.genesis", "a genesis entry", "a log without entries")
    return note, checkpoint


def inconsistent(
    source: Source, checkpoint: Checkpoint, seen: Checkpoint | None, saved: Saved | None
) -> Fault | None:
    """Whether a checkpoint does not extend what earlier audits saw."""
    try:
        if seen is not None:
            if seen.size > checkpoint.size:
                raise RuleBroken("checkpoint.size", f"{seen.size} or more", checkpoint.size)
            check_extends(source, seen.size, seen.root, checkpoint)
        if saved is not None:
            check_extends(source, saved.last.size, saved.root, checkpoint)
    except RuleBroken as broken:
        return fault_of(None, CHECKPOINT, broken)
    return None


def check_log_keys(
    note: bytes, log_keys: Sequence[VerifierKey], governance: Governance, at: str
) -> None:
    """Every log key in force has signed, and one that was given is among them. Raises RuleBroken.

    at: the last block's.
    """
    in_force = [VerifierKey.parse(text) for text in governance.keys_of("log", at)]
    if not set(in_force) & set(log_keys):
        labels = ", ".join(key.label for key in in_force) or "no log key"
        given = ", ".join(key.label for key in log_keys)
        raise RuleBroken("checkpoint.log_key", f"{labels} in force at {at}", given)
    parsed = parse_note(note)
    for key in in_force:
        signed = [
            key.verifies(parsed.text, signature)
            for name, key_id, signature in parsed.signatures
            if (name, key_id) == (key.name, key.key_id)
        ]
        if not signed or not all(signed):
            raise RuleBroken("checkpoint.log_key", f"a signature of {key.label}", "none")
