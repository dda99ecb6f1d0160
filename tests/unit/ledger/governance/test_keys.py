"""Whose key counts, from when until when, and what no operator can write alone."""

import pytest

from ledger.notes import COSIGNATURE, VerifierKey
from tests.unit.ledger.governance.entries import earn_tx, refused, refused_or_unsigned
from tests.unit.ledger.strategies import (
    ENTRIES,
    LOG,
    ORIGIN,
    another,
    key_members,
    party_signer,
    rule_of,
    signer_of,
)
from tests.unit.ledger.test_notes import WITNESS_KEY


def test_an_attackers_entry_that_brings_its_own_entry_key_is_refused(book):
    """Who does not hold the entry key cannot add one with an entry signed by the new key."""
    thief = another(f"{ORIGIN}/entries")
    body = book.governance_body("key", **key_members("entries", thief))
    assert book.refusal(body, thief) == "entry.key"
    book.add(body)
    book.add(earn_tx(book), thief)


def test_an_entry_key_is_replaced_by_adding_and_then_revoking(book):
    """The new key is added by the old, which the new one then revokes; not the old one itself."""
    new = another(f"{ORIGIN}/entries")
    revoke = key_members("entries", ENTRIES, "revoked")
    assert refused(book, "key", **revoke) == "entry.key"
    book.govern("key", **key_members("entries", new))
    book.wait(hours=1)
    assert refused(book, "key", **revoke) == "entry.key"
    book.add(book.governance_body("key", **revoke), new)
    assert book.refusal(earn_tx(book)) == "entry.key"
    book.add(earn_tx(book), new)


def test_a_key_counts_from_its_time_until_just_before_its_end(book):
    """A key is judged by the `at` of what it signs, whatever stands earlier in the log."""
    new = another("acme.example")
    book.wait(hours=1)
    book.govern("key", **key_members("partner:acme", new))
    book.wait(hours=1)
    book.govern("key", **key_members("partner:acme", party_signer("partner:acme"), "revoked"))
    assert book.refusal(earn_tx(book)) == "by.key"
    book.wait(milliseconds=-1)
    book.add(earn_tx(book))
    governance = book.history.governance
    label = new.verifier.label
    book.wait(hours=-1, milliseconds=1)
    assert governance.key("partner:acme", label, book.at, "x") == new.verifier
    book.wait(milliseconds=-1)
    assert rule_of(governance.key, "partner:acme", label, book.at, "x") == "x"


def test_a_key_of_one_party_does_not_sign_for_another(book):
    """A partner's key signs for that partner alone, an operator's for no partner."""
    by = book.authority("partner:brew", "earn", "x")._replace(party="partner:acme")
    assert book.refusal(earn_tx(book)._replace(by=by)) == "by.key"
    by = book.authority("operator:olga", "earn", "x")._replace(party="partner:acme")
    assert book.refusal(earn_tx(book)._replace(by=by)) == "by.key"


def test_no_key_is_added_twice_by_whomever(book):
    """A key with the name and id of one in force is refused, for the same party and for others."""
    own = party_signer("partner:acme")
    assert refused(book, "key", **key_members("partner:acme", own)) == "key.twice"
    assert refused(book, "key", **key_members("partner:brew", own)) == "key.twice"
    assert refused(book, "key", **key_members("operator:olga", own)) == "key.twice"
    book.govern("key", **key_members("partner:acme", own, "revoked"))
    book.govern("key", **key_members("partner:acme", own))
    book.add(earn_tx(book))


def test_no_key_is_revoked_that_is_not_in_force(book):
    """A key that nobody added, that is another party's or that is revoked already stays so."""
    own = party_signer("partner:acme")
    unknown = another("acme.example")
    assert refused(book, "key", **key_members("partner:acme", unknown, "revoked")) == "key.revoked"
    assert refused(book, "key", **key_members("partner:brew", own, "revoked")) == "key.revoked"
    book.govern("key", **key_members("partner:acme", own, "revoked"))
    assert refused(book, "key", **key_members("partner:acme", own, "revoked")) == "key.revoked"


