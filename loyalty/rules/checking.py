"""That a programme names only what it has: measures, tiers, segments."""

from collections.abc import Collection, Mapping, Sequence

from loyalty.refusals import Code, Refused
from loyalty.rules.conditions import Condition
from loyalty.rules.conditions.standing import Reaches
from loyalty.rules.conditions.standing import Segment as InSegment
from loyalty.rules.conditions.standing import Tier as OfTier
from loyalty.rules.counting import LATE_DAYS
from loyalty.rules.effects import Effect
from loyalty.rules.measures import Measure
from loyalty.rules.segments import Badge, Segment
from loyalty.rules.tiers import Tiers

SUMS_MAX = 4_000
"""Kept of a member by one programme: 13 bytes each as a rule, 26 at most, and their names."""


def check_counted(
    measures: Sequence[Measure],
    tiers: Tiers | None,
    segments: Sequence[Segment],
    badges: Sequence[Badge],
) -> None:
    """Whoever needs a measure names one that there is. Raises Refused with the path."""
    known = {measure.id for measure in measures}
    if tiers is not None and tiers.measure is not None:
        _check_known(tiers.measure, "measure", known, "tiers", "measure")
    named = {
        "segments": [segment.measure for segment in segments],
        "badges": [badge.measure for badge in badges],
    }
    for name, found in named.items():
        for number, each in enumerate(found):
            _check_known(each, "measure", known, name, str(number), "measure")
    for number, measure in enumerate(measures):
        # It is counted before anything is known of who buys.
        for place, condition in enumerate(measure.when):
            if isinstance(condition, Reaches | InSegment | OfTier):
                raise _refused(
                    "a measure counts orders by what was bought, not by who bought it",
                    *("measures", str(number), "when", str(place)),
                )


def check_kept(rules: Sequence[Effect], measures: Sequence[Measure], tiers: Tiers | None) -> None:
    """What is remembered of a member fits into the wallet's row, which every order pays to write.

    Raises Refused.
    """
    days = LATE_DAYS + (0 if tiers is None else tiers.grace_days)
    counted = sum(each.over.places(days) for each in measures)
    capped = sum(cap.places(LATE_DAYS) for rule in rules for cap in rule.caps)
    carried = sum(bool(rule.carries) for rule in rules)
    total = counted + capped + carried
    if total > SUMS_MAX:
        raise Refused(
            Code.LIMIT_EXCEEDED,
            f"it remembers up to {total} sums of a member, {counted} by measures, {capped} by caps "
            f"and {carried} remainders: at most {SUMS_MAX}. Count over fewer days, or by the month",
            "document",
        )


def check_named(
    lists: Mapping[tuple[str, ...], Sequence[Condition]],
    measures: Sequence[Measure],
    tiers: Tiers | None,
    segments: Sequence[Segment],
) -> None:
    """Conditions name what there is. lists: by their place. Raises Refused with the path."""
    levels = () if tiers is None else tiers.levels
    known = {
        "measure": {measure.id for measure in measures if measure.count != "points"},
        "tier": {level.id for level in levels},
        "segment": {segment.id for segment in segments},
    }
    for path, conditions in lists.items():
        for place, condition in enumerate(conditions):
            for what, name, member in _names(condition):
                _check_known(name, what, known[what], *path, str(place), member)


def _names(condition: Condition) -> list[tuple[str, str, str]]:
    """What a condition names, of which kind, in which member."""
    match condition:
        case Reaches():
            return [("measure", condition.measure, "measure")]
        case OfTier():
            return [("tier", each, "any_of") for each in sorted(condition.any_of)]
        case InSegment():
            return [("segment", each, "any_of") for each in sorted(condition.any_of)]
    return []


def _check_known(name: str, what: str, known: Collection[str], *path: str) -> None:
    if name not in known:
        there = f"one of {', '.join(sorted(known))}" if known else "none is there"
        raise _refused(f"there is no {what} {name} here: {there}", *path)


def _refused(message: str, *path: str) -> Refused:
    return Refused(Code.INVALID_INPUT, message, "document", *path)
