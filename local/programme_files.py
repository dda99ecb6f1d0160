"""Programme files: checked, and tried on past orders, before anyone signs one.

Orders are JSON lines, one order each, with what `recordPurchase` takes:

    {"partner": "grocer", "money": "USD", "minor": 1250, "at": "2026-11-21T12:00:00.000Z",
     "channel": "web", "store": "s1", "tender": "cash",
     "lines": [{"sku": "a1", "category": "food", "minor": 900}]}

of which channel, store, tender and lines may be absent, and events, with what `recordEvent` takes:

    {"on": "review", "partner": "grocer", "at": "2026-11-21T12:00:00.000Z",
     "attributes": {"stars": "5"}}
"""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from ledger.names import At, at_text
from local.problems import Problem
from loyalty.differences import ABSENT
from loyalty.doubts import doubts
from loyalty.dry_runs import DryRun, Past, dry_run
from loyalty.occurrences import Occurrence, event_of
from loyalty.programmes import Version, json_schema, read_programme
from loyalty.purchases import Basket, check_basket, order_of
from loyalty.refusals import Refused
from loyalty.rules.orders import Data, Line, Order
from loyalty.texts import check_at, check_id
from loyalty.versions_compared import Change, Compared, Turn, compared

_SKIP = " \t\r\n"


class _Line(Data, frozen=True, kw_only=True):
    sku: str
    category: str
    minor: int
    quantity: int = 1


class PastOrder(Data, frozen=True, kw_only=True):
    """A line of an orders' file. member: who buys, by any name; born: its date of birth.

    In place of an order it is an event, `on`, which has no money; or, for `run` alone, `redeem`: a
    reward that the member takes.
    """

    at: str
    partner: str = ""
    money: str = ""
    minor: int = 0
    member: str = ""
    born: str = ""
    on: str = ""
    attributes: dict[str, str] = msgspec.field(default_factory=dict)
    redeem: str = ""
    channel: str = ""
    store: str = ""
    tender: str = ""
    lines: tuple[_Line, ...] = ()


def check(file: Path, *, as_json: bool, at: str | None = None) -> int:
    """Prints what a programme file says, and what in it is hardly meant. Raises Problem with what
    is wrong with it and where.

    at: the moment for which it is checked; now, if absent.
    """
    version = read_version(file)
    text = _read(file)
    warnings = [
        {"line": line_of(text, path), "path": ".".join(path), "message": message}
        for path, message in doubts(version.programme, at or at_text(datetime.now(UTC)))
    ]
    programme = version.programme
    told = {
        "programme": f"{programme.id}@{programme.version}",
        "digest": version.rule,
        "currency": programme.currency,
        "partners": sorted(programme.partners()),
        "rules": len(programme.earn),
        "rewards": len(programme.rewards),
    }
    if as_json:
        print(json.dumps({**told, "warnings": warnings}))
    else:
        for name, value in told.items():
            shown = ", ".join(value) if isinstance(value, list) else value
            print(f"{name:<12} {shown}")
        for each in warnings:
            print(f"\nwarning: line {each['line']}, {each['path']}: {each['message']}")
        print("\nEach of these partners signs it: docs/programmes.md says how.")
    return 0


def print_schema() -> int:
    """Prints the JSON Schema of programme files."""
    print(json.dumps(json_schema(), indent=2))
    return 0


def try_on_orders(file: Path, orders: Path, cost_per_1000: int | None, *, as_json: bool) -> int:
    """Prints what a programme file would have given for past orders. Raises Problem."""
    version = read_version(file)
    found = dry_run(version, _orders(orders))
    cost = None if cost_per_1000 is None else found.cost_minor(cost_per_1000)
    if as_json:
        told = found._asdict() | {"rules": [rule._asdict() for rule in found.rules]}
        print(json.dumps(told if cost is None else told | {"costMinor": cost}))
    else:
        _print(found, cost)
    return 0


def compare(file: Path, newer: Path, *, as_json: bool) -> int:
    """Prints what a programme file changes beside an older one. Raises Problem."""
    old, new = read_version(file), read_version(newer)
    if old.programme.id != new.programme.id:
        raise Problem(
            f"{file} is of {old.programme.id} and {newer} of {new.programme.id}: "
            "name two versions of one programme"
        )
    found = compared(old, new)
    if as_json:
        told = found._asdict() | {"changes": [_told(each) for each in found.changes]}
        print(json.dumps(told))
    else:
        _print_compared(old, new, found)
    return 0


def _told(change: Change) -> dict[str, object]:
    values = {name: getattr(change, name) for name in ("old", "new")}
    said = {"path": change.path, "turn": change.turn.value, "text": change.text}
    return said | {name: value for name, value in values.items() if value is not ABSENT}


def _print_compared(old: Version, new: Version, found: Compared) -> None:
    last, next_ = old.programme.version, new.programme.version
    print(f"{new.programme.id}, version {last} to {next_}, for members:\n")
    for change in found.changes:
        turn = "" if change.turn is Turn.OTHER else change.turn.value.lower()
        print(f"{turn:<8}{change.text}")
    if not found.changes:
        print("nothing changes")
    print(f"\nsigns    {', '.join(found.signs)}")
    for name in ("joining", "leaving"):
        if getattr(found, name):
            print(f"{name:<8} {', '.join(getattr(found, name))}")
    if found.changes and next_ != last + 1:
        print(f"\nPublish it as version {last + 1}: its `version` is {next_}.")


