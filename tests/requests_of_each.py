"""One request of each mutation that must succeed, for tests that hold of all of them."""

from collections.abc import Callable
from copy import deepcopy
from functools import cache
from typing import Any, NamedTuple

from loyalty.actors import Actor
from storage.memory import MemoryStore
from tests.coalition import House
from tests.inputs import Request
from tests.requests import (
    accounts,
    adjustments,
    endpoints,
    feedback,
    founding,
    gift_cards,
    members,
    purchases,
    referrals,
    rewards,
    tiers,
    transfers,
)


class Ready(NamedTuple):
    """A house in which a request of a mutation succeeds, if it is sent as it is."""

    house: House
    mutation: str
    actor: Actor
    input: dict[str, Any]


def ready(name: str, store: MemoryStore | None = None) -> Ready:
    """What is named in EACH, in a house of its own.

    What has to happen before the request happens once in a process; each house is a copy.
    """
    house, mutation, actor, input_ = _made(name)
    return Ready(house.copied(store), mutation, actor, deepcopy(input_))


@cache
def _made(name: str) -> Ready:
    house = House()
    mutation, good = EACH[name]
    made = Ready(house, mutation, *good(house))
    house.verify()
    return made


EACH: dict[str, tuple[str, Callable[[House], Request]]] = {
    "registerPartner": ("registerPartner", founding.register_partner),
    "registerOperatorKey": ("registerOperatorKey", founding.register_operator_key),
    "addPartnerKey": ("addPartnerKey", founding.add_partner_key),
    "addPartnerKey by an operator": ("addPartnerKey", founding.add_partner_key_that_lost_its_own),
    "revokeKey": ("revokeKey", founding.revoke_key),
    "revokeKey by an operator": ("revokeKey", founding.revoke_operators_key),
    "createCurrency": ("createCurrency", founding.create_currency),
    "createCurrency of a partner": ("createCurrency", founding.create_owned_currency),
    "publishProgramme": ("publishProgramme", founding.publish_programme),
    "enrolMember": ("enrolMember", members.enrol_member),
    "setProfile": ("setProfile", members.set_profile),
    "setConsent": ("setConsent", members.set_consent),
    "forgetMember": ("forgetMember", members.forget_member),
    "linkExternalId": ("linkExternalId", members.link_external_id),
    "unlinkExternalId": ("unlinkExternalId", members.unlink_external_id),
    "blockCard": ("blockCard", members.block_card),
    "recordPurchase": ("recordPurchase", purchases.record_purchase),
    "recordEvent": ("recordEvent", purchases.record_event),
    "giveFeedback": ("giveFeedback", feedback.give_feedback),
    "assignFeedback": ("assignFeedback", feedback.assign_feedback),
    "followUpFeedback": ("followUpFeedback", feedback.follow_up_feedback),
    "recordPurchases": ("recordPurchases", purchases.record_purchases),
    "donatePoints": ("donatePoints", rewards.donate_points),
    "takePlace": ("takePlace", rewards.take_place),
    "giveBackPlace": ("giveBackPlace", rewards.give_back_place),
    "redeemReward": ("redeemReward", rewards.redeem_reward),
    "redeemReward at the till": ("redeemReward", rewards.redeem_reward_at_the_till),
    "useVoucher": ("useVoucher", rewards.use_voucher),
    "exchangePoints": ("exchangePoints", transfers.exchange_points),
    "refundRedemption": ("refundRedemption", rewards.refund_redemption),
    "refundRedemption of a capture": ("refundRedemption", rewards.refund_capture),
    "adjustPoints": ("adjustPoints", adjustments.adjust_points),
    "adjustPoints past the limit": ("adjustPoints", adjustments.adjust_points_past_the_limit),
    "approveAdjustment": ("approveAdjustment", adjustments.approve_adjustment),
    "declineAdjustment": ("declineAdjustment", adjustments.decline_adjustment),
    "transferPoints": ("transferPoints", transfers.transfer_points),
    "reverseTransaction": ("reverseTransaction", purchases.reverse_transaction),
    "confirmTransaction": ("confirmTransaction", purchases.confirm_transaction),
    "holdReward": ("holdReward", rewards.hold_reward),
    "holdReward at the till": ("holdReward", rewards.hold_reward_at_the_till),
    "captureHold": ("captureHold", rewards.capture_hold),
    "voidHold": ("voidHold", rewards.void_hold),
    "payTier": ("payTier", tiers.pay_tier),
    "useBenefit": ("useBenefit", tiers.use_benefit),
    "voidHold at the desk": ("voidHold", rewards.void_hold_at_the_desk),
    "giveRecognition": ("giveRecognition", transfers.give_recognition),
    "eraseRecognitionMessage": ("eraseRecognitionMessage", transfers.erase_recognition_message),
    "setTeam": ("setTeam", transfers.set_team),
    "mergeMembers": ("mergeMembers", members.merge_members),
    "issueGiftCard": ("issueGiftCard", gift_cards.issue_gift_card),
    "topUpGiftCard": ("topUpGiftCard", gift_cards.top_up_gift_card),
    "payWithGiftCard": ("payWithGiftCard", gift_cards.pay_with_gift_card),
    "replaceGiftCard": ("replaceGiftCard", gift_cards.replace_gift_card),
    "claimGiftCard": ("claimGiftCard", gift_cards.claim_gift_card),
    "openAccount": ("openAccount", accounts.open_account),
    "inviteToAccount": ("inviteToAccount", accounts.invite_to_account),
    "joinAccount": ("joinAccount", accounts.join_account),
    "leaveAccount": ("leaveAccount", accounts.leave_account),
    "changeAccountUser": ("changeAccountUser", accounts.change_account_user),
    "classifyAccount": ("classifyAccount", accounts.classify_account),
    "makeReferralCode": ("makeReferralCode", referrals.make_referral_code),
    "useReferralCode": ("useReferralCode", referrals.use_referral_code),
    "recordGuestOrder": ("recordGuestOrder", purchases.record_guest_order),
    "claimGuestOrder": ("claimGuestOrder", purchases.claim_guest_order),
    "cancelGuestOrder": ("cancelGuestOrder", purchases.cancel_guest_order),
    "registerEndpoint": ("registerEndpoint", endpoints.register_endpoint),
    "registerEndpoint of the coalition": (
        "registerEndpoint",
        endpoints.register_coalitions_endpoint,
    ),
    "rotateEndpointSecret": ("rotateEndpointSecret", endpoints.rotate_endpoint_secret),
    "removeEndpoint": ("removeEndpoint", endpoints.remove_endpoint),
    "replayEvent": ("replayEvent", endpoints.replay_event),
}
