"""Refused ledgers, each the accepted one up to its fault, and the ways to make one."""

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from typing import Any

from tests.vectors.forms import Body, b64
from tests.vectors.keys import ENTRIES, ENTRIES_2, Key
from tests.vectors.parties import START
from tests.vectors.writing import Writer, body_of, governance, note, signed_entry, tx


def put(*path: Any) -> Callable[[Body], object]:
    """A change of a body: the last of the path is the value, those before it lead to its place."""
    *steps, last, value = path

    def change(body: Body) -> object:
        place: Any = body
        for step in steps:
            place = place[step]
        place[last] = value
        return place

    return change


def drop(name: str) -> Callable[[Body], object]:
    return lambda body: body.pop(name)


def both(*changes: Callable[[Body], object]) -> Callable[[Body], object]:
    return lambda body: [change(body) for change in changes]


class Refusals:
    """Refused ledgers: the first `keep` entries of the accepted one, and what comes then."""

    def __init__(self, entries: Sequence[bytes], ids: Mapping[str, str]) -> None:
        self.entries = entries
        self.ids = ids
        self.rows: list[Body] = []

    def raw(self, name: str, keep: int, rule: str, *then: bytes) -> None:
        """The fault is the last of the entries that follow."""
        row = {"name": name, "keep": keep, "then": [b64(entry) for entry in then]}
        self.rows.append({**row, "position": keep + len(then) - 1, "rule": rule})

    def changed(
        self, name: str, position: int, rule: str, change: Callable[[Body], object]
    ) -> None:
        """The operator changes an entry and signs it again."""
        body = deepcopy(body_of(self.entries[position]))
        change(body)
        self.raw(name, position, rule, signed_entry(body, self._signer(position)))

    def text(self, name: str, position: int, rule: str, old: str, new: str) -> None:
        """The operator changes an entry's text, to what no writer makes, and signs it again."""
        text = self.entries[position].partition(b"\n")[0]
        if old.encode() not in text:
            raise ValueError(f"{name}: no {old} in entry {position}")
        text = text.replace(old.encode(), new.encode(), 1) + b"\n"
        self.raw(name, position, rule, note(text, self._signer(position)))

    def bytes(self, name: str, position: int, rule: str, old: bytes, new: bytes) -> None:
        """An entry's bytes are changed by somebody who cannot sign."""
        entry = self.entries[position]
        if old not in entry:
            raise ValueError(f"{name}: no {old!r} in entry {position}")
        self.raw(name, position, rule, entry.replace(old, new, 1))

    def added(self, name: str, keep: int, rule: str, *make: Callable[[Writer], Body]) -> None:
        """The operator writes other entries than it did, each well-formed."""
        writer = Writer(self.entries[:keep], self._signer(keep))
        for one in make:
            writer.add(signed_entry(one(writer), writer.key))
        self.raw(name, keep, rule, *writer.entries[keep:])

    def tx(self, name: str, keep: int, rule: str, /, *args: Any, **members: Any) -> None:
        self.added(name, keep, rule, lambda writer: tx(writer, *args, **members))

    def governs(
        self, name: str, keep: int, rule: str, type_: str, at: str = START, /, **members: Any
    ) -> None:
        self.added(name, keep, rule, lambda writer: governance(writer, type_, at, **members))

    def _signer(self, position: int) -> Key:
        return ENTRIES if position < 39 else ENTRIES_2
