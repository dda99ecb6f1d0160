"""Attack: what is no token, to make whoever reads it stumble."""

import pytest

from schema.authentication import bearer_actor
from schema.tokens import TOKEN_MAX_CHARS, Unauthenticated
from tests.attacks.tokens import (
    CLAIMS,
    HEADER,
    ISSUER,
    actor_of,
    assert_refused,
    attacked,
    part,
    token,
)
from tests.coalition import NOON


@pytest.mark.parametrize(
    "given",
    [
        "a",
        "...",
        "a.b",
        "a.b.c",
        "a.b.c.d.e",
        "é.é.é",
        "\x00.\x00.\x00",
        f"{part(HEADER)}.{part(CLAIMS)}.",
        f"{part(HEADER)}.{part(CLAIMS)}.{'A' * 86}",
        f"{part(HEADER)}.{part(CLAIMS)}.{'A' * 85}",
        f"{part([])}.{part(CLAIMS)}.AAAA",
        f"{part(5)}.{part(CLAIMS)}.AAAA",
        f"{part(['alg'])}.{part(CLAIMS)}.AAAA",
        f"{part(None)}.{part(CLAIMS)}.AAAA",
        part(b"\xff") + ".AAAA.AAAA",
        part(b"[" * 2_000) + ".AAAA.AAAA",
        token([]),
        token(5),
        token("x"),
        token(None),
        token(b"\xff"),
        token(b"{"),
        token(b"[" * 2_000),
        token(b'{"exp":' * 400),
        token({**CLAIMS, "exp": 10**300}),
    ],
)
def test_malformed_token(given: str) -> None:
    """It is refused like any other, without a stack trace."""
    if given == token({**CLAIMS, "exp": 10**300}):
        assert actor_of(given) is not None
    else:
        assert_refused(given)


def test_a_token_of_100_kb() -> None:
    """It is refused before anything of it is read, even where its signature would hold."""
    long = token({**CLAIMS, "more": "x" * 75_000})
    assert len(long) > 100_000 > TOKEN_MAX_CHARS
    assert_refused(long)
    assert_refused("a" * 100_000)


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
@pytest.mark.parametrize("alg", ["Ed25519", "EdDSA"])
def test_both_names_of_the_algorithm(alg: str) -> None:
    """RFC 8037 calls it EdDSA, RFC 9864 Ed25519: issuers write either."""
    assert actor_of(token(header={**HEADER, "alg": alg})) is not None


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Bearer  ", "Basic Z3JvY2VyOg==", "Token x", "Bearer\u00a0x"],
)
def test_other_headers(header: str) -> None:
    """An Authorization header is `Bearer <token>`."""
    with pytest.raises(Unauthenticated):
        bearer_actor(header, ISSUER, attacked().coalition, NOON)


def test_a_good_token_of_another_scheme() -> None:
    """What a token says counts only where the header says that it is one."""
    with pytest.raises(Unauthenticated):
        bearer_actor(f"Basic {token()}", ISSUER, attacked().coalition, NOON)


def test_no_header() -> None:
    """Without a header nobody asks; what may be done then is for each resolver."""
    assert bearer_actor(None, ISSUER, attacked().coalition, NOON) is None


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_scheme_has_no_case(scheme: str) -> None:
    """RFC 9110: schemes are compared without regard to case."""
    assert bearer_actor(f"{scheme} {token()}", ISSUER, attacked().coalition, NOON) is not None
