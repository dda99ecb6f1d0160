"""Inputs that several mutations share, and what of an input its sender signs."""

from typing import Protocol, cast

import strawberry
from strawberry.relay import GlobalID
from strawberry.types import has_object_definition
from strawberry.utils.str_converters import to_camel_case

from ledger.errors import shown
from loyalty.authority import Signature
from loyalty.committing import Request, request_of
from loyalty.purchases import Basket
from loyalty.refusals import Code, Refused
from loyalty.rules.orders import Line
from schema import shapes
from schema.context import Context
from schema.queries.ids import is_id_of
from schema.scalars import Points

SIGNATURES = frozenset({"signature", "signatures"})


@shapes.input_type(description="An amount of money.")
class MoneyInput:
    minor: Points = shapes.field(description="In minor units: cents of a dollar.")
    currency: str = shapes.field(description="An ISO 4217 code, like EUR.")


@shapes.input_type(description="One line of a receipt.")
class LineInput:
    sku: str
    category: str
    minor: Points = shapes.field(
        description="Of the whole line, after discounts, in minor units of the purchase's money."
    )
    quantity: int | None = shapes.field(
        default=None, description="How many units, like nights of a stay; absent: 1."
    )


@shapes.input_type(description="An Ed25519 signature over an instruction.")
class SignatureInput:
    key: str = shapes.field(description="The registered key's `name+hex(key id)`.")
    signature: str = shapes.field(description="64 bytes in base64.")

    def given(self) -> Signature:
        return Signature(self.key, self.signature)


class BasketInput(Protocol):
    """What inputs that describe a purchase have."""

    amount: MoneyInput
    channel: str | None
    store: str | None
    tender: str | None
    lines: list[LineInput] | None

    @property
    def purchased_at(self) -> str | None: ...


def basket_of(input_: BasketInput) -> Basket:
    return Basket(
        input_.amount.minor,
        input_.amount.currency,
        input_.purchased_at,
        input_.channel or "",
        input_.store or "",
        input_.tender or "",
        tuple(
            Line(each.sku, each.category, each.minor, 1 if each.quantity is None else each.quantity)
            for each in input_.lines or ()
        ),
    )


def given(signature: SignatureInput | None) -> Signature | None:
    return None if signature is None else signature.given()


def request(context: Context, input_: object) -> Request:
    """Who asks for what, known by its idempotency key. Raises Refused, Unauthenticated.

    Every mutation begins with it, so what an earlier one of the same document read is read again.
    """
    context.forget()
    key = input_.idempotency_key  # type: ignore[attr-defined]
    known = request_of(context.actor, key, asked(input_), type(input_).__name__)
    context.requests.append(known.id)
    return known


def asked(input_: object) -> dict[str, object]:
    """The JSON object of an input as its sender wrote it, without signatures.

    Members have the schema's names; what is absent or null is left out. The SHA-256 of this object
    as canonical JSON is what a partner signs (docs/ledger-format.md, What a party signs).
    """
    members = _members(input_)
    return {name: value for name, value in members.items() if name not in SIGNATURES}


def node_id(id_: GlobalID, type_name: str, *field: str) -> str:
    """The id within its type. Raises Refused for what cannot be the id of such a thing."""
    if not is_id_of(id_, type_name):
        raise Refused(Code.NOT_FOUND, f"{shown(str(id_)[:64])} is no id of a {type_name}", *field)
    return id_.node_id


def _members(input_: object) -> dict[str, object]:
    members = {}
    for name, value in shapes.members_of(input_).items():
        if value is not None and value is not strawberry.UNSET:
            members[to_camel_case(name)] = _value(value)
    return members


def _value(value: object) -> object:
    if isinstance(value, GlobalID):
        return str(value)
    if isinstance(value, list):
        return [_value(item) for item in cast(list[object], value)]
    return _members(value) if has_object_definition(value) else value
