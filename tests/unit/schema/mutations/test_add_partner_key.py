"""`addPartnerKey`: a partner's further key."""

from typing import Any

import pytest

from ledger.names import at_text, transaction_id
from loyalty.partner_keys import KEYS_MAX
from tests.coalition import FLORIST, FUEL, GROCER, NOON, OPERATOR, House, as_member, gid, verified
from tests.signing import asked, key_of, signature


def earns_with(house: House, key: str) -> list[str]:
    """What is refused of a purchase that the grocer signs with a key of that name."""
    paid = house.purchase(house.enrolled(), 700)
    subject = transaction_id(GROCER.party, paid["idempotencyKey"])
    paid["signature"] = signature(key, "earn", subject, asked(paid))
    payload = house.send(GROCER, "recordPurchase", paid).data["recordPurchase"]
    return [each["code"] for each in payload["userErrors"]]


def test_a_partner_signs_with_both_of_its_keys(house: House) -> None:
    """The next one is in force at once, and the one before goes on until it is revoked."""
    done = house.done(GROCER, "addPartnerKey", house.partner_key("grocer", "grocer-2"))
    vkeys = [str(key_of(each).verifier) for each in ("grocer", "grocer-2")]
    assert done["partner"]["keys"] == vkeys
    assert done["key"] == {
        "party": "partner:grocer",
        "verifierKey": vkeys[1],
        "since": at_text(NOON),
        "until": None,
    }
    assert earns_with(house, "grocer") == []
    assert earns_with(house, "grocer-2") == []
    verified(house.store)


@pytest.mark.parametrize("by", ["grocer-2", "fuel"])
def test_a_token_alone_adds_no_key(house: House, by: str) -> None:
    """Neither does the new key's own signature, nor another partner's."""
    wanted = house.partner_key("grocer", "grocer-2", by=by)
    assert house.refused(GROCER, "addPartnerKey", wanted).code == "SIGNATURE_INVALID"
    del wanted["signature"]
    assert house.refused(GROCER, "addPartnerKey", wanted).code == "SIGNATURE_REQUIRED"


def test_a_partner_that_lost_its_keys_gets_one_by_an_operator_who_signs(house: House) -> None:
    """The entry says who stood for it."""
    house.done(GROCER, "revokeKey", house.revocation("partner:grocer", "grocer", by="grocer"))
    house.later(minutes=1)
    wanted = house.partner_key("grocer", "grocer-2")
    assert house.refused(GROCER, "addPartnerKey", wanted).code == "SIGNATURE_INVALID"
    house.keyed(OPERATOR)
    wanted = house.partner_key("grocer", "grocer-2", by="ann")
    without = {**wanted, "signature": None}
    assert house.refused(OPERATOR, "addPartnerKey", without).code == "SIGNATURE_REQUIRED"
    house.done(OPERATOR, "addPartnerKey", wanted)
    assert earns_with(house, "grocer-2") == []
    entry = house.store._governance[-1].entry.decode()
    assert '"party":"operator:ann"' in entry
    verified(house.store)


def test_a_foreign_partner_and_an_unknown_one_are_answered_alike(house: House) -> None:
    """Nobody adds a key to another."""
    wanted = house.partner_key("grocer", "grocer-2")
    foreign = house.refused(FUEL, "addPartnerKey", wanted)
    assert (foreign.code, foreign.field) == ("NOT_FOUND", ["partnerId"])
    unknown = house.refused(FUEL, "addPartnerKey", {**wanted, "partnerId": "nobody"})
    assert foreign.message.replace("grocer", "nobody") == unknown.message


def test_members_add_no_keys(house: House) -> None:
    """They sign nothing."""
    wanted = house.partner_key("grocer", "grocer-2")
    actor = as_member(gid("Member", "x"))
    assert house.refused(actor, "addPartnerKey", wanted).code == "NOT_PERMITTED"


@pytest.mark.parametrize("key", ["grocer", "fuel"])
def test_a_key_in_force_is_not_added_again(house: House, key: str) -> None:
    """Neither the partner's own nor anybody else's."""
    wanted = house.partner_key("grocer", key, by="grocer")
    refusal = house.refused(GROCER, "addPartnerKey", wanted)
    assert (refusal.code, refusal.field) == ("INVALID_INPUT", ["verifierKey"])


def test_a_proof_of_another_key_or_party_is_refused(house: House) -> None:
    """Nobody registers a key that somebody else holds."""
    other: Any = house.partner_key("fuel", "grocer-2", by="grocer")
    members = {
        "party": "partner:grocer",
        "vkey": other["verifierKey"],
        "status": "added",
        "proof": other["proof"],
    }
    given = house.governs("grocer", "key", members)
    wanted = {**other, "partnerId": "grocer", "signature": given}
    refusal = house.refused(GROCER, "addPartnerKey", wanted)
    assert (refusal.code, refusal.field) == ("SIGNATURE_INVALID", ["proof"])


def test_so_many_keys_at_once_are_the_most(house: House) -> None:
    """Each request reads who has which."""
    for number in range(KEYS_MAX - 1):
        house.done(FLORIST, "addPartnerKey", house.partner_key("florist", f"florist-{number}"))
    wanted = house.partner_key("florist", "one-more")
    assert house.refused(FLORIST, "addPartnerKey", wanted).code == "LIMIT_EXCEEDED"
