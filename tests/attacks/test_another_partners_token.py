"""Attack: a partner's token used by another, for another, or for another coalition."""

from base64 import b64decode, b64encode

import pytest

from ledger.governance import Governance
from ledger.notes import SeedSigner
from local.client import Signatory
from loyalty.actors import PartnerActor
from schema.tokens import Unauthenticated
from tests.attacks.tokens import (
    CLAIMS,
    HEADER,
    NOW_S,
    PARTNER_CLAIMS,
    PARTNER_HEADER,
    actor_of,
    assert_refused,
    attacked,
    part,
    partner_token,
    token,
)
from tests.coalition import GROCER, OPERATOR, House, contents
from tests.signing import ORIGIN, key_of

FUELS = key_of("fuel").verifier.label


def test_a_partner_is_who_its_key_says() -> None:
    """A token as the client makes it names its partner, whatever the algorithm is called."""
    made = Signatory(ORIGIN, GROCER.party, key_of("grocer")).token(NOW_S)
    for given in (
        made,
        partner_token(),
        partner_token(header={**PARTNER_HEADER, "alg": "Ed25519"}),
    ):
        actor = actor_of(given)
        assert (type(actor), actor) == (PartnerActor, GROCER)


def test_a_key_that_is_not_the_one_in_force_under_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """The four bytes that keys of one name differ by can be made alike: what is in force counts,
    and not what is called like it."""
    before = contents(attacked().store)
    with monkeypatch.context() as patched:
        patched.setattr(Governance, "key", lambda *_: key_of("fuel").verifier)
        with pytest.raises(Unauthenticated):
            actor_of(partner_token())
    assert contents(attacked().store) == before
    assert actor_of(partner_token()) == GROCER


@pytest.mark.parametrize("name", ["iss", "sub"])
@pytest.mark.parametrize(
    "value",
    [
        "partner:fuel",
        "partner:",
        "partner:GROCER",
        "partner:grocer ",
        "partner:nobody",
        "grocer",
        "operator:ann",
        "system:clock",
        "member",
        None,
        ["partner:grocer"],
    ],
)
def test_another_partners_token(name: str, value: object) -> None:
    """One's own key makes nobody another, wherever the other's name is put."""
    assert_refused(partner_token({**PARTNER_CLAIMS, name: value}))


@pytest.mark.parametrize("kid", [PARTNER_HEADER["kid"], FUELS, "fuel.example+00000000"])
@pytest.mark.parametrize(("party", "signer"), [("grocer", "fuel"), ("fuel", "grocer")])
def test_signed_with_another_partners_key(party: str, signer: str, kid: str) -> None:
    """A key signs for the party that it was registered for."""
    name = f"partner:{party}"
    claims = {**PARTNER_CLAIMS, "iss": name, "sub": name}
    assert_refused(partner_token(claims, {**PARTNER_HEADER, "kid": kid}, signer))


@pytest.mark.parametrize("party", ["operator:ann", "operator:grocer", "system:clock", "member"])
def test_no_operator_by_a_key(party: str) -> None:
    """Only partners sign tokens, so no key makes an operator, even where an operator has one."""
    house = House()
    house.keyed(OPERATOR)
    header = {**PARTNER_HEADER, "kid": key_of("ann").verifier.label}
    claims = {**PARTNER_CLAIMS, "iss": party, "sub": party}
    assert_refused(partner_token(claims, header, "ann"), house=house)


@pytest.mark.parametrize(
    "audience",
    ["test.example/ledger", "", None, [ORIGIN], [ORIGIN, "test.example/ledger"], f"{ORIGIN}/", 5],
)
def test_for_another_coalition(audience: object) -> None:
    """A token is for one coalition, alone: none of them can use it with another."""
    assert_refused(partner_token({**PARTNER_CLAIMS, "aud": audience}))


@pytest.mark.parametrize("alg", ["RS256", "ES256", "HS256", "none"])
def test_as_another_algorithm(alg: str) -> None:
    """A partner's keys are for Ed25519, and its tokens say so."""
    assert_refused(partner_token(header={**PARTNER_HEADER, "alg": alg}))


@pytest.mark.parametrize("jti", [None, "", "a b", "x" * 65, 5, ["1"], "\u202e"])
def test_without_a_name_of_its_own(jti: object) -> None:
    """Each has a jti, so that two can be told apart."""
    assert_refused(partner_token({**PARTNER_CLAIMS, "jti": jti}))


def test_a_revoked_key(house: House) -> None:
    """A minute after it was revoked it makes no tokens, nor do those of before name anybody."""
    assert actor_of(partner_token(), house=house) == GROCER
    house.done(GROCER, "revokeKey", house.revocation(GROCER.party, "grocer", by="grocer"))
    house.later(seconds=59)
    assert actor_of(partner_token(), house=house) == GROCER
    house.later(seconds=1)
    assert_refused(partner_token(), house=house)


def test_a_key_that_is_not_registered_yet(house: House) -> None:
    """Nor before the entry that adds it, whatever name it takes."""
    signer = SeedSigner("grocer.example", b"n" * 32)
    made = Signatory(ORIGIN, GROCER.party, signer)
    assert_refused(made.token(NOW_S), house=house)


def test_the_issuers_word_makes_no_partner() -> None:
    """Neither by its role nor by its subject, nor as an issuer that calls itself one."""
    for claims in (
        {"role": "partner", "sub": "grocer"},
        {"role": "partner:grocer"},
        {"iss": "partner:grocer", "sub": "partner:grocer"},
    ):
        assert_refused(token({**CLAIMS, **claims}))
    as_partner = {**PARTNER_CLAIMS, "role": "operator:admin"}
    assert actor_of(partner_token(as_partner)) == GROCER
    assert_refused(token(PARTNER_CLAIMS, HEADER))


def test_a_signature_of_an_instruction_is_none_of_a_token(house: House) -> None:
    """What a partner signed for the ledger does not let anybody in, nor the other way round."""
    paid = house.purchase(house.enrolled(), 500)
    signed = f"{part(PARTNER_HEADER)}.{part(PARTNER_CLAIMS)}"
    assert_refused(f"{signed}.{part(b64decode(paid['signature']['signature']))}", house=house)
    as_instruction = key_of("grocer").sign(signed.encode())
    forged = {**paid["signature"], "signature": b64encode(as_instruction).decode()}
    refusal = house.refused(GROCER, "recordPurchase", {**paid, "signature": forged})
    assert refusal.code == "SIGNATURE_INVALID"
