"""Attack: a member's app, or nobody at all, asks as fast as it can."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from graphql import GraphQLError

from loyalty.actors import MemberActor
from loyalty.ports import StoreUnavailable
from loyalty.throttling import A_MINUTE, A_MINUTE_OF_NOBODY, Limiter
from schema.product import product_schema
from schema.rate_limits import known
from schema.tokens import Unauthenticated
from storage.memory_request_counts import MemoryRequestCounts
from tests.attacks.api import Api, codes
from tests.coalition import OPERATOR, House, as_member, contents, gid, verified

GIFT = """mutation ($input: TransferPointsInput!) {
    transferPoints(input: $input) { transaction { id } userErrors { code } } }"""


class Limited(Api):
    """An API that counts, with its clock in hand."""

    def __init__(self, house: House) -> None:
        self.now = datetime(2026, 11, 22, 12, 0, 30, tzinfo=UTC)
        limiter = Limiter(MemoryRequestCounts(), lambda: self.now)
        super().__init__(house, product_schema(limiter=limiter))


def test_one_mutation_too_many_waits_for_the_next_minute(house: House) -> None:
    """429, with when to come back; what was refused is not on the ledger; queries go on."""
    ada, grace = house.enrolled(), house.enrolled()
    other = {ada: grace, grace: ada}
    house.earned(ada, 1_000)
    api = Limited(house)

    def gift(member: str) -> Any:
        input_ = house.input(toMemberId=other[member], currency="STARS", points=1)
        return api.post(as_member(member), query=GIFT, variables={"input": input_})

    for _ in range(A_MINUTE[MemberActor]):
        assert gift(ada).json()["data"]["transferPoints"]["userErrors"] == []
    before = contents(house.store)
    refused = gift(ada)
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "30"
    (error,) = refused.json()["errors"]
    assert error["extensions"] == {"code": "RATE_LIMITED", "retryAfter": 30}
    assert contents(house.store) == before
    query = {"query": "query ($id: ID!) { member(id: $id) { id } }", "variables": {"id": ada}}
    assert api.post(as_member(ada), **query).json() == {"data": {"member": {"id": ada}}}
    assert gift(grace).status_code == 200
    api.now += timedelta(seconds=30)
    assert gift(ada).json()["data"]["transferPoints"]["userErrors"] == []
    verified(house.store)


def test_aliases_and_batches_are_counted_each(house: House) -> None:
    """Thirty mutations in one document are thirty: two such documents are a member's minute."""
    ada = as_member(house.enrolled())
    fields = " ".join(f"a{n}: makeReferralCode(input: $input) {{ code }}" for n in range(30))
    query = f"mutation ($input: MakeReferralCodeInput!) {{ {fields} }}"
    api = Limited(house)
    variables = {"input": {"idempotencyKey": "k", "ownerId": house.enrolled()}}
    statuses = [api.post(ada, query=query, variables=variables).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]


def test_nobody_from_one_place_waits_as_well() -> None:
    """A flood without a token, or with tokens that are none, ends at 429; others are heard."""
    limiter = Limiter(MemoryRequestCounts(), lambda: datetime(2026, 11, 22, 12, tzinfo=UTC))

    def garbage() -> None:
        raise Unauthenticated("The token is not valid.")

    for n in range(A_MINUTE_OF_NOBODY):
        if n % 2:
            assert known(lambda: None, "192.0.2.1", limiter) is None
        else:
            with pytest.raises(Unauthenticated):
                known(garbage, "192.0.2.1", limiter)
    for find in (lambda: None, garbage):
        with pytest.raises(GraphQLError) as caught:
            known(find, "192.0.2.1", limiter)
        assert caught.value.extensions == {"code": "RATE_LIMITED", "retryAfter": 60}
    assert known(lambda: None, "192.0.2.2", limiter) is None
    # Whoever has a token is known by it, not by the place.
    assert known(lambda: MemberActor("ada"), "192.0.2.1", limiter) == MemberActor("ada")


def test_dear_queries_count_as_mutations_do(house: House) -> None:
    """Each reading of the whole ledger is twenty mutations; what is cheap is not counted."""
    api, partner = Limited(house), gid("Partner", "grocer")
    period = 'since: "2026-01-01T00:00:00.000Z", until: "2027-01-01T00:00:00.000Z"'
    query = (
        f'{{ statement(input: {{partnerId: "{partner}", {period}}}) {{ userErrors {{ code }} }} }}'
    )
    passed = [api.post(OPERATOR, query=query).status_code for _ in range(31)]
    assert passed == [200] * 30 + [429]
    cheap = [api.post(OPERATOR, query="{ coalition { origin } }").status_code for _ in range(5)]
    assert cheap == [200] * 5


def test_counts_that_do_not_answer_stop_mutations_alone(house: House) -> None:
    """The request was not done, and may be sent again; queries are answered meanwhile."""

    class Silent:
        def counted(self, *_: object) -> int:
            raise StoreUnavailable("no answer from table wallets-prod")

    api = Api(house, product_schema(limiter=Limiter(Silent(), lambda: datetime.now(UTC))))
    ada = as_member(house.enrolled())
    variables = {"input": house.input(toMemberId=house.enrolled(), currency="STARS", points=1)}
    before = contents(house.store)
    refused = api.post(ada, query=GIFT, variables=variables)
    assert codes(refused) == ["UNAVAILABLE"]
    assert refused.status_code == 503
    assert "wallets-prod" not in refused.text
    assert contents(house.store) == before
    assert api.post(ada, query="{ coalition { origin } }").status_code == 200
