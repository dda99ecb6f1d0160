"""Each of the twelve kinds by its examples."""

import pytest

from ledger import kinds
from ledger.canonical import MAX_INTEGER
from ledger.errors import PointsMissing, RuleBroken
from ledger.kinds import opened_by
from ledger.tx import Balances
from ledger.wallets import EXPIRE_MAX_LOTS, Lot, Wallet
from tests.unit.ledger.strategies import MILES, STARS, Writer


@pytest.fixture
def book() -> Writer:
    return Writer()


def ann(book: Writer) -> Wallet:
    return book.wallet("ann")


def bob(book: Writer) -> Wallet:
    return book.wallet("bob")


def lots(wallet: Wallet) -> list[tuple[str, str, int]]:
    return [tuple(lot) for lot in wallet.lots]


def totals(book: Writer) -> dict[str, int]:
    """The accounts outside wallets that are not 0, of stars."""
    return {
        account: amount
        for (account, currency), amount in book.history.totals.items()
        if amount and currency == STARS
    }


def refused(action, *arguments, **more) -> str:
    """The rule by which making such an entry is refused."""
    with pytest.raises(RuleBroken) as error:
        action(*arguments, **more)
    return error.value.rule


def test_returning_everything_after_spending_leaves_arrears_that_the_next_earn_pays(book):
    """Earn 100, spend 80, return all: 80 in arrears; the next earn of 100 leaves 20 available."""
    first = book.earn(ann(book), "acme", 100)
    book.redeem(ann(book), "brew", 80)
    book.reverse(ann(book), first, 100)
    assert ann(book).balances == Balances(0, 0, 0, -80)
    assert totals(book) == {"partner:brew:burned": 80}
    book.earn(ann(book), "acme", 100)
    assert ann(book).balances == Balances(20, 0, 0, 0)
    assert lots(ann(book)) == [("never", "acme", 20)]
    assert totals(book) == {"partner:acme:issued": -100, "partner:brew:burned": 80}


def test_a_partial_return_takes_its_share_once(book):
    """Of an earn of 100, 30 and then 70 can be returned, and nothing more."""
    first = book.earn(ann(book), "acme", 100)
    book.reverse(ann(book), first, 30)
    assert book.standing(first).stands == 70
    assert refused(book.reverse, ann(book), first, 71) == "tx.of.amount"
    book.reverse(ann(book), first, 70)
    assert refused(book.reverse, ann(book), first, 1) == "tx.of.amount"
    assert ann(book).balances == Balances()


def test_an_earn_opens_one_lot_of_its_partner(book):
    """Available points are one lot with the partner as issuer; the partner has issued them."""
    book.earn(ann(book), "acme", 7, "2026-01-01")
    assert lots(ann(book)) == [("2026-01-01", "acme", 7)]
    assert totals(book) == {"partner:acme:issued": -7}


def test_lots_of_one_expiry_and_issuer_are_one_lot(book):
    """A second earn with the same expiry and issuer makes the lot larger."""
    book.earn(ann(book), "acme", 7, "2026-02-01")
    book.earn(ann(book), "acme", 5, "2026-02-01")
    assert lots(ann(book)) == [("2026-02-01", "acme", 12)]


def test_no_lot_is_opened_lapsed(book):
    """The last day on which points can be spent is today or later."""
    assert refused(book.earn, ann(book), "acme", 7, "2025-12-31") == "lots.opened_lapsed"
    waiting = book.earn(ann(book), "acme", 7, None)
    made = refused(book.confirm, ann(book), waiting, 7, "2025-12-31")
    assert made == "lots.opened_lapsed"
    assert refused(book.adjust_up, ann(book), 7, "2025-12-31") == "lots.opened_lapsed"
    book.earn(ann(book), "acme", 7)
    miles = book.wallet("ann", MILES)
    made = refused(book.exchange, ann(book), miles, 7, 7, "2025-12-31")
    assert made == "lots.opened_lapsed"


