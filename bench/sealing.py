"""Sealing without I/O, what it writes, and the proofs of a large log; beside bare signatures.

Batches of 1,000 earns over trees of 1,000 and of 1,000,000 wallets: from rows and entries as the
table has them to the block, the tiles, the pages and the staging bundle.
"""

import gc
from collections.abc import Iterator
from random import Random
from statistics import median
from time import perf_counter
from typing import NamedTuple

from nacl.bindings import crypto_sign_open

from bench.figures import Figure, at_most, noted
from bench.ledgers import ORIGIN, STARS, transaction
from ledger.balance_proofs import balance_extra, verify_balance
from ledger.balance_reads import path
from ledger.balance_tree import EMPTY_ROOT, Leaf, wallet_key, wallet_state
from ledger.balance_updates import updated
from ledger.entries import sign_entry
from ledger.history import wallet_after
from ledger.kinds import earn
from ledger.names import NO_HASH, At, Expires, Hash, WalletId, base32_id, transaction_id
from ledger.notes import SeedSigner, sign_note
from ledger.pages import NO_REF
from ledger.proofs import Proof, read_proof, verify_receipt, write_proof
from ledger.tiles import GrowingTree, TileReader
from ledger.tree import inclusion_proof
from ledger.tx import Authority, Balances
from ledger.wallets import Lot, Wallet
from loyalty.ports import WalletRow
from sealing.batch import Chain, Sums, committed, ready
from sealing.making import Made, Sealed, make
from sealing.pages import Pages
from sealing.position import CurrencyPosition, Position
from sealing.publication import write_bundle
from storage.memory_log import MemoryObjects

_BATCH = 1_000
_BATCHES = 15
_BARE_CHECKS = 2_000
_OBJECT_WRU = 8
"""What an S3 object costs to write, in DynamoDB's units: docs/adr/0008."""
_AT = At("2026-11-21T20:50:00.000Z")
_EXPIRES = Expires("2027-11-30")
_ENTRIES, _LOG = SeedSigner(f"{ORIGIN}/entries", b"e" * 32), SeedSigner(ORIGIN, b"l" * 32)


class _Measured(NamedTuple):
    """seal_us: of one transaction; checks: the same in bare checks made beside it; beside: that of
    the first log measured in the same turns; objects: written for a block."""

    seal_us: float
    checks: float
    beside: float
    objects: float
    last: "_Log"


class _Log:
    """A log of one currency whose tree has so many wallets, each as after one earn."""

    def __init__(self, wallets: int) -> None:
        self.random = Random(3)
        self.wallets = wallets
        self.changed: dict[int, Wallet] = {}
        self.pages = Pages(MemoryObjects(), cached=1 << 40)
        self.pages.begin(bytes(16))
        leaves = [
            Leaf(wallet_key(wallet_id(number)), 100, self.random.randbytes(32), 1)
            for number in range(wallets)
        ]
        root = updated(EMPTY_ROOT, leaves, self.pages.read, self.pages.write)
        balances = {STARS: CurrencyPosition(root, 0, wallets)}
        position = Position(0, At("2026-11-21T20:00:00.000Z"), NO_HASH, 0, 7, balances, NO_REF)
        self.sealed = Sealed(position, {}, GrowingTree())
        self.made: Made | None = None
        self.tiles: dict[str, bytes] = {}

    def batch(self, at: At) -> tuple[list[WalletRow], dict[str, bytes]]:
        """A thousand earns that were committed, and the rows they left."""
        rows, entries = [], {}
        for number in self.random.sample(range(self.wallets), _BATCH):
            wallet = self.changed.get(number) or _once_earned(number)
            id_ = transaction_id("system:programme", f"{at}{number}")
            effect = earn(wallet, "grocer", 12, at, _EXPIRES)
            by = Authority("system:programme")
            entry = sign_entry(transaction(id_, "earn", at, effect, by, Hash(NO_HASH)), _ENTRIES)
            self.changed[number] = wallet_after(effect.changes[0], at, entry.hash)
            rows.append(WalletRow(self.changed[number], id_, "earn"))
            entries[id_] = entry.data
        return rows, entries

    def seal(self, rows: list[WalletRow], entries: dict[str, bytes], at: At) -> Made:
        """All that sealing does without I/O."""
        chains = {row.wallet.id: Chain(row.wallet.seq - 1, (row,)) for row in rows}
        found = {id_: committed(id_, data) for id_, data in entries.items()}  # type: ignore[arg-type]
        batch = ready(chains, found, at, _BATCH, Sums({}))
        self.pages.begin(self.random.randbytes(16))
        made = make(self.sealed, at, batch, (), 7, (STARS,), self.pages, ORIGIN, _ENTRIES)
        self.pages.save()
        write_bundle(made.bundle)
        self.sealed, self.made = made.sealed, made
        return made


def figures() -> Iterator[Figure]:
    small, large = _measured(_Log(1_000), _Log(1_000_000))
    yield at_most(
        "seal a transaction, 1,000,000 wallets",
        large.checks,
        2,
        "x one bare signature check",
        f"{large.seal_us:.0f} µs, batches of {_BATCH:,}",
    )
    yield at_most(
        "the same, beside 1,000 wallets",
        large.beside,
        2,
        "x",
        f"{small.seal_us:.0f} µs, {small.checks:.2f} x a check",
    )
    yield _writes(large)
    yield from _proofs(large.last)


