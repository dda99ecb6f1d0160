"""Attack: make something break, and read what the answer tells of the inside."""

import logging
from typing import Any

import pytest

from loyalty.ports import StoreUnavailable
from tests.attacks.api import Api
from tests.coalition import OPERATOR, House, contents, gid, verified

SECRET = "table wallets-prod-7 at 10.0.3.4"
INSIDE = ("Traceback", "File ", ".py", "KeyError", "strawberry", "boto", "wallets-prod", "10.0.3.4")
QUERY = "query ($id: ID!) { wallet(id: $id) { available } }"
ENROL = """mutation ($input: EnrolMemberInput!) {
    enrolMember(input: $input) { member { id } userErrors { code } } }"""


@pytest.mark.parametrize("failure", [KeyError(SECRET), StoreUnavailable(SECRET), OSError(SECRET)])
@pytest.mark.parametrize(("document", "input_"), [(QUERY, None), (ENROL, {"idempotencyKey": "k"})])
def test_defect_tells_an_id_and_nothing_else(
    house: House,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    failure: Exception,
    document: str,
    input_: dict[str, Any] | None,
) -> None:
    """The text of the exception is in the log, under the id, and in no answer."""

    def fail(*_args: object, **_named: object) -> None:
        raise failure

    variables = {"input": input_} if input_ else {"id": house.wallet(house.enrolled())["id"]}
    before = contents(house.store)
    with monkeypatch.context() as broken, caplog.at_level(logging.WARNING):
        for name in ("governance", "record", "records", "transactions"):
            broken.setattr(house.store, name, fail)
        answer = Api(house).post(OPERATOR, query=document, variables=variables)
    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] in {"INTERNAL", "UNAVAILABLE"}
    assert not [word for word in INSIDE if word in answer.text]
    assert SECRET in caplog.text
    assert error["extensions"].get("id", "") in caplog.text
    assert contents(house.store) == before
    verified(house.store)


@pytest.mark.parametrize(
    "request_",
    [
        {"content": b"\xff\xfe", "headers": {"content-type": "application/json"}},
        {"content": b'{"query": ', "headers": {"content-type": "application/json"}},
        {"json": {"query": "{ \x00 }"}},
        {"json": {"query": '{ wallet(id: "\\uD800") { id } }'}},
        {"json": {"query": QUERY, "variables": {"id": {"$gt": ""}}}},
        {"json": {"query": QUERY, "variables": {"id": "' OR 1=1 --"}}},
        {"json": {"query": QUERY, "variables": {"id": "V2FsbGV0Og=="}}},
        {"json": {"query": QUERY, "variables": {"id": "=" * 10_000}}},
        {"json": {"query": QUERY, "variables": {"id": gid("Wallet", "\x00\n")}}},
        {"json": {"query": QUERY, "operationName": "x" * 100_000}},
    ],
)
def test_bad_input_breaks_nothing(
    house: House, caplog: pytest.LogCaptureFixture, request_: dict[str, Any]
) -> None:
    """It is the client's mistake, told as such, and no defect of ours."""
    with caplog.at_level(logging.WARNING):
        answer = Api(house).send(OPERATOR, **request_)
    assert "INTERNAL" not in answer.text
    assert not [word for word in INSIDE if word in answer.text]
    assert caplog.records == []


@pytest.mark.parametrize(
    "query",
    [
        "{ node(id: " + "[" * 150 + "1" + "]" * 150 + ") { id } }",
        "{ node(id: " + "{a:" * 150 + "1" + "}" * 150 + ") { id } }",
        '{ node(id: ["' + "x" * 50_000 + '"]) { id } }',
        "{ " + "x" * 50_000 + " }",
        "query ($" + "v" * 50_000 + ": ID!) { __typename }",
        "{ __typename @" + "d" * 50_000 + " }",
    ],
)
def test_answer_is_no_larger_than_what_was_sent(house: House, query: str) -> None:
    """An error shows the beginning of what it is about."""
    answer = Api(house).post(OPERATOR, query=query)
    assert answer.json()["errors"][0]["extensions"]["code"] != "INTERNAL"
    assert len(answer.content) < 3_000
