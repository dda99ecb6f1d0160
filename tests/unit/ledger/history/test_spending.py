"""What an operator tries with points that are spent, given, expired or owed."""

from ledger import kinds
from ledger.canonical import MAX_INTEGER
from ledger.kinds import Effect
from ledger.tx import Balances, Posting
from ledger.wallets import Lot, credit, debit
from tests.unit.ledger.history.moves import ACME, BREW, ann, bob, lot, moved, partner
from tests.unit.ledger.strategies import MILES, STARS, Writer


def test_spending_more_than_there_is_is_refused(book):
    """A wallet cannot be driven below 0 in any part."""
    taken = moved(ann(book), [], partner("acme", "burned", 201), available=-201)
    tx = book.tx("redeem", taken, "partner:acme")
    assert book.refusal(tx) in ("tx.lots.sum", "tx.chains.negative")
    rows = [lot(ACME, -100), lot(BREW, -101)]
    taken = moved(bob(book), rows[:1], partner("acme", "burned", 100), available=-100)
    tx = book.tx("redeem", taken, "partner:acme")
    positive = tx.chains[0]._replace(after=Balances(0, 0, 0, 0))
    assert book.refusal(tx._replace(chains=(positive,))) == "tx.points"


def test_taking_lots_in_another_order_is_refused(book):
    """The lot that ends first goes first, whatever the operator prefers."""
    late = moved(ann(book), [lot(BREW, -5)], partner("acme", "burned", 5), available=-5)
    assert book.refusal(book.tx("redeem", late, "partner:acme")) == "tx.redeem.lots"
    both = [lot(ACME, -3), lot(BREW, -2)]
    late = moved(ann(book), both, available=-5, held=5)
    assert book.refusal(book.tx("hold", late)) == "tx.hold.lots"


def test_spending_lapsed_lots_or_past_them_is_refused(book):
    """An expire goes before whatever lowers available."""
    book.wait(days=5)
    for row in (ACME, BREW):
        taken = moved(ann(book), [lot(row, -5)], partner("acme", "burned", 5), available=-5)
        assert book.refusal(book.tx("redeem", taken, "partner:acme")) == "lots.lapsed"
    reverse = moved(ann(book), [lot(BREW, -5)], partner("acme", "issued", 5), available=-5)
    tx = book.tx("reverse", reverse, "partner:acme", of=book.earned)
    assert book.refusal(tx) == "lots.lapsed"


def test_expiring_what_has_not_lapsed_is_refused(book):
    """Nothing expires before its day is over, and then all of it does."""
    early = moved(ann(book), [lot(ACME, -100)], partner("acme", "expired", 100), available=-100)
    assert book.refusal(book.tx("expire", early)) == "tx.expire"
    book.wait(days=5)
    more = [lot(ACME, -100), lot(BREW, -100)]
    accounts = partner("acme", "expired", 100), partner("brew", "expired", 100)
    wide = moved(ann(book), more, *accounts, available=-200)
    assert book.refusal(book.tx("expire", wide)) == "tx.expire.postings"
    part = moved(ann(book), [lot(ACME, -5)], partner("acme", "expired", 5), available=-5)
    assert book.refusal(book.tx("expire", part)) == "tx.expire.postings"
    other = moved(ann(book), [lot(ACME, -100)], partner("brew", "expired", 100), available=-100)
    assert book.refusal(book.tx("expire", other)) == "tx.expire.postings"


def test_moving_points_between_wallets_by_another_kind_is_refused(book):
    """Only a transfer, or an exchange, touches two wallets."""
    rows = (lot(ACME, 5),)
    taken = debit(ann(book), 5, book.at)
    both = Effect((taken, credit(bob(book), rows)))
    for kind, of in (("hold", None), ("expire", None), ("void", book.earned)):
        assert book.refusal(book.tx(kind, both, of=of)) == "tx.chains.count"
    book.add(book.tx("transfer", both))


def test_renewing_or_relabelling_lots_in_a_transfer_is_refused(book):
    """A transfer keeps expiry and issuer, in both directions."""
    for row in (Lot("never", "acme", 5), Lot("2026-01-05", "brew", 5)):
        both = Effect((debit(ann(book), 5, book.at), credit(bob(book), (row,))))
        assert book.refusal(book.tx("transfer", both)) == "tx.transfer.lots"


def test_keeping_a_share_of_a_transfer_is_refused(book):
    """What leaves one wallet reaches the other, and no third account."""
    both = Effect(
        (debit(ann(book), 5, book.at), credit(bob(book), (lot(ACME, 4),))),
        (Posting("operator:adjusted", STARS, 1),),
    )
    assert book.refusal(book.tx("transfer", both)) == "tx.transfer.postings"


