"""Rooms of the house say what is in them."""

import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = [
    *("functions", "local", "loyalty", "schema", "sealing", "storage"),
    *("loyalty.clock", "loyalty.records", "loyalty.rules", "loyalty.webhooks"),
]


def modules(room: str) -> list[str]:
    found = importlib.import_module(room)
    (path,) = found.__path__
    named = [each.stem for each in Path(path).glob("*.py")]
    rooms = [f"{each.parent.name}/" for each in Path(path).glob("*/__init__.py")]
    return sorted({*named, *rooms} - {"__init__"})


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_lists_each_of_its_modules_once(room: str) -> None:
    """In its docstring, with what it is for."""
    told = importlib.import_module(room).__doc__ or ""
    listed = re.findall(r"^    ([a-z_0-9]+/?) +\S", told, flags=re.MULTILINE)
    assert sorted(listed) == modules(room)
