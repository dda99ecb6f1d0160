"""The product's map of costs: that it is whole, and that it is true."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
from graphql import (
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    get_named_type,
)

from loyalty.actors import Actor
from schema.weights import ALONE, WEIGHTS
from storage.memory import MemoryStore
from tests.coalition import FUEL, GROCER, OPERATOR, SCHEMA, STARS, House, as_member, gid
from tests.requests_of_each import EACH
from tests.results import RESULTS

TYPES = SCHEMA._schema.type_map
COMPOSITE = [
    type_
    for name, type_ in TYPES.items()
    if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType) and not name.startswith("__")
]


class Counting(MemoryStore):
    """Counts the rows that it is asked for: at least one for each call.

    What is new of the governance a process reads once, so to ask for it counts as one.
    """

    rows = 0
    _inside = False

    def _counted(self, rows: Callable[[Any], int], name: str, *args: Any) -> Any:
        read = getattr(super(), name)
        if self._inside:  # one of its reads by way of another
            return read(*args)
        self._inside = True
        try:
            found = read(*args)
        finally:
            self._inside = False
        self.rows += max(rows(found), 1)
        return found

    def wallet(self, *args: Any) -> Any:
        return self._counted(_one, "wallet", *args)

    def wallets(self, wallets: Any) -> Any:
        return self._counted(lambda _: len(wallets), "wallets", wallets)

    def wallet_history(self, *args: Any) -> Any:
        return self._counted(len, "wallet_history", *args)

    def wallet_rows(self, *args: Any) -> Any:
        return self._counted(len, "wallet_rows", *args)

    def wallet_row(self, *args: Any) -> Any:
        return self._counted(_one, "wallet_row", *args)

    def transactions(self, ids: Any) -> Any:
        return self._counted(lambda _: len(ids), "transactions", ids)

    def governance(self, after_seq: int) -> Any:
        return self._counted(_one, "governance", after_seq)

    def sealed_at(self) -> Any:
        return self._counted(_one, "sealed_at")

    def record(self, *args: Any) -> Any:
        return self._counted(_one, "record", *args)

    def records(self, kind: Any, ids: Any) -> Any:
        return self._counted(lambda _: len(ids), "records", kind, ids)

    def standing(self, *args: Any) -> Any:
        return self._counted(_one, "standing", *args)


def _one(_found: object) -> int:
    return 1


def counting_house() -> tuple[House, Counting]:
    store = Counting()
    return House(store), store


def rows_and_cost(
    house: House, store: Counting, document: str, actor: Actor, variables: dict[str, Any]
) -> tuple[int, int]:
    """What a document has read, and what it may."""
    store.rows = 0
    answer = house.execute(document, actor, **variables)
    assert answer.errors == []
    if document.startswith("mutation"):
        (result,) = answer.data.values()
        assert result["userErrors"] == []
    return store.rows, SCHEMA.documents.admit(document).cost.rows(None, variables)


def costs(type_: Any, seen: tuple[str, ...] = ()) -> bool:
    """Whether anything that can be selected of a type reads rows."""
    if not hasattr(type_, "fields") or type_.name in seen:
        return False
    weights = WEIGHTS.get(type_.name, {})
    return any(
        name in weights or costs(get_named_type(field.type), (*seen, type_.name))
        for name, field in type_.fields.items()
    )


def lists() -> Iterator[tuple[str, str]]:
    """Every list whose items have something to select that reads rows."""
    for type_ in COMPOSITE:
        for name, field in type_.fields.items():
            nullable = field.type.of_type if isinstance(field.type, GraphQLNonNull) else field.type
            if isinstance(nullable, GraphQLList) and costs(get_named_type(field.type)):
                yield type_.name, name


def test_every_list_that_can_read_has_a_length() -> None:
    """Without one it would count as one item; a page's edges are counted by its connection."""
    found = set(lists())
    assert ("Member", "wallets") in found
    edges = {(type_, name) for type_, name in found if name == "edges"}
    # Its orders are counted by the mutation, whose input has them.
    counted = edges | {("RecordPurchasesPayload", "results")}
    assert {each for each in found - counted if each[1] not in WEIGHTS.get(each[0], {})} == set()


