"""`linkExternalId`, `unlinkExternalId`, `blockCard`: what other systems and cards call a member."""

from collections import Counter
from typing import Any

import pytest

from loyalty.actors import Actor
from loyalty.external_ids import LINKS_MAX, LINKS_MAX_PARTNER
from loyalty.records.members import ExternalId, ExternalIds
from tests.at_once import at_once
from tests.coalition import FLORIST, FUEL, GROCER, OPERATOR, House, as_member, own_id
from tests.faulty import Faulty

FIND = """query ($system: String!, $id: String!) {
    memberByExternalId(system: $system, externalId: $id) { id } }"""


@pytest.fixture
def member(house: House) -> str:
    return house.enrolled()


def link(house: House, member: str, id_: str, actor: Actor = GROCER, system: str = "card") -> Any:
    given = house.input(memberId=member, system=system, externalId=id_)
    return house.done(actor, "linkExternalId", given)["member"]["externalIds"]


def linking(house: House, member: str, id_: str, actor: Actor = GROCER) -> tuple[Actor, str, Any]:
    """A request to link a card."""
    given = house.input(memberId=member, system="card", externalId=id_)
    return actor, "linkExternalId", given


def found(house: House, id_: str, actor: Actor = GROCER, system: str = "card") -> str | None:
    data = house.ask(actor, FIND, system=system, id=id_)["memberByExternalId"]
    return None if data is None else data["id"]


def block(house: House, id_: str, actor: Actor = GROCER, **more: object) -> Any:
    given = house.input(system="card", cardNumber=id_, **more)
    return house.done(actor, "blockCard", given)["member"]


def refused(house: House, actor: Actor, mutation: str, **given: object) -> tuple[str, list[str]]:
    refusal = house.refused(actor, mutation, house.input(**given))
    return refusal.code, refusal.field


def links_agree(house: House) -> bool:
    """Whether each member's list and the way back from each id say the same."""
    records = house.store._records.items()
    listed = Counter(
        id_ for (kind, id_), row in records if kind is ExternalIds for _ in row.record.links
    )  # type: ignore[attr-defined]
    led_back = Counter(
        row.record.member
        for (kind, _), row in records  # type: ignore[attr-defined]
        if kind is ExternalId and row.record.member
    )  # type: ignore[attr-defined]
    return listed == led_back


def test_a_partners_id_is_its_own(house: House, member: str) -> None:
    """It finds its member; another partner and the operator do not see or find it."""
    (linked,) = link(house, member, "K-7")
    assert linked == {
        "system": "card",
        "id": "K-7",
        "partnerId": "grocer",
        "linkedAt": "2026-11-21T12:00:00.000Z",
    }
    assert found(house, "K-7") == member
    assert [found(house, "K-7", other) for other in (FUEL, OPERATOR)] == [None, None]
    other = house.enrolled()
    link(house, other, "K-7", FUEL)
    assert (found(house, "K-7"), found(house, "K-7", FUEL)) == (member, other)


def test_the_coalitions_card_is_every_partners(house: House, member: str) -> None:
    """An operator links it; each partner finds whose it is, by its own ids first."""
    link(house, member, "K-7", OPERATOR)
    assert {found(house, "K-7", each) for each in (GROCER, FUEL, OPERATOR)} == {member}
    other = house.enrolled()
    link(house, other, "K-7", FUEL)
    assert (found(house, "K-7"), found(house, "K-7", FUEL)) == (member, other)


def test_who_sees_which_ids(house: House, member: str) -> None:
    """The member and operators see all, a partner its own and the coalition's."""
    for actor, id_ in ((GROCER, "G"), (FUEL, "F"), (OPERATOR, "C")):
        link(house, member, id_, actor)
    query = "query ($id: ID!) { member(id: $id) { externalIds { id } } }"
    for actor, seen in (
        (as_member(member), "GFC"),
        (OPERATOR, "GFC"),
        (GROCER, "GC"),
        (FUEL, "FC"),
        (FLORIST, "C"),
    ):
        listed = house.ask(actor, query, id=member)["member"]["externalIds"]
        assert [each["id"] for each in listed] == list(seen)


