"""ministack, an AWS on this machine: it runs requests concurrently, and Lambda as processes.

It pins botocore, so it lives in a virtual environment of its own, made from requirements.lock
beside this file. It listens on 127.0.0.1 alone, for as long as the context is.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).parents[2]
LOCK = Path(__file__).with_name("requirements.lock")
VENV = ROOT / ".venv-ministack"
START_TIMEOUT_S = 60.0


def install(python: str = sys.executable, into: Path = VENV) -> None:
    """Makes the environment, of that Python, unless it was made from just this lock."""
    made_from = into / LOCK.name
    if made_from.exists() and made_from.read_bytes() == LOCK.read_bytes():
        return
    sys.stderr.write(f"setting up {into.name}/ …\n")
    subprocess.run([python, "-m", "venv", "--clear", str(into)], check=True)
    options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes"]
    pip = [str(into / "bin" / "python"), "-m", "pip", "install", *options, "-r", str(LOCK)]
    subprocess.run(pip, check=True)
    shutil.copyfile(LOCK, made_from)


@contextmanager
def ministack(
    settings: Mapping[str, str],
    command: Sequence[str] = ("-m", "ministack"),
    log: Path | None = None,
    of: Path = VENV,
) -> Iterator[str]:
    """The endpoint of a ministack that ends with the context. settings: of its environment;
    command: how its Python starts it; log: where what it says is kept; of: its environment."""
    with TemporaryDirectory(prefix="ministack-") as scratch:
        port = _free_port()
        environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": scratch,
            "TMPDIR": scratch,
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(port),
            **settings,
        }
        said = log or Path(scratch, "log")
        with said.open("wb") as output:
            process = subprocess.Popen(
                [of / "bin" / "python", *command],
                env=environment,
                cwd=scratch,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        try:
            endpoint = f"http://127.0.0.1:{port}"
            _wait_for(endpoint, process, said)
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
