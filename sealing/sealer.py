"""The sealer: makes committed entries into blocks of the log.

The order of its steps is what keeps the log one (docs/sealing.md):

    1  read the head; finish its publication, if that is not done
    2  read the rows of the wallets that are rung for, past what is sealed, then governance
    3  make the batch in memory: entries, block, tiles, pages, checkpoint
    4  write the pages and one staging bundle
    5  sign, and swap the head; lost or unknown: forget everything and begin again
    6  publish, the same way as in 1

Witnesses are asked after that, by whoever runs the sealer (`sealing.witnessing`). Whatever ends a
sealer between two steps, the next one goes on from the head. Two at once do each other no harm: one
swap is done, the other lost.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import orjson

from ledger.balance_reads import found_all
from ledger.balance_tree import Leaf, leaf_of, wallet_key
from ledger.block_rules import ENTRY_MAX_AGE
from ledger.canonical import MAX_INTEGER
from ledger.checkpoints import Checkpoint
from ledger.entries import Entry, read_entry
from ledger.errors import RuleBroken
from ledger.governance import Governance
from ledger.names import At, CurrencyCode, TransactionId, WalletId, at_moment, at_text
from ledger.notes import Signer, sign_note
from ledger.tiles import GrowingTree, Tile, TileReader
from loyalty.ports import RandomBytes
from sealing.batch import Batch, Chain, Committed, Sums, committed, ready
from sealing.making import Made, Sealed, check_position, make
from sealing.pages import Pages
from sealing.ports import Head, Heads, Objects, Rows, Swap
from sealing.position import read_position, write_position
from sealing.publication import (
    checkpoint_of,
    is_published,
    publish,
    published,
    staged,
    write_bundle,
)
from sealing.stopped import Reason, SealingStopped

BATCH_ENTRIES = 1_000
CATCH_UP_AFTER = timedelta(hours=12)
"""After that long without a block the sealer looks at every wallet, and seals the oldest first:
entries that wait while newer ones are sealed would become too old to be sealed at all."""
CLOCK_TOLERANCE = timedelta(seconds=5)
"""How far this machine's clock may be behind that of the last block, and the sealer just wait."""
_ROWS_AT_ONCE = 100
_DRAIN_BLOCKS = 1_000


class Progress(NamedTuple):
    """What a seal came to.

    checkpoint: the head's, if there is one; entries: how many were sealed, the block not counted;
    lost: another sealer was quicker, or no answer came; early: the clock is not past the last block
    yet, so nothing was looked at; waiting: wallets that have more to seal; oldest: when the oldest
    transaction was committed that this sealed, and left: the oldest that it saw and did not seal.
    """

    checkpoint: Checkpoint | None
    entries: int = 0
    lost: bool = False
    early: bool = False
    waiting: frozenset[WalletId] = frozenset()
    oldest: At | None = None
    left: At | None = None

    @property
    def again(self) -> bool:
        """Whether there is, or may be, more to seal a little later."""
        return self.lost or self.early or bool(self.waiting)


class Keys(NamedTuple):
    """Who signs: every log key in force, and the entry key; further: other entry keys that are
    held, before or after a change of key."""

    log: Sequence[Signer]
    entries: Signer
    further: Sequence[Signer] = ()


class _State(NamedTuple):
    head: Head | None
    sealed: Sealed


