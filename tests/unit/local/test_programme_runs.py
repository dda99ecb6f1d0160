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


POPCORN = '{"id": "popcorn", "name": "Popcorn", "points": 0, "partner": "corner-cafe"'
WITH_A_BIRTHDAY = GOOD.replace(
    '"rewards": [',
    f'"rewards": [{POPCORN}, "birthday": {{"days_before": 3, "days_after": 3}}}},'
    f"{POPCORN.replace('popcorn', 'thanks')}}},",
).replace(
    '"earn": [',
    '"earn": [{"effect": "fixed", "id": "stars", "partners": ["corner-cafe"], "on": "review",'
    '"points": 20, "when": [{"condition": "attribute", "name": "stars", "any_of": ["5"]}]},'
    '{"effect": "voucher", "id": "sorry", "partners": ["corner-cafe"], "on": "complaint",'
    '"reward": "thanks"},',
)


def test_events_birthdays_and_vouchers_are_run(tmp_path: Path, capsys: Any) -> None:
    """What recordEvent takes, a free reward on a birthday, and a voucher that a rule gives."""
    programme, file = tmp_path / "beans.json", tmp_path / "orders.jsonl"
    programme.write_text(WITH_A_BIRTHDAY)
    cafe = {"partner": "corner-cafe", "member": "Ada"}
    orders = [
        line("23T13:30", member="Ada", born="1999-11-24", redeem="popcorn"),
        line("24T13:30", **cafe, on="review", attributes={"stars": "5"}),
        line("25T13:30", **cafe, on="complaint"),
    ]
    file.write_text("\n".join(orders))
    assert cli.main(["programme", "run", str(programme), "--orders", str(file)]) == 0
    out = capsys.readouterr().out
    assert "Ada takes popcorn: has 0\n" in out
    assert "Ada has a review at corner-cafe: has 20\n         +20  stars" in out
    assert "+0  sorry  a voucher: thanks" in out
    assert cli.main(["programme", "dry-run", str(programme), "--orders", str(file), "--json"]) == 0
    tried = json.loads(capsys.readouterr().out)
    assert (tried["orders"], tried["points"]) == (2, 20)


@pytest.mark.parametrize(
    ("order", "said"),
    [
        (line("23T13:30", **BUY, minor=7.40), "numbers are whole, 1250 are 12.50"),
        (line("23T13:30", **BUY, price=740), "there are at, partner, money"),
        ("Ada;740", "not JSON"),
        (line("23T13:30", partner="corner-caf", money="USD", minor=5), "there are corner-cafe"),
        (line("23T13:30", partner="corner-cafe", on="purchase"), "a purchase has an amount"),
    ],
)
def test_an_order_that_is_wrong_says_what_would_be_right(
    tmp_path: Path, capsys: Any, order: str, said: str
) -> None:
    """In the manager's own words."""
    assert run(tmp_path, [order]) == 2
    assert said in capsys.readouterr().err
