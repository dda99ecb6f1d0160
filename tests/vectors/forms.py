"""How a value, an id and a message to sign are written, by hand from docs/ledger-format.md."""

import json
from base64 import b64decode, b64encode
from hashlib import sha256
from typing import Any

ORIGIN = "stars.example/ledger"
NO_HASH = b64encode(bytes(32)).decode()
MAX = 2**53 - 1

Body = dict[str, Any]


def canonical(value: object) -> bytes:
    """RFC 8785 within the restriction: keys are ASCII and numbers are integers."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def b64(data: bytes) -> str:
    return b64encode(data).decode()


def digest(data: bytes) -> str:
    return b64(sha256(data).digest())


def leaf_hash(entry: bytes) -> str:
    return digest(b"\x00" + entry)


def base32_id(bits: bytes) -> str:
    number = int.from_bytes(bits, "big")
    alphabet = "0123456789abcdefghjkmnpqrstvwxyz"
    return "".join(alphabet[number >> shift & 31] for shift in range(125, -1, -5))


def transaction_id(party: str, key: str) -> str:
    return base32_id(sha256(f"tallystick/tx/v1\n{party}\n{key}".encode()).digest()[:16])


def instruction(operation: str, subject: str, asked: str) -> bytes:
    head = f"tallystick/instruction/v1\n{ORIGIN}\n{operation}\n{subject}\n"
    return head.encode() + b64decode(asked)


def registration(party: str, vkey: str, origin: str = ORIGIN) -> bytes:
    return f"tallystick/register/v1\n{origin}\n{party}\n{vkey}\n".encode()
