"""`revokeKey`: a key ends, a minute later."""

from datetime import timedelta

import pytest

from ledger.names import at_text
from loyalty.actors import Role
from loyalty.coalition import ENDING_AHEAD
from loyalty.events import events_of
from tests.coalition import (
    FUEL,
    GROCER,
    NOON,
    OPERATOR,
    House,
    an_operator,
    as_member,
    gid,
    verified,
)
from tests.signing import key_of

BOB = an_operator("bob")


def earn_codes(house: House) -> list[str]:
    """What is refused of a purchase that the grocer signs."""
    paid = house.purchase(house.enrolled(), 700)
    payload = house.send(GROCER, "recordPurchase", paid).data["recordPurchase"]
    return [each["code"] for each in payload["userErrors"]]


def test_a_partner_ends_a_key_of_its_own_a_minute_later(house: House) -> None:
    """Until then it signs, and the answer says until when."""
    wanted = house.revocation("partner:grocer", "grocer", by="grocer")
    key = house.done(GROCER, "revokeKey", wanted)["key"]
    assert key["since"] == at_text(NOON)
    assert key["until"] == at_text(NOON + ENDING_AHEAD)
    house.later(seconds=59)
    assert earn_codes(house) == []
    house.later(seconds=1)
    assert earn_codes(house) == ["SIGNATURE_INVALID"]
    verified(house.store)


def test_a_partners_keys_are_told_with_their_times(house: House) -> None:
    """Those of before, too."""
    query = (
        """query ($id: ID!) { partner(id: $id) { keys keyHistory { verifierKey since until } } }"""
    )
    house.done(GROCER, "addPartnerKey", house.partner_key("grocer", "grocer-2"))
    house.later(seconds=5)
    house.done(GROCER, "revokeKey", house.revocation("partner:grocer", "grocer", by="grocer-2"))
    told = house.ask(FUEL, query, id=gid("Partner", "grocer"))["partner"]
    assert len(told["keys"]) == 2
    until = at_text(NOON + timedelta(seconds=5) + ENDING_AHEAD)
    assert [each["until"] for each in told["keyHistory"]] == [until, None]
    house.later(minutes=1)
    told = house.ask(FUEL, query, id=gid("Partner", "grocer"))["partner"]
    assert told["keys"] == [str(key_of("grocer-2").verifier)]
    assert len(told["keyHistory"]) == 2


def test_a_token_alone_ends_no_key(house: House) -> None:
    """Else whoever got hold of one could stop a partner's tills."""
    wanted = house.revocation("partner:grocer", "grocer", by="fuel")
    assert house.refused(GROCER, "revokeKey", wanted).code == "SIGNATURE_INVALID"
    del wanted["signature"]
    assert house.refused(GROCER, "revokeKey", wanted).code == "SIGNATURE_REQUIRED"


def test_an_operator_who_signs_ends_anybodys_key(house: House) -> None:
    """A partner's and another operator's; the entry says who stood for it."""
    house.keyed(OPERATOR, BOB)
    house.done(OPERATOR, "revokeKey", house.revocation("partner:grocer", "grocer", by="ann"))
    house.done(OPERATOR, "revokeKey", house.revocation("operator:bob", "bob", by="ann"))
    house.later(seconds=61)
    assert earn_codes(house) == ["SIGNATURE_INVALID"]
    assert '"party":"operator:ann"' in house.store._governance[-1].entry.decode()
    again = house.revocation("operator:ann", "ann", by="bob")
    assert house.refused(BOB, "revokeKey", again).code == "SIGNATURE_INVALID"
    verified(house.store)


@pytest.mark.parametrize("party", ["partner:grocer", "partner:nobody", "operator:ann"])
def test_another_partys_key_and_an_unknown_one_are_answered_alike(house: House, party: str) -> None:
    """A partner learns nothing by trying."""
    house.keyed(OPERATOR)
    name = party.partition(":")[2]
    foreign = house.refused(FUEL, "revokeKey", house.revocation(party, name, by="fuel"))
    own = house.refused(FUEL, "revokeKey", house.revocation("partner:fuel", "none", by="fuel"))
    assert foreign == own
    assert (own.code, own.field) == ("NOT_FOUND", ["key"])


def test_a_key_ends_once(house: House) -> None:
    """One that is to end is not in force any more when that could take effect."""
    house.done(GROCER, "revokeKey", house.revocation("partner:grocer", "grocer", by="grocer"))
    house.keyed(OPERATOR)
    wanted = house.revocation("partner:grocer", "grocer", by="ann")
    assert house.refused(OPERATOR, "revokeKey", wanted).code == "NOT_FOUND"


@pytest.mark.parametrize("party", ["entries", "log", "witness", "member:x", "partner:", "system:x"])
def test_the_coalitions_own_keys_are_not_ended_here(house: House, party: str) -> None:
    """`tallystick keys` looks after those."""
    wanted = house.revocation(party, "grocer", by="grocer")
    refusal = house.refused(OPERATOR, "revokeKey", wanted)
    assert (refusal.code, refusal.field) == ("INVALID_INPUT", ["party"])


def test_a_partner_and_operators_are_told_of_its_keys(house: House) -> None:
    """Of one that is added and of one that ends, with when; other partners are not."""
    house.done(GROCER, "addPartnerKey", house.partner_key("grocer", "grocer-2"))
    house.done(GROCER, "revokeKey", house.revocation("partner:grocer", "grocer", by="grocer"))
    rows = house.store._transactions.values()
    told = [each for row in rows for each in events_of(row) if each.type.startswith("key.")]
    now, ends = at_text(NOON), at_text(NOON + ENDING_AHEAD)
    added, ended = (key_of(each).verifier.label for each in ("grocer-2", "grocer"))
    assert [(each.type, dict(each.data)) for each in told] == [
        ("key.added", {"partner": "grocer", "key": added, "from": now}),
        ("key.revoked", {"partner": "grocer", "key": ended, "until": ends}),
    ]
    assert {each.audience for each in told} == {frozenset({"operator", "partner:grocer"})}


@pytest.mark.parametrize("role", [Role.SUPPORT, Role.MANAGER])
def test_who_is_no_admin_ends_its_own_key_alone(house: House, role: Role) -> None:
    """Neither another operator's nor a partner's."""
    vic = an_operator("vic", role)
    house.keyed(vic, BOB)
    for party, key in (("operator:bob", "bob"), ("partner:grocer", "grocer")):
        wanted = house.revocation(party, key, by="vic")
        assert house.refused(vic, "revokeKey", wanted).code == "NOT_PERMITTED"
    house.done(vic, "revokeKey", house.revocation("operator:vic", "vic", by="vic"))


def test_members_end_no_keys(house: House) -> None:
    """They have none."""
    wanted = house.revocation("partner:grocer", "grocer", by="grocer")
    actor = as_member(gid("Member", "x"))
    assert house.refused(actor, "revokeKey", wanted).code == "NOT_PERMITTED"


def test_a_key_may_come_back(house: House) -> None:
    """What ended may be added again, with the word of one in force."""
    house.done(GROCER, "addPartnerKey", house.partner_key("grocer", "grocer-2"))
    house.done(GROCER, "revokeKey", house.revocation("partner:grocer", "grocer", by="grocer"))
    house.later(minutes=2)
    back = house.partner_key("grocer", "grocer", by="grocer-2")
    key = house.done(GROCER, "addPartnerKey", back)["key"]
    assert (key["since"], key["until"]) == (at_text(house.clock), None)
    assert earn_codes(house) == []
    verified(house.store)
