"""A programme version: declarative rules, read strictly, identified by its digest.

    {
      "id": "stars", "version": 1, "name": "Stars", "currency": "STARS",
      "earn": [{"effect": "points_per_amount", "id": "base", "partners": ["grocer"],
                "money": "USD", "points": 1, "per_minor": 100, "rounding": "floor"}],
      "rewards": [{"id": "coffee", "name": "A coffee", "points": 50, "partner": "grocer"}],
      "expiry": {"after": "month_end", "months": 12}
    }

`expiry` is the end of the month that lies `months` after the purchase, or {"after": "never"}.
Amounts are integers: money in minor units of an ISO 4217 currency, points in the points currency's.
"""

import re
from calendar import monthrange
from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from ledger.canonical import MAX_INTEGER, canonical, parse
from ledger.errors import RuleBroken
from ledger.names import NEVER, OPERATOR, CurrencyCode, Expires, Hash, digest
from loyalty.refusals import Code, Refused
from loyalty.texts import check_text, check_value

DOCUMENT_MAX_BYTES = 65_536
TITLE_MAX_CHARS = 120

_PLACE = re.compile(r" - at `\$([^`]*)`\Z")
_STEP = re.compile(r"[^.\[\]]+")

Id = Annotated[str, Meta(pattern=r"^[a-z0-9-]{2,32}$")]
Positive = Annotated[int, Meta(ge=1, le=MAX_INTEGER)]
Money = Annotated[str, Meta(pattern=r"^[A-Z]{3}$")]
Title = Annotated[str, Meta(min_length=1, max_length=TITLE_MAX_CHARS)]
Rounding = Literal["floor", "half_up"]


class _Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class PointsPerAmount(_Rule, tag_field="effect", tag="points_per_amount", frozen=True):
    """`points` for every `per_minor` spent at one of `partners`, by proportion."""

    id: Id
    partners: Annotated[tuple[Id, ...], Meta(min_length=1, max_length=64)]
    money: Money
    points: Positive
    per_minor: Positive
    rounding: Rounding

    def award(self, amount_minor: int) -> int:
        """The points for an amount, in exact arithmetic."""
        doubled = 2 * amount_minor * self.points
        if self.rounding == "half_up":
            doubled += self.per_minor
        return doubled // (2 * self.per_minor)


class Reward(_Rule, frozen=True):
    """What a member gets for points, as a voucher of the partner that gives it."""

    id: Id
    name: Title
    points: Positive
    partner: Id


class MonthEnd(_Rule, tag_field="after", tag="month_end", frozen=True):
    """Points lapse at the end of a month."""

    months: Annotated[int, Meta(ge=0, le=120)]


class Never(_Rule, tag_field="after", tag="never", frozen=True):
    """Points do not lapse."""


class Programme(_Rule, frozen=True):
    """One version of a programme."""

    id: Id
    version: Positive
    name: Title
    currency: Annotated[str, Meta(pattern=r"^[A-Z0-9]{2,12}$")]
    earn: Annotated[tuple[PointsPerAmount, ...], Meta(max_length=500)]
    rewards: Annotated[tuple[Reward, ...], Meta(max_length=500)]
    expiry: MonthEnd | Never

    @property
    def points_currency(self) -> CurrencyCode:
        return CurrencyCode(self.currency)

    def partners(self) -> frozenset[str]:
        """Whose points it can issue or burn: each must sign it."""
        earning = {partner for rule in self.earn for partner in rule.partners}
        return frozenset(earning | {reward.partner for reward in self.rewards})

    def reward(self, id_: str) -> Reward | None:
        return next((reward for reward in self.rewards if reward.id == id_), None)

    def expires(self, day: date) -> Expires:
        """The last day on which points of a purchase on that day can be spent."""
        if isinstance(self.expiry, Never):
            return NEVER
        months = day.year * 12 + day.month - 1 + self.expiry.months
        year, month = divmod(months, 12)
        return Expires(f"{year:04d}-{month + 1:02d}-{monthrange(year, month + 1)[1]:02d}")


class Award(msgspec.Struct, frozen=True):
    """What one programme gives for one purchase, and by which of its rules."""

    rule: Hash
    currency: CurrencyCode
    points: int
    expires: Expires
    matched: tuple[str, ...]


def read_programme(document: object) -> tuple[Programme, str, Hash]:
    """A programme version, its canonical JSON and its digest. Raises Refused with the path."""
    check_value(document, "document")
    try:
        text = canonical(document)
        if len(text) > DOCUMENT_MAX_BYTES:
            raise Refused(
                Code.INVALID_INPUT,
                f"a programme has at most {DOCUMENT_MAX_BYTES} bytes",
                "document",
            )
        programme = msgspec.json.decode(text, type=Programme)
    except RuleBroken as broken:
        raise Refused(Code.INVALID_INPUT, f"not canonical JSON: {broken}", "document") from None
    except msgspec.ValidationError as error:
        raise Refused(
            Code.INVALID_INPUT, f"not a programme: {error}", "document", *_path(str(error))
        ) from None
    _check(programme)
    return programme, text.decode(), digest(text)


def programme_of(text: str) -> Programme:
    """A programme version from text that `read_programme` made."""
    parse(text.encode())
    return msgspec.json.decode(text, type=Programme)


def _path(message: str) -> list[str]:
    """The place that a validation error names at its end, as in `… - at `$.earn[0].points``."""
    place = _PLACE.search(message)
    return _STEP.findall(place[1]) if place else []


def _check(programme: Programme) -> None:
    check_text(programme.name, TITLE_MAX_CHARS, "document", "name")
    for number, reward in enumerate(programme.rewards):
        check_text(reward.name, TITLE_MAX_CHARS, "document", "rewards", str(number), "name")
    for name, ids in (
        ("earn", [rule.id for rule in programme.earn]),
        ("rewards", [reward.id for reward in programme.rewards]),
    ):
        twice = next((id_ for id_ in ids if ids.count(id_) > 1), None)
        if twice:
            raise Refused(
                Code.INVALID_INPUT, f"{name}: the id {twice} stands twice", "document", name
            )
    if not programme.partners():
        raise Refused(Code.INVALID_INPUT, "a programme names at least one partner", "document")
    if OPERATOR in programme.partners():
        raise Refused(Code.INVALID_INPUT, "`operator` is not a partner's id", "document")


def award(
    programme: Programme, rule: Hash, partner: str, money: str, amount_minor: int, day: date
) -> Award:
    """What a programme version gives for a purchase; 0 points where no rule matches."""
    matching = [earn for earn in programme.earn if partner in earn.partners and earn.money == money]
    return Award(
        rule,
        programme.points_currency,
        sum(earn.award(amount_minor) for earn in matching),
        programme.expires(day),
        tuple(earn.id for earn in matching),
    )
