"""Genesis and the chain of governance."""

import pytest

from ledger.entries import sign_entry
from ledger.names import NO_HASH
from tests.unit.ledger.governance.entries import earn_tx, refused
from tests.unit.ledger.strategies import (
    ENTRIES,
    LOG,
    ORIGIN,
    Writer,
    another,
    apply,
    rule_of,
    signer_of,
)


def test_genesis_is_first_and_once(book):
    """Nothing comes before genesis, and no second one after it."""
    empty = Writer(founded=False)
    assert refused(empty, "partner", partner="acme", status="joined") == "governance.genesis"
    assert rule_of(apply, empty.history, sign_entry(earn_tx(book), ENTRIES)) == "tx.currency"
    again = {"origin": ORIGIN, "log_key": str(LOG.verifier), "entry_key": str(ENTRIES.verifier)}
    assert refused(book, "genesis", **again) == "governance.genesis"


@pytest.mark.parametrize(
    ("member", "value", "rule"),
    [
        ("origin", "other.example/ledger", "key.name"),
        ("origin", "", "genesis.origin"),
        ("origin", ["stars"], "genesis.origin"),
        ("log_key", str(signer_of("other").verifier), "key.name"),
        ("entry_key", str(signer_of(ORIGIN).verifier), "key.name"),
        ("entry_key", [str(ENTRIES.verifier)], "genesis.entry_key"),
        ("log_key", "x", "key.form"),
    ],
)
def test_genesis_names_its_own_keys(member, value, rule):
    """The log key is named as the origin, the entry key as the origin and `/entries`."""
    book = Writer(founded=False)
    keys = {"log_key": str(LOG.verifier), "entry_key": str(ENTRIES.verifier)}
    assert refused(book, "genesis", **{"origin": ORIGIN, **keys, member: value}) == rule


def test_genesis_signed_by_another_key_than_it_names_is_refused():
    """The entry key that genesis states signs genesis."""
    book = Writer(founded=False)
    keys = {"log_key": str(LOG.verifier), "entry_key": str(ENTRIES.verifier)}
    body = book.governance_body("genesis", origin=ORIGIN, **keys)
    assert book.refusal(body, another(f"{ORIGIN}/entries")) == "entry.key"
    assert book.refusal(body, signer_of("other")) == "entry.key"


def test_genesis_is_by_the_system():
    """Nobody else has a key yet, and no partner to sign."""
    book = Writer(founded=False)
    keys = {"log_key": str(LOG.verifier), "entry_key": str(ENTRIES.verifier)}
    body = book.governance_body("genesis", origin=ORIGIN, **keys)
    for by in ({"party": "member"}, book.authority("operator:olga", "genesis", "1")._asdict()):
        assert book.refusal(body | {"by": by}) == "governance.by"
    signed = book.governance_body("genesis", ["acme"], origin=ORIGIN, **keys)
    assert book.refusal(signed) == "governance.by"
    del body["by"]
    assert book.refusal(body) == "genesis.members"


def test_the_chain_of_governance_is_dense_and_goes_forward(book):
    """Each entry has the next seq, the hash of the one before, and no earlier time."""
    good = book.governance_body("partner", partner="dora", status="joined")
    assert book.refusal(good | {"seq": good["seq"] + 1}) == "governance.seq"
    assert book.refusal(good | {"seq": good["seq"] - 1}) == "governance.seq"
    assert book.refusal(good | {"prev": NO_HASH}) == "governance.prev"
    early = good | {"at": "2026-01-01T11:59:59.999Z"}
    assert book.refusal(early) in ("governance.at", "entry.key")
    book.wait(days=1)
    book.govern("partner", partner="dora", status="joined")
    late = book.governance_body("partner", partner="dirk", status="joined")
    assert book.refusal(late | {"at": "2026-01-01T23:00:00.000Z"}) == "governance.at"
    book.add(late)
