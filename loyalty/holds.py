"""Holds: points are set aside for a reward that is still to be made, then spent or given back."""

from collections.abc import Iterator
from contextlib import contextmanager

from ledger.errors import PointsMissing, RuleBroken
from ledger.kinds import Effect, Standing, capture, hold, void
from ledger.names import PartnerId, TransactionId, is_base32_id
from loyalty.actors import CARE, Actor, MemberActor, Operator, System
from loyalty.authority import Signature, authority, require_partner
from loyalty.coalition import Coalition
from loyalty.committing import Answer, Plan, Request, carry_out
from loyalty.members import present_id
from loyalty.moved_wallets import Going
from loyalty.ports import RecordPut, StandingPut
from loyalty.records.rewards import Hold
from loyalty.refusals import Code, Refused
from loyalty.rewards import Redemption, check_taker, chosen
from loyalty.spending import unspent
from loyalty.stock import put_back
from loyalty.texts import check_text
from loyalty.writing import Draft, refuse


def hold_reward(
    coalition: Coalition,
    request: Request,
    wanted: Redemption,
    reference: str,
    signature: Signature | None,
) -> Answer:
    """Sets a reward's points aside: they can be spent on nothing else. record: the hold's id.

    Whoever may redeem the reward may hold it. reference: of the order that the points are for.
    """
    check_taker(request, wanted)
    check_text(reference, 64, "orderReference")

    def decide() -> Plan:
        governance = coalition.governance()
        _, programme, reward, id_, counts = chosen(coalition, governance, request, wanted)
        if id_ is None or reward.birthday is not None:
            raise Refused(Code.NOT_ELIGIBLE, "free and birthday rewards are not held", "rewardId")
        draft = Draft(coalition, governance, {id_: programme.points_currency})
        by = authority(governance, request, "hold", draft.at, signature)
        try:
            draft.expire_lapsed(id_)
            effect = hold(draft.wallet(id_), reward.points, draft.at)
            draft.add(request.id, "hold", effect, by, detail={"reference": reference})
        except (RuleBroken, PointsMissing) as broken:
            raise refuse(broken, "rewardId") from None
        record = Hold(
            programme=wanted.programme,
            reward=wanted.reward,
            partner=PartnerId(reward.partner),
            member=wanted.member,
            counted=tuple(each.id for each in counts),
        )
        return draft.plan(
            request.id,
            record=request.id,
            records=(RecordPut(request.id, record), *counts),
            standings=_opened(effect, request.id, draft),
        )

    return carry_out(coalition, request, decide)


def capture_hold(
    coalition: Coalition, request: Request, hold_id: TransactionId, signature: Signature | None
) -> Answer:
    """The partner that gives the reward has sent it: the points that were held are spent there."""
    partner = require_partner(request.actor).id

    def decide() -> Plan:
        _, of, version = _the_hold(coalition, hold_id, request.actor)
        draft = _draft(coalition, of)
        by = authority(draft.governance, request, "capture", draft.at, signature)
        with _refusing():
            effect = capture(draft.wallet(of.wallet), of, partner, of.stands)
            draft.add(request.id, "capture", effect, by, of=hold_id)
        standings = (*_left(effect, version), *_opened(effect, request.id, draft))
        return draft.plan(request.id, standings=standings)

    return carry_out(coalition, request, decide)


def void_hold(
    coalition: Coalition,
    request: Request,
    hold_id: TransactionId,
    reason: str,
    signature: Signature | None,
) -> Answer:
    """It is cancelled: the points come back with their own last days, and so does the stock.

    By the partner that gives the reward or by an operator; once that partner has left, by the
    member as well.
    """
    check_text(reason, 64, "reason")

    def decide() -> Plan:
        held, of, version = _the_hold(coalition, hold_id, request.actor)
        going = Going(coalition, request, {of.wallet: of.currency}, incoming=True)
        draft = going.draft
        by = authority(draft.governance, request, "void", draft.at, signature)
        with _refusing():
            effect = void(draft.wallet(of.wallet), of)
            draft.add(request.id, "void", effect, by, of=hold_id, detail={"reason": reason})
            going.pay(of.wallet, of.stands)
        uses = unspent(coalition, held.counted, of)
        records = (*put_back(coalition, held.counted), *going.settle(uses))
        return draft.plan(request.id, records=records, standings=_left(effect, version))

    return carry_out(coalition, request, decide, operators=CARE)


def _the_hold(
    coalition: Coalition, id_: TransactionId, actor: Actor | System
) -> tuple[Hold, Standing, int]:
    """A hold that this actor decides on and that still holds points, and its standing's version.

    Raises Refused.
    """
    found = coalition.store.record(Hold, id_) if is_base32_id(id_) else None
    standing = None if found is None else coalition.store.standing(id_)
    if found is None or standing is None or not _decides(coalition, actor, found.record):
        raise Refused(Code.NOT_FOUND, "there is no such hold to decide on", "holdId")
    of, version = standing
    if not of.stands:
        raise Refused(
            Code.EXCEEDS_REMAINING, "it holds nothing any more: captured or voided", "holdId"
        )
    return found.record, of, version


def _decides(coalition: Coalition, actor: Actor | System, held: Hold) -> bool:
    if isinstance(actor, MemberActor):
        gone = not coalition.governance().joined(held.partner, coalition.now())
        return gone and actor.id == present_id(coalition, held.member)
    return isinstance(actor, Operator) or actor.id == held.partner


def _draft(coalition: Coalition, of: Standing) -> Draft:
    return Draft(coalition, coalition.governance(), {of.wallet: of.currency})


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except RuleBroken as broken:
        raise refuse(broken, "holdId") from None


def _left(effect: Effect, version: int) -> tuple[StandingPut, ...]:
    return () if effect.leaves is None else (StandingPut(effect.leaves, version),)


def _opened(effect: Effect, id_: TransactionId, draft: Draft) -> tuple[StandingPut, ...]:
    """What the transaction itself stands at, for whatever goes back to it."""
    if effect.opens is None:
        return ()
    return (StandingPut(effect.opens._replace(id=id_, at=draft.at)),)