def _print(found: DryRun, cost: int | None) -> None:
    print(f"orders       {found.orders:,}, of which {found.earning:,} earn")
    print(f"points       {found.points:,}, all of them owed until they are spent or lapse")
    if cost is not None:
        print(f"cost         {cost:,} in minor units")
    if found.tiers:
        reached = ", ".join(f"{count:,} {id_}" for id_, count in found.tiers.items())
        print(f"tiers        {reached}, after each member's last order")
    width = max((len(rule.rule) for rule in found.rules), default=0)
    print(f"\n{'rule':<{width}}  {'orders':>10}  {'points':>14}  why not")
    for rule, count, points, misses in found.rules:
        reasons = ", ".join(f"{code} {count:,}" for code, count in misses.items())
        print(f"{rule:<{width}}  {count:>10,}  {points:>14,}  {reasons}")


def read_version(path: Path) -> Version:
    """The programme of a file. Raises Problem with the line of what is wrong with it."""
    text = _read(path)
    try:
        return read_programme(json.loads(text, object_pairs_hook=_once))
    except json.JSONDecodeError as error:
        raise Problem(f"{path} is not JSON: {error}{_hint(text, error)}") from None
    except (ValueError, RecursionError) as error:
        raise Problem(f"{path} is not JSON: {error}") from None
    except Refused as refused:
        steps = refused.field[1:]
        place = f"line {line_of(text, steps)}" + (f", {'.'.join(steps)}" if steps else "")
        raise Problem(f"{path}, {place}: {refused.message}") from None


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object, each of whose names stands once: else one of two values would be lost."""
    names = [name for name, _ in pairs]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        others = ", ".join(f"{name} {value!r}"[:64] for name, value in pairs if name != twice)
        raise ValueError(f"`{twice}` stands twice in one object, beside {others or 'nothing'}")
    return dict(pairs)


def _hint(text: str, error: json.JSONDecodeError) -> str:
    """What is most often meant."""
    before, here = text[: error.pos].rstrip(), text[error.pos : error.pos + 1]
    if before.endswith(",") and here in ("}", "]"):
        return ": take out the comma before it"
    if here in ("\u201c", "\u201d", "\u2018", "\u2019", "'"):
        return ': texts stand in straight double quotes, "like this"'
    if error.msg.startswith("Expecting ',' delimiter"):
        return ": is there a comma missing at the end of the line before?"
    return ""


def _orders(path: Path) -> Iterator[Past]:
    """Those of an orders' file that are no rewards."""
    return (Past(_order(each), each.member) for each in order_lines(path) if not each.redeem)


def order_lines(path: Path) -> Iterator[PastOrder]:
    """What stands in an orders' file, each a possible order. Raises Problem with its line."""
    for number, line in enumerate(_read(path).splitlines(), 1):
        if not line.strip():
            continue
        try:
            given = msgspec.json.decode(line, type=PastOrder)
            check_at(given.at, "at")
            if not given.redeem:
                _order(given)
            yield given
        except msgspec.DecodeError as error:
            raise Problem(f"{path}, line {number}: {_no_order(error)}") from None
        except Refused as refused:
            place = ".".join(refused.field)
            raise Problem(f"{path}, line {number}, {place}: {refused.message}") from None


def _no_order(error: msgspec.DecodeError) -> str:
    """Why a line is no order, and what would be right."""
    if not isinstance(error, msgspec.ValidationError):
        return f'not JSON: {error}; an order is like {{"partner": "cafe", "money": "USD", …}}'
    if "`float`" in str(error):
        return f"{error}: numbers are whole, 1250 are 12.50"
    if "unknown field" in str(error):
        return f"{error}; there are {', '.join(PastOrder.__struct_fields__)}"
    return str(error)


def _order(given: PastOrder) -> Order:
    """Raises Refused for what can be neither a purchase nor an event."""
    if given.on:
        said = tuple(given.attributes.items())
        happened = Occurrence(given.on, given.at, given.channel, given.store, said)
        check_id(given.partner, "partner")
        return event_of(given.partner, happened, At(given.at))
    lines = tuple(Line(each.sku, each.category, each.minor, each.quantity) for each in given.lines)
    basket = Basket(
        given.minor, given.money, given.at, given.channel, given.store, given.tender, lines
    )
    check_basket(basket)
    check_id(given.partner, "partner")
    return order_of(given.partner, basket, At(check_at(given.at, "at")))


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Problem(f"{path} cannot be read: {error}") from None


def line_of(text: str, path: Sequence[str]) -> int:
    """The line of a JSON text in which a member stands; as deep as the path leads.

    path: names of members, and numbers of items.
    """
    at = _past(text, 0)
    for step in path:
        found = next((start for name, start in _members(text, at) if name == step), None)
        if found is None:
            break
        at = found
    return text.count("\n", 0, at) + 1


def _members(text: str, at: int) -> Iterator[tuple[str, int]]:
    """Names, or numbers, of what stands in the object or list at a place, and where each begins."""
    end = {"{": "}", "[": "]"}.get(text[at])
    decoder, number = json.JSONDecoder(), 0
    at = _past(text, at + 1)
    while end and text[at] != end:
        name = str(number)
        if end == "}":
            name, at = decoder.raw_decode(text, at)
            at = _past(text, _past(text, at) + 1)
        yield name, at
        at = _past(text, decoder.raw_decode(text, at)[1])
        at = _past(text, at + 1) if text[at] == "," else at
        number += 1


def _past(text: str, at: int) -> int:
    """The next place that is not white space."""
    while at < len(text) and text[at] in _SKIP:
        at += 1
    return at
