"""Rewards: points become a voucher, a voucher is used once."""

from typing import NamedTuple

import msgspec

from ledger.errors import PointsMissing, RuleBroken, shown
from ledger.governance import Governance
from ledger.kinds import redeem
from ledger.names import Hash, PartnerId, is_base32_id
from loyalty.actors import MemberActor, Operator, PartnerActor
from loyalty.authority import Signature, authority, require_partner
from loyalty.coalition import Coalition
from loyalty.committing import Answer, Plan, Request, carry_out
from loyalty.members import the_member, the_wallet
from loyalty.ports import Commit, RecordPut
from loyalty.programmes import Programme, Reward
from loyalty.records import Voucher
from loyalty.refusals import Code, Refused
from loyalty.writing import Draft, refuse


class Redemption(NamedTuple):
    """Which reward a member wants, of which programme."""

    member: str
    programme: str
    reward: str


def redeem_reward(
    coalition: Coalition, request: Request, wanted: Redemption, signature: Signature | None
) -> Answer:
    """Spends points on a reward. record: the id of the voucher, which its holder keeps to itself.

    A member redeems for itself; the partner that gives the reward does so for a member at its till.
    """
    if isinstance(request.actor, Operator):
        raise Refused(Code.NOT_PERMITTED, "a member or the reward's partner redeems")
    if isinstance(request.actor, MemberActor) and request.actor.id != wanted.member:
        raise Refused(Code.NOT_FOUND, f"there is no member {shown(wanted.member)}", "memberId")

    def decide() -> Plan:
        governance = coalition.governance()
        rule, programme, reward = _find(coalition, governance, wanted)
        if isinstance(request.actor, PartnerActor) and request.actor.id != reward.partner:
            raise Refused(Code.NOT_PERMITTED, "the reward is another partner's", "rewardId")
        member = the_member(coalition, wanted.member, "memberId").record
        id_ = the_wallet(member, programme.points_currency, reward.points, "rewardId")
        draft = Draft(coalition, governance, {id_: programme.points_currency})
        by = authority(governance, request, "redeem", draft.at, signature)
        try:
            draft.expire_lapsed(id_)
            effect = redeem(draft.wallet(id_), reward.partner, reward.points, draft.at)
            draft.add(request.id, "redeem", effect, by, rule=rule)
        except (RuleBroken, PointsMissing) as broken:
            raise refuse(broken, "rewardId") from None
        voucher = Voucher(
            reward=reward.id,
            name=reward.name,
            rule=rule,
            partner=PartnerId(reward.partner),
            member=wanted.member,
            transaction=request.id,
            issued_at=draft.at,
        )
        # Not the transaction's id, which anyone can read in the log.
        code = coalition.new_id()
        return draft.plan(request.id, record=code, records=(RecordPut(code, voucher),))

    return carry_out(coalition, request, decide)


def use_voucher(coalition: Coalition, request: Request, voucher: str) -> Answer:
    """The partner that a voucher is for takes it, once. record: its id."""
    partner = require_partner(request.actor).id

    def decide() -> Plan:
        found = coalition.store.record(Voucher, voucher) if is_base32_id(voucher) else None
        if found is None or found.record.partner != partner:
            raise Refused(Code.NOT_FOUND, "there is no such voucher at this partner", "voucherId")
        if found.record.used_at:
            raise Refused(
                Code.ALREADY_REDEEMED, f"the voucher was used {found.record.used_at}", "voucherId"
            )
        used = _used(found.record, coalition.now())
        put = RecordPut(voucher, used, found.version)
        return Plan(Answer(record=voucher), Commit((), records=(put,)))

    return carry_out(coalition, request, decide)


def may_see_voucher(actor: object, voucher: Voucher) -> bool:
    """Its member, its partner and operators."""
    if isinstance(actor, MemberActor):
        return actor.id == voucher.member
    return isinstance(actor, Operator) or (
        isinstance(actor, PartnerActor) and actor.id == voucher.partner
    )


def _find(
    coalition: Coalition, governance: Governance, wanted: Redemption
) -> tuple[Hash, Programme, Reward]:
    rule = governance.latest.get(("programme", wanted.programme))
    if rule is None:
        raise Refused(
            Code.NOT_FOUND, f"there is no programme {shown(wanted.programme)}", "programmeId"
        )
    programme = coalition.version(rule).programme
    reward = programme.reward(wanted.reward)
    if reward is None:
        raise Refused(
            Code.NOT_FOUND,
            f"the programme has no reward {shown(wanted.reward[:64])}",
            "rewardId",
        )
    return rule, programme, reward


def _used(voucher: Voucher, at: str) -> Voucher:
    return msgspec.structs.replace(voucher, used_at=at)
