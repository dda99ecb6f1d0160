"""A `tx` has one shape: every departure from it is refused by the name of the member."""

from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import kinds
from ledger.canonical import MAX_INTEGER
from ledger.entries import ENTRY_MAX_BYTES, read_entry, sign_entry
from ledger.names import digest
from ledger.notes import sign_note
from ledger.tx import KINDS, TX_MAX_BYTES, read_authority, read_tx, tx_body
from tests.unit.ledger.strategies import (
    ENTRIES,
    LOG,
    MILES,
    QUICK,
    STARS,
    Writer,
    any_json,
    apply,
    broken_by,
    mutated,
    rule_of,
)

ABSENT = object()
FOUNDED = Writer().history


def bodies() -> dict[str, dict]:
    """A body of each kind, from a ledger that took them all."""
    book = Writer()
    book.earn(book.wallet("ann"), "acme", 100, "2026-01-05")
    earned = book.earn(book.wallet("ann"), "brew", 100)
    waiting = book.earn(book.wallet("ann"), "brew", 100, None)
    book.confirm(book.wallet("ann"), waiting, 10)
    spent = book.redeem(book.wallet("ann"), "cafe", 110)
    held = book.hold(book.wallet("ann"), 50)
    book.capture(book.wallet("ann"), held, "cafe", 10)
    book.void(book.wallet("ann"), held)
    book.transfer(book.wallet("ann"), book.wallet("bob"), 10)
    book.exchange(book.wallet("ann"), book.wallet("ann", MILES), 10, 10)
    book.reverse(book.wallet("ann"), earned, 10)
    book.refund(book.wallet("ann"), spent, 5)
    book.adjust_up(book.wallet("ann"), 5, "2026-01-03")
    book.wait(days=4)
    book.expire(book.wallet("ann"))
    found = {entry.body["kind"]: dict(entry.body) for entry in book.entries if entry.type == "tx"}
    assert found.keys() == KINDS
    return found


BODIES = bodies()
TRANSFER = BODIES["transfer"]
EARN = BODIES["earn"]


def changed(body: dict, *path: object, to: object) -> dict:
    """A copy of a body with the value at a path replaced or, for ABSENT, removed."""
    body = deepcopy(body)
    inner = body
    for step in path[:-1]:
        inner = inner[step]
    if to is ABSENT:
        del inner[path[-1]]
    else:
        inner[path[-1]] = to
    return body


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_record_and_its_json_are_inverse(kind):
    """What is read of an entry's JSON writes the same JSON, for each kind."""
    assert tx_body(read_tx(BODIES[kind])) == BODIES[kind]


@pytest.mark.parametrize(
    "member",
    ["at", "by", "chains", "id", "kind", "postings", "type", "v", "extra", "Lots", "asked"],
)
def test_members_missing_or_unknown_are_refused(member):
    """Exactly the members that "Transactions" lists are accepted."""
    to = ABSENT if member in EARN else 1
    assert rule_of(read_tx, changed(EARN, member, to=to)) == "tx.members"


WRONG = [None, True, 0, 1, 1.5, "", "x", "\ud800", [], {}, [[]], [{}], {"a": []}, [None], -1]


@pytest.mark.parametrize(
    ("member", "rule"),
    [
        ("v", "tx.v"),
        ("id", "tx.id"),
        ("kind", "tx.kind"),
        ("at", "tx.at"),
        ("postings", "tx.postings"),
        ("chains", "tx.chains"),
        ("lots", "tx.lots"),
        ("by", "by."),
        ("detail", "tx.detail"),
        ("rule", "tx.rule"),
        ("of", "tx.of"),
        ("approved", "by."),
    ],
)
@pytest.mark.parametrize("value", WRONG, ids=ascii)
def test_members_of_a_wrong_type_are_refused_by_name(member, rule, value):
    """Null, booleans, numbers, texts, lists and objects where they do not belong."""
    if member == "v" and value == 1 and type(value) is int:
        return
    assert rule_of(read_tx, changed(EARN, member, to=value)).startswith(rule)


def swapped(rows: list) -> list:
    return rows[::-1]


