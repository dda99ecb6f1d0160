"""Attack: tokens with invented kids, so that the issuer is asked for each of them, and an issuer
that answers slowly, wrongly or not at all.
"""

from typing import Any

import pytest
from graphql import GraphQLError
from joserfc.jwk import OKPKey

from loyalty.actors import MemberActor
from schema.issuer_keys import FIRST_PAUSE_S, FRESH_S, PAUSE_S, STALE_S, IssuerKeys
from schema.issuers import Issuer
from tests.attacks.tokens import (
    CLAIMS,
    HEADER,
    JWKS,
    KEYS,
    MEMBER,
    NAME,
    NOW_S,
    Site,
    actor_of,
    assert_refused,
    later,
    partner_token,
    sent,
    token,
)
from tests.coalition import House
from tests.faulty import Faulty
from tests.signing import ORIGIN

CONFIGURATION = f"{NAME}/.well-known/openid-configuration"
LASTING = {**CLAIMS, "exp": NOW_S + 10**6}
ADA = MemberActor(MEMBER)


def with_kid(kid: str, key: Any = KEYS["Ed25519"]) -> str:
    return token(LASTING, header={**HEADER, "kid": kid}, key=key)


def unavailable(given: str, issuer: Issuer, later_s: int = 0) -> bool:
    """Whether the client is told to ask again, and nobody is taken for anybody."""
    with pytest.raises(GraphQLError) as caught:
        actor_of(given, later_s, issuer=issuer)
    return (caught.value.extensions or {})["code"] == "UNAVAILABLE"


