"""Row 25: feedback is taken and followed up: of 1,000, 260 are 26 %, and the open 740 listed."""

from collections import Counter
from collections.abc import Collection
from typing import Any

import pytest

from ledger.names import transaction_id
from loyalty import feedback, open_feedback
from loyalty.actors import Actor, PartnerActor
from loyalty.committing import News, read_answer
from loyalty.ports import Record
from loyalty.records.feedback import Feedback, FeedbackOfPartner, OpenFeedback, Words
from loyalty.records.members import Member
from storage.memory import MemoryStore
from tests.at_once import at_once
from tests.coalition import GROCER, OPERATOR, as_member, gid, own_id, verified
from tests.programmes.shop import Shop

INN, SPA = PartnerActor("inn"), PartnerActor("spa")
FIGURES = """query ($partner: ID) { feedbackFigures(partnerId: $partner) {
    given followedUp open followedUpPerMille } }"""
OPEN = """query ($partner: ID, $first: Int!, $after: String) {
    openFeedback(partnerId: $partner, first: $first, after: $after) {
        edges { cursor node { id score text givenAt member { id } assignedTo followedUpAt } }
        pageInfo { hasNextPage endCursor } } }"""


@pytest.fixture
def shop() -> Shop:
    return Shop("25_closing_the_loop.json")


@pytest.fixture
def member(shop: Shop) -> str:
    return shop.enrolled()


def giving(shop: Shop, member: str, score: int = 7, at: str = "inn", **more: object) -> Any:
    """An input of `giveFeedback`."""
    return shop.input(memberId=member, partnerId=gid("Partner", at), score=score, **more)


def given(shop: Shop, member: str, score: int = 7, at: str = "inn", **more: object) -> str:
    """The global id of a member's own feedback."""
    asked = giving(shop, member, score, at, **more)
    return shop.done(as_member(member), "giveFeedback", asked)["feedback"]["id"]


def follow_up(shop: Shop, id_: str, by: Actor = INN) -> Any:
    asked = shop.input(feedbackId=id_, note="called back")
    return shop.done(by, "followUpFeedback", asked)["feedback"]


def figures(shop: Shop, actor: Actor = INN, at: str | None = None) -> Any:
    """given, followed up, open, per mille"""
    partner = None if at is None else gid("Partner", at)
    found = shop.ask(actor, FIGURES, partner=partner)["feedbackFigures"]
    return None if found is None else tuple(found.values())


def page(
    shop: Shop, first: int, after: str | None = None, actor: Actor = INN, at: str | None = None
) -> Any:
    partner = None if at is None else gid("Partner", at)
    return shop.ask(actor, OPEN, partner=partner, first=first, after=after)["openFeedback"]


def listed(shop: Shop, actor: Actor = INN, at: str | None = None, first: int = 100) -> list[str]:
    """The ids of all that are open, page after page."""
    found, after = [], None
    while True:
        each = page(shop, first, after, actor, at)
        found += [edge["node"]["id"] for edge in each["edges"]]
        after = each["pageInfo"]["endCursor"]
        if not each["pageInfo"]["hasNextPage"]:
            return found


def test_260_of_1000_followed_up_are_26_per_cent_and_740_are_listed(shop: Shop) -> None:
    """Of fifty members, twenty feedbacks each; every fourth is followed up, and ten more."""
    members = [shop.enrolled() for _ in range(50)]
    ids = [given(shop, members[number % 50], number % 11) for number in range(1_000)]
    closed = ids[::4] + ids[1:40:4]
    assert len(closed) == 260
    for id_ in reversed(closed):
        follow_up(shop, id_)
    assert figures(shop) == (1_000, 260, 740, 260)
    left = [id_ for id_ in ids if id_ not in set(closed)]
    assert len(left) == 740
    assert listed(shop) == left
    assert listed(shop, OPERATOR, "inn", first=99) == left
    verified(shop.store)