def test_a_pending_earn_is_confirmed_in_parts_and_no_further(book):
    """Points that wait become available as they are confirmed; a confirm takes nothing back."""
    first = book.earn(ann(book), "acme", 100, None)
    assert ann(book).balances == Balances(pending=100)
    assert ann(book).lots == ()
    book.confirm(ann(book), first, 60, "2026-03-01")
    assert ann(book).balances == Balances(60, 0, 40, 0)
    assert lots(ann(book)) == [("2026-03-01", "acme", 60)]
    assert book.standing(first)[6:8] == (100, 40)
    assert refused(book.confirm, ann(book), first, 41) == "tx.of.amount"


def test_a_confirm_pays_arrears_first(book):
    """Points confirmed for a wallet in arrears pay those, and only the rest opens a lot."""
    first = book.earn(ann(book), "acme", 10)
    waiting = book.earn(ann(book), "brew", 25, None)
    book.redeem(ann(book), "cafe", 10)
    book.reverse(ann(book), first, 10)
    book.confirm(ann(book), waiting, 10)
    assert ann(book).balances == Balances(0, 0, 15, 0)
    book.confirm(ann(book), waiting, 15)
    assert lots(ann(book)) == [("never", "brew", 15)]


def test_a_reverse_takes_what_still_waits_of_that_earn_first(book):
    """Pending of the same earn goes first, then available; another earn's pending stays."""
    first = book.earn(ann(book), "acme", 100, None)
    book.earn(ann(book), "acme", 50, None)
    book.confirm(ann(book), first, 60)
    book.reverse(ann(book), first, 70)
    assert ann(book).balances == Balances(30, 0, 50, 0)
    assert book.standing(first)[6:8] == (30, 0)


def test_a_reverse_of_what_only_waits_needs_no_expire_before_it(book):
    """Only what lowers available is refused while the wallet has a lapsed lot."""
    book.earn(ann(book), "acme", 5, "2026-01-01")
    waiting = book.earn(ann(book), "acme", 10, None)
    book.wait(days=1)
    book.reverse(ann(book), waiting, 10)
    assert ann(book).balances == Balances(available=5)


def test_a_reverse_takes_the_partners_own_lots_first(book):
    """The issuer's lots go before earlier ones of others, then the others, earliest first."""
    book.earn(ann(book), "cafe", 10, "2026-02-01")
    book.earn(ann(book), "brew", 10, "2026-01-15")
    first = book.earn(ann(book), "acme", 12, "2026-03-01")
    book.redeem(ann(book), "brew", 5)
    book.reverse(ann(book), first, 12)
    assert lots(ann(book)) == [("2026-01-15", "brew", 5), ("2026-02-01", "cafe", 10)]
    second = book.earn(ann(book), "acme", 12, "2026-03-01")
    book.hold(ann(book), 17)
    assert lots(ann(book)) == [("2026-03-01", "acme", 10)]
    book.earn(ann(book), "brew", 4, "2026-01-15")
    book.reverse(ann(book), second, 12)
    assert lots(ann(book)) == [("2026-01-15", "brew", 2)]


def test_what_is_spent_goes_by_expiry_and_then_by_issuer(book):
    """A redeem takes the lots that end first, ties by issuer, `never` last."""
    book.earn(ann(book), "acme", 10)
    book.earn(ann(book), "brew", 10, "2026-02-01")
    book.earn(ann(book), "acme", 10, "2026-02-01")
    spent = book.redeem(ann(book), "cafe", 25)
    assert lots(ann(book)) == [("never", "acme", 5)]
    assert [tuple(row) for row in book.standing(spent).rows] == [
        ("2026-02-01", "acme", 10),
        ("2026-02-01", "brew", 10),
        ("never", "acme", 5),
    ]


def test_points_are_spent_to_the_end_of_their_last_day_and_not_after(book):
    """A lot counts on its own day until midnight UTC; a moment later it has lapsed."""
    book.earn(ann(book), "acme", 10, "2026-01-01")
    book.wait(hours=11, minutes=59, seconds=59)
    book.redeem(ann(book), "brew", 1)
    book.wait(seconds=1)
    assert refused(book.redeem, ann(book), "brew", 1) == "lots.lapsed"
    for action in (book.hold, book.adjust_down):
        assert refused(action, ann(book), 1) == "lots.lapsed"
    assert refused(book.transfer, ann(book), bob(book), 1) == "lots.lapsed"
    book.expire(ann(book))
    assert ann(book).balances == Balances()
    assert totals(book)["partner:acme:expired"] == 9


