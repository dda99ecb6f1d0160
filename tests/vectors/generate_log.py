"""Writes log-format.json: test vectors for the sealed log of version 1 of the ledger format.

    python -m tests.vectors.generate_log

Nothing of `ledger` is imported. Trees, blocks and proofs come from tests/naive, which computes them
recursively by their definitions; keys and entries are those of ledger-format.json. The same bytes
come out every time.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from tests.naive.build import (
    Log,
    block_body,
    checkpoint,
    cosignature_line,
    note,
    proof_file,
    signature_line,
    tile_files,
)
from tests.naive.forms import canon, cosigned
from tests.naive.log import read_proof
from tests.naive.rules import Ledger, state
from tests.naive.trees import (
    EMPTY,
    Leaf,
    Tile,
    bit,
    consistency,
    inclusion,
    leaf_hash,
    leaf_sum,
    pack,
    root,
    sum_path,
    sum_root,
    tile_hashes,
    tiles_of,
    wallet_key,
    wallet_leaf,
)
from tests.vectors.accepted import write_ledger
from tests.vectors.forged_signatures import plus_order
from tests.vectors.forms import NO_HASH, ORIGIN, b64, base32_id
from tests.vectors.keys import (
    DESK,
    ENTRIES,
    ENTRIES_2,
    LOG,
    STRANGER,
    WITNESS,
    Key,
    key_id,
    verifier_key,
)
from tests.vectors.parties import START, WALLETS
from tests.vectors.writing import Writer, body_of, key_added, signed_entry

VECTORS = Path(__file__).parent / "log-format.json"
Body = dict[str, Any]


class Witness(Key):
    """The same key pair as a witness has it: of type 4."""

    @property
    def id(self) -> bytes:
        return key_id(self.name, self.public, b"\x04")

    @property
    def vkey(self) -> str:
        return verifier_key(self.name, self.public, b"\x04")


WITNESSES = (Witness(*WITNESS), Witness("second.example", bytes([11]) * 32, "another witness"))


# The Merkle tree and its tiles


def some_entries(size: int) -> list[bytes]:
    """Entry i of a tree that is only there for its shape is the decimal number i."""
    return [str(index).encode() for index in range(size)]


def merkle_cases() -> Body:
    leaves = [leaf_hash(entry) for entry in some_entries(65_537)]
    sizes = [*range(18), 31, 32, 33, 255, 256, 257, 511, 512, 513, 1000]
    places = [
        (1, 0),
        (2, 0),
        (2, 1),
        (3, 2),
        (7, 0),
        (7, 3),
        (7, 6),
        (8, 5),
        (257, 256),
        (1000, 999),
    ]
    growth = [
        (1, 2),
        (1, 7),
        (2, 7),
        (3, 7),
        (4, 7),
        (6, 7),
        (7, 7),
        (4, 8),
        (255, 256),
        (256, 1000),
    ]
    return {
        "leaf_hashes": [b64(leaf) for leaf in leaves[:3]],
        "roots": [{"size": size, "root": b64(root(leaves[:size]))} for size in sizes],
        "inclusion": [
            {
                "size": size,
                "index": index,
                "hashes": [b64(each) for each in inclusion(index, leaves[:size])],
            }
            for size, index in places
        ],
        "inclusion_refused": refused_inclusion(leaves[:7]),
        "consistency": [
            {"old": old, "size": size, "hashes": [b64(x) for x in consistency(old, leaves[:size])]}
            for old, size in growth
        ],
        "consistency_refused": refused_consistency(leaves[:7]),
    }


def refused_inclusion(leaves: Sequence[bytes]) -> list[Body]:
    path = inclusion(3, leaves)
    whole = root(leaves)
    node = root(leaves[:2])
    rows: list[tuple[str, bytes, int, int, Sequence[bytes], bytes]] = [
        ("a hash too few", leaves[3], 3, 7, path[:-1], whole),
        ("a hash too many", leaves[3], 3, 7, [*path, path[-1]], whole),
        ("another index", leaves[3], 2, 7, path, whole),
        ("another leaf", leaves[2], 3, 7, path, whole),
        ("another size", leaves[6], 6, 8, inclusion(6, leaves), whole),
        ("an index that is the size", leaves[6], 7, 7, inclusion(6, leaves), whole),
        ("an index below 0", leaves[3], -1, 7, path, whole),
        ("hashes in another order", leaves[3], 3, 7, path[::-1], whole),
        ("a node offered as a leaf", node, 0, 4, [path[1]], root(leaves[:4])),
        ("a tree without entries", leaves[0], 0, 0, [], root([])),
        ("another root", leaves[3], 3, 7, path, leaves[0]),
        ("a hash of 31 bytes", leaves[3], 3, 7, [path[0][:31], *path[1:]], whole),
    ]
    return [
        {
            "name": name,
            "leaf_hash": b64(leaf),
            "index": index,
            "size": size,
            "hashes": [b64(each) for each in hashes],
            "root": b64(root_),
            "rule": "log.inclusion",
        }
        for name, leaf, index, size, hashes, root_ in rows
    ]


def refused_consistency(leaves: Sequence[bytes]) -> list[Body]:
    path = consistency(3, leaves)
    old, new = root(leaves[:3]), root(leaves)
    rows: list[tuple[str, int, bytes, int, bytes, Sequence[bytes]]] = [
        ("a hash too few", 3, old, 7, new, path[:-1]),
        ("a hash too many", 3, old, 7, new, [*path, path[-1]]),
        ("another old root", 3, leaves[0], 7, new, path),
        ("another new root", 3, old, 7, leaves[0], path),
        ("another old size", 2, old, 7, new, path),
        ("a tree that became smaller", 7, new, 3, old, path),
        ("two trees of one size", 7, new, 7, leaves[0], []),
        ("hashes where none are needed", 7, new, 7, new, path),
        ("hashes after nothing", 0, root([]), 7, new, path),
    ]
    return [
        {
            "name": name,
            "old_size": old_size,
            "old_root": b64(old_root),
            "size": size,
            "root": b64(new_root),
            "hashes": [b64(each) for each in hashes],
            "rule": "log.consistency",
        }
        for name, old_size, old_root, size, new_root, hashes in rows
    ]


def tile_cases() -> Body:
    paths = [
        Tile(0, 0, 256), Tile(0, 0, 1), Tile(0, 0, 255), Tile(-1, 0, 256), Tile(-1, 999, 7),
        Tile(0, 1000, 256), Tile(1, 17, 16), Tile(2, 67, 112), Tile(0, 1_234_067, 256),
        Tile(7, 0, 1),
    ]  # fmt: skip
    refused = [
        ("a level with a zero before it", "tile/00/000"),
        ("a level above 63", "tile/64/000"),
        ("an index of one digit", "tile/0/0"),
        ("an index with a part too many", "tile/0/x000/001"),
        ("a last part with an x", "tile/0/x001"),
        ("a first part without an x", "tile/0/001/000"),
        ("a width of 0", "tile/0/000.p/0"),
        ("a width of 256", "tile/0/000.p/256"),
        ("a width with a zero before it", "tile/0/000.p/01"),
        ("something after the width", "tile/0/000.p/1/"),
        ("something before", "/tile/0/000"),
        ("the bundles under another name", "tile/entry/000"),
        ("a line feed at the end", "tile/0/000\n"),
        ("digits that are not ASCII", "tile/0/\u0660\u0660\u0660"),
    ]
    return {
        "paths": [
            {"level": tile.level, "index": tile.index, "width": tile.width, "path": tile.path}
            for tile in paths
        ],
        "paths_refused": [{"name": name, "path": path} for name, path in refused],
        "trees": [tree_files(size) for size in (1, 2, 3, 255, 256, 257, 513, 65_537)],
        "bundles_refused": refused_bundles(),
    }


def tree_files(size: int) -> Body:
    """Every tile of a tree, with the digest of its bytes, and the bytes themselves if few."""
    entries = some_entries(size)
    leaves = [leaf_hash(entry) for entry in entries]
    files = []
    for tile in tiles_of(size):
        if tile.index not in (0, 1, size // 256 // 2, size // 256) and size > 1000:
            continue
        start = tile.start()
        if tile.level < 0:
            data = pack(entries[start : start + tile.width])
        else:
            data = b"".join(tile_hashes(tile, leaves))
        row = {"path": tile.path, "bytes": len(data), "sha256": sha256(data).hexdigest()}
        files.append(row | ({"base64": b64(data)} if len(data) < 100 else {}))
    return {"size": size, "tiles": len(tiles_of(size)), "files": files}


def refused_bundles() -> list[Body]:
    data = pack([b"one", b"two"])
    rows = [
        ("an entry fewer than its width", data, 3),
        ("an entry more than its width", data, 1),
        ("a byte after the last entry", data + b"\x00", 2),
        ("the last byte is missing", data[:-1], 2),
        ("half a length", data + b"\x00", 3),
        ("a length beyond the end", b"\x00\x04one", 1),
        ("nothing", b"", 1),
    ]
    return [
        {"name": name, "base64": b64(each), "width": width, "rule": "log.bundle"}
        for name, each, width in rows
    ]


# The log


SEALED = (
    (0, 12, "2026-01-01T00:00:02.000Z"),
    (12, 20, "2026-01-17T09:00:02.000Z"),
    (20, 20, "2026-01-17T09:00:04.000Z"),
    (20, 27, "2026-03-02T11:00:02.000Z"),
    (27, 33, "2027-01-16T09:00:02.000Z"),
    (33, 42, "2027-03-05T00:00:02.000Z"),
)
"""The batches: entries of the ledger from one position to before another, and their block's at."""


