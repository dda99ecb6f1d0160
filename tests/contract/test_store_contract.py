"""What every store promises about commits and reads, whichever it is."""

import pytest

from ledger.canonical import MAX_INTEGER
from ledger.kinds import Standing
from ledger.names import NEVER, At, CurrencyCode, Expires, Hash, digest
from ledger.tx import Balances
from ledger.wallets import Lot, Wallet
from loyalty.ports import (
    ROW_MAX_BYTES,
    Commit,
    GovernanceRow,
    Outcome,
    RecordPut,
    StandingPut,
    Store,
    TallyRow,
    TransactionRow,
    Versioned,
    WalletRow,
)
from tests.contract.builders import (
    AT,
    FIRST,
    NEXT,
    Card,
    OtherCard,
    contents,
    governance_row,
    standing,
    tally_row,
    transaction,
    transaction_row,
    wallet_id,
    wallet_row,
)

REQUEST = (transaction_row(3), transaction_row(4))
UNICODE = "Zoë · 星 · 🧋 · ﷽ · a\u0301 · \\\"'# /T#W#"
ALL_BYTES = bytes(range(256))

STALE = {
    "the seq of the first wallet is taken": NEXT._replace(
        wallets=(wallet_row(1, 1, 99), wallet_row(2, 2))
    ),
    "the seq of the last wallet is taken": NEXT._replace(
        wallets=(wallet_row(1, 2), wallet_row(2, 1, 99))
    ),
    "the seq of governance is taken": NEXT._replace(governance=(governance_row(1, 99),)),
    "a record was not there": NEXT._replace(records=(RecordPut("ana", Card("late"), 0),)),
    "a record was at a later version": NEXT._replace(records=(RecordPut("ana", Card("late"), 2),)),
    "a record is not there": NEXT._replace(records=(RecordPut("ben", Card("late"), 1),)),
    "a standing was not there": NEXT._replace(standings=(StandingPut(standing(1, 20), 0),)),
    "a standing was at a later version": NEXT._replace(
        standings=(StandingPut(standing(1, 20), 2),)
    ),
    "a standing is not there": NEXT._replace(standings=(StandingPut(standing(2, 20), 1),)),
    "a further transaction is there": NEXT._replace(
        transactions=(transaction_row(3), transaction_row(2))
    ),
}


def test_an_empty_store_has_nothing(store: Store) -> None:
    """What was never written reads as absent, not as an error."""
    assert store.wallet(wallet_id(1)) is None
    assert store.wallets([wallet_id(1)]) == {}
    assert store.wallets([]) == {}
    assert store.wallet_row(wallet_id(1), 1) is None
    assert list(store.wallet_history(wallet_id(1), None, 10)) == []
    assert list(store.wallet_rows(wallet_id(1), 0, 10)) == []
    assert list(store.wallet_ids()) == []
    assert store.sealed_at() is None
    assert store.transactions([transaction(1)]) == {}
    assert store.transactions([]) == {}
    assert list(store.governance(0)) == []
    assert store.record(Card, "ana") is None
    assert store.records(Card, ["ana", "ben"]) == {}
    assert store.standing(transaction(1)) is None
    assert list(store.ledger_rows()) == []


def test_a_commit_writes_all_its_items(store: Store) -> None:
    """Every row, record and standing of a commit reads as it was written."""
    assert store.commit(FIRST) is Outcome.DONE
    assert store.commit(NEXT) is Outcome.DONE
    assert store.transactions([transaction(number) for number in range(9)]) == {
        row.id: row for row in FIRST.transactions + NEXT.transactions
    }
    assert store.wallets([wallet_id(1), wallet_id(2), wallet_id(3)]) == {
        row.wallet.id: row for row in NEXT.wallets
    }
    assert [store.wallet_row(wallet_id(1), seq) for seq in range(4)] == [
        None,
        FIRST.wallets[0],
        NEXT.wallets[0],
        None,
    ]
    assert list(store.governance(0)) == [*FIRST.governance, *NEXT.governance]
    assert list(store.governance(1)) == list(NEXT.governance)
    assert list(store.governance(2)) == []
    assert store.record(Card, "ana") == Versioned(Card("next"), 2)
    assert store.records(Card, ["ben", "ana", "eve"]) == {
        "ana": Versioned(Card("next"), 2),
        "ben": Versioned(Card("new"), 1),
    }
    assert store.standing(transaction(1)) == (standing(1, 20), 2)
    assert store.standing(transaction(2)) == (standing(2, 30), 1)


