"""Where a member stands in a programme."""

from loyalty.rules.tiers import Level
from loyalty.standing import standing_in
from schema import shapes
from schema.context import Context
from schema.scalars import Points


@shapes.object_type(description="What a tier gives beside points, at a partner.")
class Benefit:
    benefit_id: str
    name: str
    partner_id: str


@shapes.object_type(description="What a member has reached, or paid for.")
class Tier:
    tier_id: str
    name: str
    benefits: list[Benefit]


@shapes.object_type(description="What a measure of the programme comes to now.")
class MeasureTotal:
    measure_id: str
    total: Points


@shapes.object_type(description="Where a member stands in a programme now.")
class Standing:
    tier: Tier | None
    segments: list[str]
    badges: list[str]
    measures: list[MeasureTotal]


def standing(context: Context, member_id: str, programme: str) -> Standing | None:
    """None where there is no such programme."""
    found = standing_in(context.coalition, member_id, programme)
    if found is None:
        return None
    return Standing(
        tier=None if found.tier is None else _tier(found.tier),
        segments=sorted(found.segments),
        badges=sorted(found.badges),
        measures=[
            MeasureTotal(measure_id=id_, total=Points(total))
            for id_, total in sorted(found.totals.items())
        ],
    )


def _tier(level: Level) -> Tier:
    benefits = [
        Benefit(benefit_id=each.id, name=each.name, partner_id=each.partner)
        for each in level.benefits
    ]
    return Tier(tier_id=level.id, name=level.name, benefits=benefits)