@pytest.mark.parametrize(
    ("path", "to", "rule"),
    [
        (("v",), 2, "tx.v"),
        (("v",), True, "tx.v"),
        (("kind",), "mint", "tx.kind"),
        (("type",), "partner", "tx.type"),
        (("type",), ["tx"], "tx.type"),
        (("id",), TRANSFER["id"].upper(), "tx.id"),
        (("at",), "2026-01-01T12:00:00Z", "tx.at"),
        (("postings",), swapped(TRANSFER["postings"]), "tx.postings.order"),
        (("postings",), TRANSFER["postings"] + TRANSFER["postings"][-1:], "tx.postings.order"),
        (("postings",), TRANSFER["postings"][:1], "tx.postings"),
        (("postings", 0), TRANSFER["postings"][0][:2], "tx.postings"),
        (("postings", 0, 0), 5, "tx.postings"),
        (("postings", 0, 1), "stars", "tx.postings"),
        (("postings", 0, 2), 0, "tx.postings.amount"),
        (("postings", 0, 2), 10.0, "tx.postings.amount"),
        (("postings", 0, 2), True, "tx.postings.amount"),
        (("postings", 0, 2), MAX_INTEGER + 1, "tx.postings.amount"),
        (("postings", 0, 2), -MAX_INTEGER - 1, "tx.postings.amount"),
        (("postings", 0, 2), 7, "tx.postings.sum"),
        (("postings", 1, 1), "ZZZ", "tx.postings.sum"),
        (("chains",), swapped(TRANSFER["chains"]), "tx.chains.order"),
        (("chains",), TRANSFER["chains"] + TRANSFER["chains"][-1:], "tx.chains.order"),
        (("chains",), TRANSFER["chains"][:1], "tx.chains.wallets"),
        (("chains", 0, "seq"), 0, "tx.chains.seq"),
        (("chains", 0, "seq"), True, "tx.chains.seq"),
        (("chains", 0, "seq"), "1", "tx.chains.seq"),
        (("chains", 0, "seq"), MAX_INTEGER + 1, "tx.chains.seq"),
        (("chains", 0, "prev"), "AAAA", "tx.chains.prev"),
        (("chains", 0, "prev"), None, "tx.chains.prev"),
        (("chains", 0, "wallet"), "w", "tx.chains.wallet"),
        (("chains", 0, "wallet"), 3, "tx.chains.wallet"),
        (("chains", 0, "head"), "x", "tx.chains.members"),
        (("chains", 0, "after"), ABSENT, "tx.chains.members"),
        (("chains", 0, "after"), [], "tx.chains.after"),
        (("chains", 0, "after", "held"), ABSENT, "tx.chains.after"),
        (("chains", 0, "after", "spent"), 0, "tx.chains.after"),
        (("chains", 0, "after", "held"), None, "tx.chains.after"),
        (("chains", 0, "after", "held"), False, "tx.chains.after"),
        (("chains", 0, "after", "held"), MAX_INTEGER + 1, "tx.chains.after"),
        (("chains", 0, "after", "available"), -1, "tx.chains.negative"),
        (("chains", 0, "after", "held"), -1, "tx.chains.negative"),
        (("chains", 0, "after", "pending"), -1, "tx.chains.negative"),
        (("chains", 0, "after", "arrears"), 1, "tx.chains.arrears"),
        (("chains", 0, "after", "arrears"), -1, "tx.chains.arrears"),
        (("lots",), swapped(TRANSFER["lots"]), "tx.lots.order"),
        (("lots",), TRANSFER["lots"] + TRANSFER["lots"][-1:], "tx.lots.order"),
        (("lots",), [], "tx.lots"),
        (("lots",), TRANSFER["lots"][:1], "tx.lots.sum"),
        (("lots",), ABSENT, "tx.lots.sum"),
        (("lots", 0), TRANSFER["lots"][0][:3], "tx.lots"),
        (("lots", 0, 0), "w", "tx.lots.wallet"),
        (("lots", 0, 1), "2026-02-29", "tx.lots.expires"),
        (("lots", 0, 1), 20260201, "tx.lots.expires"),
        (("lots", 0, 1), ["never"], "tx.lots.expires"),
        (("lots", 0, 2), "A", "tx.lots.issuer"),
        (("lots", 0, 3), 0, "tx.lots.change"),
        (("lots", 0, 3), 1.0, "tx.lots.change"),
        (("lots", 0, 3), MAX_INTEGER + 1, "tx.lots.change"),
        (("lots", 0, 3), 99, "tx.lots.sum"),
        (("of",), TRANSFER["id"], "tx.of"),
        (("by", "party"), ABSENT, "by.party"),
        (("by", "party"), "nobody", "by.party"),
        (("by", "role"), "x", "by.members"),
        (("by", "sig"), "x", "by.members"),
    ],
)
def test_each_part_has_one_form(path, to, rule):
    """A part that is out of order, twice, missing or of another form is refused by its rule."""
    assert rule_of(read_tx, changed(TRANSFER, *path, to=to)) == rule