class Sealer:
    """Seals one coalition's ledger. For one thread; several may run at once elsewhere.

    log: the published objects; own: the sealer's, which nobody else reads.
    """

    def __init__(
        self,
        origin: str,
        rows: Rows,
        heads: Heads,
        log: Objects,
        own: Objects,
        keys: Keys,
        now: Callable[[], datetime],
        random: RandomBytes,
        batch_entries: int = BATCH_ENTRIES,
    ) -> None:
        self._origin = origin
        self._rows = rows
        self._heads = heads
        self._log = log
        self._own = own
        self._keys = keys
        self._now = now
        self._random = random
        self._limit = batch_entries
        self._forget()

    def seal(self, wallets: Collection[WalletId]) -> Progress:
        """Seals what those wallets, and governance, have that is not sealed. Raises SealingStopped,
        StoreUnavailable; after either the next call begins with the head."""
        try:
            return self._seal(self._recovered(), wallets)
        except RuleBroken as broken:
            self._forget()
            raise SealingStopped(Reason.DAMAGED, "what was written", broken) from broken
        except BaseException:
            self._forget()
            raise

    def drain(self, wallets: Collection[WalletId]) -> Progress:
        """Seals block after block, until no block would have an entry. entries: of all blocks."""
        entries = 0
        oldest: At | None = None
        left: At | None = None
        progress = Progress(None, waiting=frozenset(wallets))
        for _ in range(_DRAIN_BLOCKS):
            progress = self.seal(progress.waiting)
            entries += progress.entries
            oldest = _older(oldest, progress.oldest)
            if not (progress.early or progress.lost):  # it looked
                left = progress.left
            if progress.lost or not progress.entries or not progress.waiting:
                break
        return progress._replace(entries=entries, oldest=oldest, left=left)

    def sweep(self) -> Progress:
        """Seals what nobody rang for: looks at every wallet there is."""
        return self.drain(frozenset(self._rows.wallet_ids()))

    def _forget(self) -> None:
        self._state: _State | None = None
        self._governance = Governance()
        self._pages = Pages(self._own)

    def _recovered(self) -> _State:
        """Step 1: the newest head, published."""
        # In this order: what was published before the head is read is never ahead of it.
        note = published(self._log)
        head = self._heads.read()
        if head is None:
            if note is not None:
                raise SealingStopped(Reason.REWOUND, "a head", "a published log without one")
        elif not is_published(note and note.data, checkpoint_of(head.checkpoint)):
            publish(self._log, self._own, self._heads, head.checkpoint)
        if self._state is None or self._state.head != head:
            self._forget()
            self._state = _State(head, self._loaded(head))
        return self._state

    def _loaded(self, head: Head | None) -> Sealed:
        if head is None:
            return Sealed(None, {}, GrowingTree())
        checkpoint = checkpoint_of(head.checkpoint)
        tree = self._edge(checkpoint)
        block = read_entry(TileReader(checkpoint.size, self._tile).entry(checkpoint.size - 1))
        position = read_position(head.position)
        totals = {
            (account, CurrencyCode(currency)): amount
            for account, row in orjson.loads(self._pages.stored(position.totals)).items()
            for currency, amount in row.items()
        }
        check_position(position, totals, block)
        return Sealed(position, totals, tree)

    def _edge(self, checkpoint: Checkpoint) -> GrowingTree:
        """The right edge of the published tree, which must be the head's."""
        try:
            tree = GrowingTree.load(checkpoint.size, self._tile)
        except RuleBroken as broken:
            raise SealingStopped(Reason.FORKED, "tiles of the head's tree", broken) from None
        if tree.root() != checkpoint.root:
            raise SealingStopped(Reason.FORKED, checkpoint.root.hex(), tree.root().hex())
        return tree

    def _tile(self, tile: Tile) -> bytes | None:
        return self._log.read(tile.path)

    def _seal(self, state: _State, wallets: Collection[WalletId]) -> Progress:
        head, sealed = state
        stood = head and checkpoint_of(head.checkpoint)
        now = at = self._time(sealed)
        if at is None or now is None:
            return Progress(stood, early=True, waiting=frozenset(wallets))
        behind = _is_behind(sealed, at)
        if behind:
            wallets = {*wallets, *self._rows.wallet_ids()}
        chains, transactions, left = self._unsealed(sealed, wallets, at, everything=behind)
        oldest = _oldest_allowed(sealed)
        in_time = {id_: each for id_, each in transactions.items() if each.at >= oldest}
        at = _block_time(sealed, at, in_time.values())
        # Read after the rows: whatever they rest on was committed before them, and is here.
        governance, seen = self._new_governance(sealed, at)
        batch = ready(chains, in_time, at, self._limit, _sums(sealed))
        waiting = left | _waiting(chains, batch)
        unsealed = _unsealed_since(transactions.values(), batch)
        if not governance and not batch.transactions:
            _check_times(sealed, transactions.values())
            if batch.past_limit:
                limited = [each.id for each in batch.past_limit]
                raise SealingStopped(Reason.LIMIT, f"sums within {MAX_INTEGER}", limited)
            return Progress(stood, waiting=waiting, left=unsealed)
        left_behind = behind and _has_older(in_time.values(), batch, now)
        made, new = self._written(sealed, at, batch, governance, seen, behind=left_behind)
        if self._heads.swap(head and head.checkpoint, new) is not Swap.DONE:
            self._forget()
            return Progress(stood, lost=True, waiting=frozenset(wallets))
        self._state = _State(new, made.sealed)
        publish(self._log, self._own, self._heads, new.checkpoint)
        count = len(governance) + len(batch.transactions)
        first = min((each.at for each in batch.transactions), default=None)
        return Progress(made.checkpoint, count, waiting=waiting, oldest=first, left=unsealed)

    def _time(self, sealed: Sealed) -> At | None:
        """The next block's time; None: it is not yet after that of the last."""
        now = self._now()
        at = at_text(now)
        if sealed.position is None or at > sealed.position.at:
            return at
        if now < at_moment(sealed.position.at) - CLOCK_TOLERANCE:
            raise SealingStopped(Reason.CLOCK, f"a time after {sealed.position.at}", at)
        return None

    def _unsealed(
        self, sealed: Sealed, wallets: Iterable[WalletId], at: At, *, everything: bool
    ) -> tuple[dict[WalletId, Chain], dict[TransactionId, Committed], frozenset[WalletId]]:
        """The rows past what is sealed, of these wallets and of all that their entries touch; and
        the wallets that there was no room to look at."""
        chains: dict[WalletId, Chain] = {}
        transactions: dict[TransactionId, Committed] = {}
        look_at = set(wallets)
        # Past the limit only as long as each of these waits for a wallet not looked at.
        while look_at and (
            everything
            or len(transactions) < self._limit
            or not ready(chains, transactions, at, 1, _sums(sealed)).transactions
        ):
            some = sorted(look_at)[: self._limit]
            look_at.difference_update(some)
            leaves = self._leaves(sealed, some)
            for wallet in some:
                chains[wallet] = self._chain(wallet, leaves.get(wallet_key(wallet)))
            ids = {row.transaction for wallet in some for row in chains[wallet].rows}
            for id_, row in self._rows.transactions(ids - transactions.keys()).items():
                if row.entry is not None:
                    transactions[id_] = committed(id_, row.entry)
                    look_at |= transactions[id_].links.keys() - chains.keys()
        return chains, transactions, frozenset(look_at)

    def _leaves(self, sealed: Sealed, wallets: Collection[WalletId]) -> dict[bytes, Leaf]:
        """What the balance trees have of these wallets, by their keys."""
        leaves: dict[bytes, Leaf] = {}
        keys = [wallet_key(wallet) for wallet in wallets]
        for row in sealed.position.balances.values() if sealed.position else ():
            leaves |= found_all(row.root, keys, self._pages.read)
        return leaves

    def _chain(self, wallet: WalletId, leaf: Leaf | None) -> Chain:
        """A wallet's rows past what is sealed. Its leaf's seq stands in no hash: so the row of that
        seq must be the one that the tree has."""
        if leaf is None:
            return Chain(0, self._rows.wallet_rows(wallet, 0, _ROWS_AT_ONCE))
        rows = self._rows.wallet_rows(wallet, leaf.seq - 1, _ROWS_AT_ONCE + 1)
        if not rows or leaf_of(rows[0].wallet) != leaf:
            found = rows[0].wallet if rows else None
            raise SealingStopped(Reason.ROW, f"row {leaf.seq} of {wallet} as sealed", found)
        return Chain(leaf.seq, rows[1:])

    def _new_governance(self, sealed: Sealed, at: At) -> tuple[list[Entry], int]:
        """Governance entries to seal now, and the seq of the last that was seen."""
        done = sealed.position.governance_seq if sealed.position else 0
        new, seen = [], self._governance.seq
        for row in self._rows.governance(self._governance.seq):
            seen = row.seq
            entry = read_entry(row.entry)
            if str(entry.body["at"]) > at:
                continue
            self._governance.apply(entry.body, entry.hash)
            if row.seq > done:
                new.append(entry)
        return new, seen

    def _written(
        self,
        sealed: Sealed,
        at: At,
        batch: Batch,
        governance: Sequence[Entry],
        seen: int,
        *,
        behind: bool,
    ) -> tuple[Made, Head]:
        """Steps 3 and 4: makes the block, and writes all that it needs before it can be one."""
        self._pages.begin(self._random(16))
        made = make(
            sealed,
            at,
            batch,
            governance,
            self._governance.seq,
            self._governance.currencies,
            self._pages,
            self._origin,
            self._entry_signer(at),
        )
        self._pages.save()
        self._own.create(staged(made.checkpoint), write_bundle(made.bundle))
        note = sign_note(made.checkpoint.text, *self._log_signers(at))
        assert made.sealed.position is not None  # noqa: S101
        position = made.sealed.position._replace(behind=behind)
        made = made._replace(sealed=made.sealed._replace(position=position))
        return made, Head(note, write_position(position), seen, at)

    def _log_signers(self, at: At) -> list[Signer]:
        """Every log key in force signs. Raises SealingStopped where one is not here: no auditor
        would take such a block, and it cannot be taken back."""
        here = {str(signer.verifier): signer for signer in self._keys.log}
        wanted = self._governance.keys_of("log", at)
        missing = [key for key in wanted if key not in here]
        if missing or not wanted:
            raise SealingStopped(Reason.KEY, "a signer for every log key in force", missing)
        return [here[key] for key in wanted]

    def _entry_signer(self, at: At) -> Signer:
        """Of the entry keys held here the one that came in force last. Raises SealingStopped."""
        held = (self._keys.entries, *self._keys.further)
        found = self._governance.signer("entries", held, at)
        if found is None:
            labels = [each.verifier.label for each in held]
            raise SealingStopped(Reason.KEY, "an entry key in force", labels)
        return found