def test_the_ledger_rows_are_all_rows_of_the_ledger(store: Store) -> None:
    """Governance, transactions and wallet rows come, each once; records and standings do not."""
    store.commit(FIRST)
    store.commit(NEXT)
    expected = [
        row
        for commit in (FIRST, NEXT)
        for row in (*commit.transactions, *commit.wallets, *commit.governance)
    ]
    assert sorted(store.ledger_rows(), key=repr) == sorted(expected, key=repr)


def test_a_request_that_is_there_is_repeated(store: Store) -> None:
    """A commit whose own transaction exists says so, and writes nothing."""
    store.commit(FIRST)
    before = contents(store)
    again = NEXT._replace(transactions=(transaction_row(1), transaction_row(4)))
    assert store.commit(again) is Outcome.REPEATED
    assert store.commit(FIRST) is Outcome.REPEATED
    assert contents(store) == before


@pytest.mark.parametrize("stale", STALE.values(), ids=STALE.keys())
def test_a_commit_on_something_stale_writes_nothing(store: Store, stale: Commit) -> None:
    """Each condition alone stops the whole commit; without it the commit is done."""
    store.commit(FIRST)
    before = contents(store)
    assert store.commit(stale) is Outcome.MOVED
    assert contents(store) == before
    assert store.commit(NEXT) is Outcome.DONE


@pytest.mark.parametrize("stale", STALE.values(), ids=STALE.keys())
def test_a_repeated_request_is_repeated_whatever_has_moved(store: Store, stale: Commit) -> None:
    """Who asks again learns that it was done, not that something moved since."""
    store.commit(FIRST)
    before = contents(store)
    repeated = stale._replace(transactions=(transaction_row(1),))
    assert store.commit(repeated) is Outcome.REPEATED
    assert contents(store) == before


def test_a_commit_without_a_request_is_never_repeated(store: Store) -> None:
    """Only a transaction's row says that a request was done, not whichever item comes first."""
    store.commit(FIRST)
    assert store.commit(Commit((), (wallet_row(1, 1, 99),))) is Outcome.MOVED
    assert store.commit(Commit((), (), (governance_row(1, 99),), governance_at=AT)) is Outcome.MOVED


def test_a_place_must_be_free_and_no_more_is_asked(store: Store) -> None:
    """A seq that skips ahead is for auditors to find; the newest row stays the head."""
    store.commit(FIRST)
    skipping = Commit(
        (transaction_row(3),), (wallet_row(1, 5),), (governance_row(7),), governance_at=AT
    )
    assert store.commit(skipping) is Outcome.DONE
    assert store.wallet(wallet_id(1)) == wallet_row(1, 5)
    late = Commit(
        (transaction_row(4),), (wallet_row(1, 2),), (governance_row(2),), governance_at=AT
    )
    assert store.commit(late) is Outcome.DONE
    assert store.wallet(wallet_id(1)) == wallet_row(1, 5)
    history = store.wallet_history(wallet_id(1), None, 10)
    assert [row.wallet.seq for row in history] == [5, 2, 1]
    assert [row.wallet.seq for row in store.wallet_history(wallet_id(1), 5, 10)] == [2, 1]
    assert [row.seq for row in store.governance(1)] == [2, 7]


def tally(*rows: TallyRow) -> Commit:
    return Commit((), tallies=rows)


def test_a_tally_row_is_the_newest_of_its_wallet_and_none_of_the_ledger(store: Store) -> None:
    """The head tells what it holds; whoever reads entries meets only entries."""
    store.commit(FIRST)
    before = sorted(store.ledger_rows(), key=repr)
    first = wallet_row(1, 1)
    for row in (tally_row(1, 1, 1), tally_row(1, 1, 2, b"more"), tally_row(3, 0, 1)):
        assert store.commit(tally(row)) is Outcome.DONE
        assert store.wallet(row.wallet.id) == row
    assert store.wallets([wallet_id(1)]) == {wallet_id(1): tally_row(1, 1, 2, b"more")}
    assert sorted(store.ledger_rows(), key=repr) == before
    assert list(store.wallet_history(wallet_id(1), None, 1)) == [first]
    assert list(store.wallet_history(wallet_id(1), 9, 1)) == [first]
    assert list(store.wallet_rows(wallet_id(1), 0, 10)) == [first]
    assert list(store.wallet_rows(wallet_id(3), 0, 10)) == []
    assert store.wallet_row(wallet_id(1), 2) is None
    assert set(store.wallet_ids()) == {wallet_id(1), wallet_id(2), wallet_id(3)}