@pytest.mark.parametrize(
    "account",
    [
        "",
        "wallet",
        "wallet:x:available",
        "wallet:00000000000000000000000000:spent",
        "wallet:00000000000000000000000000:available:",
        "partner:acme",
        "partner:acme:adjusted",
        "partner:a:issued",
        "partner:acme:issued:x",
        "operator:issued",
        "operator:adjusted:x",
        "exchange:STARS",
        "exchange:stars:MILES",
        "exchange:STARS:MILES:X",
        "system:adjusted",
        "Partner:acme:issued",
    ],
)
def test_no_other_accounts_exist(account):
    """An account that "Transactions" does not list is refused."""
    wallet, amount = EARN["postings"][-1][0], 1
    body = changed(EARN, "postings", to=sorted([[account, STARS, -1], [wallet, STARS, amount]]))
    assert rule_of(read_tx, body) == "tx.postings.account"


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_kind_goes_back_always_never_or_if_it_likes(kind):
    """`of` is required of five kinds, open to adjust, and refused elsewhere."""
    body = dict(BODIES[kind])
    body.pop("of", None)
    without = broken_by(read_tx, body)
    with_of = broken_by(read_tx, body | {"of": EARN["id"]})
    needs = kind in {"confirm", "capture", "void", "reverse", "refund"}
    assert (without is not None) == needs
    assert (with_of is not None) == (not needs and kind != "adjust")


def signed_by(party: str) -> dict:
    text = digest(b"asked")
    return {"party": party, "key": "name+00000000", "sig": "A" * 86 + "==", "asked": text}


@pytest.mark.parametrize("party", ["partner:acme", "operator:olga"])
@pytest.mark.parametrize("member", ["key", "sig", "asked"])
def test_a_partner_or_operator_gives_key_signature_and_what_was_asked(party, member):
    """Each of the three is required, and of its own form."""
    whole = signed_by(party)
    assert broken_by(read_authority, whole) is None
    assert rule_of(read_authority, changed(whole, member, to=ABSENT)) == f"by.{member}"
    for value in (None, 1, ["x"]):
        assert rule_of(read_authority, whole | {member: value}) == f"by.{member}"
    assert rule_of(read_authority, whole | {"key": "a\x1b"}) == "canonical.text"


@pytest.mark.parametrize("party", ["member", "system:desk"])
def test_a_member_or_the_system_gives_nothing_but_its_name(party):
    """What cannot be verified is not stated."""
    assert broken_by(read_authority, {"party": party}) is None
    assert rule_of(read_authority, signed_by(party)) == "by.members"


def test_a_chain_of_a_wallet_that_nothing_touches_is_refused():
    """`chains` has one link for each wallet touched, and no other."""
    other = next(link for link in TRANSFER["chains"] if link not in EARN["chains"])
    wallets = {link["wallet"]: link for link in [*EARN["chains"], *TRANSFER["chains"], other]}
    chains = [wallets[wallet] for wallet in sorted(wallets)]
    assert len(chains) == 2
    assert rule_of(read_tx, changed(EARN, "chains", to=chains)) == "tx.chains.wallets"


def test_approval_is_by_another_operator_of_the_same_request():
    """Beside an operator's `by` alone, by another one, over the same `asked`."""
    body = BODIES["adjust"] | {"by": signed_by("operator:olga")}
    assert broken_by(read_tx, body | {"approved": signed_by("operator:otto")}) is None
    for party in ("operator:olga", "partner:acme"):
        assert rule_of(read_tx, body | {"approved": signed_by(party)}) == "tx.approved"
    assert rule_of(read_tx, body | {"approved": {"party": "member"}}) == "tx.approved"
    other = signed_by("operator:otto") | {"asked": digest(b"other")}
    assert rule_of(read_tx, body | {"approved": other}) == "tx.approved.asked"
    by_partner = EARN | {"by": signed_by("partner:acme"), "approved": signed_by("operator:otto")}
    assert rule_of(read_tx, by_partner) == "tx.approved"


