"""`tallystick programme`: a manager's file is read, and tried, before anything runs on it."""

import json
from pathlib import Path
from typing import Any

import pytest

from local import cli
from local.programme_files import line_of
from tests.coalition import STARS

ORDER = {"partner": "grocer", "money": "USD", "minor": 1_250, "at": "2026-11-21T12:00:00.000Z"}
FOOD = {"condition": "products", "categories": ["food"]}


def run(capsys: Any, *arguments: str) -> tuple[int, str, str]:
    status = cli.main(["programme", *arguments])
    shown = capsys.readouterr()
    return status, shown.out, shown.err


def written(path: Path, value: object) -> str:
    path.write_text(json.dumps(value, indent=2))
    return str(path)


@pytest.fixture
def programme(tmp_path: Path) -> str:
    base = STARS["earn"][0]  # type: ignore[index]
    food = {"effect": "fixed", "id": "food", "partners": ["grocer"], "money": "USD", "points": 5}
    return written(tmp_path / "stars.json", {**STARS, "earn": [base, {**food, "when": [FOOD]}]})


@pytest.fixture
def orders(tmp_path: Path) -> str:
    rows = [
        ORDER,
        {**ORDER, "lines": [{"sku": "a1", "category": "food", "minor": 1_000}], "channel": "web"},
        {**ORDER, "minor": 99},
        {**ORDER, "partner": "florist"},
    ]
    path = tmp_path / "orders.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)) + "\n\n")
    return str(path)


def test_a_file_that_can_be_published_says_whom_it_binds(capsys: Any, programme: str) -> None:
    """And has the digest that its partners sign."""
    status, out, _ = run(capsys, "check", programme, "--json")
    told = json.loads(out)
    assert status == 0
    assert told["programme"] == "stars@1"
    assert told["partners"] == ["fuel", "grocer"]
    assert (told["rules"], told["rewards"]) == (2, 2)
    status, out, _ = run(capsys, "check", programme)
    assert told["digest"] in out


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"per_minor": 100', '"per_minor": 0', "earn.0.per_minor"),
        ('"rounding": "floor"', '"rounding": "up"', "earn.0.rounding"),
        ('"condition": "products"', '"condition": "weather"', "earn.1.when.0.condition"),
        ('"name": "Stars"', '"title": "Stars"', "title"),
        ('"months": 12', '"months": 12.5', "expiry.months"),
    ],
)
def test_a_fault_is_named_with_its_line(
    capsys: Any, programme: str, old: str, new: str, said: str
) -> None:
    """Nobody searches a file of five hundred rules for one that is wrong."""
    path = Path(programme)
    text = path.read_text()
    assert old in text
    text = text.replace(old, new)
    path.write_text(text)
    line = text[: text.index(new)].count("\n") + 1
    status, out, error = run(capsys, "check", programme)
    assert (status, out) == (2, "")
    assert f"line {line}," in error
    assert said in error


def test_a_file_that_is_not_json_is_refused(capsys: Any, tmp_path: Path) -> None:
    """With the parser's own place; so is one that is not there."""
    path = tmp_path / "broken.json"
    path.write_text('{"id": "stars",')
    assert "is not JSON" in run(capsys, "check", str(path))[2]
    path.write_text("[" * 100_000)
    assert "is not JSON" in run(capsys, "check", str(path))[2]
    assert "cannot be read" in run(capsys, "check", str(tmp_path / "none.json"))[2]


