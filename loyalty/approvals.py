"""Adjustments that wait for a second operator: the list of them, and what became of each."""

from typing import NamedTuple

import msgspec

from ledger.names import TransactionId, is_base32_id
from loyalty.coalition import Coalition
from loyalty.ports import RecordPut, Versioned
from loyalty.records.adjustments import Adjustment, AdjustmentsWaiting
from loyalty.refusals import Code, Refused

WAITING_MAX = 500
WAITING_MAX_OF_ONE = 50
WAITING = "all"
"""The one record of what waits: few operators write it, and none of it is read by members."""


def waiting_ids(coalition: Coalition) -> list[str]:
    """`<until when> <id>` of what waits for approval, what lapses first first."""
    now = coalition.now()
    found = coalition.store.record(AdjustmentsWaiting, WAITING)
    rows = () if found is None else found.record.rows
    return sorted(f"{until} {id_}" for until, id_ in rows if now < until)


def the_waiting(coalition: Coalition, id_: TransactionId) -> Versioned[Adjustment]:
    """One that can still be decided on. Raises Refused."""
    found = coalition.store.record(Adjustment, id_) if is_base32_id(id_) else None
    if found is None:
        raise Refused(Code.NOT_FOUND, "there is no such adjustment", "adjustmentId")
    if found.record.outcome:
        raise Refused(
            Code.ALREADY_DECIDED,
            f"it was {found.record.outcome} {found.record.decided_at}",
            "adjustmentId",
        )
    if coalition.now() >= found.record.waits_until:
        raise Refused(
            Code.NOT_ELIGIBLE,
            f"it waited until {found.record.waits_until}: ask for it again",
            "adjustmentId",
        )
    return found


def decided(
    coalition: Coalition,
    id_: TransactionId,
    found: Versioned[Adjustment],
    party: str,
    outcome: str,
    why: str = "",
) -> RecordPut:
    """What became of it. outcome: `approved` or `declined`; why: of one declined."""
    record = msgspec.structs.replace(
        found.record,
        outcome=outcome,
        decided_by=party,
        decided_at=coalition.now(),
        declined_because=why,
    )
    return RecordPut(id_, record, found.version)


class Asked(NamedTuple):
    """What waits from now on: until when, its id, and who asked for it."""

    waits_until: str
    id: str
    party: str


def listed(coalition: Coalition, *, without: str, more: Asked | None = None) -> RecordPut:
    """The list of what waits, changed; what has lapsed is on it no more.

    Raises Refused where it is full, and where too much of it is of who asks: nobody keeps the
    others from asking.
    """
    now = coalition.now()
    found = coalition.store.record(AdjustmentsWaiting, WAITING)
    record, version = found or (AdjustmentsWaiting(), 0)
    kept = tuple((until, id_) for until, id_ in record.rows if now < until and id_ != without)
    asked_by = {id_: record.asked_by[id_] for _, id_ in kept if id_ in record.asked_by}
    if more is not None:
        if len(kept) >= WAITING_MAX:
            raise Refused(
                Code.LIMIT_EXCEEDED, f"{WAITING_MAX} adjustments wait: decide on those first"
            )
        if list(asked_by.values()).count(more.party) >= WAITING_MAX_OF_ONE:
            raise Refused(
                Code.LIMIT_EXCEEDED,
                f"{WAITING_MAX_OF_ONE} adjustments that you asked for wait: have them decided on, "
                "or take some back with declineAdjustment",
            )
        kept = (*kept, (more.waits_until, more.id))
        asked_by[more.id] = more.party
    return RecordPut(WAITING, AdjustmentsWaiting(rows=kept, asked_by=asked_by), version)
