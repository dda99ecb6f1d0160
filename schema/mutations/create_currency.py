"""`createCurrency`: points of a new kind."""

from loyalty.governance_drafts import PartnerSignature
from loyalty.governing import create_currency
from loyalty.refusals import Code, Refused
from schema import shapes
from schema.context import Info
from schema.errors import Payload, answered
from schema.inputs import SignatureInput, request
from schema.types.coalition import Currency


@shapes.input_type()
class CreateCurrencyInput:
    idempotency_key: str
    code: str = shapes.field(description="2 to 12 of A to Z and 0 to 9.")
    decimals: int = shapes.field(description="0 to 6.")
    owner: str | None = shapes.field(
        default=None, description="The partner that alone issues it; absent: the coalition's."
    )
    signature: SignatureInput | None = shapes.field(
        default=None, description="The owner's, over the `currency` instruction of the next seq."
    )


@shapes.object_type()
class CreateCurrencyPayload(Payload):
    currency: Currency | None = None


class CreateCurrency:
    @shapes.mutation(description="Operators: a points currency begins.")
    async def create_currency(
        self,
        info: Info,
        input: CreateCurrencyInput,  # noqa: A002
    ) -> CreateCurrencyPayload:
        async def act() -> CreateCurrencyPayload:
            coalition = info.context.coalition
            answer = create_currency(
                coalition, request(info.context, input), input.code, input.decimals, _owner(input)
            )
            term = coalition.written().currency(answer.record)
            return CreateCurrencyPayload(
                currency=Currency(code=answer.record, owner=term.owner, decimals=term.decimals)
            )

        return await answered(info.context, CreateCurrencyPayload, act)


def _owner(input_: CreateCurrencyInput) -> PartnerSignature | None:
    if input_.owner is None:
        if input_.signature is not None:
            raise Refused(
                Code.INVALID_INPUT,
                "only an owner signs: name it, or leave the signature out",
                "signature",
            )
        return None
    if input_.signature is None:
        raise Refused(Code.SIGNATURE_REQUIRED, "its owner must sign the currency", "signature")
    return PartnerSignature(input_.owner, input_.signature.given())
