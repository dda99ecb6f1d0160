"""Many people at once: the same coalition from several threads."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from random import Random
from threading import Lock
from time import sleep
from typing import Any

from loyalty.actors import Actor
from tests.coalition import House

Sent = tuple[Actor, dict[str, Any]]


def at_once(house: House, mutation: str, requests: Iterable[Sent]) -> list[str]:
    """What becomes of requests that are all sent at the same time: `done`, or a code, for each."""
    return all_at_once(house, [(mutation, each) for each in requests])


def all_at_once(house: House, sent: list[tuple[str, Sent]]) -> list[str]:
    """The same of requests of several mutations."""
    lock, random = Lock(), Random(9)

    def bits(count: int) -> bytes:
        with lock:
            return random.randbytes(count)

    house.coalition = replace(house.coalition, sleep=sleep, random_bytes=bits)

    def send(each: tuple[str, Sent]) -> str:
        mutation, (actor, input_) = each
        answer = house.send(actor, mutation, input_)
        assert not answer.errors, answer.errors
        errors = [error["code"] for error in answer.data[mutation]["userErrors"]]
        return errors[0] if errors else "done"

    with ThreadPoolExecutor(len(sent)) as pool:
        return list(pool.map(send, sent))
