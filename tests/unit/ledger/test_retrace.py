"""The quick way of an audit: it takes the usual, as the rules would, and nothing that they refuse.

Every forgery here looks like an earn that was accepted before, and is signed by the true entry key.
Its sums, chain and balances follow from what it claims; only a claim itself is wrong.
"""

import re
from copy import deepcopy

import pytest

from ledger import kinds
from ledger.canonical import MAX_INTEGER
from ledger.entries import read_entry, sign_entry
from ledger.names import Expires, digest
from ledger.notes import note_of
from ledger.retrace import retraced
from ledger.tx import Authority, Tx
from ledger.wallets import Wallet
from tests.unit.ledger.strategies import (
    ENTRIES,
    MILES,
    STARS,
    SYSTEM,
    Writer,
    apply,
    broken_by,
    party_signer,
    rule_of,
    take,
)

PARTNER = "partner:acme"


@pytest.fixture
def book() -> Writer:
    """Earns of every usual sort were accepted before."""
    book = Writer()
    for by, rule in ((SYSTEM, book.rule), (PARTNER, None), (PARTNER, book.rule)):
        book.add(earn(book, book.wallet("ann"), by=by, rule=rule))
    book.add(earn(book, book.wallet("ann", MILES), by=PARTNER))
    book.wait(minutes=1)
    return book


def earn(
    book: Writer,
    wallet: Wallet,
    amount: int = 20,
    *,
    by: str | Authority = SYSTEM,
    rule: str | None = None,
    expires: str = "never",
) -> Tx:
    effect = kinds.earn(wallet, "acme", amount, book.at, Expires(expires))
    return book.tx("earn", effect, by, rule=rule)


def usual(book: Writer) -> Tx:
    return earn(book, book.wallet("ann"), rule=book.rule)


def signed(text: bytes) -> bytes:
    """A text under the entry key's own signature."""
    return note_of(text, (ENTRIES.verifier, ENTRIES.sign(text)))


def assert_refused(book: Writer, data: bytes) -> None:
    """The quick way leaves it to the rules, which refuse it."""
    history = deepcopy(book.history)
    assert broken_by(lambda: apply(deepcopy(history), read_entry(data))) is not None
    assert retraced(history, data) is None
    assert rule_of(take, deepcopy(history), data)
    assert history.wallets == book.history.wallets
    assert history.standing == book.history.standing
    assert history.entries == book.history.entries


def owing(book: Writer, amount: int) -> Wallet:
    """A wallet that owes."""
    earned = book.earn(book.wallet("eve"), "acme", amount)
    book.redeem(book.wallet("eve"), "cafe", amount)
    book.reverse(book.wallet("eve"), earned, amount)
    return book.wallet("eve")


USUAL = {
    "by the system, under a rule": usual,
    "signed by its partner": lambda book: earn(book, book.wallet("ann"), by=PARTNER),
    "signed, under a rule": lambda book: earn(book, book.wallet("ann"), by=PARTNER, rule=book.rule),
    "of a new wallet": lambda book: earn(book, book.wallet("bob"), rule=book.rule),
    "of another expiry": lambda book: earn(
        book, book.wallet("ann"), rule=book.rule, expires="2027-01-31"
    ),
    "that lapses today": lambda book: earn(
        book, book.wallet("ann"), rule=book.rule, expires=book.day
    ),
    "with a detail": lambda book: usual(book)._replace(detail=digest(b"receipt")),
    "up to the largest integer": lambda book: earn(
        book, book.wallet("bob"), MAX_INTEGER, rule=book.rule
    ),
}


@pytest.mark.parametrize("made", USUAL.values(), ids=USUAL.keys())
def test_a_usual_earn_goes_the_quick_way_to_the_same_state(book, made):
    """What the quick way takes leads to the state and the signatures that the rules lead to."""
    data = sign_entry(made(book), ENTRIES).data
    quick, slow = deepcopy(book.history), deepcopy(book.history)
    checks = retraced(quick, data)
    assert checks is not None
    # In the order in which the rules come to them: the first that does not hold is named.
    assert checks == slow.apply(read_entry(data))
    assert all(check.holds() for check in checks)
    for name in ("wallets", "standing", "totals", "entries"):
        assert getattr(quick, name) == getattr(slow, name)


UNUSUAL = {
    "that pays arrears": lambda book: earn(book, owing(book, 30), rule=book.rule),
    "that pays arrears and leaves some": lambda book: earn(book, owing(book, 5), rule=book.rule),
    "that waits": lambda book: book.tx(
        "earn",
        kinds.earn(book.wallet("ann"), "acme", 20, book.at, None),
        SYSTEM,
        rule=book.rule,
    ),
}


@pytest.mark.parametrize("made", UNUSUAL.values(), ids=UNUSUAL.keys())
def test_an_unusual_earn_goes_through_the_rules(book, made):
    """What the quick way does not know it leaves alone, and the rules take it."""
    data = sign_entry(made(book), ENTRIES).data
    assert retraced(book.history, data) is None
    take(book.history, data)


