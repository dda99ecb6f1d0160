"""`tallystick programme run`: a manager's own file, in force in a coalition on this machine."""

import json
from pathlib import Path
from typing import Any

import pytest

from local import cli
from tests.unit.local.test_programme_faults import GOOD

BUY = {"partner": "corner-cafe", "money": "USD", "channel": "till"}


def line(at: str, **members: Any) -> str:
    return json.dumps({"at": f"2026-11-{at}:00.000Z", **members})


ORDERS = [
    line("23T13:30", **BUY, member="Ada", minor=740),
    # Tuesday in Berlin, on the till.
    line("24T20:15", **BUY, member="Ada", minor=2_500),
    line("24T20:20", member="Ada", redeem="coffee"),
    line("25T13:00", **BUY, member="Grace", minor=400),
    line("25T13:05", member="Grace", redeem="coffee"),
    line("25T13:05", member="Grace", redeem="tea"),
]


def run(tmp_path: Path, orders: list[str], *options: str) -> int:
    programme, file = tmp_path / "beans.json", tmp_path / "orders.jsonl"
    programme.write_text(GOOD)
    file.write_text("\n".join(orders))
    return cli.main(["programme", "run", str(programme), "--orders", str(file), *options])


def test_orders_earn_and_rewards_are_taken(tmp_path: Path, capsys: Any) -> None:
    """What each member has after each, why a rule gave nothing, when points lapse."""
    assert run(tmp_path, ORDERS, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    first, second, coffee, grace, poor, none = told["orders"]
    assert (first["given"], first["available"]) == ({"base": 7}, 7)
    assert first["missed"]["happy"].startswith("WEEKDAY_NOT_ELIGIBLE: tue in Europe/Berlin")
    assert (second["given"], second["available"]) == ({"base": 25, "happy": 25}, 57)
    assert (coffee["given"], coffee["available"]) == ({"coffee": -50}, 7)
    assert (grace["member"], grace["available"]) == ("Grace", 4)
    assert poor["refused"].startswith("INSUFFICIENT_POINTS")
    assert none["refused"].startswith("NOT_FOUND")
    assert told["lots"] == {
        "Ada": [{"points": 7, "expires": "2027-11-24"}],
        "Grace": [{"points": 4, "expires": "2027-11-25"}],
    }
    assert told["verifies"] is True


def test_it_is_told_in_words(tmp_path: Path, capsys: Any) -> None:
    """For who reads it in a terminal."""
    assert run(tmp_path, ORDERS[:1]) == 0
    out = capsys.readouterr().out
    assert "2026-11-23T13:30  Ada buys for 740 USD minor units at corner-cafe: has 7" in out
    assert "Ada has 7 until 2027-11-23" in out
    assert out.rstrip().endswith("verifies")


@pytest.mark.parametrize(
    ("orders", "said"),
    [
        ([], "has no orders"),
        ([ORDERS[1], ORDERS[0]], "order 2: 2026-11-23T13:30:00.000Z is before"),
        ([line("23T13:30", money="USD", minor=5)], "line 1, partner"),
        ([line("31T13:30", redeem="coffee")], "at: UTC with milliseconds"),
    ],
)
def test_orders_that_cannot_be_run_are_named(
    tmp_path: Path, capsys: Any, orders: list[str], said: str
) -> None:
    """Before anything is founded."""
    assert run(tmp_path, orders) == 2
    assert said in capsys.readouterr().err
