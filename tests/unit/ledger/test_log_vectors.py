"""The published vectors of the sealed log: what any verifier must accept and refuse."""

import json
import os
import subprocess
import sys
from base64 import b64decode
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from ledger import balance_tree, tree
from ledger.audit import audit
from ledger.balance_proofs import verify_balance
from ledger.balance_reads import path
from ledger.balance_tree import EMPTY, EMPTY_ROOT, BalancePath, Leaf, Root, check_path
from ledger.balance_updates import updated
from ledger.blocks import block_body, read_block, totals_digest
from ledger.canonical import canonical
from ledger.checkpoints import opened
from ledger.cosignatures import cosign, cosignatures, cosigned_message
from ledger.entries import read_entry
from ledger.errors import RuleBroken
from ledger.names import CurrencyCode, WalletId, entry_hash
from ledger.notes import COSIGNATURE, SeedSigner, VerifierKey, parse_note
from ledger.pages import MemoryPages
from ledger.proofs import read_proof, verify_receipt, write_proof
from ledger.tiles import GrowingTree, Tile, TileReader, parse_path, tiles_of, unpack_entries
from ledger.tree import check_consistency, check_inclusion, leaf_hash, root_of
from tests.published import Memory, files_of
from tests.vectors.log.balance_tree import some_wallets

ROOT = Path(__file__).parents[3]
FILE = ROOT / "tests" / "vectors" / "log-format.json"
VECTORS: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
LEDGER = json.loads((FILE.parent / "ledger-format.json").read_text(encoding="utf-8"))["ledger"]
LOG_KEYS = [VerifierKey.parse(VECTORS["checkpoints"]["log_key"])]
ENTRIES = [
    b64decode(row["entry"] if "entry" in row else LEDGER[row["position"]]["entry"])
    for row in VECTORS["log"]["entries"]
]
SOME = [str(index).encode() for index in range(65_537)]
"""The entries of the trees that are there for their shape alone."""
SOME_LEAVES = [leaf_hash(entry) for entry in SOME]


def rows(*path: str) -> Any:
    found: Any = VECTORS
    for name in path:
        found = found[name]
    return pytest.mark.parametrize("row", found, ids=_name)


def _name(row: dict[str, Any]) -> str:
    members = ("name", "path", "key", "old", "size", "index", "witness", "wallet")
    return " ".join(str(row[member]) for member in members if type(row.get(member)) in (int, str))


def hashes_of(row: dict[str, Any]) -> list[bytes]:
    return [b64decode(each) for each in row["hashes"]]


# The Merkle tree


def test_a_leaf_is_hashed_as_rfc_6962_says() -> None:
    expected = [b64decode(each) for each in VECTORS["merkle"]["leaf_hashes"]]
    assert SOME_LEAVES[:3] == expected


@rows("merkle", "roots")
def test_a_tree_has_one_root(row: dict[str, Any]) -> None:
    assert root_of(SOME_LEAVES[: row["size"]]) == b64decode(row["root"])


def reader(size: int) -> TileReader:
    """Proofs are made from tiles, so these are too."""
    growing = GrowingTree()
    growing.append(SOME[:size])
    return TileReader(size, growing.take_tiles().get)


@rows("merkle", "inclusion")
def test_an_inclusion_proof_is_these_hashes(row: dict[str, Any]) -> None:
    size, index = row["size"], row["index"]
    assert tree.inclusion_proof(index, size, reader(size)) == hashes_of(row)
    check_inclusion(SOME_LEAVES[index], index, size, hashes_of(row), root_of(SOME_LEAVES[:size]))


@rows("merkle", "inclusion_refused")
def test_an_inclusion_proof_that_is_none_is_refused(row: dict[str, Any]) -> None:
    leaf, root = b64decode(row["leaf_hash"]), b64decode(row["root"])
    with pytest.raises(RuleBroken) as refusal:
        check_inclusion(leaf, row["index"], row["size"], hashes_of(row), root)
    assert refusal.value.rule == row["rule"]


