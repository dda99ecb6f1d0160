"""Why a purchase gives what it gives."""

import strawberry

from loyalty.awarding import Considered
from schema import shapes
from schema.context import Info
from schema.scalars import Points
from schema.types.programme import Programme, programme


@shapes.object_type(description="What one rule of a programme came to.")
class RuleOutcome:
    rule_id: str
    points: Points
    code: str | None = shapes.field(
        description="Why the rule gives nothing, for programs: CHANNEL_NOT_ELIGIBLE, and so on."
    )
    message: str | None = shapes.field(description="The same for people.")
    reward_id: str | None = shapes.field(description="The reward of which it gives a voucher.")


@shapes.object_type(description="What one programme gives for a purchase.")
class EarnDecision:
    considered: strawberry.Private[Considered]

    @shapes.resolver()
    def programme(self, info: Info) -> Programme | None:
        return programme(info.context, self.considered.version.programme.id)

    @shapes.resolver(description="The SHA-256 of the version that decided.")
    def digest(self) -> str:
        return self.considered.version.rule

    @shapes.resolver()
    def currency(self) -> str:
        return self.considered.award.currency

    @shapes.resolver()
    def points(self) -> Points:
        return Points(self.considered.points)

    @shapes.resolver(description="The last day on which they can be spent, or `never`.")
    def expires(self) -> str:
        return self.considered.award.expires

    @shapes.resolver(description="All rules of the version, and why some give nothing.")
    def rules(self) -> list[RuleOutcome]:
        return [
            RuleOutcome(
                rule_id=each.rule,
                points=Points(each.points),
                code=each.miss and each.miss.code,
                message=each.miss and each.miss.message,
                reward_id=each.voucher or None,
            )
            for each in self.considered.outcomes()
        ]


def decisions(considered: tuple[Considered, ...]) -> list[EarnDecision]:
    """One for each programme that the partner takes part in."""
    return [EarnDecision(considered=each) for each in considered]
