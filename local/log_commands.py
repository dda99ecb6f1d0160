"""The commands for a published log, of this machine or any other: export, audit, verify, witness.

What each needs is imported when it runs (`local.cli`).
"""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from local.problems import Problem

if TYPE_CHECKING:
    from ledger.notes import VerifierKey
    from local.log_source import LogSource
    from witness.replay import Replay

Command = Callable[[str, str, str, str], argparse.ArgumentParser]
"""Adds a command: its name, a summary, a description, examples."""

DEFAULT_URL = "http://127.0.0.1:8000"
TOKEN = "TALLYSTICK_TOKEN"  # noqa: S105 - the name of a variable
_WITNESS_PORT = 8100

_EXPORT = f"""\
Writes a published log to a folder: its files as C2SP paths, log.vkey with its
key, a policy, and proofs of the newest transactions and of their wallets that
the token may see, with one of a wallet that there is not. Without a token
there are no proofs. Run again, it adds what is new, and leaves the policy,
which is yours to change.

The log's key and its witnesses' are yours to know. Without --log-key the log's
own word is taken for its key, which shows nothing: compare log.vkey with what
the other partners have.

The token of --token, or of the variable {TOKEN}.
"""
_EXPORT_EXAMPLES = """\
examples, with what `tallystick serve --env tour.env` wrote:
  tallystick log export published --url "$URL" --log-key "$LOG_KEY" \\
    --witness "$WITNESS_KEY"
  tallystick log export published --url "$URL" --log-key "$LOG_KEY" \\
    --token "$(tallystick token --as partner:grocer)"

exit status: 0 if all is written, 2 if not
"""
_AUDIT = """\
Audits a published log from its files alone, in a folder or at a URL: every
entry and signature, every chain, every block made again, every byte of every
tile, the checkpoint and its witnesses. No token, and no word of the
operator's, is needed. With --state it goes on where it left off, and finds out
whether the log is still the one that it was.
"""
_AUDIT_EXAMPLES = """\
examples:
  tallystick audit http://127.0.0.1:8000/log --log-key "$LOG_KEY"
  tallystick audit published --log-key @published/log.vkey \\
    --policy published/policy
  tallystick audit https://stars.example/log --log-key @stars.vkey \\
    --state stars.audit --json

exit status: 0 if all of it holds, 1 if something does not, 2 if it could not
be audited
"""
_VERIFY = """\
Verifies receipts and balance proofs, offline, with the log's key alone. A
receipt shows that its entry is in the log; a balance proof, that a wallet's
balance is in what the coalition owes, or that a wallet has no entry. With
--policy the witnesses that it wants must have cosigned, too.
"""
_VERIFY_EXAMPLES = """\
examples:
  tallystick verify published/*/*.tlog-proof --log-key @published/log.vkey
  tallystick verify proof.tlog-proof --log-key "$LOG_KEY" \\
    --policy published/policy --json

exit status: 0 if all of them hold, 1 if one does not, 2 if one could not be
read
"""
_WITNESS = """\
Runs a witness (c2sp.org/tlog-witness): it cosigns the checkpoints of a log,
each only if it extends the one before, so that nobody can be shown another
history. Run it where the operator is not, keep its folder, and never restore
the folder from a backup. Ctrl-C stops it.

The folder holds its key, made when it first starts, and what it cosigned. Tell
the operator the key and the URL that it prints, and your own auditors the key.

With --replay it reads what is new in the published log before it cosigns, and
vouches for nothing whose entries break a rule, or whose blocks state balances
that do not follow from them.
"""
_WITNESS_EXAMPLES = """\
examples:
  tallystick witness grocer-witness --name witness.grocer.example \\
    --log-key "$LOG_KEY"
  tallystick witness w --name w.example --log-key @stars.vkey \\
    --host 0.0.0.0 --port 8443
  tallystick witness w --name w.example --log-key @stars.vkey \\
    --replay https://stars.example/log

exit status: 0 when Ctrl-C stopped it, 2 if it could not start
"""


def add_log_commands(command: Command) -> None:
    """Adds them, each with its arguments."""
    log = command("log", "write a published log to a folder", _EXPORT, _EXPORT_EXAMPLES)
    _add_export(log)
    audit = command("audit", "audit a published log", _AUDIT, _AUDIT_EXAMPLES)
    audit.add_argument("target", metavar="DIR|URL", help="where the log's `checkpoint` is")
    _add_trust(audit)
    audit.add_argument(
        "--state", type=Path, metavar="FILE", help="go on from there, and save there"
    )
    audit.set_defaults(run=_audit)
    verify = command("verify", "verify proofs, offline", _VERIFY, _VERIFY_EXAMPLES)
    verify.add_argument("files", type=Path, nargs="+", metavar="FILE.tlog-proof")
    _add_trust(verify)
    verify.set_defaults(run=_verify)
    _add_witness(command("witness", "run a witness of a log", _WITNESS, _WITNESS_EXAMPLES))


