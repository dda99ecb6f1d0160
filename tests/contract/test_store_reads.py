"""What every store promises about reads: in order, in pages, and many at once."""

from loyalty.ports import Commit, RecordPut, Store, Versioned, WalletRow
from tests.contract.builders import (
    AT,
    FIRST,
    NEXT,
    Card,
    governance_row,
    transaction,
    transaction_row,
    wallet_id,
    wallet_row,
)


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