@rows("merkle", "consistency")
def test_a_consistency_proof_is_these_hashes(row: dict[str, Any]) -> None:
    old, size = row["old"], row["size"]
    assert tree.consistency_proof(old, size, reader(size)) == hashes_of(row)
    roots = root_of(SOME_LEAVES[:old]), root_of(SOME_LEAVES[:size])
    check_consistency(old, roots[0], size, roots[1], hashes_of(row))


@rows("merkle", "consistency_refused")
def test_a_consistency_proof_that_is_none_is_refused(row: dict[str, Any]) -> None:
    old_root, root = b64decode(row["old_root"]), b64decode(row["root"])
    with pytest.raises(RuleBroken) as refusal:
        check_consistency(row["old_size"], old_root, row["size"], root, hashes_of(row))
    assert refusal.value.rule == row["rule"]


# Tiles


@rows("tiles", "paths")
def test_a_tile_has_one_path(row: dict[str, Any]) -> None:
    tile = Tile(row["level"], row["index"], row["width"])
    assert tile.path == row["path"]
    assert parse_path(row["path"]) == tile


@rows("tiles", "paths_refused")
def test_a_path_that_names_no_tile_is_refused(row: dict[str, Any]) -> None:
    with pytest.raises(RuleBroken):
        parse_path(row["path"])


@rows("tiles", "trees")
def test_a_tree_has_these_tiles(row: dict[str, Any]) -> None:
    """However it grew there."""
    for step in (row["size"], 100):
        growing = GrowingTree()
        for first in range(0, row["size"], step):
            growing.append(SOME[first : min(first + step, row["size"])])
        found = {tile.path: data for tile, data in growing.take_tiles().items()}
        assert len(list(tiles_of(row["size"]))) == row["tiles"]
        for file in row["files"]:
            data = found[file["path"]]
            assert len(data) == file["bytes"]
            assert sha256(data).hexdigest() == file["sha256"]
            assert b64decode(file.get("base64", "")) in (b"", data)


@rows("tiles", "bundles_refused")
def test_a_bundle_that_is_none_is_refused(row: dict[str, Any]) -> None:
    with pytest.raises(RuleBroken) as refusal:
        unpack_entries(b64decode(row["base64"]), row["width"])
    assert refusal.value.rule == row["rule"]


# The log


def test_the_log_has_these_hashes_root_and_tiles() -> None:
    log = VECTORS["log"]
    assert [entry_hash(entry) for entry in ENTRIES] == [row["hash"] for row in log["entries"]]
    growing = GrowingTree()
    growing.append(ENTRIES)
    assert growing.root() == b64decode(log["root"])
    found = {tile.path: sha256(data).hexdigest() for tile, data in growing.take_tiles().items()}
    assert found == log["tiles"]
    checkpoint = opened(b64decode(log["checkpoint"]), LOG_KEYS)
    assert (checkpoint.size, checkpoint.root) == (log["size"], growing.root())


BLOCKS = [row for row in VECTORS["log"]["entries"] if "entry" in row]


@pytest.mark.parametrize("row", BLOCKS, ids=lambda row: f"at {row['index']}")
def test_a_block_states_what_its_wallets_and_accounts_add_up_to(row: dict[str, Any]) -> None:
    """The states and totals behind its digests are written down beside it."""
    entry = read_entry(b64decode(row["entry"]))
    block = read_block(entry.body)
    assert canonical(block_body(block)) == canonical(entry.body)
    assert block.size == row["index"] + 1
    totals = {
        (account, CurrencyCode(code)): amount
        for account, amounts in row["totals_map"].items()
        for code, amount in amounts.items()
    }
    assert totals_digest(totals) == block.totals
    assert row["states"].keys() == block.balances.keys()
    for code, states in row["states"].items():
        parsed = {wallet: json.loads(text) for wallet, text in states.items()}
        leaves = [
            Leaf(
                balance_tree.wallet_key(WalletId(wallet)),
                each["available"] + each["held"] + each["pending"],
                sha256(states[wallet].encode()).digest(),
            )
            for wallet, each in parsed.items()
        ]
        stated = block.balances[CurrencyCode(code)]
        root = built(leaves)[0]
        assert (root.hash, root.owed) == (b64decode(stated.root), stated.owed)
        assert stated.arrears == sum(each["arrears"] for each in parsed.values())
        assert stated.wallets == len(parsed)


