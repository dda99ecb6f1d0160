"""`leaveAccount`: a member shares a wallet no more."""

from strawberry.relay import GlobalID

from loyalty.accounts import leave_account
from schema import shapes
from schema.context import Info
from schema.errors import Payload, answered
from schema.inputs import node_id, request
from schema.types.account import Account, account


@shapes.input_type()
class LeaveAccountInput:
    idempotency_key: str
    account_id: GlobalID
    member_id: GlobalID


@shapes.object_type()
class LeaveAccountPayload(Payload):
    account: Account | None = None


class LeaveAccount:
    @shapes.mutation(
        description="A user leaves, or an owner or an operator removes one. "
        "The last takes the points along."
    )
    async def leave_account(
        self,
        info: Info,
        input: LeaveAccountInput,  # noqa: A002
    ) -> LeaveAccountPayload:
        async def act() -> LeaveAccountPayload:
            answer = leave_account(
                info.context.coalition,
                request(info.context, input),
                node_id(input.account_id, "Account", "accountId"),
                node_id(input.member_id, "Member", "memberId"),
            )
            return LeaveAccountPayload(account=await account(info.context, answer.record))

        return await answered(info.context, LeaveAccountPayload, act)