def entry_key(at: str) -> Key:
    return ENTRIES if at < "2027-03-03" else ENTRIES_2


def sealed_log(batches: int = len(SEALED)) -> Log:
    entries = write_ledger()[0].entries
    log = Log()
    for first, end, at in SEALED[:batches]:
        log.seal(entries[first:end], at, entry_key(at))
    return log


def log_cases() -> Body:
    """The log, with the state behind each block's digests."""
    positions = {entry: position for position, entry in enumerate(write_ledger()[0].entries)}
    ledger = Ledger()
    rows = []
    for index, entry in enumerate(sealed_log().entries):
        ledger.take(entry)
        row: Body = {"index": index, "hash": b64(leaf_hash(entry))}
        if entry in positions:
            rows.append(row | {"position": positions[entry]})
            continue
        states: dict[str, Body] = {code: {} for code in ledger.currencies}
        for wallet, each in sorted(ledger.wallets.items()):
            states[each["currency"]][wallet] = canon(state(each)).decode()
        rows.append(
            row | {"entry": b64(entry), "states": states, "totals_map": ledger.totals_map()}
        )
    log = sealed_log()
    files = tile_files(log.entries)
    return {
        "entries": rows,
        "size": len(log.entries),
        "root": b64(root(log.leaves)),
        "checkpoint": b64(log.checkpoint(LOG)),
        "tiles": {path: sha256(data).hexdigest() for path, data in files.items()},
    }


