"""The storage contract against ministack, a DynamoDB and S3 that run requests concurrently.

ministack pins botocore, so it lives in a virtual environment of its own, made from
requirements.lock beside this file. It listens on 127.0.0.1 only, for as long as the tests run.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).parents[2]
LOCK = Path(__file__).with_name("requirements.lock")
VENV = ROOT / ".venv-ministack"
START_TIMEOUT_S = 60.0
TESTS_TIMEOUT_S = 600.0


def main(arguments: list[str]) -> int:
    """Exit status of pytest; arguments go to it."""
    # As an exception, so that what was started is stopped on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    _install()
    with _ministack() as endpoint:
        command = [sys.executable, "-m", "pytest", "tests/contract", *arguments]
        environment = {**os.environ, "TALLYSTICK_DYNAMODB_ENDPOINT": endpoint}
        try:
            tests = subprocess.run(
                command, cwd=ROOT, env=environment, check=False, timeout=TESTS_TIMEOUT_S
            )
            status = tests.returncode
        except subprocess.TimeoutExpired:
            status = 1
    result = "holds" if status == 0 else f"FAILED (exit status {status})"
    sys.stdout.write(f"storage contract against ministack: {result}\n")
    return status


def _install() -> None:
    """Makes the environment, unless it was made from just this lock."""
    made_from = VENV / LOCK.name
    if made_from.exists() and made_from.read_bytes() == LOCK.read_bytes():
        return
    venv.create(VENV, clear=True, with_pip=True)
    options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes"]
    pip = [str(VENV / "bin" / "python"), "-m", "pip", "install", *options, "-r", str(LOCK)]
    subprocess.run(pip, check=True)
    shutil.copyfile(LOCK, made_from)


@contextmanager
def _ministack() -> Iterator[str]:
    """The endpoint of a ministack that ends with the context."""
    with TemporaryDirectory(prefix="ministack-") as scratch:
        port = _free_port()
        environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": scratch,
            "TMPDIR": scratch,
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(port),
            "SERVICES": "dynamodb,s3",
            "LOG_LEVEL": "WARNING",
        }
        log_path = Path(scratch, "log")
        with log_path.open("wb") as log:
            process = subprocess.Popen(
                [VENV / "bin" / "python", "-m", "ministack"],
                env=environment,
                cwd=scratch,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            endpoint = f"http://127.0.0.1:{port}"
            _wait_for(endpoint, process, log_path)
            yield endpoint
        finally:
            _stop(process)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _wait_for(endpoint: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urlopen(f"{endpoint}/_ministack/health", timeout=1):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise SystemExit(f"ministack does not answer at {endpoint}:\n{log.read_text()[-4000:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