def _add_export(log: argparse.ArgumentParser) -> None:
    log.add_argument("what", choices=("export",), help="the one thing to do with a log")
    log.add_argument("directory", type=Path, metavar="DIR", help="a new one, or one of this log")
    log.add_argument("--url", default=DEFAULT_URL, help=f"of the coalition's API ({DEFAULT_URL})")
    log.add_argument("--token", metavar="TOKEN", help=f"for proofs (the variable {TOKEN})")
    _add_log_key(log, required=False)
    log.add_argument(
        "--witness",
        action="append",
        default=[],
        metavar="KEY",
        help="a witness's verifier key, for the policy; may be repeated",
    )
    log.add_argument("--sample", type=_count, default=5, metavar="N", help="how many receipts (5)")
    log.set_defaults(run=_export)


def _add_witness(witness: argparse.ArgumentParser) -> None:
    witness.add_argument(
        "directory", type=Path, metavar="DIR", help="its key, and what it cosigned"
    )
    witness.add_argument("--name", required=True, help="of its key, like witness.grocer.example")
    _add_log_key(witness, required=True)
    witness.add_argument("--host", default="127.0.0.1", help="to listen on (127.0.0.1)")
    witness.add_argument(
        "--port", type=port, default=_WITNESS_PORT, help=f"0 for a free one ({_WITNESS_PORT})"
    )
    witness.add_argument(
        "--replay", metavar="DIR|URL", help="where the log is published: audit it, then cosign"
    )
    witness.set_defaults(run=_witness)


def port(text: str) -> int:
    """A port that can be listened on."""
    if not (text.isascii() and text.isdecimal() and int(text[:9]) < 65_536):
        raise argparse.ArgumentTypeError(f"{text!r} is not a port from 0 to 65535")
    return int(text)


def _count(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 7):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 to 999999")
    return int(text)


def _add_trust(parser: argparse.ArgumentParser) -> None:
    _add_log_key(parser, required=True)
    parser.add_argument(
        "--policy", type=Path, metavar="FILE", help="witnesses to want (c2sp.org/tlog-policy)"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")


def _add_log_key(parser: argparse.ArgumentParser, *, required: bool) -> None:
    parser.add_argument(
        "--log-key",
        action="append",
        required=required,
        default=[],
        metavar="KEY|@FILE",
        help="the log's verifier key, or a file of them; may be repeated",
    )


def _export(options: argparse.Namespace) -> int:
    from ledger.errors import RuleBroken  # noqa: PLC0415
    from ledger.notes import COSIGNATURE, VerifierKey  # noqa: PLC0415
    from local.auditing import keys_of  # noqa: PLC0415
    from local.exporting import Trusted, export_log  # noqa: PLC0415

    keys = keys_of(options.log_key) if options.log_key else []
    try:
        witnesses = [VerifierKey.parse(text, COSIGNATURE) for text in options.witness]
    except RuleBroken as broken:
        raise Problem(f"--witness: {broken}") from None
    token = options.token or os.environ.get(TOKEN)
    url = options.url.rstrip("/")
    exported = export_log(
        options.directory, url, token, Trusted(keys, witnesses), sample=options.sample
    )
    if not keys:
        print(
            f"tallystick: {options.directory}/log.vkey is the log's own word: compare it with what "
            "the other partners have",
            file=sys.stderr,
        )
    size = exported.checkpoint.size
    print(f"{size:,} entries of {exported.checkpoint.origin} in {options.directory}")
    print(f"{len(exported.receipts)} receipts, {len(exported.balances)} balance proofs")
    return 0


def _audit(options: argparse.Namespace) -> int:
    from local.auditing import audit_command  # noqa: PLC0415

    return audit_command(
        options.target, options.log_key, options.policy, options.state, as_json=options.json
    )


def _verify(options: argparse.Namespace) -> int:
    from local.verifying import verify_command  # noqa: PLC0415

    return verify_command(options.files, options.log_key, options.policy, as_json=options.json)


def _witness(options: argparse.Namespace) -> int:
    from local.auditing import keys_of  # noqa: PLC0415
    from local.log_source import log_source  # noqa: PLC0415
    from witness.run import CannotStart, run_witness  # noqa: PLC0415
    from witness.service import Witness  # noqa: PLC0415

    def started(witness: Witness, url: str) -> None:
        print(f"witness  {witness.verifier}\nurl      {url}\n\nCtrl-C stops.", flush=True)

    keys = keys_of(options.log_key)
    with ExitStack() as stack:
        stack.enter_context(suppress(KeyboardInterrupt))
        accepts = None
        if options.replay is not None:
            source = stack.enter_context(log_source(options.replay))
            accepts = _replay(source, keys, options.directory / "audit.sqlite")
        try:
            run_witness(
                options.directory,
                options.name,
                keys,
                host=options.host,
                port=options.port,
                accepts=accepts,
                started=started,
            )
        except CannotStart as cannot:
            raise Problem(str(cannot)) from None
    return 0


def _replay(source: "LogSource", keys: "Sequence[VerifierKey]", state: Path) -> "Replay":
    from witness.replay import Replay  # noqa: PLC0415
    from witness.service import NotYet  # noqa: PLC0415

    def read(path: str) -> bytes | None:
        try:
            return source.read(path)
        except Problem as problem:
            raise NotYet(str(problem)) from None

    return Replay(read, keys, state)
