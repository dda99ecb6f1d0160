"""What an operator tries who holds the entry key and signs whatever it likes.

Every forgery here is whole: postings add up, `after` and `lots` follow from them, chains continue,
and the true entry key signs. Each is refused by the rule that it breaks.
"""

from copy import deepcopy

import pytest

from ledger import kinds
from ledger.canonical import MAX_INTEGER
from ledger.kinds import Effect
from ledger.names import NO_HASH
from ledger.tx import Balances, Posting
from ledger.wallets import Change, Lot, Wallet, credit, debit, negative
from tests.unit.ledger.strategies import ENTRIES, MILES, STARS, Writer, another, tx_id


@pytest.fixture
def book() -> Writer:
    """Ann has 100 of acme to 5 January, 100 of brew for ever; Bob has 50 of cafe."""
    book = Writer()
    book.earned = book.earn(book.wallet("ann"), "acme", 100, "2026-01-05")
    book.earn(book.wallet("ann"), "brew", 100)
    book.earn(book.wallet("bob"), "cafe", 50)
    return book


def ann(book: Writer) -> Wallet:
    return book.wallet("ann")


def bob(book: Writer) -> Wallet:
    return book.wallet("bob")


def partner(name: str, part: str, amount: int, currency: str = STARS) -> Posting:
    return Posting(f"partner:{name}:{part}", currency, amount)


def moved(wallet: Wallet, lots: list[Lot], *others: Posting, **parts: int) -> Effect:
    """An effect written by hand."""
    return Effect((Change(wallet, Balances(**parts), tuple(lots)),), others)


ACME = Lot("2026-01-05", "acme", 0)
BREW = Lot("never", "brew", 0)


def lot(like: Lot, quantity: int) -> Lot:
    return like._replace(quantity=quantity)


# Issuing


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


# Signatures


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


# Spending


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


# Arrears


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


# Going back


def test_reversing_more_than_still_stands_is_refused(book):
    """Once 60 of 100 are taken back, 41 are too many."""
    book.reverse(ann(book), book.earned, 60)
    rows = [lot(ACME, -40), lot(BREW, -1)]
    more = moved(ann(book), rows, partner("acme", "issued", 41), available=-41)
    tx = book.tx("reverse", more, "partner:acme", of=book.earned)
    assert book.refusal(tx) == "tx.of.amount"


def test_reversing_another_partners_earn_is_refused(book):
    """The partner of the posting is the one that issued."""
    rows = [lot(BREW, -5)]
    theirs = moved(ann(book), rows, partner("brew", "issued", 5), available=-5)
    tx = book.tx("reverse", theirs, "partner:brew", of=book.earned)
    assert book.refusal(tx) in ("tx.reverse.postings", "tx.reverse.lots")
    rows = [lot(ACME, -5)]
    theirs = moved(ann(book), rows, partner("brew", "issued", 5), available=-5)
    tx = book.tx("reverse", theirs, "partner:brew", of=book.earned)
    assert book.refusal(tx) == "tx.reverse.postings"


def test_reversing_for_a_partner_that_did_not_ask_is_refused(book):
    """A claw-back moves acme's account: it is by acme or under its rule."""
    effect = kinds.reverse(ann(book), book.standing(book.earned), 5, book.at)
    for by in ("partner:brew", "operator:olga", "system:desk"):
        assert book.refusal(book.tx("reverse", effect, by, of=book.earned)) == "tx.rule"


def test_refunding_more_than_was_spent_or_at_another_partner_is_refused(book):
    """A refund is of its redeem: at most that amount, from the same partner's account."""
    spent = book.redeem(ann(book), "cafe", 10)
    more = moved(ann(book), [lot(ACME, 11)], partner("cafe", "burned", -11), available=11)
    assert book.refusal(book.tx("refund", more, "partner:cafe", of=spent)) == "tx.of.amount"
    theirs = moved(ann(book), [lot(ACME, 5)], partner("brew", "burned", -5), available=5)
    assert book.refusal(book.tx("refund", theirs, "partner:brew", of=spent)) == "tx.refund.postings"
    book.refund(ann(book), spent, 10)
    twice = moved(ann(book), [lot(ACME, 1)], partner("cafe", "burned", -1), available=1)
    assert book.refusal(book.tx("refund", twice, "partner:cafe", of=spent)) == "tx.of.amount"


def test_refunding_fresh_lots_for_old_ones_is_refused(book):
    """Rows that have not lapsed come back as they were; those that have get one later day."""
    spent = book.redeem(ann(book), "cafe", 150)
    fresh = moved(
        ann(book),
        [lot(BREW, 50), Lot("2026-02-01", "acme", 100)],
        partner("cafe", "burned", -150),
        available=150,
    )
    tx = book.tx("refund", fresh, "partner:cafe", of=spent)
    assert book.refusal(tx) == "tx.refund.lots"
    book.wait(days=10)
    fresh = moved(ann(book), list(fresh.changes[0].lots), *fresh.others, available=150)
    book.add(book.tx("refund", fresh, "partner:cafe", of=spent))


