"""The keys of the vectors: whose each is stands in its note."""

from hashlib import sha256
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.vectors.forms import ORIGIN, b64


class Key(NamedTuple):
    """A key pair with the name that its holder chose."""

    name: str
    seed: bytes
    note: str

    @property
    def public(self) -> bytes:
        return Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw()

    @property
    def id(self) -> bytes:
        return key_id(self.name, self.public)

    @property
    def label(self) -> str:
        return f"{self.name}+{self.id.hex()}"

    @property
    def vkey(self) -> str:
        return verifier_key(self.name, self.public)

    def sign(self, message: bytes) -> bytes:
        return Ed25519PrivateKey.from_private_bytes(self.seed).sign(message)


def key_id(name: str, public: bytes, type_: bytes = b"\x01") -> bytes:
    return sha256(name.encode() + b"\n" + type_ + public).digest()[:4]


def verifier_key(name: str, public: bytes, type_: bytes = b"\x01") -> str:
    return f"{name}+{key_id(name, public, type_).hex()}+" + b64(type_ + public)


def _key(name: str, number: int, note: str) -> Key:
    return Key(name, bytes([number]) * 32, note)


LOG = _key(ORIGIN, 1, "the log key: signs checkpoints, no entry")
ENTRIES = _key(f"{ORIGIN}/entries", 2, "the entry key from genesis on, until 2027-03-03")
ENTRIES_2 = _key(f"{ORIGIN}/entries", 3, "the entry key from 2027-03-02 on")
BREWCO = _key("brewco.example", 4, "partner:brewco, until 2027-02-01")
BREWCO_2 = _key("brewco.example", 5, "partner:brewco, from 2027-02-01 on")
PAGES = _key("pages.example", 6, "partner:pages")
DESK = _key("desk.stars.example", 7, "operator:desk")
LEAD = _key("lead.stars.example", 8, "operator:lead")
WITNESS = _key("witness.example", 10, "a witness: as a verifier key of type 0x04 in the ledger")
STRANGER = _key("stranger.example", 9, "in no ledger")
KEYS = (LOG, ENTRIES, ENTRIES_2, BREWCO, BREWCO_2, PAGES, DESK, LEAD, STRANGER, WITNESS)