def _older(one: At | None, other: At | None) -> At | None:
    return min((at for at in (one, other) if at is not None), default=None)


def _unsealed_since(transactions: Iterable[Committed], batch: Batch) -> At | None:
    """When the oldest of those that are not in the batch was committed."""
    taken = {each.id for each in batch.transactions}
    return min((each.at for each in transactions if each.id not in taken), default=None)


def _is_behind(sealed: Sealed, now: At) -> bool:
    position = sealed.position
    if position is None or position.behind:
        return True
    return at_moment(now) - at_moment(position.at) > CATCH_UP_AFTER


def _has_older(transactions: Iterable[Committed], batch: Batch, now: At) -> bool:
    """Whether entries are left, after this batch, that would soon be too old."""
    taken = {each.id for each in batch.transactions}
    old = at_text(at_moment(now) - CATCH_UP_AFTER)
    return any(each.at < old for each in transactions if each.id not in taken)


def _block_time(sealed: Sealed, now: At, transactions: Iterable[Committed]) -> At:
    """Now, or while older entries wait: so early that all of them can be sealed after it."""
    oldest = min((each.at for each in transactions), default=now)
    time = at_moment(oldest) + ENTRY_MAX_AGE
    if sealed.position is not None:
        time = max(time, at_moment(sealed.position.at) + timedelta(milliseconds=1))
    return min(now, at_text(time))


