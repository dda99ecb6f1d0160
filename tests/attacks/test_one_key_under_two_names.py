"""One who asks and approves: the same key is registered for two operators, under two names."""

from base64 import b64encode

import pytest

from ledger.errors import RuleBroken
from ledger.instructions import registration
from ledger.notes import SeedSigner
from loyalty.governance_drafts import GovernanceDraft
from tests.coalition import House
from tests.signing import ORIGIN


def add_key(draft: GovernanceDraft, party: str, name: str) -> None:
    signer = SeedSigner(name, b"o" * 32)
    proof = signer.sign(registration(ORIGIN, party, str(signer.verifier)))
    draft.add(
        "key",
        party=party,
        vkey=str(signer.verifier),
        status="added",
        proof=b64encode(proof).decode(),
    )


def test_the_same_key_is_not_two_operators(house: House) -> None:
    """Its bytes tell, whatever its name."""
    draft = GovernanceDraft(house.coalition)
    add_key(draft, "operator:olga", "olga.example")
    with pytest.raises(RuleBroken) as broken:
        add_key(draft, "operator:otto", "otto.example")
    assert broken.value.rule == "key.twice"
