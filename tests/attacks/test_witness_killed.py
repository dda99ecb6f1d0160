"""Attack: kill -9 of a witness, to make it forget what it cosigned."""

from pathlib import Path
from random import Random
from threading import Timer

import httpx
import pytest

from tests.attacks.witness_process import running
from tests.unit.witness.logs import Log

TRUTH = Log()
LIE = TRUTH.forked(at=6)


def ask(url: str, body: bytes) -> httpx.Response:
    return httpx.post(f"{url}/add-checkpoint", content=body, timeout=20)


def test_killed_after_it_wrote_and_before_it_answered(tmp_path: Path):
    """It remembers the checkpoint that nobody heard of: the log can ask again, a lie comes late."""
    with running(tmp_path) as (url, _):
        assert ask(url, TRUTH.request(0, 5)).status_code == 200
    with running(tmp_path, die="after") as (url, process):
        with pytest.raises(httpx.HTTPError):
            ask(url, TRUTH.request(5, 9))
        assert process.wait(10) == -9
    with running(tmp_path) as (url, _):
        assert ask(url, LIE.request(5, 9)).content == b"9\n"
        assert ask(url, LIE.request(9, 9)).status_code == 409
        assert ask(url, TRUTH.request(9, 9)).status_code == 200


def test_killed_while_it_wrote(tmp_path: Path):
    """What was not committed is not there; nobody got a cosignature for it."""
    with running(tmp_path) as (url, _):
        assert ask(url, TRUTH.request(0, 5)).status_code == 200
    with running(tmp_path, die="before") as (url, process):
        with pytest.raises(httpx.HTTPError):
            ask(url, TRUTH.request(5, 9))
        assert process.wait(10) == -9
    with running(tmp_path) as (url, _):
        assert ask(url, TRUTH.request(9, 12)).content == b"5\n"
        assert ask(url, TRUTH.request(5, 12)).status_code == 200


def test_killed_at_any_moment(tmp_path: Path):
    """Whatever was answered 200 is remembered by the next."""
    random = Random(20261122)
    cosigned, at_most = 0, 0
    for _ in range(4):
        with running(tmp_path) as (url, process):
            told = int(ask(url, TRUTH.request(299, 300)).content)
            assert cosigned <= told <= at_most
            # One is answered in any case, so that a busy machine has something to forget.
            cosigned = at_most = told + 1
            assert ask(url, TRUTH.request(told, cosigned)).status_code == 200
            killer = Timer(random.uniform(0.01, 0.15), process.kill)
            killer.start()
            try:
                while at_most < 290:
                    at_most = cosigned + 1
                    answer = ask(url, TRUTH.request(cosigned, at_most))
                    assert answer.status_code == 200
                    cosigned = at_most
            except httpx.HTTPError:
                pass
            killer.join()


def test_a_restart_takes_the_same_key(tmp_path: Path):
    """Also where the first start was killed: one directory, one witness."""
    with running(tmp_path) as (url, process):
        first = httpx.get(f"{url}/status").json()["vkey"]
        process.kill()
    with running(tmp_path) as (url, _):
        assert httpx.get(f"{url}/status").json()["vkey"] == first