def refused_logs() -> list[Body]:
    """Logs whose checkpoint is signed and whose root fits: the operator's own doing.

    The first `keep` entries of the log are kept and `then` follows them; the first wrong entry is
    at `index`. Each ends with a block, if that is not what is wrong.
    """
    rows: list[Body] = []
    log = sealed_log()

    def refuse(name: str, keep: int, then: Sequence[bytes], index: int, rule: str) -> None:
        row = {"name": name, "keep": keep, "then": [b64(entry) for entry in then]}
        rows.append(row | {"index": index, "rule": rule})

    def lie(name: str, rule: str, change: Callable[[Body], object]) -> None:
        """The block at index 30 states something else."""
        body = body_of(log.entries[30])
        change(body)
        refuse(name, 30, [signed_entry(body, ENTRIES)], 30, rule)

    refuse_blocks(lie)
    other = Log()
    other.ledger.currencies = {"STAR": {}, "PAGE": {}}
    kept = kept_ledger(log.entries[:30])
    alice = WALLETS["alice"]
    other.ledger.wallets = {id_: row for id_, row in kept.wallets.items() if id_ != alice}
    hidden = other.ledger.balances()
    lie(
        "a block that hides a wallet",
        "block.balances.root",
        lambda body: body.update(balances=hidden),
    )
    refuse_times(refuse, log)
    refuse_shapes(refuse, log)
    return rows


def refuse_blocks(lie: Callable[[str, str, Callable[[Body], object]], None]) -> None:
    def put(*path: Any) -> Callable[[Body], object]:
        *steps, last, value = path

        def change(body: Body) -> None:
            place: Any = body
            for step in steps:
                place = place[step]
            place[last] = value

        return change

    lie("a height left out", "block.height", put("height", 4))
    lie("a height again", "block.height", put("height", 2))
    lie("a wrong prev", "block.prev", put("prev", NO_HASH))
    lie("a batch that begins later", "block.first", put("first", 24))
    lie("a batch that begins earlier", "block.first", put("first", 22))
    lie("a size that is one too small", "block.size", put("size", 30))
    lie("a size that is one too large", "block.size", put("size", 32))
    lie("less owed than there is", "block.balances.owed", put("balances", "STAR", "owed", 86))
    lie("other arrears", "block.balances.arrears", put("balances", "STAR", "arrears", -1))
    lie("arrears above 0", "block.balances.arrears", put("balances", "STAR", "arrears", 1))
    lie("a wallet fewer", "block.balances.wallets", put("balances", "STAR", "wallets", 1))
    lie("another root", "block.balances.root", put("balances", "STAR", "root", b64(EMPTY[1])))
    lie("a currency left out", "block.balances", lambda body: body["balances"].pop("PAGE"))
    moon = {"root": b64(EMPTY[1]), "owed": 0, "arrears": 0, "wallets": 0}
    lie("a currency too many", "block.balances", put("balances", "MOON", moon))
    lie("a sum as text", "block.balances.owed", put("balances", "STAR", "owed", "87"))
    lie(
        "a root of 31 bytes", "block.balances.root", put("balances", "STAR", "root", b64(bytes(31)))
    )
    lie("a member more in a currency", "block.balances", put("balances", "STAR", "lots", 0))
    lie("other totals", "block.totals", put("totals", NO_HASH))
    lie("a member more", "block.members", put("note", "x"))
    lie("a member missing", "block.members", lambda body: body.pop("totals"))
    lie("a version to come", "block.v", put("v", 2))
    lie("a height as text", "block.height", put("height", "3"))
    lie("a time without milliseconds", "block.at", put("at", "2026-03-02T11:00:02Z"))


Refuse = Callable[[str, int, Sequence[bytes], int, str], None]


def kept_ledger(entries: Sequence[bytes]) -> Ledger:
    ledger = Ledger()
    for entry in entries:
        ledger.take(entry)
    return ledger


def refuse_times(refuse: Refuse, log: Log) -> None:
    entries = log.entries

    def ended(kept: Sequence[bytes], at: str) -> bytes:
        """The block that ends these entries, right but perhaps for its time."""
        return signed_entry(block_body(kept_ledger(kept), at), entry_key(at))

    early = ended(entries[:21], "2026-01-17T08:59:59.999Z")
    refuse("an entry after its block", 21, [early], 20, "entry.at")
    # The next transaction is of 2026-01-18T09:00:00.000Z.
    late = ended(entries[:21], "2026-01-19T09:00:00.001Z")
    name = "a transaction more than 24 hours before the block before"
    refuse(name, 21, [late, entries[23]], 22, "entry.at")
    desk = Key(DESK.name, bytes([12]) * 32, "")
    writer = Writer([entry for entry in entries[:22] if body_of(entry)["type"] != "block"])
    body = key_added(writer, "2026-01-17T09:00:01.999Z", "operator:desk", desk)
    refuse("governance before the block before", 22, [signed_entry(body)], 22, "governance.at")