def test_revoking_a_key_by_another_of_its_name_and_id_is_refused(book, monkeypatch):
    """An id has four bytes, so another key can be found that shares it: it revokes nothing."""
    own, twin = party_signer("partner:acme").verifier, another("acme.example").verifier
    monkeypatch.setattr("ledger.notes.key_id", lambda *_: own.key_id)
    vkey = str(own._replace(public=twin.public))
    members = {"party": "partner:acme", "status": "revoked"}
    assert refused(book, "key", **members, vkey=vkey) == "key.revoked"
    book.govern("key", **members, vkey=str(own))


def test_a_key_is_added_with_a_proof_that_its_holder_has_it(book):
    """The proof is the new key's own, for this origin and party; no other key needs one."""
    new = another("acme.example")
    members = key_members("partner:acme", new)
    stolen = members | {"proof": key_members("partner:brew", new)["proof"]}
    assert refused(book, "key", **stolen) == "key.proof"
    copied = members | {"proof": key_members("partner:acme", party_signer("partner:acme"))["proof"]}
    assert refused(book, "key", **copied) == "key.proof"
    bare = {name: value for name, value in members.items() if name != "proof"}
    assert refused(book, "key", **bare) == "key.proof"
    for value in ("x", None, 5):
        assert refused_or_unsigned(book, members | {"proof": value})
    entries = key_members("entries", another(f"{ORIGIN}/entries"))
    assert refused(book, "key", **entries, proof=members["proof"]) == "key.proof"
    revoked = key_members("partner:acme", party_signer("partner:acme"), "revoked")
    assert refused(book, "key", **revoked, proof=members["proof"]) == "key.proof"


@pytest.mark.parametrize(
    ("party", "name", "rule"),
    [
        ("log", "other", "key.name"),
        ("entries", ORIGIN, "key.name"),
        ("member", "m", "key.party"),
        ("system:desk", "s", "key.party"),
        ("partner:", "s", "key.party"),
        ("witness", "s", "key.party"),
        ("partner:nobody", "nobody.example", "governance.partner"),
    ],
)
def test_keys_belong_to_parties_that_sign(book, party, name, rule):
    """Partners that joined, operators, the log and the entry key; the last two by their names."""
    assert refused(book, "key", **key_members(party, signer_of(name))) == rule


def test_a_second_log_key_has_the_origins_name(book):
    """A log key is added and revoked without a proof."""
    new = another(ORIGIN)
    book.govern("key", **key_members("log", new))
    assert book.history.governance.keys_of("log", book.at) == [str(LOG.verifier), str(new.verifier)]
    book.govern("key", **key_members("log", LOG, "revoked"))
    assert book.history.governance.keys_of("log", book.at) == [str(new.verifier)]
    assert refused(book, "key", **(key_members("log", LOG) | {"status": "lost"})) == "key.status"


def test_witnesses_come_and_go_by_cosignature_keys(book):
    """A witness's key is of type 0x04, is added once, and revoked while in force."""
    witness = {"vkey": WITNESS_KEY, "status": "added"}
    book.govern("witness", **witness)
    key = VerifierKey.parse(WITNESS_KEY, COSIGNATURE)
    assert book.history.governance.key("witness", key.label, book.at, "x") == key
    assert refused(book, "witness", **witness) == "key.twice"
    assert refused(book, "witness", vkey=str(LOG.verifier), status="added") == "key.algorithm"
    assert refused(book, "witness", vkey=WITNESS_KEY, status="x") == "key.status"
    book.govern("witness", **(witness | {"status": "revoked"}))
    assert refused(book, "witness", **(witness | {"status": "revoked"})) == "key.revoked"
    assert refused(book, "witness", ["acme"], **witness) == "governance.by"