def test_every_page_is_as_long_as_it_is_asked_for() -> None:
    """A connection's weight is by its `first`."""
    pages = [
        (type_.name, name)
        for type_ in COMPOSITE
        for name, field in type_.fields.items()
        if "first" in field.args
    ]
    assert len(pages) > 5
    for type_, name in pages:
        items = WEIGHTS[type_][name].items
        assert not isinstance(items, int), (type_, name)
        assert items.path == ("first",)


def test_every_query_has_a_weight_and_no_weight_is_of_nothing() -> None:
    """What is added to the schema has to be weighed, and what leaves it goes from the map."""
    assert set(WEIGHTS["Query"]) == set(TYPES["Query"].fields)
    for type_, fields in WEIGHTS.items():
        assert set(fields) - {"*"} <= set(TYPES[type_].fields), type_


@pytest.mark.parametrize("name", EACH)
def test_mutation_reads_no_more_than_it_costs(name: str) -> None:
    """All that a mutation answers with is asked for, and the store counts."""
    house, store = counting_house()
    field, request = EACH[name]
    actor, input_ = request(house)
    type_ = f"{field[0].upper()}{field[1:]}Input!"
    result = f"{{ {RESULTS[field]} userErrors {{ code }} }}"
    document = f"mutation ($input: {type_}) {{ {field}(input: $input) {result} }}"
    rows, cost = rows_and_cost(house, store, document, actor, {"input": input_})
    assert 0 < rows <= cost <= SCHEMA.limits.rows


WALLET = """{ currency available lapsed held lots { points } head { seq } member { id }
    transactions(first: $first) { edges { node { kind postings { amount } of { id }
    recognition { message giverName receiverName } } } } }"""
QUERIES = {
    "wallet": f"query ($wallet: ID!, $first: Int!) {{ wallet(id: $wallet) {WALLET} }}",
    "member": f"""query ($member: ID!, $programme: ID!) {{ member(id: $member) {{
        displayName externalIds {{ id }} consents {{ given }} consentLog {{ given }}
        vouchers {{ id }} giftCards {{ id balance }} wallets {WALLET.replace("$first", "5")}
        standing(programmeId: $programme) {{ segments }} }} }}""",
    "coalition": """{ coalition { entryKeys logKeys currencies { code } governance { seq }
        partners { edges { node { name keys } } }
        programmes(first: 20) { edges { node { document rewards { name
        partner { keys } } } } } } }""",
    "node": """query ($wallet: ID!, $first: Int!) { node(id: $wallet) { ... on Wallet {
        available transactions(first: $first) { edges { node { kind } } } } } }""",
    "previewEarn": """query ($member: ID!, $partner: ID!) { previewEarn(input: {partnerId: $partner,
        memberId: $member, amount: {minor: 500, currency: "USD"}}) {
        decisions { points programme { name document rewards { partner { name } } } } } }""",
    "dryRun": """query ($text: Document!) { dryRun(input: {document: $text, orders: [{
        partner: "grocer", amount: {minor: 500, currency: "USD"},
        purchasedAt: "2026-11-01T00:00:00.000Z"}]}) { orders } }""",
    "openFeedback": """query { openFeedback(first: 60) { edges { node { text note
        member { id } } } } feedbackFigures { given } }""",
    "givenFeedback": """query ($member: ID!) { givenFeedback(memberId: $member, first: 60) { edges {
        node { text note member { id } } } } }""",
    "endpoints": "{ endpoints { url publicKeys } }",
    # Each of these is about one weight: nothing else of the document has room for what it forgets.
    "page alone": """query ($wallet: ID!) { wallet(id: $wallet) { transactions(first: 24) { edges {
        node { kind } } } } }""",
    "open alone": "{ openFeedback(first: 12) { edges { node { score } } } }",
    "given alone": """query ($member: ID!) { givenFeedback(memberId: $member, first: 12) { edges {
        node { score } } } }""",
    "words alone": """query ($member: ID!) { givenFeedback(memberId: $member, first: 12) { edges {
        node { text } } } }""",
    "partners alone": "{ coalition { partners(first: 3) { edges { node { name } } } } }",
    "partner alone": "query ($partner: ID!) { partner(id: $partner) { name } }",
    "programme alone": "query ($programme: ID!) { programme(id: $programme) { name } }",
    "document alone": "query ($programme: ID!) { programme(id: $programme) { document } }",
    "member alone": "query ($member: ID!) { member(id: $member) { displayName } }",
    "ids alone": "query ($member: ID!) { member(id: $member) { externalIds { id } } }",
    "member's node alone": "query ($member: ID!) { node(id: $member) { id } }",
    "partner's node alone": "query ($partner: ID!) { node(id: $partner) { id } }",
    "wallet alone": "query ($wallet: ID!) { wallet(id: $wallet) { available } }",
    "wallet's member alone": "query ($wallet: ID!) { wallet(id: $wallet) { member { id } } }",
    "currencies alone": "{ coalition { currencies { code } } }",
    "figures alone": "{ feedbackFigures { given } }",
    "waiting alone": "{ adjustmentsWaiting(first: 1) { edges { node { reason } } } }",
    "programmes' partners alone": """{ coalition { programmes(first: 2) { edges { node { rewards {
        partner { name } } } } } } }""",
    "keys alone": "{ coalition { partners(first: 3) { edges { node { keys } } } } }",
    "programmes alone": "{ coalition { programmes(first: 2) { edges { node { name } } } } }",
    "preview alone": """query ($member: ID!, $partner: ID!) { previewEarn(input: {memberId: $member,
        partnerId: $partner, amount: {minor: 500, currency: "USD"}}) { decisions { points } } }""",
    "standing alone": """query ($member: ID!, $programme: ID!) { member(id: $member) {
        standing(programmeId: $programme) { segments } } }""",
    "wallets alone": "query ($member: ID!) { member(id: $member) { wallets { available } } }",
    "of alone": """query ($wallet: ID!) { wallet(id: $wallet) { transactions(first: 24) { edges {
        node { of { id } } } } } }""",
}


