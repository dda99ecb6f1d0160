"""Messages that verify by the specification."""

from base64 import b64decode

import pytest

from ledger.notes import SeedSigner
from loyalty.webhooks.signing import derived_from, headers, public_key, secret
from tests.webhooks import Message

DERIVE = derived_from(b"s" * 32)
BODY = b'{"type":"a.b"}'


def signed(*keys: str, body: bytes = BODY) -> Message:
    return Message("", headers(DERIVE, keys, "evt_1", 1_700_000_000, body), body)


def test_each_key_in_force_signs_in_both_ways() -> None:
    """A receiver that still has the old secret goes on, and one that has the new one."""
    message = signed("new", "old")
    assert message.headers["webhook-id"] == "evt_1"
    assert message.headers["webhook-timestamp"] == "1700000000"
    for key in ("new", "old"):
        assert message.holds(secret(DERIVE, key))
        assert message.holds_for(public_key(DERIVE, key))
    assert not message.holds(secret(DERIVE, "other"))
    assert not message.holds_for(public_key(DERIVE, "other"))


def test_what_is_changed_on_the_way_does_not_hold() -> None:
    """Body, id and time are signed, all of them."""
    message = signed("k")
    changed = [
        message._replace(body=BODY.replace(b"a.b", b"a.c")),
        message._replace(headers={**message.headers, "webhook-id": "evt_2"}),
        message._replace(headers={**message.headers, "webhook-timestamp": "1700000001"}),
    ]
    for each in changed:
        assert not each.holds(secret(DERIVE, "k"))
        assert not each.holds_for(public_key(DERIVE, "k"))


def test_keys_have_the_specifications_form() -> None:
    """32 bytes each, 24 to 64 being allowed of a secret."""
    assert len(b64decode(secret(DERIVE, "k").removeprefix("whsec_"))) == 32
    assert len(b64decode(public_key(DERIVE, "k").removeprefix("whpk_"))) == 32


def test_who_holds_a_secret_signs_nothing_that_the_public_key_verifies() -> None:
    """A receiver knows the one; what it shows to others was signed with the other."""
    known = b64decode(secret(DERIVE, "k").removeprefix("whsec_"))
    public = b64decode(public_key(DERIVE, "k").removeprefix("whpk_"))
    assert SeedSigner("webhook", known).verifier.public != public


def test_who_does_not_hold_the_seed_derives_nothing() -> None:
    """The same key of another coalition is another; the two ways do not share one."""
    other = derived_from(b"t" * 32)
    assert secret(other, "k") != secret(DERIVE, "k")
    assert secret(DERIVE, "k").removeprefix("whsec_") != public_key(DERIVE, "k")[5:]


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_a_seed_has_32_bytes(length: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        derived_from(b"s" * length)
