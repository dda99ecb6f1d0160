"""The HTTP face by method and path: GET reads, and serves a page where one is switched on."""

import pytest

from schema.http import Exposure
from tests.unit.schema.http.asking import GRAPHQL_RESPONSE, JSON, ask, assert_refused, post


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS"])
def test_other_methods_are_refused(method: str) -> None:
    """Only GET and POST are served."""
    response = ask(method)
    assert_refused(response, 405)
    assert response.headers["allow"] == "GET, POST"


def test_get_answers_a_query() -> None:
    """A query may come as parameters of the URL."""
    params = {
        "query": "query A { one } query B($v: JSON!) { echo(value: $v) }",
        "variables": '{"v": "é"}',
        "operationName": "B",
        "extensions": '{"traced": true}',
    }
    assert ask("GET", params=params).json() == {"data": {"echo": "é"}}


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"query": ""},
        {"query": "{ one }", "variables": "{"},
        {"query": "{ one }", "variables": "[]"},
        {"query": "{ one }", "extensions": "5"},
        {"query": "{ one }", "variables": '{"v": 18446744073709551616}'},
    ],
)
def test_bad_parameters_of_a_get_are_refused(params: dict[str, str]) -> None:
    """The parameters of a URL are checked as those of a body are."""
    assert_refused(ask("GET", params=params))


@pytest.mark.parametrize("accept", [JSON, GRAPHQL_RESPONSE])
def test_mutation_by_get_is_refused(accept: str) -> None:
    """A link cannot spend points."""
    response = ask("GET", params={"query": "mutation { earn }"}, headers={"accept": accept})
    assert response.status_code == 405
    assert response.headers["allow"] == "POST"
    assert response.json()["errors"][0]["message"] == "Mutations are not allowed when using GET."
    assert post("mutation { earn }").json() == {"data": {"earn": 5}}


def test_page_is_served_where_it_is_switched_on() -> None:
    """A browser gets GraphiQL if it is on; a query gets its answer all the same."""
    browser = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    page_on = Exposure(graphiql=True)
    page = ask("GET", exposure=page_on, headers=browser)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "GraphiQL" in page.text
    assert_refused(ask("GET", headers=browser))
    assert_refused(ask("GET", exposure=page_on))
    params = {"query": "{ one }"}
    answer = ask("GET", exposure=page_on, headers=browser, params=params)
    assert answer.json() == {"data": {"one": 1}}


def test_health() -> None:
    """A load balancer can ask whether we are up."""
    response = ask("GET", path="/health")
    assert (response.status_code, response.text) == (200, '{"status":"ok"}')
