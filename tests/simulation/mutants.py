"""Mutants: the product with one condition taken away, each of which the simulation must find.

A mutant is text that stands in a source file, and what stands there instead. It is tried in a
process of its own, which reads the changed source where it would import the real one:

    python -m tests.simulation.mutants <name> <seeds>    JSON: by what it was killed, or null
"""

import importlib.util
import json
import logging
import subprocess
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder, SourceLoader
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]


class Edit(NamedTuple):
    """A text that stands once in a file, and what it becomes."""

    file: str
    old: str
    new: str


class Mutant(NamedTuple):
    """Conditions taken away. spare: why nothing is lost without it, where another one stands in."""

    name: str
    edits: tuple[Edit, ...]
    spare: str = ""


_STORE, _LOG = "storage/memory.py", "storage/memory_log.py"
_SEALER, _BATCH, _PUBLICATION = "sealing/sealer.py", "sealing/batch.py", "sealing/publication.py"
_COMMITTING, _WRITING = "loyalty/committing.py", "loyalty/writing.py"

# As DynamoDB would: without its condition a put takes the place of what is there.
_WALLET_REPLACED = Edit(
    _STORE,
    "insort(self._wallets.setdefault(kept.wallet.id, []), kept, key=_wallet_seq)",
    "chain = self._wallets.setdefault(kept.wallet.id, [])\n"
    "            chain[:] = [row for row in chain if row.wallet.seq != kept.wallet.seq]\n"
    "            insort(chain, kept, key=_wallet_seq)",
)
_GOVERNANCE_REPLACED = Edit(
    _STORE,
    "insort(self._governance, entry, key=_governance_seq)",
    "self._governance[:] = [row for row in self._governance if row.seq != entry.seq]\n"
    "            insort(self._governance, entry, key=_governance_seq)",
)
_SWAP_GOVERNANCE = Edit(
    _LOG,
    "if found != old or store.governance_row(new.governance_seq + 1) is not None:",
    "if found != old:",
)
_UNSEALED = (
    "        chains, transactions, left = self._unsealed(sealed, wallets, at, everything=behind)\n"
)
_GOVERNANCE_FIRST = (
    Edit(
        _SEALER,
        _UNSEALED,
        "        governance, seen = self._new_governance(sealed, at)\n" + _UNSEALED,
    ),
    Edit(
        _SEALER,
        "is here.\n        governance, seen = self._new_governance(sealed, at)\n",
        "is here.\n",
    ),
)
_TILES = """    for path, tile in bundle.tiles.items():
        if not log.create(path, tile) and (there := log.read(path)) != tile:
            raise SealingStopped(Reason.FORKED, f"the bundle's {path}", f"{there!r:.80}")
"""
_PLACES = "    heads.place(bundle.places)\n"
_CHECKPOINT = "    replace_checkpoint(log, head, note, bundle.follows)\n"
_DELETE = "    own.delete(staged(head))\n"
_BUNDLE = "        self._own.create(staged(made.checkpoint), write_bundle(made.bundle))\n"


def _one(name: str, file: str, old: str, new: str, spare: str = "") -> Mutant:
    return Mutant(name, (Edit(file, old, new),), spare)


