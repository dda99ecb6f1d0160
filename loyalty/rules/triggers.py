"""What a rule may be for: a purchase, or an event that has no money and lists no goods."""

from collections.abc import Sequence

from loyalty.refusals import Code, Refused
from loyalty.rules.effects import Effect
from loyalty.rules.orders import PURCHASE


def check_triggers(rules: Sequence[Effect]) -> None:
    """No rule waits for what its event never has. Raises Refused with the path."""
    for number, rule in enumerate(rules):
        place = ("document", "earn", str(number))
        if rule.on == PURCHASE and rule.money is None:
            raise Refused(
                Code.INVALID_INPUT,
                "a rule for purchases says whose amounts it counts: an ISO 4217 code like EUR",
                *place,
                "money",
            )
        if rule.on != PURCHASE:
            _check_without_money(rule, place)
        for position, condition in enumerate(rule.when):
            if condition.of not in ("", PURCHASE if rule.on == PURCHASE else "event"):
                name = condition.__struct_config__.tag
                raise Refused(
                    Code.INVALID_INPUT,
                    f"`{name}` looks at what a {rule.on} does not have: leave it out",
                    *place,
                    "when",
                    str(position),
                )


def _check_without_money(rule: Effect, place: tuple[str, ...]) -> None:
    if rule.counts_money:
        raise Refused(
            Code.INVALID_INPUT,
            f"`{rule.__struct_config__.tag}` counts money, and a {rule.on} has none: "
            "give `fixed` points",
            *place,
            "effect",
        )
    if rule.money is not None:
        raise Refused(
            Code.INVALID_INPUT, f"a {rule.on} has no amount: leave `money` out", *place, "money"
        )
