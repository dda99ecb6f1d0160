"""The README's tour, its commands run as they are printed."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
START_S = 60


def tour() -> list[str]:
    """The shell blocks of the tour, in order."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    section = text.split("## A tour")[1].split("\n## ")[0]
    return re.findall(r"```sh\n(.*?)```", section, flags=re.DOTALL)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Path]:
    """A folder like a fresh checkout's, in which the tour's first command is running."""
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    for name in ("python", "tallystick"):
        (tmp_path / ".venv" / "bin" / name).symlink_to(Path(sys.executable).parent / name)
    first = tour()[0]
    assert "serve --port 8000" in first
    # Another port: this machine may be serving already.
    command = ["bash", "-c", "exec " + first.replace("--port 8000", "--port 0")]
    server = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    try:
        wait_for(tmp_path / "tour.env", server)
        yield tmp_path
    finally:
        server.send_signal(signal.SIGINT)
        assert server.wait(30) == 0
        assert server.stdout is not None
        server.stdout.close()


def wait_for(path: Path, server: "subprocess.Popen[str]") -> None:
    end = time.monotonic() + START_S
    while not (path.exists() and path.read_text().count("\n") > 10):
        assert server.poll() is None, "it ended"
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.1)


def test_every_command_of_the_tour_does_what_the_readme_says(served: Path) -> None:
    """A new user who pastes the tour into a shell gets its answers, and no other error."""
    script = "set -eu\n" + "\n".join(tour()[1:])
    environment = {**os.environ, "NO_PROXY": "127.0.0.1"}
    run = subprocess.run(
        ["bash", "-c", script],
        cwd=served,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    answers = [json.loads(line)["data"] for line in run.stdout.splitlines()]
    member, purchase, redemption, gift, refused, coalition = answers
    assert member["member"]["wallets"][0]["available"] == 120
    assert purchase["recordPurchase"]["points"] == 25
    assert redemption["redeemReward"]["voucher"]["partnerId"] == "grocer"
    assert gift["transferPoints"]["transaction"]["kind"] == "transfer"
    (error,) = refused["transferPoints"]["userErrors"]
    assert error["code"] == "INSUFFICIENT_POINTS"
    assert coalition["coalition"]["origin"] == "stars.example/ledger"
    for payload in (purchase["recordPurchase"], redemption["redeemReward"]):
        assert payload["userErrors"] == []
