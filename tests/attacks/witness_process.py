"""A witness in a process of its own, which can be killed, also where it hurts most.

    python -m tests.attacks.witness_process DIRECTORY [before | after]

With `before` it kills itself (SIGKILL) once a checkpoint is written and not committed, with `after`
once it is committed and not answered.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from unittest.mock import patch

from tests.unit.witness.logs import LOG
from witness.protocol import Decision, Seen
from witness.run import run_witness
from witness.state import State

NAME = "grocer.example/witness"
_LIFE_S = 60


@contextmanager
def running(directory: Path, die: str = "") -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """Yields the URL and the process. Whatever becomes of a test, the process ends."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.attacks.witness_process", str(directory), die],
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        watch = Timer(_LIFE_S, process.kill)
        watch.start()
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip(), process
        finally:
            watch.cancel()
            process.kill()


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main(directory: str, die: str = "") -> None:
    advance, transaction = State.advance, State._transaction

    @contextmanager
    def cut(state: State, mode: str = "rw") -> Iterator[object]:
        with transaction(state, mode) as database:
            yield database
            if mode == "rw":
                _die()

    def killed_after(
        state: State, origin: str, decide: Callable[[Seen | None], Decision]
    ) -> Decision:
        advance(state, origin, decide)
        _die()
        raise AssertionError

    changes = {"before": {"_transaction": cut}, "after": {"advance": killed_after}}
    with patch.multiple(State, **changes.get(die, {"advance": advance})):
        run_witness(
            Path(directory),
            NAME,
            [LOG.verifier],
            port=0,
            started=lambda _witness, url: print(url, flush=True),  # noqa: T201
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