MUTANTS = (
    # What a commit rests on
    Mutant(
        "commit: the transaction is not there yet",
        (
            Edit(
                _STORE,
                "if commit.transactions and commit.transactions[0].id in self._transactions:",
                "if False:",
            ),
            Edit(
                _STORE,
                "not any(row.id in self._transactions for row in commit.transactions)",
                "True",
            ),
        ),
    ),
    Mutant(
        "commit: the wallet has no such row yet",
        (
            Edit(
                _STORE,
                "self._stands(row.wallet.id, row.wallet.seq) == row.replaces",
                "True",
            ),
            _WALLET_REPLACED,
        ),
    ),
    Mutant(
        "commit: governance has no such entry yet",
        (
            Edit(
                _STORE, "and not any(self.governance_row(row.seq) for row in commit.governance)", ""
            ),
            _GOVERNANCE_REPLACED,
        ),
    ),
    _one(
        "commit: no block was sealed past a governance entry",
        _STORE,
        "and not self._sealed_past(commit.governance_at)",
        "",
    ),
    _one(
        "commit: a record is at its version",
        _STORE,
        "put.replaces == self._version(self._records.get((type(put.record), put.id)))",
        "True",
    ),
    _one(
        "commit: what still stands is at its version",
        _STORE,
        "put.replaces == self._standings.get(put.standing.id, (None, 0))[1]",
        "True",
    ),
    # How a request is carried out
    _one(
        "request: what is impossible may be done already",
        _COMMITTING,
        "            earlier = answered(coalition, request)\n            if earlier is not None:\n"
        "                return earlier\n            if lost:",
        "            if lost:",
    ),
    _one(
        "request: refused is no guess while a commit may be under way",
        _COMMITTING,
        "            if lost:\n",
        "            if False:\n",
    ),
    _one(
        "request: an entry is not before its wallet's last",
        _WRITING,
        "max([coalition.now(), self.governance.at, *moments])",
        "max([coalition.now(), self.governance.at])",
    ),
    _one(
        "request: an entry is not before governance",
        _WRITING,
        "max([coalition.now(), self.governance.at, *moments])",
        "max([coalition.now(), *moments])",
    ),
    _one(
        "request: governance that was read long ago is read again",
        _WRITING,
        "if not coalition.may_date(governance, self.at):",
        "if False:",
    ),
    _one(
        "request: what ends something is dated ahead",
        "loyalty/coalition.py",
        "ENDING_AHEAD = timedelta(seconds=60)",
        "ENDING_AHEAD = timedelta(0)",
    ),
    _one(
        "request: an entry is signed by a key in force",
        _WRITING,
        "self._coalition.signer(self.governance, self.at)",
        "self._coalition.entry_signer",
    ),
    # The swap
    _one(
        "swap: the head is the one that was read",
        _LOG,
        "if found != old or store.gov",
        "if store.gov",
    ),
    Mutant("swap: no governance entry follows", (_SWAP_GOVERNANCE,)),
    _one(
        "swap: an unknown outcome is not done",
        _SEALER,
        "is not Swap.DONE:",
        "is Swap.LOST:",
    ),
    _one(
        "swap: what was made is forgotten when it is lost",
        _SEALER,
        "            self._forget()\n            return Progress(stood, lost=True",
        "            return Progress(stood, lost=True",
    ),
    _one(
        "seal: what was made is forgotten when it fails",
        _SEALER,
        "        except BaseException:\n            self._forget()\n",
        "        except BaseException:\n",
    ),
    # What is ready
    _one(
        "ready: the seq before is sealed",
        _BATCH,
        "if any(reached.get(wallet, seq) != seq - 1 for wallet, seq in each.links.items()):",
        "if False:",
    ),
    _one(
        "ready: every wallet's row is there",
        _BATCH,
        "if not all((wallet, seq) in rows for wallet, seq in each.links.items()):",
        "if False:",
    ),
    _one(
        "ready: not dated after the batch",
        _BATCH,
        "if each is None or id_ in taken or each.at > now:",
        "if each is None or id_ in taken:",
    ),
    _one(
        "ready: not taken already",
        _BATCH,
        "if each is None or id_ in taken or each.at > now:",
        "if each is None or each.at > now:",
        spare="a transaction that was taken has moved its wallets on: its seq is not the next",
    ),
    _one(
        "ready: a row says what its entry does",
        _BATCH,
        "    if expected != found:\n",
        "    if False:\n",
    ),
    _one(
        "ready: past the limit while nothing is ready",
        _SEALER,
        "            or not ready(chains, transactions, at, 1, _sums(sealed)).transactions\n",
        "",
    ),
    # Time
    _one(
        "time: a block is after the last",
        _SEALER,
        "if sealed.position is None or at > sealed.position.at:",
        "if True:",
    ),
    _one(
        "time: no entry is a day before the last block",
        _SEALER,
        "        if each.at < oldest:\n",
        "        if False:\n",
    ),
    _one(
        "time: governance is not dated after its block",
        _SEALER,
        'if str(entry.body["at"]) > at:',
        "if False:",
    ),
    # Governance against rows
    Mutant(
        "order: governance is read after rows",
        _GOVERNANCE_FIRST,
        spare="a swap is lost if governance has gone on since it was read",
    ),
    Mutant(
        "order: governance after rows, and the swap's condition on it",
        (*_GOVERNANCE_FIRST, _SWAP_GOVERNANCE),
    ),
    # Before the swap
    _one("order: pages are written before the swap", _SEALER, "        self._pages.save()\n", ""),
    Mutant(
        "order: the bundle is written before the swap",
        (
            Edit(_SEALER, _BUNDLE, ""),
            Edit(
                _SEALER,
                "        publish(self._log, self._own, self._heads, new.checkpoint)\n",
                _BUNDLE + "        publish(self._log, self._own, self._heads, new.checkpoint)\n",
            ),
        ),
    ),
    # Recovery
    _one(
        "recovery: a head that is not published is",
        _SEALER,
        "            publish(self._log, self._own, self._heads, head.checkpoint)\n",
        "            pass\n",
    ),
    _one(
        "recovery: another head is loaded anew",
        _SEALER,
        "if self._state is None or self._state.head != head:",
        "if self._state is None:",
        spare="what is made on an older head loses its swap, and is forgotten",
    ),
    _one(
        "recovery: what is published is read before the head",
        _SEALER,
        "        note = published(self._log)\n        head = self._heads.read()\n",
        "        head = self._heads.read()\n        note = published(self._log)\n",
    ),
    _one(
        "recovery: the published log is not ahead of the head",
        _PUBLICATION,
        "    if found.size > head.size:\n        raise",
        "    if False:\n        raise",
    ),
    _one(
        "recovery: the published log is not another of the head's size",
        _PUBLICATION,
        "    if found.size == head.size and found != head:\n        raise",
        "    if False:\n        raise",
        spare="it comes from a head put back under a sealer: that one is refused as it publishes",
    ),
    # Publication
    _one(
        "publication: it follows what is there, before the tiles",
        _PUBLICATION,
        "    _check_follows(now, head, bundle.follows)\n    for",
        "    for",
    ),
    _one(
        "publication: it follows what is there, with the checkpoint",
        _PUBLICATION,
        "        if follows is not None:\n",
        "        if False:\n",
        spare="what is published cannot turn into something else between this and the tiles",
    ),
    Mutant(
        "publication: it follows what is there",
        (
            Edit(
                _PUBLICATION,
                "    if found != head and root != follows:\n",
                "    if False:\n",
            ),
        ),
    ),
    Mutant(
        "publication: it follows what is there, and no tile takes another's place",
        (
            Edit(_PUBLICATION, "    if found != head and root != follows:\n", "    if False:\n"),
            Edit(
                _LOG,
                "return self.replace(path, data, None)",
                "there = self.read_tagged(path)\n"
                "        return self.replace(path, data, there and there.tag)",
            ),
        ),
    ),
    _one(
        "publication: no tile takes another's place",
        _LOG,
        "return self.replace(path, data, None)",
        "there = self.read_tagged(path)\n"
        "        return self.replace(path, data, there and there.tag)",
        spare="a tile of another log is not published: what it belongs to does not follow",
    ),
    _one(
        "publication: a checkpoint takes the place of the one that was read",
        _LOG,
        "if (None if found is None else _tag(found)) != tag:",
        "if tag is None and found is not None:",
    ),
    _one(
        "publication: a sealer that slept lets a later checkpoint be",
        _PUBLICATION,
        "            if found.size > head.size:\n                return\n",
        "",
    ),
    _one(
        "publication: another one publishes, and goes on",
        _PUBLICATION,
        "    if now and checkpoint_of(now.data).size > head.size:\n",
        "    if False:\n",
    ),
    _one(
        "publication: a bundle that is gone was published",
        _PUBLICATION,
        "        if now and is_published(now.data, head):\n            return\n",
        "",
    ),
    _one(
        "publication: no cosignature is lost",
        _PUBLICATION,
        "                note = with_lines(there.data, _lines(note))\n",
        "",
    ),
    Mutant(
        "publication: tiles before the checkpoint",
        (
            Edit(_PUBLICATION, _TILES, ""),
            Edit(_PUBLICATION, _CHECKPOINT, _CHECKPOINT + _TILES),
        ),
    ),
    Mutant(
        "publication: places before the checkpoint",
        (
            Edit(_PUBLICATION, _PLACES, ""),
            Edit(_PUBLICATION, _CHECKPOINT, _CHECKPOINT + _PLACES),
        ),
    ),
    Mutant(
        "publication: the bundle goes after the checkpoint",
        (
            Edit(_PUBLICATION, _DELETE, ""),
            Edit(_PUBLICATION, _CHECKPOINT, _DELETE + _CHECKPOINT),
        ),
    ),
    Mutant(
        "publication: the bundle stays until the checkpoint is there",
        (
            Edit(_PUBLICATION, "_TURNS = 5", "_TURNS = 1"),
            Edit(_PUBLICATION, '    raise StoreUnavailable(f"others', '    return\n    (f"others'),
        ),
    ),
    _one(
        "start: no witness is ahead",
        "functions/sealer.py",
        "        if not alarming or len(alarming) * 2 < len(answered):\n",
        "        if True:\n",
    ),
)


