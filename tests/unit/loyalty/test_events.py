"""Which events there are of what was done, and who may be told what of them."""

import json
from typing import Any

import msgspec
import pytest
from strawberry.relay import GlobalID

from ledger.names import TransactionId
from loyalty.actors import PartnerActor
from loyalty.committing import Answer, News
from loyalty.events import (
    OPERATOR,
    Event,
    Whose,
    event_of,
    events_of,
    global_id,
    message,
    replay_of,
    transaction_of,
)
from loyalty.ports import TransactionRow
from tests.coalition import FUEL, GROCER, House, as_member, gid, own_id


@pytest.fixture
def house() -> House:
    return House()


def row(house: House, transaction: str) -> TransactionRow:
    id_ = TransactionId(own_id(transaction))
    return house.store.transactions([id_])[id_]


def of(house: House, transaction: str) -> list[Event]:
    return list(events_of(row(house, transaction)))


def data(event: Event, owner: str = OPERATOR, member: str = "") -> Any:
    return json.loads(message(event, owner, Whose(member)))["data"]


def test_an_earn_is_one_event(house: House) -> None:
    """Points, by how much each part of the wallet changes, and what it then has."""
    member = house.enrolled()
    house.earned(member, 30)
    earned = house.earned(member, 12)
    (event,) = of(house, earned)
    assert (event.id, event.type) == (f"evt_{own_id(earned)}_0", "points.earned")
    assert json.loads(message(event, OPERATOR, Whose(own_id(member)))) == {
        "type": "points.earned",
        "timestamp": "2026-11-21T12:00:00.000Z",
        "data": {
            "transactionId": earned,
            "walletId": house.wallet(member)["id"],
            "walletSeq": 2,
            "memberId": member,
            "currency": "STARS",
            "points": 12,
            "change": {"available": 12},
            "balance": {"available": 42, "held": 0, "pending": 0, "arrears": 0},
            "partners": ["grocer"],
        },
    }


def test_the_same_row_gives_the_same_bytes(house: House) -> None:
    """Whoever makes an event twice makes one."""
    member = house.enrolled()
    earned = row(house, house.earned(member, 12))
    once, again = events_of(earned), events_of(earned)
    assert once == again
    assert message(once[0], OPERATOR, Whose("x")) == message(again[0], OPERATOR, Whose("x"))
    assert event_of(earned, once[0].id) == once[0]
    assert event_of(earned, once[0].id.replace("_0", "_1")) is None


def test_a_gift_is_one_event_for_each_member(house: House) -> None:
    """Who gave is told that they went, who got them that they came; no partner is told."""
    giver, receiver = house.enrolled(), house.enrolled()
    house.earned(giver, 80)
    gift = house.input(toMemberId=receiver, currency="STARS", points=30)
    done = house.done(as_member(giver), "transferPoints", gift)["transaction"]["id"]
    found = {each.type: each for each in of(house, done)}
    assert set(found) == {"points.sent", "points.received"}
    assert data(found["points.sent"])["change"] == {"available": -30}
    assert data(found["points.received"])["change"] == {"available": 30}
    assert all(each.audience == {OPERATOR} for each in found.values())
    assert len({each.id for each in found.values()}) == 2


def test_points_are_counted_where_they_pay_what_is_owed(house: House) -> None:
    """100 taken back of which 80 are spent: 100; the next 100 of which 80 pay for it: 100."""
    member = house.enrolled()
    earned = house.earned(member, 100)
    house.voucher(member)
    wash = house.input(memberId=member, programmeId=gid("Programme", "stars"), rewardId="wash")
    house.done(as_member(member), "redeemReward", wash)
    back = house.signed(GROCER, "reverse", house.input(transactionId=earned))
    reversed_ = house.done(GROCER, "reverseTransaction", back)["transaction"]["id"]
    (event,) = of(house, reversed_)
    assert event.type == "points.reversed"
    told = data(event)
    assert (told["points"], told["change"]) == (100, {"available": -20, "arrears": -80})
    assert told["ofTransactionId"] == earned
    (event,) = of(house, house.earned(member, 100))
    told = data(event)
    assert (told["points"], told["change"]) == (100, {"available": 20, "arrears": 80})


def test_a_hold_and_what_becomes_of_it(house: House) -> None:
    """Points held, captured, or released."""
    member = house.enrolled()
    house.earned(member, 150)
    first, second = house.held(member), house.held(member)
    captured = house.done(
        GROCER, "captureHold", house.signed(GROCER, "capture", house.input(holdId=first))
    )["transaction"]["id"]
    voided = house.done(
        GROCER, "voidHold", house.signed(GROCER, "void", house.input(holdId=second, reason="r"))
    )["transaction"]["id"]
    told = [data(of(house, each)[0]) for each in (first, captured, voided)]
    assert [of(house, each)[0].type for each in (first, captured, voided)] == [
        "points.held",
        "points.captured",
        "points.released",
    ]
    assert [each["points"] for each in told] == [50, 50, 50]
    for each in (captured, voided):
        (event,) = of(house, each)
        # Its word, also where no account of its own moves; but it did not say whose points.
        assert event.audience == {OPERATOR, "partner:grocer"}
        assert "memberId" not in data(event, "partner:grocer", own_id(member))