def test_nothing_is_spent_that_is_not_there(book):
    """A redeem, a hold, a transfer and an adjustment of more than is available are refused."""
    book.earn(ann(book), "acme", 10)
    for action in (book.hold, book.adjust_down):
        with pytest.raises(PointsMissing):
            action(ann(book), 11)
    with pytest.raises(PointsMissing):
        book.redeem(ann(book), "brew", 11)
    with pytest.raises(PointsMissing):
        book.transfer(ann(book), bob(book), 11)


@pytest.mark.parametrize("amount", [0, -5])
def test_no_kind_moves_nothing_or_less(book, amount):
    """Zero and negative amounts are refused by every kind that takes one."""
    first = book.earn(ann(book), "acme", 10)
    waiting = book.earn(ann(book), "acme", 10, None)
    spent = book.redeem(ann(book), "brew", 5)
    held = book.hold(ann(book), 5)
    wallet, miles = ann(book), book.wallet("ann", MILES)
    for action, arguments in (
        (book.earn, (wallet, "acme", amount)),
        (book.confirm, (wallet, waiting, amount)),
        (book.redeem, (wallet, "brew", amount)),
        (book.hold, (wallet, amount)),
        (book.capture, (wallet, held, "brew", amount)),
        (book.transfer, (wallet, bob(book), amount)),
        (book.exchange, (wallet, miles, amount, 5)),
        (book.exchange, (wallet, miles, 5, amount)),
        (book.reverse, (wallet, first, amount)),
        (book.refund, (wallet, spent, amount)),
        (book.adjust_up, (wallet, amount)),
        (book.adjust_down, (wallet, amount)),
    ):
        assert refused(action, *arguments) == "tx.amount", action


def test_captures_take_a_holds_rows_in_order_and_a_void_puts_back_the_rest(book):
    """Points held keep their lots: the first are captured, the last come back, lapsed ones too."""
    book.earn(ann(book), "acme", 10, "2026-01-05")
    book.earn(ann(book), "brew", 10, "2026-01-10")
    held = book.hold(ann(book), 20)
    assert ann(book).balances == Balances(held=20)
    first = book.capture(ann(book), held, "cafe", 4)
    assert book.standing(first).rows == (Lot("2026-01-05", "acme", 4),)
    second = book.capture(ann(book), held, "cafe", 9)
    assert book.standing(second).rows == (
        Lot("2026-01-05", "acme", 6),
        Lot("2026-01-10", "brew", 3),
    )
    assert refused(book.capture, ann(book), held, "cafe", 8) == "tx.of.amount"
    book.wait(days=30)
    book.void(ann(book), held)
    assert lots(ann(book)) == [("2026-01-10", "brew", 7)]
    assert refused(book.void, ann(book), held) == "tx.amount"
    assert refused(book.hold, ann(book), 1) == "lots.lapsed"
    assert totals(book)["partner:cafe:burned"] == 13


def test_a_void_pays_arrears_from_the_first_of_its_rows(book):
    """Where several rows come back to a wallet in arrears, the first of them pay."""
    first = book.earn(ann(book), "acme", 10, "2026-01-05")
    book.earn(ann(book), "brew", 10, "2026-01-10")
    held = book.hold(ann(book), 20)
    book.reverse(ann(book), first, 10)
    book.void(ann(book), held)
    assert lots(ann(book)) == [("2026-01-10", "brew", 10)]
    assert ann(book).balances == Balances(10)


def test_a_transfer_keeps_expiry_and_issuer(book):
    """Lots are split, not renewed: the receiver has them with the same last day and issuer."""
    book.earn(ann(book), "acme", 10, "2026-01-05")
    book.earn(ann(book), "brew", 10, "2026-01-10")
    book.transfer(ann(book), bob(book), 15)
    assert lots(ann(book)) == [("2026-01-10", "brew", 5)]
    assert lots(bob(book)) == [("2026-01-05", "acme", 10), ("2026-01-10", "brew", 5)]


