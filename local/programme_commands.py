"""The command about programme files: its arguments. What it needs is imported when it runs."""

import argparse
from pathlib import Path

from local.log_commands import Command
from local.problems import Problem

_PROGRAMME = """\
Checks a programme file, or tries it on past orders, before anyone signs it.

  check     says what the file binds whom to, or its first fault and the line
  dry-run   says what it would have given for past orders, rule by rule
  diff      says what a newer file changes for members, and who must sign it
  run       takes it in force in a coalition on this machine, and sells
  schema    prints the JSON Schema of programme files, for editors

What a file may say: docs/programmes.md. Orders are JSON lines with what
recordPurchase takes; `at` is when it was:

  {"partner":"grocer","money":"USD","minor":1250,"at":"2026-11-21T12:00:00.000Z"}

and, where they are known, channel, store, tender and lines:

  "lines":[{"sku":"a1","category":"food","minor":900}]

or events, with what recordEvent takes:

  {"on":"review","partner":"grocer","at":"2026-11-21T12:00:00.000Z",
   "attributes":{"stars":"5"}}

For run also who buys (Ada, if nobody is named), and between orders, in the
order of their times, who takes a reward:

  {"member":"Ada","redeem":"coffee","at":"2026-11-22T12:00:00.000Z"}
"""
_EXAMPLES = """\
examples:
  tallystick programme check stars.json
  tallystick programme schema > programme.schema.json
  tallystick programme diff stars.json stars-2.json
  tallystick programme dry-run stars.json --orders orders.jsonl
  tallystick programme dry-run stars.json --orders orders.jsonl \\
    --cost-per-1000 900 --json
  tallystick programme run stars.json --orders orders.jsonl

exit status: 0, 1 if a ledger does not verify, 2 if a file cannot be read or
published
"""


def add_programme_command(command: Command) -> None:
    """Adds it with its arguments."""
    parser = command("programme", "check a programme file, try it out", _PROGRAMME, _EXAMPLES)
    parser.add_argument("what", choices=("check", "diff", "dry-run", "run", "schema"))
    parser.add_argument("file", type=Path, nargs="?", metavar="FILE", help="the programme's JSON")
    parser.add_argument("newer", type=Path, nargs="?", metavar="NEWER", help="for diff")
    parser.add_argument(
        "--orders", type=Path, metavar="FILE", help="JSON lines, for dry-run and run"
    )
    parser.add_argument(
        "--cost-per-1000",
        type=_minor,
        metavar="MINOR",
        help="what a thousand points cost, in minor units: 900 is 0.9 cents a point",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from local.programme_files import (  # noqa: PLC0415
        check,
        compare,
        print_schema,
        try_on_orders,
    )

    if options.what == "schema":
        return print_schema()
    if options.file is None:
        raise Problem(f"{options.what} needs the FILE with the programme's JSON")
    if options.what == "check":
        return check(options.file, as_json=options.json)
    if options.what == "diff":
        if options.newer is None:
            raise Problem("diff needs two files: the older version's and the newer one's")
        return compare(options.file, options.newer, as_json=options.json)
    if options.orders is None:
        raise Problem(f"{options.what} needs orders: --orders FILE, JSON lines as --help shows")
    if options.what == "run":
        from local.programme_runs import run  # noqa: PLC0415

        return run(options.file, options.orders, as_json=options.json)
    return try_on_orders(options.file, options.orders, options.cost_per_1000, as_json=options.json)


def _minor(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 16):
        raise argparse.ArgumentTypeError(f"{text!r} is no amount in minor units, 0 or more")
    return int(text)
