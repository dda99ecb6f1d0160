"""`transferPoints`: points go to another member."""

from strawberry.relay import GlobalID

from ledger.names import CurrencyCode
from loyalty.transfers import Gift, transfer_points
from schema import shapes
from schema.context import Info
from schema.errors import Payload, answered
from schema.inputs import node_id, request
from schema.mutations.entries import own_entry
from schema.scalars import Points
from schema.types.transaction import Transaction


@shapes.input_type()
class TransferPointsInput:
    idempotency_key: str
    to_member_id: GlobalID
    currency: str
    points: Points


@shapes.object_type()
class TransferPointsPayload(Payload):
    transaction: Transaction | None = None


class TransferPoints:
    @shapes.mutation(description="Members: points go to another member, with their expiry.")
    async def transfer_points(
        self,
        info: Info,
        input: TransferPointsInput,  # noqa: A002
    ) -> TransferPointsPayload:
        async def act() -> TransferPointsPayload:
            asked = request(info.context, input)
            gift = Gift(
                node_id(input.to_member_id, "Member", "toMemberId"),
                CurrencyCode(input.currency),
                input.points,
            )
            answer = transfer_points(info.context.coalition, asked, gift)
            return TransferPointsPayload(transaction=await own_entry(info.context, asked, answer))

        return await answered(info.context, TransferPointsPayload, act)
