"""ed25519-dalek accepts no signature that libsodium refuses, and refuses none that it accepts."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from solders.signature import Signature

from ledger.notes import SeedSigner, signed_holds
from ledger.quick_signatures import quickest
from tests.unit.ledger.edwards25519 import (
    BASE,
    ORDER,
    TORSION,
    P,
    challenge,
    encoded,
    forged,
    plus,
    small_order_encodings,
    times,
)
from tests.unit.ledger.strategies import ENTRIES, QUICK

SECRET = 123_456_789


@pytest.fixture
def asked_again(monkeypatch):
    """The signatures that dalek did not accept, so that libsodium was asked."""
    asked = []

    def holds(public, signed):
        asked.append(signed)
        return signed_holds(public, signed)

    monkeypatch.setattr("ledger.quick_signatures.signed_holds", holds)
    quickest.cache_clear()
    yield asked
    quickest.cache_clear()


def with_key_shifted(message: bytes, by: tuple[int, int], r_by: tuple[int, int]):
    """A key with a part of small order, and a signature by it with another in R."""
    public = encoded(plus(times(SECRET, BASE), by))
    r = encoded(plus(times(777, BASE), r_by))
    s = (777 + challenge(r, public, message) * SECRET) % ORDER
    return public, r + s.to_bytes(32, "little") + message


def test_an_honest_signature_is_not_asked_of_libsodium_as_well(asked_again):
    """Else nothing would be saved."""
    assert quickest()(ENTRIES.verifier.public, ENTRIES.sign(b"message") + b"message")
    assert quickest()(ENTRIES.verifier.public, ENTRIES.sign(b""))
    assert not asked_again


@QUICK
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=300), st.integers(0, 511))
def test_one_bit_decides_as_with_libsodium(seed, message, bit):
    """Whoever signs whatever; and nothing with a bit changed, of signature or message."""
    signer = SeedSigner("signer", seed)
    signed = signer.sign(message) + message
    assert quickest()(signer.verifier.public, signed)
    changed = bytearray(signed)
    changed[bit // 8] ^= 1 << bit % 8
    assert not quickest()(signer.verifier.public, bytes(changed))


@QUICK
@given(st.binary(max_size=100), st.sampled_from(TORSION), st.sampled_from(TORSION))
def test_parts_of_small_order_in_key_and_r_decide_as_with_libsodium(message, by, r_by):
    """Where verifiers with a cofactor and without one differ, these two do not."""
    public, signed = with_key_shifted(message, by, r_by)
    assert quickest()(public, signed) == signed_holds(public, signed)


def test_both_verdicts_occur_among_parts_of_small_order():
    """The test above would say nothing if all of them were refused."""
    cases = [
        with_key_shifted(b"%d" % number, by, r_by)
        for number in range(3)
        for by in TORSION
        for r_by in TORSION
    ]
    assert {signed_holds(*case) for case in cases} == {True, False}
    assert all(quickest()(*case) == signed_holds(*case) for case in cases)


def test_no_key_of_small_order_is_asked_of_dalek(asked_again):
    """In every encoding, with each R of small order, and S = 0: libsodium's verdict alone."""
    for public in sorted(small_order_encodings()):
        for r in sorted(small_order_encodings()):
            assert not quickest()(public, r + bytes(32) + b"message")
    assert len(asked_again) == len(small_order_encodings()) ** 2


@pytest.mark.parametrize("r", sorted(small_order_encodings()))
def test_an_r_of_small_order_is_refused(r):
    """With the S that fits its first reading: S B = R + k A where R is the neutral element."""
    public = encoded(times(SECRET, BASE))
    s = challenge(r, public, b"m") * SECRET % ORDER
    signed = r + s.to_bytes(32, "little") + b"m"
    assert not signed_holds(public, signed)
    assert not quickest()(public, signed)


def test_no_r_that_is_not_reduced_is_asked_of_dalek(monkeypatch):
    """It reads p + y as y: nobody knows an S for such an R, and nobody needs to."""
    asked = []

    class Told:
        @staticmethod
        def from_bytes(signature):
            asked.append(signature)
            return Signature.from_bytes(signature)

    monkeypatch.setattr("solders.signature.Signature", Told)
    quickest.cache_clear()
    holds = quickest()
    public = encoded(times(SECRET, BASE))
    for over in range(19):
        for sign in (0, 1):
            assert not holds(public, encoded((0, P + over), sign=sign) + bytes(32) + b"m")
    assert not asked
    assert holds(public, b"".join([forged(b"m", SECRET, (0, 1))[1], b"m"]))
    assert asked
    quickest.cache_clear()


def test_s_plus_l_is_refused():
    """S of the group's order and more is a second spelling of a signature."""
    signature = ENTRIES.sign(b"m")
    s = int.from_bytes(signature[32:], "little")
    for added in range(1, 16):
        if s + added * ORDER < 2**256:
            other = signature[:32] + (s + added * ORDER).to_bytes(32, "little")
            assert not quickest()(ENTRIES.verifier.public, other + b"m")


@pytest.mark.parametrize("length", [0, 1, 63])
def test_what_is_shorter_than_a_signature_is_refused(length):
    """Neither library is asked to read past its end."""
    assert not quickest()(ENTRIES.verifier.public, ENTRIES.sign(b"")[:length])


@pytest.mark.parametrize("public", [b"", b"\x05" * 31, b"\x05" * 33])
def test_a_key_of_another_length_is_refused(public):
    """As libsodium's caller does."""
    assert not quickest()(public, ENTRIES.sign(b"m") + b"m")


def test_without_the_extra_libsodium_verifies(monkeypatch):
    """The ledger's package needs no more than PyNaCl and orjson."""
    for name in [name for name in sys.modules if name.split(".")[0] == "solders"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "solders", None)
    quickest.cache_clear()
    assert quickest() is signed_holds
    quickest.cache_clear()
