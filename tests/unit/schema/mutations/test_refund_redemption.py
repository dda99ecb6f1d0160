"""`refundRedemption`: points that were spent come back, and what they had bought is void."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from random import Random
from threading import Lock
from time import sleep
from typing import Any

import pytest

from tests.coalition import FUEL, GROCER, OPERATOR, STARS, House, as_member, gid, verified


@pytest.fixture
def member(house: House) -> str:
    """Who has 30 points of fuel's and 40 of grocer's that lapse at the end of November 2027."""
    member = house.enrolled()
    house.earned(member, 30, FUEL)
    house.earned(member, 40)
    return member


def redeemed(house: House, member: str, reward: str = "coffee") -> tuple[str, str]:
    """The ids of a redemption and of its voucher."""
    programme = gid("Programme", "stars")
    wanted = house.input(memberId=member, programmeId=programme, rewardId=reward)
    answer = house.done(as_member(member), "redeemReward", wanted)
    return answer["transaction"]["id"], answer["voucher"]["id"]


def captured(house: House, member: str) -> str:
    """The id of the capture of a coffee that was held."""
    sent = house.signed(GROCER, "capture", house.input(holdId=house.held(member)))
    return house.done(GROCER, "captureHold", sent)["transaction"]["id"]


def back(house: House, redemption: str, actor: Any = GROCER, **members: object) -> Any:
    """A signed input."""
    sent = house.input(redemptionId=redemption, **members)
    return house.signed(actor, "refund", sent)


def refunded(house: House, redemption: str, **members: object) -> Any:
    return house.done(GROCER, "refundRedemption", back(house, redemption, **members))


def lots(house: House, member: str) -> list[tuple[str, str, int]]:
    rows = house.wallet(member)["lots"]
    return [(lot["expires"], lot["issuer"], lot["points"]) for lot in rows]


def use(house: House, voucher: str) -> Any:
    return house.input(voucherId=voucher)


def test_all_of_it_comes_back_as_it_was(house: House, member: str) -> None:
    """The very lots that were spent, and nothing is burned any more."""
    before = lots(house, member)
    spent, voucher = redeemed(house, member)
    answer = refunded(house, spent)
    transaction = answer["transaction"]
    assert (transaction["kind"], transaction["of"]) == ("refund", {"id": spent})
    assert transaction["by"]["party"] == "partner:grocer"
    assert answer["voucher"] == {
        "id": voucher,
        "usedAt": None,
        "voidAt": "2026-11-21T12:00:00.000Z",
    }
    assert lots(house, member) == before
    assert verified(house.store).totals["partner:grocer:burned", "STARS"] == 0


def test_its_voucher_is_void(house: House, member: str) -> None:
    """What was given back cannot be used."""
    spent, voucher = redeemed(house, member)
    refunded(house, spent)
    refusal = house.refused(GROCER, "useVoucher", use(house, voucher))
    assert (refusal.code, refusal.field) == ("NOT_ELIGIBLE", ["voucherId"])


def test_who_has_had_the_coffee_keeps_no_points(house: House, member: str) -> None:
    """A voucher that was used gives nothing back."""
    spent, voucher = redeemed(house, member)
    house.done(GROCER, "useVoucher", use(house, voucher))
    refusal = house.refused(GROCER, "refundRedemption", back(house, spent))
    assert (refusal.code, refusal.field) == ("ALREADY_REDEEMED", ["redemptionId"])


def test_it_comes_back_once(house: House, member: str) -> None:
    """Under another key there is nothing left to give back."""
    spent, _ = redeemed(house, member)
    refunded(house, spent)
    refusal = house.refused(GROCER, "refundRedemption", back(house, spent))
    assert (refusal.code, refusal.field) == ("EXCEEDS_REMAINING", ["redemptionId"])
    assert house.available(member) == 70


def test_a_voucher_comes_back_whole(house: House, member: str) -> None:
    """49 of 50 points would leave a coffee for one; 51 there are not; 50 are the whole."""
    spent, _ = redeemed(house, member)
    refusal = house.refused(GROCER, "refundRedemption", back(house, spent, points=49))
    assert (refusal.code, refusal.field) == ("NOT_ELIGIBLE", ["points"])
    refusal = house.refused(GROCER, "refundRedemption", back(house, spent, points=51))
    assert (refusal.code, refusal.field) == ("EXCEEDS_REMAINING", ["points"])
    assert refunded(house, spent, points=50)["voucher"]["voidAt"]


def test_a_part_of_what_was_sent_comes_back(house: House, member: str) -> None:
    """Of a captured hold: 10, then the other 40, last consumed first, never 51."""
    before = lots(house, member)
    sent = captured(house, member)
    assert lots(house, member) == [("2027-11-30", "grocer", 20)]
    assert refunded(house, sent, points=10)["voucher"] is None
    assert lots(house, member) == [("2027-11-30", "grocer", 30)]
    refusal = house.refused(GROCER, "refundRedemption", back(house, sent, points=41))
    assert (refusal.code, refusal.field) == ("EXCEEDS_REMAINING", ["points"])
    refunded(house, sent)
    assert lots(house, member) == before
    refusal = house.refused(GROCER, "refundRedemption", back(house, sent))
    assert refusal.code == "EXCEEDS_REMAINING"
    verified(house.store)


def test_what_has_lapsed_meanwhile_lasts_the_grace(house: House) -> None:
    """30 days from the refund where the programme does not say; what has not lapsed keeps its
    day."""
    member = house.enrolled()
    house.earned(member, 30)
    house.later(days=30)
    house.earned(member, 30)
    spent, _ = redeemed(house, member)
    house.clock = house.clock.replace(year=2027, month=12, day=1)
    refunded(house, spent)
    assert lots(house, member) == [("2027-12-31", "grocer", 60)]
    verified(house.store)


@pytest.mark.parametrize(("days", "last"), [(0, "2027-12-05"), (90, "2028-03-04")])
def test_a_programme_says_how_long_its_grace_is(
    house: House, member: str, days: int, last: str
) -> None:
    """By its newest version; 0 days are to the end of today."""
    spent, _ = redeemed(house, member)
    document = {**STARS, "version": 2, "refund_grace_days": days}
    house.done(OPERATOR, "publishProgramme", house.programme(document, "fuel", "grocer"))
    house.clock = house.clock.replace(year=2027, month=12, day=5)
    refunded(house, spent)
    assert [lot for lot in lots(house, member) if lot[0] > "2027-11-30"] == [
        (last, "fuel", 30),
        (last, "grocer", 20),
    ]
    verified(house.store)


def test_what_is_owed_is_paid_first(house: House, member: str) -> None:
    """Points that come back to one in arrears pay them."""
    earned = house.earned(member, 20)
    spent, _ = redeemed(house, member)
    redeemed(house, member, "wash")
    taken = house.signed(GROCER, "reverse", house.input(transactionId=earned))
    house.done(GROCER, "reverseTransaction", taken)
    refunded(house, spent)
    wallet = house.wallet(member)
    assert (wallet["available"], wallet["arrears"]) == (40, 0)
    verified(house.store)


def limited(house: House, **limit: int) -> None:
    """A version of STARS with a limited coffee."""
    coffee = {**STARS["rewards"][0], **limit}  # type: ignore[index]
    document = {**STARS, "version": 2, "rewards": [coffee]}
    house.done(OPERATOR, "publishProgramme", house.programme(document, "fuel", "grocer"))


@pytest.mark.parametrize("limit", ["stock", "per_member"])
def test_its_place_on_the_shelf_is_free_again(house: House, member: str, limit: str) -> None:
    """The last one can be had again once it came back, whether it was redeemed or sent."""
    limited(house, **{limit: 1})
    spent, _ = redeemed(house, member)
    refunded(house, spent)
    sent = captured(house, member)
    refunded(house, sent, points=20)
    wanted = house.input(memberId=member, programmeId=gid("Programme", "stars"), rewardId="coffee")
    refusal = house.refused(as_member(member), "redeemReward", wanted)
    assert refusal.code == {"stock": "OUT_OF_STOCK", "per_member": "LIMIT_EXCEEDED"}[limit]
    refunded(house, sent)
    redeemed(house, member)
    verified(house.store)


def test_only_the_partner_where_they_were_spent_gives_back(house: House, member: str) -> None:
    """Another is told what it would be told of a redemption that there is not."""
    spent, _ = redeemed(house, member)
    foreign = house.refused(FUEL, "refundRedemption", back(house, spent, FUEL))
    unknown = gid("Transaction", "7zzzzzzzzzzzzzzzzzzzzzzzzz")
    assert foreign == house.refused(FUEL, "refundRedemption", back(house, unknown, FUEL))
    assert (foreign.code, foreign.field) == ("NOT_FOUND", ["redemptionId"])
    for actor in (OPERATOR, as_member(member)):
        bare = house.input(redemptionId=spent)
        assert house.refused(actor, "refundRedemption", bare).code == "NOT_PERMITTED"


def test_only_what_was_spent_is_given_back(house: House, member: str) -> None:
    """Neither an earn, nor a hold, nor a refund itself."""
    spent, _ = redeemed(house, member)
    refund = refunded(house, spent)["transaction"]["id"]
    for id_ in (house.earned(member, 5), house.held(member), refund):
        refusal = house.refused(GROCER, "refundRedemption", back(house, id_))
        assert refusal.code == "NOT_FOUND"


def test_without_signature_nothing_comes_back(house: House, member: str) -> None:
    """A token alone gives nothing, nor does a signature over a part."""
    sent = captured(house, member)
    bare = house.input(redemptionId=sent)
    assert house.refused(GROCER, "refundRedemption", bare).code == "SIGNATURE_REQUIRED"
    more = {**back(house, sent, points=10), "points": 50}
    assert house.refused(GROCER, "refundRedemption", more).code == "SIGNATURE_INVALID"


@pytest.mark.parametrize("points", [0, -1])
def test_points_not_above_zero_are_refused(house: House, member: str, points: int) -> None:
    """Nothing is taken by giving less than none."""
    sent = captured(house, member)
    refusal = house.refused(GROCER, "refundRedemption", back(house, sent, points=points))
    assert (refusal.code, refusal.field) == ("INVALID_INPUT", ["points"])


def test_after_400_days_nothing_comes_back(house: House, member: str) -> None:
    """A redemption too old to go back to is not eligible."""
    sent = captured(house, member)
    house.later(days=400)
    refunded(house, sent, points=1)
    house.later(milliseconds=1)
    assert house.refused(GROCER, "refundRedemption", back(house, sent)).code == "NOT_ELIGIBLE"


def test_a_voucher_is_used_or_given_back_never_both(house: House) -> None:
    """Sixteen at once, eight at the till and eight at the desk, for each of four vouchers."""
    lock, random = Lock(), Random(17)

    def bits(count: int) -> bytes:
        with lock:
            return random.randbytes(count)

    house.coalition = replace(house.coalition, sleep=sleep, random_bytes=bits)
    for _ in range(4):
        member = house.enrolled()
        house.earned(member, 50)
        spent, voucher = redeemed(house, member)
        sent = [("useVoucher", use(house, voucher)) for _ in range(8)]
        sent += [("refundRedemption", back(house, spent)) for _ in range(8)]

        def send(each: tuple[str, Any]) -> str:
            payload = house.send(GROCER, *each).data[each[0]]
            return payload["userErrors"][0]["code"] if payload["userErrors"] else each[0]

        with ThreadPoolExecutor(16) as pool:
            found = Counter(pool.map(send, sent))
        done = {"useVoucher", "refundRedemption"} & set(found)
        assert len(done) == 1
        (first,) = done
        assert found[first] == 1
        assert house.available(member) == (50 if first == "refundRedemption" else 0)
    verified(house.store)