def test_members_look_nobody_up(house: House, member: str) -> None:
    """Not even themselves, and they link nothing: a card that was found would be theirs."""
    link(house, member, "K-7", OPERATOR)
    own = as_member(member)
    assert found(house, "K-7", own) is None
    given = {"memberId": member, "system": "card", "externalId": "K-8"}
    assert refused(house, own, "linkExternalId", **given) == ("NOT_PERMITTED", [])
    del given["memberId"]
    assert refused(house, own, "unlinkExternalId", **given) == ("NOT_PERMITTED", [])


@pytest.mark.parametrize("id_", ["", "K-\u202e7", "Zoe\u0308", "\ud800", "x" * 129, " K-7", "K-8"])
def test_what_is_no_id_finds_nobody(house: House, member: str, id_: str) -> None:
    """It is not looked up, and no defect shows."""
    link(house, member, "K-7")
    assert found(house, id_) is None
    assert found(house, "K-7", system="no system") is None


def test_an_id_means_one_member(house: House, member: str) -> None:
    """A second is refused and not told whose it is; the same again changes nothing."""
    link(house, member, "K-7")
    assert len(link(house, member, "K-7")) == 1
    other = {"memberId": house.enrolled(), "system": "card", "externalId": "K-7"}
    refusal = house.refused(GROCER, "linkExternalId", house.input(**other))
    assert (refusal.code, refusal.field) == ("ALREADY_EXISTS", ["externalId"])
    assert own_id(member) not in refusal.message
    assert len(link(house, member, "K-7", system="crm")) == 2


def test_of_sixteen_who_link_one_id_at_once_one_wins(house: House) -> None:
    """Each for another member: one has it, fifteen are refused, and it finds the one."""
    members = [house.enrolled() for _ in range(16)]
    outcomes = at_once(house, [linking(house, each, "K-7") for each in members])
    assert Counter(outcomes) == {"done": 1, "ALREADY_EXISTS": 15}
    assert found(house, "K-7") == members[outcomes.index("done")]
    assert links_agree(house)


def test_sixteen_ids_for_one_member_at_once(house: House, member: str) -> None:
    """None is lost, and none too many is taken: eight of each of two partners."""
    asked = [(GROCER, f"G-{n}") for n in range(12)] + [(FUEL, f"F-{n}") for n in range(4)]
    requests = [linking(house, member, id_, actor) for actor, id_ in asked]
    outcomes = Counter(at_once(house, requests))
    assert outcomes == {"done": LINKS_MAX_PARTNER + 4, "LIMIT_EXCEEDED": 12 - LINKS_MAX_PARTNER}
    assert links_agree(house)


def test_an_unlinked_id_can_be_linked_anew(house: House, member: str) -> None:
    """A CRM that took the wrong customer for the right one mends it; only who linked it can."""
    link(house, member, "K-7")
    given = {"system": "card", "externalId": "K-7"}
    for stranger in (FUEL, OPERATOR):
        refusal = refused(house, stranger, "unlinkExternalId", **given)
        assert refusal == ("NOT_FOUND", ["externalId"])
    assert house.done(GROCER, "unlinkExternalId", house.input(**given))["member"] == {
        "id": member,
        "externalIds": [],
    }
    assert found(house, "K-7") is None
    again = refused(house, GROCER, "unlinkExternalId", **given)
    assert again == ("NOT_FOUND", ["externalId"])
    other = house.enrolled()
    link(house, other, "K-7")
    assert found(house, "K-7") == other
    assert links_agree(house)


def test_a_lost_card_finds_nobody_and_a_new_one_its_member(house: House, member: str) -> None:
    """The points are the member's, so none is lost; the old card is blocked for good."""
    house.earned(member, 80)
    link(house, member, "K-7")
    after = block(house, "K-7", newCardNumber="K-8")
    assert (after["id"], [each["id"] for each in after["externalIds"]]) == (member, ["K-8"])
    assert (found(house, "K-7"), found(house, "K-8")) == (None, member)
    assert house.available(member) == 80
    for whose in (member, house.enrolled()):
        given = {"memberId": whose, "system": "card", "externalId": "K-7"}
        assert refused(house, GROCER, "linkExternalId", **given) == (
            "NOT_ELIGIBLE",
            ["externalId"],
        )
    twice = {"system": "card", "cardNumber": "K-7"}
    assert refused(house, GROCER, "blockCard", **twice) == ("NOT_ELIGIBLE", ["cardNumber"])
    assert links_agree(house)


