"""`python -m tests.clients.run audits|tour`: clients that are not ours, against a served coalition.

audits  all audits of npm's graphql-http (GraphQL over HTTP)
tour    types from schema.graphql by graphql-codegen, compiled by `tsc --strict`; the README's tour
        with urql, and with Python's gql; a safelist of its documents

Packages are fetched by name, at the versions of package.json and requirements.txt, into `.clients/`
(once). Needs Node 20 or later with npm: on Debian `apt install nodejs npm`.
"""

import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import orjson

from schema.http.persisted import Persisted
from schema.product import product_schema

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CLIENTS = ROOT / ".clients"
START_S = 60
BIN = Path(sys.executable).parent
_WHOLE = re.compile(r"\nGRACE=.+\n")


def main(arguments: Sequence[str]) -> int:
    """0: all is well; 1: something is not; 2: called wrongly, or without Node."""
    what = dict(zip(("audits", "tour"), (audits, tour), strict=True)).get(" ".join(arguments))
    if what is None:
        say("python -m tests.clients.run audits|tour")
        return 2
    missing = [name for name in ("node", "npm") if shutil.which(name) is None]
    if missing:
        say(f"{' and '.join(missing)} not found: on Debian, apt install nodejs npm")
        return 2
    prepare()
    with served() as told:
        return what(told)


def say(text: str) -> None:
    """A line, at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def audits(told: dict[str, str]) -> int:
    """All audits of graphql-http."""
    return ran(["node", "audits.mjs", f"{told['URL']}/graphql"])


def tour(told: dict[str, str]) -> int:
    """Types that compile, and two clients that do what the README does."""
    python = prepared_python()
    environment = told | signed(told)
    return (
        ran(["npx", "graphql-codegen", "--config", "codegen.json"])
        or safelisted(CLIENTS / "safelist" / "persisted-documents.json")
        or ran(["npx", "tsc"])
        or ran(["node", "built/tour.js"], environment)
        or ran([str(python), "tour.py"], environment)
    )


def safelisted(path: Path) -> int:
    """Whether what graphql-codegen writes is a safelist that a function starts with."""
    documents = orjson.loads(path.read_bytes())
    Persisted(product_schema(), documents)
    say(f"a safelist of {len(documents)} documents: as it should be")
    return 0


def signed(told: dict[str, str]) -> dict[str, str]:
    """What the grocer sends: a signed purchase, and a token of its own."""
    input_ = {
        "idempotencyKey": f"receipt-1-{secrets.token_hex(16)}",
        "memberId": told["ADA"],
        "amount": {"minor": 2550, "currency": "USD"},
        "reference": "till 3, 0001",
    }
    as_grocer = ["--as", "partner:grocer"]
    text = orjson.dumps(input_).decode()
    made = command("sign", "earn", *as_grocer, "--input", text, "--json")
    purchase = orjson.dumps(orjson.loads(made)["input"]).decode()
    return {"PURCHASE": purchase, "GROCER_TOKEN": command("token", *as_grocer).strip()}


def command(*arguments: str) -> str:
    """What `tallystick` prints."""
    done = subprocess.run(
        [str(BIN / "tallystick"), *arguments], check=True, capture_output=True, text=True
    )
    return done.stdout


# Fetching


def prepare() -> None:
    """Puts our files beside the packages, and fetches those, if package.json has changed."""
    CLIENTS.mkdir(exist_ok=True)
    (CLIENTS / ".gitignore").write_text("*\n", encoding="utf-8")
    ready, wanted = CLIENTS / ".ready", (HERE / "package.json").read_text(encoding="utf-8")
    for each in HERE.iterdir():
        if each.suffix in {".json", ".mjs", ".ts", ".graphql", ".txt"} or each.name == "tour.py":
            shutil.copy(each, CLIENTS)
    shutil.copy(ROOT / "schema.graphql", CLIENTS)
    if not ready.exists() or ready.read_text(encoding="utf-8") != wanted:
        # No lock file: it would hold the address of whichever registry this machine asks.
        install = ["npm", "install", "--no-package-lock", "--no-audit", "--no-fund"]
        if ran([*install, "--loglevel=error"]):
            raise SystemExit(1)
        ready.write_text(wanted, encoding="utf-8")


def prepared_python() -> Path:
    """An environment with gql, whose own GraphQL library need not be ours."""
    folder = CLIENTS / "venv"
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if ran([*pip, "--requirement", "requirements.txt"]):
        raise SystemExit(1)
    return python


def ran(arguments: Sequence[str], environment: dict[str, str] | None = None) -> int:
    """The status of a program that runs in `.clients/`."""
    done = subprocess.run(
        arguments, cwd=CLIENTS, env={**os.environ, **(environment or {})}, check=False
    )
    return done.returncode


# Serving


@contextmanager
def served() -> Iterator[dict[str, str]]:
    """What `tallystick serve` writes of the coalition that it serves on a free port."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tour.env"
        arguments = [str(BIN / "tallystick"), "serve", "--port", "0", "--env", str(path)]
        server = subprocess.Popen(arguments, stdout=subprocess.DEVNULL)
        try:
            yield read(path, server)
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(30)


def read(path: Path, server: "subprocess.Popen[bytes]") -> dict[str, str]:
    """The variables of the file, once it is whole: GRACE is the last."""
    end = time.monotonic() + START_S
    while not (path.exists() and _WHOLE.search(path.read_text(encoding="utf-8"))):
        if server.poll() is not None or time.monotonic() > end:
            raise SystemExit("the coalition is not served: see what it wrote above")
        time.sleep(0.1)
    lines = path.read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