def test_a_digest_of_what_is_not_on_the_ledger_is_allowed():
    """`detail` is b64 of 32 bytes, on any kind."""
    assert read_tx(EARN | {"detail": digest(b"x")}).detail == digest(b"x")


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_arbitrary_changes_raise_nothing_but_rulebroken(kind):
    """A body changed at random is refused by rule or is a transaction that writes itself again."""

    @QUICK
    @given(mutated(BODIES[kind]))
    def run(body):
        if isinstance(body, dict) and broken_by(read_tx, body) is None:
            assert tx_body(read_tx(body)) == body

    run()


@QUICK
@given(st.dictionaries(st.sampled_from(sorted([*EARN, "of", "rule", "approved"])), any_json))
def test_arbitrary_members_raise_nothing_but_rulebroken(body):
    """Members of arbitrary JSON are refused by rule, by themselves and as a `by`."""
    broken_by(read_tx, body)
    broken_by(read_authority, body)
    broken_by(read_authority, {"party": "partner:acme"} | body)


# Entries: the note around the body.


def test_an_entry_has_one_signature_and_one_object():
    """Two signatures, none, or a text that is no object with a known type is no entry."""
    text = b'{"type":"tx"}\n'
    assert read_entry(sign_note(text, ENTRIES)).type == "tx"
    assert rule_of(read_entry, sign_note(text, ENTRIES, LOG)) == "entry.signatures"
    assert rule_of(read_entry, text) == "note.form"
    for other in (
        b"[]",
        b"1",
        b"{}",
        b'{"type":1}',
        b'{"type":["tx"]}',
        b'{"type":"x"}',
    ):
        assert rule_of(read_entry, sign_note(other + b"\n", ENTRIES)) == "entry.type"
    for other in (b"\n", b'{"type":"tx"}\n\n', b' {"type":"tx"}\n', b'{"type":"tx","type":"tx"}\n'):
        assert rule_of(read_entry, sign_note(other, ENTRIES)).startswith("canonical.")


@pytest.mark.parametrize(("type_", "limit"), [("tx", TX_MAX_BYTES), ("partner", ENTRY_MAX_BYTES)])
def test_an_entry_is_of_bounded_size(type_, limit):
    """A transaction has at most 16 KiB, any other entry at most 65,535 bytes."""
    assert TX_MAX_BYTES == 16_384
    assert ENTRY_MAX_BYTES == 65_535
    spare = limit - len(sign_entry({"type": type_, "x": ""}, ENTRIES).data)
    assert len(sign_entry({"type": type_, "x": "a" * spare}, ENTRIES).data) == limit
    assert rule_of(sign_entry, {"type": type_, "x": "a" * (spare + 1)}, ENTRIES) == "entry.size"


def test_what_is_not_canonical_is_not_signed():
    """A maker cannot sign null, a float or control characters."""
    for value in (None, 1.5, "\n"):
        assert rule_of(sign_entry, {"type": "tx", "x": value}, ENTRIES).startswith("canonical.")


@QUICK
@given(st.binary(max_size=60) | any_json.map(repr).map(str.encode))
def test_arbitrary_entries_raise_nothing_but_rulebroken(data):
    """Bytes that are no note, and notes of arbitrary text, are refused by rule."""
    broken_by(read_entry, data)
    broken_by(read_entry, data + b"\n\n" + sign_note(b"", ENTRIES)[1:])


@QUICK
@given(mutated(EARN))
def test_signed_nonsense_raises_nothing_but_rulebroken(body):
    """Whatever the holder of the entry key signs, an auditor refuses it by rule or takes it."""
    if isinstance(body, dict) and broken_by(sign_entry, body, ENTRIES) is None:
        broken_by(apply, deepcopy(FOUNDED), sign_entry(body, ENTRIES))


def test_the_example_kinds_are_made_by_the_functions_that_verify():
    """An effect with no posting outside wallets has two postings all the same."""
    book = Writer()
    book.earn(book.wallet("ann"), "acme", 5)
    effect = kinds.hold(book.wallet("ann"), 5, book.at)
    assert effect.others == ()
    assert len(kinds.postings(effect)) == 2
