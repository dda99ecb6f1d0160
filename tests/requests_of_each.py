"""One request of each mutation that must succeed, for tests that hold of all of them."""

from collections.abc import Callable
from copy import deepcopy
from functools import cache
from typing import Any, NamedTuple

from loyalty.actors import Actor
from storage.memory import MemoryStore
from tests.coalition import (
    FUEL,
    GROCER,
    LITRES,
    OPERATOR,
    STARS,
    House,
    an_operator,
    as_member,
    gid,
    own_id,
)
from tests.results import EXPLAINED

Request = tuple[Actor, dict[str, Any]]


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


def register_partner(house: House) -> Request:
    return OPERATOR, house.registration("bakery", name="Bäckerei")


def register_operator_key(house: House) -> Request:
    return OPERATOR, house.operator_key(OPERATOR)


def add_partner_key(house: House) -> Request:
    return GROCER, house.partner_key("grocer", "grocer-2")


def add_partner_key_that_lost_its_own(house: House) -> Request:
    house.keyed(OPERATOR)
    return OPERATOR, house.partner_key("grocer", "grocer-2", by="ann")


def revoke_key(house: House) -> Request:
    return GROCER, house.revocation("partner:grocer", "grocer", by="grocer")


def revoke_operators_key(house: House) -> Request:
    bob = an_operator("bob")
    house.keyed(OPERATOR, bob)
    return OPERATOR, house.revocation("operator:bob", "bob", by="ann")


def create_currency(house: House) -> Request:
    return OPERATOR, house.input(code="MILES", decimals=2)


def create_owned_currency(house: House) -> Request:
    return OPERATOR, house.owned_currency("CRUMBS", "grocer", 2)


def publish_programme(house: House) -> Request:
    return FUEL, house.programme({**LITRES, "id": "wash", "earn": [], "rewards": [WASH]}, "fuel")


def enrol_member(house: House) -> Request:
    return GROCER, house.input(displayName="Zoë")


def set_profile(house: House) -> Request:
    return OPERATOR, house.input(
        memberId=house.enrolled(), displayName="Zoë", born="1984-02-29", jurisdiction="US-CA"
    )


def set_consent(house: House) -> Request:
    return GROCER, house.input(
        memberId=house.enrolled(), purpose="email", given=True, source="form 7, at the till"
    )


def forget_member(house: House) -> Request:
    member = house.enrolled()
    house.earned(member, 12)
    return as_member(member), house.input(memberId=member, confirmed=True)


def link_external_id(house: House) -> Request:
    return GROCER, house.input(memberId=house.enrolled(), system="crm", externalId="K-7")


def unlink_external_id(house: House) -> Request:
    actor, linked = link_external_id(house)
    house.done(actor, "linkExternalId", linked)
    return actor, house.input(system="crm", externalId="K-7")


def block_card(house: House) -> Request:
    actor, linked = link_external_id(house)
    house.done(actor, "linkExternalId", linked)
    return actor, house.input(system="crm", cardNumber="K-7", newCardNumber="K-8")


def record_purchase(house: House) -> Request:
    paid = house.purchase(
        house.enrolled(), 1234, FUEL, reference="réceipt", purchasedAt="2026-11-20T23:00:00.000Z"
    )
    return FUEL, paid


def record_event(house: House) -> Request:
    asked = house.input(memberId=house.enrolled(), event="visit", reference="bööking 7")
    return GROCER, house.signed(GROCER, "earn", asked)


def record_purchases(house: House) -> Request:
    """A batch of an order that came singly before: the batch itself is all that is new."""
    paid = house.purchase(
        house.enrolled(),
        1234,
        idempotencyKey="receipt-0007",
        reference="0007",
        purchasedAt="2026-11-20T23:00:00.000Z",
    )
    house.done(GROCER, "recordPurchase", paid)
    return GROCER, house.input(orders=[paid])


def give_feedback(house: House) -> Request:
    member = house.enrolled()
    order = house.earned(member, 12)
    return as_member(member), house.input(
        memberId=member,
        partnerId=gid("Partner", "grocer"),
        score=9,
        text="Größer, bitte!",
        transactionId=order,
    )


