"""What a partner or an operator signs, and the proof that comes with a new key.

docs/ledger-format.md, "What a party signs" and "Governance entries":

    tallystick/instruction/v1 LF <origin> LF <operation> LF <subject> LF || asked (32 bytes)

    of a transaction   operation: its kind; subject: its id; asked: H(canonical JSON of the
                       mutation's input without the signature)
    of governance      operation: its type; subject and asked: <id>@<version> and the digest for a
                       programme or an agreement, else the decimal seq and H(canonical JSON of its
                       members without v, at, type, seq, prev, by and signed)

So a signature fits one entry only.
"""

from base64 import b64decode, b64encode
from collections.abc import Mapping

from ledger.canonical import canonical
from ledger.names import Hash, digest
from ledger.notes import Signer
from ledger.tx import Authority

_NOT_ASKED = frozenset({"v", "at", "type", "seq", "prev", "by", "signed"})


def instruction(origin: str, operation: str, subject: str, asked: Hash) -> bytes:
    """The bytes to sign; asked is the b64 of its 32 bytes."""
    return instruction_head(origin, operation) + f"{subject}\n".encode() + b64decode(asked)


def instruction_head(origin: str, operation: str) -> bytes:
    """What the bytes to sign begin with, before their subject."""
    return f"tallystick/instruction/v1\n{origin}\n{operation}\n".encode()


def registration(origin: str, party: str, vkey: str) -> bytes:
    """What a new key signs to show that whoever registers it holds it."""
    return f"tallystick/register/v1\n{origin}\n{party}\n{vkey}\n".encode()


def governance_subject(body: Mapping[str, object]) -> tuple[str, Hash]:
    """Subject and asked of a governance entry's instruction."""
    if body["type"] in ("programme", "agreement"):
        return f"{body['id']}@{body['version']}", Hash(str(body["digest"]))
    members = {name: value for name, value in body.items() if name not in _NOT_ASKED}
    return str(body["seq"]), digest(canonical(members))


def authorise(
    signer: Signer, party: str, origin: str, operation: str, subject: str, asked: Hash
) -> Authority:
    """A party's signed `by`."""
    signature = signer.sign(instruction(origin, operation, subject, asked))
    return Authority(party, signer.verifier.label, b64encode(signature).decode(), asked)
