"""The API as several servers on 127.0.0.1 over one store, as Lambda's processes are."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from threading import Barrier, Lock
from time import sleep
from typing import Any

import httpx

from functions.api import application
from local.keys import TokenIssuer
from local.serving import serving
from loyalty.actors import MemberActor
from loyalty.ports import Commit, Outcome
from storage.memory import MemoryStore
from tests.coalition import House
from tests.signing import ORIGIN

WAIT_S = 30


class Crossing(MemoryStore):
    """Lets no commit through before as many have come as `crossing` says: so all have decided on
    what none has written yet."""

    crossing: Barrier | None = None

    def commit(self, commit: Commit) -> Outcome:
        barrier = self.crossing
        if barrier is not None:
            barrier.wait(WAIT_S)
            self.crossing = None
        return super().commit(commit)


class Served:
    """The servers' addresses, and who says who asks."""

    def __init__(self, house: House, urls: Sequence[str], tokens: TokenIssuer) -> None:
        self._house = house
        self._urls = urls
        self._tokens = tokens

    def at_once(self, member: MemberActor, body_of_each: Sequence[Any]) -> list[Any]:
        """The answers, each from a server of its own; all have decided before one commits."""
        assert len(body_of_each) == len(self._urls)
        headers = {"authorization": f"Bearer {self._tokens.token(member)}"}

        def ask(url: str, body: Any) -> Any:
            with httpx.Client(trust_env=False, timeout=2 * WAIT_S) as client:
                return client.post(f"{url}/graphql", json=body, headers=headers).json()

        store = self._house.store
        assert isinstance(store, Crossing)
        store.crossing = Barrier(len(self._urls))
        with ThreadPoolExecutor(len(self._urls)) as threads:
            return list(threads.map(ask, self._urls, body_of_each))


@contextmanager
def served(servers: int) -> Iterator[tuple[House, Served]]:
    """A house, and so many servers of it."""
    house = House(Crossing())
    lock, random_bytes = Lock(), house.coalition.random_bytes

    def bits(count: int) -> bytes:
        with lock:
            return random_bytes(count)

    coalition = replace(house.coalition, sleep=sleep, random_bytes=bits)
    tokens = TokenIssuer.new(ORIGIN)
    with ExitStack() as stack:
        urls = [
            stack.enter_context(serving(application(coalition, tokens.public), 0))
            for _ in range(servers)
        ]
        yield house, Served(house, urls, tokens)
