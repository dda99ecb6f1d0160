"""Places of offers."""

from ledger.names import PartnerId
from loyalty.ports import Record


class Place(Record, frozen=True):
    """A place of an offer that a member took, and may have given back."""

    programme: str
    offer: str
    partner: PartnerId
    member: str
    taken_at: str
    given_back_at: str = ""


class PlaceOf(Record, frozen=True):
    """The place of an offer that a member has, by id; empty since it was given back."""

    place: str = ""


class PlacesTaken(Record, frozen=True):
    """How many places of an offer are taken."""

    taken: int
