"""The template on a local AWS, deployed as docs/deploy.md says, and the acceptance suite over HTTP.

    python -m tests.e2e.run [arguments of pytest]

Functions run as processes of ministack's Python. With ARCH=local, as it is if nothing else is said,
that is this one; with ARCH=x86_64 or arm64, whichever this machine is, it is Python 3.13
(LAMBDA_PYTHON), and the package is the very one that goes to AWS.

ministack runs with AUTH=true: a function may do what its role allows, and nothing else. The
commands of docs/deploy.md run word for word, but for the block that says what is to be deployed.
All that was started is ended.
"""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from local.keys import TokenIssuer
from local.serving import serving
from tests.contract.ministack import ROOT, VENV, install, ministack

MAIN = Path(__file__).with_name("ministack_main.py")
GUIDE = ROOT / "docs" / "deploy.md"
LOG = ROOT / "build" / "ministack.log"
FOUNDED = ROOT / "build" / "founded.json"
ORIGIN = "stars.example/ledger"
STACK = "stars"
DEPLOY_TIMEOUT_S = 600.0
TESTS_TIMEOUT_S = 600.0
SERVICES = (
    "apigateway,budgets,cloudformation,cloudfront,dynamodb,events,iam,kms,lambda,logs,monitoring,"
    "s3,scheduler,sns,sqs,sts"
)


def main(arguments: list[str]) -> int:
    """Exit status of pytest, or of the command that failed."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    architecture = os.environ.get("ARCH") or "local"
    python, into = sys.executable, VENV
    if architecture != "local":
        python, into = os.environ.get("LAMBDA_PYTHON", "python3.13"), ROOT / ".venv-ministack-3.13"
    install(python, into)
    LOG.parent.mkdir(exist_ok=True)
    settings = {
        "AUTH": "true",
        "LOG_LEVEL": "INFO",
        "SERVICES": SERVICES,
        # Of functions too, which are its children: no template says it.
        "TALLYSTICK_WEBHOOK_LOOPBACK": "1",
    }
    with issuing() as issuer, ministack(settings, [str(MAIN)], LOG, into) as endpoint:
        environment = _environment(endpoint, issuer.name, architecture)
        try:
            _deploy(environment)
            status = _suite(environment, endpoint, issuer, arguments)
        except subprocess.TimeoutExpired as late:
            _say(f"e2e: not done in {late.timeout:.0f} s: {late.cmd}")
            status = 1
        except subprocess.CalledProcessError as failed:
            _say(f"e2e: exit status {failed.returncode}")
            status = failed.returncode
    if status:
        _say(f"what the local AWS said: {LOG.relative_to(ROOT)}")
    _say(f"e2e on a local AWS: {'passes' if status == 0 else 'FAILED'}")
    return status


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


@contextmanager
def issuing() -> Iterator[TokenIssuer]:
    """An OIDC issuer on this machine, which publishes its keys."""
    made: list[TokenIssuer] = []

    async def document(request: Request) -> JSONResponse:
        found = made[0].documents().get(request.url.path)
        return JSONResponse(found, 200 if found else 404)

    with serving(Starlette(routes=[Route("/{path:path}", document)]), 0) as url:
        made.append(TokenIssuer.new(ORIGIN, url))
        yield made[0]


def commands() -> list[str]:
    """The blocks of shell of the guide, from the one that says what is to be deployed."""
    return re.findall(r"^```sh\n(.*?)^```$", GUIDE.read_text(encoding="utf-8"), re.M | re.S)


def _environment(endpoint: str, issuer: str, architecture: str) -> dict[str, str]:
    """What the guide's first block sets, for this machine."""
    bins = [str(ROOT / name / "bin") for name in (".venv-aws", ".venv")]
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
        "PATH": os.pathsep.join([*bins, os.environ.get("PATH", os.defpath)]),
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_DEFAULT_REGION": "eu-west-1",
        "STACK": STACK,
        "ARTIFACTS": "stars-artifacts",
        "ORIGIN": ORIGIN,
        "ISSUER": issuer,
        "ARCH": architecture,
        "ARCHITECTURE": "x86_64" if architecture == "local" else architecture,
        "ALARM_EMAIL": "",
        "MONTHLY_BUDGET_USD": "0",
    }


def _deploy(environment: Mapping[str, str]) -> None:
    settings, *blocks = commands()
    set_here = set(re.findall(r"(\w+)=", settings))
    missing = set_here - environment.keys()
    if missing:
        raise SystemExit(f"docs/deploy.md sets {', '.join(missing)}, which is not set here")
    began = time.monotonic()
    _run(blocks, environment)
    founded = FOUNDED.read_bytes()
    _say(f"e2e: deployed and founded in {time.monotonic() - began:.0f} s")
    again = [each for each in blocks if "cloudformation deploy" in each or "found " in each]
    _run(again, environment)
    if FOUNDED.read_bytes() != founded:
        raise SystemExit("deployed and founded again it has other keys")


def _run(blocks: Sequence[str], environment: Mapping[str, str]) -> None:
    """Runs commands, and ends whatever they started if they are not done in time."""
    script = "set -euo pipefail\n" + "\n".join(blocks)
    command = ["bash", "-c", script]
    # A group of its own: what ends the shell ends make and pip below it.
    process = subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)
    try:
        status = process.wait(DEPLOY_TIMEOUT_S)
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise
    if status:
        raise subprocess.CalledProcessError(status, command)


def _suite(
    environment: Mapping[str, str], endpoint: str, issuer: TokenIssuer, arguments: list[str]
) -> int:
    told = subprocess.run(
        ["aws", "cloudformation", "describe-stacks", "--stack-name", STACK, "--output", "json"],
        env=environment,
        capture_output=True,
        check=True,
        timeout=60,
    )
    (stack,) = json.loads(told.stdout)["Stacks"]
    outputs = {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}
    url = f"{endpoint}/_aws/execute-api/{outputs['ApiId']}/$default"
    suite = {
        **environment,
        "PYTHONPATH": str(ROOT),
        "TALLYSTICK_URL": url,
        "TALLYSTICK_ORIGIN": ORIGIN,
        "TALLYSTICK_ISSUER": issuer.name,
        "TALLYSTICK_ISSUER_KEY": json.dumps(issuer.key.as_dict(private=True)),
        "TALLYSTICK_STACK": STACK,
        "TALLYSTICK_WEBHOOK_LOOPBACK": "1",
        "TALLYSTICK_E2E_WHOLE": "1",
    }
    command = [sys.executable, "-P", "-m", "pytest", "tests/e2e", "-p", "no:xdist", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=suite, check=False, timeout=TESTS_TIMEOUT_S)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
