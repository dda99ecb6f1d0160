"""Attack: directives by the thousand, repeated, unknown, or in the wrong place."""

import time

import pytest

from tests.attacks.api import Api, codes
from tests.coalition import OPERATOR, House, contents, verified

OVERLOADS = {
    "repeated": "{ __typename " + "@skip(if: false) " * 300 + "}",
    "unknown": "{ __typename " + "@a " * 900 + "}",
    "unknown, each another": "{ __typename " + " ".join(f"@a{n}" for n in range(900)) + " }",
    "past the tokens": "{ __typename " + "@a " * 10_000 + "}",
    "on the operation": "query " + "@a " * 900 + "{ __typename }",
    "on a variable": "query ($a: ID " + "@a " * 900 + ") { __typename }",
    "on a fragment": "{ ...F } fragment F on Query " + "@skip(if: true) " * 300 + "{ __typename }",
    "in the wrong place": "query @skip(if: true) { coalition { origin } }",
    "defer": "{ ... @defer { coalition { origin } } }",
    "stream": "{ coalition { currencies @stream(initialCount: 0) { code } } }",
    "definition": "directive @a on FIELD query { __typename @a }",
}


@pytest.mark.parametrize("name", OVERLOADS)
def test_overload_is_refused_at_once(house: House, name: str) -> None:
    """It never runs, and its answer is no larger for it than a hundred errors."""
    before = contents(house.store)
    begun = time.process_time()
    answer = Api(house).post(OPERATOR, query=OVERLOADS[name])
    # A step for each pair of directives would be a million; what is slow is slower than this.
    assert time.process_time() - begun < 20
    assert set(codes(answer)) <= {"GRAPHQL_VALIDATION_FAILED", "GRAPHQL_PARSE_FAILED"}
    assert len(answer.json()["errors"]) <= 101
    assert contents(house.store) == before
    verified(house.store)


def test_directives_that_may_stand_there_work(house: House) -> None:
    """`@skip` and `@include`, once each."""
    query = """query ($yes: Boolean!) { coalition { origin @include(if: $yes)
        now @skip(if: $yes) } }"""
    answer = Api(house).post(OPERATOR, query=query, variables={"yes": True}).json()
    assert answer["data"] == {"coalition": {"origin": house.coalition.origin}}