def wallet_id(number: int) -> WalletId:
    return WalletId(base32_id(number.to_bytes(16, "big")))


def _once_earned(number: int) -> Wallet:
    lots = (Lot(_EXPIRES, "fuel", 100),)
    return Wallet(wallet_id(number), STARS, 1, NO_HASH, _AT, Balances(100), lots)


def _measured(*logs: _Log) -> list[_Measured]:
    """Each log in turns, a batch at a time. Medians."""
    # What was built stays: the collector need not look through it at each turn.
    gc.collect()
    gc.freeze()
    turns = [[_turn(log, number) for log in logs] for number in range(_BATCHES)]
    return [
        _Measured(
            median(turn[place][0] for turn in turns) * 1e6,
            median(turn[place][0] / turn[place][1] for turn in turns),
            median(turn[place][0] / turn[0][0] for turn in turns),
            median(turn[place][2] for turn in turns),
            log,
        )
        for place, log in enumerate(logs)
    ]


def _turn(log: _Log, number: int) -> tuple[float, float, int]:
    """Seconds to seal a transaction, seconds of a bare check, and how many tiles were made."""
    at = At(f"2026-11-21T21:{number:02}:00.000Z")
    rows, entries = log.batch(at)
    before = _bare_s(list(entries.values()))
    start = perf_counter()
    made = log.seal(rows, entries, at)
    seal_s = (perf_counter() - start) / _BATCH
    after = _bare_s(list(entries.values()))
    log.tiles.update(made.bundle.tiles)
    return seal_s, (before + after) / 2, len(made.bundle.tiles)


def _bare_s(entries: list[bytes]) -> float:
    """One signature check of libsodium's, over a message of an entry's length."""
    signed = [(_ENTRIES.sign(data) + data, _ENTRIES.verifier.public) for data in entries]
    start = perf_counter()
    for message, key in signed:
        crypto_sign_open(message, key)
    return (perf_counter() - start) / len(signed)


def _writes(measured: _Measured) -> Figure:
    """Beyond the commit: what a block of 1,000 writes, in WRU a transaction."""
    # Tiles; bundle and pages; the checkpoint, and once more with its cosignatures.
    objects = measured.objects + 2 + 2
    # The head and the condition beside it, transactional; one small item for each place.
    wru = objects * _OBJECT_WRU + 4 + _BATCH
    return at_most(
        "what sealing writes",
        wru / _BATCH,
        2.5,
        "WRU a transaction",
        f"{objects:.0f} objects of {_OBJECT_WRU} WRU, the head, and a place for each of {_BATCH:,}",
    )


def _proofs(log: _Log) -> Iterator[Figure]:
    assert log.made is not None
    checkpoint = log.made.checkpoint
    note = sign_note(checkpoint.text, _LOG)
    tree = TileReader(checkpoint.size, lambda tile: log.tiles.get(tile.path))
    number = next(iter(log.changed))
    receipts, balances = [], []
    index = checkpoint.size - 2
    receipt = write_proof(
        Proof(tree.entry(index), index, tuple(inclusion_proof(index, checkpoint.size, tree)), note)
    )
    position = log.sealed.position
    assert position is not None
    wallet = log.changed[number]
    way = path(position.balances[STARS].root, wallet_key(wallet.id), log.pages.read)
    last = checkpoint.size - 1
    extra = balance_extra(tree.entry(last), wallet.id, STARS, wallet_state(wallet), way)
    hashes = tuple(inclusion_proof(last, checkpoint.size, tree))
    balance = write_proof(Proof(extra, last, hashes, note))
    keys = [_LOG.verifier]
    data = [tree.entry(index)]
    for _ in range(_BATCHES):
        bare = _bare_s(data * _BARE_CHECKS)
        receipts.append(_seconds(lambda: verify_receipt(read_proof(receipt), keys)) / bare)
        balances.append(
            _seconds(lambda: verify_balance(read_proof(balance), wallet.id, keys)) / bare
        )
    unit = "x one bare signature check"
    yield at_most("verify a receipt", median(receipts), 3, unit, f"{len(receipt):,} bytes")
    made = f"1,000,000 wallets, {len(way.siblings)} siblings"
    yield at_most("verify a balance proof", median(balances), 4, unit, made)
    raw = len(extra) - len(tree.entry(last)) * 4 // 3
    # What it holds, hashes and sums as bytes: base64 and names left out.
    sums = sum((amount.bit_length() + 7) // 8 for amount, _ in way.siblings)
    raw = 32 * (len(hashes) + len(way.siblings)) + sums + len(note)
    raw += len(tree.entry(last)) + len(wallet_state(wallet))
    yield at_most("a balance proof, raw", raw / 1000, 2.5, "kB", made)
    yield noted("the same, as its file", len(balance) / 1000, "kB", made)


def _seconds(call: object) -> float:
    start = perf_counter()
    for _ in range(_BARE_CHECKS):
        call()  # type: ignore[operator]
    return (perf_counter() - start) / _BARE_CHECKS
