"""The README's commands, run as they are printed."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copytree

import httpx
import pytest

ROOT = Path(__file__).parents[2]
START_S = 60


def blocks(title: str) -> list[str]:
    """The shell blocks of a section, in order."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    section = text.split(f"\n## {title}\n")[1].split("\n## ")[0]
    return re.findall(r"```sh\n(.*?)```", section, flags=re.DOTALL)


def tour() -> list[str]:
    return blocks("A tour")


@contextmanager
def serving(folder: Path) -> Iterator[None]:
    """The folder is like a fresh checkout's, and the tour's first command is running there."""
    (folder / ".venv" / "bin").mkdir(parents=True)
    for name in ("python", "tallystick"):
        (folder / ".venv" / "bin" / name).symlink_to(Path(sys.executable).parent / name)
    first = tour()[0]
    assert "serve --port 8000" in first
    # Another port: this machine may be serving already.
    command = ["bash", "-c", "exec " + first.replace("--port 8000", "--port 0")]
    server = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True)
    try:
        wait_for(folder / "tour.env", server)
        yield
    finally:
        server.send_signal(signal.SIGINT)
        assert server.wait(30) == 0
        assert server.stdout is not None
        server.stdout.close()


def wait_for(path: Path, server: "subprocess.Popen[str]") -> None:
    end = time.monotonic() + START_S
    while not (path.exists() and path.read_text().count("\n") == 10):
        assert server.poll() is None, "it ended"
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.1)


def run(folder: Path, commands: list[str]) -> list[str]:
    """What a shell prints for commands, line by line. Each must succeed."""
    done = subprocess.run(
        ["bash", "-c", "set -eu\n" + "\n".join(commands)],
        cwd=folder,
        env={**os.environ, "NO_PROXY": "127.0.0.1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return done.stdout.splitlines()


def test_every_command_of_the_tour_does_what_the_readme_says(tmp_path: Path) -> None:
    """A new user who pastes the tour into a shell gets its answers, and no other error."""
    with serving(tmp_path):
        answers = [json.loads(line)["data"] for line in run(tmp_path, tour()[1:])]
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


def wait_for_blocks(folder: Path) -> None:
    """What the coalition began with is sealed: its two members have points."""
    values = dict(line.split("=", 1) for line in (folder / "tour.env").read_text().splitlines())
    end = time.monotonic() + START_S
    while True:
        answer = httpx.get(f"{values['URL']}/log/checkpoint", trust_env=False)
        if answer.status_code == 200 and int(answer.text.split("\n")[1]) >= 20:
            return
        assert time.monotonic() < end, "nothing is sealed"
        time.sleep(0.1)


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """Where the README's section on the log was pasted into a shell, and what was printed."""
    folder = tmp_path_factory.mktemp("readme")
    with serving(folder):
        wait_for_blocks(folder)
        return folder, run(folder, [tour()[1], *blocks("The verifiable log")])


def test_every_command_for_the_log_does_what_the_readme_says(
    exported: tuple[Path, list[str]],
) -> None:
    """Audit, export and proofs, with what the tour's second terminal has."""
    lines = exported[1]
    text = "\n".join(lines)
    assert text.count("every entry and every block holds") == 2
    (data,) = [json.loads(line)["data"] for line in lines if line.startswith('{"data"')]
    (cosigned,) = data["checkpoint"]["witnesses"]
    assert cosigned["key"].startswith("witness.stars.example+")
    assert data["blocks"]["edges"][0]["node"]["balances"][0]["owed"] == 240
    assert "is owed 120 STARS of 240" in text
    assert "has no STARS" in text
    assert "earn" in text


def test_a_byte_changed_in_the_exported_log_is_named(
    exported: tuple[Path, list[str]], tmp_path: Path
) -> None:
    """As the README says: not 0, and what is wrong."""
    folder = copytree(exported[0], tmp_path / "copy", symlinks=True)
    audit = blocks("The verifiable log")[2].splitlines()[2]
    (bundle,) = folder.glob("published/tile/entries/000.p/*")
    bundle.write_bytes(bundle.read_bytes().replace(b'"earn"', b'"Earn"', 1))
    with pytest.raises(subprocess.CalledProcessError) as failed:
        run(folder, [tour()[1], audit])
    assert failed.value.returncode == 1
    assert "NOT VALID: entry " in failed.value.stderr
