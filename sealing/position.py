"""Where the sealer stands after a block: what it needs for the next and cannot read in the log.

    {"height", "at", "block", "size", "governance": seq, "totals": place, "behind": bool,
     "balances": {currency: {"hash", "owed", "page": place, "arrears", "wallets"}}}

place: [object, offset, length] of bytes in an object of pages, object in hex. hash: hex. A currency
without wallets has no page. All of it follows from the log, and is kept to be found again quickly;
but for behind: whether old entries waited when this block was sealed.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import orjson

from ledger.balance_tree import Root
from ledger.names import At, CurrencyCode, Hash
from ledger.pages import Ref, read_ref, ref_of


class CurrencyPosition(NamedTuple):
    """The balance tree of a currency, and what its block states beside."""

    root: Root
    arrears: int = 0
    wallets: int = 0


class Position(NamedTuple):
    """After the block of that height. block: its entry hash; size: of the tree that it ends."""

    height: int
    at: At
    block: Hash
    size: int
    governance_seq: int
    balances: Mapping[CurrencyCode, CurrencyPosition]
    totals: Ref
    behind: bool = False


def write_position(position: Position) -> bytes:
    return orjson.dumps(
        {
            "height": position.height,
            "at": position.at,
            "block": position.block,
            "size": position.size,
            "governance": position.governance_seq,
            "totals": _place(position.totals),
            "behind": position.behind,
            "balances": {
                code: {
                    "hash": row.root.hash.hex(),
                    "owed": row.root.owed,
                    "page": row.root.page and _place(row.root.page),
                    "arrears": row.arrears,
                    "wallets": row.wallets,
                }
                for code, row in position.balances.items()
            },
        }
    )


def read_position(data: bytes) -> Position:
    """What `write_position` wrote: the sealer's own, kept with its head."""
    value = orjson.loads(data)
    balances = {
        CurrencyCode(code): CurrencyPosition(
            Root(bytes.fromhex(row["hash"]), row["owed"], row["page"] and _ref(row["page"])),
            row["arrears"],
            row["wallets"],
        )
        for code, row in value["balances"].items()
    }
    return Position(
        value["height"],
        At(value["at"]),
        Hash(value["block"]),
        value["size"],
        value["governance"],
        balances,
        _ref(value["totals"]),
        value["behind"],
    )


def _place(ref: Ref) -> list[object]:
    object_, offset, length = read_ref(ref)
    return [object_.hex(), offset, length]


def _ref(place: Any) -> Ref:
    object_, offset, length = place
    return ref_of(bytes.fromhex(object_), offset, length)
