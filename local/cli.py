"""The `tallystick` command. What a command needs is imported when it runs: --help is quick."""

import argparse
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from local.key_commands import add_key_commands
from local.log_commands import add_log_commands, port
from local.problems import Problem
from local.programme_commands import add_programme_command

DEFAULT_PORT = 8000
# From here on coupons are in use densely: about one with every fourteenth basket.
DEFAULT_SINCE = date(2017, 8, 17)
DEFAULT_ORIGIN = "stars.example/ledger"
OPERATIONS = (
    *("earn", "confirm", "reverse", "redeem", "refund"),
    *("hold", "capture", "void", "transfer", "programme"),
)

_DEMO = """\
Replays baskets of a grocer's published loyalty data through a coalition of six
partners that runs in this process (GraphQL over HTTP, DynamoDB and S3 in
memory), reads every row of its table back and verifies it, audits its
published log, which a witness has cosigned, from its HTTP address, verifies
proofs, and then serves it until Ctrl-C. It takes less than a minute with 600
baskets.

In a browser it is GraphiQL then, a page that loads its scripts from the
internet (unpkg.com).

The data is The Complete Journey, simulated data that 84.51° publishes for
research and education.
"""
_DEMO_EXAMPLES = """\
examples:
  tallystick demo                              600 baskets, then port 8000
  tallystick demo --baskets 2000 --no-serve    replay, verify, end
  tallystick demo --no-serve --export DIR      keep the log and some proofs
  tallystick demo --no-serve --json | jq .verification
  tallystick demo --since 2017-11-01 --port 0  from November, on a free port
  tallystick demo --env tour.env               then, elsewhere:  . ./tour.env

exit status: 0 if ledger, log and proofs verify, 1 if not, 2 if the demo could
not run
"""
_SERVE = """\
Serves a coalition of six partners, without the replay, until Ctrl-C. Its
ledger is sealed within two seconds, and published at /log/. In a browser it is
GraphiQL, a page that loads its scripts from the internet (unpkg.com).
"""
_SERVE_EXAMPLES = """\
example:
  tallystick serve --port 8080 --env tour.env  then, elsewhere:  . ./tour.env
"""
_SIGN = """\
Signs the input of a mutation as a partner of the demo would. For development
alone: the key is made from the party's name, so everyone has it.

  earn        the input of recordPurchase, recordEvent, recordGuestOrder,
              issueGiftCard, topUpGiftCard; one order of recordPurchases
  redeem      the input of redeemReward, by the partner that gives the reward,
              or of payWithGiftCard
  reverse     the input of reverseTransaction
  confirm     the input of confirmTransaction
  hold        the input of holdReward, by the partner that gives the reward
  capture     the input of captureHold
  void        the input of voidHold
  refund      the input of refundRedemption
  transfer    the input of replaceGiftCard
  programme   a programme's document, for the `signatures` of publishProgramme
"""
_SIGN_EXAMPLES = """\
examples:
  tallystick sign earn --as partner:grocer --input \\
    '{"idempotencyKey":"sale-1","memberId":"TWVtYmVyOi4uLg==",
      "amount":{"minor":1299,"currency":"USD"}}'
  tallystick sign programme --as partner:fuel --input @stars-2.json
  tallystick sign reverse --as partner:deli --input - --json < input.json
"""
_BEARER = """\
Prints a bearer token of a partner of the demo, which lasts five minutes. For
development alone: its key is made from the party's name, so everyone has it.
"""
_BEARER_EXAMPLES = """\
example:
  GROCER_TOKEN=$(tallystick token --as partner:grocer)
"""
_FOUND = """\
Founds the coalition of a stack that was deployed from infra/template.yaml: makes
the entry key and the seed of webhook keys in KMS, sets them as the stack's
parameters, and writes the first entry of the ledger. Run again, it does what is
missing, and nothing if nothing is. What it prints is worth keeping: without the
sealed seeds nobody can sign entries any more.

On AWS, with its usual credentials; elsewhere by AWS_ENDPOINT_URL.
"""
_FOUND_EXAMPLES = """\
example:
  tallystick found --stack stars --region eu-west-1

exit status: 0 if the coalition is founded, 2 if it could not be
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command. Returns its exit status; what a user can mend is said in one line."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except Problem as problem:
        return _failed(str(problem))
    except ModuleNotFoundError as error:
        return _failed(f"{error}: install it with pip install 'tallystick[local]'")
    except KeyboardInterrupt:
        print("tallystick: stopped", file=sys.stderr)
        return 130


def _failed(message: str) -> int:
    print(f"tallystick: {message}", file=sys.stderr)
    return 2


def _demo(options: argparse.Namespace) -> int:
    from local.demo import demo  # noqa: PLC0415

    port = options.port if options.serve else None
    return demo(
        options.baskets,
        options.since,
        port=port,
        env=options.env,
        export=options.export,
        as_json=options.json,
    )


def _serve(options: argparse.Namespace) -> int:
    from local.demo import serve  # noqa: PLC0415

    return serve(options.port, options.env)


def _sign(options: argparse.Namespace) -> int:
    from local.signing import sign  # noqa: PLC0415

    return sign(
        options.operation, options.party, options.input, options.origin, as_json=options.json
    )


def _token(options: argparse.Namespace) -> int:
    from local.signing import token  # noqa: PLC0415

    return token(options.party, options.origin, demo=options.origin == DEFAULT_ORIGIN)


def _found(options: argparse.Namespace) -> int:
    from local.founding import found_command  # noqa: PLC0415

    return found_command(options.stack, options.region, as_json=options.json)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tallystick",
        description="A coalition loyalty programme on one machine, for development; the keys of a "
        "deployed one; and the audit of any coalition's log.",
        epilog="COMMAND --help says what it does, with examples and exit statuses.",
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    def command(
        name: str, summary: str, description: str, examples: str
    ) -> argparse.ArgumentParser:
        return commands.add_parser(
            name,
            help=summary,
            description=description,
            epilog=examples,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )

    _add_demo(command("demo", "replay baskets, verify the ledger, serve it", _DEMO, _DEMO_EXAMPLES))
    serve = command("serve", "serve a coalition with two members", _SERVE, _SERVE_EXAMPLES)
    _add_served(serve)
    serve.set_defaults(run=_serve)
    _add_sign(command("sign", "sign an input as a partner of the demo", _SIGN, _SIGN_EXAMPLES))
    _add_token(command("token", "make a token of a partner of the demo", _BEARER, _BEARER_EXAMPLES))
    found = command("found", "found the coalition of a deployed stack", _FOUND, _FOUND_EXAMPLES)
    found.add_argument("--stack", required=True, metavar="NAME", help="its name in CloudFormation")
    found.add_argument("--region", metavar="REGION", help="where it is; or AWS_REGION")
    found.add_argument("--json", action="store_true", help="print one JSON object")
    found.set_defaults(run=_found)
    add_programme_command(command)
    add_log_commands(command)
    add_key_commands(command)
    return parser


def _add_demo(demo: argparse.ArgumentParser) -> None:
    demo.add_argument("--baskets", type=_baskets, default=600, metavar="N", help="how many (600)")
    demo.add_argument(
        "--since",
        type=_day,
        default=DEFAULT_SINCE,
        metavar="DATE",
        help=f"the day in the shops to begin on ({DEFAULT_SINCE})",
    )
    demo.add_argument("--no-serve", dest="serve", action="store_false", help="end after the audit")
    demo.add_argument("--json", action="store_true", help="print one JSON object instead of tables")
    demo.add_argument(
        "--export", type=Path, metavar="DIR", help="write the published log and some proofs there"
    )
    _add_served(demo)
    demo.set_defaults(run=_demo)


def _add_sign(sign: argparse.ArgumentParser) -> None:
    sign.add_argument("operation", choices=OPERATIONS)
    _add_party(sign)
    sign.add_argument(
        "--input", required=True, metavar="JSON|@FILE|-", help="what is signed; - reads it"
    )
    sign.add_argument("--json", action="store_true", help="print one JSON object")
    sign.set_defaults(run=_sign)


def _add_token(token: argparse.ArgumentParser) -> None:
    _add_party(token)
    token.set_defaults(run=_token)


def _add_party(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--as", dest="party", required=True, metavar="PARTY", help="like partner:grocer"
    )
    parser.add_argument("--origin", default=DEFAULT_ORIGIN, help=f"the ledger's ({DEFAULT_ORIGIN})")


def _add_served(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--port",
        type=port,
        default=DEFAULT_PORT,
        help=f"on 127.0.0.1; 0 for any free one ({DEFAULT_PORT})",
    )
    parser.add_argument(
        "--env", type=Path, metavar="FILE", help="write URL, ids and tokens there, for a shell"
    )


def _baskets(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 0 < int(text[:9]) < 10**6):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 999999")
    return int(text)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day like 2017-08-17") from None
