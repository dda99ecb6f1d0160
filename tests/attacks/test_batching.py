"""Attack: many operations in one body, past every limit of a single one."""

import pytest

from tests.attacks.api import Api, codes
from tests.coalition import House, as_member, contents, verified

GIFT = """mutation ($input: TransferPointsInput!) {
    transferPoints(input: $input) { transaction { id } } }"""


@pytest.mark.parametrize("count", [0, 1, 2, 1_000])
def test_array_of_operations_is_refused(house: House, count: int) -> None:
    """Not even one: there is no body with more than one operation in it."""
    ada, grace = house.enrolled(), house.enrolled()
    house.earned(ada, 100)
    before = contents(house.store)
    operation = {
        "query": GIFT,
        "variables": {
            "input": {
                "idempotencyKey": "k",
                "toMemberId": grace,
                "currency": "STARS",
                "points": 1,
            }
        },
    }
    answer = Api(house).send(as_member(ada), json=[operation] * count)
    assert answer.status_code == 400
    assert codes(answer) == ["BAD_REQUEST"]
    assert "batches" in answer.text
    assert contents(house.store) == before
    verified(house.store)


def test_several_operations_in_a_document_run_one_at_most(house: House) -> None:
    """Without a name none runs; with one, that one alone."""
    ada, grace = house.enrolled(), house.enrolled()
    house.earned(ada, 100)
    gift = (
        'mutation G%d { transferPoints(input: {idempotencyKey: "k%d", toMemberId: "'
        + grace
        + '", currency: "STARS", points: 10}) { transaction { id } } }'
    )
    query = " ".join(gift % (n, n) for n in range(5))
    api = Api(house)
    assert codes(api.post(as_member(ada), query=query)) == ["GRAPHQL_VALIDATION_FAILED"]
    assert house.wallet(ada)["available"] == 100
    assert api.post(as_member(ada), query=query, operationName="G3").json()["data"]
    assert house.wallet(ada)["available"] == 90
    verified(house.store)
