"""What every head of a log promises: one history, and no governance entry that time has passed."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from ledger.entries import read_entry
from ledger.names import At
from loyalty.committing import Request, request_of
from loyalty.governing import create_currency
from loyalty.ports import Commit, Outcome, Store
from sealing.ports import Head, Heads, Swap
from storage.dynamodb import DynamoStore
from storage.memory import MemoryStore
from tests.contract.builders import (
    AT,
    DESK,
    FIRST,
    contents,
    founded,
    governance_row,
    sealed,
    transaction,
    transaction_row,
)
from tests.contract.conftest import Sent, heads_at
from tests.contract.test_store_concurrency import WRITERS, at_once

BEFORE, AFTER = At("2026-11-21T20:49:59.999Z"), At("2026-11-21T20:50:00.124Z")
FAR = At("2026-12-24T00:00:00.000Z")


def test_before_the_first_seal_there_is_no_head(store: Store, heads: Heads) -> None:
    """An empty log reads as empty."""
    assert heads.read() is None
    assert store.sealed_at() is None
    assert heads.index(transaction(1)) is None


def test_a_head_reads_as_written(store: Store, heads: Heads) -> None:
    """Checkpoint and position come back byte for byte."""
    head = Head(bytes(range(256)), bytes(range(255, -1, -1)), 12, AT)
    assert heads.swap(None, head) is Swap.DONE
    assert heads.read() == head
    assert store.sealed_at() == AT


def test_each_head_follows_on_the_one_that_was_read(store: Store, heads: Heads) -> None:
    """A chain of seals, each on the exact bytes of the last checkpoint."""
    old = None
    for number in range(5):
        head = sealed(number, f"2026-11-21T20:50:0{number}.000Z")
        assert heads.swap(old, head) is Swap.DONE
        old = head.checkpoint
        assert heads.read() == head
    assert store.sealed_at() == "2026-11-21T20:50:04.000Z"


STALE = {
    "that there is none": None,
    "the one before": sealed(1).checkpoint,
    "another of the same size": sealed(2, by="twin").checkpoint,
    "a part of it": sealed(2).checkpoint[:-1],
    "more than it": sealed(2).checkpoint + b"\n",
    "nothing": b"",
}


@pytest.mark.parametrize("old", STALE.values(), ids=STALE.keys())
def test_a_swap_on_a_stale_head_is_lost(heads: Heads, old: bytes | None) -> None:
    """Whoever believed in another head changes nothing."""
    heads.swap(None, sealed(1))
    heads.swap(sealed(1).checkpoint, sealed(2))
    assert heads.swap(old, sealed(3)) is Swap.LOST
    assert heads.read() == sealed(2)


def test_a_swap_on_a_head_that_was_never_there_is_lost(heads: Heads) -> None:
    """A sealer that remembers a log which is gone does not begin it anew."""
    assert heads.swap(sealed(1).checkpoint, sealed(2)) is Swap.LOST
    assert heads.read() is None


def test_no_block_leaves_a_governance_entry_behind(store: Store, heads: Heads) -> None:
    """An entry that came while a block was made is in that block, or the block is not."""
    store.commit(FIRST)
    assert heads.swap(None, sealed(1, governance_seq=0)) is Swap.LOST
    assert heads.read() is None
    assert heads.swap(None, sealed(1, governance_seq=1)) is Swap.DONE
    store.commit(Commit((), (), (governance_row(2),), governance_at=AT))
    assert heads.swap(sealed(1).checkpoint, sealed(2, governance_seq=1)) is Swap.LOST
    assert heads.read() == sealed(1, governance_seq=1)
    assert heads.swap(sealed(1).checkpoint, sealed(2, governance_seq=2)) is Swap.DONE


def test_the_log_is_no_part_of_the_ledgers_rows(store: Store, heads: Heads) -> None:
    """Whoever verifies the rows does not see what sealing keeps beside them."""
    store.commit(FIRST)
    before = contents(store)
    heads.swap(None, sealed(1, governance_seq=1))
    heads.place({row.id: number for number, row in enumerate(FIRST.transactions)})
    assert contents(store) == before
    assert set(store.wallet_ids()) == {row.wallet.id for row in FIRST.wallets}


@pytest.mark.parametrize("at", [AT, AFTER, FAR])
def test_a_governance_entry_may_be_as_late_as_the_newest_block(
    store: Store, heads: Heads, at: At
) -> None:
    """Its block comes after that one, and not before the entry."""
    heads.swap(None, sealed(1))
    commit = Commit((transaction_row(1),), (), (governance_row(1),), governance_at=at)
    assert store.commit(commit) is Outcome.DONE


def test_a_governance_entry_from_before_the_newest_block_is_not_committed(
    store: Store, heads: Heads
) -> None:
    """The log's time does not run backwards: the use case takes a later time, and tries again."""
    heads.swap(None, sealed(1, at=AFTER))
    before = contents(store)
    for at in (BEFORE, AT):
        assert store.commit(FIRST._replace(governance_at=at)) is Outcome.MOVED
    assert contents(store) == before
    assert store.commit(FIRST._replace(governance_at=AFTER)) is Outcome.DONE
    # A request that was done is repeated, however long ago.
    heads.swap(sealed(1).checkpoint, sealed(2, at=FAR, governance_seq=1))
    assert store.commit(FIRST) is Outcome.REPEATED


def test_other_commits_ask_nothing_of_the_head(store: Store, heads: Heads) -> None:
    """Members' requests do not wait for the sealer, nor it for them."""
    heads.swap(None, sealed(1, at=FAR))
    commit = FIRST._replace(governance=(), governance_at=None)
    assert store.commit(commit) is Outcome.DONE


