"""Goodwill: an operator gives or takes points; past a limit a second operator must approve.

An adjustment is asked for by `adjust_points`. Within the programme's limits it is done at once.
Past them nothing moves: it waits, under the id that its transaction will have, until another
operator approves or any declines it, or until its days are over. The second signs the very
instruction that the first has signed, and the entry keeps both signatures.

A request to adjust is kept under an id of its own, beside the transaction's: the entry is written
under the asker's key when it is approved, and not before.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta

import msgspec

from ledger.canonical import canonical
from ledger.errors import RuleBroken
from ledger.governance import Governance
from ledger.names import (
    TransactionId,
    at_moment,
    at_text,
    day_of,
    transaction_id,
)
from ledger.tx import Authority
from loyalty.actors import CARE
from loyalty.adjusting import Moving, Wanted, allowed
from loyalty.approvals import Asked, decided, listed, the_waiting
from loyalty.authority import Signature, authority, require_operator
from loyalty.coalition import Coalition
from loyalty.committing import Answer, Plan, Request, carry_out
from loyalty.ports import Commit, RecordPut, Versioned
from loyalty.records.adjustments import Adjusted, Adjustment
from loyalty.refusals import Code, Refused
from loyalty.texts import check_amount, check_text

ASKING = "system:adjustments"


def adjust_points(
    coalition: Coalition,
    request: Request,
    wanted: Wanted,
    said: Mapping[str, object],
    signature: Signature | None,
) -> Answer:
    """Gives or takes points now, or lets them wait for approval. record: the id of what waits.

    said: the input as it is signed, for whoever approves to read.
    """
    operator = require_operator(request.actor)
    check_amount(abs(wanted.points), "points")
    check_text(wanted.reason, 200, "reason")
    asking = request._replace(id=transaction_id(ASKING, request.id))

    def decide() -> Plan:
        _check_unused(coalition, request.id, "idempotencyKey")
        governance = coalition.governance()
        ruling = allowed(coalition, governance, wanted)
        moving = Moving(coalition, governance, wanted, ruling)
        by = authority(governance, request, "adjust", moving.draft.at, signature)
        today = _moved_today(coalition, f"{wanted.programme}/{operator.id}")
        if ruling.goodwill.needs_approval(abs(wanted.points), today.record.points):
            return _waits(coalition, request, wanted, by, said, ruling.goodwill.waits_days)
        moving.add(request.id, by, None)
        moved = msgspec.structs.replace(
            today.record, points=today.record.points + abs(wanted.points)
        )
        counted = RecordPut(f"{wanted.programme}/{operator.id}", moved, today.version)
        return moving.draft.plan(asking.id, records=(*moving.puts, counted))

    return carry_out(coalition, asking, decide, operators=CARE)


def approve_adjustment(
    coalition: Coalition, request: Request, id_: TransactionId, signature: Signature | None
) -> Answer:
    """Another operator than the one that asked signs the same instruction: the points move, once.

    The programme's newest version decides whether they still may. record: its id.
    """
    operator = require_operator(request.actor)

    def decide() -> Plan:
        found = the_waiting(coalition, id_)
        asked = found.record
        if asked.party == operator.party:
            raise Refused(Code.NOT_PERMITTED, "another operator than the one that asked approves")
        _check_unused(coalition, id_, "adjustmentId")
        governance = coalition.governance()
        wanted = Wanted(asked.member, asked.programme, asked.points, asked.reason, asked.sponsor)
        with _named("adjustmentId"):
            ruling = allowed(coalition, governance, wanted)
            moving = Moving(coalition, governance, wanted, ruling)
        by = _still(governance, asked, id_, moving.draft.at)
        second = request._replace(id=id_, asked=asked.asked)
        approved = authority(governance, second, "adjust", moving.draft.at, signature)
        with _named("adjustmentId"):
            moving.add(id_, by, approved)
        done = (decided(coalition, id_, found, operator.party, "approved"),)
        records = (*moving.puts, *done, listed(coalition, without=id_))
        return moving.draft.plan(request.id, record=id_, records=records)

    return carry_out(coalition, request, decide, operators=CARE)


def decline_adjustment(
    coalition: Coalition, request: Request, id_: TransactionId, reason: str
) -> Answer:
    """What waits will not be done; whoever asked can take it back so. record: its id."""
    operator = require_operator(request.actor)
    check_text(reason, 200, "reason")

    def decide() -> Plan:
        found = the_waiting(coalition, id_)
        put = decided(coalition, id_, found, operator.party, "declined", reason)
        records = (put, listed(coalition, without=id_))
        return Plan(Answer(record=id_), Commit((), records=records))

    return carry_out(coalition, request, decide, operators=CARE)


def _waits(
    coalition: Coalition,
    request: Request,
    wanted: Wanted,
    by: Authority,
    said: Mapping[str, object],
    days: int,
) -> Plan:
    """Nothing moves; another operator may approve it for so many days."""
    now = coalition.now()
    waiting = Adjustment(
        **wanted._asdict(),
        party=by.party,
        key=str(by.key),
        sig=str(by.sig),
        asked=request.asked,
        said=canonical(said).decode(),
        asked_at=now,
        waits_until=at_text(at_moment(now) + timedelta(days=days)),
    )
    row = Asked(waiting.waits_until, request.id, by.party)
    puts = (
        RecordPut(request.id, waiting),
        listed(coalition, without=request.id, more=row),
    )
    return Plan(Answer(record=request.id), Commit((), records=puts))


@contextmanager
def _named(field: str) -> Iterator[None]:
    """What was wrong with the adjustment, told of the field that names it."""
    try:
        yield
    except Refused as refused:
        raise Refused(refused.code, refused.message, field) from None


def _check_unused(coalition: Coalition, id_: TransactionId, field: str) -> None:
    """The place of the entry to be is free: no other request of the asker's has the same key."""
    if coalition.store.transactions([id_]):
        raise Refused(
            Code.IDEMPOTENCY_CONFLICT,
            "the key that it was asked with was used for another request: ask with a new key",
            field,
        )


def _still(governance: Governance, asked: Adjustment, id_: TransactionId, at: str) -> Authority:
    """The word of whoever asked, if its key is in force still. Raises Refused."""
    by = Authority(asked.party, asked.key, asked.sig, asked.asked)
    try:
        check = governance.authority_check(by, "adjust", id_, at)
    except RuleBroken:
        check = None
    if check is None or not check.holds():
        raise Refused(
            Code.NOT_ELIGIBLE,
            f"the key that {asked.party} asked with is not in force any more",
            "adjustmentId",
        )
    return by


def _moved_today(coalition: Coalition, key: str) -> Versioned[Adjusted]:
    """What one operator has moved alone today.

    Never a day before one that was counted already: two machines' clocks may differ at midnight,
    and nobody has a day's limit twice for that.
    """
    today = day_of(coalition.now())
    found = coalition.store.record(Adjusted, key)
    if found is None or found.record.day < today:
        return Versioned(Adjusted(day=today), 0 if found is None else found.version)
    return found
