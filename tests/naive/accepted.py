"""What the entries taken so far add up to, what of it is in force, and who stands for an entry."""

from typing import Any

from tests.naive.forms import (
    NO_HASH,
    Key,
    WrongError,
    days_between,
    holds,
    is_party,
    require,
    unb64,
)
from tests.naive.wallets import Body


class Accepted:
    """What the entries taken so far add up to, what of it is in force, and who stands for it."""

    def __init__(self) -> None:
        self.origin = ""
        self.governance = {"seq": 0, "head": NO_HASH, "at": ""}
        self.keys: list[Body] = []  # party, key, since, until
        self.partners: list[Body] = []  # id, since, until
        self.currencies: dict[str, Body] = {}  # owner, since
        self.versions: list[Body] = []  # type, id, version, digest, signed, since, until
        self.wallets: dict[str, Body] = {}
        self.txs: dict[str, Body | None] = {}
        self.totals: dict[str, dict[str, int]] = {}
        self.size = 0
        self.batch: list[str] = []  # the `at` of each entry since the last block
        self.block: Body | None = None
        self.block_hash = NO_HASH

    def entry_key(self, signature: tuple[str, bytes, bytes], at: str) -> Key:
        name, id_, _ = signature
        return self.key("entries", f"{name}+{id_.hex()}", at, "entry.key")

    def key(self, party: str, label: object, at: str, rule: str) -> Key:
        for row in self.keys:
            if row["party"] == party and row["key"].label == label and in_force(row, at):
                key: Key = row["key"]
                return key
        raise WrongError(rule, label)

    def log_keys(self, at: str) -> list[Key]:
        return [row["key"] for row in self.keys if row["party"] == "log" and in_force(row, at)]

    def joined(self, partner: str, at: str) -> bool:
        return any(row["id"] == partner and in_force(row, at) for row in self.partners)

    def check_by(self, by: Any, operation: str, subject: str, at: str) -> None:
        require(type(by) is dict and is_party(by.get("party")), "by.party", by)
        if not by["party"].startswith(("partner:", "operator:")):
            require(by.keys() == {"party"}, "by.members", by)
            return
        require(by.keys() == {"party", "key", "sig", "asked"}, "by.members", by)
        key = self.key(by["party"], by["key"], at, "by.key")
        signature = unb64(by["sig"], 64, "by.sig")
        asked = unb64(by["asked"], 32, "by.asked")
        require(holds(key, self.instruction(operation, subject, asked), signature), "by.sig")

    def instruction(self, operation: str, subject: str, asked: bytes) -> bytes:
        head = f"tallystick/instruction/v1\n{self.origin}\n{operation}\n{subject}\n"
        return head.encode() + asked

    def check_signed(self, signed: Any, type_: str, subject: str, asked: bytes, at: str) -> None:
        require(type(signed) is list and signed, "signed", signed)
        for row in signed:
            fits = type(row) is dict and row.keys() == {"party", "key", "sig"}
            require(fits, "signed.members", row)
            require(is_party(row["party"]), "signed.party", row)
            require(row["party"].startswith("partner:"), "signed.party", row)
            key = self.key(row["party"], row["key"], at, "signed.key")
            signature = unb64(row["sig"], 64, "signed.sig")
            require(holds(key, self.instruction(type_, subject, asked), signature), "signed.sig")
        parties = [row["party"] for row in signed]
        require(parties == sorted(set(parties)), "signed.order", parties)


def in_force(row: Body, at: str) -> bool:
    return bool(row["since"] <= at and (row["until"] is None or at < row["until"]))


def within_grace(until: str | None, at: str) -> bool:
    return until is None or days_between(until, at) < 60


def end(rows: list[Body], at: str, **which: Any) -> None:
    for row in rows:
        if in_force(row, at) and all(row[name] == value for name, value in which.items()):
            row["until"] = at
            return
    raise WrongError("key.revoked", which)
