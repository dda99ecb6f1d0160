"""The rules of a log: what each entry may do, given the entries before it.

`Ledger.take` is given the entries of a log in order. An entry that breaks a rule raises WrongError.
"""

from tests.naive.blocks import Blocks
from tests.naive.forms import WrongError, b64, days_between, holds, is_at, parse, read_note, require
from tests.naive.governance import GOVERNANCE, Governance
from tests.naive.transactions import Transactions
from tests.naive.trees import leaf_hash
from tests.naive.wallets import Body


class Ledger(Governance, Transactions, Blocks):
    """A ledger that takes the entries of a log in order."""

    def take(self, data: bytes) -> None:
        require(len(data) <= 65_535, "entry.size", len(data))
        note = read_note(data)
        require(len(note.signatures) == 1, "entry.signatures")
        body = parse(note.text[:-1])
        require(type(body) is dict, "entry.type")
        kind = body.get("type")
        require(kind in {"tx", "block", *GOVERNANCE}, "entry.type", kind)
        sort = "governance" if kind in GOVERNANCE else kind
        require(type(body.get("v")) is int and body["v"] == 1, f"{sort}.v")
        require(is_at(body.get("at")), f"{sort}.at", body.get("at"))
        first = kind == "genesis" or (kind == "block" and self.size == 0)
        require(first == (self.size == 0), "governance.genesis")
        if kind == "tx":
            require(len(data) <= 16_384, "entry.size", len(data))
        if kind != "block":
            self.check_time(body)
        if kind in GOVERNANCE and kind != "genesis":
            self.entry_key(note.signatures[0], body["at"])
        if kind == "tx":
            self.take_tx(body, b64(leaf_hash(data)))
        elif kind == "block":
            self.take_block(body, b64(leaf_hash(data)))
        else:
            self.take_governance(body, b64(leaf_hash(data)))
        key = self.entry_key(note.signatures[0], body["at"])
        require(holds(key, note.text, note.signatures[0][2]), "entry.signature")
        self.size += 1
        if kind == "block":
            self.check_late(body["at"])
        else:
            self.batch.append(body["at"])

    def check_time(self, body: Body) -> None:
        """By the block before the batch."""
        if self.block is None:
            return
        least = self.block["at"]
        if body["type"] == "tx":
            require(days_between(body["at"], least) <= 1, "entry.at", body["at"])
        else:
            require(body["at"] >= least, "governance.at", body["at"])

    def check_late(self, block_at: str) -> None:
        """A block that is right in itself shows that an entry of its batch is dated after it."""
        for place, at in enumerate(self.batch, self.size - 1 - len(self.batch)):
            if at > block_at:
                raise WrongError("entry.at", at, place)
        self.batch = []
