"""What holds when many write at once: nothing is lost, doubled or forked."""

import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from random import Random
from threading import Barrier
from typing import TypeVar

import pytest

from ledger.entries import read_entry
from ledger.names import TransactionId
from ledger.tx import read_tx
from ledger.verify import Labelled, verify
from loyalty.coalition import Coalition
from loyalty.committing import Answer
from loyalty.ports import Commit, Outcome, RecordPut, StandingPut, Store, WalletRow
from loyalty.records.rewards import Voucher
from loyalty.refusals import Code, Refused
from storage.memory import MemoryStore
from storage.reading import ledger_in_order, row_faults
from tests.contract.builders import (
    AT,
    ORIGIN,
    Card,
    buys,
    contents,
    enrolled,
    founded,
    gives,
    governance_row,
    redeems,
    standing,
    tally_row,
    transaction_row,
    wallet_row,
)

WRITERS = 8
MEMBERS = 3
SHARED = 3  # one in so many requests is sent by several writers with one idempotency key
ALLOWED_REFUSALS = {Code.INSUFFICIENT_POINTS, Code.CONTENDED}

Done = tuple[str, Answer]
T = TypeVar("T")


@pytest.fixture(autouse=True)
def _threads_take_turns_often() -> Iterator[None]:
    """Writers overlap within a request, not only between requests."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(0.00001)
    yield
    sys.setswitchinterval(interval)


def at_once(action: Callable[[int], T]) -> list[T]:
    """What each of the writers got, all started together."""
    barrier = Barrier(WRITERS)

    def run(writer: int) -> T:
        barrier.wait(timeout=30)
        return action(writer)

    with ThreadPoolExecutor(WRITERS) as pool:
        return list(pool.map(run, range(WRITERS)))


RIVALS: dict[str, Callable[[int], Commit]] = {
    "the next row of a wallet": lambda writer: Commit((), (wallet_row(1, 1, 1 + writer),)),
    "the tally of a wallet": lambda writer: Commit((), tallies=(tally_row(1, 0, 1),)),
    "the tally of a wallet or its next row": lambda writer: (
        Commit((), tallies=(tally_row(1, 0, 1, b"%d" % writer),))
        if writer % 2
        else Commit((), (wallet_row(1, 1, 1 + writer),))
    ),
    "two wallets in either order": lambda writer: Commit(
        (), tuple(wallet_row(n, 1, 1 + writer) for n in ((1, 2) if writer % 2 else (2, 1)))
    ),
    "the next governance entry": lambda writer: Commit(
        (), (), (governance_row(1, 1 + writer),), governance_at=AT
    ),
    "a record": lambda writer: Commit((), records=(RecordPut("ana", Card(str(writer))),)),
    "a standing": lambda writer: Commit((), standings=(StandingPut(standing(1, 1 + writer)),)),
}


@pytest.mark.parametrize("rival", RIVALS.values(), ids=RIVALS.keys())
def test_of_rival_commits_one_is_done(store: Store, rival: Callable[[int], Commit]) -> None:
    """Whoever comes second finds that it has moved, and leaves nothing behind."""
    commits = [
        rival(writer)._replace(transactions=(transaction_row(writer),)) for writer in range(WRITERS)
    ]
    outcomes = at_once(lambda writer: store.commit(commits[writer]))
    assert sorted(str(outcome) for outcome in outcomes) == sorted(
        [str(Outcome.DONE)] + [str(Outcome.MOVED)] * (WRITERS - 1)
    )
    found = contents(store)
    alone = MemoryStore()
    alone.commit(commits[outcomes.index(Outcome.DONE)])
    assert found == contents(alone)


def test_each_place_in_a_chain_is_taken_once(store: Store) -> None:
    """However often all writers meet at a wallet's next row, each row has one writer."""
    rounds = range(1, 1 + (400 if isinstance(store, MemoryStore) else 5))
    meeting = Barrier(WRITERS)

    def write(writer: int) -> list[int]:
        done = []
        for seq in rounds:
            row = transaction_row(writer * 1000 + seq)
            commit = Commit((row,), (wallet_row(1, seq, 1 + writer),))
            meeting.wait(timeout=30)
            if store.commit(commit) is Outcome.DONE:
                done.append(seq)
        return done

    written = [seq for each in at_once(write) for seq in each]
    assert sorted(written) == [*rounds]
    assert len(list(store.ledger_rows())) == 2 * len(rounds)


def test_of_one_request_sent_at_once_one_is_done(store: Store) -> None:
    """The others are told that it is there, or that it is just being written."""
    rounds = 200 if isinstance(store, MemoryStore) else 3
    meeting = Barrier(WRITERS)

    def send(writer: int) -> list[Outcome]:
        outcomes = []
        for number in range(rounds):
            commit = Commit((transaction_row(number),), (wallet_row(1 + writer, 1 + number),))
            meeting.wait(timeout=30)
            outcomes.append(store.commit(commit))
        return outcomes

    for outcomes in zip(*at_once(send), strict=True):
        assert outcomes.count(Outcome.DONE) == 1
        assert set(outcomes) <= {Outcome.DONE, Outcome.REPEATED, Outcome.MOVED}
    assert len(list(store.ledger_rows())) == 2 * rounds