def test_a_use_case_takes_the_newest_blocks_time(store: Store, heads: Heads) -> None:
    """Where the sealer's clock is ahead, governance entries follow it."""
    coalition = founded(store)
    seq = coalition.governance().seq
    heads.swap(None, sealed(1, at=FAR, governance_seq=seq))
    create_currency(coalition, request("first"), "LITRES", 0, None)
    assert governance_times(store, seq) == [FAR]


def test_a_use_case_decides_again_where_a_block_came_in_between(
    store: Store, heads: Heads, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between its reading and its commit a block is sealed: the entry takes that block's time."""
    coalition = founded(store)
    seq = coalition.governance().seq
    commit = store.commit
    outcomes: list[Outcome] = []

    def sealed_meanwhile(plan: Commit) -> Outcome:
        if not outcomes:
            assert heads.swap(None, sealed(1, at=FAR, governance_seq=seq)) is Swap.DONE
        outcomes.append(commit(plan))
        return outcomes[-1]

    monkeypatch.setattr(store, "commit", sealed_meanwhile)
    create_currency(coalition, request("second"), "LITRES", 0, None)
    assert outcomes == [Outcome.MOVED, Outcome.DONE]
    assert governance_times(store, seq) == [FAR]


def request(key: str) -> Request:
    return request_of(DESK, key, "x")


def governance_times(store: Store, after_seq: int) -> list[object]:
    return [read_entry(row.entry).body["at"] for row in store.governance(after_seq)]


@pytest.mark.parametrize("count", [0, 1, 25, 26, 130])
def test_transactions_have_places(heads: Heads, count: int) -> None:
    """However many a block has, each is found at its index; repeating it changes nothing."""
    indexes = {transaction(number): 10**9 + 7 * number for number in range(count)}
    for _ in range(2):
        heads.place(indexes)
        assert {id_: heads.index(id_) for id_ in indexes} == indexes
    assert heads.index(transaction(count)) is None


def test_a_place_leaves_the_transaction_as_it_is(store: Store, heads: Heads) -> None:
    """Index 0 is a place too; the row beside it stays."""
    row = transaction_row(1)
    store.commit(Commit((row,)))
    heads.place({row.id: 0})
    assert heads.index(row.id) == 0
    assert store.transactions([row.id]) == {row.id: row}


def test_of_rival_sealers_one_is_done_each_round(store: Store, heads: Heads) -> None:
    """Eight swap the same head at once, again and again: the log is one chain of winners."""
    rounds = range(300 if isinstance(store, MemoryStore) else 6)
    meeting = Barrier(WRITERS)

    def seal(writer: int) -> list[Swap]:
        swaps = []
        for number in rounds:
            head = heads.read()
            meeting.wait(timeout=30)
            new = sealed(number, by=f"sealer {writer}")
            swaps.append(heads.swap(None if head is None else head.checkpoint, new))
            meeting.wait(timeout=30)
            if swaps[-1] is Swap.DONE:
                assert heads.read() == new
            meeting.wait(timeout=30)
        return swaps

    for swaps in zip(*at_once(seal), strict=True):
        assert sorted(swaps, key=str) == [Swap.DONE] + [Swap.LOST] * (WRITERS - 1)


def test_a_block_and_a_governance_entry_do_not_pass_each_other(store: Store, heads: Heads) -> None:
    """A block of after an entry that it lacks, and that entry, are never both there."""
    rounds = range(1, 1 + (400 if isinstance(store, MemoryStore) else 12))
    meeting = Barrier(2)
    seq, old = 0, None

    def both(*actions: Callable[[], object]) -> list[Any]:
        def run(action: Callable[[], object]) -> object:
            meeting.wait(timeout=30)
            return action()

        return list(pool.map(run, actions))

    with ThreadPoolExecutor(2) as pool:
        for number in rounds:
            at, later = At(f"{2000 + number}-01-01T00:00:00.000Z"), f"{2000 + number}-07"
            entry = Commit((), (), (governance_row(seq + 1),), governance_at=at)
            block = sealed(number, f"{later}-01T00:00:00.000Z", seq)
            swap, outcome = both(
                lambda block=block, old=old: heads.swap(old, block),
                lambda entry=entry: store.commit(entry),
            )
            assert (swap, outcome) in {
                (Swap.DONE, Outcome.MOVED),
                (Swap.LOST, Outcome.DONE),
                (Swap.LOST, Outcome.MOVED),
            }
            seq += outcome is Outcome.DONE
            old = block.checkpoint if swap is Swap.DONE else old


def test_a_swap_is_one_write_and_one_look(dynamo_store: DynamoStore, sent: Sent) -> None:
    """One transaction, and no read where it is answered."""
    heads = heads_at(dynamo_store)
    heads.swap(None, sealed(1))
    heads.swap(None, sealed(2))
    assert [name for name, _ in sent.requests] == ["TransactWriteItems"] * 2
    for swap in sent.of("TransactWriteItems"):
        assert [list(item) for item in swap["TransactItems"]] == [["ConditionCheck"], ["Put"]]


def test_places_are_written_25_at_once(dynamo_store: DynamoStore, sent: Sent) -> None:
    """1 WRU for each transaction, and no transaction of DynamoDB's for it."""
    heads_at(dynamo_store).place({transaction(number): number for number in range(60)})
    assert {name for name, _ in sent.requests} == {"BatchWriteItem"}
    (table,) = {name for batch in sent.of("BatchWriteItem") for name in batch["RequestItems"]}
    sizes = [len(batch["RequestItems"][table]) for batch in sent.of("BatchWriteItem")]
    assert sizes == [25, 25, 10]
