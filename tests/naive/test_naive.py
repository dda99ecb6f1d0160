"""The naive verifier itself: it accepts what is right, and names the first entry that is not.

The logs are small and built by `build`, from the entries of tests/vectors, which are written down
by hand. That it agrees with `tallystick audit` on real exports is said elsewhere.
"""

import json
from base64 import b64decode
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.naive.__main__ import main
from tests.naive.build import Exported, Log, export, note, proof_file, tile_files
from tests.naive.forms import NO_HASH, WrongError, b64, canon, parse, read_vkey
from tests.naive.log import (
    Directory,
    Fault,
    cosigned_by,
    read_checkpoint,
    read_proof,
    verify_balance,
    verify_receipt,
)
from tests.naive.rules import Ledger
from tests.naive.trees import (
    EMPTY,
    Leaf,
    consistency,
    inclusion,
    leaf_hash,
    leaf_sum,
    node_sum,
    root,
    root_by_inclusion,
    sum_path,
    sum_root,
    tile_at,
    tiles_of,
    wallet_leaf,
)
from tests.naive.wallets import state
from tests.vectors.keys import ENTRIES, ENTRIES_2, LOG, STRANGER, Key
from tests.vectors.parties import WALLETS
from tests.vectors.writing import Writer, body_of, key_added, signed_entry

FOLDER = Path(__file__).parents[1]
VECTORS: dict[str, Any] = json.loads((FOLDER / "vectors" / "ledger-format.json").read_bytes())
LEDGER = [b64decode(row["entry"]) for row in VECTORS["ledger"]]
SOME = 25
"""So many entries make the log that most tests tamper with: in 4 batches, one of them empty."""

ALICE, NOBODY = WALLETS["alice"], "7" + "z" * 25


def at_of(entry: bytes) -> str:
    return str(body_of(entry)["at"])


def sealed(entries: list[bytes], batch: int = 7) -> Log:
    """The 12 entries of governance, then so many at a time; a block has its last entry's time."""
    log = Log()
    starts = [0, *range(12, len(entries), batch)]
    for first, end in zip(starts, [*starts[1:], len(entries)], strict=True):
        some = entries[first:end]
        key = ENTRIES if at_of(some[-1]) < "2027-03-03" else ENTRIES_2
        log.seal(some, at_of(some[-1]), key)
    return log


def small() -> Log:
    log = sealed(LEDGER[:SOME])
    log.seal([], "2026-03-02T12:00:00.000Z", ENTRIES)
    return log


def exported(log: Log) -> Exported:
    receipts = {
        str(body["id"]): index
        for index, body in enumerate(body_of(entry) for entry in log.entries)
        if body["type"] == "tx"
    }
    balances = {id_: row["currency"] for id_, row in log.ledger.wallets.items()}
    balances[NOBODY] = "STAR"
    return export(log, log.checkpoint(LOG), LOG.vkey, receipts, balances)


SMALL = small()
FILES = exported(SMALL).files


Verdict = Callable[[Mapping[str, bytes]], Fault | None]


@pytest.fixture
def verdict(tmp_path: Path) -> Verdict:
    def verify(files: Mapping[str, bytes]) -> Fault | None:
        return Directory(Exported(dict(files)).write(tmp_path)).verify()

    return verify


def signed_again(entries: list[bytes]) -> dict[str, bytes]:
    """What a dishonest log publishes: whatever it likes, with a root and a signature that fit."""
    log = Log()
    log.entries = entries
    files = {"checkpoint": log.checkpoint(LOG), "log.vkey": FILES["log.vkey"]}
    return files | tile_files(entries)


# What is right


def test_a_log_with_receipts_and_balance_proofs_is_accepted(verdict: Verdict) -> None:
    assert verdict(FILES) is None


def test_the_whole_ledger_of_the_vectors_is_accepted_in_batches_of_any_size(tmp_path: Path) -> None:
    for batch in (3, 5, 50):
        files = exported(sealed(LEDGER, batch)).write(tmp_path / str(batch))
        assert Directory(files).verify() is None


def test_older_partial_tiles_may_stay(verdict: Verdict) -> None:
    older = tile_files(SMALL.entries[:16])
    assert verdict(older | FILES) is None


def test_it_is_run_as_a_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = Exported(FILES).write(tmp_path)
    assert main(str(folder)) == 0
    assert "owed to 2 wallets" in capsys.readouterr().out
    (folder / "checkpoint").write_bytes(b"")
    assert main(str(folder)) == 1


