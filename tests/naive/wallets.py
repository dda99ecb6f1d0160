"""A wallet: its parts, its lots, and the state of it that the balance tree holds."""

from collections.abc import Iterator
from typing import Any

Body = dict[str, Any]
Row = tuple[str, str, int]  # last day, issuer, points
Rows = list[Row]  # in the order taken

PARTS = ("available", "held", "pending", "arrears")


def state(wallet: Body) -> Body:
    """What the balance tree says of a wallet."""
    return {
        **{part: wallet[part] for part in PARTS},
        "head": wallet["head"],
        "seq": wallet["seq"],
        "lots": sorted([day, issuer, points] for (day, issuer), points in wallet["lots"].items()),
    }


def first_of(rows: Rows, points: int) -> Rows:
    """The first rows that add up to so many points, the last of them in part."""
    return [row for row in _first_of(rows, points) if row[2]]


def _first_of(rows: Rows, points: int) -> Iterator[Row]:
    for day, issuer, some in rows:
        yield day, issuer, min(some, points)
        points -= min(some, points)


def add_lot(wallet: Body, day: str, issuer: str, points: int) -> None:
    left = wallet["lots"].get((day, issuer), 0) + points
    wallet["lots"].pop((day, issuer), None)
    if left:
        wallet["lots"][day, issuer] = left
