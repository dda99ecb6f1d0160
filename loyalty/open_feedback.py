"""Which feedbacks of a partner are open, counted exactly and listed oldest first.

A partner's feedbacks are numbered from 1. Numbers are kept in pages of 500: a page's record holds
those that are open, and the partner's own record how many are open in each page that has one. So to
list is to read that record, just the pages that are needed, and the feedbacks; and each change
moves the partner's record, whose version lets one writer after another through.
"""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

from loyalty.coalition import Coalition
from loyalty.ports import RecordPut, Versioned
from loyalty.records.feedback import FeedbackOfPartner, OpenFeedback

PAGE = 500


class Place(NamedTuple):
    """Where a feedback stands: whose it is, and its number among them."""

    partner: str
    number: int

    @property
    def id(self) -> str:
        return f"{self.partner}/{self.number:09}"


class Figures(NamedTuple):
    """How many feedbacks were given, and how many of them followed up."""

    given: int
    followed_up: int

    @property
    def per_mille(self) -> int:
        """Followed up of a thousand given, rounded down: 1000 are all of them."""
        return self.followed_up * 1000 // self.given if self.given else 0


def place_of(id_: str) -> Place:
    """Where the feedback with that id stands."""
    partner, _, number = id_.rpartition("/")
    return Place(partner, int(number))


def one_more(coalition: Coalition, partner: str) -> tuple[Place, tuple[RecordPut, ...]]:
    """The place of a partner's next feedback, which is open, and what keeps it."""
    count, version = _count(coalition, partner)
    place = Place(partner, count.given + 1)
    page = place.number // PAGE
    listed, page_version = _page(coalition, partner, page)
    open_ = {**count.open, page: count.open.get(page, 0) + 1}
    changed = FeedbackOfPartner(given=place.number, followed_up=count.followed_up, open=open_)
    return place, (
        RecordPut(partner, changed, version),
        RecordPut(
            _page_id(partner, page),
            OpenFeedback(numbers=(*listed.numbers, place.number)),
            page_version,
        ),
    )


def one_followed_up(coalition: Coalition, place: Place) -> tuple[RecordPut, ...]:
    """What takes a feedback that is open from those that are."""
    count, version = _count(coalition, place.partner)
    page = place.number // PAGE
    listed, page_version = _page(coalition, place.partner, page)
    left = tuple(each for each in listed.numbers if each != place.number)
    open_ = {number: many for number, many in count.open.items() if number != page}
    if left:
        open_[page] = len(left)
    changed = FeedbackOfPartner(given=count.given, followed_up=count.followed_up + 1, open=open_)
    return (
        RecordPut(place.partner, changed, version),
        RecordPut(_page_id(place.partner, page), OpenFeedback(numbers=left), page_version),
    )


def figures(coalition: Coalition, partners: Sequence[str]) -> Figures:
    """Of all these partners together."""
    found = coalition.store.records(FeedbackOfPartner, partners)
    counts = [each.record for each in found.values()]
    given = sum(count.given for count in counts)
    return Figures(given, sum(count.followed_up for count in counts))


def open_places(
    coalition: Coalition, partners: Sequence[str], limit: int, after: Place | None
) -> list[Place]:
    """At most `limit` open feedbacks past `after`: by partner, and of each the oldest first."""
    wanted = [partner for partner in sorted(partners) if after is None or partner >= after.partner]
    counts = coalition.store.records(FeedbackOfPartner, wanted)
    found: list[Place] = []
    for partner in wanted:
        if partner in counts and len(found) < limit:
            past = after.number if after is not None and after.partner == partner else 0
            open_ = counts[partner].record.open
            found += _open_of(coalition, partner, open_, limit - len(found), past)
    return found


def _open_of(
    coalition: Coalition, partner: str, open_: Mapping[int, int], limit: int, past: int
) -> list[Place]:
    pages = sorted(page for page in open_ if page >= past // PAGE)
    found: list[int] = []
    while pages and len(found) < limit:
        # What is past counts in its page and is not wanted: that page may give nothing.
        enough = limit - len(found) + (open_[pages[0]] if pages[0] == past // PAGE else 0)
        totals = accumulate(open_[page] for page in pages)
        many = next((n for n, total in enumerate(totals, 1) if total >= enough), len(pages))
        ids = [_page_id(partner, page) for page in pages[:many]]
        pages = pages[many:]
        rows = coalition.store.records(OpenFeedback, ids)
        numbers = (number for id_ in ids if id_ in rows for number in rows[id_].record.numbers)
        found += [number for number in numbers if number > past]
    return [Place(partner, number) for number in found[:limit]]


def _count(coalition: Coalition, partner: str) -> Versioned[FeedbackOfPartner]:
    return coalition.store.record(FeedbackOfPartner, partner) or Versioned(FeedbackOfPartner(), 0)


def _page(coalition: Coalition, partner: str, page: int) -> Versioned[OpenFeedback]:
    id_ = _page_id(partner, page)
    return coalition.store.record(OpenFeedback, id_) or Versioned(OpenFeedback(), 0)


def _page_id(partner: str, page: int) -> str:
    return f"{partner}/{page}"