def _sums(sealed: Sealed) -> Sums:
    sums = dict(sealed.totals)
    for code, row in sealed.position.balances.items() if sealed.position else ():
        sums["owed", code] = row.root.owed
        sums["arrears", code] = row.arrears
    return Sums(sums)


def _oldest_allowed(sealed: Sealed) -> At:
    """What no entry of the next batch may be dated before."""
    if sealed.position is None:
        return At("")
    return at_text(at_moment(sealed.position.at) - ENTRY_MAX_AGE)


def _check_times(sealed: Sealed, transactions: Iterable[Committed]) -> None:
    """Raises SealingStopped for an entry that is too old to be sealed: it is never rewritten. The
    others do not wait for it; it is told of when nothing else is left to seal."""
    oldest = _oldest_allowed(sealed)
    for each in transactions:
        if each.at < oldest:
            raise SealingStopped(Reason.TIME, f"{each.id} at {oldest} or later", each.at)


def _waiting(chains: dict[WalletId, Chain], batch: Batch) -> frozenset[WalletId]:
    """Wallets of which rows were seen that did not go in, or of which there may be more."""
    return frozenset(
        wallet
        for wallet, chain in chains.items()
        if chain.rows
        and (
            len(chain.rows) == _ROWS_AT_ONCE
            or wallet not in batch.wallets
            or batch.wallets[wallet].seq < chain.rows[-1].wallet.seq
        )
    )
