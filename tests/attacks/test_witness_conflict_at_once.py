"""Attack: two histories shown at the same instant to two processes of one witness."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import httpx

from tests.attacks.witness_process import running
from tests.unit.witness.logs import Log

ROUNDS = 12


def test_of_two_conflicting_checkpoints_exactly_one_is_cosigned(tmp_path: Path):
    """Whichever was first; the other is told so."""
    with (
        running(tmp_path) as (one, _),
        running(tmp_path) as (two, _),
        httpx.Client(timeout=20) as client,
        ThreadPoolExecutor(2) as pool,
    ):
        told, size = Log(), 0
        for number in range(ROUNDS):
            stories = [told.forked(size, f"{number} {which}") for which in "ab"]
            barrier = Barrier(2)

            def ask(url: str, log: Log, barrier: Barrier = barrier, size: int = size) -> int:
                body = log.request(size, size + 2)
                barrier.wait(10)
                return client.post(f"{url}/add-checkpoint", content=body).status_code

            answers = list(pool.map(ask, (one, two), stories))
            assert sorted(answers) == [200, 409]
            told, size = stories[answers.index(200)], size + 2
