"""Who brought whom, and what that gave."""

import msgspec

from ledger.names import TransactionId
from loyalty.ports import Record


class ReferralCode(Record, frozen=True):
    """Whose friends type a code; kept under it."""

    member: str


class Referred(Record, frozen=True):
    """How a member came to a programme that has referrals.

    referrer: whose code it used, and since when; empty: nobody's. refers: others used its own code,
    so it is no new friend any more. order: the request that was its first order, with which it is
    decided what a referral gives; empty: still open.
    """

    referrer: str = ""
    since: str = ""
    refers: bool = False
    order: TransactionId = TransactionId("")


class ReferralsPaid(Record, frozen=True):
    """How many friends a member got points for in the newest month in which it got some."""

    month: str
    count: int


class Bonus(msgspec.Struct, frozen=True):
    """What a referral gave for an order: the awards, as long as it comes to a minimum."""

    programme: str
    referrer: str
    minimum_minor: int
    awards: tuple[TransactionId, ...]


class ReferralOrder(Record, frozen=True):
    """What referrals gave for an order, kept under each transaction by which it can come back."""

    partner: str
    amount_minor: int
    bonuses: tuple[Bonus, ...]