def test_unknown_kid_flood() -> None:
    """A thousand kids in a minute: the issuer is asked once more, and serves all others."""
    site = Site(*KEYS.values())
    issuer = site.issuer()
    assert actor_of(with_kid("ed"), issuer=issuer) == ADA
    assert site.asked == [CONFIGURATION, JWKS]
    keys = issuer.keys
    for number in range(1_000):
        assert keys.key(f"k{number}", "Ed25519", later(number // 20)) is None
    assert len(site.asked) == 2
    for number in range(3):
        assert_refused(with_kid(f"x{number}"), PAUSE_S, issuer=issuer)
    assert len(site.asked) == 4
    assert actor_of(with_kid("ed"), PAUSE_S, issuer=issuer) == ADA


def test_what_is_not_for_us_makes_nobody_ask() -> None:
    """Issuer, audience and time are read first."""
    site = Site(*KEYS.values())
    for claims in ({"iss": "https://x.example"}, {"aud": "x"}, {"exp": NOW_S - 100}):
        given = token({**LASTING, **claims}, header={**HEADER, "kid": "new"})
        assert_refused(given, issuer=site.issuer())
    assert_refused(token(header={**HEADER, "alg": "HS256", "kid": "new"}), issuer=site.issuer())
    assert site.asked == []


def test_a_new_key_comes_into_use_by_its_kid() -> None:
    """An issuer that changes its key is followed at once, and the old key serves no longer."""
    new = OKPKey.generate_key("Ed25519", {"kid": "new"})
    site = Site(*KEYS.values())
    issuer = site.issuer()
    assert actor_of(with_kid("ed"), issuer=issuer) == ADA
    site.documents[JWKS] = {"keys": [new.as_dict(private=False)]}
    assert actor_of(with_kid("new", new), PAUSE_S, issuer=issuer) == ADA
    assert_refused(with_kid("ed"), PAUSE_S, issuer=issuer)


def test_a_key_that_was_taken_back_ends() -> None:
    """Without any new one: keys are asked for again every ten minutes."""
    site = Site(*KEYS.values())
    issuer = site.issuer()
    assert actor_of(with_kid("ed"), issuer=issuer) == ADA
    site.documents[JWKS] = {"keys": [KEYS["RS256"].as_dict(private=False)]}
    assert actor_of(with_kid("ed"), FRESH_S - 1, issuer=issuer) == ADA
    assert_refused(with_kid("ed"), FRESH_S, issuer=issuer)


def test_a_key_that_was_replaced_under_its_own_kid_ends() -> None:
    """A token that was verified once is verified again with the key that there is now."""
    site = Site(*KEYS.values())
    issuer = site.issuer()
    assert actor_of(with_kid("ed"), issuer=issuer) == ADA
    new = OKPKey.generate_key("Ed25519", {"kid": "ed"})
    site.documents[JWKS] = {"keys": [new.as_dict(private=False)]}
    assert_refused(with_kid("ed"), FRESH_S, issuer=issuer)
    assert actor_of(with_kid("ed", new), FRESH_S, issuer=issuer) == ADA


def test_an_issuer_that_does_not_answer_is_done_without_for_a_time() -> None:
    """Its keys of before serve for six hours, and it is asked once a minute meanwhile."""
    site = Site(*KEYS.values())
    issuer = site.issuer()
    assert actor_of(with_kid("ed"), issuer=issuer) == ADA
    site.documents.clear()
    for second in range(FRESH_S, FRESH_S + 10 * PAUSE_S, 5):
        assert actor_of(with_kid("ed"), second, issuer=issuer) == ADA
    assert len(site.asked) == 2 + 10
    assert actor_of(with_kid("ed"), STALE_S - 1, issuer=issuer) == ADA
    assert unavailable(with_kid("ed"), issuer, STALE_S)


@pytest.mark.parametrize("given", [with_kid("ed"), partner_token()])
def test_who_cannot_be_known_now_is_told_to_ask_again(given: str) -> None:
    """Neither by an issuer that does not answer, nor by a ledger that does not."""
    site = Site(documents={CONFIGURATION: b"", JWKS: b""})
    house = House(store := Faulty())
    store.down = True
    answer = sent(given, 0, site.issuer(), house)
    (error,) = answer.json()["errors"]
    assert answer.status_code == 503
    assert error["extensions"] == {"code": "UNAVAILABLE", "retryable": True}
    assert "secret-host" not in answer.text


def test_a_clock_that_is_set_back_keeps_no_key() -> None:
    """Keys from the future are asked for again."""
    site = Site(*KEYS.values())
    issuer = site.issuer()
    assert issuer.keys.key("ed", "Ed25519", later(3_600)) is not None
    assert issuer.keys.key("ed", "Ed25519", later(0)) is not None
    assert len(site.asked) == 4


WRONG: dict[str, dict[str, Any]] = {
    "nothing there": {CONFIGURATION: b""},
    "no JSON": {JWKS: b"<html>"},
    "no object": {JWKS: []},
    "no keys": {JWKS: {}},
    "an empty set": {JWKS: {"keys": []}},
    "keys that are none": {JWKS: {"keys": [5, None, [], "x", {}, {"kid": 5}, {"kid": ""}]}},
    "no list of keys": {JWKS: {"keys": {"kid": "ed"}}},
    "of another issuer": {CONFIGURATION: {"issuer": "https://x.example", "jwks_uri": JWKS}},
    "of no issuer": {CONFIGURATION: {"jwks_uri": JWKS}},
    "no address": {CONFIGURATION: {"issuer": NAME}},
    "another host": {CONFIGURATION: {"issuer": NAME, "jwks_uri": "https://x.example/keys"}},
    "a host below": {CONFIGURATION: {"issuer": NAME, "jwks_uri": "https://id.example.x.com/k"}},
    "http": {CONFIGURATION: {"issuer": NAME, "jwks_uri": "http://id.example/keys"}},
    "another port": {CONFIGURATION: {"issuer": NAME, "jwks_uri": "https://id.example:8443/k"}},
    "a file": {CONFIGURATION: {"issuer": NAME, "jwks_uri": "file:///etc/passwd"}},
    "a name in front": {CONFIGURATION: {"issuer": NAME, "jwks_uri": "https://a@id.example/keys"}},
    "no port": {CONFIGURATION: {"issuer": NAME, "jwks_uri": "https://id.example:x/keys"}},
}


@pytest.mark.parametrize("documents", WRONG.values(), ids=WRONG.keys())
def test_what_is_no_set_of_the_issuers_keys(documents: dict[str, Any]) -> None:
    """Nobody is let in by it, no other host is asked, and it is asked again after a while."""
    site = Site(*KEYS.values(), documents=documents)
    issuer = site.issuer()
    assert unavailable(with_kid("ed"), issuer)
    asked = len(site.asked)
    assert unavailable(with_kid("ed"), issuer, FIRST_PAUSE_S - 1)
    assert len(site.asked) == asked
    assert unavailable(with_kid("ed"), issuer, FIRST_PAUSE_S)
    assert len(site.asked) == 2 * asked
    assert {url.split("/")[2] for url in site.asked} == {"id.example"}


def test_where_an_issuer_keeps_its_keys_elsewhere_the_coalition_says_so() -> None:
    """Then that address is asked, and no configuration."""
    elsewhere = "https://keys.example/certs"
    site = Site(documents={elsewhere: {"keys": [KEYS["Ed25519"].as_dict(private=False)]}})
    issuer = Issuer(NAME, IssuerKeys(NAME, site, elsewhere), (ORIGIN,))
    assert actor_of(with_kid("ed"), issuer=issuer) == ADA
    assert site.asked == [elsewhere]