def test_the_next_entry_takes_the_place_of_the_tally_row_that_was_read(store: Store) -> None:
    """And nothing else does: not who read none, nor who read an older one."""
    store.commit(FIRST)
    for version in (1, 2):
        assert store.commit(tally(tally_row(1, 1, version))) is Outcome.DONE
    row = wallet_row(1, 2)._replace(tally=b"kept")
    for read in (0, 1, 3):
        assert store.commit(Commit((), (row._replace(replaces=read),))) is Outcome.MOVED
    assert store.commit(Commit((), (row._replace(replaces=2),))) is Outcome.DONE
    assert store.wallet(wallet_id(1)) == row
    assert store.wallet_row(wallet_id(1), 2) == row
    assert list(store.wallet_rows(wallet_id(1), 1, 10)) == [row]


@pytest.mark.parametrize("version", [1, 2, 3])
def test_no_tally_row_takes_the_place_of_an_entry(store: Store, version: int) -> None:
    """Whatever was read before the entry came."""
    store.commit(FIRST)
    store.commit(tally(tally_row(1, 0, version)))
    store.commit(tally(tally_row(2, 1, 1)))
    store.commit(Commit((), (wallet_row(2, 2)._replace(replaces=1),)))
    before = contents(store)
    assert store.commit(tally(tally_row(1, 0, version))) is Outcome.MOVED
    assert store.commit(tally(tally_row(2, 1, version))) is Outcome.MOVED
    assert contents(store) == before


@pytest.mark.parametrize("version", [1, 3, 4])
def test_a_tally_row_follows_the_one_that_was_read(store: Store, version: int) -> None:
    """Version by version."""
    for each in (1, 2):
        assert store.commit(tally(tally_row(1, 0, each))) is Outcome.DONE
    expected = Outcome.DONE if version == 3 else Outcome.MOVED
    assert store.commit(tally(tally_row(1, 0, version))) is expected


def test_a_tally_row_stands_in_the_way_at_its_own_place_alone(store: Store) -> None:
    """A row at another place finds that free, and replaces nothing there."""
    store.commit(Commit((), (wallet_row(1, 1),)))
    store.commit(tally(tally_row(1, 1, 1)))
    elsewhere = wallet_row(1, 5)
    assert store.commit(Commit((), (elsewhere._replace(replaces=1),))) is Outcome.MOVED
    assert store.commit(Commit((), (elsewhere,))) is Outcome.DONE


def test_a_tally_row_before_the_first_entry_gives_way_to_it(store: Store) -> None:
    """A wallet may be counted before it has had a point."""
    assert store.commit(tally(tally_row(1, 0, 1))) is Outcome.DONE
    head = store.wallet(wallet_id(1))
    assert head is not None
    assert (head.wallet.seq, head.wallet.at) == (0, "")
    row = wallet_row(1, 1)._replace(tally=b"kept")
    assert store.commit(Commit((), (row._replace(replaces=1),))) is Outcome.DONE
    assert store.wallet(wallet_id(1)) == row


@pytest.mark.parametrize("items", [0, 101])
def test_a_commit_has_1_to_100_items(store: Store, items: int) -> None:
    """What DynamoDB cannot take as one transaction is refused before anything is sent."""
    rows = tuple(transaction_row(number) for number in range(items))
    with pytest.raises(ValueError, match="1 to 100 items"):
        store.commit(Commit(rows))
    assert list(store.ledger_rows()) == []


def test_a_commit_of_100_items_is_done(store: Store) -> None:
    """The largest transaction of DynamoDB is one commit."""
    commit = Commit(
        tuple(transaction_row(number) for number in range(50)),
        tuple(wallet_row(number, 1) for number in range(50)),
    )
    assert store.commit(commit) is Outcome.DONE
    assert len(list(store.ledger_rows())) == 100