@pytest.mark.parametrize("row", VECTORS["refused"], ids=lambda row: row["name"])
def test_it_refuses_what_the_vectors_refuse_at_the_same_position(row: dict[str, Any]) -> None:
    """The rule's name may be another, if an entry breaks several; the position may not."""
    ledger = Ledger()
    for entry in LEDGER[: row["keep"]]:
        ledger.take(entry)
    then = [b64decode(entry) for entry in row["then"]]
    for entry in then[:-1]:
        ledger.take(entry)
    assert row["position"] == row["keep"] + len(then) - 1
    with pytest.raises(WrongError):
        ledger.take(then[-1])


def test_it_has_the_balances_and_totals_that_the_vectors_write_down() -> None:
    ledger = Ledger()
    for entry in LEDGER:
        ledger.take(entry)
    assert ledger.totals == VECTORS["totals"]
    last = {id_: row for each in VECTORS["ledger"] for id_, row in each["wallets"].items()}
    for id_, row in last.items():
        lots = sorted([*lot, points] for lot, points in ledger.wallets[id_]["lots"].items())
        found = ledger.wallets[id_] | {"lots": lots}
        assert {name: found[name] for name in row} == row


@pytest.mark.parametrize("row", VECTORS["canonical"]["refused"], ids=lambda row: row["name"])
def test_text_that_is_not_canonical_is_refused(row: dict[str, Any]) -> None:
    with pytest.raises(WrongError):
        parse(b64decode(row["base64"]))


SEALED: dict[str, Any] = json.loads((FOLDER / "vectors" / "log-format.json").read_bytes())
LOG_KEYS = [read_vkey(LOG.vkey)]


def of_log(*path: str) -> Any:
    found: Any = SEALED
    for name in path:
        found = found[name]
    return pytest.mark.parametrize("row", found, ids=lambda row: row["name"])


@of_log("logs_refused")
def test_it_refuses_the_logs_that_the_vectors_refuse(row: dict[str, Any], verdict: Verdict) -> None:
    """Here the rule too, where a block is what is wrong."""
    kept = [
        b64decode(each["entry"]) if "entry" in each else LEDGER[each["position"]]
        for each in SEALED["log"]["entries"][: row["keep"]]
    ]
    fault = verdict(signed_again([*kept, *map(b64decode, row["then"])]))
    assert fault is not None
    assert (fault.index, fault.rule) == (row["index"], row["rule"])


@of_log("checkpoints", "refused")
def test_it_refuses_the_checkpoints_that_the_vectors_refuse(row: dict[str, Any]) -> None:
    with pytest.raises(WrongError):
        read_checkpoint(b64decode(row["base64"]), LOG_KEYS)


@of_log("cosignatures", "refused")
def test_it_refuses_the_cosignatures_that_the_vectors_refuse(row: dict[str, Any]) -> None:
    witnesses = [read_vkey(each["witness"], 4) for each in SEALED["cosignatures"]["made"]]
    checkpoint = read_checkpoint(b64decode(row["note"]), LOG_KEYS)
    with pytest.raises(WrongError):
        [cosigned_by(checkpoint, witness) for witness in witnesses]


@of_log("receipts", "refused")
def test_it_refuses_the_receipts_that_the_vectors_refuse(row: dict[str, Any]) -> None:
    with pytest.raises(WrongError):
        verify_receipt(read_proof(b64decode(row["base64"])), LOG_KEYS)


@of_log("balance_proofs", "refused")
def test_it_refuses_the_balance_proofs_that_the_vectors_refuse(row: dict[str, Any]) -> None:
    with pytest.raises(WrongError):
        verify_balance(read_proof(b64decode(row["base64"])), row["wallet"], LOG_KEYS)


