"""What an operator tries with the chains of wallets, their times, currencies and totals."""

from copy import deepcopy

from ledger import kinds
from ledger.names import NO_HASH
from ledger.tx import Posting
from ledger.wallets import negative
from tests.unit.ledger.history.moves import ACME, ann, bob, lot, partner
from tests.unit.ledger.strategies import MILES, STARS


def test_using_an_id_again_is_refused(book):
    """One effect for each party and key, for ever, whatever the kind and the wallet."""
    effect = kinds.hold(bob(book), 5, book.at)
    assert book.refusal(book.tx("hold", effect, id_=book.earned)) == "tx.id"
    adjusted = book.adjust_up(ann(book), 5)
    assert book.refusal(book.tx("hold", effect, id_=adjusted)) == "tx.id"


def test_skipping_repeating_or_replacing_an_entry_of_a_wallet_is_refused(book):
    """A wallet's seq is dense, and each entry builds on the one before."""
    tx = book.tx("hold", kinds.hold(ann(book), 5, book.at))
    (link,) = tx.chains
    for seq in (link.seq - 1, link.seq + 1, 1):
        assert book.refusal(tx._replace(chains=(link._replace(seq=seq),))) == "tx.chains.seq"
    for prev in (NO_HASH, bob(book).head):
        assert book.refusal(tx._replace(chains=(link._replace(prev=prev),))) == "tx.chains.prev"
    fresh = kinds.earn(book.wallet("new"), "acme", 5, book.at, "never")
    tx = book.tx("earn", fresh, "partner:acme")
    (link,) = tx.chains
    assert book.refusal(tx._replace(chains=(link._replace(seq=2),))) == "tx.chains.seq"
    other = (link._replace(prev=ann(book).head),)
    assert book.refusal(tx._replace(chains=other)) == "tx.chains.prev"


def test_running_back_in_time_within_a_wallet_is_refused(book):
    """An entry is not before the wallet's last; in another wallet it may be."""
    book.wait(hours=1)
    book.hold(ann(book), 5)
    book.wait(milliseconds=-1)
    assert book.refusal(book.tx("hold", kinds.hold(ann(book), 5, book.at))) == "tx.at"
    both = kinds.transfer(bob(book), ann(book), 5, book.at)
    assert book.refusal(book.tx("transfer", both)) == "tx.at"
    book.hold(bob(book), 5)


def test_changing_a_wallets_currency_is_refused(book):
    """A wallet has the currency of its first entry for ever."""
    wallet = ann(book)._replace(currency=MILES)
    effect = kinds.earn(wallet, "acme", 5, book.at, "never")
    assert book.refusal(book.tx("earn", effect, "partner:acme")) == "tx.earn.postings"


def test_two_currencies_in_one_wallet_are_refused(book):
    """Not even in the wallet's first entry."""
    fresh = book.wallet("new")
    effect = kinds.earn(fresh, "acme", 5, book.at, "never")
    tx = book.tx("earn", effect, "partner:acme")
    name = f"wallet:{fresh.id}:pending"
    more = [*tx.postings, Posting(name, MILES, 5), partner("acme", "issued", -5, MILES)]
    assert book.refusal(tx._replace(postings=tuple(sorted(more)))) == "tx.earn.accounts"


def test_burning_for_a_partner_that_did_not_ask_is_refused(book):
    """A redeem at cafe is by cafe, or under a rule that cafe signed."""
    effect = kinds.redeem(ann(book), "cafe", 5, book.at)
    for by in ("member", "partner:acme", "operator:olga"):
        assert book.refusal(book.tx("redeem", effect, by)) == "tx.rule"
    book.add(book.tx("redeem", effect, "member", rule=book.rule))
    held = book.hold(ann(book), 5)
    effect = kinds.capture(ann(book), book.standing(held), "cafe", 5)
    assert book.refusal(book.tx("capture", effect, "member", of=held)) == "tx.rule"


def test_a_rule_that_moves_no_partners_points_is_allowed_but_has_to_exist(book):
    """A hold may name a programme version, one in force."""
    tx = book.tx("hold", kinds.hold(ann(book), 5, book.at), rule=book.rule)
    assert book.refusal(tx._replace(rule=NO_HASH)) == "tx.rule"
    book.add(tx)


def test_every_total_is_of_accounts_outside_wallets(book):
    """Totals are kept for partners, the operator and exchanges alone."""
    book.exchange(ann(book), book.wallet("ann", MILES), 10, 5)
    assert book.history.totals == {
        ("partner:acme:issued", STARS): -100,
        ("partner:brew:issued", STARS): -100,
        ("partner:cafe:issued", STARS): -50,
        (f"exchange:{STARS}:{MILES}", STARS): 10,
        (f"exchange:{STARS}:{MILES}", MILES): -5,
    }
    assert book.history.entries == len(book.entries)


def test_lots_that_do_not_follow_are_refused_even_where_they_add_up(book):
    """Rows of a wallet that the transaction does not touch are no part of it."""
    tx = book.tx("hold", kinds.hold(ann(book), 5, book.at))
    stray = [row._replace(wallet=bob(book).id) for row in tx.lots]
    pair = [stray[0], stray[0]._replace(expires="never", change=5)]
    forged = tx._replace(lots=tuple(sorted([*tx.lots, *pair])))
    assert book.refusal(forged) == "tx.hold.lots"
    assert negative(negative([lot(ACME, 5)])) == (lot(ACME, 5),)
    assert deepcopy(tx) == tx
