"""`previewEarn`: what a purchase would give, and why."""

from strawberry.relay import GlobalID

from loyalty.purchases import preview_earn
from schema import shapes
from schema.context import Info
from schema.errors import Payload, answered
from schema.inputs import LineInput, MoneyInput, basket_of, node_id
from schema.types.decision import EarnDecision, decisions


@shapes.input_type()
class PreviewEarnInput:
    partner_id: GlobalID
    amount: MoneyInput
    member_id: GlobalID | None = shapes.field(
        default=None, description="Who buys: tiers, segments and what was kept count then."
    )
    purchased_at: str | None = None
    channel: str | None = None
    store: str | None = None
    tender: str | None = None
    lines: list[LineInput] | None = None


@shapes.object_type()
class PreviewEarnPayload(Payload):
    decisions: list[EarnDecision] = shapes.field(
        default_factory=list, description="One for each programme that the partner takes part in."
    )


class PreviewEarnQuery:
    @shapes.resolver(
        description="What a purchase at a partner would give now, and which rules say so. Writes "
        "nothing."
    )
    async def preview_earn(
        self,
        info: Info,
        input: PreviewEarnInput,  # noqa: A002
    ) -> PreviewEarnPayload:
        async def act() -> PreviewEarnPayload:
            actor = info.context.actor
            partner = node_id(input.partner_id, "Partner", "partnerId")
            member = input.member_id
            found = preview_earn(
                info.context.coalition,
                actor,
                partner,
                basket_of(input),
                None if member is None else node_id(member, "Member", "memberId"),
            )
            return PreviewEarnPayload(decisions=decisions(found))

        return await answered(info.context, PreviewEarnPayload, act)