@pytest.mark.parametrize(
    "twice",
    [
        Commit((transaction_row(1), transaction_row(1))),
        Commit(REQUEST, (wallet_row(1, 1), wallet_row(1, 1, 99))),
        Commit(REQUEST, (wallet_row(1, 2),), tallies=(tally_row(1, 1, 1),)),
        Commit(REQUEST, (), (governance_row(1), governance_row(1, 99)), governance_at=AT),
        Commit(REQUEST, records=(RecordPut("ana", Card("a")), RecordPut("ana", Card("b")))),
        Commit(REQUEST, standings=(StandingPut(standing(1, 50)), StandingPut(standing(1, 20), 1))),
    ],
    ids=["transactions", "wallets", "wallet and tally", "governance", "records", "standings"],
)
def test_a_commit_writes_no_item_twice(store: Store, twice: Commit) -> None:
    """DynamoDB takes no such transaction, so no store does."""
    with pytest.raises(ValueError, match="once"):
        store.commit(twice)
    assert list(store.ledger_rows()) == []


def test_a_wallets_row_is_as_large_as_dynamodb_takes_it(store: Store) -> None:
    """Lots, what is remembered and details are 400,000 bytes at most, in memory too."""
    lots = tuple(Lot(Expires("2027-11-30"), f"p-{n:030}", MAX_INTEGER) for n in range(4_000))
    full = wallet_row(1, 1)._replace(wallet=wallet_row(1, 1).wallet._replace(lots=lots))
    full = full._replace(tally=b"." * 100_000)
    full = full._replace(detail=b"." * (ROW_MAX_BYTES - full.max_bytes))
    tally = tally_row(2, 0, 1, b"." * (ROW_MAX_BYTES - tally_row(2, 0, 1, b"").max_bytes))
    assert store.commit(Commit(REQUEST, (full,), tallies=(tally,))) is Outcome.DONE
    assert store.wallet(wallet_id(1)) == full
    over = full._replace(wallet=full.wallet._replace(seq=2), detail=full.detail + b".")
    more = tally._replace(tally=tally.tally + b".", version=2)
    for large in (Commit((), (over,)), Commit((), tallies=(more,))):
        with pytest.raises(ValueError, match="row has at most"):
            store.commit(large)


def test_a_commit_is_as_large_as_dynamodb_takes_it(store: Store) -> None:
    """Its entries and wallets are below 4 MB however they are counted, in memory too."""
    row = transaction_row(3)._replace(entry=b"." * 8_000)
    wallets = tuple(wallet_row(number, 1, detail=b"." * 399_000) for number in range(1, 9))
    with pytest.raises(ValueError, match="commit has at most"):
        store.commit(Commit((row,), wallets))
    assert store.commit(Commit((row,), wallets[1:])) is Outcome.DONE


def test_a_commit_may_write_several_rows_of_one_wallet(store: Store) -> None:
    """An expire before the redeem that needs it is one commit."""
    rows = (wallet_row(1, 1), wallet_row(1, 2))
    assert store.commit(Commit(REQUEST, rows)) is Outcome.DONE
    assert store.wallet(wallet_id(1)) == rows[1]


def test_history_comes_in_pages_newest_first(store: Store) -> None:
    """Each page goes on below the last seq of the one before; other wallets do not mix in."""
    rows = tuple(wallet_row(1, seq) for seq in range(1, 13))
    store.commit(Commit((transaction_row(1),), (*rows, wallet_row(2, 1), wallet_row(2, 2))))
    newest_first = list(rows[::-1])

    def page(before_seq: int | None, limit: int) -> list[WalletRow]:
        return list(store.wallet_history(wallet_id(1), before_seq, limit))

    assert page(None, 5) == newest_first[:5]
    assert page(8, 5) == newest_first[5:10]
    assert page(3, 5) == newest_first[10:]
    assert page(1, 5) == []
    assert page(None, 100) == newest_first
    assert page(13, 100) == newest_first
    assert page(1_000_000, 1) == newest_first[:1]


def test_rows_past_a_seq_come_oldest_first(store: Store) -> None:
    """What a sealer reads: each page goes on past the last seq of the one before."""
    rows = [wallet_row(1, seq) for seq in range(1, 13)]
    store.commit(Commit((transaction_row(1),), (*rows[::-1], wallet_row(2, 1), wallet_row(2, 2))))

    def page(after_seq: int, limit: int) -> list[WalletRow]:
        return list(store.wallet_rows(wallet_id(1), after_seq, limit))

    assert page(0, 5) == rows[:5]
    assert page(5, 5) == rows[5:10]
    assert page(10, 5) == rows[10:]
    assert page(12, 5) == []
    assert page(0, 100) == rows


