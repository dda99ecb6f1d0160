"""Rewards: points become a voucher, a voucher is used once."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import msgspec

from ledger.errors import PointsMissing, RuleBroken, shown
from ledger.governance import Governance
from ledger.kinds import redeem
from ledger.names import Hash, WalletId, is_base32_id
from loyalty.actors import MemberActor, Operator, PartnerActor
from loyalty.authority import Signature, authority, require_partner
from loyalty.birthday_rewards import birthday_had
from loyalty.coalition import Coalition
from loyalty.committing import Answer, Plan, Request, carry_out
from loyalty.members import present_id, the_member
from loyalty.ports import Commit, RecordPut
from loyalty.programmes import Programme, Reward
from loyalty.records.members import Member
from loyalty.records.rewards import BirthdayHad, RewardTaken, Voucher
from loyalty.refusals import Code, Refused
from loyalty.spending import Spender, source_of
from loyalty.texts import check_label
from loyalty.validity import Till, check_valid, check_worth
from loyalty.vouchers import list_handed, voucher_issued, voucher_of, voucher_used
from loyalty.writing import Draft, refuse


class Redemption(NamedTuple):
    """Which reward a member wants, of which programme."""

    member: str
    programme: str
    reward: str


class Chosen(NamedTuple):
    """A reward that a member may have now. wallet: None where it is free; counts: one more taken of
    what is limited, and points spent of an account.
    """

    rule: Hash
    programme: Programme
    reward: Reward
    wallet: WalletId | None
    counts: tuple[RecordPut, ...]


def redeem_reward(
    coalition: Coalition, request: Request, wanted: Redemption, signature: Signature | None
) -> Answer:
    """Spends points on a reward. record: the id of the voucher, which its holder keeps to itself.

    A member redeems for itself; the partner that gives the reward does so for a member at its till.
    """
    check_taker(request, wanted)

    def decide() -> Plan:
        governance = coalition.governance()
        rule, programme, reward, id_, counts = chosen(coalition, governance, request, wanted)
        draft = Draft(coalition, governance, {id_: programme.points_currency} if id_ else {})
        by = authority(governance, request, "redeem", draft.at, signature)
        if id_:
            try:
                draft.expire_lapsed(id_)
                effect = redeem(draft.wallet(id_), reward.partner, reward.points, draft.at)
                draft.add(request.id, "redeem", effect, by, rule=rule)
            except (RuleBroken, PointsMissing) as broken:
                raise refuse(broken, "rewardId") from None
        counted = tuple(each.id for each in counts)
        voucher = voucher_of(rule, reward, wanted.member, request.id, draft.at, counted)
        # Not the transaction's id, which anyone can read in the log.
        code = coalition.new_id()
        puts = (RecordPut(code, voucher), *counts)
        if id_:
            return draft.plan(request.id, record=code, records=puts)
        listed = list_handed(coalition, wanted.member, (code,))
        news = (voucher_issued(wanted.member, wanted.programme, reward),)
        return draft.plan(request.id, record=code, records=(*puts, *listed), news=news)

    return carry_out(coalition, request, decide)


def check_taker(request: Request, wanted: Redemption) -> None:
    """A member takes a reward for itself, a partner for a member. Raises Refused."""
    if isinstance(request.actor, Operator):
        raise Refused(Code.NOT_PERMITTED, "a member or the reward's partner redeems")
    if isinstance(request.actor, MemberActor) and request.actor.id != wanted.member:
        raise Refused(Code.NOT_FOUND, f"there is no member {shown(wanted.member)}", "memberId")


def chosen(
    coalition: Coalition, governance: Governance, request: Request, wanted: Redemption
) -> Chosen:
    """The reward that is wanted, if it is there to be had. Raises Refused."""
    rule, programme, reward = _find(coalition, governance, wanted)
    if isinstance(request.actor, PartnerActor) and request.actor.id != reward.partner:
        raise Refused(Code.NOT_PERMITTED, "the reward is another partner's", "rewardId")
    if reward.handed:
        raise Refused(Code.NOT_ELIGIBLE, "rules alone hand this reward out", "rewardId")
    member = the_member(coalition, wanted.member, "memberId").record
    getting = Getting(wanted.member, member, wanted.programme, reward, coalition.now())
    counts = got(coalition, governance, getting)
    if not reward.points:
        return Chosen(rule, programme, reward, None, counts)
    spender = Spender(wanted.member, member)
    wallet, spent = source_of(
        coalition, spender, programme.points_currency, reward.points, "rewardId"
    )
    return Chosen(rule, programme, reward, wallet, (*counts, *spent))


class Getting(NamedTuple):
    """A member gets a reward, for points or without. at: when it came to be due."""

    id: str
    member: Member
    programme: str
    reward: Reward
    at: str


def got(
    coalition: Coalition,
    governance: Governance,
    getting: Getting,
    before: Mapping[tuple[type, str], RecordPut] = MappingProxyType({}),
) -> tuple[RecordPut, ...]:
    """What is written of a reward that a member gets, but its voucher. Raises Refused where it is
    not to be had.

    before: what the same commit writes already.
    """
    if not governance.joined(getting.reward.partner, coalition.now()):
        raise Refused(
            Code.NOT_ELIGIBLE, "the reward's partner is not one of the coalition now", "rewardId"
        )
    check_worth(coalition, getting.programme, getting.reward, getting.id, coalition.now())
    counted = _counted(coalition, getting, before)
    near = getting.reward.birthday
    if near is None:
        return counted
    keys = [f"{getting.programme}/{each}" for each in (getting.id, *getting.member.merged)]
    if (BirthdayHad, keys[0]) in before:
        raise Refused(Code.LIMIT_EXCEEDED, "the birthday reward was had", "rewardId")
    return (*counted, birthday_had(coalition, keys, near, getting.member, getting.at))


def use_voucher(coalition: Coalition, request: Request, voucher: str, till: Till) -> Answer:
    """The partner that a voucher is for takes it, once. record: its id."""
    partner = require_partner(request.actor).id

    def decide() -> Plan:
        for name, text in till._asdict().items():
            if text:
                check_label(text, name)
        found = coalition.store.record(Voucher, voucher) if is_base32_id(voucher) else None
        if found is None or found.record.partner != partner:
            raise Refused(Code.NOT_FOUND, "there is no such voucher at this partner", "voucherId")
        if found.record.used_at:
            raise Refused(
                Code.ALREADY_REDEEMED, f"the voucher was used {found.record.used_at}", "voucherId"
            )
        if found.record.void_at:
            raise Refused(
                Code.NOT_ELIGIBLE, f"its points came back {found.record.void_at}", "voucherId"
            )
        check_valid(coalition, found.record, till)
        used = _used(found.record, coalition.now())
        put = RecordPut(voucher, used, found.version)
        answer = Answer(record=voucher, news=(voucher_used(found.record),))
        return Plan(answer, Commit((), records=(put,)))

    return carry_out(coalition, request, decide)


def may_see_voucher(coalition: Coalition, actor: object, voucher: Voucher) -> bool:
    """Its member, also as whom it was merged into; its partner and operators."""
    if isinstance(actor, MemberActor):
        return actor.id == present_id(coalition, voucher.member)
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


def _counted(
    coalition: Coalition, getting: Getting, before: Mapping[tuple[type, str], RecordPut]
) -> tuple[RecordPut, ...]:
    """One more taken, of the stock and by the member, where these are limited. Raises Refused."""
    reward = getting.reward
    refusals = (
        (reward.stock, Code.OUT_OF_STOCK, "all of it are taken"),
        (reward.per_member, Code.LIMIT_EXCEEDED, f"a member gets {reward.per_member} of it"),
    )
    puts = []
    for key, (limit, code, message) in zip(_count_keys(getting), refusals, strict=True):
        if limit is not None:
            taken, version = _taken(coalition, key, before)
            if taken + _taken_before(coalition, key, getting) >= limit:
                raise Refused(code, message, "rewardId")
            puts.append(RecordPut(key, RewardTaken(taken=taken + 1), version))
    return tuple(puts)


def _taken_before(coalition: Coalition, key: str, getting: Getting) -> int:
    """What those took that the member was, too, before they were merged into it."""
    if not key.endswith(f"/{getting.id}"):
        return 0
    keys = [key.removesuffix(getting.id) + each for each in getting.member.merged]
    found = coalition.store.records(RewardTaken, keys) if keys else {}
    return sum(each.record.taken for each in found.values())


def _taken(
    coalition: Coalition, key: str, before: Mapping[tuple[type, str], RecordPut]
) -> tuple[int, int]:
    """How many were taken, and the version of the record that says so."""
    earlier = before.get((RewardTaken, key))
    if earlier is not None and isinstance(earlier.record, RewardTaken):
        return earlier.record.taken, earlier.replaces
    found = coalition.store.record(RewardTaken, key)
    return (0, 0) if found is None else (found.record.taken, found.version)


def _count_keys(getting: Getting) -> tuple[str, str]:
    """Of the stock, and of the member's share."""
    stock = f"{getting.programme}/{getting.reward.id}"
    return stock, f"{stock}/{getting.id}"


def _used(voucher: Voucher, at: str) -> Voucher:
    return msgspec.structs.replace(voucher, used_at=at)
