"""Points that wait become available: when their days are over, or sooner if their issuer says so.

A confirmation goes back to an earn of any age and confirms what of it is still pending: what was
returned before is not. Its lot lasts as long as the version that computed the earn says of the
purchase's day, and the day of the confirmation at least.
"""

from datetime import date
from typing import NamedTuple

import msgspec

from ledger.entries import read_entry
from ledger.errors import RuleBroken
from ledger.kinds import Standing, confirm, opened_by
from ledger.names import At, Expires, TransactionId, day_of
from ledger.tx import Authority, Tx, read_tx
from loyalty.authority import Signature, authority, require_partner
from loyalty.coalition import Coalition
from loyalty.committing import Answer, Plan, Request, carry_out
from loyalty.members import jurisdiction_of
from loyalty.ports import StandingPut
from loyalty.programmes import Programme
from loyalty.refusals import Code, Refused
from loyalty.reversals import the_earn, the_row
from loyalty.writing import Draft, refuse

_SALT_BYTES = 16


class Waiting(NamedTuple):
    """An earn of which points are pending. version: of its standing; since: the purchase's day;
    lives_in: where its member lives, if its points' last day hangs on that.
    """

    tx: Tx
    of: Standing
    version: int
    since: date
    programme: Programme
    lives_in: str = ""

    @property
    def confirmed_on(self) -> str:
        return self.programme.confirmed_on(self.since)


def confirm_transaction(
    coalition: Coalition, request: Request, earn: TransactionId, signature: Signature | None
) -> Answer:
    """The partner that issued them confirms an earn's points at once, as for goods that cannot come
    back any more."""
    partner = require_partner(request.actor).id

    def decide() -> Plan:
        found = waiting(coalition, the_earn(the_row(coalition, earn), partner, "earnId"))
        if found is None:
            raise Refused(
                Code.EXCEEDS_REMAINING, "no points of this transaction are pending", "earnId"
            )
        draft = _draft(coalition, found)
        by = authority(draft.governance, request, "confirm", draft.at, signature)
        return _confirmed(draft, request, found, by)

    return carry_out(coalition, request, decide)


def confirmed_by_itself(coalition: Coalition, request: Request, found: Waiting) -> Plan:
    """The plan of the same where the days are over, by the coalition's clock."""
    draft = _draft(coalition, found)
    return _confirmed(draft, request, found, Authority(request.actor.party))


def waiting_earn(coalition: Coalition, id_: TransactionId) -> Waiting | None:
    """What of an earn waits; None where nothing does, or where it is none."""
    row = coalition.store.transactions([id_]).get(id_)
    if row is None or row.entry is None:
        return None
    tx = read_tx(read_entry(row.entry).body)
    return waiting(coalition, tx) if tx.kind == "earn" else None


def waiting(coalition: Coalition, earned: Tx) -> Waiting | None:
    """What of an earn waits; None where nothing does."""
    of, version = coalition.store.standing(earned.id) or (opened_by(earned), 0)
    if not of.pending or earned.rule is None:
        return None
    programme = coalition.version(earned.rule).programme
    hangs = bool(programme.expiry.by_jurisdiction)
    lives_in = jurisdiction_of(coalition, of.wallet) if hangs else ""
    return Waiting(earned, of, version, _bought_on(coalition, earned), programme, lives_in)


def _draft(coalition: Coalition, found: Waiting) -> Draft:
    return Draft(coalition, coalition.governance(), {found.of.wallet: found.of.currency})


def _confirmed(draft: Draft, request: Request, found: Waiting, by: Authority) -> Plan:
    of = found.of
    expires = max(found.programme.expires(found.since, found.lives_in), Expires(day_of(draft.at)))
    try:
        effect = confirm(draft.wallet(of.wallet), of, of.pending, draft.at, expires)
        draft.add(request.id, "confirm", effect, by, of=of.id)
    except RuleBroken as broken:
        raise refuse(broken, "earnId") from None
    left = () if effect.leaves is None else (StandingPut(effect.leaves, found.version),)
    return draft.plan(request.id, standings=left)


def _bought_on(coalition: Coalition, earned: Tx) -> date:
    """The day of the purchase: what its entry keeps beside the ledger says so where that is not the
    entry's own. Once that is erased, the entry's."""
    link = earned.chains[0]
    row = coalition.store.wallet_row(link.wallet, link.seq)
    detail = b"" if row is None else row.detail[_SALT_BYTES:]
    said = msgspec.json.decode(detail) if detail else {}
    return date.fromisoformat(day_of(At(said.get("purchased_at", earned.at))))
