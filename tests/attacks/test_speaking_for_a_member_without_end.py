"""Attack: a partner records consents or feedbacks of a member until there is room for none, and the
member has no word of its own any more.
"""

import pytest

from loyalty import feedback
from loyalty.consents import OTHERS_MAX, PURPOSES, STATEMENTS_MAX, consents_to
from tests.coalition import FLORIST, GROCER, House, as_member, gid, own_id


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


def test_a_member_always_has_a_feedback_left(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half of them are the member's, whatever partners have asked it at their tills."""
    monkeypatch.setattr(feedback, "MEMBER_MAX", 6)
    ada = house.enrolled()
    said = {"memberId": ada, "partnerId": gid("Partner", "florist"), "score": 9}
    for _ in range(3):
        house.done(FLORIST, "giveFeedback", house.input(**said))
    refusal = house.refused(FLORIST, "giveFeedback", house.input(**said))
    assert (refusal.code, refusal.field) == ("LIMIT_EXCEEDED", ["memberId"])
    for _ in range(3):
        house.done(as_member(ada), "giveFeedback", house.input(**said))
    refusal = house.refused(as_member(ada), "giveFeedback", house.input(**said))
    assert (refusal.code, refusal.field) == ("LIMIT_EXCEEDED", ["memberId"])