def refuse_shapes(refuse: Refuse, log: Log) -> None:
    entries = log.entries
    refuse("the last leaf is no block", 20, [], 19, "log.last")
    refuse("two entries swapped", 2, [entries[3], entries[2]], 2, "governance.seq")
    refuse("an entry left out", 14, entries[15:22], 14, "tx.chains.seq")
    refuse("an entry twice", 15, [entries[14], *entries[15:22]], 15, "tx.id")
    refuse("a block left out", 12, entries[13:22], 20, "block.height")
    body = body_of(entries[22]) | {"at": body_of(entries[21])["at"]}
    refuse("the time of the block before", 22, [signed_entry(body)], 22, "block.at")
    refuse("a block twice", 13, [entries[12]], 13, "block.height")
    empty = block_body(Ledger(), START)
    refuse("no genesis but a block", 0, [signed_entry(empty)], 0, "entry.key")
    body = body_of(entries[21])
    refuse("a block by the log key", 21, [note(canon(body) + b"\n", LOG)], 21, "entry.key")
    refuse("a block by a key to come", 21, [signed_entry(body, ENTRIES_2)], 21, "entry.key")


# Checkpoints and cosignatures


def checkpoint_cases() -> Body:
    log = sealed_log()
    signed = log.checkpoint(LOG)
    text = signed.partition(b"\n\n")[0] + b"\n"
    lines = text.split(b"\n")
    whole = root(log.leaves)
    cosigned_note = signed + b"".join(
        cosignature_line(signed, witness, 1_800_000_000 + number)
        for number, witness in enumerate(WITNESSES)
    )
    stranger = note(text, STRANGER).partition(b"\n\n")[2]
    accepted = [
        ("signed by the log", signed, len(log.entries), whole),
        ("cosigned by two witnesses", cosigned_note, len(log.entries), whole),
        ("with a line of a key that nobody knows", signed + stranger, len(log.entries), whole),
        ("of an empty tree", checkpoint(ORIGIN, [], LOG), 0, root([])),
    ]
    signature = LOG.sign(text)
    flipped = bytes([signature[0] ^ 1]) + signature[1:]

    def by_log(*parts: bytes) -> bytes:
        return note(b"\n".join(parts), LOG)

    namesake = Key(ORIGIN, STRANGER.seed, "")
    rerooted = signed.replace(lines[2], b64(whole[::-1]).encode())
    resized = signed.replace(b"\n48\n", b"\n47\n")
    refused = [
        ("nothing", "note.form", b""),
        ("not signed", "note.form", text),
        ("signed by a stranger only", "checkpoint.signature", note(text, STRANGER)),
        ("signed by a stranger of that name", "checkpoint.signature", note(text, namesake)),
        ("signed by the entry key", "checkpoint.signature", note(text, ENTRIES)),
        (
            "a signature that does not hold",
            "checkpoint.signature",
            text + b"\n" + signature_line(ORIGIN, LOG.id, flipped),
        ),
        (
            "S + L in the signature",
            "checkpoint.signature",
            text + b"\n" + signature_line(ORIGIN, LOG.id, plus_order(signature)),
        ),
        (
            "one signature that holds and one that does not",
            "checkpoint.signature",
            signed + signature_line(ORIGIN, LOG.id, flipped),
        ),
        ("another root, not signed again", "checkpoint.signature", rerooted),
        ("another size, not signed again", "checkpoint.signature", resized),
        ("another origin", "checkpoint.origin", by_log(b"moon.example", *lines[1:])),
        ("no origin", "checkpoint.origin", by_log(b"", *lines[1:])),
        ("a zero before the size", "checkpoint.size", by_log(lines[0], b"048", *lines[2:])),
        ("a size with a sign", "checkpoint.size", by_log(lines[0], b"+48", *lines[2:])),
        ("a size of 2^63", "checkpoint.size", by_log(lines[0], str(2**63).encode(), *lines[2:])),
        ("a root of 31 bytes", "checkpoint.root", by_log(*lines[:2], b64(bytes(31)).encode(), b"")),
        ("a root in hex", "checkpoint.root", by_log(*lines[:2], whole.hex().encode(), b"")),
        ("an empty tree with a root", "checkpoint.root", by_log(lines[0], b"0", *lines[2:])),
        ("an extension line", "checkpoint.extension", by_log(*lines[:3], b"more", b"")),
        ("two lines", "checkpoint.form", by_log(*lines[:2], b"")),
    ]  # fmt: skip
    return {
        "log_key": LOG.vkey,
        "accepted": [
            {"name": name, "base64": b64(data), "size": size, "root": b64(root_)}
            for name, data, size, root_ in accepted
        ],
        "refused": [
            {"name": name, "base64": b64(data), "rule": rule} for name, rule, data in refused
        ],
    }


def cosignature_cases() -> Body:
    signed = sealed_log().checkpoint(LOG)
    text = signed.partition(b"\n\n")[0] + b"\n"
    witness = WITNESSES[0]
    at = 1_800_000_000
    right = cosignature_line(signed, witness, at)
    signature = witness.sign(cosigned(text, at))

    def line(timestamp: int, blob: bytes, width: int = 8) -> bytes:
        return signature_line(witness.name, witness.id, timestamp.to_bytes(width, "big") + blob)

    huge = witness.sign(cosigned(text, 2**63))
    refused = [
        ("another time", "cosignature.signature", line(at + 1, signature)),
        ("the text signed without a time", "cosignature.signature", line(at, witness.sign(text))),
        ("no time", "cosignature.length", signature_line(witness.name, witness.id, signature)),
        ("a byte too many", "cosignature.length", line(at, signature + b"\x00")),
        ("S + L in the signature", "cosignature.signature", line(at, plus_order(signature))),
        ("a time of 2^63", "cosignature.timestamp", line(2**63, huge)),
    ]
    return {
        "checkpoint": b64(signed),
        "made": [
            {
                "witness": each.vkey,
                "seed": each.seed.hex(),
                "timestamp": at + number,
                "message": b64(cosigned(text, at + number)),
                "line": b64(cosignature_line(signed, each, at + number)),
            }
            for number, each in enumerate(WITNESSES)
        ],
        "ignored": [
            {
                "name": "a line of a witness that nobody knows",
                "line": b64(cosignature_line(signed, Witness(*STRANGER), at)),
            },
            {
                "name": "a witness's key under the algorithm of notes",
                "line": b64(note(text, WITNESS).partition(b"\n\n")[2]),
            },
        ],
        "refused": [
            {"name": name, "note": b64(signed + each), "rule": rule} for name, rule, each in refused
        ]
        + [
            {
                "name": "one that holds and one that does not",
                "note": b64(signed + right + line(at + 1, signature)),
                "rule": "cosignature.signature",
            }
        ],
    }


