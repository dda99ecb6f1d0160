"""What members say of partners, and which of it is still open."""

from collections.abc import Mapping

import msgspec

from ledger.names import PartnerId
from loyalty.ports import Record


class Feedback(Record, frozen=True):
    """A member's word on a partner, kept under `<partner>/<number>`; what it wrote is in `Words`.

    by: the party that told it; words: id of the Words that hold its text.
    """

    partner: PartnerId
    number: int
    member: str
    score: int
    given_at: str
    by: str
    words: str
    transaction: str = ""
    assigned_to: str = ""
    assigned_at: str = ""
    followed_up_at: str = ""
    followed_up_by: str = ""


class Said(msgspec.Struct, frozen=True, omit_defaults=True):
    """text: the member's; note: what who followed up wrote."""

    text: str = ""
    note: str = ""


class Words(Record, frozen=True):
    """What was written in a member's feedbacks, by their ids, kept under `<member>/<page>`."""

    said: Mapping[str, Said] = msgspec.field(default_factory=dict)


class FeedbackOfMember(Record, frozen=True):
    """How many feedbacks a member gave, kept under its id."""

    given: int = 0


class FeedbackOfPartner(Record, frozen=True):
    """How many feedbacks a partner was given and how many of them were followed up.

    open: how many are open in each page of numbers that has one, by page.
    """

    given: int = 0
    followed_up: int = 0
    open: Mapping[int, int] = msgspec.field(default_factory=dict)


class OpenFeedback(Record, frozen=True):
    """The numbers that are open in a page, in order, kept under `<partner>/<page>`."""

    numbers: tuple[int, ...] = ()
