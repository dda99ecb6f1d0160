"""What a function makes as it wakes stays, and is not looked through for garbage."""

import gc
import subprocess
import sys
from weakref import ref

import pytest

from functions.waking import waking

_ASKED = "import gc, functions.api; print(gc.isenabled(), gc.get_freeze_count() > 100_000)"


class Link:
    """In a circle, only the collector finds it."""

    to: "Link"


def test_the_collector_rests_while_a_function_wakes() -> None:
    """However much is made meanwhile, nothing is looked through."""
    with waking():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_the_collector_works_again_where_waking_fails() -> None:
    """As where KMS does not answer: the process lives on, and tries again."""
    with pytest.raises(ConnectionError), waking():
        raise ConnectionError
    assert gc.isenabled()


def test_what_a_failed_waking_made_is_collected() -> None:
    """However often a process tries in vain, it holds no more for it."""

    seen = []

    def wakes() -> None:
        with waking():
            made = Link()
            made.to = made
            seen.append(ref(made))
            raise ConnectionError

    with pytest.raises(ConnectionError):
        wakes()
    gc.collect()
    assert [each() for each in seen] == [None]


def test_the_collector_still_rests_where_somebody_else_said_so() -> None:
    """Who turned it off turns it on."""
    gc.disable()
    try:
        with waking():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_no_request_looks_through_what_the_api_imports() -> None:
    """A collection in the middle of a request would go through all of it."""
    run = [sys.executable, "-P", "-c", _ASKED]
    asked = subprocess.run(run, check=True, capture_output=True, text=True, timeout=120)
    assert asked.stdout.split() == ["True", "True"]