def test_a_transfer_to_a_wallet_in_arrears_pays_them_from_the_first_row(book):
    """Arrears of the receiver are paid by the lots that end first."""
    owing = book.earn(bob(book), "acme", 7)
    book.redeem(bob(book), "cafe", 7)
    book.reverse(bob(book), owing, 7)
    book.earn(ann(book), "acme", 5, "2026-01-05")
    book.earn(ann(book), "brew", 10, "2026-01-10")
    book.transfer(ann(book), bob(book), 15)
    assert lots(bob(book)) == [("2026-01-10", "brew", 8)]


def test_a_transfer_is_between_two_wallets_of_one_currency(book):
    """A wallet gives nothing to itself, and stars do not become miles by a transfer."""
    book.earn(ann(book), "acme", 10)
    assert refused(book.transfer, ann(book), ann(book), 1) == "tx.transfer.wallets"
    miles = book.wallet("ann", MILES)
    assert refused(book.transfer, ann(book), miles, 1) == "tx.transfer.currency"


def test_an_exchange_keeps_issuers_by_their_share(book):
    """Each row gets the floor of its share, the first also the remainder, rows of 0 none."""
    book.earn(ann(book), "acme", 5, "2026-01-05")
    book.earn(ann(book), "brew", 5, "2026-01-06")
    book.earn(ann(book), "cafe", 1, "2026-01-07")
    book.exchange(ann(book), book.wallet("ann", MILES), 11, 10, "2027-01-01")
    # Shares 4.54, 4.54 and 0.9: floors 4, 4, 0; the remainder 2 to the first.
    assert lots(book.wallet("ann", MILES)) == [("2027-01-01", "acme", 6), ("2027-01-01", "brew", 4)]
    accounts = {key: amount for key, amount in book.history.totals.items() if "exchange" in key[0]}
    name = f"exchange:{STARS}:{MILES}"
    assert accounts == {(name, STARS): 11, (name, MILES): -10}


def test_an_exchange_is_between_two_currencies(book):
    """Stars for stars is no exchange."""
    book.earn(ann(book), "acme", 10)
    assert refused(book.exchange, ann(book), bob(book), 1, 1) == "tx.exchange.currency"


def test_an_exchange_pays_arrears_in_the_other_currency(book):
    """Miles in arrears are paid from the first row of what stars become."""

    def miles() -> Wallet:
        return book.wallet("ann", MILES)

    owing = book.earn(miles(), "acme", 3)
    book.redeem(miles(), "acme", 3)
    book.reverse(miles(), owing, 3)
    book.earn(ann(book), "brew", 2, "2026-01-05")
    book.earn(ann(book), "cafe", 2, "2026-01-06")
    book.exchange(ann(book), miles(), 4, 4)
    assert lots(miles()) == [("never", "cafe", 1)]
    book.earn(ann(book), "brew", 2)
    second = book.earn(miles(), "acme", 5)
    book.redeem(miles(), "acme", 6)
    book.reverse(miles(), second, 5)
    book.exchange(ann(book), miles(), 2, 2)
    assert miles().balances == Balances(arrears=-3)


def test_an_expire_takes_all_that_has_lapsed_for_each_issuer(book):
    """Lapsed lots go to their issuers' accounts, the operator's own to its own; others stay."""
    book.earn(ann(book), "acme", 3, "2026-01-02")
    book.earn(ann(book), "acme", 4, "2026-01-03")
    book.earn(ann(book), "brew", 5, "2026-01-02")
    book.earn(ann(book), "brew", 6, "2026-01-05")
    book.adjust_up(ann(book), 7, "2026-01-01")
    assert refused(book.expire, ann(book)) == "tx.expire"
    book.wait(days=3)
    book.expire(ann(book))
    assert lots(ann(book)) == [("2026-01-05", "brew", 6)]
    found = {key: amount for key, amount in totals(book).items() if key.endswith("expired")}
    assert found == {"partner:acme:expired": 7, "partner:brew:expired": 5, "operator:expired": 7}


