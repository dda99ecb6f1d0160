"""Attack: a token from before or after its time."""

import pytest

from loyalty.actors import MemberActor, PartnerActor
from schema.tokens import SKEW_S
from tests.attacks.tokens import (
    CLAIMS,
    MEMBER,
    NOW_S,
    PARTNER_CLAIMS,
    actor_of,
    assert_refused,
    partner_token,
    token,
)


def test_expired() -> None:
    """Past its expiry, and what clocks may differ by, a token names nobody."""
    assert actor_of(token(), 600 + SKEW_S - 1) == MemberActor(MEMBER)
    assert_refused(token(), 600 + SKEW_S)
    assert actor_of(partner_token(), 300 + SKEW_S - 1) == PartnerActor("grocer")
    assert_refused(partner_token(), 300 + SKEW_S)


@pytest.mark.parametrize("name", ["iat", "nbf"])
def test_not_yet_valid(name: str) -> None:
    """A token of the future is none, but for what clocks may differ by."""
    assert_refused(token({**CLAIMS, name: NOW_S + SKEW_S + 1}))
    assert actor_of(token({**CLAIMS, name: NOW_S + SKEW_S})) == MemberActor(MEMBER)
    assert_refused(partner_token({**PARTNER_CLAIMS, name: NOW_S + SKEW_S + 1}))
    assert actor_of(partner_token({**PARTNER_CLAIMS, name: NOW_S + SKEW_S})) is not None


@pytest.mark.parametrize("name", ["exp", "iat", "nbf"])
@pytest.mark.parametrize("value", ["tomorrow", None, [], {}, "9" * 20])
def test_no_time_at_all(name: str, value: object) -> None:
    """A time is a number of seconds."""
    if not (name == "nbf" and value is None):
        assert_refused(token({**CLAIMS, name: value}))
        assert_refused(partner_token({**PARTNER_CLAIMS, name: value}))


@pytest.mark.parametrize("name", ["exp", "iat"])
@pytest.mark.parametrize("value", [NOW_S + 0.5, float("inf"), float("nan"), True, 10**300, -1])
def test_a_partners_times_are_whole_seconds(name: str, value: object) -> None:
    """So that how long a token lasts can be said."""
    assert_refused(partner_token({**PARTNER_CLAIMS, name: value}))


@pytest.mark.parametrize("life_s", [0, -1, 301, 3_600, 10**9])
def test_a_partners_token_is_short_lived(life_s: int) -> None:
    """Five minutes at most, whoever signed it."""
    claims = {**PARTNER_CLAIMS, "iat": NOW_S - 10, "exp": NOW_S - 10 + life_s}
    assert_refused(partner_token(claims))
    assert actor_of(partner_token({**claims, "exp": NOW_S + 290})) == PartnerActor("grocer")
