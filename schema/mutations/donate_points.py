"""`donatePoints`: a member gives points to a good cause."""

from strawberry.relay import GlobalID

from loyalty.donations import Donation, donate_points, owed
from schema import shapes
from schema.context import Info
from schema.errors import Payload, answered
from schema.inputs import node_id, request
from schema.mutations.entries import own_entry
from schema.scalars import Points
from schema.types.money import Money, money
from schema.types.transaction import Transaction


@shapes.input_type()
class DonatePointsInput:
    idempotency_key: str
    programme_id: GlobalID
    cause_id: str
    points: Points


@shapes.object_type()
class DonatePointsPayload(Payload):
    transaction: Transaction | None = None
    owed: Money | None = shapes.field(
        default=None, description="What the charity is owed for these points."
    )


class DonatePoints:
    @shapes.mutation(description="The member that asks gives points to a charity.")
    async def donate_points(
        self,
        info: Info,
        input: DonatePointsInput,  # noqa: A002
    ) -> DonatePointsPayload:
        async def act() -> DonatePointsPayload:
            asked = request(info.context, input)
            programme = node_id(input.programme_id, "Programme", "programmeId")
            donation = Donation(programme, input.cause_id, input.points)
            coalition = info.context.coalition
            answer = donate_points(coalition, asked, donation)
            entry = await own_entry(info.context, asked, answer)
            amount = None if entry is None else owed(coalition, entry.tx)
            return DonatePointsPayload(
                transaction=entry, owed=None if amount is None else money(amount)
            )

        return await answered(info.context, DonatePointsPayload, act)