# The balance tree


def some_wallets(count: int, start: int = 0) -> list[Leaf]:
    return [
        wallet_leaf(base32_id(sha256(str(number).encode()).digest()[:16]), some_state(number))
        for number in range(start, start + count)
    ]


def some_state(number: int) -> Body:
    return {
        "available": 10 * number,
        "held": number % 3,
        "pending": 0,
        "arrears": 0,
        "head": b64(sha256(b"head %d" % number).digest()),
        "seq": number + 1,
        "lots": [["never", "brewco", 10 * number]] if number else [],
    }


def raw(key: str, owed: int) -> Leaf:
    """A leaf of any key, for what the hash of no wallet's id will ever show."""
    return Leaf(bytes.fromhex(key.ljust(64, "0")), owed, sha256(key.encode()).digest())


def balance_tree_cases() -> Body:
    last = "0" * 63
    trees = {
        "no wallet": [],
        "one wallet": some_wallets(1, 5),
        "one wallet with nothing": some_wallets(1),
        "two wallets": some_wallets(2, 1),
        "three wallets": some_wallets(3, 1),
        "ten wallets": some_wallets(10),
        "a thousand wallets": some_wallets(1000),
        "keys that part at the first bit": [raw("00", 1), raw("80", 2)],
        "keys that part at the second bit": [raw("00", 1), raw("40", 2)],
        "keys that part at the last bit": [raw(last + "0", 1), raw(last + "1", 2)],
        "two that part at the last bit, and a third": [
            raw(last + "0", 1), raw(last + "1", 2), raw("80", 3),
        ],
        "one at each depth of 16": [raw("0001", 0)] + [
            raw(f"{1 << bits:04x}", bits) for bits in range(1, 16)
        ],
        "pairs that share 24 bits": [
            raw(f"{n:06x}{low}", n + 1) for n in (0, 1, 2**23, 2**24 - 1) for low in ("7f", "80")
        ],
        "sums beyond 2^53": [raw("00", 2**53 - 1), raw("40", 2**53 - 1), raw("80", 2**60)],
        "the greatest sum": [raw("00", 2**128 - 2), raw("80", 1)],
    }  # fmt: skip
    return {
        "empty": b64(EMPTY[1]),
        "wallet_keys": [
            {"wallet": wallet, "key": wallet_key(wallet).hex()} for wallet in WALLETS.values()
        ],
        "states": [
            {
                "wallet": wallet,
                "state": canon(state(row)).decode(),
                "owed": str(wallet_leaf(wallet, state(row)).owed),
                "state_hash": b64(wallet_leaf(wallet, state(row)).state),
                "leaf_hash": b64(leaf_sum(wallet_leaf(wallet, state(row)))[1]),
            }
            for wallet, row in sorted(sealed_log().ledger.wallets.items())
        ],
        "trees": [tree_case(name, leaves) for name, leaves in trees.items()],
        "refused": [
            {
                "name": "a sum of 2^128",
                "leaves": leaf_rows([raw("00", 2**128 - 1), raw("80", 1)]),
                "rule": "balance.sum",
            }
        ],
    }


def leaf_rows(leaves: Sequence[Leaf]) -> list[Body]:
    return [
        {"key": leaf.key.hex(), "owed": str(leaf.owed), "state_hash": b64(leaf.state)}
        for leaf in leaves
    ]


def tree_case(name: str, leaves: Sequence[Leaf]) -> Body:
    """A tree and, of some keys in it and not in it, the way to them."""
    owed, hash_ = sum_root(leaves)
    keys = [leaf.key for leaf in leaves[:3]]
    keys += [wallet_key(WALLETS["alice"]), bytes(32), b"\xff" * 32]
    rows: Body = {"leaves": leaf_rows(leaves)}
    if len(leaves) > 100:
        rows = {"wallets": len(leaves)}
    ways = []
    for key in dict.fromkeys(keys):
        path, end = sum_path(leaves, key)
        way: Body = {"key": key.hex(), "path": [[str(total), b64(each)] for total, each in path]}
        ways.append(way | ({"ends_in": end.key.hex()} if end else {}))
    return {"name": name, **rows, "root": b64(hash_), "owed": str(owed), "ways": ways}


# Receipts and balance proofs