def test_an_expire_takes_at_most_64_lots(book):
    """Of 65 lapsed lots the first 64 go, and the next expire takes the last."""
    for days in range(65):
        book.earn(ann(book), "acme", 1, book.after_days(days))
    book.wait(days=80)
    book.expire(ann(book))
    assert EXPIRE_MAX_LOTS == 64
    assert lots(ann(book)) == [(book.after_days(-16), "acme", 1)]
    book.expire(ann(book))
    assert ann(book).balances == Balances()


def test_a_refund_gives_back_what_was_consumed_last_with_its_own_expiry(book):
    """Rows come back last consumed first, each with its issuer and expiry, until none is left."""
    book.earn(ann(book), "acme", 10, "2026-01-05")
    book.earn(ann(book), "brew", 10, "2026-01-10")
    spent = book.redeem(ann(book), "cafe", 20)
    book.refund(ann(book), spent, 12)
    assert lots(ann(book)) == [("2026-01-05", "acme", 2), ("2026-01-10", "brew", 10)]
    assert book.standing(spent).rows == (Lot("2026-01-05", "acme", 8),)
    assert refused(book.refund, ann(book), spent, 9) == "tx.of.amount"
    book.refund(ann(book), spent, 8)
    assert totals(book)["partner:acme:issued"] == -10
    assert "partner:cafe:burned" not in totals(book)


def test_a_refund_gives_all_that_has_lapsed_one_later_expiry(book):
    """Lapsed rows of several expiries get the same later day; those that have not keep theirs."""
    book.earn(ann(book), "acme", 5, "2026-01-05")
    book.earn(ann(book), "acme", 5, "2026-01-06")
    book.earn(ann(book), "brew", 5, "2026-01-07")
    book.earn(ann(book), "brew", 5, "2026-01-20")
    spent = book.redeem(ann(book), "cafe", 20)
    book.wait(days=10)
    assert refused(book.refund, ann(book), spent, 10) == "tx.refund.expiry"
    assert refused(book.refund, ann(book), spent, 10, "2026-01-10") == "lots.opened_lapsed"
    book.refund(ann(book), spent, 20, "2026-02-01")
    assert lots(ann(book)) == [
        ("2026-01-20", "brew", 5),
        ("2026-02-01", "acme", 10),
        ("2026-02-01", "brew", 5),
    ]


def test_a_refund_pays_arrears_from_the_row_consumed_last(book):
    """In arrears the row that comes back first pays, be it lapsed or not."""
    first = book.earn(ann(book), "acme", 10, "2026-01-05")
    book.earn(ann(book), "brew", 10, "2026-01-20")
    spent = book.redeem(ann(book), "cafe", 20)
    book.reverse(ann(book), first, 10)
    book.wait(days=10)
    book.refund(ann(book), spent, 7, "2026-02-01")
    assert ann(book).balances == Balances(arrears=-3)
    book.refund(ann(book), spent, 13, "2026-02-01")
    assert lots(ann(book)) == [("2026-02-01", "acme", 10)]


def test_a_refund_of_a_capture_gives_back_the_holds_rows(book):
    """A capture keeps the rows that it took of the hold, and a refund returns those."""
    book.earn(ann(book), "acme", 10, "2026-02-05")
    book.earn(ann(book), "brew", 10, "2026-02-10")
    held = book.hold(ann(book), 20)
    book.capture(ann(book), held, "cafe", 5)
    second = book.capture(ann(book), held, "cafe", 10)
    book.refund(ann(book), second, 7)
    assert lots(ann(book)) == [("2026-02-05", "acme", 2), ("2026-02-10", "brew", 5)]
    assert ann(book).balances == Balances(available=7, held=5)