def test_what_was_learned_is_forgotten_when_governance_moves(book):
    """After any entry of governance the next earn goes through the rules, the one after it not."""
    book.govern("partner", partner="dune", status="joined")
    data = sign_entry(usual(book), ENTRIES).data
    assert retraced(book.history, data) is None
    take(book.history, data)
    assert retraced(book.history, sign_entry(usual(book), ENTRIES).data) is not None
    # What rested on other grounds has not been looked at since.
    other = earn(book, book.wallet("ann", MILES), by=PARTNER)
    assert retraced(book.history, sign_entry(other, ENTRIES).data) is None


FORGED = {
    "a time that does not exist": (rb'"at":"....-..-..T', b'"at":"2026-02-30T'),
    "a time of another form": (rb'"at":"([^"]+)\.000Z"', rb'"at":"\1.00Z"'),
    "an id of another form": (rb'"id":"[^"]+"', b'"id":"sale 1"'),
    "a detail that is no digest": (rb'"id":', b'"detail":"receipt","id":'),
    "a day of another form": (rb'"never"', b'"soon"'),
    "an amount with a fraction": (
        rb'"available":80|20\]|"held":0|"pending":0|"arrears":0',
        lambda found: found[0].replace(b"20", b"20.0").replace(b"80", b"80.0"),
    ),
}


@pytest.mark.parametrize(("old", "new"), FORGED.values(), ids=FORGED.keys())
def test_a_claim_of_another_form_is_refused(book, old, new):
    """Nothing that an entry only claims is taken without a look at its form."""
    text = sign_entry(usual(book), ENTRIES).text
    forged = re.sub(old, new, text)
    assert forged != text
    assert_refused(book, signed(forged))


def test_an_earn_of_nothing_is_refused(book):
    """It would make a chain longer and move no point."""
    text = sign_entry(usual(book), ENTRIES).text.replace(b'"available":80', b'"available":60')
    text = re.sub(rb'"lots":\[.*?\]\],', b"", text)
    text = re.sub(rb'"postings":\[.*?\]\]', b'"postings":[["partner:acme:issued","STARS",0]]', text)
    assert_refused(book, signed(text))


def test_an_earn_that_makes_a_member_owe_is_refused(book):
    """Points come from `issued`; nobody takes them back by an earn."""
    text = sign_entry(usual(book), ENTRIES).text.replace(b'"available":80', b'"available":60')
    wallet = book.wallet("ann").id.encode()
    text = re.sub(rb'"lots":\[.*?\]\],', b"", text).replace(b'"arrears":0', b'"arrears":-20')
    rows = b'[["partner:acme:issued","STARS",20],["wallet:%b:arrears","STARS",-20]]' % wallet
    text = re.sub(rb'"postings":\[.*?\]\]', b'"postings":' + rows, text)
    assert_refused(book, signed(text))


def test_more_points_than_a_wallet_can_hold_are_refused(book):
    """Two amounts that are each within bounds add up to one that is not."""
    book.add(earn(book, book.wallet("bob"), MAX_INTEGER, rule=book.rule))
    text = sign_entry(usual(book), ENTRIES).text
    bob, ann = book.wallet("bob"), book.wallet("ann")
    for old, new in ((ann.id, bob.id), (ann.head, bob.head)):
        text = text.replace(old.encode(), new.encode())
    text = text.replace(b'"seq":%d' % (ann.seq + 1), b'"seq":%d' % (bob.seq + 1))
    text = text.replace(b'"available":80', b'"available":%d' % (MAX_INTEGER + 20))
    assert_refused(book, signed(text))


def test_an_earn_in_another_currency_than_its_wallets_is_refused(book):
    """A wallet of STARS takes no MILES, though an earn of MILES is as usual."""
    wallet = book.wallet("ann")
    tx = earn(book, wallet._replace(currency=MILES), by=PARTNER)
    assert wallet.currency == STARS
    assert_refused(book, sign_entry(tx, ENTRIES).data)


@pytest.mark.parametrize(
    ("member", "value"), [("asked", "a request"), ("sig", "a signature"), ("sig", "AAAA")]
)
def test_a_partners_word_of_another_form_is_refused(book, member, value):
    """What a partner asked is a digest, and its signature has 64 bytes."""
    tx = earn(book, book.wallet("ann"), by=PARTNER)
    text = sign_entry(tx, ENTRIES).text
    forged = re.sub(f'"{member}":"[^"]+"'.encode(), f'"{member}":"{value}"'.encode(), text)
    assert_refused(book, signed(forged))


