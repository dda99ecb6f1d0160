"""Vectors of cosignatures, and the two witnesses that make them."""

from tests.naive.build import cosignature_line, note, signature_line
from tests.naive.forms import cosigned
from tests.vectors.forged_signatures import plus_order
from tests.vectors.forms import Body, b64
from tests.vectors.keys import LOG, STRANGER, WITNESS, Key, key_id, verifier_key
from tests.vectors.log.sealed import sealed_log


class Witness(Key):
    """The same key pair as a witness has it: of type 4."""

    @property
    def id(self) -> bytes:
        return key_id(self.name, self.public, b"\x04")

    @property
    def vkey(self) -> str:
        return verifier_key(self.name, self.public, b"\x04")


WITNESSES = (Witness(*WITNESS), Witness("second.example", bytes([11]) * 32, "another witness"))


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