def test_a_dry_run_adds_up_rule_by_rule(capsys: Any, programme: str, orders: str) -> None:
    """Two orders of $12.50 give 12 each, one of them 5 for food; 99 cents and a florist nothing."""
    command = ("dry-run", programme, "--orders", orders, "--cost-per-1000", "900")
    status, out, _ = run(capsys, *command, "--json")
    told = json.loads(out)
    assert status == 0
    assert (told["orders"], told["earning"], told["points"]) == (4, 2, 29)
    assert told["costMinor"] == 26  # 29 points at 0.9 cents are 26.1
    base, food = told["rules"]
    assert (base["orders"], base["points"]) == (2, 24)
    assert base["misses"] == {"ROUNDS_TO_NOTHING": 1, "PARTNER_NOT_ELIGIBLE": 1}
    assert (food["orders"], food["points"]) == (1, 5)
    assert food["misses"] == {"NO_ELIGIBLE_PRODUCT": 2, "PARTNER_NOT_ELIGIBLE": 1}
    assert "29" in run(capsys, *command)[1]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"at": "yesterday"}, "at: UTC"),
        ({"minor": "5"}, "minor"),
        ({"minor": -5}, "amount.minor"),
        ({"money": "dollars"}, "amount.currency"),
        ({"channel": "a b"}, "channel"),
        ({"lines": [{"sku": "a", "category": "b", "minor": 1_251}]}, "lines.0.minor"),
        ({"price": 5}, "price"),
    ],
)
def test_an_order_that_cannot_be_read_is_named(
    capsys: Any, programme: str, tmp_path: Path, change: dict[str, Any], said: str
) -> None:
    """By its line; nothing is guessed."""
    path = tmp_path / "orders.jsonl"
    path.write_text(json.dumps(ORDER) + "\n" + json.dumps({**ORDER, **change}))
    status, _, error = run(capsys, "dry-run", programme, "--orders", str(path))
    assert status == 2
    assert "line 2" in error
    assert said in error


def test_a_dry_run_without_orders_says_what_it_needs(capsys: Any, programme: str) -> None:
    """And where to look it up."""
    assert "--orders" in run(capsys, "dry-run", programme)[2]


@pytest.mark.parametrize(
    ("path", "line"),
    [((), 1), (("a",), 2), (("b", "1"), 4), (("b", "1", "}"), 5), (("b", "9"), 3), (("no",), 1)],
)
def test_a_member_is_found_in_its_line(path: tuple[str, ...], line: int) -> None:
    """As deep as the path leads; brackets within strings are only text."""
    text = '{\n"a": "{[",\n"b": [1,\n {\n"}": 2\n}, 3]\n}'
    assert line_of(text, path) == line


def test_the_published_json_schema_is_what_is_printed(capsys: Any) -> None:
    """Editors check programme files with it: `tallystick programme schema` writes it."""
    status, out, _ = run(capsys, "schema")
    published = Path(__file__).parents[3] / "docs" / "programme.schema.json"
    assert status == 0
    assert published.read_text() == out


def test_a_command_without_its_file_says_so(capsys: Any) -> None:
    """In one line."""
    assert "needs the FILE" in run(capsys, "check")[2]


def test_a_newer_file_is_compared_with_an_older(
    capsys: Any, programme: str, tmp_path: Path
) -> None:
    """In plain words, with who signs it, and as JSON."""
    newer = {**json.loads(Path(programme).read_text()), "version": 2}
    newer["rewards"][0]["points"] = 60
    path = written(tmp_path / "stars-2.json", newer)
    status, out, _ = run(capsys, "diff", programme, path)
    assert status == 0
    assert "worse   A coffee is dearer: 60 points, not 50" in out
    assert "signs    fuel, grocer" in out
    told = json.loads(run(capsys, "diff", programme, path, "--json")[1])
    (only,) = told["changes"]
    assert (only["path"], only["old"], only["new"]) == (["rewards", "coffee", "points"], 50, 60)
    assert told["signs"] == ["fuel", "grocer"]


def test_what_cannot_be_compared_says_so(capsys: Any, programme: str, tmp_path: Path) -> None:
    """One file alone, two programmes, or a number that is not the next."""
    assert "two files" in run(capsys, "diff", programme)[2]
    other = written(tmp_path / "moons.json", {**STARS, "id": "moons"})
    assert "two versions of one programme" in run(capsys, "diff", programme, other)[2]
    third = written(tmp_path / "third.json", {**STARS, "version": 3, "name": "Suns"})
    assert "Publish it as version 2" in run(capsys, "diff", programme, third)[1]
