"""Attack: a token from before or after its time."""

import pytest

from loyalty.actors import PartnerActor
from schema.authentication import SKEW_S
from tests.attacks.tokens import CLAIMS, NOW_S, actor_of, assert_refused, token


def test_expired() -> None:
    """Past its expiry, and what clocks may differ by, a token names nobody."""
    assert actor_of(token(), 600 + SKEW_S - 1) == PartnerActor("grocer")
    assert_refused(token(), 600 + SKEW_S + 1)


@pytest.mark.parametrize("name", ["iat", "nbf"])
def test_not_yet_valid(name: str) -> None:
    """A token of the future is none, but for what clocks may differ by."""
    assert_refused(token({**CLAIMS, name: NOW_S + SKEW_S + 1}))
    assert actor_of(token({**CLAIMS, name: NOW_S + SKEW_S})) == PartnerActor("grocer")


@pytest.mark.parametrize("name", ["exp", "iat", "nbf"])
@pytest.mark.parametrize("value", ["tomorrow", None, [], {}, "9" * 20])
def test_no_time_at_all(name: str, value: object) -> None:
    """A time is a number of seconds."""
    if not (name == "nbf" and value is None):
        assert_refused(token({**CLAIMS, name: value}))