def published(leaves: list[bytes]) -> dict[str, bytes]:
    """What an operator publishes who signs whatever it likes."""
    signer = SeedSigner(VECTORS["origin"], bytes.fromhex(VECTORS["log_seed"]))
    assert signer.verifier == LOG_KEYS[0]
    return files_of(leaves, signer, origin=VECTORS["origin"])


def test_an_audit_accepts_the_log() -> None:
    found = audit(Memory(published(ENTRIES)), LOG_KEYS, cores=1)
    assert found.fault is None
    assert (found.entries, found.blocks) == (VECTORS["log"]["size"], len(BLOCKS))


@rows("logs_refused")
def test_an_audit_names_the_first_wrong_entry(row: dict[str, Any]) -> None:
    leaves = ENTRIES[: row["keep"]] + [b64decode(entry) for entry in row["then"]]
    fault = audit(Memory(published(leaves)), LOG_KEYS, cores=1).fault
    assert fault is not None
    assert (fault.position, fault.rule) == (row["index"], row["rule"])


# Checkpoints


@rows("checkpoints", "accepted")
def test_a_checkpoint_is_accepted(row: dict[str, Any]) -> None:
    checkpoint = opened(b64decode(row["base64"]), LOG_KEYS)
    assert checkpoint.origin == VECTORS["origin"]
    assert (checkpoint.size, checkpoint.root) == (row["size"], b64decode(row["root"]))


@rows("checkpoints", "refused")
def test_a_checkpoint_is_refused(row: dict[str, Any]) -> None:
    with pytest.raises(RuleBroken) as refusal:
        opened(b64decode(row["base64"]), LOG_KEYS)
    assert refusal.value.rule == row["rule"]


COSIGNATURES = VECTORS["cosignatures"]
CHECKPOINT = b64decode(COSIGNATURES["checkpoint"])
WITNESSES = [VerifierKey.parse(row["witness"], COSIGNATURE) for row in COSIGNATURES["made"]]


@rows("cosignatures", "made")
def test_a_witness_cosigns_with_this_line(row: dict[str, Any]) -> None:
    witness = VerifierKey.parse(row["witness"], COSIGNATURE)
    text, line = parse_note(CHECKPOINT).text, b64decode(row["line"])
    assert cosigned_message(text, row["timestamp"]) == b64decode(row["message"])
    signer = SeedSigner(witness.name, bytes.fromhex(row["seed"]), COSIGNATURE)
    assert cosign(text, signer, row["timestamp"]) == line
    assert cosignatures(CHECKPOINT + line, WITNESSES) == {witness: row["timestamp"]}


@rows("cosignatures", "ignored")
def test_a_line_of_a_key_that_is_not_asked_for_is_ignored(row: dict[str, Any]) -> None:
    assert cosignatures(CHECKPOINT + b64decode(row["line"]), WITNESSES) == {}


@rows("cosignatures", "refused")
def test_a_cosignature_that_does_not_hold_is_refused(row: dict[str, Any]) -> None:
    with pytest.raises(RuleBroken) as refusal:
        cosignatures(b64decode(row["note"]), WITNESSES)
    assert refusal.value.rule == row["rule"]


# The balance tree


def built(leaves: list[Leaf]) -> tuple[Root, MemoryPages]:
    pages = MemoryPages()
    return updated(EMPTY_ROOT, leaves, pages.read, pages.write), pages


def leaves_of(row: dict[str, Any]) -> list[Leaf]:
    """As written down; of a thousand wallets only how they are made."""
    if "leaves" in row:
        return [
            Leaf(bytes.fromhex(each["key"]), int(each["owed"]), b64decode(each["state_hash"]))
            for each in row["leaves"]
        ]
    return [Leaf(*leaf) for leaf in some_wallets(row["wallets"])]


def test_an_empty_subtree_has_this_hash() -> None:
    assert b64decode(VECTORS["balance_tree"]["empty"]) == EMPTY


@rows("balance_tree", "wallet_keys")
def test_a_wallet_has_one_place_in_its_tree(row: dict[str, Any]) -> None:
    assert balance_tree.wallet_key(row["wallet"]).hex() == row["key"]


