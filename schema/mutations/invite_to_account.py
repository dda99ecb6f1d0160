"""`inviteToAccount`: a member is asked to share a wallet."""

from strawberry.relay import GlobalID

from loyalty.accounts import Share, invite_to_account
from schema import shapes
from schema.context import Info
from schema.errors import Payload, answered
from schema.inputs import node_id, request
from schema.scalars import Points
from schema.types.account import Account, account


@shapes.input_type()
class InviteToAccountInput:
    idempotency_key: str
    account_id: GlobalID
    to_member_id: GlobalID
    as_owner: bool
    points_per_month: Points | None = shapes.field(
        default=None,
        description="Its share in a calendar month; absent: as the programme says.",
    )


@shapes.object_type()
class InviteToAccountPayload(Payload):
    account: Account | None = None


class InviteToAccount:
    @shapes.mutation(description="Owners of an account and operators: a member is asked to join.")
    async def invite_to_account(
        self,
        info: Info,
        input: InviteToAccountInput,  # noqa: A002
    ) -> InviteToAccountPayload:
        async def act() -> InviteToAccountPayload:
            answer = invite_to_account(
                info.context.coalition,
                request(info.context, input),
                node_id(input.account_id, "Account", "accountId"),
                node_id(input.to_member_id, "Member", "toMemberId"),
                Share(input.as_owner, input.points_per_month),
            )
            return InviteToAccountPayload(account=await account(info.context, answer.record))

        return await answered(info.context, InviteToAccountPayload, act)