def test_who_takes_part_is_told(house: House) -> None:
    """Operators, and the partners whose word or accounts the entry has; no other."""
    member = house.enrolled()
    (earned,) = of(house, house.earned(member, 80, FUEL))
    assert earned.audience == {OPERATOR, "partner:fuel"}
    wanted = house.input(memberId=member, programmeId=gid("Programme", "stars"), rewardId="coffee")
    redeemed = house.done(as_member(member), "redeemReward", wanted)["transaction"]["id"]
    assert {each for event in of(house, redeemed) for each in event.audience} == {
        OPERATOR,
        "partner:grocer",
    }


def test_a_partner_is_told_whose_points_they_are_where_it_said_so_itself(house: House) -> None:
    """At its till it named the member; of one who redeems in an app it sees a wallet alone."""
    member = house.enrolled()
    (earned,) = of(house, house.earned(member, 80))
    assert data(earned, "partner:grocer", own_id(member))["memberId"] == member
    assert data(earned, OPERATOR, own_id(member))["memberId"] == member
    wanted = house.input(memberId=member, programmeId=gid("Programme", "stars"), rewardId="coffee")
    redeemed = house.done(as_member(member), "redeemReward", wanted)["transaction"]["id"]
    for event in of(house, redeemed):
        assert "memberId" not in data(event, "partner:grocer", own_id(member))
        assert data(event, OPERATOR, own_id(member))["memberId"] == member


def test_news_of_a_row_are_events_after_those_of_its_entry(house: House) -> None:
    """With numbers of their own: more entries' events in times to come move none of them."""
    member = house.enrolled()
    earned = row(house, house.earned(member, 80))
    badged = News("badge.given", "m", {"partner": "deli"})
    news = (News("tier.changed", own_id(member), {"tier": "gold"}), badged)
    both = earned._replace(response=msgspec.json.encode(Answer(entered=True, news=news)))
    _, tier, badge = events_of(both)
    assert replay_of(both) is None
    assert (tier.id, tier.type) == (f"evt_{earned.id}_n0", "tier.changed")
    assert badge.id == f"evt_{earned.id}_n1"
    assert tier.audience == {OPERATOR, "partner:grocer"}
    assert badge.audience == {OPERATOR, "partner:grocer", "partner:deli"}
    assert data(tier, "partner:grocer", tier.member) == {
        "tier": "gold",
        "memberId": member,
        "walletId": house.wallet(member)["id"],
        "walletSeq": 1,
        "transactionId": gid("Transaction", earned.id),
    }


def test_news_without_an_entry_have_their_own_time_and_audience() -> None:
    """Operators alone are told, and the partner that the news name; not whom they are about."""
    at = "2026-11-21T12:00:00.000Z"
    quiet, named = News("member.enrolled", "m"), News("voucher.used", "m", {"partner": "deli"})
    answer = Answer(news=(quiet, named), at=at)
    id_ = TransactionId("7zzzzzzzzzzzzzzzzzzzzzzzzz")
    one, other = events_of(TransactionRow(id_, None, None, msgspec.json.encode(answer)))
    assert (one.at, one.audience) == (at, {OPERATOR})
    assert other.audience == {OPERATOR, "partner:deli"}
    assert data(other, "partner:deli", "m") == {"partner": "deli"}


def test_a_wish_for_a_replay_is_nobodys_event() -> None:
    """It is for whoever delivers."""
    news = (News("event.replayed", "", {"event": "evt_x", "endpoint": "e"}),)
    response = msgspec.json.encode(Answer(news=news))
    found = TransactionRow(TransactionId("7zzzzzzzzzzzzzzzzzzzzzzzzz"), None, None, response)
    assert events_of(found) == ()
    assert replay_of(found) == ("evt_x", "e")


def test_a_request_that_changed_nothing_is_no_event(house: House) -> None:
    """A purchase that gives no points has a row and no entry."""
    florist = PartnerActor("florist")
    paid = house.purchase(house.enrolled(), 100, florist)
    house.done(florist, "recordPurchase", paid)
    *_, last = house.store._transactions.values()
    assert last.entry is None
    assert events_of(last) == ()


@pytest.mark.parametrize(
    "id_", ["", "evt_", "evt_x_0", f"evt_{'0' * 26}", f"evt_{'0' * 26}_01", f"evt_{'0' * 26}_0\n"]
)
def test_what_is_no_events_id_leads_nowhere(id_: str) -> None:
    assert transaction_of(id_) is None


def test_an_events_id_has_no_full_stop(house: House) -> None:
    """With one, a receiver could be shown another split of what is signed."""
    (event,) = of(house, house.earned(house.enrolled(), 5))
    assert "." not in event.id
    assert transaction_of(event.id) == own_id(event.data["transactionId"])  # type: ignore[arg-type]


def test_an_account_is_told_of_to_operators_alone(house: House) -> None:
    """Who is in a household is none of a partner's business."""
    (event,) = of(house, house.earned(house.enrolled(), 5))
    told = json.loads(message(event, OPERATOR, Whose("", "a1")))["data"]
    assert told["accountId"] == gid("Account", "a1")
    assert "memberId" not in told
    told = json.loads(message(event, "partner:grocer", Whose("", "a1")))["data"]
    assert "accountId" not in told


def test_ids_are_those_of_the_api() -> None:
    """What an event says can be asked for."""
    assert global_id("Member", "x1") == str(GlobalID("Member", "x1"))
