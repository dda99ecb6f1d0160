"""Attack: one coupon's worth of points is spent many times at the same moment, over HTTP."""

from collections import Counter
from typing import Any

from tests.attacks.served import served
from tests.coalition import as_member, gid, verified

REDEEM = """mutation ($input: RedeemRewardInput!) { redeemReward(input: $input) {
    voucher { id } transaction { id } userErrors { code } } }"""
CLIENTS = 6


def redemption(member: str, key: str) -> dict[str, Any]:
    """A request for a coffee, which takes 50 points."""
    input_ = {
        "idempotencyKey": key,
        "memberId": member,
        "programmeId": gid("Programme", "stars"),
        "rewardId": "coffee",
    }
    return {"query": REDEEM, "variables": {"input": input_}}


def test_points_for_one_coffee_buy_one() -> None:
    """Six clients of six servers have all found enough points: one gets its voucher, and the others
    are told that there are too few."""
    with served(CLIENTS) as (house, api):
        member = house.enrolled()
        house.earned(member, 60)
        bodies = [redemption(member, f"k{n}") for n in range(CLIENTS)]
        answers = [each["data"]["redeemReward"] for each in api.at_once(as_member(member), bodies)]
        codes = Counter(error["code"] for each in answers for error in each["userErrors"])
        assert sum(each["voucher"] is not None for each in answers) == 1
        assert codes == {"INSUFFICIENT_POINTS": CLIENTS - 1}
        assert house.wallet(member)["available"] == 10
        verified(house.store)


def test_one_request_sent_at_once_is_done_once() -> None:
    """Six times the same key, and points for all: one voucher, and all are told of that one."""
    with served(CLIENTS) as (house, api):
        member = house.enrolled()
        house.earned(member, 1_000)
        bodies = [redemption(member, "k")] * CLIENTS
        answers = [each["data"]["redeemReward"] for each in api.at_once(as_member(member), bodies)]
        assert len({each["voucher"]["id"] for each in answers}) == 1
        assert house.wallet(member)["available"] == 950
        verified(house.store)
