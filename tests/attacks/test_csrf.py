"""Attack: a foreign web page sends a request of its own from a member's browser.

A browser sends some bodies to any site without asking ("simple requests"), and adds what it knows
of the site by itself. Ours has to be asked first, and looks at nothing that a browser adds.
"""

from urllib.parse import urlencode

import orjson
import pytest

from schema.http import PRODUCTION, Exposure
from tests.attacks.api import Api, codes
from tests.coalition import House, as_member, contents, verified

EVIL = {"origin": "https://evil.example"}
GIFT = """mutation ($to: ID!) { transferPoints(input: {idempotencyKey: "k", toMemberId: $to,
    currency: "STARS", points: 10}) { transaction { id } } }"""


@pytest.mark.parametrize("exposure", [PRODUCTION, Exposure(origins=("*",))])
@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "text/plain;charset=UTF-8",
        "text/plain; application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json-patch+json",
        "application/graphql",
        "",
    ],
)
def test_body_that_a_page_may_send_unasked_is_refused(
    house: House, content_type: str, exposure: Exposure
) -> None:
    """415, whatever it holds."""
    ada, grace = house.enrolled(), house.enrolled()
    house.earned(ada, 100)
    before = contents(house.store)
    operation = {"query": GIFT, "variables": {"to": grace}}
    bodies = [orjson.dumps(operation), urlencode({"query": GIFT}).encode(), GIFT.encode()]
    for body in bodies:
        headers = {**EVIL, "content-type": content_type}
        answer = Api(house, exposure=exposure).send(as_member(ada), content=body, headers=headers)
        assert answer.status_code == 415
        assert codes(answer) == ["BAD_REQUEST"]
    assert contents(house.store) == before
    verified(house.store)


@pytest.mark.parametrize("origins", [(), ("https://app.example",)])
def test_page_that_asks_first_gets_no_permission(house: House, origins: tuple[str, ...]) -> None:
    """The preflight of a foreign page is refused, and its answers are not for it to read."""
    api = Api(house, exposure=Exposure(origins=origins))
    preflight = api.send(
        None,
        "OPTIONS",
        headers={
            **EVIL,
            "access-control-request-method": "POST",
            "access-control-request-headers": "content-type,authorization",
        },
    )
    assert preflight.status_code in {400, 405}
    got = api.send(None, "GET", params={"query": "{ __typename }"}, headers=EVIL)
    for answer in (preflight, got):
        assert "access-control-allow-origin" not in answer.headers
        assert "access-control-allow-credentials" not in answer.headers


def test_no_answer_may_be_kept_or_guessed_at(house: House) -> None:
    """Nor is any a page or a script: its type is not to be sniffed."""
    for method in ("GET", "POST", "PUT"):
        answer = Api(house).send(None, method, params={"query": "{ __typename }"}, headers=EVIL)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["content-type"].startswith("application/json")
