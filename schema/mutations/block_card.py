"""`blockCard`: a lost card finds nobody any more, and a new one may take its place."""

from loyalty.external_ids import block_card
from schema import shapes
from schema.context import Info
from schema.errors import Payload, answered
from schema.inputs import request
from schema.types.member import Member, member


@shapes.input_type()
class BlockCardInput:
    idempotency_key: str
    system: str = shapes.field(description="As in `linkExternalId`, which linked the card.")
    card_number: str
    new_card_number: str | None = shapes.field(
        default=None, description="The card that takes its place at once; not by a member."
    )


@shapes.object_type()
class BlockCardPayload(Payload):
    member: Member | None = shapes.field(default=None, description="Whose card it was.")


class BlockCard:
    @shapes.mutation(
        description="A member for its own, a partner for its own and the coalition's, operators "
        "for the coalition's: a card is blocked for good. No point is lost: they are the member's."
    )
    async def block_card(self, info: Info, input: BlockCardInput) -> BlockCardPayload:  # noqa: A002
        async def act() -> BlockCardPayload:
            answer = block_card(
                info.context.coalition,
                request(info.context, input),
                input.system,
                input.card_number,
                input.new_card_number,
            )
            return BlockCardPayload(member=await member(info.context, answer.record))

        return await answered(info.context, BlockCardPayload, act)
