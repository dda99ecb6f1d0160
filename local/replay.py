"""The Complete Journey, replayed over HTTP as the tills and apps of a coalition would send it.

A visit is what one household bought at one time: enrolment when it is first seen, a purchase at
each partner, and its coupons as rewards. Two things that the data has no word for are added, at
visits that the basket's number chooses, so that every replay of the same baskets does the same:

    gifts     a member gives half of what it has to the member who came before it
    returns   some visits later goods come back, and the points they earned with them, whole or half

A coupon whose member has too few points is refused, as it would be at a till, and counted so.
"""

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import groupby
from time import perf_counter
from typing import NamedTuple

from ledger.names import at_text
from local.client import Receipt, Refused
from local.coalition import CURRENCY, Demo
from local.journey import CouponUse, Journey, Purchase

GIFT_EVERY = 20
RETURN_EVERY = 20
RETURN_AFTER_VISITS = 10
_EXPECTED_REFUSAL = "INSUFFICIENT_POINTS"


@dataclass
class Replayed:
    """What the tills and apps were answered. awards: entries that gave points, which may be two
    of a purchase; tiers, badges: how many members have which.

    members: ids by household; earned: points by household; refused: by code; the other counters
    are by partner.
    """

    members: dict[str, str] = field(default_factory=dict)
    earned: Counter[str] = field(default_factory=Counter)
    purchases: Counter[str] = field(default_factory=Counter)
    points: Counter[str] = field(default_factory=Counter)
    redemptions: Counter[str] = field(default_factory=Counter)
    returns: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    tiers: Counter[str] = field(default_factory=Counter)
    badges: Counter[str] = field(default_factory=Counter)
    awards: int = 0
    without_points: int = 0
    vouchers_used: int = 0
    transfers: int = 0
    transferred: int = 0
    seconds: float = 0.0


class _Return(NamedTuple):
    """Goods that will come back. due: at which visit; points: None for all."""

    due: int
    partner: str
    basket_id: str
    transactions: tuple[str, ...]
    points: int | None


def replay(demo: Demo, journey: Journey, progress: Callable[[int], object]) -> Replayed:
    """Sends all of a journey's events; progress: told how many were sent each time.

    Raises Refused where a request is refused that should not be.
    """
    started = perf_counter()
    replaying = _Replay(demo)
    for _, events in groupby(journey.events, key=lambda event: (event.at, event.household)):
        visit = list(events)
        replaying.visit(visit)
        progress(len(visit))
    replaying.take_back_all()
    # Two days go by, and what was to be spent by then lapses.
    demo.clock.set(journey.events[-1].at + timedelta(days=2))
    demo.clockwork.turn()
    replaying.look_at_standings()
    replaying.told.seconds = perf_counter() - started
    return replaying.told


class _Replay:
    def __init__(self, demo: Demo) -> None:
        self.told = Replayed()
        self._demo = demo
        self._tills = {partner: demo.till(partner) for partner in demo.rewards}
        self._visits = 0
        self._coupons = 0
        self._returns: deque[_Return] = deque()
        self._member_before = ""

    def visit(self, events: list[Purchase | CouponUse]) -> None:
        """One household's, at one time. The clock goes to it."""
        first = events[0]
        self._visits += 1
        self._demo.clock.set(first.at)
        self._demo.clockwork.new_day()
        self._take_back_due()
        member = self._member(first)
        for event in events:
            if isinstance(event, Purchase):
                receipt = self._buy(event, member)
                self._maybe_return_later(event, receipt)
            else:
                self._use_coupon(event, member)
        if isinstance(first, Purchase) and int(first.basket_id) % GIFT_EVERY == 0:
            self._give(first.basket_id, member)
        self._member_before = member

    def take_back_all(self) -> None:
        """The returns that were still to come."""
        while self._returns:
            self._take_back(self._returns.popleft())

    def look_at_standings(self) -> None:
        """Who has which tier and which badges, in the end."""
        for member in self.told.members.values():
            standing = self._demo.app(member).standing(member, self._demo.programme)
            self.told.tiers.update(each["name"] for each in [standing["tier"]] if each)
            self.told.badges.update(standing["badges"])

    def _member(self, event: Purchase | CouponUse) -> str:
        """The household's member id; the partner where it is first seen enrols it."""
        member = self.told.members.get(event.household)
        if member is None:
            till = self._tills[event.partner]
            name = f"Household {event.household}"
            member = till.enrol_member(name, key=f"household-{event.household}")
            self.told.members[event.household] = member
        return member

    def _buy(self, purchase: Purchase, member: str) -> Receipt:
        receipt = self._tills[purchase.partner].record_purchase(
            member,
            purchase.amount_minor,
            "USD",
            key=f"sale-{purchase.basket_id}",
            reference=purchase.basket_id,
            purchased_at=at_text(purchase.at),
        )
        self.told.purchases[purchase.partner] += 1
        self.told.points[purchase.partner] += receipt.points
        self.told.earned[purchase.household] += receipt.points
        self.told.awards += len(receipt.transactions)
        self.told.without_points += not receipt.transactions
        return receipt

    def _use_coupon(self, use: CouponUse, member: str) -> None:
        """A coupon is its partner's reward: got in the app or at the till, used at the till."""
        self._coupons += 1
        till = self._tills[use.partner]
        asks = till if int(use.household) % 2 else self._demo.app(member)
        reward = self._demo.rewards[use.partner]
        key = f"coupon-{self._coupons}"
        try:
            redeemed = asks.redeem_reward(member, self._demo.programme, reward, key=key)
        except Refused as refused:
            if refused.code != _EXPECTED_REFUSAL:
                raise
            self.told.refused[refused.code] += 1
            return
        self.told.redemptions[use.partner] += 1
        till.use_voucher(redeemed.voucher, key=f"use-{self._coupons}")
        self.told.vouchers_used += 1

    def _give(self, basket_id: str, member: str) -> None:
        if self._member_before in ("", member):
            return
        app = self._demo.app(member)
        points = app.points_available(member, CURRENCY) // 2
        if points:
            app.transfer_points(self._member_before, CURRENCY, points, key=f"gift-{basket_id}")
            self.told.transfers += 1
            self.told.transferred += points

    def _maybe_return_later(self, purchase: Purchase, receipt: Receipt) -> None:
        number, rest = divmod(int(purchase.basket_id), RETURN_EVERY)
        if rest != RETURN_EVERY // 2 or not receipt.transactions:
            return
        # A part is of one award's points.
        whole = number % 2 == 0 or receipt.points == 1 or len(receipt.transactions) > 1
        self._returns.append(
            _Return(
                self._visits + RETURN_AFTER_VISITS,
                purchase.partner,
                purchase.basket_id,
                receipt.transactions,
                None if whole else receipt.points // 2,
            )
        )

    def _take_back_due(self) -> None:
        while self._returns and self._returns[0].due <= self._visits:
            self._take_back(self._returns.popleft())

    def _take_back(self, back: _Return) -> None:
        till = self._tills[back.partner]
        for number, transaction in enumerate(back.transactions):
            key = f"return-{back.basket_id}-{number}"
            till.reverse_transaction(transaction, back.points, key=key)
            self.told.returns[back.partner] += 1
