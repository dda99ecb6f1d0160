"""What else than a purchase earns: a visit, a review, a birthday, whatever rules name."""

from typing import NamedTuple

from ledger.names import At
from loyalty.authority import Signature
from loyalty.awarding import Recorded, recorded
from loyalty.coalition import Coalition
from loyalty.committing import Request
from loyalty.refusals import Code, Refused
from loyalty.rules.orders import PURCHASE, Order
from loyalty.texts import check_label, check_moment, check_text

ATTRIBUTES_MAX = 32


class Occurrence(NamedTuple):
    """What happened, by the name that rules have for it, at the partner that tells of it.

    occurred_at: now, if absent; attributes: names and values, for rules that look at them.
    """

    event: str
    occurred_at: str | None = None
    channel: str = ""
    store: str = ""
    attributes: tuple[tuple[str, str], ...] = ()
    reference: str | None = None


class _Happening:
    """An occurrence as something to be awarded for."""

    field = "event"

    def __init__(self, occurrence: Occurrence) -> None:
        self._said = occurrence

    @property
    def moment(self) -> str | None:
        return self._said.occurred_at

    def check(self, now: At) -> None:
        _check(self._said)
        if self._said.occurred_at is not None:
            check_moment(self._said.occurred_at, now, "occurredAt")
        if self._said.reference is not None:
            check_text(self._said.reference, 64, "reference")

    def order(self, partner: str, at: At) -> Order:
        return _order(partner, self._said, at)

    def detail(self) -> dict[str, object]:
        said = {
            "reference": self._said.reference,
            "occurred_at": self._said.occurred_at,
            "channel": self._said.channel or None,
            "store": self._said.store or None,
            "attributes": [list(each) for each in self._said.attributes] or None,
        }
        found = {name: value for name, value in said.items() if value is not None}
        return {"event": self._said.event, **found}


def record_event(
    coalition: Coalition,
    request: Request,
    member_id: str,
    occurrence: Occurrence,
    signature: Signature | None,
) -> Recorded:
    """Awards what rules for this event give a member, as a purchase's rules would."""
    return recorded(coalition, request, member_id, _Happening(occurrence), signature)


def event_of(partner: str, occurrence: Occurrence, at: At) -> Order:
    """An occurrence of any time as rules see it. Raises Refused for what can be none."""
    _check(occurrence)
    return _order(partner, occurrence, at)


def _order(partner: str, occurrence: Occurrence, at: At) -> Order:
    event, _, channel, store, attributes, _ = occurrence
    return Order(
        partner, "", 0, at, channel=channel, store=store, event=event, attributes=attributes
    )


def _check(occurrence: Occurrence) -> None:
    check_label(occurrence.event, "event")
    if occurrence.event == PURCHASE:
        raise Refused(
            Code.INVALID_INPUT, "a purchase has an amount: `recordPurchase` takes it", "event"
        )
    for name in ("channel", "store"):
        if getattr(occurrence, name):
            check_label(getattr(occurrence, name), name)
    _check_attributes(occurrence.attributes)


def _check_attributes(attributes: tuple[tuple[str, str], ...]) -> None:
    if len(attributes) > ATTRIBUTES_MAX:
        raise Refused(Code.LIMIT_EXCEEDED, f"at most {ATTRIBUTES_MAX} attributes", "attributes")
    names = set()
    for number, (name, value) in enumerate(attributes):
        place = ("attributes", str(number))
        check_label(name, *place, "name")
        check_label(value, *place, "value")
        if name in names:
            raise Refused(Code.INVALID_INPUT, f"{name} stands twice", *place, "name")
        names.add(name)