def test_an_adjustment_up_opens_a_lot_of_the_operator(book):
    """Points that the operator gives are its own, unless they come back from something."""
    book.adjust_up(ann(book), 10, "2026-02-01")
    assert lots(ann(book)) == [("2026-02-01", "operator", 10)]
    book.adjust_down(ann(book), 4)
    assert totals(book) == {"operator:adjusted": -6}


def test_what_expired_or_was_given_away_can_be_given_again_once(book):
    """An adjustment `of` an expire or a transfer restores issuers, last consumed first, no more."""
    book.earn(ann(book), "acme", 3, "2026-01-02")
    book.earn(ann(book), "brew", 4, "2026-01-03")
    book.earn(ann(book), "cafe", 5, "2026-06-03")
    book.wait(days=5)
    gone = book.expire(ann(book))
    book.adjust_up(ann(book), 5, "2026-03-01", gone)
    assert lots(ann(book))[:2] == [("2026-03-01", "acme", 1), ("2026-03-01", "brew", 4)]
    assert refused(book.adjust_up, ann(book), 3, "2026-03-01", gone) == "tx.of.amount"
    book.adjust_up(ann(book), 2, "2026-03-01", gone)
    given = book.transfer(ann(book), bob(book), 2)
    book.adjust_up(ann(book), 2, "2026-04-01", given)
    assert ("2026-04-01", "acme", 2) in lots(ann(book))
    assert refused(book.adjust_up, ann(book), 1, "2026-04-01", given) == "tx.of.amount"


def test_each_kind_goes_back_only_to_the_kinds_that_it_may(book):
    """A hold is not reversed, an earn not voided, a redeem not captured, and so on."""
    earned = book.earn(ann(book), "acme", 100)
    spent = book.redeem(ann(book), "brew", 10)
    held = book.hold(ann(book), 10)
    given = book.transfer(ann(book), bob(book), 10)
    for action, good, more in (
        (book.confirm, {earned}, (1,)),
        (book.capture, {held}, ("brew", 1)),
        (book.void, {held}, ()),
        (book.refund, {spent}, (1,)),
        (lambda w, of, n: book.adjust_up(w, n, of=of), {given}, (1,)),
    ):
        for of in {earned, spent, held, given} - good:
            assert refused(action, ann(book), of, *more) == "tx.of.kind"
    for of in (spent, held, given):
        made = refused(kinds.reverse, ann(book), book.standing(of), 1, book.at)
        assert made == "tx.of.kind"


def test_nothing_goes_back_at_another_wallet(book):
    """Whatever names an earlier transaction touches the wallet of that transaction."""
    earned = book.earn(ann(book), "acme", 100)
    book.earn(bob(book), "acme", 100)
    held = book.hold(ann(book), 10)
    spent = book.redeem(ann(book), "brew", 10)
    assert refused(book.reverse, bob(book), earned, 1) == "tx.of.wallet"
    assert refused(book.capture, bob(book), held, "brew", 1) == "tx.of.wallet"
    assert refused(book.void, bob(book), held) == "tx.of.wallet"
    assert refused(book.refund, bob(book), spent, 1) == "tx.of.wallet"
    given = book.transfer(ann(book), bob(book), 1)
    assert refused(book.adjust_up, bob(book), 1, of=given) == "tx.of.wallet"


def test_a_wallet_holds_at_most_2_to_the_53_less_1(book):
    """A sum past the largest integer of canonical JSON is refused when it is made."""
    book.earn(ann(book), "acme", MAX_INTEGER)
    assert refused(book.earn, ann(book), "acme", 1) == "wallet.limit"
    assert refused(book.earn, ann(book), "acme", 1, "2026-05-01") == "wallet.limit"


def test_an_earn_says_by_itself_what_can_be_gone_back_to(book):
    """What an earn opens can be read from its entry alone; other kinds have none to read."""
    for expires in ("never", None):
        effect = kinds.earn(ann(book), "acme", 9, book.at, expires)
        tx = book.tx("earn", effect, "partner:acme")
        book.add(tx)
        assert opened_by(tx) == book.standing(tx.id)
    tx = book.tx("hold", kinds.hold(ann(book), 1, book.at))
    assert refused(opened_by, tx) == "tx.of.kind"
