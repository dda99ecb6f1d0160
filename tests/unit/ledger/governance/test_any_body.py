"""Whatever a governance entry holds, it is taken or refused by a rule."""

from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.entries import sign_entry
from ledger.errors import RuleBroken
from ledger.names import NO_HASH, digest
from tests.unit.ledger.strategies import (
    ENTRIES,
    LOG,
    ORIGIN,
    QUICK,
    Writer,
    another,
    any_json,
    apply,
    broken_by,
    key_members,
    mutated,
    party_signer,
)
from tests.unit.ledger.test_notes import WITNESS_KEY


def governance_bodies() -> list[tuple[Writer, dict]]:
    """A state and a body that it would take, for every type of entry."""
    book = Writer()
    keys = {"log_key": str(LOG.verifier), "entry_key": str(ENTRIES.verifier)}
    empty = Writer(founded=False)
    revoked = key_members("partner:acme", party_signer("partner:acme"), "revoked")
    own = {"currency": "GEMS", "owner": "partner:acme", "decimals": 0}
    version = {"id": "stars", "version": 2, "digest": digest(b"2")}
    named = [
        book.governance_body("partner", partner="dora", status="joined"),
        book.governance_body("partner", operator="operator:olga", partner="acme", status="left"),
        book.governance_body("key", **key_members("partner:acme", another("acme.example"))),
        book.governance_body("key", **revoked),
        book.governance_body("currency", ["acme"], **own),
        book.governance_body("currency", **(own | {"owner": "coalition"})),
        book.governance_body("programme", ["acme", "brew"], **version),
        book.governance_body("agreement", ["acme"], **(version | {"version": 1})),
        book.governance_body("witness", vkey=WITNESS_KEY, status="added"),
    ]
    genesis = empty.governance_body("genesis", origin=ORIGIN, **keys)
    return [(empty, genesis), *((book, body) for body in named)]


CASES = governance_bodies()


@pytest.mark.parametrize("number", range(len(CASES)))
def test_arbitrary_changes_raise_nothing_but_rulebroken(number):
    """A body changed at random is refused by rule or taken; it never ends an audit otherwise."""
    book, body = CASES[number]
    assert broken_by(apply, deepcopy(book.history), sign_entry(body, ENTRIES)) is None

    @QUICK
    @given(mutated(body))
    def run(changed):
        if isinstance(changed, dict) and changed.get("type") == body["type"]:
            governance = deepcopy(book.history.governance)
            broken_by(governance.apply, changed, NO_HASH)

    run()


@pytest.mark.parametrize("number", range(len(CASES)))
def test_each_member_is_required_and_of_its_type(number):
    """Every member removed, or of any other type, is refused by rule; so is one more."""
    book, body = CASES[number]
    wrong = [None, True, 99, -1, 1.5, "", "x", "\ud800", [], {}, [body], [[]], {"a": 1}]
    cases = [{name: value for name, value in body.items() if name != each} for each in body]
    cases += [body | {name: value} for name in body for value in wrong if name != "type"]
    cases.append(body | {"extra": 1})
    for changed in cases:
        if "type" in changed:
            governance = deepcopy(book.history.governance)
            with pytest.raises(RuleBroken):
                governance.apply(changed, NO_HASH)


@QUICK
@given(
    st.sampled_from(["genesis", "partner", "key", "currency", "programme", "agreement", "witness"]),
    st.dictionaries(st.sampled_from(["by", "signed", "id", "vkey", "party", "owner"]), any_json),
)
def test_arbitrary_members_raise_nothing_but_rulebroken(type_, members):
    """Members of arbitrary JSON in a body that is otherwise right are refused by rule."""
    body = next(body for _, body in CASES if body["type"] == type_)
    book = next(book for book, other in CASES if other is body)
    broken_by(deepcopy(book.history.governance).apply, {**body, **members}, NO_HASH)