def test_a_page_reads_what_it_shows(
    shop: Shop, member: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not what was followed up long ago, nor what comes after it."""
    monkeypatch.setattr(open_feedback, "PAGE", 20)
    ids = [given(shop, member) for _ in range(160)]
    for id_ in ids[:121]:
        follow_up(shop, id_)
    counting = Counting(shop.store)
    assert [edge["node"]["id"] for edge in page(shop, 5)["edges"]] == ids[121:126]
    # The partner's count, a page, 5 feedbacks, their words and their member.
    assert counting.read == {
        FeedbackOfPartner: 1,
        OpenFeedback: 1,
        Feedback: 5,
        Words: 2,
        Member: 1,
    }


class Counting:
    """Counts the records that a store is asked for, by kind."""

    def __init__(self, store: MemoryStore) -> None:
        self.read: Counter[type[Record]] = Counter()
        self._record = store.record
        store.records = self.records  # type: ignore[method-assign, assignment]
        store.record = self.record  # type: ignore[method-assign, assignment]

    def records(self, kind: Any, ids: Collection[str]) -> Any:
        self.read[kind] += len(ids)
        return {id_: row for id_ in ids if (row := self._record(kind, id_)) is not None}

    def record(self, kind: Any, id_: str) -> Any:
        self.read[kind] += 1
        return self._record(kind, id_)


def test_a_list_goes_on_where_it_was_whatever_was_closed_meanwhile(shop: Shop, member: str) -> None:
    """The cursor is a place: what stood there may be followed up, and new ones come at the end."""
    ids = [given(shop, member) for _ in range(9)]
    first = page(shop, 3)
    for id_ in ids[1:5]:
        follow_up(shop, id_)
    late = given(shop, member)
    second = page(shop, 3, first["pageInfo"]["endCursor"])
    assert [edge["node"]["id"] for edge in second["edges"]] == ids[5:8]
    third = page(shop, 3, second["pageInfo"]["endCursor"])
    assert [edge["node"]["id"] for edge in third["edges"]] == [ids[8], late]
    assert third["pageInfo"]["hasNextPage"] is False
    empty = page(shop, 3, third["pageInfo"]["endCursor"])
    assert (empty["edges"], empty["pageInfo"]["hasNextPage"]) == ([], False)


@pytest.mark.parametrize(
    "cursor", ["", "inn", "inn/1", "inn/x00000001", "\u202e", "inn/0000000011"]
)
def test_a_cursor_is_of_an_earlier_page(shop: Shop, cursor: str) -> None:
    """Anything else is bad input."""
    answer = shop.execute(OPEN, INN, first=5, after=cursor)
    assert answer.codes == ["BAD_USER_INPUT"]


def test_sixteen_give_and_follow_up_at_once(shop: Shop) -> None:
    """At every moment: what was given is followed up or listed, and each is counted once."""
    members = [shop.enrolled() for _ in range(8)]
    ids = [given(shop, each) for each in members]
    requests: list[Any] = [
        (INN, "followUpFeedback", shop.input(feedbackId=id_, note="called back")) for id_ in ids
    ]
    requests += [(as_member(each), "giveFeedback", giving(shop, each)) for each in members]
    # Who keeps losing is told to send it again.
    while requests := [
        request
        for request, came in zip(requests, at_once(shop, requests), strict=True)
        if came != "done"
    ]:
        pass
    assert figures(shop) == (16, 8, 8, 500)
    new = listed(shop)
    assert len(set(new)) == 8
    assert not set(new) & set(ids)


def test_of_sixteen_who_follow_one_up_at_once_one_does(shop: Shop, member: str) -> None:
    """Fifteen are told since when it is done; the figure rises by one."""
    id_ = given(shop, member)
    requests = [
        (INN, "followUpFeedback", shop.input(feedbackId=id_, note=f"desk {number}"))
        for number in range(16)
    ]
    came = at_once(shop, requests)
    assert sorted(came) == ["ALREADY_EXISTS"] * 15 + ["done"]
    assert figures(shop) == (1, 1, 0, 1_000)
    assert listed(shop) == []


def test_to_assign_is_not_to_follow_up(shop: Shop, member: str) -> None:
    """It says who sees to it, and stays in the list until somebody did; then it is settled."""
    id_ = given(shop, member, 2, text="The pool was cold.")
    for desk in ("desk 2", "desk 3"):
        asked = shop.input(feedbackId=id_, assignee=desk)
        shop.done(INN, "assignFeedback", asked)
    (edge,) = page(shop, 5)["edges"]
    assert (edge["node"]["assignedTo"], edge["node"]["text"]) == ("desk 3", "The pool was cold.")
    assert edge["node"]["member"]["id"] == member
    shop.later(hours=3)
    done = follow_up(shop, id_)
    assert (done["followedUpAt"], done["followedUpBy"], done["note"]) == (
        "2026-11-21T15:00:00.000Z",
        "partner:inn",
        "called back",
    )
    for mutation, more in (
        ("followUpFeedback", {"note": "again"}),
        ("assignFeedback", {"assignee": "desk 4"}),
    ):
        refusal = shop.refused(INN, mutation, shop.input(feedbackId=id_, **more))
        assert (refusal.code, refusal.field) == ("ALREADY_EXISTS", ["feedbackId"])


def test_partners_see_their_own_and_operators_all(shop: Shop, member: str) -> None:
    """Another partner's are to it as ones that there are not; members list nothing."""
    at_inn, at_spa = given(shop, member), given(shop, member, at="spa")
    assert (listed(shop), listed(shop, SPA)) == ([at_inn], [at_spa])
    assert listed(shop, OPERATOR) == [at_inn, at_spa]
    assert listed(shop, OPERATOR, first=1) == [at_inn, at_spa]
    follow_up(shop, at_spa, OPERATOR)
    assert figures(shop, OPERATOR) == (2, 1, 1, 500)
    assert [figures(shop, OPERATOR, at) for at in ("inn", "spa", "grocer")] == [
        (1, 0, 1, 0),
        (1, 1, 0, 1_000),
        (0, 0, 0, 0),
    ]
    for actor in (SPA, as_member(member)):
        assert page(shop, 5, actor=actor, at="inn") is None
        assert figures(shop, actor, "inn") is None
    for mutation, more in (
        ("followUpFeedback", {"note": "called"}),
        ("assignFeedback", {"assignee": "desk"}),
    ):
        foreign = shop.refused(SPA, mutation, shop.input(feedbackId=at_inn, **more))
        none = shop.input(feedbackId=gid("Feedback", "inn/000000099"), **more)
        assert foreign == shop.refused(SPA, mutation, none)
        assert (foreign.code, foreign.field) == ("NOT_FOUND", ["feedbackId"])
        own = shop.refused(as_member(member), mutation, shop.input(feedbackId=at_inn, **more))
        assert own.code == "NOT_PERMITTED"


def test_who_sees_one(shop: Shop, member: str) -> None:
    """Its member without the partner's notes, its partner, operators."""
    id_ = given(shop, member, text="The pool was cold.")
    shop.done(INN, "assignFeedback", shop.input(feedbackId=id_, assignee="desk 2"))
    follow_up(shop, id_)
    query = "query ($id: ID!) { node(id: $id) { ... on Feedback { text assignedTo note } } }"
    for actor, seen in (
        (as_member(member), {"text": "The pool was cold.", "assignedTo": None, "note": None}),
        (INN, {"text": "The pool was cold.", "assignedTo": "desk 2", "note": "called back"}),
        (OPERATOR, {"text": "The pool was cold.", "assignedTo": "desk 2", "note": "called back"}),
        (SPA, None),
        (as_member(shop.enrolled()), None),
    ):
        assert shop.ask(actor, query, id=id_)["node"] == seen


def test_a_member_reads_all_that_it_said(shop: Shop, member: str) -> None:
    """The newest first, page by page, at whichever partner; nobody else but operators does."""
    query = """query ($id: ID!, $after: String) {
        givenFeedback(memberId: $id, first: 20, after: $after) {
            edges { node { id } } pageInfo { hasNextPage endCursor } } }"""
    ids = [given(shop, member, at=("inn", "spa")[number % 2]) for number in range(55)]
    follow_up(shop, ids[30])
    given(shop, shop.enrolled())

    def read(actor: Actor) -> list[str]:
        found, after = [], None
        while True:
            each = shop.ask(actor, query, id=member, after=after)["givenFeedback"]
            found += [edge["node"]["id"] for edge in each["edges"]]
            after = each["pageInfo"]["endCursor"]
            if not each["pageInfo"]["hasNextPage"]:
                return found

    assert read(as_member(member)) == ids[::-1]
    assert read(OPERATOR) == ids[::-1]
    for stranger in (INN, SPA, as_member(shop.enrolled())):
        assert shop.ask(stranger, query, id=member) == {"givenFeedback": None}
    shop.done(as_member(member), "forgetMember", shop.input(memberId=member, confirmed=True))
    follow_up(shop, ids[40])
    assert read(OPERATOR) == ids[::-1]


def test_who_gives_feedback(shop: Shop, member: str) -> None:
    """A member its own, a partner that of a member on itself; nobody for anybody else."""
    own = as_member(member)
    assert shop.done(INN, "giveFeedback", giving(shop, member))["feedback"]["by"] == "partner:inn"
    assert shop.refused(SPA, "giveFeedback", giving(shop, member)).field == ["partnerId"]
    assert shop.refused(OPERATOR, "giveFeedback", giving(shop, member)).code == "NOT_PERMITTED"
    other = giving(shop, shop.enrolled())
    assert shop.refused(own, "giveFeedback", other).code == "NOT_FOUND"
    nowhere = giving(shop, member, at="nobody")
    refusal = shop.refused(own, "giveFeedback", nowhere)
    assert (refusal.code, refusal.field) == ("NOT_FOUND", ["partnerId"])


@pytest.mark.parametrize("score", [-1, 11, 2**31 - 1])
def test_a_score_is_0_to_10(shop: Shop, member: str, score: int) -> None:
    """Both ends are scores."""
    refusal = shop.refused(as_member(member), "giveFeedback", giving(shop, member, score))
    assert (refusal.code, refusal.field) == ("INVALID_INPUT", ["score"])
    for end in (0, 10):
        given(shop, member, end)


def test_an_order_that_it_is_about_is_the_members_at_that_partner(shop: Shop, member: str) -> None:
    """Another's order, or one somewhere else, is to it as one that there is not."""
    (order,) = shop.buys(member, 9_000, "inn")["transactions"]
    (elsewhere,) = shop.buys(member, 9_000, "spa")["transactions"]
    (anothers,) = shop.buys(shop.enrolled(), 9_000, "inn")["transactions"]
    given(shop, member, transactionId=order["id"])
    own = as_member(member)
    for wrong in (elsewhere["id"], anothers["id"], gid("Transaction", "7" + "z" * 25)):
        asked = giving(shop, member, transactionId=wrong)
        refusal = shop.refused(own, "giveFeedback", asked)
        assert (refusal.code, refusal.field) == ("NOT_FOUND", ["transactionId"])


def test_a_crm_is_told(shop: Shop, member: str) -> None:
    """That it came and that it was followed up: with the score, and not with what was written."""
    asked = giving(shop, member, 2, text="The pool was cold.")
    id_ = shop.done(as_member(member), "giveFeedback", asked)["feedback"]["id"]
    key, number = own_id(member), own_id(id_)
    told = news(shop, f"member:{key}", asked)
    said = {"feedback": number, "partner": "inn", "score": 2}
    assert told == (News("feedback.received", key, said),)
    closing = shop.input(feedbackId=id_, note="called back")
    shop.done(INN, "followUpFeedback", closing)
    (closed,) = news(shop, "partner:inn", closing)
    assert (closed.type, closed.member) == ("feedback.followed_up", key)


def news(shop: Shop, party: str, input_: Any) -> tuple[News, ...]:
    id_ = transaction_id(party, input_["idempotencyKey"])
    return read_answer(shop.store.transactions([id_])[id_]).news


def test_a_member_gives_a_bounded_number(
    shop: Shop, member: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that all that it wrote can be erased at once; other members are not held up."""
    monkeypatch.setattr(feedback, "MEMBER_MAX", 30)
    for _ in range(30):
        given(shop, member)
    refusal = shop.refused(as_member(member), "giveFeedback", giving(shop, member))
    assert (refusal.code, refusal.field) == ("LIMIT_EXCEEDED", ["memberId"])
    given(shop, shop.enrolled())


def test_who_left_has_no_feedback_any_more(shop: Shop, member: str) -> None:
    """Operators see to what is still open."""
    id_ = given(shop, member)
    shop.later(minutes=1)
    shop.leave("inn")
    shop.later(minutes=1)
    assert page(shop, 5) is None
    assert figures(shop) is None
    asked = shop.input(feedbackId=id_, note="called back")
    assert shop.refused(INN, "followUpFeedback", asked).code == "NOT_PERMITTED"
    assert shop.refused(as_member(member), "giveFeedback", giving(shop, member)).code == "NOT_FOUND"
    assert listed(shop, OPERATOR) == [id_]
    follow_up(shop, id_, OPERATOR)
    assert figures(shop, OPERATOR, "inn") == (1, 1, 0, 1_000)
    assert figures(shop, GROCER) == (0, 0, 0, 0)
