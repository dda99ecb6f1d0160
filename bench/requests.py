"""`recordPurchase` in process on the in-memory twin, beside a bare Strawberry mutation.

Both run on the same class of schema, so with the same caches and limits, and select the same fields
of types of the same shape. The bare one's resolver returns what is there already.
"""

import asyncio
from collections.abc import Iterator
from itertools import count
from typing import Any

import strawberry

from bench.figures import Figure, at_most, in_turns
from schema.context import Context
from schema.limits import Schema
from schema.mutations.record_purchase import RecordPurchaseInput
from schema.scalars import CONFIG
from tests.coalition import GROCER, SCHEMA, House

_CALLS = 60
_TURNS = 9
_SELECTION = """
    points transactions { id kind at entryHash postings { account currency amount } }
    userErrors { code field message }
"""
DOCUMENT = (
    "mutation ($input: RecordPurchaseInput!)"
    f" {{ recordPurchase(input: $input) {{ {_SELECTION} }} }}"
)


@strawberry.type
class Posting:
    account: str
    currency: str
    amount: int


@strawberry.type
class Transaction:
    id: strawberry.ID
    kind: str
    at: str
    entry_hash: str
    postings: list[Posting]


@strawberry.type
class UserError:
    code: str
    field: list[str]
    message: str


@strawberry.type
class Payload:
    points: int
    transactions: list[Transaction]
    user_errors: list[UserError]


@strawberry.type
class Query:
    @strawberry.field
    def nothing(self) -> int:
        return 0


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def record_purchase(self, input: RecordPurchaseInput) -> Payload:  # noqa: A002, ARG002
        return _PAYLOAD


_PAYLOAD = Payload(
    points=12,
    transactions=[
        Transaction(
            id=strawberry.ID("VHJhbnNhY3Rpb246MA=="),
            kind="earn",
            at="2026-11-21T20:50:00.123Z",
            entry_hash="A" * 43 + "=",
            postings=[
                Posting(account="partner:grocer:issued", currency="STARS", amount=-12),
                Posting(account="wallet:0:available", currency="STARS", amount=12),
            ],
        )
    ],
    user_errors=[],
)


def figures() -> Iterator[Figure]:
    """Requests signed beforehand, each with a key of its own, to twenty members in turn."""
    house, bare = House(), Schema(query=Query, mutation=Mutation, config=CONFIG)
    members = [house.enrolled() for _ in range(20)]
    inputs = [
        house.purchase(members[number % len(members)], 1_234) for number in range(_CALLS * _TURNS)
    ]
    numbers = count()
    loop = asyncio.new_event_loop()

    def run(schema: Any, context: object, input_: object) -> None:
        answer = loop.run_until_complete(
            schema.execute(DOCUMENT, variable_values={"input": input_}, context_value=context)
        )
        if answer.errors or answer.data["recordPurchase"]["userErrors"]:
            raise SystemExit(f"the benchmark's request was refused: {answer}")

    def purchase() -> None:
        run(SCHEMA, Context(house.coalition, GROCER), inputs[next(numbers)])

    turns = in_turns(lambda: run(bare, None, inputs[0]), purchase, calls=_CALLS, turns=_TURNS)
    loop.close()
    yield at_most(
        "recordPurchase in process",
        turns.ratio,
        4,
        "x a bare Strawberry mutation",
        f"{turns.second_s * 1e6:.0f} µs beside {turns.first_s * 1e6:.0f} µs",
    )