def test_giving_the_remainder_of_an_exchange_to_another_issuer_is_refused(book):
    """Shares are floors, and the remainder is the first row's."""
    book.earn(ann(book), "cafe", 1, "2026-01-02")
    miles = book.wallet("ann", MILES)
    taken = debit(ann(book), 102, book.at)
    accounts = (
        Posting(f"exchange:{STARS}:{MILES}", STARS, 102),
        Posting(f"exchange:{STARS}:{MILES}", MILES, -50),
    )
    # Of 1, 100 and 1: floors 0, 49, 0; the remainder 1 is the first's.
    good = (Lot("2027-01-01", "cafe", 1), Lot("2027-01-01", "acme", 49))
    for rows in ((Lot("2027-01-01", "acme", 50),), (good[0], good[1]._replace(issuer="brew"))):
        forged = Effect((taken, credit(miles, rows)), accounts)
        assert book.refusal(book.tx("exchange", forged)) == "tx.exchange.lots"
    wrong = (Posting(f"exchange:{MILES}:{STARS}", STARS, 102), accounts[1])
    forged = Effect((taken, credit(miles, good)), wrong)
    assert book.refusal(book.tx("exchange", forged)) == "tx.exchange.postings"
    book.add(book.tx("exchange", Effect((taken, credit(miles, good)), accounts)))


def in_arrears(book: Writer) -> None:
    book.redeem(ann(book), "cafe", 200)
    book.reverse(ann(book), book.earned, 100)
    assert ann(book).balances == Balances(arrears=-100)


def test_hiding_arrears_is_refused(book):
    """What comes in pays arrears first; the member cannot be given points instead."""
    in_arrears(book)
    row = Lot("never", "acme", 5)
    hidden = moved(ann(book), [row], partner("acme", "issued", -5), available=5)
    assert book.refusal(book.tx("earn", hidden, "partner:acme")) == "tx.chains.arrears"
    tx = book.tx("earn", hidden, "partner:acme")
    lying = tx.chains[0]._replace(after=Balances(5))
    assert book.refusal(tx._replace(chains=(lying,))) == "tx.earn.postings"


def test_forgiving_arrears_out_of_nothing_is_refused(book):
    """A balance that does not follow from the postings is not believed."""
    in_arrears(book)
    tx = book.tx("earn", kinds.earn(ann(book), "acme", 5, book.at, "never"), "partner:acme")
    for lie in (Balances(), Balances(arrears=-96), Balances(held=1, arrears=-95)):
        chains = (tx.chains[0]._replace(after=lie),)
        assert book.refusal(tx._replace(chains=chains)) == "tx.chains.after"
    book.add(tx)


def test_an_amount_past_the_largest_integer_is_refused_even_where_arrears_take_it(book):
    """2^53 and more is no amount, though paying arrears would leave a sum that is."""
    earned = book.earn(book.wallet("cleo"), "acme", MAX_INTEGER)
    book.redeem(book.wallet("cleo"), "cafe", MAX_INTEGER)
    book.reverse(book.wallet("cleo"), earned, MAX_INTEGER)
    issued = partner("acme", "issued", -MAX_INTEGER - 2)
    row = Lot("never", "acme", 2)
    large = moved(book.wallet("cleo"), [row], issued, available=2, arrears=MAX_INTEGER)
    assert book.refusal(book.tx("earn", large, "partner:acme")) == "tx.postings.amount"


def test_claiming_arrears_while_points_are_there_is_refused(book):
    """A reverse takes what is available before it makes the member owe."""
    owing = moved(ann(book), [], partner("acme", "issued", 50), arrears=-50)
    tx = book.tx("reverse", owing, "partner:acme", of=book.earned)
    assert book.refusal(tx) == "tx.chains.arrears"
    rows = [lot(BREW, -50)]
    others = moved(ann(book), rows, partner("acme", "issued", 50), available=-50)
    tx = book.tx("reverse", others, "partner:acme", of=book.earned)
    assert book.refusal(tx) == "tx.reverse.lots"


def test_moving_points_among_one_wallet_or_three_is_refused(book):
    """They go from one wallet to one other."""
    taken = debit(ann(book), 6, book.at)
    three = Effect(
        (taken, *(credit(book.wallet(name), (lot(ACME, 3),)) for name in ("bob", "eve")))
    )
    alone = Effect((taken,), (partner("acme", "burned", 6),))
    for kind in ("transfer", "exchange"):
        for effect in (three, alone):
            assert book.refusal(book.tx(kind, effect)) == "tx.chains.count"
