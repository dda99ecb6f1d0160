"""The audit of a published log: all that docs/ledger-format.md says a log must be.

    checkpoint   signed by a log key, witnessed as the policy wants, an extension of those seen
    tiles        each hash follows from the entries, up to the checkpoint's root
    entries      every rule of `ledger.history`, every signature, each in its time
    blocks       each made again and compared (`ledger.block_rules`); the last leaf is one
    log keys     every one in force at the last block's time has signed the checkpoint

`audit` goes through a log once, from its first leaf or from the block at which a state was saved.
What it keeps in memory grows with the wallets, not with the entries: those go to disk
(`ledger.audit_state`). Signatures are verified on all cores (`ledger.verify`).

The first fault is named: that of the lowest index, or, if no entry is wrong, the first file.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from copy import deepcopy
from typing import NamedTuple, NoReturn

from ledger.audit_checkpoint import check_log_keys, inconsistent, published
from ledger.audit_files import LogFiles, Source, check_extends, edge_tiles
from ledger.audit_state import MALFORMED, AuditState, Saved, StateBroken
from ledger.block_rules import BlockRules, LateEntry
from ledger.blocks import CurrencyBalances
from ledger.checkpoints import CHECKPOINT, Checkpoint
from ledger.entries import Entry, read_entry
from ledger.errors import Fault, RuleBroken, fault_of
from ledger.governance import Check
from ledger.history import History
from ledger.names import At, CurrencyCode, WalletId
from ledger.notes import VerifierKey
from ledger.policies import Policy
from ledger.retrace import retraced
from ledger.tiles import ENTRIES, TILE_WIDTH, GrowingTree, Tile, TileReader
from ledger.verify import Signatures, signatures_of
from ledger.wallets import Wallet

SAVE_EVERY = 50_000
"""Entries after which the next block is saved, if the state is a file."""
_STANDINGS_IN_MEMORY = 4_096


class Audited(NamedTuple):
    """What an audit found, as far as it went. checkpoint: None if none could be believed.

    entries, blocks: of the log from its beginning; began: the index at which this audit began;
    signatures: verified in this audit; at, balances: what the last block states.
    """

    checkpoint: Checkpoint | None
    fault: Fault | None
    entries: int = 0
    began: int = 0
    blocks: int = 0
    signatures: int = 0
    at: At = At("")
    balances: Mapping[CurrencyCode, CurrencyBalances] = {}


def audit(
    source: Source,
    log_keys: Sequence[VerifierKey],
    *,
    policy: Policy | None = None,
    origin: str | None = None,
    state: AuditState | None = None,
    cores: int | None = None,
    progress: Callable[[int, int], object] | None = None,
) -> Audited:
    """Audits a log; what is wrong with it is returned as its fault.

    origin: the log's, if it is known; state: of earlier audits, to go on from; progress: told how
    many entries are done, and of how many. Raises StateBroken for a state that is not one of this
    log, and whatever the source raises.
    """
    try:
        note, checkpoint = published(source, log_keys, policy, origin)
    except RuleBroken as broken:
        return Audited(None, fault_of(None, CHECKPOINT, broken))
    own = state or AuditState()
    try:
        own.check_owner(checkpoint.origin, log_keys)
        saved = own.saved()
        fault = inconsistent(source, checkpoint, own.seen, saved)
        if fault is not None:
            return Audited(checkpoint, fault)
        own.see(checkpoint)
        begin = saved.last.size if saved else 0
        with signatures_of(checkpoint.size - begin, cores) as signatures:
            run = _Audit(source, checkpoint, own, signatures, progress)
            if saved is not None:
                run.go_on(saved)
            return run.audited(run.first_fault() or run.last_fault(note, log_keys))
    finally:
        own.forget() if state else own.close()


class _Stopped(Exception):
    """The audit goes no further: `_Audit` knows why."""


class _Audit:
    """One way through a log. Entries are taken in their order, and the first that does not follow
    from those before it ends it; only signatures, and ids used twice, may turn out wrong later.
    """

    def __init__(
        self,
        source: Source,
        checkpoint: Checkpoint,
        state: AuditState,
        signatures: Signatures,
        progress: Callable[[int, int], object] | None,
    ) -> None:
        self._source = source
        self._checkpoint = checkpoint
        self._files = LogFiles(source, checkpoint.size)
        self._state = state
        self._signatures = signatures
        self._progress = progress or (lambda _done, _of: None)
        self._history = History(state.standing)
        self._blocks = BlockRules()
        self._tree = GrowingTree()
        # What the partial tiles at the right edge hold, by level.
        self._edge: dict[int, bytes] = {}
        self._began = 0
        self._verified = 0
        self._faults: list[Fault] = []
        # Since standings were moved to disk: where that was, and which entries had none.
        self._moved_at = 0
        self._without_standing: list[int] = []
        # Since a block was saved.
        self._saved_at = 0
        self._wallets: dict[WalletId, Wallet] = {}
        self._governance: list[bytes] = []

    def go_on(self, saved: Saved) -> None:
        """Begins after a saved block. Raises StateBroken for a state that is not whole."""
        history, size = self._history, saved.last.size
        try:
            for data in self._state.governance():
                entry = read_entry(data)
                history.governance.apply(entry.body, entry.hash)
            history.wallets = {wallet.id: wallet for wallet in self._state.wallets()}
            history.totals = dict(saved.totals)
            history.entries = size
            self._blocks.go_on(saved.last, history)
            self._edge = {tile.level: saved.edge[tile.path] for tile in edge_tiles(size)}
            self._tree = GrowingTree.load(size, lambda tile: saved.edge[tile.path])
        except StateBroken:
            raise
        except (RuleBroken, *MALFORMED) as error:
            raise StateBroken("state.form", "what an audit wrote", str(error)) from None
        whole = (saved.root, dict(saved.balances))
        if (self._tree.root(), self._blocks.balances) != whole:
            raise StateBroken("state.whole", whole, (self._tree.root(), self._blocks.balances))
        self._began = self._moved_at = self._saved_at = size

    def first_fault(self) -> Fault | None:
        """Goes through the entries. The entry of lowest index that is wrong, if there is one."""
        size = self._checkpoint.size
        try:
            for index in range(self._began // TILE_WIDTH, -(-size // TILE_WIDTH)):
                width = min(TILE_WIDTH, size - index * TILE_WIDTH)
                self._take_bundle(Tile(ENTRIES, index, width))
                self._progress(self._history.entries, size)
        except _Stopped:
            pass
        self._settle()
        fault = min(self._faults, key=lambda fault: fault.position or 0, default=None)
        return self._files.first(fault)

    def last_fault(self, note: bytes, log_keys: Sequence[VerifierKey]) -> Fault | None:
        """What is wrong although no entry is. If nothing is, the last block is saved."""
        if self._files.fault is not None:
            return self._files.fault
        try:
            root = self._tree.root()
            if root != self._checkpoint.root:
                raise RuleBroken("checkpoint.root", root.hex(), self._checkpoint.root.hex())
            governance, at = self._history.governance, self._blocks.last.at
            check_log_keys(note, log_keys, governance, at)
        except RuleBroken as broken:
            return fault_of(None, CHECKPOINT, broken)
        if self._state.kept and self._saved_at < self._checkpoint.size:
            self._write_state(root, self._edge)
        return None

    def audited(self, fault: Fault | None) -> Audited:
        last = self._blocks.last
        return Audited(
            self._checkpoint,
            fault,
            self._history.entries,
            self._began,
            last.height + 1,
            self._verified,
            last.at,
            self._blocks.balances,
        )

    # Entries

    def _take_bundle(self, tile: Tile) -> None:
        """Takes the entries of a bundle, and compares the hash tiles that they fill."""
        entries = self._files.entries(tile)
        first = tile.index * TILE_WIDTH
        begin = max(self._began - first, 0)
        if begin and (fault := self._files.changed_since(tile, entries[:begin], self._edge[0])):
            self._stop(fault)
        self._take_entries(tile, entries, begin)
        if len(entries) < tile.width:
            # What of it could be read holds, but for a hash that is another.
            self._stop(self._files.leaf_fault(tile, entries))
        self._grow(tile, entries[begin:])
        if self._signatures.bad is not None:
            self._stop(None)
        if len(self._history.standing) >= _STANDINGS_IN_MEMORY:
            self._move_standings()
        if (
            first + tile.width == self._checkpoint.size
            and self._blocks.last.size != first + tile.width
        ):
            self._stop(
                self._fault(
                    first + tile.width - 1,
                    RuleBroken("log.last", "a block", read_entry(entries[-1]).type),
                )
            )

    def _take_entries(self, tile: Tile, entries: Sequence[bytes], begin: int) -> None:
        history, blocks, add = self._history, self._blocks, self._signatures.add
        index = first = tile.index * TILE_WIDTH
        try:
            for index, data in enumerate(entries[begin:], first + begin):
                checks = retraced(history, data)
                if checks is None:
                    self._take_thoroughly(tile, entries, index)
                    continue
                # As `BlockRules.check_time`, for nearly all entries of a log.
                at = history.at
                if at < blocks.oldest:
                    blocks.check_time(at, governance=False)
                if at > blocks.latest:  # noqa: PLR1730 - a third of the time of max
                    blocks.latest = at
                self._verified += len(checks)
                add(index, checks)
        except StateBroken:
            raise
        except RuleBroken as broken:
            seen = entries[: index + 1 - first]
            self._stop(self._files.leaf_fault(tile, seen) or self._fault(index, broken))

    def _take_thoroughly(self, tile: Tile, entries: Sequence[bytes], index: int) -> None:
        """Takes an entry rule by rule. Raises RuleBroken."""
        here = index - tile.index * TILE_WIDTH
        entry = read_entry(entries[here])
        if entry.type == "block":
            checks = self._take_block(entry, index)
        else:
            checks = self._history.apply(entry)
            if not index and self._history.governance.origin != self._checkpoint.origin:
                found = self._history.governance.origin
                raise RuleBroken("genesis.origin", self._checkpoint.origin, found)
            self._blocks.check_time(self._history.at, governance=entry.type != "tx")
            if entry.type != "tx":
                self._without_standing.append(index)
                if self._state.kept:
                    self._governance.append(entry.data)
        self._verified += len(checks)
        self._signatures.add(index, checks)
        if entry.type == "block" and self._state.kept and index - self._saved_at >= SAVE_EVERY:
            self._save(tile, entries[: here + 1])

    def _take_block(self, entry: Entry, index: int) -> list[Check]:
        self._without_standing.append(index)
        if self._state.kept:
            self._wallets.update(self._history.changed)
        try:
            checks = self._blocks.take(self._history, entry, index)
        except LateEntry as late:
            self._stop(self._late(str(entry.body["at"]), index, late))
        self._history.entries += 1
        return checks

    def _late(self, at: str, index: int, late: LateEntry) -> Fault:
        """The first entry of a batch that is dated after its block: they are read once more."""
        reader = TileReader(self._checkpoint.size, lambda tile: self._source.read(tile.path))
        for place in range(self._blocks.last.size, index):
            try:
                found = read_entry(reader.entry(place)).body.get("at")
            except RuleBroken as broken:
                return self._fault(place, broken)
            if type(found) is not str:
                # The first time it had one.
                return self._fault(place, RuleBroken("log.bundle", "what it was before", "another"))
            if found > at:
                return self._fault(place, RuleBroken(late.rule, late.expected, found))
        return self._fault(index, late)

    def _grow(self, bundle: Tile, entries: Sequence[bytes]) -> None:
        """Adds leaves to the tree, and compares the hash tiles that this fills."""
        self._tree.append(entries)
        last = bundle.index * TILE_WIDTH + bundle.width == self._checkpoint.size
        for tile, content in self._tree.take_tiles().items():
            if tile.width < TILE_WIDTH:
                self._edge[tile.level] = content
                continue
            self._edge.pop(tile.level, None)
            self._compare(tile, content)
        if last:
            for tile in edge_tiles(self._checkpoint.size):
                self._compare(tile, self._edge[tile.level])

    def _compare(self, tile: Tile, content: bytes) -> None:
        if tile.level == ENTRIES:
            return
        fault = self._files.compare(tile, content)
        if fault is not None:
            self._stop(fault)

    # What is found out late

    def _settle(self) -> None:
        """Finds signatures that do not hold, and ids used twice, among all entries taken."""
        bad = self._signatures.finish()
        if bad is not None:
            index, check = bad
            self._faults.append(self._fault(index, check.broken()))
        with suppress(_Stopped):
            self._move_standings()

    def _move_standings(self) -> None:
        """Moves to disk what entries stand at."""
        history = self._history
        place = self._state.add(history.standing, history.reopened)
        if place is not None:
            new = [id_ for id_ in history.standing if id_ not in history.reopened]
            index = self._moved_at + place
            for without in self._without_standing:
                index += without <= index
            broken = RuleBroken("tx.id", "an id that no earlier entry has", new[place])
            history.standing.clear()
            self._stop(self._fault(index, broken))
        history.standing.clear()
        history.reopened.clear()
        self._moved_at = history.entries
        self._without_standing.clear()

    # The state

    def _save(self, bundle: Tile, entries: Sequence[bytes]) -> None:
        """Saves the block that these entries of a bundle end with, if all before it holds."""
        if self._signatures.finish() is not None:
            self._stop(None)
        if not self._files.are_sound:
            # The next audit would go on after it, and say that all is well.
            return
        self._move_standings()
        tree, size = deepcopy(self._tree), self._history.entries
        tree.append(entries[tree.size - bundle.index * TILE_WIDTH :])
        edge = {**self._edge, **{tile.level: data for tile, data in tree.take_tiles().items()}}
        try:
            # Only what the log's key has signed: else whoever serves files could spoil the state.
            check_extends(self._source, size, tree.root(), self._checkpoint)
        except RuleBroken:
            return
        self._write_state(tree.root(), edge)

    def _write_state(self, root: bytes, edge: Mapping[int, bytes]) -> None:
        history, size = self._history, self._history.entries
        files = {tile.path: edge[tile.level] for tile in edge_tiles(size)}
        saved = Saved(self._blocks.last, root, history.totals, self._blocks.balances, files)
        self._state.save(saved, self._wallets.values(), self._governance)
        self._saved_at = size
        self._wallets.clear()
        self._governance.clear()

    # Faults

    def _stop(self, fault: Fault | None) -> NoReturn:
        if fault is not None:
            self._faults.append(fault)
        raise _Stopped

    def _fault(self, index: int, broken: RuleBroken) -> Fault:
        return fault_of(index, self._files.bundle_of(index).path, broken)
