"""Logs that a dishonest operator might sign, whose checkpoints and roots would all fit."""

from collections.abc import Callable, Sequence
from typing import Any

from tests.naive.build import Log, block_body, note
from tests.naive.forms import canon
from tests.naive.rules import Ledger
from tests.naive.trees import EMPTY
from tests.vectors.forms import NO_HASH, Body, b64
from tests.vectors.keys import DESK, ENTRIES, ENTRIES_2, LOG, Key
from tests.vectors.log.sealed import entry_key, sealed_log
from tests.vectors.parties import START, WALLETS
from tests.vectors.writing import Writer, body_of, key_added, signed_entry


def refused_logs() -> list[Body]:
    """Logs whose checkpoint is signed and whose root fits: the operator's own doing.

    The first `keep` entries of the log are kept and `then` follows them; the first wrong entry is
    at `index`. Each ends with a block, if that is not what is wrong.
    """
    rows: list[Body] = []
    log = sealed_log()

    def refuse(name: str, keep: int, then: Sequence[bytes], index: int, rule: str) -> None:
        row = {"name": name, "keep": keep, "then": [b64(entry) for entry in then]}
        rows.append(row | {"index": index, "rule": rule})

    def lie(name: str, rule: str, change: Callable[[Body], object]) -> None:
        """The block at index 30 states something else."""
        body = body_of(log.entries[30])
        change(body)
        refuse(name, 30, [signed_entry(body, ENTRIES)], 30, rule)

    refuse_blocks(lie)
    other = Log()
    other.ledger.currencies = {"STAR": {}, "PAGE": {}}
    kept = kept_ledger(log.entries[:30])
    alice = WALLETS["alice"]
    other.ledger.wallets = {id_: row for id_, row in kept.wallets.items() if id_ != alice}
    hidden = other.ledger.balances()
    lie(
        "a block that hides a wallet",
        "block.balances.root",
        lambda body: body.update(balances=hidden),
    )
    refuse_times(refuse, log)
    refuse_shapes(refuse, log)
    return rows


def refuse_blocks(lie: Callable[[str, str, Callable[[Body], object]], None]) -> None:
    def put(*path: Any) -> Callable[[Body], object]:
        *steps, last, value = path

        def change(body: Body) -> None:
            place: Any = body
            for step in steps:
                place = place[step]
            place[last] = value

        return change

    lie("a height left out", "block.height", put("height", 4))
    lie("a height again", "block.height", put("height", 2))
    lie("a wrong prev", "block.prev", put("prev", NO_HASH))
    lie("a batch that begins later", "block.first", put("first", 24))
    lie("a batch that begins earlier", "block.first", put("first", 22))
    lie("a size that is one too small", "block.size", put("size", 30))
    lie("a size that is one too large", "block.size", put("size", 32))
    lie("less owed than there is", "block.balances.owed", put("balances", "STAR", "owed", 86))
    lie("other arrears", "block.balances.arrears", put("balances", "STAR", "arrears", -1))
    lie("arrears above 0", "block.balances.arrears", put("balances", "STAR", "arrears", 1))
    lie("a wallet fewer", "block.balances.wallets", put("balances", "STAR", "wallets", 1))
    lie("another root", "block.balances.root", put("balances", "STAR", "root", b64(EMPTY[1])))
    lie("a currency left out", "block.balances", lambda body: body["balances"].pop("PAGE"))
    moon = {"root": b64(EMPTY[1]), "owed": 0, "arrears": 0, "wallets": 0}
    lie("a currency too many", "block.balances", put("balances", "MOON", moon))
    lie("a sum as text", "block.balances.owed", put("balances", "STAR", "owed", "87"))
    lie(
        "a root of 31 bytes", "block.balances.root", put("balances", "STAR", "root", b64(bytes(31)))
    )
    lie("a member more in a currency", "block.balances", put("balances", "STAR", "lots", 0))
    lie("other totals", "block.totals", put("totals", NO_HASH))
    lie("a member more", "block.members", put("note", "x"))
    lie("a member missing", "block.members", lambda body: body.pop("totals"))
    lie("a version to come", "block.v", put("v", 2))
    lie("a height as text", "block.height", put("height", "3"))
    lie("a time without milliseconds", "block.at", put("at", "2026-03-02T11:00:02Z"))


Refuse = Callable[[str, int, Sequence[bytes], int, str], None]


def kept_ledger(entries: Sequence[bytes]) -> Ledger:
    ledger = Ledger()
    for entry in entries:
        ledger.take(entry)
    return ledger


def refuse_times(refuse: Refuse, log: Log) -> None:
    entries = log.entries

    def ended(kept: Sequence[bytes], at: str) -> bytes:
        """The block that ends these entries, right but perhaps for its time."""
        return signed_entry(block_body(kept_ledger(kept), at), entry_key(at))

    early = ended(entries[:21], "2026-01-17T08:59:59.999Z")
    refuse("an entry after its block", 21, [early], 20, "entry.at")
    # The next transaction is of 2026-01-18T09:00:00.000Z.
    late = ended(entries[:21], "2026-01-19T09:00:00.001Z")
    name = "a transaction more than 24 hours before the block before"
    refuse(name, 21, [late, entries[23]], 22, "entry.at")
    desk = Key(DESK.name, bytes([12]) * 32, "")
    writer = Writer([entry for entry in entries[:22] if body_of(entry)["type"] != "block"])
    body = key_added(writer, "2026-01-17T09:00:01.999Z", "operator:desk", desk)
    refuse("governance before the block before", 22, [signed_entry(body)], 22, "governance.at")


def refuse_shapes(refuse: Refuse, log: Log) -> None:
    entries = log.entries
    refuse("the last leaf is no block", 20, [], 19, "log.last")
    refuse("two entries swapped", 2, [entries[3], entries[2]], 2, "governance.seq")
    refuse("an entry left out", 14, entries[15:22], 14, "tx.chains.seq")
    refuse("an entry twice", 15, [entries[14], *entries[15:22]], 15, "tx.id")
    refuse("a block left out", 12, entries[13:22], 20, "block.height")
    body = body_of(entries[22]) | {"at": body_of(entries[21])["at"]}
    refuse("the time of the block before", 22, [signed_entry(body)], 22, "block.at")
    refuse("a block twice", 13, [entries[12]], 13, "block.height")
    empty = block_body(Ledger(), START)
    refuse("no genesis but a block", 0, [signed_entry(empty)], 0, "entry.key")
    body = body_of(entries[21])
    refuse("a block by the log key", 21, [note(canon(body) + b"\n", LOG)], 21, "entry.key")
    refuse("a block by a key to come", 21, [signed_entry(body, ENTRIES_2)], 21, "entry.key")
