"""A programme version: declarative rules, read strictly, identified by its digest.

    {
      "id": "stars", "version": 1, "name": "Stars", "currency": "STARS",
      "earn": [{"effect": "points_per_amount", "id": "base", "partners": ["grocer"],
                "money": "USD", "points": 1, "per_minor": 100, "rounding": "floor"}],
      "rewards": [{"id": "coffee", "name": "A coffee", "points": 50, "partner": "grocer"}],
      "expiry": {"after": "month_end", "months": 12}
    }

What earns is in `loyalty.rules`, how long points last in `loyalty.expiry`.
Amounts are integers: money in minor units of an ISO 4217 currency, points in the points currency's.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Annotated, NamedTuple

import msgspec
from msgspec import Meta

from ledger.canonical import MAX_INTEGER, canonical, parse
from ledger.errors import RuleBroken
from ledger.names import OPERATOR, CurrencyCode, Expires, Hash, day_of, digest
from loyalty.account_rules import AccountRules
from loyalty.birthdays import Birthday
from loyalty.causes import Cause, check_causes
from loyalty.clock.terms import AT_ONCE, Confirmation, Notices, check_confirmation, check_notices
from loyalty.expiry import AnyExpiry
from loyalty.funding import check_funding
from loyalty.gift_card_rules import GiftCardRules
from loyalty.goodwill import NO_GOODWILL, Goodwill, check_goodwill
from loyalty.offers import Offer, check_offers
from loyalty.prices import Price
from loyalty.rates import Rates
from loyalty.refusals import Code, Refused
from loyalty.rules.benefits import Benefit
from loyalty.rules.checking import check_counted, check_kept, check_named
from loyalty.rules.conditions import Condition
from loyalty.rules.conditions.clock_times import Dates, Hours, Weekday
from loyalty.rules.conditions.period import Period
from loyalty.rules.conditions.places import Channel, Store
from loyalty.rules.conditions.products import Products
from loyalty.rules.conditions.standing import Reaches
from loyalty.rules.conditions.standing import Segment as InSegment
from loyalty.rules.conditions.standing import Tier as OfTier
from loyalty.rules.counting import Counting
from loyalty.rules.counts import Delta, Tally
from loyalty.rules.deciding import Outcome, Rules
from loyalty.rules.effects import AnyEffect, Effect
from loyalty.rules.giving import Giving
from loyalty.rules.guards import check_guards
from loyalty.rules.measures import Measure
from loyalty.rules.orders import TITLE_MAX_CHARS, Data, Id, Order, Positive, Title
from loyalty.rules.referral import Referral
from loyalty.rules.segments import Badge, Segment
from loyalty.rules.tiers import Tiers
from loyalty.rules.triggers import check_triggers
from loyalty.texts import check_text, check_value

DOCUMENT_MAX_BYTES = 196_608
REFUND_GRACE_DAYS = 30
"""How long points last that come back and have lapsed since they were spent."""


class Reward(Data, frozen=True, kw_only=True):
    """What a member gets for points, as a voucher of the partner that gives it.

    points: 0 for one that is free; handed: rules alone hand it out, so that nobody can ask for it.
    stock: how many there are of it in all versions, per_member: how many of these one member gets;
    absent: as many as there are takers. birthday: when it is to be had, of all such rewards of a
    programme one a year. valid: where, when and of whom its voucher is taken.
    """

    id: Id
    name: Title
    points: Annotated[int, Meta(ge=0, le=MAX_INTEGER)]
    partner: Id
    handed: bool = False
    stock: Positive | None = None
    per_member: Positive | None = None
    birthday: Birthday | None = None
    valid: Annotated[
        tuple[Channel | Dates | Hours | Period | InSegment | Store | OfTier | Weekday, ...],
        Meta(max_length=8),
    ] = ()


class Programme(Data, frozen=True, kw_only=True):
    """One version of a programme."""

    id: Id
    version: Positive
    name: Title
    currency: Annotated[str, Meta(pattern=r"^[A-Z0-9]{2,12}$")]
    earn: Annotated[tuple[AnyEffect, ...], Meta(max_length=500)]
    price: Price | None = None
    causes: Annotated[tuple[Cause, ...], Meta(max_length=100)] = ()
    offers: Annotated[tuple[Offer, ...], Meta(max_length=500)] = ()
    rewards: Annotated[tuple[Reward, ...], Meta(max_length=500)]
    expiry: AnyExpiry
    exchange: Rates = ()
    goodwill: Goodwill = NO_GOODWILL
    refund_grace_days: Annotated[int, Meta(ge=0, le=3650)] = REFUND_GRACE_DAYS
    confirmation: Confirmation = AT_ONCE
    giving: Giving | None = None
    notices: Notices = ()
    notice_at_least: Positive = 1
    measures: Annotated[tuple[Measure, ...], Meta(max_length=16)] = ()
    tiers: Tiers | None = None
    segments: Annotated[tuple[Segment, ...], Meta(max_length=32)] = ()
    badges: Annotated[tuple[Badge, ...], Meta(max_length=32)] = ()
    accounts: AccountRules | None = None
    gift_cards: GiftCardRules | None = None
    referral: Referral | None = None

    @property
    def points_currency(self) -> CurrencyCode:
        return CurrencyCode(self.currency)

    def partners(self) -> frozenset[str]:
        """Whose points it can issue or burn, whom it bills, who offers something: each signs it."""
        issuing = {partner for _, partner in self.issuers()}
        tills = {partner for rule in self.earn for partner in rule.partners}
        benefits = {each.partner for each in self.benefits()}
        given = {reward.partner for reward in self.rewards}
        causes = {cause.partner for cause in self.causes}
        offers = {offer.partner for offer in self.offers}
        paid = set() if self.gift_cards is None else {*self.gift_cards.taken_at}
        burning = given | causes | offers | paid | benefits
        return frozenset(issuing | tills | burning | self.goodwill.billed)

    def issuers(self) -> Iterator[tuple[tuple[str, ...], str]]:
        """Whose points it can issue, each with the place in the document that says so."""
        for number, rule in enumerate(self.earn):
            for partner in rule.funding or rule.partners:
                yield ("earn", str(number), "funding" if rule.funding else "partners"), partner
        if self.giving is not None:
            yield ("giving", "issuer"), self.giving.issuer
        if self.gift_cards is not None:
            for partner in self.gift_cards.issuers:
                yield ("gift_cards", "issuers"), partner
        for partner in () if self.referral is None else self.referral.partners:
            yield ("referral", "partners"), partner

    def benefits(self) -> list[Benefit]:
        """Of all tiers."""
        levels = () if self.tiers is None else self.tiers.levels
        return [benefit for level in levels for benefit in level.benefits]

    def reward(self, id_: str) -> Reward | None:
        return next((reward for reward in self.rewards if reward.id == id_), None)

    def confirmed_on(self, day: date) -> str:
        """The day on which points of a purchase on that day become available."""
        return (day + timedelta(days=self.confirmation.days)).isoformat()

    def expires(self, day: date, jurisdiction: str = "") -> Expires:
        """The last day to spend points of a purchase on that day, for a member who lives there."""
        return self.expiry.expires(day, jurisdiction)


class Award(NamedTuple):
    """What one programme gives for one purchase. outcomes: of the rules that give something.

    confirmed_on: the day from which its points are available; they are pending until then; deltas:
    what the purchase adds to what is counted.
    """

    rule: Hash
    currency: CurrencyCode
    points: int
    expires: Expires
    outcomes: tuple[Outcome, ...]
    confirmed_on: str
    deltas: tuple[Delta, ...] = ()

    def opens(self, at: str) -> Expires | None:
        """Until when the lot lasts that it opens at that moment; None where it has to wait."""
        return None if day_of(at) < self.confirmed_on else self.expires


class Version(NamedTuple):
    """A programme version as it is used. rule: the digest of text, its canonical JSON."""

    rule: Hash
    text: str
    programme: Programme
    rules: Rules
    counting: Counting

    def seen(self, order: Order, tally: Tally) -> Order:
        """The order with the standing of who buys. tally: what is remembered of them."""
        return order._replace(standing=self.counting.standing(tally, order))

    def award(self, order: Order) -> Award:
        """What it gives for a purchase; 0 points where no rule holds."""
        outcomes = self.rules.decided(order)
        points = sum(each.points for each in outcomes)
        day, own = date.fromisoformat(day_of(order.at)), self.programme
        confirmed_on = own.confirmed_on(day)
        deltas = self.counting.deltas(order, outcomes) if order.standing.known else ()
        expires = own.expires(day, order.jurisdiction)
        given = tuple(each for each in outcomes if each.miss is None)
        return Award(self.rule, own.points_currency, points, expires, given, confirmed_on, deltas)


def read_programme(document: object) -> Version:
    """A programme version of a JSON value. Raises Refused with the path."""
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
        raise _refused(error, document) from None
    _check(programme)
    return _version(text, programme)


def _refused(error: msgspec.ValidationError, document: object) -> Refused:
    from loyalty.faults import fault_of  # noqa: PLC0415 - only a mistake pays for it

    path, message = fault_of(error, Programme, document)
    said = message if path else f"not a programme: {message}"
    return Refused(Code.INVALID_INPUT, said, "document", *path)


def json_schema() -> dict[str, object]:
    """What a programme may say, for editors: docs/programme.schema.json."""
    return msgspec.json.schema(Programme)


def version_of(text: str) -> Version:
    """A programme version from text that `read_programme` made."""
    parse(text.encode())
    return _version(text.encode(), msgspec.json.decode(text, type=Programme))


def _version(text: bytes, programme: Programme) -> Version:
    conditions = (condition for rule in programme.earn for condition in rule.when)
    counting = Counting(
        programme.measures,
        programme.tiers,
        programme.segments,
        programme.badges,
        {each.measure for each in conditions if isinstance(each, Reaches)},
    )
    return Version(digest(text), text.decode(), programme, Rules(programme.earn), counting)


def _check(programme: Programme) -> None:
    check_text(programme.name, TITLE_MAX_CHARS, "document", "name")
    for number, reward in enumerate(programme.rewards):
        check_text(reward.name, TITLE_MAX_CHARS, "document", "rewards", str(number), "name")
    check_causes(programme.causes, programme.price)
    check_offers(programme.offers)
    for name, ids in (
        ("badges", [badge.id for badge in programme.badges]),
        ("causes", [cause.id for cause in programme.causes]),
        ("earn", [rule.id for rule in programme.earn]),
        ("offers", [offer.id for offer in programme.offers]),
        ("measures", [measure.id for measure in programme.measures]),
        ("rewards", [reward.id for reward in programme.rewards]),
        ("segments", [segment.id for segment in programme.segments]),
    ):
        for number, id_ in enumerate(ids):
            if ids.index(id_) < number:
                said = f"the id {id_} stands twice in {name}, first as number {ids.index(id_) + 1}"
                raise Refused(Code.INVALID_INPUT, said, "document", name, str(number), "id")
    check_triggers(programme.earn)
    check_funding(programme.earn)
    _check_handed(programme)
    check_goodwill(programme.goodwill)
    _check_multipliers(programme.earn)
    check_guards([rule.guard for rule in programme.earn])
    for each in (programme.expiry, *programme.expiry.by_jurisdiction.values()):
        check_confirmation(programme.confirmation, each.last_day)
    check_notices(programme.notices)
    check_counted(programme.measures, programme.tiers, programme.segments, programme.badges)
    lists: dict[tuple[str, ...], Sequence[Condition]]
    lists = {("earn", str(n), "when"): rule.when for n, rule in enumerate(programme.earn)}
    lists |= {("rewards", str(n), "valid"): each.valid for n, each in enumerate(programme.rewards)}
    check_named(lists, programme.measures, programme.tiers, programme.segments)
    check_kept(programme.earn, programme.measures, programme.tiers)
    if not programme.partners():
        raise Refused(Code.INVALID_INPUT, "a programme names at least one partner", "document")
    if OPERATOR in programme.partners():
        raise Refused(Code.INVALID_INPUT, "`operator` is not a partner's id", "document")


def _check_handed(programme: Programme) -> None:
    """Rules hand out what there is, and what they alone hand out has no price."""
    for number, rule in enumerate(programme.earn):
        if rule.voucher and programme.reward(rule.voucher) is None:
            raise Refused(
                Code.INVALID_INPUT,
                f"the programme has no reward {rule.voucher}",
                *("document", "earn", str(number), "reward"),
            )
    for number, reward in enumerate(programme.rewards):
        if reward.handed and reward.points:
            raise Refused(
                Code.INVALID_INPUT,
                "rules alone hand it out, so that it costs nothing: `points` is 0",
                *("document", "rewards", str(number), "points"),
            )


def _check_multipliers(rules: Sequence[Effect]) -> None:
    """They multiply what a whole order earns, beside the rules that do so."""
    groups = {rule.best_of for rule in rules if not rule.multiplies} - {None}
    for number, rule in enumerate(rules):
        place = ("document", "earn", str(number))
        if rule.multiplies and rule.best_of in groups:
            raise Refused(
                Code.INVALID_INPUT,
                f"the group {rule.best_of} has rules that multiply and others: use two groups",
                *place,
                "best_of",
            )
        if rule.multiplies and any(isinstance(each, Products) for each in rule.when):
            raise Refused(
                Code.INVALID_INPUT,
                "it multiplies the whole order: give more for products by a rule of their own",
                *place,
                "when",
            )