def receipt_cases() -> Body:
    log = sealed_log()
    signed = log.checkpoint(LOG)
    cosigned_note = signed + cosignature_line(signed, WITNESSES[0], 1_800_000_000)
    old = sealed_log(2)
    rows = [
        ("a transaction", 13, log.receipt(13, signed)),
        ("genesis", 0, log.receipt(0, signed)),
        ("the last leaf, a block", 47, log.receipt(47, signed)),
        ("with a cosignature", 14, log.receipt(14, cosigned_note)),
        ("by an older checkpoint", 13, old.receipt(13, old.checkpoint(LOG))),
    ]
    data = log.receipt(13, signed)
    lines = data.split(b"\n")
    hashes = lines[3 : lines.index(b"")]

    def with_hashes(new: Sequence[bytes]) -> bytes:
        return b"\n".join([*lines[:3], *new, *lines[lines.index(b"") :]])

    text = signed.partition(b"\n\n")[0] + b"\n"
    other = proof_file(log.entries[14], 13, log.leaves, signed)
    node = b"\x01" + log.leaves[12] + log.leaves[13]
    stranger = signed.partition(b"\n\n")[0] + b"\n\n" + note(text, STRANGER).partition(b"\n\n")[2]
    refused = [
        ("nothing", "proof.form", b""),
        ("of another version", "proof.version", data.replace(b"@v1", b"@v2")),
        ("no extra", "receipt.extra", b"\n".join([lines[0], *lines[2:]])),
        ("no index", "proof.index", b"\n".join([*lines[:2], *lines[3:]])),
        ("a zero before the index", "proof.index", data.replace(b"index 13", b"index 013")),
        ("an index below 0", "proof.index", data.replace(b"index 13", b"index -1")),
        ("another index", "log.inclusion", data.replace(b"index 13", b"index 12")),
        ("an index past the end", "log.inclusion", data.replace(b"index 13", b"index 48")),
        ("another entry", "log.inclusion", other),
        ("a byte of the entry", "log.inclusion", with_extra(lines, log.entries[13][:-2] + b"A\n")),
        ("a hash too few", "log.inclusion", with_hashes(hashes[:-1])),
        ("a hash too many", "log.inclusion", with_hashes([*hashes, hashes[-1]])),
        ("two hashes swapped", "log.inclusion", with_hashes([hashes[1], hashes[0], *hashes[2:]])),
        ("a hash that is not base64", "proof.hashes", with_hashes([b"x", *hashes[1:]])),
        ("a hash of 31 bytes", "proof.hashes", with_hashes([b64(bytes(31)).encode(), *hashes[1:]])),
        ("a node as the entry", "log.inclusion", proof_file(node, 6, log.leaves, signed)),
        ("a checkpoint by a stranger", "checkpoint.signature", log.receipt(13, stranger)),
        ("a checkpoint of another size", "checkpoint.signature",
            data.replace(b"\n48\n", b"\n47\n")),
        ("an older checkpoint", "log.inclusion", log.receipt(13, old.checkpoint(LOG))),
        ("no checkpoint", "note.form", data.partition(b"\n\n")[0] + b"\n\n"),
        ("no empty line", "proof.form", data.partition(b"\n\n")[0]),
        ("a carriage return", "proof.version", data.replace(b"@v1\n", b"@v1\r\n")),
    ]  # fmt: skip
    return {
        "accepted": [
            {
                "name": name,
                "base64": b64(each),
                "index": index,
                "hash": b64(leaf_hash(read_proof(each).extra or b"")),
            }
            for name, index, each in rows
        ],
        "refused": [
            {"name": name, "base64": b64(each), "rule": rule} for name, rule, each in refused
        ],
    }


def with_extra(lines: Sequence[bytes], extra: bytes) -> bytes:
    return b"\n".join([lines[0], b"extra " + b64(extra).encode(), *lines[2:]])


class Shown:
    """A log of one leaf, a block, over wallets that no entry made: for the shapes of paths."""

    def __init__(self, numbers: Sequence[int]) -> None:
        self.states = {
            base32_id(sha256(str(number).encode()).digest()[:16]): some_state(number)
            for number in numbers
        }
        self.leaves = [wallet_leaf(wallet, each) for wallet, each in self.states.items()]
        owed, hash_ = sum_root(self.leaves)
        row = {"root": b64(hash_), "owed": owed, "arrears": 0, "wallets": len(self.states)}
        body = block_body(Ledger(), "2026-01-01T00:00:00.000Z")
        self.log = Log()
        self.log.entries.append(signed_entry(body | {"balances": {"STAR": row}}))
        self.signed = self.log.checkpoint(LOG)

    def extra(self, wallet: str) -> Body:
        path, end = sum_path(self.leaves, wallet_key(wallet))
        extra: Body = {
            "block": b64(self.log.entries[0]),
            "wallet": wallet,
            "currency": "STAR",
            "path": [[str(total), b64(each)] for total, each in path],
        }
        if wallet in self.states:
            return extra | {"state": canon(self.states[wallet]).decode()}
        return extra | ({"other": other_of(end)} if end else {})

    def absent(self, ends_in_leaf: bool) -> str:
        """The first wallet of a series that is not there and whose way ends so."""
        for number in range(10_000):
            wallet = base32_id(sha256(b"absent %d" % number).digest()[:16])
            path, end = sum_path(self.leaves, wallet_key(wallet))
            if (end is not None) == ends_in_leaf and len(path) > 1:
                return wallet
        raise LookupError("no such wallet")

    def proof(self, extra: Mapping[str, Any]) -> bytes:
        return proof_file(canon(extra), 0, self.log.leaves, self.signed)


def other_of(leaf: Leaf) -> Body:
    return {"key": b64(leaf.key), "owed": str(leaf.owed), "state": b64(leaf.state)}


