"""Entries of a ledger that grows, signed: transactions, governance, and who asked for them."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tests.vectors.forms import (
    NO_HASH,
    Body,
    b64,
    canonical,
    digest,
    instruction,
    leaf_hash,
    registration,
    transaction_id,
)
from tests.vectors.keys import ENTRIES, Key
from tests.vectors.parties import CURRENCIES, PARTNERS, WALLETS


def signature_line(key: Key, text: bytes) -> bytes:
    return f"— {key.name} {b64(key.id + key.sign(text))}\n".encode()


def note(text: bytes, *keys: Key) -> bytes:
    return text + b"\n" + b"".join(signature_line(key, text) for key in keys)


def signed_entry(body: Mapping[str, object], key: Key = ENTRIES) -> bytes:
    return note(canonical(body) + b"\n", key)


def body_of(entry: bytes) -> Body:
    body: Body = json.loads(entry.partition(b"\n")[0])
    return body


class Writer:
    """A ledger that grows. It keeps only what the next entry's place in its chains needs."""

    def __init__(self, entries: Sequence[bytes] = (), key: Key = ENTRIES) -> None:
        self.entries: list[bytes] = []
        self.states: list[dict[str, Body]] = []
        self.chains: dict[str, tuple[int, str]] = {}
        self.key = key
        for entry in entries:
            self.add(entry)

    def add(self, entry: bytes, states: Mapping[str, Body] | None = None) -> None:
        self.entries.append(entry)
        self.states.append(dict(states or {}))
        body = body_of(entry)
        names = [row["wallet"] for row in body["chains"]] if "chains" in body else ["governance"]
        for name in names:
            self.chains[name] = (self.chains.get(name, (0, ""))[0] + 1, leaf_hash(entry))

    def link(self, name: str) -> Body:
        seq, head = self.chains.get(name, (0, NO_HASH))
        return {"seq": seq + 1, "prev": head}


def authority(party: str, key: Key, operation: str, subject: str, asked: str) -> Body:
    signature = key.sign(instruction(operation, subject, asked))
    return {"party": party, "key": key.label, "sig": b64(signature), "asked": asked}


def asked_input(kind: str, key: str) -> Body:
    """The canonical JSON of a mutation's input: the vectors need one, whatever it holds."""
    return {"kind": kind, "idempotency_key": key, "reference": f"till 4, {key}"}


def tx(
    writer: Writer,
    kind: str,
    at: str,
    by: str | tuple[str, Key],
    postings: Sequence[tuple[Any, ...]],
    after: Mapping[str, tuple[int, int, int, int]],
    lots: Sequence[tuple[str, str, str, int]] = (),
    key: str = "",
    **members: Any,
) -> Body:
    """A transaction's body; `ana:available` stands for its wallet's account, and so on."""
    key = key or f"{kind}-{len(writer.entries)}"
    party = by if isinstance(by, str) else by[0]
    id_ = transaction_id("member:m-1" if party == "member" else party, key)
    asked = digest(canonical(asked_input(kind, key)))
    parts = ("available", "held", "pending", "arrears")
    body = {
        "v": 1,
        "type": "tx",
        "id": id_,
        "kind": kind,
        "at": at,
        "postings": sorted(_posting(*row) for row in postings),
        "chains": [
            {"wallet": wallet, **writer.link(wallet), "after": dict(zip(parts, state, strict=True))}
            for wallet, state in sorted((WALLETS[name], state) for name, state in after.items())
        ],
        "by": {"party": by} if isinstance(by, str) else authority(*by, kind, id_, asked),
    }
    if lots:
        body["lots"] = sorted([WALLETS[name], *row] for name, *row in lots)
    if "approved" in members:
        members["approved"] = authority(*members["approved"], kind, id_, asked)
    return body | members


def _posting(account: str, amount: int, currency: str = "") -> list[Any]:
    owner, _, part = account.partition(":")
    if owner in WALLETS:
        return [f"wallet:{WALLETS[owner]}:{part}", currency or CURRENCIES[owner], amount]
    if owner in PARTNERS:
        account = f"partner:{owner}:{part}"
    return [account, currency or "STAR", amount]


def governance(
    writer: Writer,
    type_: str,
    at: str,
    by: str | tuple[str, Key] = "system:ops",
    signed: Sequence[tuple[str, Key]] = (),
    **members: Any,
) -> Body:
    link = writer.link("governance")
    if type_ in ("programme", "agreement"):
        subject, asked = f"{members['id']}@{members['version']}", members["digest"]
    else:
        subject, asked = str(link["seq"]), digest(canonical(members))
    body: Body = {"v": 1, "type": type_, "at": at, **link, **members}
    if signed:
        rows = [authority(party, key, type_, subject, asked) for party, key in signed]
        body["signed"] = [{name: row[name] for name in ("party", "key", "sig")} for row in rows]
    else:
        stands = {"party": by} if isinstance(by, str) else authority(*by, type_, subject, asked)
        body["by"] = stands
    return body


def key_added(writer: Writer, at: str, party: str, key: Key) -> Body:
    proof = {"proof": b64(key.sign(registration(party, key.vkey)))} if ":" in party else {}
    return governance(writer, "key", at, party=party, vkey=key.vkey, status="added", **proof)


def version(value: Mapping[str, Any]) -> Body:
    return {
        "id": value["id"],
        "version": value["version"],
        "digest": digest(canonical(value)),
    }


class Told:
    """Adds transactions with the lots that each wallet must then have."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer

    def __call__(self, *args: Any, left: Mapping[str, Sequence[Any]], **members: Any) -> str:
        body = tx(self.writer, *args, **members)
        states = {}
        for row in body["chains"]:
            name = next(name for name, wallet in WALLETS.items() if wallet == row["wallet"])
            states[row["wallet"]] = {
                "currency": CURRENCIES[name],
                "seq": row["seq"],
                **row["after"],
                "lots": [list(lot) for lot in left[name]],
            }
        self.writer.add(signed_entry(body, self.writer.key), states)
        return str(body["id"])
