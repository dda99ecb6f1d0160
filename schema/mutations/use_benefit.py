"""`useBenefit`: a partner gives what a member's tier entitles it to."""

from strawberry.relay import GlobalID

from loyalty.records.rewards import BenefitUse
from loyalty.tiers import Use, use_benefit
from schema import shapes
from schema.context import Info
from schema.errors import Payload, answered
from schema.inputs import MoneyInput, node_id, request
from schema.scalars import Points


@shapes.input_type()
class UseBenefitInput:
    idempotency_key: str
    member_id: GlobalID
    programme_id: GlobalID
    benefit_id: str
    reference: str = shapes.field(
        description="The partner's own, of the stay, the order or the bill."
    )
    amount: MoneyInput | None = shapes.field(
        default=None, description="Of the price or the bill that a discount or a credit lowers."
    )


@shapes.object_type()
class UseBenefitPayload(Payload):
    used_at: str | None = None
    payable: Points | None = shapes.field(
        default=None, description="What is left to pay of the amount, in minor units."
    )


class UseBenefit:
    @shapes.mutation(description="The benefit's partner: it is given, once.")
    async def use_benefit(self, info: Info, input: UseBenefitInput) -> UseBenefitPayload:  # noqa: A002
        async def act() -> UseBenefitPayload:
            amount = input.amount
            use = Use(
                node_id(input.member_id, "Member", "memberId"),
                node_id(input.programme_id, "Programme", "programmeId"),
                input.benefit_id,
                input.reference,
                None if amount is None else amount.minor,
                "" if amount is None else amount.currency,
            )
            answer = use_benefit(info.context.coalition, request(info.context, input), use)
            used = await info.context.record(BenefitUse, answer.record)
            if used is None:
                return UseBenefitPayload()
            payable = None if used.payable_minor is None else Points(used.payable_minor)
            return UseBenefitPayload(used_at=used.at, payable=payable)

        return await answered(info.context, UseBenefitPayload, act)
