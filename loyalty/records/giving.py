"""What members gave each other of an allowance, and their teams."""

from loyalty.ports import Record


class Teammate(Record, frozen=True):
    """The team that a member is in for one programme's giving; empty: not any more in one."""

    team: str = ""


class Allowance(Record, frozen=True):
    """What a member gave of a programme's allowance in the newest month in which it gave."""

    month: str
    given: int


class Recognition(Record, frozen=True):
    """Points that a member gave another of an allowance, kept under the id of their transaction.

    message: what the giver wrote, as long as nobody erased it.
    """

    programme: str
    giver: str
    receiver: str
    points: int
    given_at: str
    message: str = ""
