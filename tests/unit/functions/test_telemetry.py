"""What operators see of a function: lines of JSON, and metrics."""

import json
import logging
from types import SimpleNamespace
from typing import Any

import pytest

from functions.telemetry import Telemetry

CONTEXT = SimpleNamespace(aws_request_id="8c5a1d2e")
_log = logging.getLogger("loyalty.anything")


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_every_line_is_an_object_that_says_whose_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever module logs it: the function, the invocation, the time in UTC."""

    @Telemetry("clock")
    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        _log.warning("late by %d s", 7, extra={"wallet": "w1"})
        return event

    assert handler({"a": 1}, CONTEXT) == {"a": 1}
    (line,) = lines(capsys)
    assert line["message"] == "late by 7 s"
    assert (line["service"], line["request_id"], line["wallet"]) == ("clock", "8c5a1d2e", "w1")
    assert (line["level"], line["timestamp"][-6:]) == ("WARNING", "+00:00")


def test_the_next_invocation_has_its_own_id(capsys: pytest.CaptureFixture[str]) -> None:
    """And each line is written once, however often the function is called."""

    @Telemetry("clock")
    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        _log.info("here")
        return event

    handler({}, CONTEXT)
    handler({}, SimpleNamespace(aws_request_id="second"))
    assert [line["request_id"] for line in lines(capsys)] == ["8c5a1d2e", "second"]


def test_text_cannot_become_a_line_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    """A line break in what is logged stays within its object."""

    @Telemetry("api")
    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        _log.info("said %s", 'a\n{"level": "ERROR"}\r\x1b[2J')
        return event

    handler({}, CONTEXT)
    (line,) = lines(capsys)
    assert (line["level"], line["message"]) == ("INFO", 'said a\n{"level": "ERROR"}\r\x1b[2J')


def test_metrics_come_at_the_end(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one object that CloudWatch reads, by deployment and function."""
    monkeypatch.setenv("TALLYSTICK_METRICS", "Tallystick/stars")
    told = Telemetry("sealer")

    @told
    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        told.seconds("SealLagSeconds", 1.5)
        told.count("SealedEntries", 3)
        return event

    handler({}, CONTEXT)
    (metrics,) = lines(capsys)
    assert (metrics["SealLagSeconds"], metrics["SealedEntries"]) == ([1.5], [3])
    assert metrics["service"] == "sealer"
    (about,) = metrics["_aws"]["CloudWatchMetrics"]
    assert about["Namespace"] == "Tallystick/stars"
    assert about["Dimensions"] == [["service"]]
    units = {each["Name"]: each["Unit"] for each in about["Metrics"]}
    assert units == {"SealLagSeconds": "Seconds", "SealedEntries": "Count"}


def test_what_fails_is_told_and_raised(capsys: pytest.CaptureFixture[str]) -> None:
    """With its cause in the log, and the metrics of what was done before."""
    told = Telemetry("sealer")

    @told
    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        told.count("SealedEntries", 3)
        raise ValueError("a page is missing")

    with pytest.raises(ValueError, match="a page is missing"):
        handler({}, CONTEXT)
    line, metrics = lines(capsys)
    assert (line["level"], line["exception_name"]) == ("ERROR", "ValueError")
    assert metrics["SealedEntries"] == [3]


def test_outside_an_invocation_nothing_is_measured(capsys: pytest.CaptureFixture[str]) -> None:
    """Where the same code runs in a server, standard output is the user's."""
    told = Telemetry("sealer")
    for _ in range(200):
        told.count("SealedEntries")

    @told
    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        return event

    handler({}, CONTEXT)
    assert capsys.readouterr().out == ""
