"""A process of customers: each sends one request after the other for a bounded time.

    python -m bench.load.customers < job.json > outcomes.json

The mix is that of a shop: most requests are purchases; some members redeem, give points to each
other, or look at what they have. Two customers may well use one member's wallet at once.
"""

import json
import random
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import monotonic, perf_counter
from typing import Any, NamedTuple

import httpx

from local.client import TIMEOUT_S, Client
from local.coalition import CURRENCY, signatory

MIX = {"purchase": 65, "redemption": 10, "transfer": 15, "balance": 10}
REWARD = "grocer-coupon"
TILL = "grocer"


class Job(NamedTuple):
    """What a process of customers does. members: tokens by id; first: of its customers' numbers."""

    url: str
    programme: str
    members: dict[str, str]
    seconds: float
    first: int
    customers: int


class Outcome(NamedTuple):
    """One request: its transaction as GraphQL names it, if it made one, or what went wrong."""

    kind: str
    ms: float
    transactions: list[str]
    error: str = ""


class Customer:
    """One, with a connection of its own. For one thread."""

    def __init__(self, job: Job, number: int, http: httpx.Client) -> None:
        self._job = job
        self._random = random.Random(number)
        self._number = number
        self._asked = 0
        self._http = http
        self._till = Client(job.url, signatory=signatory(f"partner:{TILL}"), http=http)
        self._members = list(job.members)

    def shops(self) -> list[Outcome]:
        """Until its time is up."""
        kinds: dict[str, Callable[[str], list[str]]] = {
            "purchase": self._purchase,
            "redemption": self._redemption,
            "transfer": self._transfer,
            "balance": self._balance,
        }
        ends, outcomes = monotonic() + self._job.seconds, []
        while monotonic() < ends:
            (kind,) = self._random.choices(list(MIX), list(MIX.values()))
            begun = perf_counter()
            ids, error = list[str](), ""
            try:
                ids = kinds[kind](self._random.choice(self._members))
            except Exception as wrong:  # whatever it is, it is one of the figures
                error = f"{type(wrong).__name__}: {wrong}"
            outcomes.append(Outcome(kind, 1000 * (perf_counter() - begun), ids, error))
        return outcomes

    def _purchase(self, member: str) -> list[str]:
        minor = self._random.randint(500, 20_000)
        return list(self._till.record_purchase(member, minor, "USD", key=self._key()).transactions)

    def _redemption(self, member: str) -> list[str]:
        paid = self._app(member).redeem_reward(member, self._job.programme, REWARD, key=self._key())
        return [] if paid.transaction is None else [paid.transaction]

    def _transfer(self, member: str) -> list[str]:
        to = self._random.choice([each for each in self._members if each != member])
        points = self._random.randint(1, 5)
        return [self._app(member).transfer_points(to, CURRENCY, points, key=self._key())]

    def _balance(self, member: str) -> list[str]:
        self._app(member).points_available(member, CURRENCY)
        return []

    def _app(self, member: str) -> Client:
        return Client(self._job.url, self._job.members[member], http=self._http)

    def _key(self) -> str:
        self._asked += 1
        return f"load-{self._number}-{self._asked}-{self._random.getrandbits(64):016x}"


def main() -> None:
    job = Job(**json.load(sys.stdin))
    limits = httpx.Limits(max_connections=job.customers)
    with httpx.Client(timeout=TIMEOUT_S, trust_env=False, limits=limits) as http:
        numbers = range(job.first, job.first + job.customers)
        everyone = [Customer(job, number, http) for number in numbers]
        with ThreadPoolExecutor(job.customers) as pool:
            found: list[Any] = [each for own in pool.map(Customer.shops, everyone) for each in own]
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
