"""Attack: a token of another issuer, or for another coalition."""

from dataclasses import replace

import pytest
from joserfc.jwk import OKPKey

from schema.issuers import Kind
from tests.attacks.tokens import CLAIMS, HEADER, ISSUER, actor_of, assert_refused, part, token

ACCESS = {**CLAIMS, "client_id": "app-1", "token_use": "access"}
del ACCESS["aud"]
OF_APP = replace(ISSUER, audiences=("app-1", "desk-1"))


@pytest.mark.parametrize("name", ["iss", "aud"])
@pytest.mark.parametrize("value", ["https://other.example", "", None, [], {}, 5, True, ["x"]])
def test_foreign_issuer(name: str, value: object) -> None:
    """Issuer and audience are the ones that we trust, to the letter."""
    assert_refused(token({**CLAIMS, name: value}))


@pytest.mark.parametrize(
    "value", ["https://id.example/", "HTTPS://ID.EXAMPLE", "https://id.exampl"]
)
def test_a_name_like_the_issuers(value: str) -> None:
    """Names are not made alike before they are compared."""
    assert_refused(token({**CLAIMS, "iss": value}))


@pytest.mark.parametrize("name", ["iss", "aud", "exp", "iat", "sub", "role"])
def test_a_claim_left_out(name: str) -> None:
    """Each of the claims must be there."""
    assert_refused(token({key: value for key, value in CLAIMS.items() if key != name}))


def test_another_key() -> None:
    """The issuer's name, signed by somebody else."""
    assert_refused(token(key=OKPKey.generate_key("Ed25519")))


def test_claims_changed_after_signing() -> None:
    """A signature over other claims does not hold."""
    header, _, signature = token().split(".")
    assert_refused(f"{header}.{part({**CLAIMS, 'role': 'operator:admin'})}.{signature}")


def test_an_access_token_of_another_client() -> None:
    """Cognito's access tokens say by `client_id` whom they are for."""
    issuer = replace(OF_APP, kind=Kind.ACCESS)
    assert actor_of(token(ACCESS), issuer=issuer) is not None
    assert actor_of(token({**ACCESS, "client_id": "desk-1"}), issuer=issuer) is not None
    for wrong in (
        {"client_id": "app-2"},
        {"client_id": None},
        {"client_id": ["app-2"]},
        {"client_id": "app-2", "aud": "app-1"},
        {"token_use": "id"},
        {"token_use": None},
    ):
        assert_refused(token({**ACCESS, **wrong}), issuer=issuer)


def test_a_token_of_another_kind() -> None:
    """An ID token is for the app that asked for it, an access token for the API: one is taken."""
    id_ = {**CLAIMS, "aud": "app-1", "token_use": "id"}
    assert actor_of(token(id_), issuer=replace(OF_APP, kind=Kind.ID)) is not None
    assert_refused(token(id_), issuer=replace(OF_APP, kind=Kind.ACCESS))
    both = {**ACCESS, "aud": "app-1"}
    assert_refused(token(both), issuer=replace(OF_APP, kind=Kind.ID))
    assert_refused(token({**CLAIMS, "aud": "app-1"}), issuer=replace(OF_APP, kind=Kind.ID))
    assert_refused(token(ACCESS), issuer=OF_APP)


@pytest.mark.parametrize("typ", ["logout+jwt", "secevent+jwt", "dpop+jwt", "JWS", "", 5, []])
def test_a_token_for_another_purpose(typ: object) -> None:
    """What an issuer signs for another use is no bearer token (RFC 8725, section 3.11)."""
    assert_refused(token(header={**HEADER, "typ": typ}))


@pytest.mark.parametrize("typ", ["JWT", "jwt", "at+jwt", "application/at+jwt"])
def test_the_types_that_are_bearer_tokens(typ: str) -> None:
    """As JWT, or as RFC 9068 names an access token; it may also be left out."""
    assert actor_of(token(header={**HEADER, "typ": typ})) is not None
    assert actor_of(token(header={"alg": "Ed25519", "kid": "ed"})) is not None
