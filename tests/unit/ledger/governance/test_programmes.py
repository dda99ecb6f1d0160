"""Programmes and agreements: versions, who has to sign them, and who governs."""

from copy import deepcopy

import pytest

from ledger.governance_shape import read_signed
from ledger.names import digest
from tests.unit.ledger.governance.entries import earn_tx, refused
from tests.unit.ledger.strategies import rule_of


def test_a_programme_version_ends_60_days_after_the_next(book):
    """Late orders are computed by the version of their day, for 60 days and not a moment more."""
    first = book.rule
    book.wait(days=10)
    second = book.programme("stars", 2, "acme")
    start = book.now
    by = {"by": "system:programme"}
    book.wait(days=60, milliseconds=-1)
    book.add(earn_tx(book, rule=first, **by))
    book.now = start
    book.wait(days=60)
    assert book.refusal(earn_tx(book, rule=first, **by)) == "tx.rule"
    book.wait(days=500)
    book.add(earn_tx(book, rule=second, **by))


def test_a_programme_version_counts_from_its_own_time(book):
    """A rule that is not in force yet, or that nobody signed, computes nothing."""
    book.wait(hours=1)
    rule = book.programme("other", 1, "acme")
    by = {"by": "system:programme"}
    assert book.refusal(earn_tx(book, rule=digest(b"unknown"), **by)) == "tx.rule"
    assert book.refusal(earn_tx(book, "brew", rule=rule, **by)) == "tx.rule.signed"
    assert book.refusal(earn_tx(book, "brew", rule=rule)) == "tx.rule.signed"
    book.wait(milliseconds=-1)
    assert book.refusal(earn_tx(book, rule=rule, **by)) == "tx.rule"


def test_an_agreement_is_no_rule(book):
    """The digest of an agreement is not that of a programme version."""
    agreement = book.programme("bill", 1, "acme", kind="agreement")
    assert agreement in book.history.governance.agreements
    assert book.refusal(earn_tx(book, rule=agreement, by="system:programme")) == "tx.rule"


@pytest.mark.parametrize("kind", ["programme", "agreement"])
def test_versions_are_numbered_and_signed_by_those_they_bind(book, kind):
    """Versions 1, 2, …, each with a digest of its own and at least one partner's signature."""
    own = {"id": "new", "version": 1, "digest": digest(b"new 1")}
    for version in (0, 2, -1):
        assert refused(book, kind, ["acme"], **(own | {"version": version})) == f"{kind}.version"
    assert refused(book, kind, **own) == f"{kind}.signed"
    assert refused(book, kind, [], **own) == "signed"
    assert refused(book, kind, ["brew", "acme"], **own) == "signed.order"
    assert refused(book, kind, ["acme", "acme"], **own) == "signed.order"
    body = book.governance_body(kind, ["acme", "brew"], **own)
    assert book.refusal(body | {"digest": digest(b"other")}) == "signed.sig"
    assert book.refusal(body | {"id": "other"}) == "signed.sig"
    half = deepcopy(body)
    half["signed"][1]["sig"] = half["signed"][0]["sig"]
    assert book.refusal(half) == "signed.sig"
    book.add(body)
    assert refused(book, kind, ["acme"], **own) == f"{kind}.version"
    assert refused(book, kind, ["acme"], **(own | {"version": 2})) == f"{kind}.twice"
    book.govern("partner", partner="acme", status="left")
    again = own | {"version": 2, "digest": digest(b"new 2")}
    assert refused(book, kind, ["acme"], **again) == "governance.partner"


def test_a_version_of_the_last_year_that_can_be_written_has_no_end(book):
    """60 days past the year 9999 is no moment: the version before just goes on."""
    book.now = book.now.replace(year=9999, month=12, day=20)
    book.programme("stars", 2, "acme")
    book.add(earn_tx(book, rule=book.rule, by="system:programme"))


def test_an_operator_signs_governance_for_one_entry_only(book):
    """The signature is over the seq and the members: neither can be changed, nor used again."""
    members = {"partner": "dora", "status": "joined"}
    body = book.governance_body("partner", operator="operator:olga", **members)
    assert book.refusal(body | {"partner": "dirk"}) == "by.asked"
    forged = deepcopy(body)
    forged["by"]["asked"] = digest(b"x")
    assert book.refusal(forged) == "by.asked"
    other = deepcopy(body)
    other["by"]["party"] = "operator:otto"
    assert book.refusal(other) == "by.key"
    book.add(body)
    book.govern("partner", partner="dora", status="left")
    again = book.governance_body("partner", **members) | {"by": body["by"]}
    assert book.refusal(again) == "by.sig"


def test_a_partner_or_a_member_does_not_govern_alone(book):
    """`by` is of an operator or the system."""
    body = book.governance_body("partner", partner="dora", status="joined")
    for by in ({"party": "member"}, book.authority("partner:acme", "partner", "1")._asdict()):
        assert book.refusal(body | {"by": by}) == "governance.by"


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        ([], "signed"),
        ({}, "signed"),
        ("x", "signed"),
        ([1], "signed.members"),
        ([{"party": "partner:acme", "key": "k"}], "signed.members"),
        ([{"party": ["x"], "key": "k", "sig": "s"}], "signed.party"),
        ([{"party": "operator:olga", "key": "k", "sig": "s"}], "signed.party"),
        ([{"party": "partner:acme", "key": "k", "sig": "s"}], "signed.sig"),
        ([{"party": "partner:acme", "key": ["k"], "sig": "A" * 86 + "=="}], "signed.sig"),
    ],
)
def test_signed_has_one_form(value, rule):
    """Partners with key and signature, at least one."""
    assert rule_of(read_signed, value) == rule
