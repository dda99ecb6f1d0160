"""Which partners take part, and in which currencies points are."""

import pytest

from ledger import kinds
from tests.unit.ledger.governance.entries import earn_tx, refused
from tests.unit.ledger.strategies import MILES, STARS


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
