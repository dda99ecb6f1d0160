"""What an operator tries who goes back to an earlier transaction."""

from ledger import kinds
from ledger.tx import Posting
from ledger.wallets import Lot
from tests.unit.ledger.history.moves import ACME, BREW, ann, bob, lot, moved, partner
from tests.unit.ledger.strategies import STARS, tx_id


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
