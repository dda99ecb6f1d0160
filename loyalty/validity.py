"""Where, when and by whom a voucher can be used, as its reward says."""

from collections.abc import Sequence
from typing import NamedTuple

from ledger.names import At
from loyalty.coalition import Coalition
from loyalty.members import present_id
from loyalty.programmes import Reward
from loyalty.records.rewards import Voucher
from loyalty.refusals import Code, Refused
from loyalty.rules.conditions import Condition
from loyalty.rules.conditions.period import Period
from loyalty.rules.conditions.standing import Segment, Tier
from loyalty.rules.orders import Miss, Order, Standing
from loyalty.standing import standing_in


class Till(NamedTuple):
    """Where a voucher is taken, as the programme calls it; empty if the partner does not say."""

    channel: str = ""
    store: str = ""


def check_worth(coalition: Coalition, programme: str, reward: Reward, member: str, at: At) -> None:
    """Nobody pays for a voucher that it cannot use: its time is over, or it is for others.

    programme: its id. Raises Refused.
    """
    for condition in reward.valid:
        if isinstance(condition, Period) and condition.over(at):
            raise Refused(Code.NOT_ELIGIBLE, f"it was valid until {condition.until}", "rewardId")
    whose = [each for each in reward.valid if isinstance(each, Segment | Tier)]
    order = Order(reward.partner, "", 0, at)
    _check(whose, _seen(coalition, programme, member, whose, order), "rewardId")


def check_valid(coalition: Coalition, voucher: Voucher, till: Till) -> None:
    """A till takes it there and then, by the version that it was had by. Raises Refused."""
    programme = coalition.version(voucher.rule).programme
    reward = programme.reward(voucher.reward)
    valid = () if reward is None else reward.valid
    order = Order(voucher.partner, "", 0, coalition.now(), (), till.channel, till.store)
    member = voucher.member
    _check(valid, _seen(coalition, programme.id, member, valid, order), "voucherId")


def _seen(
    coalition: Coalition, programme: str, member: str, valid: Sequence[Condition], order: Order
) -> Order:
    """The order with the standing of the voucher's member, if that is asked for."""
    if not any(isinstance(each, Segment | Tier) for each in valid):
        return order
    found = standing_in(coalition, present_id(coalition, member), programme)
    if found is None:
        return order
    tier = "" if found.tier is None else found.tier.id
    return order._replace(standing=Standing(known=True, tier=tier, segments=found.segments))


def _check(valid: Sequence[Condition], order: Order, field: str) -> None:
    for condition in valid:
        missed = condition.narrowed(order)
        if isinstance(missed, Miss):
            raise Refused(Code.NOT_ELIGIBLE, missed.message, field)
