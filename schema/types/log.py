"""The published log: what of the ledger is sealed, and what shows it.

Proofs are texts in the formats of C2SP, verified offline; nothing in them needs this API's word.
"""

from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

from graphql import GraphQLError
from strawberry.relay import PageInfo

from ledger.blocks import Block as BlockStated
from ledger.checkpoints import read_checkpoint
from ledger.names import at_text
from ledger.notes import NoteSignature, parse_note
from schema import shapes
from schema.context import Context
from schema.scalars import LogSize, Points
from sealing.proving import Prover, SealedBlock

NOT_SEALED = "NOT_SEALED"
OUT_OF_RANGE = "OUT_OF_RANGE"
# A cosignature is 8 bytes of time, then the signature (c2sp.org/tlog-cosignature).
_COSIGNATURE_BYTES = 72

T = TypeVar("T")


def not_sealed(what: str) -> GraphQLError:
    """What is committed, but not in the published log yet."""
    return GraphQLError(
        f"{what} is not in the published log yet: ask again in a second.",
        extensions={"code": NOT_SEALED, "retryable": True},
    )


def out_of_range(message: str) -> GraphQLError:
    return GraphQLError(message, extensions={"code": OUT_OF_RANGE})


def sealed(context: Context, prove: Callable[[Prover], T | None], what: str) -> T:
    """What the log shows. Raises NOT_SEALED where it does not show it yet."""
    found = None if context.log is None else prove(context.log)
    if found is None:
        raise not_sealed(what)
    return found


@shapes.object_type(description="A witness's word that it knows no other history of this log.")
class Cosignature:
    key: str = shapes.field(description="The witness's key, as `name+hex(key id)`.")
    at: str = shapes.field(description="When it cosigned: UTC, by its own clock.")


@shapes.object_type(description="What the whole log is at one size, signed by the log.")
class Checkpoint:
    note: str = shapes.field(
        description="Its exact text, with all signatures (c2sp.org/tlog-checkpoint)."
    )
    origin: str
    size: LogSize = shapes.field(description="How many entries it covers.")
    root: str = shapes.field(description="The Merkle tree's root, in base64 (RFC 6962).")
    witnesses: list[Cosignature] = shapes.field(
        description="Who has cosigned. Whether a cosignature holds, and whose suffice, says who "
        "verifies the note."
    )


@shapes.object_type(description="That the log of an earlier size is the beginning of this one.")
class ConsistencyProof:
    size: LogSize = shapes.field(description="Of the log that it leads to.")
    checkpoint: Checkpoint
    hashes: list[str] = shapes.field(description="In base64, as RFC 9162 2.1.4 has them.")


@shapes.object_type(description="All wallets of one currency, as of a block.")
class CurrencyBalances:
    currency: str
    root: str = shapes.field(description="Of the balance tree, in base64.")
    owed: Points = shapes.field(description="What the coalition owes to its members.")
    arrears: Points = shapes.field(description="What members owe: 0 or negative.")
    wallets: int = shapes.field(description="How many have an entry.")


@shapes.object_type(description="What a sealed batch states, as its last entry.")
class Block:
    height: int
    at: str
    size: LogSize = shapes.field(description="Of the log that ends with it.")
    first: LogSize = shapes.field(description="Index of its batch's first entry.")
    prev: str = shapes.field(description="Hash of the previous block.")
    hash: str = shapes.field(description="Its entry hash, in base64.")
    balances: list[CurrencyBalances]
    totals: str = shapes.field(
        description="SHA-256 of all accounts that are not a wallet's, as canonical JSON."
    )


# Strawberry's own connections are of nodes alone, and a block has no id but its place in the log.
@shapes.object_type(description="A block in a page of them.")
class BlockEdge:
    cursor: str
    node: Block


@shapes.object_type(description="A page of blocks.")
class BlockConnection:
    page_info: PageInfo
    edges: list[BlockEdge]


def checkpoint_of(note: bytes) -> Checkpoint:
    """A published checkpoint."""
    text, signatures = parse_note(note)
    stated = read_checkpoint(text)
    return Checkpoint(
        note=note.decode(),
        origin=stated.origin,
        size=LogSize(stated.size),
        root=b64encode(stated.root).decode(),
        witnesses=[_cosignature(each) for each in signatures if _is_cosignature(each)],
    )


def block_of(found: SealedBlock) -> Block:
    """A block of the log."""
    block: BlockStated = found.block
    return Block(
        height=block.height,
        at=block.at,
        size=LogSize(block.size),
        first=LogSize(block.first),
        prev=block.prev,
        hash=found.hash,
        balances=[
            CurrencyBalances(
                currency=code,
                root=row.root,
                owed=Points(row.owed),
                arrears=Points(row.arrears),
                wallets=row.wallets,
            )
            for code, row in sorted(block.balances.items())
        ],
        totals=block.totals,
    )


def _is_cosignature(line: NoteSignature) -> bool:
    return len(line.signature) == _COSIGNATURE_BYTES


def _cosignature(line: NoteSignature) -> Cosignature:
    seconds = int.from_bytes(line.signature[:8], "big")
    at = at_text(datetime.fromtimestamp(seconds, UTC))
    return Cosignature(key=f"{line.name}+{line.key_id.hex()}", at=at)
