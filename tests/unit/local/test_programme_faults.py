"""What a loyalty manager gets wrong in a file, and what `tallystick programme check` then says."""

import json
from pathlib import Path
from typing import Any

import pytest

from local import cli
from local.problems import Problem
from local.programme_files import check

AT = "2026-11-21T12:00:00.000Z"
# One member a line, so that each fault has a line of its own.
GOOD = """\
{
  "id": "beans",
  "version": 1,
  "name": "Bean Club",
  "currency": "BEANS",
  "earn": [
    {
      "effect": "points_per_amount",
      "id": "base",
      "partners": ["corner-cafe"],
      "money": "USD",
      "points": 1,
      "per_minor": 100,
      "rounding": "floor"
    },
    {
      "effect": "multiplier",
      "id": "happy",
      "partners": ["corner-cafe"],
      "money": "USD",
      "percent": 200,
      "rounding": "floor",
      "when": [
        {"condition": "weekday", "any_of": ["tue"], "time_zone": "Europe/Berlin"},
        {"condition": "channel", "any_of": ["till"]}
      ]
    }
  ],
  "rewards": [
    {"id": "coffee", "name": "A coffee", "points": 50, "partner": "corner-cafe"},
    {"id": "cake", "name": "A cake", "points": 80, "partner": "corner-cafe"}
  ],
  "expiry": {"after": "months", "months": 12}
}
"""
IDS = "an id of 2 to 32 of a to z, 0 to 9 and hyphen, like coffee-2"


