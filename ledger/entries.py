"""An entry's bytes: a signed note of one line of canonical JSON with one signature.

docs/ledger-format.md, "An entry":

    {"at":…,"type":…,"v":1,…} LF
    LF
    — <origin>/entries <b64(key id || signature)> LF

The note's bytes are the leaf of the log; the entry hash is their RFC 6962 leaf hash.
"""

from collections.abc import Mapping
from typing import NamedTuple

import orjson

from ledger.canonical import canonical, parse_exact
from ledger.errors import RuleBroken
from ledger.governance_shape import GOVERNANCE_TYPES
from ledger.names import Hash, entry_hash
from ledger.notes import NoteSignature, Signer, note_of, parse_note, sign_note
from ledger.tiles import ENTRY_MAX_BYTES
from ledger.tx import TX_MAX_BYTES, Tx, tx_body

_TYPES = frozenset({"tx", "block", *GOVERNANCE_TYPES})


class Entry(NamedTuple):
    """An entry's exact bytes, its hash, and what it states. Nothing in it is verified by this."""

    data: bytes
    hash: Hash
    body: Mapping[str, object]
    text: bytes
    signature: NoteSignature

    @property
    def type(self) -> str:
        return str(self.body["type"])


def read_entry(data: bytes) -> Entry:
    """Splits an entry and parses its canonical JSON. Raises RuleBroken."""
    if len(data) > ENTRY_MAX_BYTES:
        raise RuleBroken("entry.size", f"at most {ENTRY_MAX_BYTES} bytes", len(data))
    note = parse_note(data)
    if len(note.signatures) != 1:
        raise RuleBroken("entry.signatures", 1, len(note.signatures))
    body = parse_exact(note.text[:-1])
    if type(body) is not dict or type(body.get("type")) is not str:
        raise RuleBroken("entry.type", "an object with a type", type(body).__name__)
    kind = body["type"]
    if kind not in _TYPES:
        raise RuleBroken("entry.type", sorted(_TYPES), kind)
    if kind == "tx" and len(data) > TX_MAX_BYTES:
        raise RuleBroken("entry.size", f"at most {TX_MAX_BYTES} bytes", len(data))
    return Entry(data, entry_hash(data), body, note.text, note.signatures[0])


def sign_entry(body: Mapping[str, object] | Tx, signer: Signer) -> Entry:
    """The signed entry of a body. Raises RuleBroken for what is not canonical or too large."""
    if not isinstance(body, Tx):
        return read_entry(sign_note(canonical(body) + b"\n", signer))
    # Its members are of closed forms, all within the restriction: there is nothing to check.
    made = tx_body(body)
    text = orjson.dumps(made, option=orjson.OPT_SORT_KEYS) + b"\n"
    key, signature = signer.verifier, signer.sign(text)
    data = note_of(text, (key, signature))
    if len(data) > TX_MAX_BYTES:
        raise RuleBroken("entry.size", f"at most {TX_MAX_BYTES} bytes", len(data))
    signed = NoteSignature(key.name, key.key_id, signature)
    return Entry(data, entry_hash(data), made, text, signed)
