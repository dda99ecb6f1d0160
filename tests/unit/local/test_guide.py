"""The guide for loyalty managers: what it tells them to paste does what it says."""

import re
import subprocess
import sys
from pathlib import Path

from msgspec.structs import fields

from loyalty.programmes import Programme, Reward
from loyalty.rules.conditions import KINDS as CONDITIONS
from loyalty.rules.effects import KINDS as EFFECTS

ROOT = Path(__file__).parents[3]
GUIDE = (ROOT / "docs" / "programmes.md").read_text(encoding="utf-8")
FIRST = GUIDE[GUIDE.index("## In ten minutes") : GUIDE.index("## What a programme may say")]


def blocks(language: str) -> list[str]:
    found = re.findall(r"^```(\w*)\n(.*?)^```$", FIRST, flags=re.DOTALL | re.MULTILINE)
    return [text for name, text in found if name == language]


def test_the_ten_minutes_go_as_they_are_told(tmp_path: Path) -> None:
    """Every block is pasted in its turn; every line that the guide shows is printed."""
    command = tmp_path / ".venv" / "bin" / "tallystick"
    command.parent.mkdir(parents=True)
    program = "from local.cli import main; raise SystemExit(main())"
    command.write_text(f"#!/bin/sh\nexec '{sys.executable}' -P -c '{program}' \"$@\"\n")
    command.chmod(0o755)
    setup, *steps = blocks("sh")
    assert setup == "make setup\n"
    assert re.search(r"^setup: \$\(READY\)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    done = subprocess.run(
        ["bash", "-c", "\n".join(steps)],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    shown = [line for block in blocks("") for line in block.splitlines() if line]
    assert shown
    assert [line for line in shown if line not in done.stdout.splitlines()] == []
    # The one mistake is the one that the guide makes on purpose.
    (mistake,) = done.stderr.splitlines()
    quoted = re.sub(r"\s*\n> ", " ", FIRST[FIRST.index("> tallystick:") + 2 :]).split("…")[0]
    assert mistake.startswith(quoted.strip())
    assert "the ledger, 24 entries, verifies" in done.stdout


def test_all_that_a_programme_may_say_is_in_the_guide() -> None:
    """Each member has its row, and so has each kind of rule and condition."""
    rows = [line.split("|")[1] for line in GUIDE.splitlines() if line.startswith("| `")]
    told = {name for row in rows for name in re.findall(r"`([a-z_]+)`", row)}
    members = {field.name for kind in (Programme, Reward) for field in fields(kind)}
    kinds = {kind.__struct_config__.tag for kind in (*CONDITIONS, *EFFECTS)}
    assert (members | kinds) - told == set()


def test_the_guide_leads_to_what_it_has() -> None:
    """Each link within it goes to a heading."""
    headings = re.findall(r"^#+ (.*)$", GUIDE, flags=re.MULTILINE)
    anchors = {re.sub(r"[^a-z0-9 -]", "", each.lower()).replace(" ", "-") for each in headings}
    assert set(re.findall(r"\]\(#([^)]*)\)", GUIDE)) - anchors == set()
