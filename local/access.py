"""How to use a coalition that is being served: tokens, its URL, something to paste."""

import shlex
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Event

from ledger.names import at_text
from local.coalition import OPERATOR, ORIGIN, Demo
from local.journey import PARTNERS
from local.problems import Problem
from loyalty.actors import PartnerActor


def tokens_of(coalition: Demo, members: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Who may ask, each with a token. members: ids by what people call them."""
    issue = coalition.tokens.token
    tokens = {OPERATOR.party: {"token": issue(OPERATOR)}}
    for partner in map(PartnerActor, PARTNERS):
        tokens[partner.party] = {"token": issue(partner)}
    for name, member in members.items():
        tokens[name] = {"memberId": member, "token": coalition.member_token(member)}
    return tokens


def print_access(coalition: Demo, tokens: Mapping[str, Mapping[str, str]]) -> None:
    """Everything that somebody needs to send a first request."""
    print("Bearer tokens, for 30 days or until this ends:\n")
    for name, given in tokens.items():
        member = f"  member {given['memberId']}" if "memberId" in given else ""
        print(f"{name}{member}\n  {given['token']}")
    name, given = next((name, given) for name, given in tokens.items() if "memberId" in given)
    purchase = (
        f'{{"idempotencyKey":"sale-1","memberId":"{given["memberId"]}",'
        '"amount":{"minor":1299,"currency":"USD"}}'
    )
    print(
        f"""
GraphQL  {coalition.url}/graphql  (in a browser: GraphiQL; give it an `authorization` header)
ledger   {ORIGIN}
time     {at_text(coalition.clock())}  (what entries are dated by; it runs on from here)

A first query, as {name}:

curl -s {coalition.url}/graphql -H 'content-type: application/json' \\
  -H 'authorization: Bearer {given["token"]}' \\
  -d '{{"query":"{{ member(id: \\"{given["memberId"]}\\") {{ displayName wallets {{ currency \
available lots {{ points issuer expires }} transactions(first: 3) {{ edges {{ node {{ kind at \
entryHash }} }} }} }} }} }}"}}'

A signature for a purchase at the grocer, to send with its token (with a development key, which
everyone has):

tallystick sign earn --as partner:grocer --input '{purchase}'

Ctrl-C stops.""",
        flush=True,
    )


def write_env(path: Path, coalition: Demo, tokens: Mapping[str, Mapping[str, str]]) -> None:
    """URL, ids and tokens as a shell's variables: GROCER_TOKEN, ADA, ADA_TOKEN, and so on.

    Raises Problem if the file cannot be written.
    """
    variables = {"URL": coalition.url, "ORIGIN": ORIGIN, "PROGRAMME": coalition.programme}
    for name, given in tokens.items():
        who = "OPERATOR" if name == OPERATOR.party else name.removeprefix("partner:").upper()
        variables[f"{who}_TOKEN"] = given["token"]
        if "memberId" in given:
            variables[who] = given["memberId"]
    lines = [f"{name}={shlex.quote(value)}\n" for name, value in variables.items()]
    try:
        # Whoever reads it can act as anyone here.
        path.touch(0o600)
        path.write_text("".join(lines), encoding="utf-8")
    except OSError as error:
        raise Problem(f"cannot write {path}: {error.strerror}") from None


@contextmanager
def until_stopped() -> Iterator[None]:
    """Its end waits for Ctrl-C, or for SIGTERM, either of which may also come before."""
    stopped = Event()
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, lambda *_: stopped.set()) for number in numbers]
    try:
        yield
        stopped.wait()
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