def checked(tmp_path: Path, old: str, new: str) -> str:
    """What is said of the file with one thing wrong."""
    assert GOOD.count(old) >= 1
    path = tmp_path / "beans.json"
    path.write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(Problem) as problem:
        check(path, as_json=True, at=AT)
    return str(problem.value).replace(f"{path}, ", "").replace(str(path), "it")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        # Names that are not quite right.
        (
            '"per_minor": 100',
            '"per_minr": 100',
            "line 13, earn.0.per_minr: `per_minr` is no member of this (did you mean `per_minor`?)",
        ),
        (
            '"name": "Bean Club"',
            '"title": "Bean Club"',
            "line 4, title: `title` is no member of this: there are id, version, name, currency",
        ),
        (
            '"effect": "points_per_amount"',
            '"effect": "point_per_amount"',
            "line 8, earn.0.effect: there is no `point_per_amount` here "
            "(did you mean `points_per_amount`?); there are fixed, multiplier",
        ),
        (
            '"condition": "channel"',
            '"condition": "weather"',
            "line 25, earn.1.when.1.condition: there is no `weather` here; there are",
        ),
        (
            '"rounding": "floor"',
            '"rounding": "down"',
            "line 14, earn.0.rounding: there is no `down` here; there are",
        ),
        (
            '["tue"]',
            '["Tue"]',
            "line 24, earn.1.when.0.any_of.0: there is no `Tue` here (did you mean `tue`?)",
        ),
        (
            '"time_zone": "Europe/Berlin"',
            '"time_zone": "Berlin"',
            "line 24, earn.1.when.0: `Berlin` is no time zone (did you mean `Europe/Berlin`?)",
        ),
        (
            '"after": "months", "months": 12',
            '"after": "inactivity", "months": 12',
            "line 33, expiry.after: there is no `inactivity` here: a day that was given to points "
            "cannot be changed any more; say `months`; there are days, months",
        ),
        # Numbers.
        (
            '"points": 1,',
            '"points": 2.5,',
            "line 12, earn.0.points: a text, an integer, true, false, a list or an object, not "
            "2.5: numbers are whole; write money in minor units, 12.50 as 1250, a rate as two",
        ),
        (
            '"points": 50',
            '"points": "50"',
            'line 30, rewards.0.points: a whole number from 0 on without quotes, not "50"',
        ),
        ('"points": 1,', '"points": 0,', "line 12, earn.0.points: a whole number from 1 on, not 0"),
        (
            '"percent": 200',
            '"percent": 2',
            "line 21, earn.1.percent: a whole number from 101 to 10000, not 2",
        ),
        (
            '"points": 1,',
            '"points": null,',
            "line 12, earn.0.points: a text, an integer, true, false, a list or an object, not "
            "null: leave the member out",
        ),
        ('"version": 1', '"version": true', "line 3, version: a whole number from 1 on, not true"),
        # Texts.
        (
            '"money": "USD"',
            '"money": "dollars"',
            'line 11, earn.0.money: an ISO 4217 code like EUR, not "dollars"',
        ),
        (
            '"currency": "BEANS"',
            '"currency": "Beans"',
            "line 5, currency: a currency's code of 2 to 12 of A to Z and 0 to 9, like STARS, "
            'not "Beans"',
        ),
        ('"id": "coffee"', '"id": "Coffee!"', f'line 30, rewards.0.id: {IDS}, not "Coffee!"'),
        (
            '"name": "Bean Club"',
            '"name": ""',
            'line 4, name: a text in quotes of 1 to 120 characters, not ""',
        ),
        # Lists and objects.
        (
            '"partners": ["corner-cafe"]',
            '"partners": []',
            "line 10, earn.0.partners: a list in brackets, [ … ], of 1 to 64, not []",
        ),
        (
            '"partners": ["corner-cafe"]',
            '"partners": "corner-cafe"',
            'line 10, earn.0.partners: a list in brackets, [ … ], of 1 to 64, not "corner-cafe"',
        ),
        (
            '{"after": "months", "months": 12}',
            '"never"',
            'line 33, expiry: an object in braces, { … }, not "never"',
        ),
        (
            '"expiry": {"after": "months", "months": 12}',
            '"expiry": {"after": "months"}',
            "line 33, expiry: `months` is missing",
        ),
        (
            '      "effect": "points_per_amount",\n',
            "",
            "line 7, earn.0: `effect` is missing: one of fixed, multiplier",
        ),
        (
            '"id": "cake"',
            '"id": "coffee"',
            "line 31, rewards.1.id: the id coffee stands twice in rewards, first as number 1",
        ),
        # JSON itself.
        (
            '"rounding": "floor"\n    },',
            '"rounding": "floor",\n    },',
            "take out the comma before it",
        ),
        (
            '"version": 1,',
            '"version": 1',
            "line 4 column 3 (char 36): is there a comma missing at the end of the line before?",
        ),
        ('"name": "Bean Club"', "\"name\": 'Bean Club'", "straight double quotes"),
        ('"name": "Bean Club"', '"name": \u201cBean Club\u201d', "straight double quotes"),
        (
            '"points": 50',
            '"points": 50, "points": 60',
            "it is not JSON: `points` stands twice in one object, beside id 'coffee'",
        ),
        # What a rule cannot do.
        (
            '"rounding": "floor",\n      "when"',
            '"rounding": "floor",\n      "guard": "order.amont > 5",\n      "when"',
            "line 23, earn.1.guard: `order.amont` is none of order.amount",
        ),
    ],
)
def test_a_fault_is_named_with_its_line_and_what_would_be_right(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    """In one sentence; nothing is published meanwhile."""
    assert said in checked(tmp_path, old, new)


def test_the_good_file_is_good(tmp_path: Path) -> None:
    """Else the others would be refused for something else."""
    path = tmp_path / "beans.json"
    path.write_text(GOOD)
    assert check(path, as_json=True, at=AT) == 0


PERIOD = '{"condition": "period", "since": "2026-%s-01T00:00:00.000Z", "until": "2026-%s"}'
OCTOBER = PERIOD % ("10", "11-01T00:00:00.000Z")
DECEMBER = PERIOD % ("12", "12-31T00:00:00.000Z")
CHANNEL = '{"condition": "channel", "any_of": ["till"]}'


@pytest.mark.parametrize(
    ("old", "new", "path", "said"),
    [
        (CHANNEL, OCTOBER, "earn.1.when.1", "this period was over at 2026-11-01T00:00:00.000Z"),
        (
            CHANNEL,
            f"{OCTOBER}, {DECEMBER}".replace("10-01", "11-20").replace("11-01", "11-30"),
            "earn.1.when.2",
            "it never holds together with number 2 of the same list",
        ),
        (
            CHANNEL,
            f"{CHANNEL}, {CHANNEL.replace('till', 'web')}",
            "earn.1.when.2",
            "it never holds together with number 2 of the same list",
        ),
        (
            CHANNEL,
            '{"condition": "weekday", "any_of": ["sat"], "time_zone": "Europe/Berlin"}',
            "earn.1.when.1",
            "it never holds together with number 1 of the same list",
        ),
        (
            '"rounding": "floor"\n    },',
            '"rounding": "floor", "when": [{"condition": "products", "categories": ["food"],'
            ' "except_categories": ["food"]}]\n    },',
            "earn.0.when.0",
            "it leaves out all that it lets in",
        ),
        (
            '"partners": ["corner-cafe"],\n      "money": "USD",\n      "percent"',
            '"partners": ["florist"],\n      "money": "USD",\n      "percent"',
            "earn.1.partners",
            "no rule gives points at florist in USD that it could multiply",
        ),
        (
            '"rounding": "floor"\n    },',
            '"rounding": "floor", "best_of": "one"\n    },',
            "earn.0.best_of",
            "no other rule is of the group one",
        ),
        (
            '"points": 50, "partner": "corner-cafe"}',
            f'"points": 50, "partner": "corner-cafe", "valid": [{OCTOBER}]}}',
            "rewards.0.valid.0",
            "this period was over at 2026-11-01T00:00:00.000Z",
        ),
    ],
)
def test_what_is_hardly_meant_is_warned_of(
    tmp_path: Path, capsys: Any, old: str, new: str, path: str, said: str
) -> None:
    """It can be published all the same: a rule of the past, one that never holds."""
    assert old in GOOD
    file = tmp_path / "beans.json"
    file.write_text(GOOD.replace(old, new, 1))
    assert check(file, as_json=True, at=AT) == 0
    (warning,) = json.loads(capsys.readouterr().out)["warnings"]
    assert (warning["path"], warning["message"]) == (path, said)
    assert check(file, as_json=False, at=AT) == 0
    assert f"warning: line {warning['line']}, {path}: {said}" in capsys.readouterr().out


def test_a_programme_without_rules_or_rewards_is_warned_of(tmp_path: Path, capsys: Any) -> None:
    """Nothing is earned by the one, and nothing can be had by the other."""
    document = json.loads(GOOD)
    for name, other, said in (
        ("earn", "rewards", "nothing earns points"),
        ("rewards", "earn", "points buy nothing"),
    ):
        file = tmp_path / f"{name}.json"
        file.write_text(json.dumps({**document, name: []}))
        assert check(file, as_json=True, at=AT) == 0
        (warning,) = json.loads(capsys.readouterr().out)["warnings"]
        assert (warning["path"], warning["message"]) == (name, said), other


def test_a_fault_ends_the_command_with_status_2(tmp_path: Path, capsys: Any) -> None:
    """In one line on standard error."""
    file = tmp_path / "beans.json"
    file.write_text(GOOD.replace('"floor"', '"flor"', 1))
    assert cli.main(["programme", "check", str(file)]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "did you mean `floor`?" in error
