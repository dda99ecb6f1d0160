"""A witness that looks into the log: it vouches for a checkpoint only if all that the checkpoint
covers holds, each block's balances included.

It reads the published tiles and goes on from the state of its own last audit, so that a checkpoint
costs what is new in it. What is not published yet is not a fault: the log is asked to come again.
"""

from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from ledger.audit import audit
from ledger.audit_state import AuditState, StateBroken
from ledger.checkpoints import CHECKPOINT
from ledger.notes import VerifierKey
from witness.service import NotYet

Read = Callable[[str], bytes | None]
"""A published file by its C2SP path; None if there is none. Raises NotYet if nobody answers."""


class Replay:
    """What `Witness` asks before it cosigns (`witness.service.Accepts`). For one thread at a time.

    state: a file for what was audited before; log_keys: whose checkpoints are looked into.
    """

    def __init__(self, read: Read, log_keys: Sequence[VerifierKey], state: Path) -> None:
        self._read = read
        self._log_keys = log_keys
        self._state = state

    def __call__(self, note: bytes) -> str | None:
        """What is wrong with what a checkpoint covers; None: nothing. Raises NotYet."""
        try:
            state = AuditState(self._state)
            with closing(state):
                log = _Log(self._read, note)
                audited = audit(log, self._log_keys, state=state, cores=1)
        except StateBroken as broken:
            raise NotYet(f"{self._state}: {broken}") from None
        if audited.fault is None:
            return None
        if log.lacks_files:
            raise NotYet(str(audited.fault))
        return str(audited.fault)


class _Log:
    """The published log as a checkpoint has it, which need not be the published one."""

    def __init__(self, read: Read, note: bytes) -> None:
        self._read = read
        self._note = note
        self.lacks_files = False

    def read(self, path: str) -> bytes | None:
        if path == CHECKPOINT:
            return self._note
        data = self._read(path)
        self.lacks_files |= data is None
        return data