def balance_proof_cases() -> Body:
    log, first = sealed_log(), sealed_log(1)
    signed = log.checkpoint(LOG)
    alice, bob, carol = WALLETS["alice"], WALLETS["bob"], WALLETS["carol"]
    rows = [
        ("a wallet of two", alice, "STAR", log.balance(alice, "STAR", signed)),
        ("the only wallet", carol, "PAGE", log.balance(carol, "PAGE", signed)),
        ("a wallet of another currency", bob, "PAGE", log.balance(bob, "PAGE", signed)),
        (
            "absent from a tree without wallets",
            alice,
            "STAR",
            first.balance(alice, "STAR", first.checkpoint(LOG)),
        ),
    ]
    twenty = Shown(range(20))
    there = next(iter(twenty.states))
    by_empty, by_leaf = twenty.absent(False), twenty.absent(True)
    for name, wallet in (
        ("a wallet of twenty, which has nothing", there),
        ("absent, by an empty subtree", by_empty),
        ("absent, by the leaf of another", by_leaf),
    ):
        rows.append((name, wallet, "STAR", twenty.proof(twenty.extra(wallet))))
    return {
        "accepted": [
            shown_row(name, wallet, currency, each) for name, wallet, currency, each in rows
        ],
        "refused": [
            *refused_presence(twenty),
            *refused_absence(twenty, by_empty, by_leaf),
            *refused_blocks(log, signed),
        ],
    }


def shown_row(name: str, wallet: str, currency: str, data: bytes) -> Body:
    extra = json.loads(read_proof(data).extra or b"")
    row = {"name": name, "wallet": wallet, "currency": currency, "base64": b64(data)}
    if "state" not in extra:
        return row | {"owed": 0}
    found = json.loads(extra["state"])
    owed = found["available"] + found["held"] + found["pending"]
    return row | {"state": extra["state"], "owed": owed}


def refused_row(name: str, rule: str, wallet: str, data: bytes) -> Body:
    return {"name": name, "rule": rule, "wallet": wallet, "base64": b64(data)}


def refused_presence(twenty: Shown) -> list[Body]:
    wallet = list(twenty.states)[4]
    extra = twenty.extra(wallet)
    found = json.loads(extra["state"])
    path = extra["path"]

    def state_with(**members: Any) -> Body:
        return extra | {"state": canon(found | members).decode()}

    def path_with(rows: Sequence[Any]) -> Body:
        return extra | {"path": list(rows)}

    def first_with(total: object, *rest: object) -> Body:
        return path_with([[total, *rest], *path[1:]])

    lot = found["lots"][0]
    total, hash_ = path[0]
    empty = ["0", b64(EMPTY[1])]
    end = wallet_leaf(wallet, found)
    rows: list[tuple[str, str, Body]] = [
        ("another state", "balance.root", state_with(held=found["held"] + 1)),
        ("a state with a member more", "state.members", state_with(note="x")),
        ("a state without lots", "state.lots.sum", state_with(lots=[])),
        ("lots not sorted", "state.lots.order", state_with(
            lots=[[*lot[:2], 1], ["2026-12-31", "brewco", lot[2] - 1]])),
        ("a lot of 0", "state.lots.quantity", state_with(
            lots=[["2026-12-31", "brewco", 0], lot])),
        ("an amount below 0", "state.integer", state_with(held=-1)),
        ("arrears above 0", "state.integer", state_with(arrears=1)),
        ("an amount that is a float", "state.integer",
            extra | {"state": extra["state"].replace(f'"held":{found["held"]}', '"held":1.0')}),
        ("a state with white space", "canonical.round_trip",
            extra | {"state": extra["state"] + " "}),
        ("a state that is no text", "balance.state", extra | {"state": found}),
        ("a state of another seq", "balance.root", state_with(seq=found["seq"] + 1)),
        ("a hash too few", "balance.root", path_with(path[:-1])),
        ("a hash too many", "balance.root", path_with([*path, path[-1]])),
        ("siblings in another order", "balance.root", path_with(path[::-1])),
        ("a first sibling that is EMPTY", "balance.sibling", path_with([empty, *path])),
        ("an EMPTY with a sum", "balance.empty", path_with(
            [*path[:-1], ["5", b64(EMPTY[1])]])),
        ("another sum on the path", "balance.root", first_with(str(int(total) + 1), hash_)),
        ("a sum of 2^128", "balance.decimal", first_with(str(2**128), hash_)),
        ("sums that overflow", "balance.sum", first_with(str(2**128 - 1), hash_)),
        ("a sum with a zero before it", "balance.decimal", first_with("0" + total, hash_)),
        ("a sum with a sign", "balance.decimal", first_with("-1", hash_)),
        ("a sum that is a number", "balance.decimal", first_with(int(total), hash_)),
        ("a hash of 31 bytes", "balance.hash", first_with(total, b64(bytes(31)))),
        ("a sibling of three", "balance.path", first_with(total, hash_, 0)),
        ("a path that is no list", "balance.path", extra | {"path": "x"}),
        ("257 siblings", "balance.depth", path_with([path[0]] * 257)),
        ("a currency that there is not", "balance.currency", extra | {"currency": "MOON"}),
        ("both state and other", "balance.members", extra | {"other": other_of(end)}),
        ("a member more", "balance.members", extra | {"note": "x"}),
        ("no path", "balance.members", {k: v for k, v in extra.items() if k != "path"}),
        ("another wallet's proof", "balance.wallet", twenty.extra(list(twenty.states)[5])),
        ("another wallet's name on it", "balance.root",
            twenty.extra(list(twenty.states)[5]) | {"wallet": wallet}),
    ]  # fmt: skip
    proofs = [refused_row(name, rule, wallet, twenty.proof(each)) for name, rule, each in rows]
    data = twenty.proof(extra)
    other_text = canon(extra).replace(b'"currency"', b' "currency"')
    spaced = proof_file(other_text, 0, twenty.log.leaves, twenty.signed)
    no_extra = proof_file(None, 0, twenty.log.leaves, twenty.signed)
    more = data.replace(b"index 0\n", b"index 1\n")
    return [
        *proofs,
        refused_row("extra with white space", "canonical.round_trip", wallet, spaced),
        refused_row("no extra", "balance.extra", wallet, no_extra),
        refused_row("another index", "balance.index", wallet, more),
    ]


