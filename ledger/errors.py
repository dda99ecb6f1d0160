"""What can be wrong with a ledger, said so that a reader can find it.

`RuleBroken` is raised where a rule of docs/ledger-format.md does not hold; it names the rule and
the two values that disagree. `Fault` is the same statement about one entry of a ledger, as a
record.
"""

from typing import NamedTuple

_SHOWN_CHARS = 200


class LedgerError(Exception):
    """Base of all errors that this package raises."""


class RuleBroken(LedgerError):
    """A rule of the format does not hold.

    rule: its stable name, e.g. `tx.postings.sum`; expected, found: the two values that disagree.
    """

    def __init__(self, rule: str, expected: object, found: object) -> None:
        super().__init__(rule, expected, found)
        self.rule = rule
        self.expected = expected
        self.found = found

    def __str__(self) -> str:
        return f"{self.rule}: expected {shown(self.expected)}, found {shown(self.found)}"


class PointsMissing(LedgerError):
    """A wallet has fewer points than a transaction would take from it."""

    def __init__(self, wanted: int, there: int) -> None:
        super().__init__(f"{wanted} points wanted, {there} there")
        self.wanted = wanted
        self.there = there


class Fault(NamedTuple):
    """The first thing that is wrong with a ledger.

    position: of the entry in the ledger, from 0, or None for what concerns no entry; label: the
    name that its reader knows it by (a key in a table, a transaction id, a path of a published
    log); rule, expected, found: as in `RuleBroken`, as texts.
    """

    position: int | None
    label: str
    rule: str
    expected: str
    found: str

    def __str__(self) -> str:
        where = self.label if self.position is None else f"entry {self.position} ({self.label})"
        return f"{where} breaks {self.rule}: expected {self.expected}, found {self.found}"


def fault_of(position: int | None, label: str, broken: RuleBroken) -> Fault:
    """The fault that a broken rule is at that place."""
    return Fault(position, label, broken.rule, shown(broken.expected), shown(broken.found))


def shown(value: object) -> str:
    """A value as a short printable text: an attacker's entry must not flood or forge a log."""
    text = value if isinstance(value, str) and value.isprintable() else repr(value)
    return text if len(text) <= _SHOWN_CHARS else text[:_SHOWN_CHARS] + "…"
