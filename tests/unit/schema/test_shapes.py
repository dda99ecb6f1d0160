"""Types declared with `schema.shapes` are what Strawberry's own decorators would have made."""

import asyncio
import subprocess
import sys
from enum import Enum
from types import SimpleNamespace
from typing import TYPE_CHECKING, Annotated, Any

import pytest
import strawberry
from strawberry.relay import GlobalID, Node, NodeID

from schema import shapes
from schema.product import product_schema
from schema.scalars import CONFIG, Points

OURS = shapes
STRAWBERRYS = SimpleNamespace(
    object_type=strawberry.type,
    input_type=strawberry.input,
    interface_type=strawberry.interface,
    field=strawberry.field,
    resolver=strawberry.field,
    mutation=strawberry.mutation,
)
EITHER = pytest.mark.parametrize("by", [OURS, STRAWBERRYS], ids=["shapes", "strawberry"])
_BY_STRAWBERRY = """
import strawberry
from strawberry.tools import merge_types
from schema import shapes
shapes.object_type, shapes.input_type = strawberry.type, strawberry.input
shapes.interface_type = strawberry.interface
shapes.merged = lambda name, parts: merge_types(name, tuple(map(strawberry.type, parts)))
shapes.field = shapes.resolver = shapes.mutation = strawberry.field
from schema.product import product_schema
print(product_schema().as_str())
"""
QUERY = """query ($basket: BasketInput!) {
    shop(id: "U2hvcDpncm9jZXI=") { __typename id name upper tags(first: 2) prices { minor } }
    priced(basket: $basket, rate: DOUBLE, from: 1) { points ... on Receipt { note } }
    again: priced(basket: {lines: [{sku: "a"}]}) { points ... on Receipt { note lines } }
}"""


@strawberry.enum
class Rate(Enum):
    SINGLE = 1
    DOUBLE = 2


def _schema(by_: Any) -> strawberry.Schema:
    """A schema of every kind of type and member that the product has."""
    if TYPE_CHECKING:
        by = shapes
    else:
        by = by_

    @by.object_type(description="An amount.")
    class Price:
        minor: Points = by.field(description="In minor units.")

    @by.object_type(description="Where things are bought.")
    class Shop(Node):
        key: NodeID[str]
        name: str
        kept: strawberry.Private[list[int]]

        @by.resolver(description="The name in capitals.")
        def upper(self) -> str:
            return self.name.upper()

        @by.resolver()
        async def tags(
            self, info: strawberry.Info, first: int = 1, of: str | None = None
        ) -> list[str]:
            return [info.field_name, of or "none"][:first]

        @by.resolver()
        def prices(self) -> list[Price] | None:
            return [Price(minor=Points(each)) for each in self.kept]

    @by.input_type()
    class LineInput:
        sku: str
        quantity: int = 3

    @by.input_type(description="What is bought.")
    class BasketInput:
        lines: list[LineInput]
        shop: GlobalID | None = by.field(default=None, description="Where.")
        notes: list[str] = by.field(default_factory=list)

    @by.interface_type(description="What came of it.")
    class Outcome:
        points: Points | None = by.field(default=None, description="Of all.")

    @by.object_type()
    class Receipt(Outcome):
        note: str | None = None
        lines: list[str] = by.field(default_factory=list)

    @by.object_type()
    class Query:
        @by.resolver(description="A shop.")
        async def shop(self, id: GlobalID) -> Shop | None:  # noqa: A002
            return Shop(key=id.node_id, name=id.node_id, kept=[5, 7])

        @by.resolver()
        def priced(
            self,
            basket: BasketInput,
            rate: Rate = Rate.SINGLE,
            from_: Annotated[int, strawberry.argument(name="from", description="As of.")] = 0,
        ) -> Outcome:
            times = rate.value * (1 + from_)
            quantity = sum(line.quantity for line in basket.lines)
            return Receipt(
                points=Points(quantity * times),
                note=str(basket.shop),
                lines=[line.sku for line in basket.lines] + basket.notes,
            )

    @by.object_type()
    class Mutation:
        @by.mutation(description="Nothing.")
        def nothing(self, info: strawberry.Info) -> Receipt:
            return Receipt(note=info.field_name)

    return strawberry.Schema(Query, Mutation, types=[Receipt], config=CONFIG)


