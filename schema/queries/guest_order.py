"""`guestOrder`: what became of an order that a guest made."""

from asyncio import gather

from strawberry.relay import GlobalID

from loyalty.guests import claimable_until, guest_order
from schema import shapes
from schema.context import Info
from schema.errors import Payload, answered
from schema.inputs import node_id
from schema.types.transaction import Transaction, transaction


@shapes.object_type(description="An order of a guest, kept until a member claims it.")
class GuestOrder:
    purchased_at: str
    claimable_until: str
    cancelled_at: str | None
    claimed: bool
    claim_id: GlobalID | None = shapes.field(
        description="The claim: what earned no points is taken back by it."
    )
    transactions: list[Transaction] = shapes.field(
        description="What the claim earned: `reverseTransaction` takes it back."
    )


@shapes.object_type()
class GuestOrderPayload(Payload):
    order: GuestOrder | None = None


class GuestOrderQuery:
    @shapes.resolver(description="The partner that sold it and operators: whether it was claimed.")
    async def guest_order(
        self, info: Info, seller_id: GlobalID, reference: str
    ) -> GuestOrderPayload:
        async def act() -> GuestOrderPayload:
            context = info.context
            seller = node_id(seller_id, "Partner", "sellerId")
            order = guest_order(context.coalition, context.actor, seller, reference).record
            found = await gather(*(transaction(context, id_) for id_ in order.entries))
            shown = GuestOrder(
                purchased_at=order.at,
                claimable_until=claimable_until(order.at),
                cancelled_at=order.cancelled_at or None,
                claimed=bool(order.claim),
                claim_id=GlobalID("Transaction", order.claim) if order.claim else None,
                transactions=[each for each in found if each is not None],
            )
            return GuestOrderPayload(order=shown)

        return await answered(info.context, GuestOrderPayload, act)
