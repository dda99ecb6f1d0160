"""Development keys and tokens."""

from datetime import UTC, datetime, timedelta

import pytest

from local.keys import TokenIssuer, development_signer, random_signer
from local.problems import Problem
from loyalty.actors import MemberActor
from schema.authentication import bearer_actor
from schema.tokens import Unauthenticated
from tests.coalition import House, an_operator
from tests.signing import ORIGIN


def test_a_development_key_follows_from_the_name_alone():
    """Two terminals make the same key of the same partner, and other keys of others."""
    grocer = development_signer("partner:grocer")
    assert grocer.verifier == development_signer("partner:grocer").verifier
    others = {str(development_signer(p).verifier) for p in ("partner:fuel", "operator:grocer")}
    assert len(others | {str(grocer.verifier)}) == 3


@pytest.mark.parametrize("party", ["grocer", "member", "member:x1", "system:desk", "partner:Q", ""])
def test_a_party_that_does_not_sign_has_no_key(party):
    """Members, systems and misspelt parties are refused with what to write instead."""
    with pytest.raises(Problem, match="partner:ID"):
        development_signer(party)


def test_random_keys_differ():
    """Entry keys are new at each start."""
    assert random_signer("a/entries").verifier != random_signer("a/entries").verifier


@pytest.mark.parametrize("actor", [an_operator("ann"), MemberActor("0" * 26)])
def test_a_token_names_its_actor_for_30_days(actor):
    """What the issuer signs is what the API reads; the API has no private key."""
    tokens, now = TokenIssuer.new(ORIGIN), datetime.now(UTC)
    given, coalition = f"Bearer {tokens.token(actor)}", House().coalition
    named = bearer_actor(given, tokens.public, coalition, now + timedelta(days=30))
    assert (type(named), named) == (type(actor), actor)
    (published,) = tokens.documents()["/jwks.json"]["keys"]
    assert set(published) == {"kty", "crv", "x", "kid", "use"}
    with pytest.raises(Unauthenticated):
        bearer_actor(given, TokenIssuer.new(ORIGIN).public, coalition, now)
