"""`redeemReward`: points become a voucher."""

from strawberry.relay import GlobalID

from loyalty.rewards import Redemption, redeem_reward
from schema import shapes
from schema.context import Info
from schema.errors import Payload, answered
from schema.inputs import SignatureInput, given, node_id, request
from schema.mutations.entries import own_entry
from schema.types.transaction import Transaction
from schema.types.voucher import Voucher, voucher


@shapes.input_type()
class RedeemRewardInput:
    idempotency_key: str
    member_id: GlobalID
    programme_id: GlobalID
    reward_id: str
    signature: SignatureInput | None = shapes.field(
        default=None, description="A partner's, over the `redeem` instruction; not a member's."
    )


@shapes.object_type()
class RedeemRewardPayload(Payload):
    voucher: Voucher | None = None
    transaction: Transaction | None = None


class RedeemReward:
    @shapes.mutation(description="Members, or the reward's partner for one: points are spent.")
    async def redeem_reward(
        self,
        info: Info,
        input: RedeemRewardInput,  # noqa: A002
    ) -> RedeemRewardPayload:
        async def act() -> RedeemRewardPayload:
            asked = request(info.context, input)
            wanted = Redemption(
                node_id(input.member_id, "Member", "memberId"),
                node_id(input.programme_id, "Programme", "programmeId"),
                input.reward_id,
            )
            answer = redeem_reward(info.context.coalition, asked, wanted, given(input.signature))
            return RedeemRewardPayload(
                voucher=await voucher(info.context, answer.record),
                transaction=await own_entry(info.context, asked, answer),
            )

        return await answered(info.context, RedeemRewardPayload, act)