def test_every_wallet_with_a_row_is_found(store: Store) -> None:
    """A sweep meets each wallet once at least, and nothing that is no wallet."""
    store.commit(FIRST)
    store.commit(NEXT)
    rows = tuple(wallet_row(number, 1) for number in range(3, 60))
    store.commit(Commit((transaction_row(9),), rows))
    assert set(store.wallet_ids()) == {wallet_id(number) for number in range(1, 60)}


def test_a_sweep_goes_past_one_page_of_dynamodb(store: Store) -> None:
    """A scan of more than 1 MB comes in pages, each of which may begin within a wallet."""
    rows = tuple(wallet_row(n, seq, detail=b"." * 60_000) for n in (1, 2, 3) for seq in range(1, 9))
    store.commit(Commit((transaction_row(1),), rows))
    assert set(store.wallet_ids()) == {wallet_id(number) for number in (1, 2, 3)}
    assert list(store.wallet_rows(wallet_id(2), 0, 50)) == list(rows[8:16])


@pytest.mark.parametrize(
    "commit",
    [FIRST._replace(governance_at=None), Commit((transaction_row(1),), governance_at=AT)],
    ids=["without a time", "without an entry"],
)
def test_a_commit_says_of_when_its_governance_entries_are(store: Store, commit: Commit) -> None:
    """Without it, what was sealed meanwhile could not be compared."""
    with pytest.raises(ValueError, match="governance_at"):
        store.commit(commit)
    assert list(store.ledger_rows()) == []


