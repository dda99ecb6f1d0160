"""Many requests at the same moment, each in a thread of its own."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from random import Random
from threading import Lock
from time import sleep
from typing import Any

from loyalty.actors import Actor
from tests.coalition import House


def at_once(
    house: House, requests: Sequence[tuple[Actor, str, Any]], writers: int = 16
) -> list[str]:
    """What came of each, in their order: `done`, or the code of its first error."""
    lock, random = Lock(), Random(16)

    def bits(count: int) -> bytes:
        with lock:
            return random.randbytes(count)

    before, house.coalition = (
        house.coalition,
        replace(house.coalition, sleep=sleep, random_bytes=bits),
    )

    def send(request: tuple[Actor, str, Any]) -> str:
        actor, mutation, input_ = request
        answer = house.send(actor, mutation, input_)
        assert not answer.errors, answer.errors
        errors = answer.data[mutation]["userErrors"]
        return errors[0]["code"] if errors else "done"

    try:
        with ThreadPoolExecutor(writers) as pool:
            return list(pool.map(send, requests))
    finally:
        house.coalition = before
