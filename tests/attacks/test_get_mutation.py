"""Attack: a link, an image or a prefetch that moves points."""

import pytest

from schema.http.persisted import hash_of
from tests.attacks.api import Api, codes
from tests.coalition import House, as_member, contents, verified

GIFT = """mutation G($to: ID!) { transferPoints(input: {idempotencyKey: "k", toMemberId: $to,
    currency: "STARS", points: 10}) { transaction { id } } }"""


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "TRACE"])
@pytest.mark.parametrize("query", [GIFT, f"query Q {{ __typename }} {GIFT}"])
def test_mutation_is_by_post_alone(house: House, method: str, query: str) -> None:
    """405, whether it is all of the document or one of its operations."""
    ada, grace = house.enrolled(), house.enrolled()
    house.earned(ada, 100)
    before = contents(house.store)
    params = {"query": query, "variables": f'{{"to": "{grace}"}}', "operationName": "G"}
    answer = Api(house).send(as_member(ada), method, params=params)
    assert answer.status_code == 405
    assert answer.headers["allow"] in {"POST", "GET, POST"}
    assert contents(house.store) == before
    verified(house.store)


def test_hash_of_a_mutation_is_no_way_around(house: House) -> None:
    """A document that a POST made known does not run by its hash in a URL."""
    ada, grace = house.enrolled(), house.enrolled()
    house.earned(ada, 100)
    api = Api(house)
    extensions = {"persistedQuery": {"version": 1, "sha256Hash": hash_of(GIFT)}}
    made_known = api.post(
        as_member(grace), query=GIFT, extensions=extensions, variables={"to": ada}
    )
    assert "data" in made_known.json()
    before = contents(house.store)
    named = f'{{"persistedQuery": {{"version": 1, "sha256Hash": "{hash_of(GIFT)}"}}}}'
    params = {"extensions": named, "variables": f'{{"to": "{grace}"}}'}
    answer = api.send(as_member(ada), "GET", params=params)
    assert answer.status_code == 405
    assert codes(answer) == ["BAD_REQUEST"]
    assert contents(house.store) == before
    verified(house.store)


def test_method_in_a_header_or_a_parameter_means_nothing(house: House) -> None:
    """What some frameworks read as the method is not read."""
    ada, grace = house.enrolled(), house.enrolled()
    house.earned(ada, 100)
    params = {"query": GIFT, "variables": f'{{"to": "{grace}"}}', "_method": "POST"}
    headers = {"x-http-method-override": "POST", "x-method-override": "POST"}
    answer = Api(house).send(as_member(ada), "GET", params=params, headers=headers)
    assert answer.status_code == 405
    assert house.wallet(ada)["available"] == 100
