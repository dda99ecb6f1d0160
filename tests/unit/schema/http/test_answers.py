"""What the HTTP face answers: its types and statuses, and nothing of a failure's cause."""

import logging

import pytest
from graphql import GraphQLError
from starlette.requests import Request

from schema.http import negotiated
from tests.unit.schema.http.asking import GRAPHQL_RESPONSE, JSON, ask, assert_refused, post


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (None, JSON),
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        (JSON, JSON),
        (GRAPHQL_RESPONSE, GRAPHQL_RESPONSE),
        (f"{GRAPHQL_RESPONSE}, {JSON};q=0.9", GRAPHQL_RESPONSE),
        (f"{JSON};q=0.9, {GRAPHQL_RESPONSE}; charset=utf-8", GRAPHQL_RESPONSE),
        (f"{JSON}, {GRAPHQL_RESPONSE}", JSON),
        (f"{GRAPHQL_RESPONSE};q=0, */*;q=0.1", JSON),
        (f"{GRAPHQL_RESPONSE};q=x, {JSON};q=0.1", JSON),
        ("text/html,application/xml;q=0.9,*/*;q=0.8", JSON),
    ],
)
def test_answer_is_of_the_type_that_is_accepted(accept: str | None, media_type: str) -> None:
    """The type is negotiated by quality, then by order; application/json is the default."""
    assert negotiated(accept) == media_type
    headers = {"accept": accept} if accept else {}
    response = ask(json={"query": "{ one }"}, headers=headers)
    assert response.headers["content-type"] == f"{media_type}; charset=utf-8"
    assert response.headers["cache-control"] == "no-store"


def test_answer_in_no_accepted_type_is_refused() -> None:
    """A client that takes neither type gets 406."""
    assert_refused(post("{ one }", accept="text/csv"), 406)
    assert_refused(post("{ one }", accept=f"{JSON};q=0"), 406)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nosuch }", "GRAPHQL_VALIDATION_FAILED"),
        ("query ($v: JSON!) { echo(value: $v) }", "BAD_USER_INPUT"),
        ("query A { one } query B { one }", "GRAPHQL_VALIDATION_FAILED"),
    ],
)
def test_request_that_never_ran_has_no_data(query: str, code: str) -> None:
    """It is 400 in the new type and 200 in the old one, without `data` in both."""
    for accept, status in ((GRAPHQL_RESPONSE, 400), (JSON, 200)):
        response = post(query, accept)
        assert response.status_code == status
        assert "data" not in response.json()
        assert {e["extensions"]["code"] for e in response.json()["errors"]} == {code}


def test_unknown_operation_name_never_ran() -> None:
    """An operation that the document does not have is a request error."""
    response = post("query A { one }", GRAPHQL_RESPONSE, operationName="B")
    assert response.status_code == 400
    assert response.json()["errors"][0]["message"] == 'Unknown operation named "B".'


@pytest.mark.parametrize("accept", [JSON, GRAPHQL_RESPONSE])
def test_unexpected_exception_does_not_leave(accept: str, caplog: pytest.LogCaptureFixture) -> None:
    """A failing field gives 200, an id and null; the traceback stays in the log."""
    with caplog.at_level(logging.ERROR):
        response = post("{ broken }", accept)
    (error,) = response.json()["errors"]
    assert response.status_code == 200
    assert response.json()["data"] is None
    assert error["extensions"]["code"] == "INTERNAL"
    assert error["extensions"]["id"] in caplog.text
    assert "wallets-prod" in caplog.text
    assert "wallets-prod" not in response.text
    assert "Traceback" not in response.text


def test_context_reaches_the_resolver() -> None:
    """What the context callable returns is the resolver's context."""
    headers = {"x-caller": "ann"}
    assert ask(json={"query": "{ caller }"}, headers=headers).json() == {"data": {"caller": "ann"}}


@pytest.mark.parametrize(
    ("code", "status"), [("UNAUTHENTICATED", 401), ("FORBIDDEN", 403), ("OTHER", 400)]
)
def test_context_may_refuse(code: str, status: int) -> None:
    """A caller who is not let in gets a status that says so."""

    async def refuse(_request: Request) -> object:
        raise GraphQLError("the token has expired", extensions={"code": code})

    response = ask(json={"query": "{ one }"}, context=refuse)
    assert response.status_code == status
    assert response.json() == {
        "errors": [{"message": "the token has expired", "extensions": {"code": code}}]
    }
    assert response.headers.get("www-authenticate") == ("Bearer" if status == 401 else None)


def test_failing_context_is_masked(caplog: pytest.LogCaptureFixture) -> None:
    """A context that breaks is 500 with an id, and its traceback stays in the log."""

    async def fail(_request: Request) -> object:
        raise RuntimeError("wallets-prod")

    with caplog.at_level(logging.ERROR):
        response = ask(json={"query": "{ one }"}, context=fail)
    (error,) = response.json()["errors"]
    assert response.status_code == 500
    assert error["extensions"]["code"] == "INTERNAL"
    assert error["extensions"]["id"] in caplog.text
    assert "RuntimeError: wallets-prod" in caplog.text
    assert "wallets-prod" not in response.text