def assign_feedback(house: House) -> Request:
    return GROCER, house.input(feedbackId=_feedback(house), assignee="Désk 2")


def follow_up_feedback(house: House) -> Request:
    return GROCER, house.input(feedbackId=_feedback(house), note="Called bäck")


def _feedback(house: House) -> str:
    actor, given = give_feedback(house)
    return house.done(actor, "giveFeedback", given)["feedback"]["id"]


def donate_points(house: House) -> Request:
    member = house.enrolled()
    house.earned(member, 80)
    document = {**STARS, "id": "giving", "earn": [], "rewards": [], "causes": [REEFS], **PRICED}
    house.done(OPERATOR, "publishProgramme", house.programme(document, "fuel"))
    asked = house.input(programmeId=gid("Programme", "giving"), causeId="reefs", points=30)
    return as_member(member), asked


def take_place(house: House) -> Request:
    document = {**STARS, "id": "tests", "earn": [], "rewards": [], "offers": [TEST]}
    house.done(OPERATOR, "publishProgramme", house.programme(document, "fuel"))
    member = house.enrolled()
    programme = gid("Programme", "tests")
    return as_member(member), house.input(memberId=member, programmeId=programme, offerId="test")


def give_back_place(house: House) -> Request:
    actor, asked = take_place(house)
    taken = house.done(actor, "takePlace", asked)["place"]["id"]
    return actor, house.input(placeId=taken)


def redeem_reward(house: House) -> Request:
    member = house.enrolled()
    house.earned(member, 80)
    return as_member(member), house.input(
        memberId=member, programmeId=gid("Programme", "stars"), rewardId="coffee"
    )


def redeem_reward_at_the_till(house: House) -> Request:
    _, wanted = redeem_reward(house)
    return GROCER, house.signed(GROCER, "redeem", wanted)


def use_voucher(house: House) -> Request:
    member = house.enrolled()
    house.earned(member, 80)
    return GROCER, house.input(voucherId=house.voucher(member))


def adjust_points(house: House) -> Request:
    asked = {**goodwill(house, 500), "sponsorId": "grocer"}
    return OPERATOR, house.signed(OPERATOR, "adjust", asked)


def adjust_points_past_the_limit(house: House) -> Request:
    return OPERATOR, house.signed(OPERATOR, "adjust", goodwill(house, 501))


def approve_adjustment(house: House) -> Request:
    actor, asked = adjust_points_past_the_limit(house)
    waiting = house.done(actor, "adjustPoints", asked)["adjustment"]
    return ZOE, house.approval(ZOE, waiting)


def decline_adjustment(house: House) -> Request:
    actor, asked = adjust_points_past_the_limit(house)
    waiting = house.done(actor, "adjustPoints", asked)["adjustment"]
    return ZOE, house.input(adjustmentId=waiting["id"], reason="no such complaint")


def goodwill(house: House, points: int) -> dict[str, Any]:
    """An input of `adjustPoints` that is not signed; operators have keys, STARS has goodwill."""
    house.keyed(OPERATOR, ZOE)
    document = {**STARS, "version": 2, "goodwill": GOODWILL}
    house.done(OPERATOR, "publishProgramme", house.programme(document, "fuel", "grocer"))
    return house.input(
        memberId=house.enrolled(),
        programmeId=gid("Programme", "stars"),
        points=points,
        reason="a cold coffee",
    )


def refund_redemption(house: House) -> Request:
    actor, wanted = redeem_reward(house)
    spent = house.done(actor, "redeemReward", wanted)["transaction"]["id"]
    return GROCER, house.signed(GROCER, "refund", house.input(redemptionId=spent))


def refund_capture(house: House) -> Request:
    actor, asked = capture_hold(house)
    spent = house.done(actor, "captureHold", asked)["transaction"]["id"]
    sent = house.input(redemptionId=spent, points=20)
    return GROCER, house.signed(GROCER, "refund", sent)


def exchange_points(house: House) -> Request:
    document = {**STARS, "version": 2, "exchange": [{"to": "LITRES", "give": 8, "get": 5}]}
    house.done(OPERATOR, "publishProgramme", house.programme(document, "fuel", "grocer"))
    member = house.enrolled()
    house.earned(member, 80)
    sent = house.input(fromCurrency="STARS", toCurrency="LITRES", points=80)
    return as_member(member), sent


