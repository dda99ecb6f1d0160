"""Attack: fragments that spread each other until a server gives up."""

import time

import pytest

from tests.attacks.api import Api, codes
from tests.coalition import OPERATOR, House, contents, verified

CHAIN = " ".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(60))
BOMBS = {
    "2^60 spreads": f"{{ ...F0 }} {CHAIN} fragment F60 on Query {{ coalition {{ origin }} }}",
    "2^60 spreads to nowhere": f"{{ ...F0 }} {CHAIN}",
    "each compared with each": "{ "
    + " ".join(f"...P{n}" for n in range(51))
    + " } "
    + " ".join(f"fragment P{n} on Query {{ __typename }}" for n in range(51)),
    "own cycle": "{ ...F } fragment F on Query { ...F coalition { origin } }",
    "cycle of two": "{ ...F } fragment F on Query { ...G } fragment G on Query { ...F }",
    "cycle through fields": '{ node(id: "x") { ...F } } fragment F on Wallet { member { '
    "wallets { ...F } } }",
    "cycle that nobody spreads": "{ __typename } fragment F on Query { ...F }",
    "overlapping fields": "{ " + "...F " * 400 + "} fragment F on Query { __typename }",
    "nested inline": "{ " + "... on Query { " * 300 + "__typename" + " }" * 300 + " }",
    "deep": '{ node(id: "x") { ... on Wallet { '
    + "member { wallets { " * 40
    + "id"
    + " } }" * 40
    + " } } }",
}


@pytest.mark.parametrize("name", BOMBS)
def test_bomb_is_refused_at_once(house: House, name: str) -> None:
    """Before anything runs, in a time that has nothing to do with what it would come to."""
    api, before = Api(house), contents(house.store)
    begun = time.process_time()
    answer = api.post(OPERATOR, query=BOMBS[name])
    # 2^60 steps take ages: that it ends at all is what is shown, on the slowest of machines.
    assert time.process_time() - begun < 30
    assert set(codes(answer)) <= {"GRAPHQL_VALIDATION_FAILED", "GRAPHQL_PARSE_FAILED"}
    assert "Traceback" not in answer.text
    assert contents(house.store) == before
    verified(house.store)