@cache
def full_house() -> tuple[House, str]:
    """One with a member who has done a dozen of each thing, to copy, and that member."""
    house = House()
    member, other = house.enrolled(), house.enrolled()
    for _ in range(12):
        house.earned(member, 60)
        house.done(FUEL, "recordPurchase", house.purchase(member, 100, FUEL))
        gift = house.input(toMemberId=other, currency="STARS", points=1)
        house.done(as_member(member), "transferPoints", gift)
        said = house.input(
            memberId=member, partnerId=gid("Partner", "grocer"), score=9, text="Good"
        )
        house.done(as_member(member), "giveFeedback", said)
    return house, member


@pytest.mark.parametrize("name", QUERIES)
@pytest.mark.parametrize("who", ["operator", "partner", "member"])
def test_query_reads_no_more_than_it_costs(name: str, who: str) -> None:
    """Long pages of what there is, asked for by each kind of actor."""
    made, member = full_house()
    store = Counting()
    house = made.copied(store)
    actor = {"operator": OPERATOR, "partner": GROCER, "member": as_member(member)}[who]
    given = {
        "wallet": house.wallet(member)["id"],
        "member": member,
        "partner": gid("Partner", "grocer"),
        "programme": gid("Programme", "stars"),
        "first": 60,
        "text": STARS,
    }
    document = QUERIES[name]
    given = {key: value for key, value in given.items() if f"${key}:" in document}
    rows, cost = rows_and_cost(house, store, document, actor, given)
    assert rows <= cost


def test_what_takes_a_request_of_its_own_leaves_room_for_one() -> None:
    """One fits, two do not."""
    assert ALONE <= SCHEMA.limits.rows < 2 * ALONE


def test_page_of_pages_is_refused() -> None:
    """A hundred adjustments, each with a hundred transactions of its member's wallet."""
    document = """{ adjustmentsWaiting(first: 100) { edges { node { member {
        wallet(currency: "STARS") { transactions(first: 100) { edges { node { kind } } } } } } } } }
    """
    assert SCHEMA.documents.admit(document).cost.rows(None, {}) > 10_000
    assert House().execute(document, OPERATOR).codes == ["COST_EXCEEDED"]
