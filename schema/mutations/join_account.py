"""`joinAccount`: a member shares a wallet, by its own consent."""

from strawberry.relay import GlobalID

from loyalty.accounts import join_account
from schema import shapes
from schema.context import Info
from schema.errors import Payload, answered
from schema.inputs import node_id, request
from schema.types.account import Account, account


@shapes.input_type()
class JoinAccountInput:
    idempotency_key: str
    account_id: GlobalID
    bring_points: bool = shapes.field(
        description="What the member has available goes along; else it waits for when it leaves."
    )


@shapes.object_type()
class JoinAccountPayload(Payload):
    account: Account | None = None


class JoinAccount:
    @shapes.mutation(
        description="Members who were invited: what they buy then earns into the shared wallet."
    )
    async def join_account(
        self,
        info: Info,
        input: JoinAccountInput,  # noqa: A002
    ) -> JoinAccountPayload:
        async def act() -> JoinAccountPayload:
            answer = join_account(
                info.context.coalition,
                request(info.context, input),
                node_id(input.account_id, "Account", "accountId"),
                input.bring_points,
            )
            return JoinAccountPayload(account=await account(info.context, answer.record))

        return await answered(info.context, JoinAccountPayload, act)
