"""The keys of those who send requests, and what they sign with them."""

from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from typing import Any

from ledger.canonical import canonical
from ledger.instructions import instruction
from ledger.names import digest
from ledger.notes import SeedSigner

ORIGIN = "stars.example/ledger"


@cache
def key_of(partner: str) -> SeedSigner:
    return SeedSigner(f"{partner}.example", partner.encode().ljust(32, b"."))


def signature(partner: str, operation: str, subject: str, asked_: str) -> dict[str, str]:
    signer = key_of(partner)
    given = signer.sign(instruction(ORIGIN, operation, subject, asked_))
    return {"key": signer.verifier.label, "signature": b64encode(given).decode()}


def programme_signatures(document: Mapping[str, Any], *partners: str) -> list[dict[str, Any]]:
    """Of each partner over a programme's digest."""
    rule = digest(canonical(document))
    subject = f"{document['id']}@{document['version']}"
    return [
        {"partnerId": each, "signature": signature(each, "programme", subject, rule)}
        for each in partners
    ]


def asked(input_: Mapping[str, Any]) -> str:
    """What is signed of an input: its digest without signatures and absent members."""
    members = {
        name: value
        for name, value in input_.items()
        if value is not None and name not in ("signature", "signatures")
    }
    return digest(canonical(members))
