"""Attack: one document asks for the same thing over and over under other names."""

import pytest

from tests.attacks.api import Api, codes
from tests.coalition import GROCER, OPERATOR, House, as_member, contents, gid, verified

GIFT = """transferPoints(input: {idempotencyKey: "k%d", toMemberId: "%s", currency: "STARS",
    points: 1}) { transaction { id } }"""


def test_many_aliases_of_a_query_are_refused(house: House) -> None:
    """31 of a field that costs next to nothing are one too many, on their own or in a fragment."""
    api = Api(house)
    aliases = " ".join(f"a{n}: __typename" for n in range(31))
    for query in (f"{{ {aliases} }}", f"{{ ...F }} fragment F on Query {{ {aliases} }}"):
        refused = api.post(OPERATOR, query=query)
        assert codes(refused) == ["GRAPHQL_VALIDATION_FAILED"] * len(refused.json()["errors"])
        assert "aliases" in refused.text


def test_few_aliases_of_what_is_dear_are_refused(house: House) -> None:
    """Thirty proofs, or two statements, are within the aliases and beyond the cost."""
    api = Api(house)
    wallet = gid("Wallet", "w")
    proofs = " ".join(
        f'a{n}: balanceProof(walletId: "{wallet}") b{n}: receipt(transactionId: "{wallet}")'
        for n in range(15)
    )
    period = 'since: "2026-01-01T00:00:00.000Z", until: "2027-01-01T00:00:00.000Z"'
    statement = f'statement(input: {{partnerId: "{gid("Partner", "grocer")}", {period}}})'
    assert codes(api.post(GROCER, query=f"{{ {proofs} {proofs.replace('a', 'c')} }}"))
    twice = f"{{ a: {statement} {{ totals {{ minor }} }} b: {statement} {{ totals {{ minor }} }} }}"
    assert codes(api.post(GROCER, query=twice)) == ["COST_EXCEEDED"]


@pytest.mark.parametrize("count", [31, 300, 5_000])
def test_many_mutations_in_one_document_do_nothing(house: House, count: int) -> None:
    """Not the first thirty of them either."""
    ada, grace = house.enrolled(), house.enrolled()
    house.earned(ada, 100)
    before = contents(house.store)
    fields = " ".join(f"a{n}: {GIFT % (n, grace)}" for n in range(count))
    assert codes(Api(house).post(as_member(ada), query=f"mutation {{ {fields} }}"))
    assert contents(house.store) == before
    verified(house.store)


def test_repeated_field_without_an_alias_is_one(house: House) -> None:
    """GraphQL merges them: what stands there a hundred times is done once."""
    ada, grace = house.enrolled(), house.enrolled()
    house.earned(ada, 100)
    query = "mutation { " + (GIFT % (1, grace)) * 20 + " }"
    answer = Api(house).post(as_member(ada), query=query).json()
    assert answer["data"]["transferPoints"]["transaction"] is not None
    assert house.wallet(ada)["available"] == 99
    verified(house.store)
