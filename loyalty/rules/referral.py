"""Referrals: what a member and a friend of it get for the friend's first order."""

from typing import Annotated

from msgspec import Meta

from ledger.names import At
from loyalty.rules.orders import Data, Id, Positive
from loyalty.rules.zones import check_zone, local_month


class Referral(Data, frozen=True, kw_only=True):
    """Points for both, issued by the partner at whose till the first order is.

    partners: at whose tills it counts; money, minimum_minor: what it comes to at least, in minor
    units of an ISO 4217 currency; referrer, friend: points; a_month: for how many friends a member
    gets points in a calendar month of the time zone.
    """

    partners: Annotated[tuple[Id, ...], Meta(min_length=1, max_length=100)]
    money: Annotated[str, Meta(pattern=r"^[A-Z]{3}$")]
    minimum_minor: Positive
    referrer: Positive
    friend: Positive
    a_month: Positive
    time_zone: str = "UTC"

    def __post_init__(self) -> None:
        check_zone(self.time_zone)

    def month(self, at: At) -> str:
        """The calendar month that a member's friends are counted in, like 2026-11."""
        return local_month(at, self.time_zone)

    def reached(self, money: str, amount_minor: int) -> bool:
        return money == self.money and amount_minor >= self.minimum_minor
