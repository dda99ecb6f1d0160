"""The published vectors: what any verifier must accept and refuse, this one among them."""

import json
import subprocess
import sys
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Any

import pytest
import rfc8785

from ledger.canonical import canonical, parse
from ledger.entries import read_entry
from ledger.errors import RuleBroken
from ledger.history import History
from ledger.instructions import instruction, registration
from ledger.names import base32_id, digest, entry_hash, transaction_id
from ledger.notes import SeedSigner, VerifierKey, signature_holds
from ledger.verify import Labelled, Verified, first_bad_signature, verify
from ledger.wallets import Wallet
from tests.vectors import generate

FOLDER = Path(__file__).parents[2] / "vectors"
FILE = FOLDER / "ledger-format.json"
VECTORS: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
ENTRIES = [b64decode(row["entry"]) for row in VECTORS["ledger"]]
SIGNERS = {
    f"{row['name']}+{row['key_id']}": SeedSigner(row["name"], bytes.fromhex(row["seed"]))
    for row in VECTORS["keys"]
}

ALL_KINDS = {
    "earn", "confirm", "redeem", "hold", "capture", "void",
    "transfer", "exchange", "expire", "reverse", "refund", "adjust",
}  # fmt: skip
ALL_TYPES = {"genesis", "currency", "partner", "key", "programme", "agreement", "witness"}


def rows(*path: str) -> Any:
    """The vectors of one section, each a test with its own name."""
    found: Any = VECTORS
    for name in path:
        found = found[name]
    return pytest.mark.parametrize("row", found, ids=lambda row: _name(row).replace(" ", "_"))


def _name(row: dict[str, Any]) -> str:
    for member in ("name", "operation", "party", "bits"):
        if member in row:
            return str(row[member])
    return f"{row['position']} {row['shows']}"


def verified(entries: list[bytes]) -> Verified:
    labelled = [Labelled(str(index), data) for index, data in enumerate(entries)]
    return verify(labelled, origin=VECTORS["origin"])


def state(wallet: Wallet) -> dict[str, Any]:
    """A wallet as the vectors write it."""
    return {
        "currency": wallet.currency,
        "seq": wallet.seq,
        **wallet.balances._asdict(),
        "lots": [list(lot) for lot in wallet.lots],
    }


@rows("canonical", "accepted")
def test_a_value_has_the_canonical_bytes_of_rfc_8785(row: dict[str, Any]) -> None:
    """The bytes are the vector's and those of the package rfc8785, and read back as the value."""
    expected = row["text"].encode()
    assert rfc8785.dumps(row["value"]) == expected
    assert canonical(row["value"]) == expected
    assert parse(expected) == row["value"]


@rows("canonical", "refused")
def test_bytes_that_are_not_canonical_are_refused(row: dict[str, Any]) -> None:
    """The reader names the rule that the bytes break."""
    with pytest.raises(RuleBroken) as refusal:
        parse(b64decode(row["base64"]))
    assert refusal.value.rule == row["rule"]


@rows("canonical", "refused")
def test_what_is_refused_is_not_what_rfc_8785_writes_within_the_restriction(
    row: dict[str, Any],
) -> None:
    """Each refused text is no JSON, outside the restriction, or written otherwise by the oracle."""
    data = b64decode(row["base64"])
    try:
        again = rfc8785.dumps(json.loads(data))
    except (ValueError, rfc8785.CanonicalizationError):
        return
    restriction = {"canonical.type", "canonical.text", "canonical.key", "canonical.depth"}
    assert again != data or row["rule"] in restriction


@rows("transaction_ids")
def test_a_party_and_its_key_have_one_transaction_id(row: dict[str, Any]) -> None:
    """Whoever holds the idempotency key computes the id that stands in the ledger."""
    assert transaction_id(row["party"], row["key"]) == row["id"]


@rows("wallet_ids")
def test_a_wallet_id_is_its_128_bits_in_base32(row: dict[str, Any]) -> None:
    """128 bits are 26 characters, the most significant first."""
    assert base32_id(bytes.fromhex(row["bits"])) == row["id"]


@rows("keys")
def test_a_seed_has_one_verifier_key(row: dict[str, Any]) -> None:
    """Seed, name, public key, key id and verifier key belong together."""
    signer = SeedSigner(row["name"], bytes.fromhex(row["seed"]))
    assert signer.verifier.public.hex() == row["public"]
    assert signer.verifier.key_id.hex() == row["key_id"]
    assert str(signer.verifier) == row["verifier_key"]
    assert VerifierKey.parse(row["verifier_key"]) == signer.verifier