@pytest.mark.parametrize("more", [b"\x00", b"tail"])
def test_a_signature_line_with_more_than_a_signature_is_refused(book, more):
    """Bytes past the signature's 64 cannot be a part of what it signs."""
    text = sign_entry(usual(book), ENTRIES).text
    assert_refused(book, note_of(text, (ENTRIES.verifier, ENTRIES.sign(more + text) + more)))


def test_a_wallets_id_of_another_form_is_refused(book):
    """A new wallet's id has 26 characters of base32, in the quick way, too."""
    text = sign_entry(earn(book, book.wallet("bob"), rule=book.rule), ENTRIES).text
    assert_refused(book, signed(text.replace(book.wallet("bob").id.encode(), b"bob")))


def dated(book: Writer, minutes: int, wallet: str, **more: object) -> bytes:
    """An earn that says that it is of some minutes earlier or later."""
    book.wait(minutes=minutes)
    data = sign_entry(earn(book, book.wallet(wallet), **more), ENTRIES).data
    book.wait(minutes=-minutes)
    return data


ENDS = {
    "partner": lambda book: book.govern("partner", partner="acme", status="left"),
    "key": lambda book: book.govern(
        "key", party=PARTNER, vkey=str(party_signer(PARTNER).verifier), status="revoked"
    ),
}
BEGINS = {
    "currency": lambda book: book.govern("currency", currency=STARS, owner="coalition", decimals=0),
    "partner": lambda book: book.govern("partner", partner="acme", status="joined"),
    "key": lambda book: book.add_key(PARTNER),
    "partner again": lambda book: book.govern("partner", partner="acme", status="joined"),
    "rule": lambda book: book.programme("stars", 1, "acme"),
}


@pytest.mark.parametrize("last", ["currency", "key", "partner again", "rule"])
def test_nothing_is_usual_before_it_is_in_force(last):
    """An earn like an accepted one, dated before what it rests on began, is refused."""
    book = Writer(founded=False)
    book.genesis()
    for name in ("currency", "partner", "key"):
        if name != last:
            BEGINS[name](book)
    if last == "partner again":
        ENDS["partner"](book)
    book.wait(minutes=10)
    rule = BEGINS[last](book)
    book.wait(minutes=10)
    more = {"by": SYSTEM, "rule": rule} if last == "rule" else {"by": PARTNER}
    book.add(earn(book, book.wallet("ann"), **more))
    assert retraced(deepcopy(book.history), dated(book, 0, "bob", **more)) is not None
    assert_refused(book, dated(book, -15, "bob", **more))


@pytest.mark.parametrize("first", ENDS)
def test_nothing_is_usual_after_it_has_ended(book, first):
    """An earn that was dated before the end is accepted after it, and makes no later one usual."""
    book.wait(minutes=10)
    ENDS[first](book)
    data = dated(book, -5, "bob", by=PARTNER)
    take(book.history, data)
    assert retraced(deepcopy(book.history), dated(book, -5, "cleo", by=PARTNER)) is not None
    assert_refused(book, dated(book, 5, "cleo", by=PARTNER))


def test_an_audit_goes_the_quick_way(book, monkeypatch):
    """What is usual is not looked at twice."""
    data = sign_entry(usual(book), ENTRIES).data
    monkeypatch.setattr(type(book.history), "apply", None)
    take(book.history, data)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("by", "system:programme"),
        ("by", ["system:programme"]),
        ("chains", {}),
        ("chains", []),
        ("postings", []),
        ("postings", [[]]),
        ("postings", "none"),
        ("lots", [[]]),
        ("at", 5),
        ("id", ["5"]),
        ("rule", ["5"]),
    ],
)
def test_an_earn_of_another_shape_is_refused(book, member, value):
    """Whatever stands where something else belongs, nothing but a broken rule comes of it."""
    body = dict(read_entry(sign_entry(usual(book), ENTRIES).data).body)
    assert_refused(book, sign_entry({**body, member: value}, ENTRIES).data)


def test_lots_of_two_partners_and_one_expiry_stay_two(book):
    """Points of one issuer never become another's."""
    for partner in ("acme", "cafe", "acme", "cafe"):
        effect = kinds.earn(book.wallet("ann"), partner, 5, book.at, Expires("2027-06-30"))
        tx = book.tx("earn", effect, f"partner:{partner}")
        if partner == "cafe":
            apply(deepcopy(book.history), sign_entry(tx, ENTRIES))
        book.add(tx)
    effect = kinds.earn(book.wallet("ann"), "cafe", 5, book.at, Expires("2027-06-30"))
    data = sign_entry(book.tx("earn", effect, "partner:cafe"), ENTRIES).data
    quick, thorough = deepcopy(book.history), deepcopy(book.history)
    assert retraced(quick, data) is not None
    apply(thorough, read_entry(data))
    assert quick.wallets == thorough.wallets
    lots = {lot.issuer: lot.quantity for lot in book.wallet("ann").lots if lot.expires[0] == "2"}
    assert lots == {"acme": 10, "cafe": 10}
