"""`classifyAccount`: an operator says what an account is."""

from strawberry.relay import GlobalID

from loyalty.accounts import classify_account
from schema import shapes
from schema.context import Info
from schema.errors import Payload, answered
from schema.inputs import node_id, request
from schema.types.account import Account, account


@shapes.input_type()
class ClassifyAccountInput:
    idempotency_key: str
    account_id: GlobalID
    kind: str = shapes.field(description="A label that rules ask for, like `hospital`.")


@shapes.object_type()
class ClassifyAccountPayload(Payload):
    account: Account | None = None


class ClassifyAccount:
    @shapes.mutation(
        description="Operators: what an account is, for rules that hold of some kinds alone."
    )
    async def classify_account(
        self,
        info: Info,
        input: ClassifyAccountInput,  # noqa: A002
    ) -> ClassifyAccountPayload:
        async def act() -> ClassifyAccountPayload:
            answer = classify_account(
                info.context.coalition,
                request(info.context, input),
                node_id(input.account_id, "Account", "accountId"),
                input.kind,
            )
            return ClassifyAccountPayload(account=await account(info.context, answer.record))

        return await answered(info.context, ClassifyAccountPayload, act)
