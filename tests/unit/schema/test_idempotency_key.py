"""The Idempotency-Key header, on the product's schema."""

import asyncio
from typing import Any

import httpx
import pytest
from starlette.requests import Request

from schema.context import Context
from schema.http import graphql_app
from schema.http.idempotency import key_in
from tests.coalition import GROCER, SCHEMA, House, contents

WHOLE = """mutation ($input: EnrolMemberInput!) {
    enrolMember(input: $input) { member { id } userErrors { code } } }"""
LITERAL = 'mutation { enrolMember(input: {idempotencyKey: "k"}) { member { id } } }'
KEY_ALONE = """mutation ($key: String!) {
    enrolMember(input: {idempotencyKey: $key}) { member { id } } }"""
SPREAD = """mutation ($input: EnrolMemberInput!) { __typename ...F }
    fragment F on Mutation { ... { enrolMember(input: $input) { member { id } } } }"""
TWO = """mutation ($input: EnrolMemberInput!) {
    a: enrolMember(input: $input) { member { id } } b: enrolMember(input: $input) { member { id } }
}"""


def ask(house: House, keys: list[str], body: dict[str, Any]) -> httpx.Response:
    """Send a request with these headers."""

    async def context(_request: Request) -> Context:
        return Context(house.coalition, GROCER)

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(graphql_app(SCHEMA, context))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            headers = [("idempotency-key", key) for key in keys]
            return await client.post("/graphql", json=body, headers=headers)

    return asyncio.run(send())


def enrolled(answer: httpx.Response) -> str:
    """The id of the member that was enrolled."""
    assert answer.status_code == 200, answer.text
    return str(answer.json()["data"]["enrolMember"]["member"]["id"])


def refused(answer: httpx.Response) -> str:
    """The message of a refusal."""
    assert answer.status_code == 400, answer.text
    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == "BAD_REQUEST"
    return str(error["message"])


@pytest.mark.parametrize(
    ("document", "variables"),
    [
        (WHOLE, {"input": {}}),
        (WHOLE, {"input": {"idempotencyKey": None}}),
        (WHOLE, {"input": {"idempotencyKey": "k"}}),
        (SPREAD, {"input": {}}),
        (KEY_ALONE, {}),
        (KEY_ALONE, {"key": "k"}),
        (LITERAL, {}),
    ],
)
def test_header_is_the_inputs_key(house: House, document: str, variables: dict[str, Any]) -> None:
    """However the input is written, both ways to give the key mean one request."""
    by_header = enrolled(ask(house, ['"k"'], {"query": document, "variables": variables}))
    by_input = {"query": WHOLE, "variables": {"input": {"idempotencyKey": "k"}}}
    assert enrolled(ask(house, [], by_input)) == by_header


@pytest.mark.parametrize(
    ("document", "variables"),
    [
        (WHOLE, {"input": {"idempotencyKey": "other"}}),
        (WHOLE, {"input": {"idempotencyKey": 5}}),
        (WHOLE, {"input": {"idempotencyKey": ""}}),
        (KEY_ALONE, {"key": "other"}),
        (LITERAL.replace('"k"', '"other"'), {}),
    ],
)
def test_two_keys_are_refused(house: House, document: str, variables: dict[str, Any]) -> None:
    """A header that says otherwise than the input is a mistake of somebody's: nothing is done."""
    before = contents(house.store)
    assert "differ" in refused(ask(house, ['"k"'], {"query": document, "variables": variables}))
    assert contents(house.store) == before


def test_several_mutations_have_no_one_key(house: House) -> None:
    """The header is of one request of the ledger's."""
    body = {"query": TWO, "variables": {"input": {}}}
    assert "has 2" in refused(ask(house, ['"k"'], body))


@pytest.mark.parametrize(
    ("value", "key"),
    [('"k"', "k"), ("k", "k"), ('"a \\"b\\" \\\\"', 'a "b" \\'), ("8e03978e-40d5-43dd", None)],
)
def test_value_is_a_string_of_rfc_8941(value: str, key: str | None) -> None:
    """In quotes, with escapes; or bare where there is no doubt."""
    assert key_in([value]) == (key or value)


@pytest.mark.parametrize(
    "values",
    [[""], ['"'], ['"a'], ['a"'], ['"a" b'], ['"a";p=1'], ["a b"], ["a,b"], ['"a"', '"a"']],
)
def test_anything_else_is_refused(house: House, values: list[str]) -> None:
    """What is no one string might be read otherwise by the next machine on the way."""
    body = {"query": WHOLE, "variables": {"input": {"idempotencyKey": "k"}}}
    assert "must be one string" in refused(ask(house, values, body))


@pytest.mark.parametrize(
    "body",
    [
        {"query": "{ coalition { origin } }"},
        {"query": "query A { __typename } mutation B { __typename }", "operationName": "A"},
        {"query": "{"},
        {"query": "{ nosuch }"},
        {"query": "mutation B { __typename }", "operationName": "C"},
        {"query": "query A { __typename } query B { __typename }"},
    ],
)
def test_it_means_nothing_to_what_is_no_mutation(house: House, body: dict[str, Any]) -> None:
    """A query is answered, and what cannot run says why, as without it."""
    assert ask(house, ['"k"'], body).json() == ask(house, [], body).json()