def transfer_points(house: House) -> Request:
    giver = house.enrolled()
    house.earned(giver, 80)
    return as_member(giver), house.input(toMemberId=house.enrolled(), currency="STARS", points=30)


def reverse_transaction(house: House) -> Request:
    earned = house.earned(house.enrolled(), 80)
    return GROCER, house.signed(GROCER, "reverse", house.input(transactionId=earned, points=20))


def confirm_transaction(house: House) -> Request:
    waits = {**STARS, "id": "waits", "confirmation": {"days": 14}, "rewards": []}
    asked = house.programme(waits, "fuel", "grocer")
    house.done(OPERATOR, "publishProgramme", asked)
    # That of `stars` is the request's own and does not wait; this programme's comes with it.
    earned = house.earned(house.enrolled(), 80)
    return GROCER, house.signed(GROCER, "confirm", house.input(earnId=earned))


def hold_reward(house: House) -> Request:
    actor, wanted = redeem_reward(house)
    return actor, {**wanted, "orderReference": "Ördre 7"}


def hold_reward_at_the_till(house: House) -> Request:
    _, wanted = hold_reward(house)
    return GROCER, house.signed(GROCER, "hold", wanted)


def capture_hold(house: House) -> Request:
    return GROCER, house.signed(GROCER, "capture", house.input(holdId=_held(house)))


def void_hold(house: House) -> Request:
    asked = house.input(holdId=_held(house), reason="the customer cancelled")
    return GROCER, house.signed(GROCER, "void", asked)


def void_hold_at_the_desk(house: House) -> Request:
    house.keyed(OPERATOR)
    asked = house.input(holdId=_held(house), reason="the shop has closed")
    return OPERATOR, house.signed(OPERATOR, "void", asked)


def give_recognition(house: House) -> Request:
    givers = [_colleague(house) for _ in range(2)]
    return as_member(givers[0]), house.input(
        programmeId=gid("Programme", "kudos"),
        toMemberId=givers[1],
        points=20,
        message="Danke schön",
    )


def erase_recognition_message(house: House) -> Request:
    actor, given = give_recognition(house)
    found = house.done(actor, "giveRecognition", given)["recognition"]
    return actor, house.input(recognitionId=found["id"])


def set_team(house: House) -> Request:
    member = _colleague(house)
    return FUEL, house.input(programmeId=gid("Programme", "kudos"), memberId=member, team="night")


def make_referral_code(house: House) -> Request:
    member = house.enrolled()
    return as_member(member), house.input(ownerId=member)


def use_referral_code(house: House) -> Request:
    house.done(OPERATOR, "publishProgramme", house.programme(FRIENDS, "fuel"))
    actor, asked = make_referral_code(house)
    code = house.done(actor, "makeReferralCode", asked)["code"]
    friend = house.enrolled()
    return as_member(friend), house.input(
        programmeId=gid("Programme", "friends"), memberId=friend, code=code
    )


def record_guest_order(house: House) -> Request:
    asked = house.input(
        reference="wêb 7",
        claimCode="7K3M9XWQ4TB2HRZE",
        amount={"minor": 1250, "currency": "USD"},
    )
    return GROCER, house.signed(GROCER, "earn", asked)


def claim_guest_order(house: House) -> Request:
    _, kept = record_guest_order(house)
    house.done(GROCER, "recordGuestOrder", kept)
    return as_member(house.enrolled()), house.input(
        sellerId=gid("Partner", "grocer"), reference=kept["reference"], code=kept["claimCode"]
    )


def cancel_guest_order(house: House) -> Request:
    _, kept = record_guest_order(house)
    house.done(GROCER, "recordGuestOrder", kept)
    return GROCER, house.input(reference=kept["reference"])


def _colleague(house: House) -> str:
    """A member whom a programme lets give to its colleagues."""
    if ("programme", "kudos") not in house.coalition.governance().latest:
        house.done(OPERATOR, "publishProgramme", house.programme(KUDOS, "fuel"))
    member = house.enrolled()
    team = house.input(programmeId=gid("Programme", "kudos"), memberId=member, team="day")
    house.done(OPERATOR, "setTeam", team)
    return member


