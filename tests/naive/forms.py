"""What a text, a name, a key and a note must look like, from docs/ledger-format.md."""

import json
import re
import unicodedata
from base64 import b64decode, b64encode
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple

from nacl.bindings import crypto_sign_open
from nacl.exceptions import BadSignatureError

MAX = 2**53 - 1
NO_HASH = b64encode(bytes(32)).decode()


class WrongError(Exception):
    """A rule does not hold. The rule's name, and what was found.

    index: of the entry that is wrong, where that is not the one that shows it.
    """

    def __init__(self, rule: str, found: object = "", index: int | None = None) -> None:
        super().__init__(rule, found)
        self.rule = rule
        self.found = found
        self.index = index

    def __str__(self) -> str:
        return f"{self.rule}: {str(self.found)[:200]}"


def require(holds: object, rule: str, found: object = "") -> None:
    if not holds:
        raise WrongError(rule, found)


def H(*parts: bytes) -> bytes:
    return sha256(b"".join(parts)).digest()


# Canonical JSON


def canon(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def parse(data: bytes) -> Any:
    try:
        value = json.loads(data.decode(), parse_constant=_refuse)
        again = canon(value)
    except (ValueError, RecursionError) as error:
        raise WrongError("canonical.json", error) from error
    check_value(value)
    # A member given twice is lost by the parser, so the text written again is another.
    require(again == data, "canonical.round_trip", data)
    return value


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def check_value(value: Any, depth: int = 0) -> None:
    if type(value) is int:
        require(abs(value) <= MAX, "canonical.integer", value)
    elif type(value) is str:
        require(unicodedata.is_normalized("NFC", value), "canonical.text", value)
        control = any(unicodedata.category(char) in ("Cc", "Cs") for char in value)
        require(not control, "canonical.text", value)
    elif type(value) in (list, dict):
        require(depth < 32, "canonical.depth")
        for item in value.values() if type(value) is dict else value:
            check_value(item, depth + 1)
        if type(value) is dict:
            for key in value:
                require(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.:_-]*", key), "canonical.key", key)
    else:
        require(type(value) is bool, "canonical.type", value)


# Forms


def b64(data: bytes) -> str:
    return b64encode(data).decode()


def unb64(text: object, length: int | None = None, rule: str = "base64") -> bytes:
    require(type(text) is str, rule, text)
    try:
        data = b64decode(str(text), validate=True)
    except ValueError as error:
        raise WrongError(rule, text) from error
    require(b64(data) == text, rule, text)
    require(length is None or len(data) == length, rule, text)
    return data


def is_text(value: object, pattern: str) -> bool:
    return type(value) is str and re.fullmatch(pattern, value) is not None


def is_id(value: object) -> bool:
    return is_text(value, r"[a-z0-9-]{2,32}")


def is_currency(value: object) -> bool:
    return is_text(value, r"[A-Z0-9]{2,12}")


def is_base32_id(value: object) -> bool:
    return is_text(value, r"[0-7][0-9abcdefghjkmnpqrstvwxyz]{25}")


def is_party(value: object) -> bool:
    return value == "member" or is_text(value, r"(partner|operator|system):[a-z0-9-]{2,32}")


def is_whole(value: object, least: int = 0) -> bool:
    return type(value) is int and least <= value <= MAX


def is_at(value: object) -> bool:
    form = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z"
    if not is_text(value, form):
        return False
    try:
        moment(str(value))
    except ValueError:
        return False
    return True


def moment(at: str) -> datetime:
    return datetime.strptime(at, "%Y-%m-%dT%H:%M:%S.%f%z")


def is_day(value: object) -> bool:
    if value == "never":
        return True
    if not is_text(value, r"[0-9]{4}-[0-9]{2}-[0-9]{2}"):
        return False
    try:
        date.fromisoformat(str(value))
    except ValueError:
        return False
    return True


def days_between(earlier: str, later: str) -> float:
    return (moment(later) - moment(earlier)) / timedelta(days=1)


# Keys

P = 2**255 - 19
Y_OF_ORDER_8 = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
SMALL_ORDER = {0, 1, P - 1, Y_OF_ORDER_8, P - Y_OF_ORDER_8}


class Key(NamedTuple):
    """A verifier key. The algorithm is 1 (signatures) or 4 (cosignatures of witnesses)."""

    name: str
    id: bytes
    public: bytes

    @property
    def label(self) -> str:
        return f"{self.name}+{self.id.hex()}"


def key_id(name: str, algorithm: int, public: bytes) -> bytes:
    return H(name.encode(), b"\n", bytes([algorithm]), public)[:4]


def read_vkey(text: object, algorithm: int = 1) -> Key:
    parts = str(text).split("+", 2)
    require(type(text) is str and len(parts) == 3, "key.form", text)
    name, id_, rest = parts
    plain = name and not any(char.isspace() or unicodedata.category(char) == "Cc" for char in name)
    require(plain, "key.name", name)
    require(is_text(id_, r"[0-9a-f]{8}"), "key.form", text)
    data = unb64(rest)
    require(data[:1] == bytes([algorithm]), "key.algorithm", text)
    require(len(data) == 33, "key.length", text)
    public = data[1:]
    require(id_ == key_id(name, algorithm, public).hex(), "key.id", text)
    y = int.from_bytes(public, "little") % 2**255
    require(y < P, "key.canonical", text)
    require(y not in SMALL_ORDER, "key.order", text)
    return Key(name, public=public, id=bytes.fromhex(id_))


def holds(key: Key, message: bytes, signature: bytes) -> bool:
    """As libsodium verifies: without cofactor, S below the order, no R of small order."""
    if len(signature) != 64:
        return False
    try:
        crypto_sign_open(signature + message, key.public)
    except BadSignatureError:
        return False
    return True


# Notes


class Note(NamedTuple):
    text: bytes
    signatures: list[tuple[str, bytes, bytes]]  # name, key id, what follows it


def read_note(data: bytes) -> Note:
    require(all(byte >= 0x20 or byte == 0x0A for byte in data), "note.control")
    try:
        data.decode()
    except UnicodeDecodeError as error:
        raise WrongError("note.utf8") from error
    text, blank, lines = data.rpartition(b"\n\n")
    require(blank and lines, "note.form")
    require(lines.endswith(b"\n"), "note.signature_line")
    signatures = []
    for line in lines[:-1].decode().split("\n"):
        require(line.startswith("— "), "note.form", line)
        name, space, blob = line[2:].partition(" ")
        require(name and space and "+" not in name, "note.signature_line", line)
        require(not any(char.isspace() for char in name), "note.signature_line", line)
        signature = unb64(blob)
        require(len(signature) > 4, "note.signature_length", line)
        signatures.append((name, signature[:4], signature[4:]))
    return Note(text + b"\n", signatures)


def cosigned(text: bytes, timestamp: int) -> bytes:
    """What a witness signs (c2sp.org/tlog-cosignature, Ed25519)."""
    return f"cosignature/v1\ntime {timestamp}\n".encode() + text
