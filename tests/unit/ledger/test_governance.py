"""Who takes part, with what, and from when until when; and what no operator can write alone."""

from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import kinds
from ledger.entries import sign_entry
from ledger.errors import RuleBroken
from ledger.governance import Governance
from ledger.governance_shape import read_signed
from ledger.names import NO_HASH, digest
from ledger.notes import COSIGNATURE, VerifierKey
from tests.unit.ledger.strategies import (
    ENTRIES,
    LOG,
    MILES,
    ORIGIN,
    QUICK,
    STARS,
    Writer,
    another,
    any_json,
    apply,
    broken_by,
    key_members,
    mutated,
    party_signer,
    rule_of,
    signer_of,
)
from tests.unit.ledger.test_notes import WITNESS_KEY


@pytest.fixture
def book() -> Writer:
    return Writer()


def refused(book: Writer, type_: str, signed=None, **members) -> str:
    """The rule by which the next governance entry of these members is refused."""
    return book.refusal(book.governance_body(type_, signed, **members))


def earn_tx(book: Writer, partner: str = "acme", currency: str = STARS, **more):
    effect = kinds.earn(book.wallet("ann", currency), partner, 5, book.at, "never")
    return book.tx("earn", effect, more.pop("by", f"partner:{partner}"), **more)


# Genesis and the chain


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


# Keys


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


def refused_or_unsigned(book: Writer, members: dict) -> bool:
    body = book.governance_body("key", **members)
    return rule_of(Governance.apply, deepcopy(book.history.governance), body, NO_HASH) in (
        "key.proof",
        "canonical.type",
    )


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


# Partners and currencies


def test_a_partner_that_left_neither_issues_nor_redeems(book):
    """After it left no earn and no redeem of it; what stands can still be taken back."""
    earned = book.earn(book.wallet("ann"), "acme", 10)
    spent = book.redeem(book.wallet("ann"), "acme", 5)
    book.wait(hours=1)
    book.govern("partner", partner="acme", status="left")
    wallet = book.wallet("ann")
    assert book.refusal(earn_tx(book)) == "tx.partner"
    effect = kinds.redeem(wallet, "acme", 1, book.at)
    assert book.refusal(book.tx("redeem", effect, "partner:acme")) == "tx.partner"
    assert book.refusal(book.tx("redeem", effect, rule=book.rule)) == "tx.partner"
    book.refund(wallet, spent, 5)
    book.reverse(book.wallet("ann"), earned, 5)
    book.wait(hours=1)
    book.govern("partner", partner="acme", status="joined")
    book.earn(book.wallet("ann"), "acme", 10)


def test_what_is_left_behind_still_expires(book):
    """A partner's points lapse to its account after it left."""
    book.earn(book.wallet("ann"), "acme", 10, "2026-01-02")
    book.govern("partner", partner="acme", status="left")
    book.wait(days=5)
    book.expire(book.wallet("ann"))
    assert book.history.totals["partner:acme:expired", STARS] == 10


def test_partners_join_and_leave_once(book):
    """Joining twice, leaving without having joined, and any other status are refused."""
    assert refused(book, "partner", partner="acme", status="joined") == "governance.twice"
    assert refused(book, "partner", partner="dora", status="left") == "governance.twice"
    assert refused(book, "partner", partner="acme", status="added") == "governance.status"
    assert refused(book, "partner", partner="operator", status="joined") == "partner.partner"
    assert refused(book, "partner", partner="D", status="joined") == "partner.partner"
    assert refused(book, "partner", ["acme"], partner="dora", status="joined") == "governance.by"


def test_a_partner_that_has_not_joined_yet_issues_nothing(book):
    """What is in force is judged by the entry's own time."""
    book.wait(hours=1)
    book.govern("partner", partner="dora", status="joined")
    book.add_key("partner:dora")
    book.wait(milliseconds=-1)
    assert book.refusal(earn_tx(book, "dora", by="system:desk", rule=book.rule)) == "tx.partner"
    book.wait(milliseconds=1)
    book.earn(book.wallet("ann"), "dora", 5)


def test_a_partners_currency_needs_its_signature(book):
    """An operator cannot make a currency in a partner's name, nor with another's signature."""
    own = {"currency": "GEMS", "owner": "partner:brew", "decimals": 0}
    assert refused(book, "currency", **own) == "governance.signed"
    assert refused(book, "currency", ["acme"], **own) == "governance.signed"
    assert refused(book, "currency", ["acme", "brew"], **own) == "governance.signed"
    body = book.governance_body("currency", operator="operator:olga", **own)
    assert book.refusal(body) == "governance.signed"
    assert refused(book, "currency", ["brew"], **(own | {"owner": "coalition"})) == "governance.by"
    assert refused(book, "currency", ["brew"], **(own | {"owner": "brew"})) == "governance.signed"
    changed = book.governance_body("currency", ["brew"], **own) | {"decimals": 2}
    assert book.refusal(changed) == "signed.sig"
    book.govern("currency", ["brew"], **own)
    assert refused(book, "currency", ["brew"], **own) == "currency.twice"


def test_only_its_owner_issues_a_partners_currency(book):
    """Acme issues miles; brew may not, not even under a rule that both signed."""
    book.earn(book.wallet("ann", MILES), "acme", 5)
    assert book.refusal(earn_tx(book, "brew", MILES)) == "tx.currency.owner"
    assert book.refusal(earn_tx(book, "brew", MILES, rule=book.rule)) == "tx.currency.owner"
    book.redeem(book.wallet("ann", MILES), "brew", 5)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("currency", "gems"),
        ("currency", "G"),
        ("currency", 5),
        ("decimals", 7),
        ("decimals", -1),
        ("decimals", True),
        ("decimals", "2"),
        ("owner", ""),
        ("owner", ["coalition"]),
    ],
)
def test_a_currencys_members_have_one_form(book, member, value):
    """Codes of 2 to 12 capitals and digits, 0 to 6 decimals, an owner."""
    members = {"currency": "GEMS", "owner": "coalition", "decimals": 6, member: value}
    assert refused(book, "currency", **members) == f"currency.{member}"


def test_a_currency_is_used_from_its_time_on(book):
    """No transaction in a currency that is unknown, or was added later."""
    assert book.refusal(earn_tx(book, currency="GEMS")) == "tx.currency"
    book.wait(hours=1)
    book.govern("currency", currency="GEMS", owner="coalition", decimals=0)
    book.wait(milliseconds=-1)
    assert book.refusal(earn_tx(book, currency="GEMS")) == "tx.currency"
    book.wait(milliseconds=1)
    book.add(earn_tx(book, currency="GEMS"))


# Programmes and agreements


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


# Authority


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


# Any body at all


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
