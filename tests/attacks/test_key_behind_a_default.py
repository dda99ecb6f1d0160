"""Attack: a document that has an idempotency key of its own, as the default of a variable, under a
header with another: each request would be answered as the first was, and nothing be done.
"""

import pytest

from tests.attacks.api import Api
from tests.coalition import GROCER, House, contents, verified

RESULT = "{ member { displayName } userErrors { code } }"
INPUT = '{idempotencyKey: "own", displayName: "Ada"}'
DOCUMENTS = {
    "the input": f"""mutation ($input: EnrolMemberInput! = {INPUT}) {{
        enrolMember(input: $input) {RESULT} }}""",
    "the key": f"""mutation ($key: String! = "own") {{
        enrolMember(input: {{idempotencyKey: $key, displayName: "Ada"}}) {RESULT} }}""",
}


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
def test_a_header_is_not_passed_over_for_a_default(house: House, document: str) -> None:
    """They differ, which is said, and nothing is written; where they are equal it is done."""
    api, before = Api(house), contents(house.store)
    for key in ("first", "second"):
        refused = api.send(GROCER, json={"query": document}, headers={"Idempotency-Key": key})
        assert refused.status_code == 400
        assert "differ" in refused.json()["errors"][0]["message"]
        assert contents(house.store) == before
    done = api.send(GROCER, json={"query": document}, headers={"Idempotency-Key": "own"})
    answer = done.json()["data"]["enrolMember"]
    assert answer == {"member": {"displayName": "Ada"}, "userErrors": []}
    verified(house.store)