def register_endpoint(house: House) -> Request:
    return GROCER, house.input(url="https://crm.example/hooks?a=1", types=["points.*"])


def register_the_coalitions_endpoint(house: House) -> Request:
    return OPERATOR, house.input(url="https://crm.example/hooks")


def rotate_endpoint_secret(house: House) -> Request:
    return GROCER, house.input(endpointId=_endpoint(house), overlapHours=72)


def remove_endpoint(house: House) -> Request:
    return GROCER, house.input(endpointId=_endpoint(house))


def replay_event(house: House) -> Request:
    event = f"evt_{own_id(house.earned(house.enrolled(), 80))}_0"
    return GROCER, house.input(eventId=event, endpointId=_endpoint(house))


def _endpoint(house: House) -> str:
    actor, asked = register_endpoint(house)
    made: str = house.done(actor, "registerEndpoint", asked)["endpoint"]["id"]
    return made


def _held(house: House) -> str:
    member = house.enrolled()
    house.earned(member, 80)
    return house.held(member)


def merge_members(house: House) -> Request:
    house.keyed(OPERATOR)
    old, into = house.enrolled("Zoe"), house.enrolled("Zoë")
    house.earned(old, 80)
    asked = house.input(fromMemberId=old, intoMemberId=into, reason="enrolled twice")
    return OPERATOR, house.signed(OPERATOR, "transfer", asked)


def issue_gift_card(house: House) -> Request:
    asked = house.input(programmeId=_selling(house), points=5_000)
    return FUEL, house.signed(FUEL, "earn", asked)


def top_up_gift_card(house: House) -> Request:
    card, _ = _gift_card(house)
    return FUEL, house.signed(FUEL, "earn", house.input(giftCardId=card, points=700))


def pay_with_gift_card(house: House) -> Request:
    card, code = _gift_card(house)
    paid = {"giftCardId": card, "code": code, "points": 1_999, "orderReference": "Bön 7"}
    return FUEL, house.signed(FUEL, "redeem", house.input(**paid))


def replace_gift_card(house: House) -> Request:
    asked = house.input(giftCardId=_gift_card(house)[0], reason="lost")
    return FUEL, house.signed(FUEL, "transfer", asked)


def claim_gift_card(house: House) -> Request:
    card, code = _gift_card(house)
    return as_member(house.enrolled()), house.input(giftCardId=card, code=code)


def _selling(house: House) -> str:
    """A programme of fuel's gift cards."""
    cards = {"issuers": ["fuel"], "taken_at": ["fuel"], "load_max": 9_000, "balance_max": 9_000}
    document = {**LITRES, "id": "cards", "earn": [], "rewards": [], "gift_cards": cards}
    house.done(FUEL, "publishProgramme", house.programme(document, "fuel"))
    return gid("Programme", "cards")


def _gift_card(house: House) -> tuple[str, str]:
    """A card with 5,000 on it, and its code."""
    results, house.results = house.results, EXPLAINED
    asked = house.signed(FUEL, "earn", house.input(programmeId=_selling(house), points=5_000))
    answer = house.done(FUEL, "issueGiftCard", asked)
    house.results = results
    return answer["giftCard"]["id"], answer["code"]


def open_account(house: House) -> Request:
    return OPERATOR, house.input(
        programmeId=_sharing(house), memberId=house.enrolled(), accountName="Zoë's", kind="school"
    )


def invite_to_account(house: House) -> Request:
    account, owner = _account(house)
    return as_member(owner), house.input(
        accountId=account, toMemberId=house.enrolled(), asOwner=False, pointsPerMonth=100
    )


def join_account(house: House) -> Request:
    account, owner = _account(house)
    member = house.enrolled()
    house.earned(member, 80)
    asked = house.input(accountId=account, toMemberId=member, asOwner=False)
    house.done(as_member(owner), "inviteToAccount", asked)
    return as_member(member), house.input(accountId=account, bringPoints=True)


