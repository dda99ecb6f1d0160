"""`changeAccountUser`: what a user of an account may do and spend."""

from strawberry.relay import GlobalID

from loyalty.accounts import Share, change_account_user
from schema import shapes
from schema.context import Info
from schema.errors import Payload, answered
from schema.inputs import node_id, request
from schema.scalars import Points
from schema.types.account import Account, account


@shapes.input_type()
class ChangeAccountUserInput:
    idempotency_key: str
    account_id: GlobalID
    member_id: GlobalID
    as_owner: bool
    points_per_month: Points | None = shapes.field(
        default=None,
        description="Its share in a calendar month (UTC); absent: all there is.",
    )


@shapes.object_type()
class ChangeAccountUserPayload(Payload):
    account: Account | None = None


class ChangeAccountUser:
    @shapes.mutation(
        description="Owners of an account and operators: who owns it, and what a user may spend."
    )
    async def change_account_user(
        self,
        info: Info,
        input: ChangeAccountUserInput,  # noqa: A002
    ) -> ChangeAccountUserPayload:
        async def act() -> ChangeAccountUserPayload:
            answer = change_account_user(
                info.context.coalition,
                request(info.context, input),
                node_id(input.account_id, "Account", "accountId"),
                node_id(input.member_id, "Member", "memberId"),
                Share(input.as_owner, input.points_per_month),
            )
            return ChangeAccountUserPayload(account=await account(info.context, answer.record))

        return await answered(info.context, ChangeAccountUserPayload, act)
