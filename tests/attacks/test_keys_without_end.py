"""Attack: keys are registered one after the other, so that the chain of governance, which every
process and every auditor reads whole, grows without end.
"""

from itertools import pairwise
from typing import Any

from loyalty import operator_keys, partner_keys
from tests.coalition import FLORIST, OPERATOR, House, an_operator, contents, verified
from tests.signing import key_of

ANN, BOB = OPERATOR, an_operator("bob")


def next_key(house: House, name: str, signer: str) -> dict[str, Any]:
    """A signed input of `registerOperatorKey`."""
    sent = house.operator_key(ANN, name)
    members = {"party": ANN.party, "vkey": sent["verifierKey"], "status": "added"}
    given = house.governs(signer, "key", {**members, "proof": sent["proof"]})
    return {**sent, "signature": given}


def test_an_operators_keys_of_a_day(house: House) -> None:
    """What is refused writes nothing; others go on, and so does she a day after the first."""
    house.keyed(ANN)
    names = ["ann", *(f"ann-{number}" for number in range(operator_keys.KEYS_A_DAY))]
    for signer, name in pairwise(names[:-1]):
        house.done(ANN, "registerOperatorKey", next_key(house, name, signer))
    before, again = contents(house.store), names[-2]
    for minutes in (0, 5, 24 * 60 - 6):
        house.later(minutes=minutes)
        refusal = house.refused(ANN, "registerOperatorKey", next_key(house, names[-1], again))
        assert (refusal.code, refusal.field) == ("LIMIT_EXCEEDED", ["verifierKey"])
        assert contents(house.store) == before
    house.keyed(BOB)
    house.later(minutes=1)
    house.done(ANN, "registerOperatorKey", next_key(house, names[-1], again))
    verified(house.store)


def test_to_revoke_in_between_is_no_way_around(house: House) -> None:
    """Keys that ended count as well: an operator's, and a partner's."""
    house.keyed(ANN)
    for _ in range(operator_keys.KEYS_A_DAY - 1):
        house.done(ANN, "revokeKey", house.revocation(ANN.party, "ann", by="ann"))
        house.later(minutes=2)
        house.done(ANN, "registerOperatorKey", house.operator_key(ANN))
    house.done(ANN, "revokeKey", house.revocation(ANN.party, "ann", by="ann"))
    house.later(minutes=2)
    refusal = house.refused(ANN, "registerOperatorKey", house.operator_key(ANN))
    assert refusal.code == "LIMIT_EXCEEDED"


def test_a_partners_keys_of_a_day(house: House) -> None:
    """However few are in force; an operator still helps one that lost all of them."""
    house.later(days=2)
    for number in range(partner_keys.KEYS_A_DAY):
        key = f"florist-{number}"
        house.done(FLORIST, "addPartnerKey", house.partner_key("florist", key))
        house.done(FLORIST, "revokeKey", house.revocation(FLORIST.party, key, by="florist"))
        house.later(minutes=2)
    wanted = house.partner_key("florist", "one-more")
    refusal = house.refused(FLORIST, "addPartnerKey", wanted)
    assert (refusal.code, refusal.field) == ("LIMIT_EXCEEDED", ["verifierKey"])
    house.keyed(ANN)
    helped = house.partner_key("florist", "one-more", by="ann")
    keys = house.done(ANN, "addPartnerKey", helped)["partner"]["keys"]
    assert str(key_of("one-more").verifier) in keys
    verified(house.store)
