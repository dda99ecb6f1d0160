"""`statement`: what a partner is billed for the points that it issued."""

from strawberry.relay import GlobalID

from loyalty.statements import Line, Period, statement
from schema import shapes
from schema.context import Info
from schema.errors import Payload, answered
from schema.inputs import node_id
from schema.scalars import Points
from schema.types.money import Money, money


@shapes.input_type(description="From `since` until just before `until`, in UTC with milliseconds.")
class StatementInput:
    partner_id: GlobalID
    since: str
    until: str


@shapes.object_type(description="What was issued by one version of a programme.")
class StatementLine:
    digest: str | None = shapes.field(description="The SHA-256 of the version.")
    currency: str
    issued: Points
    returned: Points = shapes.field(description="What goods that came back took again.")
    arrears: Points = shapes.field(
        description="Of these, what members had spent: credited once they have paid it."
    )
    owed: Money | None = shapes.field(
        description="For what was issued less what was recovered, rounded once as the version's "
        "price says; absent where it states none."
    )


@shapes.object_type()
class StatementPayload(Payload):
    lines: list[StatementLine] = shapes.field(default_factory=list)
    totals: list[Money] = shapes.field(
        default_factory=list, description="Of all lines that have a price, by money."
    )


class StatementQuery:
    @shapes.resolver(
        description="What a partner is billed for the points that it issued, from the ledger's "
        "entries alone. For that partner and operators; reads the whole ledger, so one a request."
    )
    async def statement(self, info: Info, input: StatementInput) -> StatementPayload:  # noqa: A002
        async def act() -> StatementPayload:
            partner = node_id(input.partner_id, "Partner", "partnerId")
            period = Period(input.since, input.until)
            found = statement(info.context.coalition, info.context.actor, partner, period)
            return StatementPayload(
                lines=[_line(each) for each in found.lines],
                totals=[money(each) for each in found.totals],
            )

        return await answered(info.context, StatementPayload, act)


def _line(line: Line) -> StatementLine:
    return StatementLine(
        digest=line.rule or None,
        currency=line.currency,
        issued=Points(line.issued),
        returned=Points(line.returned),
        arrears=Points(line.arrears),
        owed=None if line.owed is None else money(line.owed),
    )
