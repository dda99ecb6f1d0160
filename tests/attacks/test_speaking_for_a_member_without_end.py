"""Attack: a partner records consents of a member until there is room for none, and the member has
no word of its own any more.
"""

from loyalty.consents import OTHERS_MAX, PURPOSES, STATEMENTS_MAX, consents_to
from tests.coalition import FLORIST, GROCER, House, as_member, own_id


def test_a_member_always_has_a_word_of_its_own(house: House) -> None:
    """Half of the room is the member's: it gives and takes back what nobody else may any more."""
    ada = house.enrolled()
    said = {"memberId": ada, "purpose": "email", "given": True}
    for _ in range(OTHERS_MAX - len(PURPOSES)):
        house.done(FLORIST, "setConsent", house.input(**said, source="form"))
    for partner in (FLORIST, GROCER):
        refusal = house.refused(partner, "setConsent", house.input(**said, source="form"))
        assert refusal.code == "LIMIT_EXCEEDED"
    own = {**said, "purpose": "sms"}
    for given in (False, True) * ((STATEMENTS_MAX - OTHERS_MAX) // 2):
        house.done(as_member(ada), "setConsent", house.input(**{**own, "given": given}))
    assert consents_to(house.coalition, own_id(ada), "sms")
