"""A small schema under the limits, and requests to it."""

import asyncio
from typing import Any, NewType

import strawberry
from graphql import GraphQLError
from strawberry.schema.config import StrawberryConfig

from schema import limits
from schema.direct import DirectSchema
from schema.measure import Limits

Points = NewType("Points", int)
Member = NewType("Member", str)


class MalformedMemberError(ValueError):
    """An exception of the business's own, which knows nothing of GraphQL."""

    extensions = {"code": "MALFORMED_MEMBER"}  # noqa: RUF012


def parse_points(value: object) -> int:
    """Three ways for a scalar to refuse a value."""
    if value == "coded":
        raise GraphQLError("no such points", extensions={"code": "POINTS_MALFORMED"})
    if value == "uncoded":
        raise GraphQLError("no such points")
    return int(str(value))


def parse_member(value: object) -> str:
    """Refuse every member."""
    raise MalformedMemberError(f"member {value}")


@strawberry.input(one_of=True)
class Basis:
    """Either of two."""

    flat: strawberry.Maybe[int]
    rate: strawberry.Maybe[int]


@strawberry.type
class Query:
    """Fields that succeed and fail in each way that counts."""

    @strawberry.field
    def one(self) -> int:
        """Succeed."""
        return 1

    @strawberry.field
    def again(self) -> "Query":
        """Nest."""
        return Query()

    @strawberry.field
    def double(self, n: int = 3) -> int:
        """Take an argument."""
        return 2 * n

    @strawberry.field
    def worth(self, points: Points) -> int:
        """Take a scalar."""
        return int(points)

    @strawberry.field
    def member(self, id: Member) -> str:  # noqa: A002
        """Take a scalar that always refuses."""
        return str(id)

    @strawberry.field
    def earned(self, basis: Basis) -> int:
        """Take a one-of."""
        return 1 if basis else 0

    @strawberry.field
    def refused(self) -> int:
        """Fail as planned."""
        raise GraphQLError("too few points", extensions={"code": "INSUFFICIENT", "left": 3})

    @strawberry.field
    def broken(self) -> int | None:
        """Fail as nobody planned."""
        raise KeyError("the table is wallets-prod")

    @strawberry.field
    def huge(self) -> int:
        """Return what its type cannot hold."""
        return 2**40

    @strawberry.field
    async def echo(self, text: str) -> str:
        """Let others run first."""
        await asyncio.sleep(0)
        return text


CONFIG = StrawberryConfig(
    scalar_map={
        Points: strawberry.scalar(name="Points", parse_value=parse_points),
        Member: strawberry.scalar(name="Member", parse_value=parse_member),
    }
)


def make_schema(**bounds: Any) -> DirectSchema:
    """Make a schema of its own for each test, since the caches are the schema's."""
    schema = DirectSchema(Query, config=CONFIG)
    schema.limits = Limits(**bounds)
    schema.introspection = True
    return schema


def run(query: str, variables: dict[str, Any] | None = None, schema: Any = None) -> Any:
    """Execute on both paths of Strawberry and on ours, which must agree, and give a result."""
    schema = schema or make_schema()
    result = schema.execute_sync(query, variables)
    for execute in (type(schema).execute, limits.Schema.execute):
        other = asyncio.run(execute(schema, query, variables))
        assert (other.data, codes(other)) == (result.data, codes(result))
    return result


def codes(result: Any) -> list[str]:
    """List the code of each error."""
    return [error.formatted["extensions"]["code"] for error in result.errors or []]


def nested(depth: int) -> str:
    """Make a query of so many nested fields."""
    return "{" + "again {" * (depth - 1) + "one" + "}" * depth