@rows("signatures")
def test_a_signature_holds_or_not_as_everywhere_else(row: dict[str, Any]) -> None:
    """No cofactor, S below the group's order, no R and no key of small order."""
    public, signature = bytes.fromhex(row["public"]), b64decode(row["signature"])
    assert signature_holds(public, b64decode(row["message"]), signature) is row["holds"]


@rows("instructions")
def test_an_instruction_has_these_bytes_and_this_signature(row: dict[str, Any]) -> None:
    """What a party signs is said to the byte, and starts from the input that it keeps."""
    signer = SIGNERS[row["key"]]
    assert digest(canonical(row["input"])) == row["asked"]
    message = instruction(VECTORS["origin"], row["operation"], row["subject"], row["asked"])
    assert b64encode(message).decode() == row["bytes"]
    assert b64encode(signer.sign(message)).decode() == row["signature"]


@rows("registrations")
def test_a_registration_has_these_bytes_and_this_signature(row: dict[str, Any]) -> None:
    """A new key signs for its party and this ledger."""
    signer = SIGNERS[row["key"]]
    message = registration(VECTORS["origin"], row["party"], str(signer.verifier))
    assert b64encode(message).decode() == row["bytes"]
    assert b64encode(signer.sign(message)).decode() == row["signature"]


def test_the_whole_ledger_is_accepted() -> None:
    """No entry breaks a rule, and wallets and other accounts end as the vectors say."""
    found = verified(ENTRIES)
    assert found.fault is None
    last = {id_: wallet for row in VECTORS["ledger"] for id_, wallet in row["wallets"].items()}
    assert {id_: state(wallet) for id_, wallet in found.history.wallets.items()} == last
    totals: dict[str, dict[str, int]] = {}
    for (account, currency), amount in found.history.totals.items():
        totals.setdefault(account, {})[currency] = amount
    assert totals == VECTORS["totals"]


def test_the_ledger_shows_every_kind_and_every_type() -> None:
    """A verifier that accepts it has met all twelve kinds and all types of governance."""
    shown = {row["shows"] for row in VECTORS["ledger"]}
    assert shown == ALL_KINDS | ALL_TYPES


def test_every_entry_leads_to_the_states_written_down() -> None:
    """After each entry, hash, signatures and every wallet it touches are as the vectors say."""
    history = History()
    for row, data in zip(VECTORS["ledger"], ENTRIES, strict=True):
        before = dict(history.wallets)
        assert first_bad_signature(history.apply(read_entry(data))) is None
        assert entry_hash(data) == row["hash"]
        touched = {
            id_: state(wallet)
            for id_, wallet in history.wallets.items()
            if before.get(id_) != wallet
        }
        assert touched == row["wallets"], row["position"]


def test_every_entry_is_what_its_key_signs() -> None:
    """Signing an entry's text again with the seed that its line names gives the same bytes."""
    for data in ENTRIES:
        name, key_id, signature = read_entry(data).signature
        text = data.partition(b"\n\n")[0] + b"\n"
        assert SIGNERS[f"{name}+{key_id.hex()}"].sign(text) == signature


@rows("refused")
def test_a_refused_ledger_names_its_entry_and_rule(row: dict[str, Any]) -> None:
    """The verifier names the position of the first fault and the rule broken there."""
    then = [b64decode(entry) for entry in row["then"]]
    fault = verified(ENTRIES[: row["keep"]] + then).fault
    assert fault is not None
    assert (fault.position, fault.rule) == (row["position"], row["rule"])


def test_refusals_have_names_of_their_own() -> None:
    """A name says which vector failed."""
    names = [row["name"] for row in VECTORS["refused"]]
    assert len(names) == len(set(names))


def test_the_generator_writes_the_committed_file() -> None:
    """Byte for byte, so that nobody edits the vectors by hand."""
    assert generate.text().encode() == FILE.read_bytes()


def test_the_generator_uses_nothing_of_the_ledger() -> None:
    """The vectors are a second opinion only while the program under test has no part in them."""
    for path in FOLDER.rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        assert "import ledger" not in source
        assert "from ledger" not in source
    script = (
        "import sys; from tests.vectors import generate; generate.text(); "
        "sys.exit(any(name.split('.')[0] == 'ledger' for name in sys.modules))"
    )
    subprocess.run([sys.executable, "-c", script], cwd=FOLDER.parents[1], check=True)