def refused_absence(twenty: Shown, by_empty: str, by_leaf: str) -> list[Body]:
    there = list(twenty.states)[4]
    extra = twenty.extra(there)
    nothing = {name: value for name, value in extra.items() if name != "state"}
    itself = wallet_leaf(there, twenty.states[there])
    way = twenty.extra(by_leaf)
    key = wallet_key(there)
    near = max(
        (leaf for leaf in twenty.leaves if leaf.key != key),
        key=lambda leaf: next(
            depth for depth in range(256) if bit(leaf.key, depth) != bit(key, depth)
        ),
    )
    path, end = sum_path(twenty.leaves, near.key)
    assert end == near
    beside = [[str(total), b64(each)] for total, each in path]
    empty_way = twenty.extra(by_empty)
    branch = empty_way["path"]
    rows: list[tuple[str, str, str, Body]] = [
        ("absence claimed of a wallet that is there", "balance.root", there, nothing),
        ("its own leaf as another's", "balance.absence", there,
            nothing | {"other": other_of(itself)}),
        ("the leaf of another branch", "balance.prefix", there,
            nothing | {"other": other_of(near), "path": beside}),
        ("the leaf of another branch, on the way to this one", "balance.prefix", there,
            nothing | {"other": other_of(near)}),
        ("presence claimed of a wallet that is not", "balance.root", by_leaf,
            {name: value for name, value in way.items() if name != "other"}
            | {"state": canon(some_state(0)).decode()}),
        ("the other leaf with another sum", "balance.root", by_leaf,
            way | {"other": way["other"] | {"owed": "1"}}),
        ("the other leaf without a sum", "balance.other", by_leaf,
            way | {"other": {"key": way["other"]["key"], "state": way["other"]["state"]}}),
        ("the other leaf's key of 31 bytes", "balance.hash", by_leaf,
            way | {"other": way["other"] | {"key": b64(bytes(31))}}),
        ("the other leaf left out", "balance.root", by_leaf,
            {name: value for name, value in way.items() if name != "other"}),
        ("absence by EMPTY, a level deeper", "balance.sibling", by_empty,
            empty_way | {"path": [["0", b64(EMPTY[1])], *branch]}),
        ("absence by EMPTY, a level higher", "balance.root", by_empty,
            empty_way | {"path": branch[1:]}),
    ]  # fmt: skip
    return [
        refused_row(name, rule, wallet, twenty.proof(each)) for name, rule, wallet, each in rows
    ]


def refused_blocks(log: Log, signed: bytes) -> list[Body]:
    alice = WALLETS["alice"]
    extra = log.balance_extra(alice, "STAR")
    last = len(log.entries) - 1
    earlier = extra | {"block": b64(log.entries[38])}
    no_block = extra | {"block": b64(log.entries[45])}
    body = body_of(log.entries[-1])

    def alone(block: bytes) -> bytes:
        """A log of one leaf that is this block."""
        other = Log()
        other.entries.append(block)
        found = extra | {"block": b64(block)}
        return proof_file(canon(found), 0, other.leaves, other.checkpoint(LOG))

    nowhere = signed_entry(body | {"size": 1, "first": 0}, STRANGER)
    return [
        refused_row("an earlier block", "balance.index", alice,
            proof_file(canon(earlier), 38, log.leaves, signed)),
        refused_row("an earlier block as the last leaf", "log.inclusion", alice,
            proof_file(canon(earlier), last, log.leaves, signed)),
        refused_row("a leaf that is no block", "log.inclusion", alice,
            proof_file(canon(no_block), last, log.leaves, signed)),
        refused_row("a last leaf that is no block", "block.members", alice,
            alone(log.entries[45])),
        refused_row("a block of another size", "balance.size", alice,
            alone(signed_entry(body, ENTRIES_2))),
        refused_row("a block that is signed by another name", "balance.signer", alice,
            alone(nowhere)),
    ]  # fmt: skip


def vectors() -> Body:
    return {
        "format": "tallystick ledger format, version 1: the sealed log",
        "origin": ORIGIN,
        "log_seed": LOG.seed.hex(),
        "merkle": merkle_cases(),
        "tiles": tile_cases(),
        "log": log_cases(),
        "logs_refused": refused_logs(),
        "checkpoints": checkpoint_cases(),
        "cosignatures": cosignature_cases(),
        "balance_tree": balance_tree_cases(),
        "receipts": receipt_cases(),
        "balance_proofs": balance_proof_cases(),
    }


def text() -> str:
    return json.dumps(vectors(), indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    VECTORS.write_text(text(), encoding="utf-8")