def test_nothing_acknowledged_is_lost_beside_refused_commits(store: Store) -> None:
    """A commit that is refused takes back only itself."""
    store.commit(Commit((transaction_row(0),)))

    def write(writer: int) -> list[int]:
        done = []
        for number in range(10):
            own = 1 + writer * 100 + number
            refused = Commit((transaction_row(own + 50), transaction_row(0)))
            assert store.commit(refused) is Outcome.MOVED
            if store.commit(Commit((transaction_row(own),))) is Outcome.DONE:
                done.append(own)
        return done

    written = at_once(write)
    acknowledged = {number for each in written for number in each}
    assert len(acknowledged) == WRITERS * 10
    assert set(store.ledger_rows()) == {transaction_row(number) for number in {0} | acknowledged}


def request(coalition: Coalition, members: Sequence[str], dice: Random, key: str) -> Done:
    """One request of a few kinds, between a few members. The dice decide all of it."""
    giver, receiver = dice.sample(list(members), 2)
    kind = dice.choice(["buys", "buys", "gives", "gives", "redeems"])
    if kind == "buys":
        return kind, buys(coalition, giver, dice.randint(1_00, 90_00), key)
    if kind == "gives":
        return kind, gives(coalition, giver, receiver, dice.randint(1, 40), key)
    return kind, redeems(coalition, giver, key)


def storm(coalition: Coalition, members: Sequence[str], requests: int) -> dict[str, list[Done]]:
    """Acknowledged requests by key, from writers that contend and repeat one another."""

    def write(writer: int) -> list[tuple[str, Done]]:
        done = []
        for number in range(requests):
            shared = number % SHARED == 0
            key = f"shared-{number}" if shared else f"{writer}-{number}"
            try:
                done.append((key, request(coalition, members, Random(key), key)))
            except Refused as refused:
                if refused.code not in ALLOWED_REFUSALS:
                    raise
        return done

    acknowledged: defaultdict[str, list[Done]] = defaultdict(list)
    for written in at_once(write):
        for key, done in written:
            acknowledged[key].append(done)
    return acknowledged


def test_a_storm_of_requests_leaves_one_ledger(store: Store) -> None:
    """Eight writers, few members, repeated keys: the ledger holds what was acknowledged, once."""
    coalition = founded(store)
    members = enrolled(coalition, MEMBERS)
    for member in members:
        buys(coalition, member, 300_00, f"first-{member}")
    before = set(ledger_in_order(store))
    acknowledged = storm(coalition, members, 90 if isinstance(store, MemoryStore) else 9)

    assert {kind for done in acknowledged.values() for kind, _ in done} == {
        "buys",
        "gives",
        "redeems",
    }
    # Everyone who sent one request was answered alike.
    assert all(len({repr(answer) for _, answer in done}) == 1 for done in acknowledged.values())

    entries = ledger_in_order(store)
    verified = verify(entries, origin=ORIGIN, cores=1)
    assert verified.fault is None, str(verified.fault)
    assert verified.history.entries == len(entries)
    assert list(row_faults(store.ledger_rows(), verified.history)) == []
    assert_entered_once([entry for entry in entries if entry not in before], acknowledged)
    assert_chains_are_dense(store)
    heads = store.wallets(verified.history.wallets.keys())
    assert {id_: row.wallet for id_, row in heads.items()} == verified.history.wallets
    vouchers = [done[0][1].record for done in acknowledged.values() if done[0][0] == "redeems"]
    assert len(store.records(Voucher, vouchers)) == len(vouchers)


def assert_entered_once(entries: Sequence[Labelled], acknowledged: dict[str, list[Done]]) -> None:
    """Entries and acknowledged requests are the same, one to one."""
    found: list[TransactionId] = []
    kinds: defaultdict[str, int] = defaultdict(int)
    for entry in entries:
        tx = read_tx(read_entry(entry.data).body)
        found.append(tx.id)
        kinds[tx.kind] += 1
    wanted: defaultdict[str, int] = defaultdict(int)
    for done in acknowledged.values():
        wanted[{"buys": "earn", "gives": "transfer", "redeems": "redeem"}[done[0][0]]] += 1
    assert len(set(found)) == len(found) == len(acknowledged)
    assert kinds == wanted


def assert_chains_are_dense(store: Store) -> None:
    seqs: defaultdict[str, list[int]] = defaultdict(list)
    for row in store.ledger_rows():
        if isinstance(row, WalletRow):
            seqs[row.wallet.id].append(row.wallet.seq)
    for wallet, found in seqs.items():
        assert sorted(found) == list(range(1, len(found) + 1)), wallet
