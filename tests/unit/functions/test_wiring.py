"""What the API takes from its environment of the issuer whose tokens it believes."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from functions.wiring import issuer_of
from local.issuing import served_issuer
from loyalty.actors import Operator, Role
from schema.authentication import bearer_actor
from schema.issuers import ClaimNames, Kind
from schema.tokens import Unauthenticated
from tests.coalition import OPERATOR, House
from tests.signing import ORIGIN

LEAST = {"TALLYSTICK_ORIGIN": ORIGIN, "TALLYSTICK_ISSUER": "https://id.example"}


def test_with_the_issuer_alone() -> None:
    """Its tokens are for the coalition's origin, and say who it is as ours do."""
    issuer = issuer_of(LEAST)
    assert (issuer.name, issuer.audiences) == ("https://id.example", (ORIGIN,))
    assert (issuer.kind, issuer.claims) == (Kind.ANY, ClaimNames())
    # As a template has it whose parameters are left out.
    names = ("AUDIENCE", "ISSUER_JWKS", "TOKEN_KIND", "CLAIMS")
    empty = issuer_of({**LEAST, **{f"TALLYSTICK_{name}": "" for name in names}})
    assert replace(empty, keys=issuer.keys) == issuer


def test_with_a_user_pool_of_cognito() -> None:
    """As docs/security.md shows it."""
    claims = {
        "role": "cognito:groups",
        "member": "custom:member_id",
        "operator": "cognito:username",
        "roles": {"*": "member", "loyalty-desk": "operator:support"},
    }
    issuer = issuer_of(
        {
            **LEAST,
            "TALLYSTICK_AUDIENCE": "app-1,desk-1",
            "TALLYSTICK_TOKEN_KIND": "id",
            "TALLYSTICK_CLAIMS": json.dumps(claims),
        }
    )
    assert (issuer.audiences, issuer.kind) == (("app-1", "desk-1"), Kind.ID)
    assert issuer.claims.roles == {"*": "member", "loyalty-desk": Role.SUPPORT}
    assert issuer.claims[:3] == ("cognito:groups", "custom:member_id", "cognito:username")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TOKEN_KIND", "refresh"),
        ("TOKEN_KIND", "ACCESS"),
        ("CLAIMS", "role=groups"),
        ("CLAIMS", '{"roles": {"desk": "support"}}'),
        ("CLAIMS", '{"subject": "sub"}'),
    ],
)
def test_what_means_nothing_is_not_begun_with(name: str, value: str) -> None:
    """Rather no API than one that takes other tokens than somebody meant."""
    with pytest.raises(ValueError, match=r"\w"):
        issuer_of({**LEAST, f"TALLYSTICK_{name}": value})


@pytest.mark.parametrize("named", [False, True])
def test_the_keys_come_over_http(named: bool) -> None:
    """From the address that the issuer names, or the one that the coalition does."""
    with served_issuer(ORIGIN) as tokens:
        environment = {"TALLYSTICK_ORIGIN": ORIGIN, "TALLYSTICK_ISSUER": tokens.name}
        if named:
            environment["TALLYSTICK_ISSUER_JWKS"] = f"{tokens.name}/jwks.json"
        issuer, coalition = issuer_of(environment), House().coalition
        now = datetime.now(UTC)
        actor = bearer_actor(f"Bearer {tokens.token(OPERATOR)}", issuer, coalition, now)
        assert (type(actor), actor) == (Operator, OPERATOR)
        other = tokens._replace(key=tokens.new(ORIGIN).key).token(OPERATOR)
        with pytest.raises(Unauthenticated):
            bearer_actor(f"Bearer {other}", issuer, coalition, now)