def test_a_blocked_card_is_not_another_that_is_like_it(house: House, member: str) -> None:
    """A till reads a number: blocked in its own scope, it does not find the coalition's."""
    link(house, member, "K-7")
    link(house, house.enrolled(), "K-7", OPERATOR)
    block(house, "K-7")
    assert found(house, "K-7") is None


def test_who_may_block(house: House, member: str) -> None:
    """Its partner, any partner or an operator for the coalition's, the member for its own."""
    for id_ in ("a", "b", "c"):
        link(house, member, id_, OPERATOR)
    link(house, member, "d", FUEL)
    block(house, "a", GROCER)
    block(house, "b", OPERATOR)
    for stranger in (GROCER, OPERATOR, as_member(house.enrolled())):
        refusal = refused(house, stranger, "blockCard", system="card", cardNumber="d")
        assert refusal == ("NOT_FOUND", ["cardNumber"])
    own = as_member(member)
    for id_ in ("c", "d"):
        new = {"system": "card", "cardNumber": id_, "newCardNumber": "K-9"}
        assert refused(house, own, "blockCard", **new) == ("NOT_PERMITTED", ["newCardNumber"])
        block(house, id_, own)
    assert found(house, "d", FUEL) is None
    assert links_agree(house)


def test_a_new_card_that_is_anothers_blocks_nothing(house: House, member: str) -> None:
    """All of it happens or nothing: the card that was lost still finds its member."""
    other = house.enrolled()
    link(house, member, "K-7")
    link(house, other, "K-8")
    for taken in ("K-8", "K-7"):
        given = {"system": "card", "cardNumber": "K-7", "newCardNumber": taken}
        assert refused(house, GROCER, "blockCard", **given)[1] == ["newCardNumber"]
    assert (found(house, "K-7"), found(house, "K-8")) == (member, other)


def test_a_card_that_is_blocked_while_it_is_unlinked() -> None:
    """Whichever commits second is decided again on what the first left."""
    store = Faulty()
    house = House(store)
    member = house.enrolled()
    link(house, member, "K-7")
    blocked = house.input(system="card", cardNumber="K-7")
    store.meanwhile = lambda: house.done(GROCER, "blockCard", blocked)
    asked = house.input(system="card", externalId="K-7")
    answer = house.send(GROCER, "unlinkExternalId", asked).data["unlinkExternalId"]
    assert [error["code"] for error in answer["userErrors"]] == ["NOT_FOUND"]
    assert found(house, "K-7") is None
    assert links_agree(house)


def test_a_member_has_bounded_ids(house: House, member: str) -> None:
    """Of one partner and in all, so that all of them can be erased at once."""
    for number in range(LINKS_MAX_PARTNER):
        link(house, member, f"K-{number}")
    one_more = {"memberId": member, "system": "card", "externalId": "one more"}
    refusal = house.refused(GROCER, "linkExternalId", house.input(**one_more))
    assert (refusal.code, refusal.field) == ("LIMIT_EXCEEDED", ["externalId"])
    assert str(LINKS_MAX) in refusal.message
    link(house, member, "K-0", FUEL)
    block(house, "K-0", newCardNumber="K-9")


def test_who_left_links_and_finds_nobody(house: House, member: str) -> None:
    """A partner's token outlives its membership; what it may do does not."""
    link(house, member, "K-7")
    house.later(minutes=1)
    house.leave("grocer")
    house.later(minutes=1)
    assert found(house, "K-7") is None
    for mutation, given in (
        ("linkExternalId", {"memberId": member, "externalId": "K-8"}),
        ("unlinkExternalId", {"externalId": "K-7"}),
        ("blockCard", {"cardNumber": "K-7"}),
    ):
        refusal = refused(house, GROCER, mutation, system="card", **given)
        assert refusal == ("NOT_PERMITTED", [])
