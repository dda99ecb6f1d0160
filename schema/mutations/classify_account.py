"""`classifyAccount`: an operator says what an account is."""

import strawberry
from strawberry.relay import GlobalID

from loyalty.accounts import classify_account
from schema.context import Info
from schema.errors import Payload, answered
from schema.inputs import node_id, request
from schema.types.account import Account, account


@strawberry.input
class ClassifyAccountInput:
    idempotency_key: str
    account_id: GlobalID
    kind: str = strawberry.field(description="A label that rules ask for, like `hospital`.")


@strawberry.type
class ClassifyAccountPayload(Payload):
    account: Account | None = None


@strawberry.type
class ClassifyAccount:
    @strawberry.mutation(
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
