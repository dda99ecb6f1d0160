"""`dryRun`: what a programme that nobody has signed yet would have given for past orders."""

from loyalty import dry_runs
from loyalty.dry_runs import PastPurchase, try_document
from schema import shapes
from schema.context import Info
from schema.errors import Payload, answered
from schema.inputs import LineInput, MoneyInput, basket_of
from schema.scalars import Document, LogSize, Points


@shapes.input_type(description="A purchase of the past.")
class PastOrderInput:
    partner: str = shapes.field(description="The partner's own id, as the programme has it.")
    amount: MoneyInput
    purchased_at: str
    channel: str | None = None
    store: str | None = None
    tender: str | None = None
    lines: list[LineInput] | None = None
    member: str | None = shapes.field(
        default=None,
        description="Who bought, by any name, for tiers and all that is counted. Not kept.",
    )


@shapes.input_type()
class DryRunInput:
    document: Document = shapes.field(description="The programme; nothing is published.")
    orders: list[PastOrderInput]


@shapes.object_type(description="How often a rule gave nothing for one reason.")
class MissCount:
    code: str
    orders: LogSize


@shapes.object_type(description="What one rule would have given.")
class RuleTotal:
    rule_id: str
    orders: LogSize
    points: Points
    misses: list[MissCount]

    @classmethod
    def of(cls, total: dry_runs.RuleTotal) -> "RuleTotal":
        misses = [MissCount(code=code, orders=LogSize(n)) for code, n in total.misses.items()]
        points, orders = Points(total.points), LogSize(total.orders)
        return cls(rule_id=total.rule, orders=orders, points=points, misses=misses)


@shapes.object_type(description="How many members would have had a tier after their last order.")
class TierCount:
    tier_id: str
    members: LogSize


@shapes.object_type()
class DryRunPayload(Payload):
    orders: LogSize | None = None
    earning: LogSize | None = shapes.field(
        default=None, description="How many of them would have earned."
    )
    points: Points | None = shapes.field(
        default=None, description="All that would have been issued, and owed."
    )
    rules: list[RuleTotal] = shapes.field(default_factory=list)
    tiers: list[TierCount] = shapes.field(default_factory=list)


class DryRunQuery:
    @shapes.resolver(
        description="Operators and partners: what a programme would have given for past orders, "
        "rule by rule. Writes nothing; one a request."
    )
    async def dry_run(self, info: Info, input: DryRunInput) -> DryRunPayload:  # noqa: A002
        async def act() -> DryRunPayload:
            actor = info.context.actor
            purchases = [
                PastPurchase(each.partner, basket_of(each), each.member or "")
                for each in input.orders
            ]
            found = try_document(actor, input.document, purchases)
            return DryRunPayload(
                orders=LogSize(found.orders),
                earning=LogSize(found.earning),
                points=Points(found.points),
                rules=[RuleTotal.of(each) for each in found.rules],
                tiers=[
                    TierCount(tier_id=id_, members=LogSize(count))
                    for id_, count in found.tiers.items()
                ],
            )

        return await answered(info.context, DryRunPayload, act)