def outdated(mutant: Mutant) -> list[Edit]:
    """Its edits whose text does not stand in the source, or not once."""
    return [edit for edit in mutant.edits if (ROOT / edit.file).read_text().count(edit.old) != 1]


def tried(mutant: Mutant, seeds: int) -> str | None:
    """By what a mutant was killed; None: by nothing."""
    command = [sys.executable, "-m", "tests.simulation.mutants", mutant.name, str(seeds)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{mutant.name}: {done.stderr[-2000:]}")
    return json.loads(done.stdout)


class _Mutated(MetaPathFinder, SourceLoader):
    """Finds the modules that a mutant changes, and reads them changed."""

    def __init__(self, mutant: Mutant) -> None:
        self._edits = {
            edit.file.removesuffix(".py").replace("/", "."): edit.file for edit in mutant.edits
        }
        self._mutant = mutant

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        if fullname not in self._edits:
            return None
        file = self.get_filename(fullname)
        return importlib.util.spec_from_file_location(fullname, file, loader=self)

    def get_filename(self, fullname: str) -> str:
        return str(ROOT / self._edits[fullname])

    def get_data(self, path: str | bytes) -> bytes:
        text = Path(str(path)).read_text()
        for edit in self._mutant.edits:
            if str(ROOT / edit.file) == path:
                assert text.count(edit.old) == 1, edit
                text = text.replace(edit.old, edit.new)
        return text.encode()


def _main(name: str, seeds: int) -> None:
    logging.disable(logging.CRITICAL)
    (mutant,) = (each for each in MUTANTS if each.name == name)
    sys.meta_path.insert(0, _Mutated(mutant))
    hunting = importlib.import_module("tests.simulation.hunting")
    sys.stdout.write(json.dumps(hunting.first_violation(seeds)))


if __name__ == "__main__":
    _main(sys.argv[1], int(sys.argv[2]))