def leave_account(house: House) -> Request:
    account, owner = _account(house)
    return as_member(owner), house.input(accountId=account, memberId=owner)


def change_account_user(house: House) -> Request:
    account, owner = _account(house)
    changed = {"accountId": account, "memberId": owner, "asOwner": True, "pointsPerMonth": 50}
    return as_member(owner), house.input(**changed)


def classify_account(house: House) -> Request:
    return OPERATOR, house.input(accountId=_account(house)[0], kind="agency")


def _sharing(house: House) -> str:
    """A programme of the grocer's whose members share wallets."""
    sharing = {"opened_by": "member", "users_max": 2}
    document = {**STARS, "id": "sharing", "earn": [], "rewards": [COFFEE], "accounts": sharing}
    house.done(OPERATOR, "publishProgramme", house.programme(document, "grocer"))
    return gid("Programme", "sharing")


def _account(house: House) -> tuple[str, str]:
    """One that its owner opened, and the owner, who has points in it and of its own."""
    programme, owner = _sharing(house), house.enrolled()
    house.earned(owner, 10)
    asked = house.input(programmeId=programme, memberId=owner, accountName="Home")
    account = house.done(as_member(owner), "openAccount", asked)["account"]["id"]
    house.earned(owner, 20)
    return account, owner


COFFEE = STARS["rewards"][0]  # type: ignore[index]
ZOE = an_operator("zoe")
GOODWILL = {"alone": 500, "most": 5000, "sponsors": ["grocer"]}


def pay_tier(house: House) -> Request:
    asked = house.input(
        memberId=house.enrolled(), programmeId=_club(house), tierId="plus", lastDay="2027-01-31"
    )
    return FUEL, asked


def use_benefit(house: House) -> Request:
    asked = house.input(
        memberId=house.enrolled(), programmeId=_club(house), benefitId="air", reference="visit 1"
    )
    return FUEL, asked


def _club(house: House) -> str:
    """The global id of a programme with a tier for everyone and one that is paid for."""
    air = {"id": "air", "name": "Air", "partner": "fuel"}
    water = {"id": "water", "name": "Water", "partner": "fuel"}
    tiers = {
        "measure": "visits",
        "levels": [
            {"id": "all", "name": "All", "at": 0, "benefits": [air, water]},
            {"id": "plus", "name": "Plus"},
        ],
    }
    visits = {"id": "visits", "count": "visits", "over": {"over": "ever"}}
    document = {**LITRES, "id": "club", "rewards": [], "measures": [visits], "tiers": tiers}
    house.done(FUEL, "publishProgramme", house.programme(document, "fuel"))
    return gid("Programme", "club")


