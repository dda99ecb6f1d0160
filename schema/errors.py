"""What clients see of a refusal: `userErrors` beside each mutation's result."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import strawberry

from loyalty.refusals import Code, Refused
from schema import shapes
from schema.context import Context

ErrorCode = strawberry.enum(Code, name="ErrorCode", description="Why a request was refused.")


@shapes.object_type(description="Why nothing was written, and what to do about it.")
class UserError:
    code: ErrorCode  # type: ignore[valid-type]
    field: list[str] = shapes.field(description="The path of the input field that caused it.")
    message: str

    @classmethod
    def of(cls, refused: Refused) -> "UserError":
        return cls(code=refused.code, field=list(refused.field), message=refused.message)


@shapes.interface_type(description="Either a result or the reasons why there is none.")
class Payload:
    user_errors: list[UserError] = shapes.field(default_factory=list)


P = TypeVar("P", bound=Payload)


async def answered(context: Context, payload: type[P], act: Callable[[], Awaitable[P]]) -> P:
    """What `act` answers, or a payload that says why it was refused."""
    try:
        return await act()
    except Refused as refused:
        context.refusals.append(refused.code)
        return payload(user_errors=[UserError.of(refused)])
