"""Points that operators give or take."""

from collections.abc import Mapping

import msgspec

from ledger.names import Hash
from loyalty.ports import Record


class Adjustment(Record, frozen=True):
    """Points that an operator asked to give or take and that need a second one's approval, kept
    under the id of the transaction that they become.

    points: below 0 to take; sponsor: a partner's id, or empty; party, key, sig, asked: who asked,
    as `by` of the entry will say; said: the input as it was signed, canonical JSON; outcome:
    `approved` or `declined`, empty while it waits.
    """

    member: str
    programme: str
    points: int
    reason: str
    sponsor: str
    party: str
    key: str
    sig: str
    asked: Hash
    said: str
    asked_at: str
    waits_until: str
    outcome: str = ""
    decided_by: str = ""
    decided_at: str = ""
    declined_because: str = ""


class AdjustmentsWaiting(Record, frozen=True):
    """Of all adjustments those that wait: until when, and the id. asked_by: whose each is."""

    rows: tuple[tuple[str, str], ...] = ()
    asked_by: Mapping[str, str] = msgspec.field(default_factory=dict)


class Adjusted(Record, frozen=True):
    """How many points one operator has given or taken alone, by one programme, on one day."""

    day: str
    points: int = 0