def test_refunding_lapsed_rows_with_two_new_days_is_refused(book):
    """One later expiry for all that have lapsed."""
    book.earn(bob(book), "acme", 5, "2026-01-04")
    book.earn(bob(book), "brew", 5, "2026-01-05")
    spent = book.redeem(bob(book), "cafe", 10)
    book.wait(days=10)
    rows = [Lot("2026-02-01", "acme", 5), Lot("2026-02-02", "brew", 5)]
    two = moved(bob(book), rows, partner("cafe", "burned", -10), available=10)
    assert book.refusal(book.tx("refund", two, "partner:cafe", of=spent)) == "tx.refund.lots"
    rows = [Lot("2026-01-04", "acme", 5), Lot("2026-01-05", "brew", 5)]
    old = moved(bob(book), rows, partner("cafe", "burned", -10), available=10)
    assert book.refusal(book.tx("refund", old, "partner:cafe", of=spent)) == "tx.refund.lots"


def test_capturing_at_another_wallet_is_refused(book):
    """What Ann holds is not captured from Bob."""
    held = book.hold(ann(book), 10)
    book.hold(bob(book), 10)
    other = moved(bob(book), [], partner("acme", "burned", 5), held=-5)
    assert book.refusal(book.tx("capture", other, "partner:acme", of=held)) == "tx.of.wallet"


def test_capturing_more_than_one_hold_holds_is_refused(book):
    """A hold does not pay for another one."""
    held = book.hold(ann(book), 10)
    book.hold(ann(book), 10)
    more = moved(ann(book), [], partner("acme", "burned", 11), held=-11)
    assert book.refusal(book.tx("capture", more, "partner:acme", of=held)) == "tx.of.amount"


def test_voiding_twice_or_in_part_is_refused(book):
    """A void gives back all that is still held, once."""
    held = book.hold(ann(book), 10)
    book.hold(ann(book), 10)
    part = moved(ann(book), [lot(ACME, 4)], available=4, held=-4)
    assert book.refusal(book.tx("void", part, of=held)) == "tx.void.postings"
    book.void(ann(book), held)
    again = moved(ann(book), [lot(ACME, 10)], available=10, held=-10)
    assert book.refusal(book.tx("void", again, of=held)) == "tx.amount"


def test_confirming_another_earns_points_is_refused(book):
    """A confirm takes what its own earn has pending, for a lot of its partner."""
    first = book.earn(ann(book), "acme", 10, None)
    book.earn(ann(book), "brew", 10, None)
    more = moved(ann(book), [Lot("never", "acme", 11)], available=11, pending=-11)
    assert book.refusal(book.tx("confirm", more, of=first)) == "tx.of.amount"
    other = moved(ann(book), [Lot("never", "brew", 5)], available=5, pending=-5)
    assert book.refusal(book.tx("confirm", other, of=first)) == "tx.confirm.lots"


def test_going_back_to_what_does_not_exist_or_cannot_be_gone_back_to_is_refused(book):
    """`of` names an earlier entry of the kind that the table says."""
    adjusted = book.adjust_up(ann(book), 5)
    effect = kinds.reverse(ann(book), book.standing(book.earned), 5, book.at)
    for of in (adjusted, tx_id("nothing")):
        assert book.refusal(book.tx("reverse", effect, "partner:acme", of=of)) == "tx.of"
    tx = book.tx("reverse", effect, "partner:acme", of=book.earned)
    assert book.refusal(tx._replace(of=tx.id)) == "tx.of"


def test_taking_points_for_an_earlier_adjustment_is_refused(book):
    """An adjustment goes back to nothing where it takes points."""
    given = book.transfer(ann(book), bob(book), 5)
    effect = kinds.adjust_down(ann(book), 5, book.at)
    assert book.refusal(book.tx("adjust", effect, "operator:olga", of=given)) == "tx.of"


def test_giving_the_receiver_of_a_transfer_its_points_again_is_refused(book):
    """An adjustment `of` a transfer is for the wallet that gave."""
    given = book.transfer(ann(book), bob(book), 5)
    row = Lot("never", "acme", 5)
    again = moved(bob(book), [row], Posting("operator:adjusted", STARS, -5), available=5)
    assert book.refusal(book.tx("adjust", again, "operator:olga", of=given)) == "tx.of.wallet"


def test_going_back_after_400_days_is_refused(book):
    """To the moment: 400 days are allowed, a millisecond more is not; holds have no such end."""
    held = book.hold(ann(book), 20)
    spent = book.redeem(ann(book), "cafe", 20)
    pending = book.earn(ann(book), "acme", 20, None)
    start = book.now
    book.wait(days=400)
    book.refund(ann(book), spent, 1, "2030-01-01")
    book.wait(milliseconds=1)
    row = Lot("2030-01-01", "acme", 1)
    late = moved(ann(book), [row], partner("cafe", "burned", -1), available=1)
    assert book.refusal(book.tx("refund", late, "partner:cafe", of=spent)) == "tx.of.age"
    waiting = moved(ann(book), [], partner("acme", "issued", 1), pending=-1)
    assert book.refusal(book.tx("reverse", waiting, "partner:acme", of=pending)) == "tx.of.age"
    book.capture(ann(book), held, "cafe", 5)
    book.void(ann(book), held)
    book.confirm(ann(book), pending, 5)
    book.now = start


# Chains


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
