"""Peer recognition: what members may give each other that is not theirs to spend."""

from typing import Annotated, Literal

from msgspec import Meta

from ledger.names import At
from loyalty.rules.orders import Data, Id, Label, Positive
from loyalty.rules.zones import check_zone, local_month


class Way(Data, frozen=True, kw_only=True):
    """A team whose members may give, and the team that they may give to."""

    givers: Label
    receivers: Label


class Giving(Data, frozen=True, kw_only=True):
    """An allowance of points that its issuer pays, for each member of a team.

    a_month: points that a member can give in a calendar month of the time zone; what was not given
    by its end is gone. within: who may give to whom, of those whom somebody put in a team; `team`:
    within the same; `anyone`: across all; `listed`: in the given ways alone.
    """

    issuer: Id
    a_month: Positive
    a_gift: Positive
    within: Literal["team", "anyone", "listed"]
    ways: Annotated[tuple[Way, ...], Meta(max_length=200)] = ()
    time_zone: str = "UTC"

    def __post_init__(self) -> None:
        check_zone(self.time_zone)
        if self.a_gift > self.a_month:
            raise ValueError(f"`a_gift`, {self.a_gift}, is more than `a_month`, {self.a_month}")
        if (self.within == "listed") != bool(self.ways):
            raise ValueError("`ways` stand with `within` `listed`, and with nothing else")

    def month(self, at: At) -> str:
        """The calendar month that an allowance is of, like 2026-11."""
        return local_month(at, self.time_zone)

    def allows(self, giver: str, receiver: str) -> bool:
        """Whether a member of one team may give to one of the other; empty: of no team."""
        if not giver or not receiver:
            return False
        if self.within == "listed":
            return any(way.givers == giver and way.receivers == receiver for way in self.ways)
        return self.within == "anyone" or giver == receiver
