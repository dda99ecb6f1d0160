"""What an operator tries who issues points, or signs for others."""

from ledger import kinds
from ledger.kinds import Effect
from ledger.tx import Posting
from ledger.wallets import Lot, credit, debit
from tests.unit.ledger.history.moves import BREW, ann, bob, lot, moved, partner
from tests.unit.ledger.strategies import ENTRIES, STARS, another, tx_id


def test_minting_points_without_an_issuer_is_refused(book):
    """Points come from a partner's `issued`, or from the operator's own account, never else."""
    for account in ("operator:expired", "partner:acme:burned", "partner:acme:expired"):
        minted = moved(ann(book), [lot(BREW, 5)], Posting(account, STARS, -5), available=5)
        assert book.refusal(book.tx("earn", minted, "partner:acme")) == "tx.earn.accounts"
    between = Effect((credit(ann(book), [lot(BREW, 5)]), debit(bob(book), 5, book.at)))
    assert book.refusal(book.tx("earn", between)) == "tx.chains.count"


def test_issuing_in_the_name_of_another_partner_is_refused(book):
    """An earn of acme is by acme, or under a rule that acme signed."""
    effect = kinds.earn(ann(book), "acme", 5, book.at, "never")
    for by in ("partner:brew", "operator:olga", "system:programme", "member"):
        assert book.refusal(book.tx("earn", effect, by)) == "tx.rule"
        alone = book.programme("of-brew-" + by.replace(":", "-"), 1, "brew")
        assert book.refusal(book.tx("earn", effect, by, rule=alone)) == "tx.rule.signed"
        book.add(book.tx("earn", effect, by, rule=book.rule))
        effect = kinds.earn(ann(book), "acme", 5, book.at, "never")


def test_an_issuer_of_lots_that_is_not_the_one_who_issued_is_refused(book):
    """The lot that an earn opens is of the partner whose points they are."""
    for issuer in ("brew", "operator"):
        row = Lot("never", issuer, 5)
        minted = moved(ann(book), [row], partner("acme", "issued", -5), available=5)
        assert book.refusal(book.tx("earn", minted, "partner:acme")) == "tx.earn.lots"
    rows = [Lot("2026-01-05", "acme", 2), Lot("never", "acme", 3)]
    minted = moved(ann(book), rows, partner("acme", "issued", -5), available=5)
    assert book.refusal(book.tx("earn", minted, "partner:acme")) == "tx.earn.lots"


def test_an_earn_that_is_half_pending_is_refused(book):
    """Points of one earn wait or are available, all of them."""
    row = Lot("never", "acme", 2)
    mixed = moved(ann(book), [row], partner("acme", "issued", -5), available=2, pending=3)
    assert book.refusal(book.tx("earn", mixed, "partner:acme")).startswith("tx.earn.")


def test_an_earn_into_held_points_is_refused(book):
    """An earn goes to pending or to the wallet, never past what is available."""
    held = moved(ann(book), [], partner("acme", "issued", -5), held=5)
    assert book.refusal(book.tx("earn", held, "partner:acme")) == "tx.earn.postings"


def test_an_adjustment_by_anyone_but_an_operator_is_refused(book):
    """The operator's account moves only with an operator's signature."""
    effect = kinds.adjust_up(ann(book), 5, book.at, "never")
    for by in ("member", "system:desk", "partner:acme"):
        assert book.refusal(book.tx("adjust", effect, by)) == "tx.adjust.by"
    forged = book.authority("operator:olga", "adjust", "other")
    assert book.refusal(book.tx("adjust", effect, forged)) == "by.sig"


def test_an_approval_is_verified_too(book):
    """The second operator's signature has to hold as the first one's."""
    effect = kinds.adjust_up(ann(book), 5, book.at, "never")
    tx = book.tx("adjust", effect, "operator:olga")
    second = book.authority("operator:otto", "adjust", tx.id)
    assert second.asked == tx.by.asked
    assert book.refusal(tx._replace(approved=second._replace(sig=tx.by.sig))) == "by.sig"
    unknown = second._replace(party="operator:nobody")
    assert book.refusal(tx._replace(approved=unknown)) == "by.key"
    book.add(tx._replace(approved=second))


def test_using_a_partners_signature_for_another_transaction_is_refused(book):
    """It is over kind, id and what was asked: it fits no second entry."""
    effect = kinds.earn(ann(book), "acme", 5, book.at, "never")
    good = book.tx("earn", effect, "partner:acme")
    assert book.refusal(good._replace(id=tx_id("other"))) == "by.sig"
    spent = kinds.redeem(ann(book), "acme", 5, book.at)
    assert book.refusal(book.tx("redeem", spent, good.by, id_=good.id)) == "by.sig"
    book.add(good)


def test_signing_entries_with_a_foreign_key_is_refused(book):
    """Another key, of the same name or another, is not the entry key."""
    tx = book.tx("hold", kinds.hold(ann(book), 5, book.at))
    for name in ("stars.example/ledger/entries", "stars.example/ledger", "acme.example"):
        assert book.refusal(tx, another(name)) == "entry.key"


def test_a_name_and_id_of_the_entry_key_without_its_signature_is_refused(book):
    """A signature by another key under the entry key's name and id does not hold."""

    class Mask:
        """Claims the entry key, signs with another."""

        verifier = ENTRIES.verifier

        def sign(self, message):
            return another("thief").sign(message)

    class Short(Mask):
        def sign(self, message):
            return b"short"

    tx = book.tx("hold", kinds.hold(ann(book), 5, book.at))
    assert book.refusal(tx, Mask()) == "entry.signature"
    assert book.refusal(tx, Short()) == "entry.signature"
