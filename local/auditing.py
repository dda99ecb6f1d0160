"""`tallystick audit`: a published log verified by whoever can read it, without its operator.

Exit status: 0 if all of it holds, 1 if not, with the first fault; 2 if it could not be audited.
"""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from ledger.audit import Audited, audit
from ledger.audit_state import AuditState, StateBroken
from ledger.errors import Fault, RuleBroken
from ledger.notes import VerifierKey
from ledger.policies import NONE, Policy, read_policy
from local.log_source import checkpoint_there, log_source
from local.problems import Problem

# A file of keys, or a policy.
_FILE_MAX_BYTES = 65_536


def audit_command(
    target: str,
    log_keys: Sequence[str],
    policy: Path | None = None,
    state: Path | None = None,
    *,
    as_json: bool = False,
) -> int:
    """Audits the log at a directory or URL and prints what it comes to. Raises Problem.

    log_keys: verifier keys, or @FILE of one a line; policy: a file of c2sp.org/tlog-policy; state:
    a file to go on from, made where there is none.
    """
    keys, wanted = keys_of(log_keys), policy_of(policy)
    shown = _errors()
    with log_source(target) as source, _state(state) as own:
        checkpoint_there(source, target)
        started = perf_counter()
        with _progress(shown, quiet=as_json) as progress:
            try:
                found = audit(source, keys, policy=wanted, state=own, progress=progress)
            except StateBroken as broken:
                place = "what an audit keeps on disk" if state is None else state
                raise Problem(f"cannot go on from {place}: {broken}") from None
        seconds = perf_counter() - started
    if as_json:
        print(json.dumps(audited_figures(found, seconds), indent=2))
    else:
        _print(found, seconds, wanted)
    return 1 if found.fault else 0


def audited_figures(found: Audited, seconds: float) -> dict[str, object]:
    """All that an audit found, for programs. Rates and signatures are of this audit alone."""
    checkpoint, fault = found.checkpoint, found.fault
    return {
        "ok": fault is None,
        "fault": fault_figures(fault) if fault else None,
        "origin": checkpoint.origin if checkpoint else None,
        "size": checkpoint.size if checkpoint else None,
        "root": checkpoint.root.hex() if checkpoint else None,
        "entries": found.entries,
        "began": found.began,
        "blocks": found.blocks,
        "at": found.at or None,
        "owed": {code: row.owed for code, row in found.balances.items()},
        "arrears": {code: row.arrears for code, row in found.balances.items()},
        "wallets": {code: row.wallets for code, row in found.balances.items()},
        "signatures": found.signatures,
        "seconds": round(seconds, 3),
        "entries_per_second": _rate(found, seconds),
    }


def fault_figures(fault: Fault) -> dict[str, object]:
    """position: None for a fault of no entry."""
    return {**fault._asdict(), "message": str(fault)}


def keys_of(texts: Sequence[str]) -> list[VerifierKey]:
    """The log keys that a command was given, or that stand in its files. Raises Problem."""
    keys = []
    for text in texts:
        lines = _read_text(Path(text[1:])).split("\n") if text.startswith("@") else [text]
        for line in filter(None, map(str.strip, lines)):
            try:
                keys.append(VerifierKey.parse(line))
            except RuleBroken as broken:
                raise Problem(f"{line!r} is not a log's verifier key: {broken}") from None
    if not keys:
        raise Problem("an audit needs the log's verifier key: --log-key KEY, or @FILE")
    return list(dict.fromkeys(keys))


def policy_of(path: Path | None) -> Policy | None:
    """The policy in a file. Raises Problem."""
    if path is None:
        return None
    try:
        return read_policy(_read(path))
    except RuleBroken as broken:
        raise Problem(f"{path} is not a policy: {broken}") from None


def _read_text(path: Path) -> str:
    try:
        return _read(path).decode()
    except UnicodeDecodeError:
        raise Problem(f"{path} is not UTF-8") from None


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(_FILE_MAX_BYTES + 1)
    except OSError as error:
        raise Problem(f"cannot read {path}: {error.strerror}") from None
    if len(data) > _FILE_MAX_BYTES:
        raise Problem(f"{path} is larger than {_FILE_MAX_BYTES:,} bytes")
    return data


@contextmanager
def _state(path: Path | None) -> Iterator[AuditState | None]:
    if path is None:
        yield None
        return
    try:
        state = AuditState(path)
    except RuleBroken as broken:
        raise Problem(f"cannot use {path}: {broken}") from None
    try:
        yield state
    finally:
        state.close()


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{speed:,.0f} entries/s")


@contextmanager
def _progress(console: Console, *, quiet: bool) -> Iterator[Callable[[int, int], None] | None]:
    """A bar, on a terminal."""
    if quiet or not console.is_terminal:
        yield None
        return
    columns = (
        TextColumn("auditing"),
        BarColumn(),
        MofNCompleteColumn(),
        _Rate(),
        TimeRemainingColumn(),
    )
    # Without a thread that refreshes it: an audit forks quickly only where there is none.
    with Progress(*columns, console=console, auto_refresh=False, transient=True) as bar:
        task = bar.add_task("audit", total=None)
        shown_at = 0.0

        def tell(done: int, of: int) -> None:
            nonlocal shown_at
            bar.update(task, completed=done, total=of)
            if perf_counter() - shown_at > 0.2:
                shown_at = perf_counter()
                bar.refresh()

        yield tell
        bar.refresh()


def _errors() -> Console:
    return Console(stderr=True)


def _print(found: Audited, seconds: float, policy: Policy | None) -> None:
    if found.fault is not None:
        print(f"NOT VALID: {found.fault}", file=sys.stderr)
        return
    assert found.checkpoint is not None  # noqa: S101
    console = Console(highlight=False, markup=False)
    console.print(f"{found.checkpoint.origin}: every entry and every block holds")
    table = Table(
        "currency", title=f"As of block {found.blocks - 1}, {found.at}", title_justify="left"
    )
    for column in ("owed", "arrears", "wallets"):
        table.add_column(column, justify="right")
    for code, row in sorted(found.balances.items()):
        table.add_row(code, f"{row.owed:,}", f"{row.arrears:,}", f"{row.wallets:,}")
    console.print(table)
    if found.began == found.entries:
        did = f"nothing new since entry {found.began:,}"
    else:
        since = f" from entry {found.began:,} on" if found.began else ""
        did = (
            f"{found.signatures:,} signatures verified{since} in {seconds:,.1f} s:"
            f" {_rate(found, seconds):,} entries a second"
        )
    console.print(
        f"{found.entries:,} entries, {found.blocks:,} of them blocks; {did}", soft_wrap=True
    )
    console.print(_witnessed(policy))
    console.print(f"root {found.checkpoint.root.hex()}", soft_wrap=True)


def _witnessed(policy: Policy | None) -> str:
    """What an audit that found no fault shows of witnesses."""
    if policy is None:
        return "no policy: witnesses were not asked for"
    if policy.quorum == NONE:
        return "the policy wants no witness"
    return "cosigned as the policy wants"


def _rate(found: Audited, seconds: float) -> int:
    return round((found.entries - found.began) / seconds) if seconds else 0