TEST = {"id": "test", "name": "A test", "partner": "fuel", "places": 25}
REEFS = {"id": "reefs", "name": "Reefs", "partner": "fuel", "step": 10}
PRICED = {"price": {"money": "USD", "minor": 1, "per_points": 1, "rounding": "floor"}}
WASH = STARS["rewards"][1]  # type: ignore[index]
GIVING = {"issuer": "fuel", "a_month": 100, "a_gift": 20, "within": "team"}
KUDOS = {**LITRES, "id": "kudos", "earn": [], "rewards": [], "giving": GIVING}
REFERRAL = {
    "partners": ["fuel"],
    "money": "USD",
    "minimum_minor": 2_500,
    "referrer": 200,
    "friend": 100,
    "a_month": 10,
}
FRIENDS = {**LITRES, "id": "friends", "earn": [], "rewards": [], "referral": REFERRAL}
EACH: dict[str, tuple[str, Callable[[House], Request]]] = {
    "registerPartner": ("registerPartner", register_partner),
    "registerOperatorKey": ("registerOperatorKey", register_operator_key),
    "addPartnerKey": ("addPartnerKey", add_partner_key),
    "addPartnerKey by an operator": ("addPartnerKey", add_partner_key_that_lost_its_own),
    "revokeKey": ("revokeKey", revoke_key),
    "revokeKey by an operator": ("revokeKey", revoke_operators_key),
    "createCurrency": ("createCurrency", create_currency),
    "createCurrency of a partner": ("createCurrency", create_owned_currency),
    "publishProgramme": ("publishProgramme", publish_programme),
    "enrolMember": ("enrolMember", enrol_member),
    "setProfile": ("setProfile", set_profile),
    "setConsent": ("setConsent", set_consent),
    "forgetMember": ("forgetMember", forget_member),
    "linkExternalId": ("linkExternalId", link_external_id),
    "unlinkExternalId": ("unlinkExternalId", unlink_external_id),
    "blockCard": ("blockCard", block_card),
    "recordPurchase": ("recordPurchase", record_purchase),
    "recordEvent": ("recordEvent", record_event),
    "giveFeedback": ("giveFeedback", give_feedback),
    "assignFeedback": ("assignFeedback", assign_feedback),
    "followUpFeedback": ("followUpFeedback", follow_up_feedback),
    "recordPurchases": ("recordPurchases", record_purchases),
    "donatePoints": ("donatePoints", donate_points),
    "takePlace": ("takePlace", take_place),
    "giveBackPlace": ("giveBackPlace", give_back_place),
    "redeemReward": ("redeemReward", redeem_reward),
    "redeemReward at the till": ("redeemReward", redeem_reward_at_the_till),
    "useVoucher": ("useVoucher", use_voucher),
    "exchangePoints": ("exchangePoints", exchange_points),
    "refundRedemption": ("refundRedemption", refund_redemption),
    "refundRedemption of a capture": ("refundRedemption", refund_capture),
    "adjustPoints": ("adjustPoints", adjust_points),
    "adjustPoints past the limit": ("adjustPoints", adjust_points_past_the_limit),
    "approveAdjustment": ("approveAdjustment", approve_adjustment),
    "declineAdjustment": ("declineAdjustment", decline_adjustment),
    "transferPoints": ("transferPoints", transfer_points),
    "reverseTransaction": ("reverseTransaction", reverse_transaction),
    "confirmTransaction": ("confirmTransaction", confirm_transaction),
    "holdReward": ("holdReward", hold_reward),
    "holdReward at the till": ("holdReward", hold_reward_at_the_till),
    "captureHold": ("captureHold", capture_hold),
    "voidHold": ("voidHold", void_hold),
    "payTier": ("payTier", pay_tier),
    "useBenefit": ("useBenefit", use_benefit),
    "voidHold at the desk": ("voidHold", void_hold_at_the_desk),
    "giveRecognition": ("giveRecognition", give_recognition),
    "eraseRecognitionMessage": ("eraseRecognitionMessage", erase_recognition_message),
    "setTeam": ("setTeam", set_team),
    "mergeMembers": ("mergeMembers", merge_members),
    "issueGiftCard": ("issueGiftCard", issue_gift_card),
    "topUpGiftCard": ("topUpGiftCard", top_up_gift_card),
    "payWithGiftCard": ("payWithGiftCard", pay_with_gift_card),
    "replaceGiftCard": ("replaceGiftCard", replace_gift_card),
    "claimGiftCard": ("claimGiftCard", claim_gift_card),
    "openAccount": ("openAccount", open_account),
    "inviteToAccount": ("inviteToAccount", invite_to_account),
    "joinAccount": ("joinAccount", join_account),
    "leaveAccount": ("leaveAccount", leave_account),
    "changeAccountUser": ("changeAccountUser", change_account_user),
    "classifyAccount": ("classifyAccount", classify_account),
    "makeReferralCode": ("makeReferralCode", make_referral_code),
    "useReferralCode": ("useReferralCode", use_referral_code),
    "recordGuestOrder": ("recordGuestOrder", record_guest_order),
    "claimGuestOrder": ("claimGuestOrder", claim_guest_order),
    "cancelGuestOrder": ("cancelGuestOrder", cancel_guest_order),
    "registerEndpoint": ("registerEndpoint", register_endpoint),
    "registerEndpoint of the coalition": ("registerEndpoint", register_the_coalitions_endpoint),
    "rotateEndpointSecret": ("rotateEndpointSecret", rotate_endpoint_secret),
    "removeEndpoint": ("removeEndpoint", remove_endpoint),
    "replayEvent": ("replayEvent", replay_event),
}
