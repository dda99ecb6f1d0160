"""Who issues the points of a rule: the partner of the till, or several partners by their shares."""

from collections.abc import Mapping, Sequence

from loyalty.refusals import Code, Refused
from loyalty.rules.deciding import Outcome
from loyalty.rules.effects import Effect

FUNDERS_MAX = 16
"""Of a programme: each may have an entry of its own in one commit."""


def check_funding(rules: Sequence[Effect]) -> None:
    """Shares are of the whole, and of points. Raises Refused with the path."""
    funders = {name for rule in rules for name in rule.funding or ()}
    if len(funders) > FUNDERS_MAX:
        message = f"at most {FUNDERS_MAX} partners fund a programme's rules, not {len(funders)}"
        raise Refused(Code.LIMIT_EXCEEDED, message, "document", "earn")
    for number, rule in enumerate(rules):
        place = ("document", "earn", str(number), "funding")
        if rule.funding is None:
            continue
        total = sum(rule.funding.values())
        if total != 100:
            raise Refused(
                Code.INVALID_INPUT, f"shares are hundredths: 100 together, not {total}", *place
            )
        if rule.voucher:
            raise Refused(
                Code.INVALID_INPUT,
                "a voucher is no points that others could fund",
                *place,
            )


def split(points: int, weights: Mapping[str, int]) -> dict[str, int]:
    """Points by weight, by largest remainder: nothing is lost, and nobody gets more than its share
    rounded up.

    Each gets its share rounded down; what is left goes, a point each, to those who lost most by
    that, of equals to the first by name.
    """
    whole = sum(weights.values())
    shares = {name: points * weight // whole for name, weight in weights.items()}
    left = points - sum(shares.values())
    lost = sorted(weights, key=lambda name: (-(points * weights[name] % whole), name))
    for name in lost[:left]:
        shares[name] += 1
    return shares


def issued_by(
    partner: str, outcomes: Sequence[Outcome], funding: Mapping[str, Mapping[str, int]]
) -> tuple[tuple[str, int], ...]:
    """Who issues how many points of these outcomes; the partner of the till first.

    funding: of those rules that have it.
    """
    found = {partner: 0}
    for each in outcomes:
        for funder, points in split(each.points, funding.get(each.rule, {partner: 1})).items():
            found[funder] = found.get(funder, 0) + points
    others = sorted(name for name in found if name != partner)
    return tuple((name, found[name]) for name in (partner, *others) if found[name])