def test_it_accepts_what_the_vectors_accept() -> None:
    for row in SEALED["checkpoints"]["accepted"]:
        checkpoint = read_checkpoint(b64decode(row["base64"]), LOG_KEYS)
        assert (checkpoint.size, b64(checkpoint.root)) == (row["size"], row["root"])
    for row in SEALED["receipts"]["accepted"]:
        verify_receipt(read_proof(b64decode(row["base64"])), LOG_KEYS)
    for row in SEALED["balance_proofs"]["accepted"]:
        proof = read_proof(b64decode(row["base64"]))
        assert verify_balance(proof, row["wallet"], LOG_KEYS)["owed"] == row["owed"]
    signed = b64decode(SEALED["cosignatures"]["checkpoint"])
    for row in SEALED["cosignatures"]["made"]:
        checkpoint = read_checkpoint(signed + b64decode(row["line"]), LOG_KEYS)
        assert cosigned_by(checkpoint, read_vkey(row["witness"], 4)) == row["timestamp"]
    for row in SEALED["cosignatures"]["ignored"]:
        checkpoint = read_checkpoint(signed + b64decode(row["line"]), LOG_KEYS)
        for each in SEALED["cosignatures"]["made"]:
            assert cosigned_by(checkpoint, read_vkey(each["witness"], 4)) is None


# Tampering with what is stored