@rows("balance_tree", "states")
def test_a_wallet_s_leaf_is_this_hash(row: dict[str, Any]) -> None:
    state = sha256(row["state"].encode()).digest()
    assert state == b64decode(row["state_hash"])
    key = balance_tree.wallet_key(row["wallet"])
    found = balance_tree.leaf_hash(key, int(row["owed"]), state)
    assert found == b64decode(row["leaf_hash"])


@rows("balance_tree", "trees")
def test_a_balance_tree_has_one_root_and_one_sum(row: dict[str, Any]) -> None:
    """In whatever order its wallets come; and one way to each key."""
    leaves = leaves_of(row)
    expected = b64decode(row["root"]), int(row["owed"])
    root, pages = built(leaves)
    assert (root.hash, root.owed) == expected
    assert built(leaves[::-1])[0][:2] == expected
    by_key = {leaf.key: leaf for leaf in leaves}
    for way in row["ways"]:
        key = bytes.fromhex(way["key"])
        siblings = tuple((int(total), b64decode(hash_)) for total, hash_ in way["path"])
        end = by_key.get(bytes.fromhex(way.get("ends_in", "")))
        leaf, other = (end, None) if end and end.key == key else (None, end)
        found = path(root, key, pages.read)
        assert found == BalancePath(leaf, other, siblings)
        check_path(key, found, *expected)


@rows("balance_tree", "refused")
def test_a_sum_that_overflows_is_refused(row: dict[str, Any]) -> None:
    with pytest.raises(RuleBroken) as refusal:
        built(leaves_of(row))
    assert refusal.value.rule == row["rule"]


# Receipts and balance proofs


@rows("receipts", "accepted")
def test_a_receipt_shows_its_entry(row: dict[str, Any]) -> None:
    data = b64decode(row["base64"])
    proof = read_proof(data)
    assert write_proof(proof) == data
    receipt = verify_receipt(proof, LOG_KEYS, None)
    assert (receipt.index, receipt.entry.hash) == (row["index"], row["hash"])


@rows("receipts", "refused")
def test_a_receipt_is_refused(row: dict[str, Any]) -> None:
    with pytest.raises(RuleBroken) as refusal:
        verify_receipt(read_proof(b64decode(row["base64"])), LOG_KEYS, None)
    assert refusal.value.rule == row["rule"]


@rows("balance_proofs", "accepted")
def test_a_balance_proof_shows_a_wallet_or_that_there_is_none(row: dict[str, Any]) -> None:
    proof = read_proof(b64decode(row["base64"]))
    shown = verify_balance(proof, row["wallet"], LOG_KEYS, None)
    assert (shown.wallet, shown.currency) == (row["wallet"], row["currency"])
    assert shown.owed == row["owed"]
    assert shown.state == (row["state"].encode() if "state" in row else None)


@rows("balance_proofs", "refused")
def test_a_balance_proof_is_refused(row: dict[str, Any]) -> None:
    with pytest.raises(RuleBroken) as refusal:
        verify_balance(read_proof(b64decode(row["base64"])), row["wallet"], LOG_KEYS, None)
    assert refusal.value.rule == row["rule"]


# The file


def test_vectors_of_one_section_have_names_of_their_own() -> None:
    for section in ("checkpoints", "receipts", "balance_proofs"):
        for part in ("accepted", "refused"):
            names = [row["name"] for row in VECTORS[section][part]]
            assert len(names) == len(set(names)), (section, part)
    names = [row["name"] for row in VECTORS["logs_refused"]]
    assert len(names) == len(set(names))


def test_the_generator_writes_the_committed_file_without_the_ledger() -> None:
    """Byte for byte, in a process that has imported nothing of the program under test."""
    script = (
        "import sys; from tests.vectors import generate_log; "
        "sys.stdout.write(generate_log.text()); "
        "sys.exit(any(name.split('.')[0] == 'ledger' for name in sys.modules))"
    )
    env = os.environ | {"PYTHONIOENCODING": "utf-8"}
    run = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, env=env, check=False
    )
    assert run.returncode == 0, run.stderr.decode()
    assert run.stdout == FILE.read_bytes()
