"""The naive verifier itself: it accepts what is right, and answers the vectors as they say.

That it agrees with `tallystick audit` on real exports is said elsewhere.
"""

import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

from tests.naive.__main__ import main
from tests.naive.build import Exported, tile_files
from tests.naive.checkpoints import cosigned_by, read_checkpoint
from tests.naive.forms import WrongError, b64, parse, read_vkey
from tests.naive.log import Directory
from tests.naive.proofs import read_proof, verify_balance, verify_receipt
from tests.naive.rules import Ledger
from tests.naive.small_log import (
    FILES,
    FOLDER,
    LEDGER,
    LOG_KEYS,
    SMALL,
    VECTORS,
    Verdict,
    exported,
    sealed,
    signed_again,
)


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


def test_it_imports_nothing_of_the_ledger() -> None:
    paths = [path for path in Path(__file__).parent.glob("*.py") if path.name[:5] != "test_"]
    assert Path(__file__).with_name("rules.py") in paths
    for path in paths:
        source = path.read_text(encoding="utf-8")
        lines = [line.strip() for line in source.splitlines()]
        assert not any(line.startswith(("import ledger", "from ledger")) for line in lines), path
