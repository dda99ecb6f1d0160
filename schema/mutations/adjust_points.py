"""`adjustPoints`: an operator gives or takes points."""

from strawberry.relay import GlobalID

from loyalty.adjusting import Wanted
from loyalty.adjustments import adjust_points
from schema import shapes
from schema.context import Info
from schema.errors import Payload, answered
from schema.inputs import SignatureInput, asked, given, node_id, request
from schema.mutations.entries import own_entry
from schema.scalars import Points
from schema.types.adjustment import Adjustment, adjustment
from schema.types.transaction import Transaction


@shapes.input_type()
class AdjustPointsInput:
    idempotency_key: str
    member_id: GlobalID
    programme_id: GlobalID = shapes.field(
        description="The programme whose `goodwill` allows it; its currency is moved."
    )
    points: Points = shapes.field(description="To give; below 0: to take.")
    reason: str = shapes.field(description="Why; not on the ledger.")
    sponsor_id: str | None = shapes.field(
        default=None, description="The partner to be billed; absent: the operator."
    )
    signature: SignatureInput | None = shapes.field(
        default=None, description="The operator's, over the `adjust` instruction."
    )


@shapes.object_type()
class AdjustPointsPayload(Payload):
    transaction: Transaction | None = shapes.field(
        default=None, description="Absent where it needs approval and has none yet."
    )
    adjustment: Adjustment | None = shapes.field(
        default=None, description="Where it needs approval."
    )


class AdjustPoints:
    @shapes.mutation(
        description="Operators: points are given or taken; past the programme's limits once a "
        "second operator approves."
    )
    async def adjust_points(self, info: Info, input: AdjustPointsInput) -> AdjustPointsPayload:  # noqa: A002
        async def act() -> AdjustPointsPayload:
            own = request(info.context, input)
            wanted = Wanted(
                node_id(input.member_id, "Member", "memberId"),
                node_id(input.programme_id, "Programme", "programmeId"),
                input.points,
                input.reason,
                input.sponsor_id or "",
            )
            answer = adjust_points(
                info.context.coalition, own, wanted, asked(input), given(input.signature)
            )
            return AdjustPointsPayload(
                transaction=await own_entry(info.context, own, answer),
                adjustment=await adjustment(info.context, answer.record) if answer.record else None,
            )

        return await answered(info.context, AdjustPointsPayload, act)