def flipped(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def place_of(index: int, bundle: bytes) -> int:
    """Where an entry's first byte stands in the first bundle."""
    place = 2
    for _ in range(index):
        place += 2 + int.from_bytes(bundle[place - 2 : place], "big")
    assert int.from_bytes(bundle[place - 2 : place], "big")
    return place


BUNDLE = f"tile/entries/000.p/{len(SMALL.entries)}"
LEAVES = f"tile/0/000.p/{len(SMALL.entries)}"


@pytest.mark.parametrize("index", [0, 6, 7, 13, len(SMALL.entries) - 1])
def test_a_byte_of_an_entry_is_named_by_its_index(verdict: Verdict, index: int) -> None:
    changed = flipped(FILES[BUNDLE], place_of(index, FILES[BUNDLE]) + 40)
    fault = verdict(FILES | {BUNDLE: changed})
    assert fault is not None
    assert fault.index == index


def test_a_byte_of_an_entry_and_of_its_leaf_hash_too(verdict: Verdict) -> None:
    entry = flipped(SMALL.entries[9], 40)
    entries = [*SMALL.entries[:9], entry, *SMALL.entries[10:]]
    fault = verdict(FILES | tile_files(entries))
    assert fault is not None
    assert fault.index == 9


def test_a_byte_of_a_leaf_hash_is_named_by_its_index(verdict: Verdict) -> None:
    fault = verdict(FILES | {LEAVES: flipped(FILES[LEAVES], 32 * 11 + 3)})
    assert fault is not None
    assert (fault.index, fault.rule) == (11, "log.leaf")


@pytest.mark.parametrize("path", [BUNDLE, LEAVES])
@pytest.mark.parametrize("change", [b"\x00", None])
def test_a_tile_with_a_byte_more_or_less_is_found(
    verdict: Verdict, path: str, change: bytes | None
) -> None:
    data = FILES[path] + change if change else FILES[path][:-1]
    fault = verdict(FILES | {path: data})
    assert fault is not None
    rule = "log.bundle" if path == BUNDLE else "log.tile"
    assert (fault.index, fault.rule) == (None, rule)


@pytest.mark.parametrize("path", [BUNDLE, LEAVES])
def test_a_tile_that_is_missing_is_found(verdict: Verdict, path: str) -> None:
    fault = verdict({name: data for name, data in FILES.items() if name != path})
    assert fault is not None
    assert (fault.index, fault.rule) == (None, "log.missing")


def test_a_file_among_the_tiles_that_is_none_is_found(verdict: Verdict) -> None:
    fault = verdict(FILES | {"tile/0/0": b""})
    assert fault is not None
    assert fault.rule == "log.path"


def test_an_old_partial_tile_with_another_byte_is_found(verdict: Verdict) -> None:
    path = "tile/0/000.p/16"
    older = tile_files(SMALL.entries[:16])
    fault = verdict(FILES | older | {path: flipped(older[path], 32 * 15)})
    assert fault is not None
    assert (fault.index, fault.rule) == (15, "log.leaf")


CHECKPOINT_FAULTS = {
    "an empty file": b"",
    "a flipped bit of the size": FILES["checkpoint"].replace(b"\n29\n", b"\n28\n"),
    "a flipped bit of the signature": flipped(FILES["checkpoint"], -9),
    "signed by a stranger": SMALL.checkpoint(STRANGER),
    "signed by the entry key": note(FILES["checkpoint"].partition(b"\n\n")[0] + b"\n", ENTRIES),
    "a zero before the size": note(
        FILES["checkpoint"].partition(b"\n\n")[0].replace(b"\n29\n", b"\n029\n") + b"\n", LOG
    ),
    "an extension line": note(FILES["checkpoint"].partition(b"\n\n")[0] + b"\nmore\n", LOG),
}


@pytest.mark.parametrize("name", CHECKPOINT_FAULTS)
def test_a_checkpoint_that_is_not_right_is_found(verdict: Verdict, name: str) -> None:
    assert CHECKPOINT_FAULTS[name] != FILES["checkpoint"]
    fault = verdict(FILES | {"checkpoint": CHECKPOINT_FAULTS[name]})
    assert fault is not None
    assert fault.index is None


def test_another_root_is_found(verdict: Verdict) -> None:
    other = Log()
    other.entries = [*SMALL.entries[:-1], b"x"]
    fault = verdict(FILES | {"checkpoint": other.checkpoint(LOG)})
    assert fault is not None
    assert (fault.index, fault.rule) == (None, "checkpoint.root")


# What a dishonest operator signs


def test_two_entries_swapped_are_found(verdict: Verdict) -> None:
    entries = [*SMALL.entries]
    entries[2:4] = entries[3], entries[2]
    fault = verdict(signed_again(entries))
    assert fault is not None
    assert (fault.index, fault.rule) == (2, "governance.seq")


def test_an_entry_left_out_is_found(verdict: Verdict) -> None:
    fault = verdict(signed_again([*SMALL.entries[:3], *SMALL.entries[4:]]))
    assert fault is not None
    assert fault.index == 3


def test_an_entry_twice_is_found(verdict: Verdict) -> None:
    fault = verdict(signed_again([*SMALL.entries[:4], *SMALL.entries[3:]]))
    assert fault is not None
    assert fault.index == 4


def test_a_log_that_ends_without_a_block_is_found(verdict: Verdict) -> None:
    fault = verdict(signed_again(SMALL.entries[:20]))
    assert fault is not None
    assert (fault.index, fault.rule) == (19, "log.last")


def other_block(log: Log, when: str, **members: Any) -> list[bytes]:
    log.seal([], when, ENTRIES, **members)
    return log.entries


STAR = SMALL.ledger.balances()["STAR"]
LIES: dict[str, tuple[str, dict[str, Any]]] = {
    "a height again": ("block.height", {"height": 3}),
    "another prev": ("block.prev", {"prev": NO_HASH}),
    "a batch that begins elsewhere": ("block.first", {"first": 28}),
    "another size": ("block.size", {"size": 29}),
    "the time of the block before": ("block.at", {"at": "2026-03-02T12:00:00.000Z"}),
    "a currency left out": ("block.balances", {"balances": {"STAR": STAR}}),
    "less owed": (
        "block.balances.owed",
        {"balances": SMALL.ledger.balances() | {"STAR": STAR | {"owed": STAR["owed"] - 1}}},
    ),
    "another root": (
        "block.balances.root",
        {"balances": SMALL.ledger.balances() | {"STAR": STAR | {"root": b64(EMPTY[1])}}},
    ),
    "a wallet fewer": (
        "block.balances.wallets",
        {"balances": SMALL.ledger.balances() | {"STAR": STAR | {"wallets": 1}}},
    ),
    "a float": (
        "canonical.type",
        {"balances": SMALL.ledger.balances() | {"STAR": STAR | {"arrears": 0.0}}},
    ),
    "other totals": ("block.totals", {"totals": NO_HASH}),
    "a member more": ("block.members", {"note": "x"}),
    "a version to come": ("block.v", {"v": 2}),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_block_that_states_something_else_is_found(verdict: Verdict, lie: str) -> None:
    rule, members = LIES[lie]
    fault = verdict(signed_again(other_block(small(), "2026-03-03T00:00:00.000Z", **members)))
    assert fault is not None
    assert (fault.index, fault.rule) == (29, rule)


def test_a_block_that_hides_a_wallet_is_found(verdict: Verdict) -> None:
    """Root, sum and count agree with each other, and not with the entries."""
    log = small()
    hidden = Log()
    hidden.ledger.currencies = log.ledger.currencies
    wallets = log.ledger.wallets
    hidden.ledger.wallets = {id_: row for id_, row in wallets.items() if id_ != ALICE}
    balances = hidden.ledger.balances()
    assert balances["STAR"]["wallets"] == STAR["wallets"] - 1
    entries = other_block(log, "2026-03-03T00:00:00.000Z", balances=balances)
    fault = verdict(signed_again(entries))
    assert fault is not None
    assert (fault.index, fault.rule) == (29, "block.balances.root")


def test_an_entry_that_is_after_its_block_is_named_itself(verdict: Verdict) -> None:
    log = sealed(LEDGER[:14])
    log.take(LEDGER[14])
    log.take(LEDGER[15])
    entries = other_block(log, "2026-01-13T08:59:59.999Z", v=1)
    fault = verdict(signed_again(entries))
    assert fault is not None
    assert (fault.index, fault.rule) == (17, "entry.at")


def test_a_block_whose_own_time_is_changed_is_named_itself(verdict: Verdict) -> None:
    """Only a block that is right in itself shows that entries before it are late."""
    place = place_of(20, FILES[BUNDLE])
    year = FILES[BUNDLE].index(b"2026", place) + 3
    earlier = FILES[BUNDLE][:year] + b"5" + FILES[BUNDLE][year + 1 :]
    entry = SMALL.entries[20].replace(b"2026", b"2025", 1)
    entries = [*SMALL.entries[:20], entry, *SMALL.entries[21:]]
    for files in (FILES | {BUNDLE: earlier}, signed_again(entries)):
        fault = verdict(files)
        assert fault is not None
        assert fault.index == 20


def test_a_transaction_dated_back_by_more_than_a_day_is_found(verdict: Verdict) -> None:
    """Up to 24 hours before the block before, to the millisecond."""
    late = LEDGER[14]
    assert at_of(late) == "2026-01-12T09:00:00.000Z"
    log = sealed(LEDGER[:14])
    log.seal([], "2026-01-13T09:00:00.000Z", ENTRIES)
    log.seal([late], "2026-01-14T00:00:00.000Z", ENTRIES)
    assert verdict(signed_again(log.entries)) is None
    log = sealed(LEDGER[:14])
    log.seal([], "2026-01-13T09:00:00.001Z", ENTRIES)
    with pytest.raises(WrongError, match=r"entry\.at"):
        log.take(late)


def test_governance_dated_before_the_block_before_is_found() -> None:
    log = Log()
    log.seal(LEDGER[:5], "2026-01-01T00:00:00.001Z", ENTRIES)
    with pytest.raises(WrongError, match=r"governance\.at"):
        log.take(LEDGER[5])


def test_every_log_key_in_force_signs(verdict: Verdict) -> None:
    """A second log key: both sign from its `at` on; a verifier may have been given either."""
    second = Key(LOG.name, STRANGER.seed, "")
    log = small()
    writer = Writer([entry for entry in log.entries if b'"block"' not in entry])
    body = key_added(writer, "2026-03-03T00:00:00.000Z", "log", second)
    log.seal([signed_entry(body)], "2026-03-03T00:00:00.000Z", ENTRIES)
    files = signed_again(log.entries)
    fault = verdict(files)
    assert fault is not None
    assert (fault.index, fault.rule) == (None, "checkpoint.log_key")
    files["checkpoint"] = log.checkpoint(LOG, second)
    assert verdict(files) is None
    assert verdict(files | {"log.vkey": second.vkey.encode()}) is None


def test_a_log_of_another_name_is_found(verdict: Verdict) -> None:
    moon = Key("moon.example", LOG.seed, "")
    files = FILES | {"checkpoint": SMALL.checkpoint(moon), "log.vkey": moon.vkey.encode()}
    fault = verdict(files)
    assert fault is not None
    assert (fault.index, fault.rule) == (0, "genesis.origin")


# Receipts and balance proofs

SIGNED = FILES["checkpoint"]


def refused_receipt(data: bytes) -> str:
    with pytest.raises(WrongError) as refusal:
        verify_receipt(read_proof(data), LOG_KEYS)
    return refusal.value.rule


def test_a_receipt_shows_its_entry_and_no_other() -> None:
    data = SMALL.receipt(17, SIGNED)
    verify_receipt(read_proof(data), LOG_KEYS)
    lines = data.split(b"\n")
    assert refused_receipt(data.replace(b"index 17", b"index 16")) == "log.inclusion"
    assert refused_receipt(data.replace(b"index 17", b"index 017")) == "proof.index"
    assert refused_receipt(b"\n".join([*lines[:3], *lines[4:]])) == "log.inclusion"
    assert refused_receipt(b"\n".join([*lines[:3], lines[3], *lines[3:]])) == "log.inclusion"
    assert refused_receipt(b"\n".join([lines[0], *lines[2:]])) == "receipt.extra"
    assert refused_receipt(data.replace(b"@v1", b"@v2")) == "proof.form"
    other = proof_file(SMALL.entries[16], 17, SMALL.leaves, SIGNED)
    assert refused_receipt(other) == "log.inclusion"
    node = b"\x01" + SMALL.leaves[0] + SMALL.leaves[1]
    assert refused_receipt(proof_file(node, 0, SMALL.leaves, SIGNED)) == "log.inclusion"


def shown(wallet: str, extra: Mapping[str, Any], asked: str = "") -> dict[str, Any]:
    data = proof_file(canon(extra), len(SMALL.entries) - 1, SMALL.leaves, SIGNED)
    return verify_balance(read_proof(data), asked or wallet, LOG_KEYS)


def refused_balance(wallet: str, extra: Mapping[str, Any], asked: str = "") -> str:
    with pytest.raises(WrongError) as refusal:
        shown(wallet, extra, asked)
    return refusal.value.rule


def test_a_balance_proof_shows_a_wallet_that_is_there() -> None:
    extra = SMALL.balance_extra(ALICE, "STAR")
    found = shown(ALICE, extra)
    alice = SMALL.ledger.wallets[ALICE]
    assert found["owed"] == alice["available"] + alice["held"] + alice["pending"]
    assert refused_balance(ALICE, extra, WALLETS["bob"]) == "balance.wallet"
    more = json.loads(extra["state"])
    more["pending"] += 1
    assert refused_balance(ALICE, extra | {"state": canon(more).decode()}) == "balance.root"
    assert refused_balance(ALICE, extra | {"state": extra["state"] + " "}) == "canonical.round_trip"
    assert refused_balance(ALICE, extra | {"path": []}) == "balance.root"
    assert refused_balance(ALICE, extra | {"currency": "PAGE"}) == "balance.root"
    assert refused_balance(ALICE, extra | {"currency": "MOON"}) == "balance.currency"
    other = {"key": b64(bytes(32)), "owed": "0", "state": b64(bytes(32))}
    assert refused_balance(ALICE, extra | {"other": other}) == "balance.extra"
    no_state = {name: value for name, value in extra.items() if name != "state"}
    assert refused_balance(ALICE, no_state) == "balance.root"
    [[total, hash_]] = extra["path"]
    big = {"path": [[str(2**128), hash_]]}
    assert refused_balance(ALICE, extra | big) == "balance.sum"
    over = {"path": [[str(2**128 - 1), hash_]]}
    assert refused_balance(ALICE, extra | over) == "balances.overflow"
    empty = {"path": [["0", b64(EMPTY[1])], *extra["path"]]}
    assert refused_balance(ALICE, extra | empty) == "balance.path"
    assert refused_balance(ALICE, extra | {"path": [[f"0{total}", hash_]]}) == "balance.sum"


def test_a_balance_proof_shows_that_a_wallet_is_not_there() -> None:
    extra = SMALL.balance_extra(NOBODY, "STAR")
    assert extra["other"]
    assert shown(NOBODY, extra)["state"] is None
    other = extra["other"]
    assert refused_balance(ALICE, extra | {"wallet": ALICE}) in ("balance.other", "balance.root")
    assert refused_balance(NOBODY, extra | {"other": other | {"owed": "1"}}) == "balance.root"
    nothing = {name: value for name, value in extra.items() if name != "other"}
    assert refused_balance(NOBODY, nothing) == "balance.root"


def test_an_absence_by_the_leaf_of_another_branch_is_refused() -> None:
    """Who claims that alice is absent because bob is there, in another branch."""
    of_bob = SMALL.balance_extra(WALLETS["bob"], "STAR")
    bob = leaf_of(WALLETS["bob"])
    other = {"key": b64(bob.key), "owed": str(bob.owed), "state": b64(bob.state)}
    claim = {name: of_bob[name] for name in ("block", "currency", "path")}
    assert refused_balance(ALICE, claim | {"wallet": ALICE, "other": other}) == "balance.other"
    alice = leaf_of(ALICE)
    itself = {"key": b64(alice.key), "owed": str(alice.owed), "state": b64(alice.state)}
    claim = SMALL.balance_extra(ALICE, "STAR")
    claim = {name: claim[name] for name in ("block", "currency", "path", "wallet")}
    assert refused_balance(ALICE, claim | {"other": itself}) == "balance.other"


def leaf_of(wallet: str) -> Leaf:
    return wallet_leaf(wallet, state(SMALL.ledger.wallets[wallet]))


def test_a_balance_proof_is_of_the_last_leaf() -> None:
    extra = SMALL.balance_extra(ALICE, "STAR") | {"block": b64(SMALL.entries[-2])}
    data = proof_file(canon(extra), len(SMALL.entries) - 2, SMALL.leaves, SIGNED)
    with pytest.raises(WrongError, match=r"balance\.index"):
        verify_balance(read_proof(data), ALICE, LOG_KEYS)


def test_a_receipt_of_another_log_is_found(verdict: Verdict) -> None:
    other = sealed(LEDGER[:20])
    path = next(path for path in FILES if path.startswith("receipts/"))
    fault = verdict(FILES | {path: other.receipt(14, other.checkpoint(LOG))})
    assert fault is not None
    assert (fault.index, fault.rule) == (None, "checkpoint.root")


def test_a_balance_proof_of_another_state_is_found(verdict: Verdict) -> None:
    """A block that the log signed and did not keep."""
    path = f"balances/{ALICE}.tlog-proof"
    other = sealed(LEDGER[:20])
    data = other.balance(ALICE, "STAR", other.checkpoint(LOG))
    fault = verdict(FILES | {path: data})
    assert fault is not None
    assert (fault.index, fault.rule) == (None, "checkpoint.root")


# The trees


def test_an_inclusion_leads_to_the_root_for_every_leaf_of_every_small_tree() -> None:
    leaves = [leaf_hash(bytes([n])) for n in range(20)]
    for size in range(1, 20):
        for index in range(size):
            path = inclusion(index, leaves[:size])
            found = root_by_inclusion(leaves[index], index, size, path)
            assert found == root(leaves[:size])


def test_a_consistency_proof_of_the_same_size_is_empty() -> None:
    leaves = [leaf_hash(bytes([n])) for n in range(7)]
    assert consistency(7, leaves) == []
    # RFC 6962, section 2.1.3: the tree of 7 leaves and that of 3, of 4 and of 6
    a, b, c, d, e, f, g = leaves
    ab, cd, ef = root([a, b]), root([c, d]), root([e, f])
    assert consistency(3, leaves) == [c, d, ab, root([e, f, g])]
    assert consistency(4, leaves) == [root([e, f, g])]
    assert consistency(6, leaves) == [ef, g, root([a, b, c, d])]
    assert cd == root([c, d])


def test_tiles_have_the_paths_and_widths_of_the_specification() -> None:
    """The tree of 70,000 leaves that tlog-tiles describes."""
    tiles = tiles_of(70_000)
    assert len([tile for tile in tiles if tile.level == 0 and tile.width == 256]) == 273
    paths = {tile.path for tile in tiles}
    assert {"tile/0/273.p/112", "tile/1/000", "tile/1/001.p/17", "tile/2/000.p/1"} <= paths
    assert tile_at("tile/5/x001/x234/067").index == 1_234_067
    assert tile_at("tile/entries/x001/234.p/9").path == "tile/entries/x001/234.p/9"
    for path in ("tile/00/000", "tile/0/0", "tile/0/x000/001", "tile/0/000.p/0", "tile/64/000"):
        with pytest.raises(WrongError):
            tile_at(path)


def test_a_sum_tree_of_two_wallets_that_part_late_has_empty_siblings() -> None:
    one, two = Leaf(bytes(32), 5, bytes(32)), Leaf(bytes(31) + b"\x01", 7, bytes(32))
    expected = node_sum(leaf_sum(one), leaf_sum(two))
    for _ in range(255):
        expected = node_sum(expected, EMPTY)
    assert sum_root([two, one]) == expected
    path, end = sum_path([one, two], one.key)
    assert end == one
    assert len(path) == 256
    assert path[0] == leaf_sum(two)
    assert sum_root([]) == EMPTY
    assert sum_root([one]) == leaf_sum(one)


def test_it_imports_nothing_of_the_ledger() -> None:
    paths = [path for path in (FOLDER / "naive").glob("*.py") if path.name[:5] != "test_"]
    assert FOLDER / "naive" / "rules.py" in paths
    for path in paths:
        source = path.read_text(encoding="utf-8")
        lines = [line.strip() for line in source.splitlines()]
        assert not any(line.startswith(("import ledger", "from ledger")) for line in lines), path
