"""Writes ledger-format.json: test vectors for version 1 of the ledger format.

    python -m tests.vectors.generate

Nothing of `ledger` is imported: amounts, lots, states and rule names are written down here by hand
from docs/ledger-format.md, canonical JSON comes from `json`, signatures from `cryptography`. So the
vectors are a second opinion of what the format says and not a print of what one program does.
The same bytes come out every time.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.vectors.accepted import write_ledger
from tests.vectors.forms import ORIGIN, Body, b64, leaf_hash
from tests.vectors.keys import KEYS
from tests.vectors.parts import (
    canonical_cases,
    ids_cases,
    instruction_cases,
    registration_cases,
    signature_cases,
)
from tests.vectors.refused.chains import refuse_chains
from tests.vectors.refused.governance import refuse_governance
from tests.vectors.refused.in_force import refuse_in_force
from tests.vectors.refused.kinds import refuse_kinds
from tests.vectors.refused.notes import refuse_json, refuse_notes
from tests.vectors.refused.postings import refuse_postings
from tests.vectors.refused.refusals import Refusals
from tests.vectors.refused.usual import refuse_usual, refuse_usual_in_force
from tests.vectors.writing import body_of

VECTORS = Path(__file__).parent / "ledger-format.json"


def refused(entries: Sequence[bytes], ids: Mapping[str, str]) -> list[Body]:
    r = Refusals(entries, ids)
    refuse_notes(r)
    refuse_json(r)
    refuse_chains(r)
    refuse_usual(r)
    refuse_usual_in_force(r)
    refuse_postings(r)
    refuse_kinds(r)
    refuse_in_force(r)
    refuse_governance(r)
    return r.rows


def totals(entries: Sequence[bytes]) -> Body:
    """What every account outside wallets adds up to."""
    sums: dict[str, dict[str, int]] = {}
    for entry in entries:
        for account, currency, amount in body_of(entry).get("postings", []):
            if not account.startswith("wallet:"):
                row = sums.setdefault(account, {})
                row[currency] = row.get(currency, 0) + amount
    return sums


def vectors() -> Body:
    writer, ids = write_ledger()
    return {
        "format": "tallystick ledger format, version 1",
        "origin": ORIGIN,
        "keys": [
            {
                "name": key.name,
                "seed": key.seed.hex(),
                "public": key.public.hex(),
                "key_id": key.id.hex(),
                "verifier_key": key.vkey,
                "note": key.note,
            }
            for key in KEYS
        ],
        "canonical": canonical_cases(),
        **ids_cases(),
        "signatures": signature_cases(),
        "instructions": instruction_cases(),
        "registrations": registration_cases(),
        "ledger": [
            {
                "position": position,
                "shows": _shows(entry),
                "entry": b64(entry),
                "hash": leaf_hash(entry),
                "wallets": states,
            }
            for position, (entry, states) in enumerate(
                zip(writer.entries, writer.states, strict=True)
            )
        ],
        "totals": totals(writer.entries),
        "refused": refused(writer.entries, ids),
    }


def _shows(entry: bytes) -> str:
    body = body_of(entry)
    return str(body.get("kind", body["type"]))


def text() -> str:
    """The file, with one line for each vector's member: a change is seen where it is."""
    return json.dumps(vectors(), indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    VECTORS.write_text(text(), encoding="utf-8")
