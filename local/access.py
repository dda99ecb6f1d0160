"""How to use a coalition that is being served: tokens, its URL, something to paste."""

import os
import shlex
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Event

from ledger.names import at_text
from local.coalition import OPERATOR, ORIGIN, Demo
from local.problems import Problem

_TILL = "partner:grocer"
_MEMBERS_PRINTED = 2
_PRIVATE = 0o600


def tokens_of(coalition: Demo, members: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Whom the issuer knows, each with a token. members: ids by what people call them."""
    tokens = {OPERATOR.party: {"token": coalition.tokens.token(OPERATOR)}}
    for name, member in members.items():
        tokens[name] = {"memberId": member, "token": coalition.member_token(member)}
    return tokens


def print_access(coalition: Demo, tokens: Mapping[str, Mapping[str, str]]) -> None:
    """What somebody needs to send a first request: a few of the tokens, and what to paste."""
    members = [name for name, given in tokens.items() if "memberId" in given]
    print("Bearer tokens, for 30 days or until this ends (--env FILE writes those of all):\n")
    for name in (OPERATOR.party, *members[:_MEMBERS_PRINTED]):
        given = tokens[name]
        member = f"  member {given['memberId']}" if "memberId" in given else ""
        print(f"{name}{member}\n  {given['token']}")
    name = members[0]
    given = tokens[name]
    purchase = (
        f'{{"idempotencyKey":"sale-1","memberId":"{given["memberId"]}",'
        '"amount":{"minor":1299,"currency":"USD"}}'
    )
    print(
        f"""
GraphQL  {coalition.url}/graphql
         (in a browser: GraphiQL, whose page loads its scripts from the internet, unpkg.com;
         give it an `authorization` header)
log      {coalition.url}/log/checkpoint  (what is sealed, for everyone; sealed within two seconds)
ledger   {ORIGIN}
log key  {coalition.log.key}
witness  {coalition.log.witness.key}
time     {at_text(coalition.clock())}  (what entries are dated by; it runs on from here)

A first query, as {name}:

curl -s {coalition.url}/graphql -H 'content-type: application/json' \\
  -H 'authorization: Bearer {given["token"]}' \\
  -d '{{"query":"{{ member(id: \\"{given["memberId"]}\\") {{ displayName wallets {{ currency \
available lots {{ points issuer expires }} transactions(first: 3) {{ edges {{ node {{ kind at \
entryHash }} }} }} }} }} }}"}}'

A partner makes its own token, for five minutes, and signs what moves points (with a development
key, which everyone has):

.venv/bin/tallystick token --as {_TILL}
.venv/bin/tallystick sign earn --as {_TILL} --input '{purchase}'

Ctrl-C stops.""",
        flush=True,
    )


def write_env(path: Path, coalition: Demo, tokens: Mapping[str, Mapping[str, str]]) -> None:
    """URL, keys, ids and tokens as a shell's variables: LOG_KEY, ADA, ADA_TOKEN, and so on.

    Raises Problem if the file cannot be written.
    """
    variables = {
        "URL": coalition.url,
        "ORIGIN": ORIGIN,
        "PROGRAMME": coalition.programme,
        "LOG_KEY": str(coalition.log.key),
        "WITNESS_KEY": str(coalition.log.witness.key),
    }
    for name, given in tokens.items():
        who = "OPERATOR" if name == OPERATOR.party else name.upper()
        who = who.replace(" ", "_")
        variables[f"{who}_TOKEN"] = given["token"]
        if "memberId" in given:
            variables[who] = given["memberId"]
    lines = [f"{name}={shlex.quote(value)}\n" for name, value in variables.items()]
    try:
        # Whoever reads it can act as anyone here, also where a file of that name was there before.
        with open(path, "w", encoding="utf-8", opener=_open_private) as file:
            os.fchmod(file.fileno(), _PRIVATE)
            file.write("".join(lines))
    except OSError as error:
        raise Problem(f"cannot write {path}: {error.strerror}") from None


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags, _PRIVATE)


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
