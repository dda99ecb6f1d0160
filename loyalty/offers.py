"""Offers: who may have something from when on, and of how many places."""

from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta

from ledger.names import is_at
from loyalty.refusals import Code, Refused
from loyalty.rules.orders import Data, Id, Label, Miss
from loyalty.texts import check_text


class Offer(Data, frozen=True, kw_only=True):
    """Something of a partner's, for members before the public or for them alone.

    members_from, public_from, until: moments in UTC; without public_from it is never for the
    public, without members_from it is for members from public_from on, and always if there is
    neither; until: the first moment at which it is over. products: the articles that it is about,
    all of the partner's if none; places: how many members can have one, one each.
    """

    id: Id
    name: Annotated[str, Meta(min_length=1, max_length=120)]
    partner: Id
    members_from: str | None = None
    public_from: str | None = None
    until: str | None = None
    products: Annotated[frozenset[Label], Meta(max_length=1_000)] = frozenset()
    places: Annotated[int, Meta(ge=1, le=1_000_000)] | None = None

    def __post_init__(self) -> None:
        moments = [self.members_from, self.public_from, self.until]
        stated = [each for each in moments if each is not None]
        for each in stated:
            if not is_at(each):
                raise ValueError(f"`{each}` is no moment: write it like 2026-11-21T00:00:00.000Z")
        if stated != sorted(stated) or self.until in stated[:-1]:
            raise ValueError(
                "members come first, then the public, then it is over: `members_from`, "
                "`public_from`, `until`"
            )

    def opens_at(self, is_member: bool) -> str | None:
        """The first moment for a member or a guest; None: always for members, never for guests."""
        if is_member and self.members_from is not None:
            return self.members_from
        return self.public_from

    def missed(self, is_member: bool, at: str) -> Miss | None:
        """Why it is not to be had at that moment; None: it is."""
        if self.until is not None and at >= self.until:
            return Miss("OFFER_OVER", f"it was to be had until {self.until}")
        opens = self.opens_at(is_member)
        if opens is None:
            return None if is_member else Miss("MEMBERS_ONLY", "it is for members alone")
        if at < opens:
            return Miss("NOT_YET", f"it is to be had from {opens}")
        return None


def check_offers(offers: Sequence[Offer]) -> None:
    """Places are taken by members. Raises Refused with the path."""
    for number, offer in enumerate(offers):
        check_text(offer.name, 120, "document", "offers", str(number), "name")
        if offer.places is not None and offer.public_from is not None:
            raise Refused(
                Code.INVALID_INPUT,
                "places are for members, who are told apart: leave it or `public_from` out",
                *("document", "offers", str(number), "places"),
            )
