"""`holdReward`: points are set aside for a reward that is still to be made."""

from strawberry.relay import GlobalID

from loyalty.holds import hold_reward
from loyalty.rewards import Redemption
from schema import shapes
from schema.context import Info
from schema.errors import Payload, answered
from schema.inputs import SignatureInput, given, node_id, request
from schema.mutations.entries import own_entry
from schema.types.transaction import Transaction


@shapes.input_type()
class HoldRewardInput:
    idempotency_key: str
    member_id: GlobalID
    programme_id: GlobalID
    reward_id: str
    order_reference: str = shapes.field(
        description="Of the order that the points are for; not on the ledger."
    )
    signature: SignatureInput | None = shapes.field(
        default=None, description="A partner's, over the `hold` instruction; not a member's."
    )


@shapes.object_type()
class HoldRewardPayload(Payload):
    transaction: Transaction | None = shapes.field(
        default=None, description="The hold, which `captureHold` or `voidHold` goes back to."
    )


class HoldReward:
    @shapes.mutation(
        description="Members, or the reward's partner for one: points are set aside for it."
    )
    async def hold_reward(self, info: Info, input: HoldRewardInput) -> HoldRewardPayload:  # noqa: A002
        async def act() -> HoldRewardPayload:
            asked = request(info.context, input)
            wanted = Redemption(
                node_id(input.member_id, "Member", "memberId"),
                node_id(input.programme_id, "Programme", "programmeId"),
                input.reward_id,
            )
            answer = hold_reward(
                info.context.coalition, asked, wanted, input.order_reference, given(input.signature)
            )
            return HoldRewardPayload(transaction=await own_entry(info.context, asked, answer))

        return await answered(info.context, HoldRewardPayload, act)
