"""`openAccount`: a household or a company begins to share a wallet."""

from strawberry.relay import GlobalID

from loyalty.accounts import Opening, open_account
from schema import shapes
from schema.context import Info
from schema.errors import Payload, answered
from schema.inputs import node_id, request
from schema.types.account import Account, account


@shapes.input_type()
class OpenAccountInput:
    idempotency_key: str
    programme_id: GlobalID
    member_id: GlobalID = shapes.field(description="Who owns it: joins by itself, if asked.")
    account_name: str
    kind: str | None = shapes.field(
        default=None, description="What it is, like `hospital`: for operators to say."
    )


@shapes.object_type()
class OpenAccountPayload(Payload):
    account: Account | None = None


class OpenAccount:
    @shapes.mutation(
        description="Operators for a member; members, where the programme lets them, for "
        "themselves."
    )
    async def open_account(
        self,
        info: Info,
        input: OpenAccountInput,  # noqa: A002
    ) -> OpenAccountPayload:
        async def act() -> OpenAccountPayload:
            answer = open_account(
                info.context.coalition,
                request(info.context, input),
                Opening(
                    node_id(input.programme_id, "Programme", "programmeId"),
                    node_id(input.member_id, "Member", "memberId"),
                    input.account_name,
                    input.kind or "",
                ),
            )
            return OpenAccountPayload(account=await account(info.context, answer.record))

        return await answered(info.context, OpenAccountPayload, act)
