"""What functions take from their environment: keys, places, and whose tokens the API believes."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from functions import wiring
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


FUNCTION = {
    "TALLYSTICK_ORIGIN": ORIGIN,
    "TALLYSTICK_TABLE": "rows",
    "AWS_REGION": "eu-west-1",
    "TALLYSTICK_DYNAMODB_ENDPOINT": "http://127.0.0.1:8",
    "TALLYSTICK_S3_ENDPOINT": "http://127.0.0.1:9",
    "TALLYSTICK_ENTRY_SEED": "old,new",
    "TALLYSTICK_WEBHOOK_SEED": "wrapped",
    "TALLYSTICK_BUCKET": "logs",
    "TALLYSTICK_LOG_KEYS": "one,two",
}


def test_every_key_of_a_change_of_keys_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else what is signed with the next one would stop on the day that it comes into force."""
    asked: list[tuple[str, ...]] = []

    def unwrapped(*given: str) -> bytes:
        asked.append(given)
        return bytes(32)

    monkeypatch.setattr(wiring, "entry_signers", lambda _, seeds, __: tuple(seeds.split(",")))
    monkeypatch.setattr(wiring, "webhook_seed", unwrapped)
    monkeypatch.setattr(wiring, "KmsSigner", lambda *given: given)
    coalition = wiring.coalition_of(FUNCTION)
    assert (coalition.entry_signer, *coalition.further_signers) == ("old", "new")
    assert wiring.log_signers_of(FUNCTION) == [
        (ORIGIN, "one", "eu-west-1"),
        (ORIGIN, "two", "eu-west-1"),
    ]
    assert asked == [(ORIGIN, "wrapped", "eu-west-1")]


def test_ids_and_salts_are_the_machines_own_randomness(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many bytes as are asked for, and never the same."""
    monkeypatch.setattr(wiring, "entry_signers", lambda *_: (None,))
    monkeypatch.setattr(wiring, "webhook_seed", lambda *_: bytes(32))
    coalition = wiring.coalition_of(FUNCTION)
    drawn = {coalition.random_bytes(16) for _ in range(8)}
    assert len(drawn) == 8
    assert {len(each) for each in drawn} == {16}


def test_the_table_and_the_bucket_are_where_the_environment_says() -> None:
    """A local AWS in place of the real one, where it names it."""
    store = wiring.store_of(FUNCTION)
    assert store.connection.client.meta.endpoint_url == "http://127.0.0.1:8"
    log, own = wiring.objects_of(FUNCTION)
    for objects in (log, own):
        assert objects.client.meta.endpoint_url == "http://127.0.0.1:9"
        assert objects.bucket == "logs"


def test_nothing_that_is_the_sealers_own_stands_below_the_published_log() -> None:
    """Whatever is below log/ is everyone's to read."""
    log, own = wiring.LOG_PREFIX, wiring.OWN_PREFIX
    assert not own.startswith(log)
    assert not log.startswith(own)
    assert log.endswith("/")