def test_the_same_declarations_make_the_same_schema() -> None:
    """Every kind of member, described or not, with a default or a resolver, inherited or not."""
    assert _schema(OURS).as_str() == _schema(STRAWBERRYS).as_str()


@EITHER
def test_requests_are_answered_the_same(by: Any) -> None:
    """Inputs come as their types, what is absent by its default, answers by their methods."""
    basket = {"lines": [{"sku": "b", "quantity": 4}, {"sku": "c"}], "shop": "U2hvcDpncm9jZXI="}
    answer = asyncio.run(_schema(by).execute(QUERY, {"basket": basket}))
    assert answer.errors is None
    assert answer.data == {
        "shop": {
            "__typename": "Shop",
            "id": "U2hvcDpncm9jZXI=",
            "name": "grocer",
            "upper": "GROCER",
            "tags": ["tags", "none"],
            "prices": [{"minor": 5}, {"minor": 7}],
        },
        "priced": {"points": 28, "note": "U2hvcDpncm9jZXI="},
        "again": {"points": 3, "note": "None", "lines": ["a"]},
    }


def test_the_product_is_the_same_by_strawberrys_own_decorators() -> None:
    """All of its types, and so all that clients see of them."""
    run = [sys.executable, "-P", "-c", _BY_STRAWBERRY]
    printed = subprocess.run(run, check=True, capture_output=True, text=True, timeout=120).stdout
    assert printed == product_schema().as_str() + "\n"


@shapes.object_type()
class Basket:
    shop: str
    lines: list[str] = shapes.field(default_factory=list)
    note: str | None = None

    @shapes.resolver()
    def size(self) -> int:
        return len(self.lines)


@pytest.mark.parametrize("given", [{}, {"lines": []}, {"shop": "grocer", "sise": 1}])
def test_members_are_given_by_their_names_or_not_at_all(given: dict[str, Any]) -> None:
    """A name that is missing, or that no member has, is a mistake of whoever wrote it."""
    with pytest.raises(TypeError, match="Basket: missing, or not one of its members"):
        Basket(**given)


def test_what_has_a_default_need_not_be_given() -> None:
    """A list is a new one for each, and a method answers for its own."""
    one, other = Basket(shop="grocer"), Basket(shop="baker", note="new")
    one.lines.append("milk")
    assert (one.note, one.size(), other.note, other.size()) == (None, 1, "new", 0)


def test_what_a_type_inherits_is_given_and_made_as_its_own() -> None:
    """What must be given of it, what has a default, and what is made anew for each."""

    @shapes.object_type()
    class Hamper(Basket):
        ribbon: bool = True

    plain: dict[str, Any] = {"ribbon": False}
    with pytest.raises(TypeError, match=r"Hamper: missing, or not one of its members: \['shop'\]"):
        Hamper(**plain)
    one, other = Hamper(shop="grocer"), Hamper(shop="baker", **plain)
    one.lines.append("milk")
    assert (one.ribbon, one.note, one.size()) == (True, None, 1)
    assert (other.ribbon, other.lines) == (False, [])


def test_a_member_is_declared_once() -> None:
    """What a class inherits it has as it was declared."""
    with pytest.raises(TypeError, match="declares a member anew"):

        @shapes.object_type()
        class _Of(Basket):
            shop: str = "grocer"


def test_two_queries_of_one_name_are_a_mistake() -> None:
    """One of them would be answered by nobody."""

    class One:
        @shapes.resolver()
        def basket(self) -> Basket:
            return Basket(shop="grocer")

    with pytest.raises(ValueError, match="One answers to a name that another of Query does"):
        shapes.merged("Query", [One, One])


def test_a_type_that_is_nowhere_is_found_out_when_the_schema_is_built() -> None:
    """And not when somebody asks for it."""

    @shapes.object_type()
    class Query:
        @shapes.resolver()
        def basket(self) -> "Baskett": ...  # type: ignore[name-defined]  # noqa: F821

    with pytest.raises((NameError, TypeError), match="Baskett"):
        strawberry.Schema(Query)
