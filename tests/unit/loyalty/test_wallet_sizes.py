"""A wallet's row stays small enough to be written, and what would make it larger is refused."""

import msgspec
import pytest

from ledger.names import CurrencyCode, Expires, Hash, TransactionId, WalletId, digest
from ledger.tx import Balances
from ledger.wallets import Lot, Wallet, lapsed_lots
from loyalty.clock.expiring import expire
from loyalty.ports import LOT_MAX_BYTES, ROW_MAX_BYTES, Commit, Outcome, TallyRow, WalletRow
from loyalty.refusals import Code, Refused
from loyalty.wallet_sizes import GIVEN_MAX_BYTES, RETURNED_MAX_BYTES, check_sizes
from tests.coalition import FUEL, GROCER, House, own_id

STARS = CurrencyCode("STARS")
ID = WalletId("0" * 26)


def row(kind: str, size_bytes: int, lots: int = 0, seq: int = 2) -> WalletRow:
    """A row that takes so much; what is not lots is what programmes remember."""
    points = tuple(Lot(Expires("2027-11-30"), f"p-{number:06}", 1) for number in range(lots))
    wallet = Wallet(ID, STARS, seq, lots=points)
    small = WalletRow(wallet, TransactionId("0" * 26), kind)
    return small._replace(tally=b"." * (size_bytes - small.max_bytes))


def refused(changed: WalletRow, before: WalletRow | None = None) -> str:
    with pytest.raises(Refused) as caught:
        check_sizes(Commit((), (changed,)), {} if before is None else {ID: before})
    assert caught.value.code is Code.LIMIT_EXCEEDED
    return caught.value.message


def test_what_comes_back_has_room_that_earning_leaves() -> None:
    """Up to its limit each is done, and one byte past it refused."""
    for kind, most in (
        ("earn", GIVEN_MAX_BYTES),
        ("transfer", GIVEN_MAX_BYTES),
        ("refund", RETURNED_MAX_BYTES),
        ("reverse", RETURNED_MAX_BYTES),
    ):
        check_sizes(Commit((), (row(kind, most),)), {})
        refused(row(kind, most + 1))
        refused(row(kind, most + 1), row(kind, most, seq=1))


def test_what_makes_no_row_larger_is_done() -> None:
    """So points can be spent and lapse, however full a wallet is, as long as the row can be
    written."""
    full = row("refund", ROW_MAX_BYTES, lots=100, seq=1)
    check_sizes(Commit((), (row("redeem", ROW_MAX_BYTES, lots=99),)), {ID: full})
    check_sizes(Commit((), (row("redeem", ROW_MAX_BYTES),)), {ID: full})
    assert "100 lots" in refused(full._replace(detail=b"."), full)


def test_of_a_wallets_rows_what_it_comes_to_counts() -> None:
    """What one commit puts in and takes out again needs no room."""
    both = (row("earn", GIVEN_MAX_BYTES + 1), row("redeem", GIVEN_MAX_BYTES, seq=3))
    check_sizes(Commit((), both), {})


def test_a_tally_row_is_no_larger_than_an_earn_leaves() -> None:
    """An order without points is remembered in as much room as one with points."""
    wallet = Wallet(ID, STARS)
    rest = TallyRow(wallet, b"", 1).max_bytes
    check_sizes(Commit((), tallies=(TallyRow(wallet, b"." * (GIVEN_MAX_BYTES - rest), 1),)), {})
    large = TallyRow(wallet, b"." * (GIVEN_MAX_BYTES - rest + 1), 1)
    with pytest.raises(Refused, match="count over fewer days"):
        check_sizes(Commit((), tallies=(large,)), {})


def test_the_refusal_says_what_is_large_and_what_to_do() -> None:
    """Lots go by spending, sums by a programme that counts less."""
    lots = GIVEN_MAX_BYTES // LOT_MAX_BYTES
    assert "spend some" in refused(row("earn", GIVEN_MAX_BYTES + 1, lots=lots - 10))
    assert "fewer days" in refused(row("earn", GIVEN_MAX_BYTES + 1, lots=10))


def test_a_commit_of_more_than_dynamodb_takes_is_refused() -> None:
    """Rows that are small enough each may be too many."""
    rows = tuple(row("redeem", 300_000, seq=seq) for seq in range(2, 16))
    with pytest.raises(Refused, match="fewer lots at once"):
        check_sizes(Commit((), rows), {})


def test_a_member_with_a_full_wallet_still_redeems() -> None:
    """One lot more is refused; points of a lot that is there are earned, a reward is given, and an
    order comes back."""
    house = House()
    member = house.enrolled()
    bought = house.earned(member, 60)
    wallet = WalletId(own_id(house.wallet(member)["id"]))
    found = house.store.wallet(wallet)
    assert found is not None
    sums = {"c": {f"m-{number}": {20_000: 10**6} for number in range(13_000)}}
    full = TallyRow(found.wallet, msgspec.json.encode({"other": sums}), 1)
    assert house.store.commit(Commit((), tallies=(full,))) is Outcome.DONE
    refusal = house.refused(FUEL, "recordPurchase", house.purchase(member, 100, FUEL))
    assert refusal.code == "LIMIT_EXCEEDED"
    assert "count over fewer days" in refusal.message
    assert house.earned(member, 1)
    assert house.voucher(member)
    back = house.signed(GROCER, "reverse", house.input(transactionId=bought))
    assert house.done(GROCER, "reverseTransaction", back)


def test_thousands_of_lots_lapse_in_as_many_commits_as_they_need() -> None:
    """Each row holds all lots that are left, and one transaction takes 4 MB."""
    house = House()
    lots = tuple(Lot(Expires("2026-11-20"), f"p-{number:06}", 1) for number in range(3_000))
    head = Hash(digest(b""))
    wallet = Wallet(ID, STARS, 1, head, balances=Balances(len(lots)), lots=lots)
    full = WalletRow(wallet, TransactionId("0" * 26), "earn", tally=b'{"a":{"t":"%0150000d"}}' % 0)
    assert house.store.commit(Commit((), (full,))) is Outcome.DONE
    assert expire(house.coalition, ID)
    left = house.store.wallet(ID)
    assert left is not None
    assert not lapsed_lots(left.wallet, house.coalition.now())
    assert left.tally == full.tally
