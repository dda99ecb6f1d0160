"""The scalars of the schema."""

from typing import NewType

import strawberry
from graphql import GraphQLError
from strawberry.schema.config import StrawberryConfig

from ledger.canonical import MAX_INTEGER
from ledger.errors import shown

Points = NewType("Points", int)
"""An amount in minor units, of points or of money: an integer within 2^53 - 1, never a fraction."""

LogSize = NewType("LogSize", int)
"""How many entries a log has, or the index of one: an integer within 2^53 - 1, never below 0."""

Document = NewType("Document", object)
"""A JSON object in the ledger's canonical JSON: integers, no null, NFC texts."""


def bad_input(message: str) -> GraphQLError:
    return GraphQLError(message, extensions={"code": "BAD_USER_INPUT"})


def _parse_points(value: object) -> Points:
    if type(value) is not int or not -MAX_INTEGER <= value <= MAX_INTEGER:
        raise bad_input(f"An amount is an integer within {MAX_INTEGER} of 0, not {_shown(value)}.")
    return Points(value)


def _parse_size(value: object) -> LogSize:
    if type(value) is not int or not 0 <= value <= MAX_INTEGER:
        raise bad_input(f"A size is an integer from 0 to {MAX_INTEGER}, not {_shown(value)}.")
    return LogSize(value)


def _shown(value: object) -> str:
    # Python refuses to write out an integer of thousands of digits.
    if type(value) is int and value.bit_length() > 128:
        return f"one of {value.bit_length()} bits"
    return shown(value)


CONFIG = StrawberryConfig(
    scalar_map={
        Points: strawberry.scalar(
            name="Points",
            description="An amount in minor units: an integer within 2^53 - 1.",
            serialize=int,
            parse_value=_parse_points,
        ),
        LogSize: strawberry.scalar(
            name="LogSize",
            description="How many entries a log has, or the index of one: 0 to 2^53 - 1.",
            serialize=int,
            parse_value=_parse_size,
        ),
        Document: strawberry.scalar(
            name="Document",
            description="JSON within RFC 8785, with integers alone, no null and NFC texts.",
            serialize=lambda value: value,
            # What of it is not so is refused with its path, beside the other inputs' faults.
            parse_value=lambda value: value,
        ),
    },
)