def test_batch_reads_take_more_than_100_ids(store: Store) -> None:
    """DynamoDB reads 100 items at once; callers need not know."""
    rows = [transaction_row(number) for number in range(240)]
    cards = {f"card-{number}": Card(str(number)) for number in range(120)}
    for start in range(0, 240, 40):
        puts = tuple(
            RecordPut(id_, card) for id_, card in [*cards.items()][start // 2 : start // 2 + 20]
        )
        store.commit(Commit(tuple(rows[start : start + 40]), records=puts))
    ids = [transaction(number) for number in range(300)]
    assert store.transactions(ids + ids[:7]) == {row.id: row for row in rows}
    assert store.records(Card, [*cards, "card-none", "card-0"]) == {
        id_: Versioned(card, 1) for id_, card in cards.items()
    }


def test_many_wallets_are_read_at_once(store: Store) -> None:
    """Each wallet that has rows answers with its newest."""
    for seq in (1, 2):
        rows = tuple(wallet_row(number, seq) for number in range(90))
        store.commit(Commit((transaction_row(seq),), rows))
    heads = store.wallets([wallet_id(number) for number in range(110)])
    assert heads == {wallet_id(number): wallet_row(number, 2) for number in range(90)}


def test_reads_go_past_one_page_of_dynamodb(store: Store) -> None:
    """A read of more than 1 MB, where DynamoDB ends a page, is whole."""
    large = 60_000
    entries = tuple(governance_row(seq, large) for seq in range(1, 26))
    rows = tuple(wallet_row(1, seq, detail=b"." * large) for seq in range(1, 26))
    store.commit(Commit((transaction_row(1),), rows, entries, governance_at=AT))
    assert list(store.governance(0)) == list(entries)
    assert list(store.wallet_history(wallet_id(1), None, 50)) == list(rows[::-1])
    assert len(list(store.ledger_rows())) == 51


@pytest.mark.parametrize(
    "card",
    [
        Card(),
        Card(UNICODE, MAX_INTEGER, 0.1, ALL_BYTES),
        Card("0.1", -MAX_INTEGER, 0.1 + 0.2, b"\x00"),
        Card("1e400", 2**53 - 2, 5e-324, b"\xff"),
        Card(" ", 0, 1e16 / 3, b"entry"),
    ],
)
def test_a_record_reads_as_written(store: Store, card: Card) -> None:
    """Texts, integers to 2^53 - 1, fractions that no binary number is, and bytes come back."""
    id_ = f"{card.text or 'empty'}#1"
    assert store.commit(Commit(REQUEST, records=(RecordPut(id_, card),))) is Outcome.DONE
    assert store.record(Card, id_) == Versioned(card, 1)
    assert store.records(Card, [id_, "other"]) == {id_: Versioned(card, 1)}


def test_records_of_two_types_share_no_ids(store: Store) -> None:
    """The same id names one record of each type."""
    puts = (RecordPut("ana", Card("one")), RecordPut("ana", OtherCard("two")))
    assert store.commit(Commit(REQUEST, records=puts)) is Outcome.DONE
    assert store.record(Card, "ana") == Versioned(Card("one"), 1)
    assert store.record(OtherCard, "ana") == Versioned(OtherCard("two"), 1)


@pytest.mark.parametrize("entry", [None, ALL_BYTES, UNICODE.encode()])
@pytest.mark.parametrize("asked", [None, digest(b"asked")])
@pytest.mark.parametrize("response", [b"", ALL_BYTES])
def test_a_transaction_reads_as_written(
    store: Store, entry: bytes | None, asked: Hash | None, response: bytes
) -> None:
    """Whatever a transaction's row holds or lacks comes back byte for byte."""
    row = TransactionRow(transaction(1), entry, asked, response)
    store.commit(Commit((row,)))
    assert store.transactions([row.id]) == {row.id: row}
    assert list(store.ledger_rows()) == [row]


WALLETS = {
    "the largest balances": Wallet(
        wallet_id(1),
        CurrencyCode("STARS"),
        1,
        digest(b"head"),
        AT,
        Balances(MAX_INTEGER, MAX_INTEGER, MAX_INTEGER, 0),
        (Lot(Expires("2027-01-31"), "brewco", 1), Lot(NEVER, "operator", MAX_INTEGER - 1)),
    ),
    "arrears and no lots": Wallet(
        wallet_id(1),
        CurrencyCode("0"),
        999_999_999_999,
        digest(b"\xfb\xff"),
        At("9999-12-31T23:59:59.999Z"),
        Balances(arrears=-MAX_INTEGER),
    ),
    "many lots": Wallet(
        wallet_id(1),
        CurrencyCode("STARS"),
        1,
        digest(b"head"),
        AT,
        Balances(sum(range(1, 201))),
        tuple(Lot(Expires(f"2{n:03d}-01-31"), "brewco", n) for n in range(1, 201)),
    ),
}


@pytest.mark.parametrize("wallet", WALLETS.values(), ids=WALLETS.keys())
@pytest.mark.parametrize("detail", [b"", ALL_BYTES])
def test_a_wallet_reads_as_written(store: Store, wallet: Wallet, detail: bytes) -> None:
    """A wallet's whole state comes back, its types included."""
    row = WalletRow(wallet, transaction(1), "earn", detail)
    store.commit(Commit(REQUEST, (row,)))
    found = store.wallet(wallet.id)
    assert found == row
    assert found is not None
    assert [type(lot) for lot in found.wallet.lots] == [Lot] * len(wallet.lots)
    assert type(found.wallet.balances) is Balances


def test_governance_reads_as_written(store: Store) -> None:
    """The bytes of a governance entry come back."""
    row = GovernanceRow(1, ALL_BYTES)
    store.commit(Commit(REQUEST, (), (row,), governance_at=AT))
    assert list(store.governance(0)) == [row]


@pytest.mark.parametrize(
    "written",
    [
        standing(1, MAX_INTEGER),
        Standing(transaction(1), "hold", AT, wallet_id(1), CurrencyCode("STARS"), None, 0),
    ],
)
def test_a_standing_reads_as_written(store: Store, written: Standing) -> None:
    """What a transaction still stands at comes back, with or without a partner and lots."""
    store.commit(Commit(REQUEST, standings=(StandingPut(written),)))
    assert store.standing(transaction(1)) == (written, 1)


def test_versions_count_writes(store: Store) -> None:
    """A record and a standing are at the version of their last write, from 1."""
    for version in range(12):
        commit = Commit(
            (transaction_row(version),),
            records=(RecordPut("ana", Card(points=version), version),),
            standings=(StandingPut(standing(1, version), version),),
        )
        assert store.commit(commit) is Outcome.DONE
    assert store.record(Card, "ana") == Versioned(Card(points=11), 12)
    assert store.standing(transaction(1)) == (standing(1, 11), 12)
