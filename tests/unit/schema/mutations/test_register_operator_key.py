"""`registerOperatorKey`: the key that an operator signs and approves with."""

from base64 import b64encode
from typing import Any

import pytest

from ledger.canonical import canonical
from ledger.names import digest
from loyalty.actors import Operator
from loyalty.events import events_of
from tests.coalition import GROCER, OPERATOR, House, an_operator, as_member, gid, verified
from tests.signing import key_of, signature

ANN, BOB = OPERATOR, an_operator("bob")


def next_key(
    house: House, signer: str, operator: Operator = ANN, name: str = "next"
) -> dict[str, Any]:
    """An input that registers another key, with the consent of `signer`'s."""
    sent = house.operator_key(operator, name)
    members = {
        "party": operator.party,
        "proof": sent["proof"],
        "status": "added",
        "vkey": sent["verifierKey"],
    }
    subject = str(house.coalition.written().seq + 1)
    return {**sent, "signature": signature(signer, "key", subject, digest(canonical(members)))}


def test_an_operator_has_the_key_that_it_proves_to_hold(house: House) -> None:
    """It stands in the governance chain under the operator's own id."""
    before = house.entries()
    operator = house.done(ANN, "registerOperatorKey", house.operator_key(ANN))["operator"]
    assert operator == {"operatorId": "ann", "keys": [str(key_of("ann").verifier)]}
    assert house.entries() == before + 1
    verified(house.store)


def test_the_next_key_needs_the_word_of_the_one_in_force(house: House) -> None:
    """A token alone replaces nobody's key; with the old one's signature the new one
    follows it, and a minute later the old one ends."""
    house.keyed(ANN)
    house.later(minutes=1)
    refusal = house.refused(ANN, "registerOperatorKey", house.operator_key(ANN, "next"))
    assert (refusal.code, refusal.field) == ("SIGNATURE_REQUIRED", ["signature"])
    for forger in ("next", "bob"):
        refusal = house.refused(ANN, "registerOperatorKey", next_key(house, forger))
        assert (refusal.code, refusal.field) == ("SIGNATURE_INVALID", ["signature"])
    operator = house.done(ANN, "registerOperatorKey", next_key(house, "ann"))["operator"]
    assert operator["keys"] == [str(key_of(each).verifier) for each in ("ann", "next")]
    house.later(minutes=1)
    again = house.done(ANN, "registerOperatorKey", next_key(house, "next", name="third"))
    assert again["operator"]["keys"] == [str(key_of(each).verifier) for each in ("next", "third")]
    verified(house.store)


def test_operators_are_told_of_their_keys(house: House) -> None:
    """Nobody else is."""
    house.keyed(ANN)
    house.done(ANN, "registerOperatorKey", next_key(house, "ann"))
    rows = house.store._transactions.values()
    told = [each for row in rows for each in events_of(row) if each.type.startswith("key.")]
    assert [each.type for each in told] == ["key.added", "key.added", "key.revoked"]
    assert {each.audience for each in told} == {frozenset({"operator"})}


def test_a_revoked_key_consents_to_nothing(house: House) -> None:
    """The key before the last cannot bring itself back."""
    house.keyed(ANN)
    house.later(minutes=1)
    house.done(ANN, "registerOperatorKey", next_key(house, "ann"))
    house.later(minutes=1)
    sent = {**house.operator_key(ANN), "signature": next_key(house, "ann")["signature"]}
    assert house.refused(ANN, "registerOperatorKey", sent).code == "SIGNATURE_INVALID"


def test_one_key_is_not_two_operators(house: House) -> None:
    """Else one person could approve what it asked for itself: nor is a partner's key an
    operator's."""
    house.keyed(ANN)
    for name in ("ann", "grocer"):
        refusal = house.refused(BOB, "registerOperatorKey", house.operator_key(BOB, name))
        assert (refusal.code, refusal.field) == ("INVALID_INPUT", ["verifierKey"])


def test_a_key_without_its_proof_is_not_registered(house: House) -> None:
    """Nobody registers a key that somebody else holds, nor with the proof given to another id."""
    sent = house.operator_key(BOB, "ann")
    refusal = house.refused(ANN, "registerOperatorKey", sent)
    assert (refusal.code, refusal.field) == ("SIGNATURE_INVALID", ["proof"])
    garbage = {**house.operator_key(ANN), "proof": b64encode(bytes(64)).decode()}
    assert house.refused(ANN, "registerOperatorKey", garbage).code == "SIGNATURE_INVALID"


def test_a_first_key_needs_nobodys_signature(house: House) -> None:
    """One that would mean nothing is refused."""
    sent = next_key(house, "bob")
    refusal = house.refused(ANN, "registerOperatorKey", sent)
    assert (refusal.code, refusal.field) == ("INVALID_INPUT", ["signature"])


@pytest.mark.parametrize("id_", ["Ann", "a", "ann@desk.example", "a:b", "x" * 33])
def test_an_id_that_cannot_stand_in_the_ledger_signs_nothing(house: House, id_: str) -> None:
    """A token's subject may be longer or in capitals; a party's id may not."""
    operator = an_operator(id_)
    sent = house.operator_key(operator, "next")
    assert house.refused(operator, "registerOperatorKey", sent).code == "NOT_PERMITTED"


@pytest.mark.parametrize("actor", [GROCER, as_member(gid("Member", "x"))])
def test_only_operators_have_operators_keys(house: House, actor: Any) -> None:
    """Neither a partner nor a member registers one."""
    sent = house.operator_key(ANN)
    assert house.refused(actor, "registerOperatorKey", sent).code == "NOT_PERMITTED"
