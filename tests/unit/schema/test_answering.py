"""A schema that answers directly answers what Strawberry's own resolvers do."""

import asyncio
from collections.abc import Callable
from enum import Enum
from typing import Any, cast

import pytest
import strawberry
from graphql import GraphQLObjectType
from strawberry.extensions import FieldExtension
from strawberry.relay import GlobalID, Node, NodeID

from schema.answering import answer_directly


@strawberry.enum
class Rate(Enum):
    SINGLE = 1
    DOUBLE = 2


@strawberry.input
class Line:
    sku: str
    unit_minor: int = 3


@strawberry.interface
class Outcome:
    points: int


@strawberry.type
class Receipt(Outcome):
    lines: list[str]


class Loud(FieldExtension):
    def resolve(self, next_: Callable[..., Any], source: Any, info: Any, **kwargs: Any) -> Any:
        return str(next_(source, info, **kwargs)).upper()


@strawberry.type
class Shop(Node):
    key: NodeID[str]
    name: str
    told: str = strawberry.field(name="said", default="as it is called")

    @strawberry.field
    def plain(self) -> str:
        return self.name[::-1]

    @strawberry.field(extensions=[Loud()])
    def loud(self, name: str = "nobody") -> str:
        return f"{self.name} {name}"

    @strawberry.field
    async def later(self, info: strawberry.Info) -> list[str]:
        await asyncio.sleep(0)
        return [info.field_name, str(info.variable_values["id"]), info.context]

    @strawberry.field
    def rooted(root: "Shop") -> str:  # noqa: N805 - Strawberry's other name for it
        return root.name

    @strawberry.field
    def fails(self) -> str | None:
        raise ValueError("no such shelf")


@strawberry.type
class Query:
    @strawberry.field
    async def shop(self, id: GlobalID) -> Shop | None:  # noqa: A002
        return Shop(key=id.node_id, name=id.node_id)

    @strawberry.field
    def bought(
        self, all_lines: list[Line], rate: Rate = Rate.SINGLE, shop: GlobalID | None = None
    ) -> Outcome:
        minor = sum(line.unit_minor for line in all_lines)
        return Receipt(points=minor * rate.value, lines=[*(x.sku for x in all_lines), str(shop)])

    @strawberry.field
    async def certain(self, id: GlobalID) -> Shop:  # noqa: A002
        return Shop(key=id.node_id, name=id.node_id)

    @strawberry.field
    def default(self) -> int:
        return 0 if self is None else 1


SHOP = "U2hvcDpncm9jZXI="
DOCUMENTS = [
    "{ __typename default }",
    "query ($id: ID!) { shop(id: $id) { id name said plain loud later rooted } }",
    'query ($id: ID!) { shop(id: $id) { a: loud(name: "x") b: fails __typename } }',
    """query ($id: ID!) { bought(allLines: [{sku: "a"}, {sku: "b", unitMinor: 4}], rate: DOUBLE,
        shop: $id) { points ... on Receipt { lines } } }""",
    "query ($line: Line!) { bought(allLines: [$line]) { ... on Receipt { lines points } } }",
    'query ($rate: Rate! = DOUBLE) { bought(allLines: {sku: "c"}, rate: $rate) { points } }',
    '{ shop(id: "none of ours") { name } default }',
    "{ __schema { queryType { name fields { name args { name defaultValue } } } } }",
]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_same_is_answered(document: str) -> None:
    """Members, methods, arguments and their defaults, ids, extensions, errors and their places."""
    stock, direct = (strawberry.Schema(Query, types=[Receipt]) for _ in range(2))
    answer_directly(direct)
    variables = {"id": SHOP, "line": {"sku": "d"}}
    answers = [
        asyncio.run(each.execute(document, variables, context_value="ours"))
        for each in (stock, direct)
    ]
    assert answers[0] == answers[1]
    assert answers[0].data is not None


def test_nothing_goes_on_behind_an_answer() -> None:
    """Where an argument is refused of a field that must be there, the fields beside it end, too."""
    schema = strawberry.Schema(Query)
    answer_directly(schema)
    document = 'query ($id: ID!) { shop(id: $id) { later } certain(id: "none of ours") { name } }'

    async def answered() -> int:
        answer = await schema.execute(document, {"id": SHOP}, context_value="ours")
        assert answer.data is None
        return len(asyncio.all_tasks())

    assert asyncio.run(answered()) == 1


def test_only_a_field_with_an_extension_keeps_its_resolver() -> None:
    """So what is compared above is not Strawberry's with itself."""
    schema = strawberry.Schema(Query)
    answer_directly(schema)
    fields = cast(GraphQLObjectType, schema._schema.type_map["Shop"]).fields
    ours = {name for name, each in fields.items() if each.resolve.__module__ == "schema.answering"}
    assert fields.keys() - ours == {"loud"}
