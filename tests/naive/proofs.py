"""Receipts and balance proofs: each stands by itself, with the log's key."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from tests.naive.checkpoints import Checkpoint, read_checkpoint
from tests.naive.forms import (
    H,
    Key,
    WrongError,
    b64,
    canon,
    is_base32_id,
    is_currency,
    is_day,
    is_id,
    is_text,
    is_whole,
    parse,
    read_note,
    require,
    unb64,
)
from tests.naive.trees import (
    EMPTY,
    LIMIT,
    Leaf,
    bit,
    leaf_hash,
    leaf_sum,
    root_by_inclusion,
    root_by_path,
    wallet_key,
)
from tests.naive.wallets import PARTS, Body


class Proof(NamedTuple):
    extra: bytes | None
    index: int
    hashes: list[bytes]
    checkpoint: bytes


def read_proof(data: bytes) -> Proof:
    """c2sp.org/tlog-proof@v1"""
    head, blank, checkpoint = data.partition(b"\n\n")
    require(blank, "proof.form")
    try:
        lines = head.decode().split("\n")
    except UnicodeDecodeError as error:
        raise WrongError("proof.form") from error
    require(lines.pop(0) == "c2sp.org/tlog-proof@v1", "proof.form", lines)
    extra = None
    if lines and lines[0].startswith("extra "):
        extra = unb64(lines.pop(0).removeprefix("extra "))
    require(lines and is_text(lines[0], "index (0|[1-9][0-9]{0,18})"), "proof.index", lines)
    index = int(lines.pop(0).removeprefix("index "))
    return Proof(extra, index, [unb64(line, 32) for line in lines], checkpoint)


def check_inclusion(proof: Proof, leaf: bytes, checkpoint: Checkpoint) -> None:
    found = root_by_inclusion(leaf, proof.index, checkpoint.size, proof.hashes)
    require(found == checkpoint.root, "log.inclusion", b64(found))


def verify_receipt(proof: Proof, log_keys: Sequence[Key]) -> Checkpoint:
    checkpoint = read_checkpoint(proof.checkpoint, log_keys)
    if proof.extra is None:
        raise WrongError("receipt.extra")
    check_inclusion(proof, leaf_hash(proof.extra), checkpoint)
    note = read_note(proof.extra)
    require(len(note.signatures) == 1, "entry.signatures", len(note.signatures))
    require(type(parse(note.text[:-1])) is dict, "entry.type")
    return checkpoint


def verify_balance(proof: Proof, wallet: str, log_keys: Sequence[Key]) -> Body:
    """What a balance proof shows of a wallet: {"currency", "owed", "state"}."""
    checkpoint = read_checkpoint(proof.checkpoint, log_keys)
    if proof.extra is None:
        raise WrongError("balance.extra")
    extra = parse(proof.extra)
    must = {"block", "wallet", "currency", "path"}
    fits = type(extra) is dict and must <= extra.keys() <= must | {"state", "other"}
    require(fits, "balance.extra", extra)
    require(not {"state", "other"} <= extra.keys(), "balance.extra", "both state and other")
    require(extra["wallet"] == wallet and is_base32_id(wallet), "balance.wallet", extra["wallet"])
    require(is_currency(extra["currency"]), "balance.currency", extra["currency"])
    block = read_block_leaf(proof, unb64(extra["block"]), checkpoint)
    stated = block["balances"].get(extra["currency"])
    require(type(stated) is dict, "balance.currency", extra["currency"])
    path = read_path(extra["path"])
    key = wallet_key(wallet)
    shown, end = None, EMPTY
    if "state" in extra:
        require(type(extra["state"]) is str, "balance.state", extra["state"])
        shown = read_state(extra["state"].encode())
        owed = shown["available"] + shown["held"] + shown["pending"]
        end = leaf_sum(Leaf(key, owed, H(canon(shown))))
    elif "other" in extra:
        other = read_other(extra["other"])
        shares = all(bit(other.key, depth) == bit(key, depth) for depth in range(len(path)))
        require(other.key != key and shares, "balance.other", b64(other.key))
        end = leaf_sum(other)
    require(not path or path[0] != EMPTY, "balance.path", "the first sibling is EMPTY")
    owed, hash_ = root_by_path(end, key, path)
    right = (stated.get("owed"), stated.get("root")) == (owed, b64(hash_))
    require(right, "balance.root", (owed, b64(hash_)))
    return {"currency": extra["currency"], "owed": end[0] if shown else 0, "state": shown}


def read_block_leaf(proof: Proof, leaf: bytes, checkpoint: Checkpoint) -> Body:
    require(proof.index == checkpoint.size - 1, "balance.index", proof.index)
    check_inclusion(proof, leaf_hash(leaf), checkpoint)
    note = read_note(leaf)
    signers = [name for name, _, _ in note.signatures]
    require(signers == [f"{checkpoint.origin}/entries"], "balance.signer", signers)
    body = parse(note.text[:-1])
    fits = type(body) is dict and body.get("type") == "block"
    require(fits and type(body.get("balances")) is dict, "balance.block", body)
    require(body.get("size") == checkpoint.size, "block.size", body.get("size"))
    return dict(body)


def read_path(path: Any) -> list[tuple[int, bytes]]:
    require(type(path) is list and len(path) <= 256, "balance.path", path)
    siblings = []
    for row in path:
        require(type(row) is list and len(row) == 2, "balance.path", row)
        sibling = read_sum(row[0]), unb64(row[1], 32)
        # An EMPTY with a sum would be owed to nobody.
        require(sibling[1] != EMPTY[1] or sibling == EMPTY, "balance.path", row)
        siblings.append(sibling)
    return siblings


def read_sum(text: Any) -> int:
    require(is_text(text, "0|[1-9][0-9]{0,38}"), "balance.sum", text)
    require(int(text) < LIMIT, "balance.sum", text)
    return int(text)


def read_other(other: Any) -> Leaf:
    fits = type(other) is dict and other.keys() == {"key", "owed", "state"}
    require(fits, "balance.other", other)
    return Leaf(unb64(other["key"], 32), read_sum(other["owed"]), unb64(other["state"], 32))


def read_state(data: bytes) -> Body:
    found = parse(data)
    fits = type(found) is dict and found.keys() == {*PARTS, "head", "lots", "seq"}
    require(fits, "balance.state", found)
    for part in ("available", "held", "pending"):
        require(is_whole(found[part]), "balance.state", found)
    require(is_whole(found["seq"], 1), "balance.state", found)
    require(type(found["arrears"]) is int, "balance.state", found)
    require(is_whole(-found["arrears"]), "balance.state", found)
    unb64(found["head"], 32)
    lots = found["lots"]
    require(type(lots) is list, "balance.state", lots)
    for lot in lots:
        require(type(lot) is list and len(lot) == 3, "balance.state", lot)
        right = is_day(lot[0]) and is_id(lot[1]) and is_whole(lot[2], 1)
        require(right, "balance.state", lot)
    names = [tuple(lot[:2]) for lot in lots]
    require(names == sorted(set(names)), "balance.state", lots)
    require(sum(lot[2] for lot in lots) == found["available"], "balance.state", lots)
    return dict(found)
