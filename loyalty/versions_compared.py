"""What another version of a programme changes for members, in plain words, and who must sign it."""

import json
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from enum import Enum
from typing import NamedTuple

from ledger.canonical import parse
from ledger.errors import shown
from loyalty.coalition import Coalition
from loyalty.differences import ABSENT, Difference, Json, differences
from loyalty.programmes import Programme, Version
from loyalty.refusals import Code, Refused

_SHOWN_MAX_CHARS = 120
# Four years with a leap day among them, whose months have every length and order.
_CYCLE = [date(2027, 1, 1) + timedelta(days=number) for number in range(1_461)]
# More of it is better for members, or worse; where there is a limit or none, none is more.
_BETTER = frozenset({"points", "percent", "basis_points", "at_most", "stock", "per_member"})
_WORSE = frozenset({"per_minor"})
_LIMITS = frozenset({"at_most", "stock", "per_member"})


class Turn(Enum):
    """Whether a change is one for the better, as far as its member alone tells."""

    BETTER = "BETTER"
    WORSE = "WORSE"
    OTHER = "OTHER"


class Change(NamedTuple):
    """path: names of members, and ids of rules, rewards and the like; old, new: ABSENT for none."""

    path: tuple[str, ...]
    turn: Turn
    text: str
    old: Json
    new: Json


class Compared(NamedTuple):
    """signs: the partners that the new version binds; joining, leaving: those of them that the old
    one did not bind, and those that only it did. A partner that owns the currency signs, too.
    """

    changes: tuple[Change, ...]
    signs: tuple[str, ...]
    joining: tuple[str, ...]
    leaving: tuple[str, ...]


def compared(old: Version, new: Version) -> Compared:
    """The changes of one version to another, but for its number."""
    before, after = parse(old.text.encode()), parse(new.text.encode())
    found = [each for each in differences(before, after) if _tells(each)]
    changes = [_change(each, before, after) for each in found if each.path[0] != "expiry"]
    if len(changes) < len(found):
        changes.append(_expiry(old.programme, new.programme, before, after))
    signs, signed = new.programme.partners(), old.programme.partners()
    return Compared(
        tuple(changes),
        tuple(sorted(signs)),
        tuple(sorted(signs - signed)),
        tuple(sorted(signed - signs)),
    )


def _tells(found: Difference) -> bool:
    """Whether it is anything to members: not the number, nor in what order rewards are listed."""
    return found.path != ("version",) and not (found.ordered and found.path == ("rewards",))


def versions_compared(coalition: Coalition, programme: str, old: int, new: int) -> Compared:
    """The same of two versions that were published. Raises Refused."""
    return compared(
        _published(coalition, programme, old, "from"), _published(coalition, programme, new, "to")
    )


def _published(coalition: Coalition, programme: str, number: int, field: str) -> Version:
    for rule, version in coalition.governance().versions.items():
        if (version.id, version.version) == (programme, number):
            return coalition.version(rule)
    raise Refused(Code.NOT_FOUND, f"there is no version {number} of {shown(programme[:64])}", field)


def _change(found: Difference, before: Json, after: Json) -> Change:
    path, old, new = found.path, found.old, found.new
    turn, text = Turn.OTHER, f"{'.'.join(path)} was {_shown(old)}, and is {_shown(new)}"
    if found.ordered:
        text = f"{path[-1]} stand in another order"
        if path == ("earn",):
            text += ", which decides between equals of one group"
    elif path[0] in ("earn", "rewards") and len(path) == 2:
        turn, text = _whole(path, old, new)
    elif path[0] in ("earn", "rewards"):
        turn = _turn(path, old, new)
        text = _member(path, turn, found, _of(after, path[:2]) or _of(before, path[:2]))
    elif path in (("confirmation",), ("confirmation", "days")):
        waits, waited = (_days(each) for each in (new, old))
        turn = Turn.WORSE if waits > waited else Turn.BETTER
        text = f"points wait {waits} days before they can be spent, and waited {waited}"
    return Change(path, turn, text, old, new)


def _whole(path: tuple[str, ...], old: Json, new: Json) -> tuple[Turn, str]:
    """A rule or a reward comes or goes."""
    comes = old is ABSENT
    it = new if comes else old
    turn = Turn.BETTER if comes else Turn.WORSE
    if path[0] == "rewards":
        said = "can be had" if comes else "cannot be had any more"
        return turn, f"{it['name']} {said}, for {it['points']} points at {it['partner']}"
    left_out = ("id", "effect", "partners")
    gives = ", ".join(f"{name} {_shown(of)}" for name, of in it.items() if name not in left_out)
    said = "is new" if comes else "ends"
    where = ", ".join(it["partners"])
    return turn, f"the rule {path[1]} {said}, at {where}: {it['effect']}, {gives}"


def _member(path: tuple[str, ...], turn: Turn, found: Difference, of: Json) -> str:
    if path[0] == "rewards" and path[2:] == ("points",):
        said = "dearer" if turn is Turn.WORSE else "cheaper"
        return f"{of['name']} is {said}: {found.new} points, not {found.old}"
    what = f"the rule {path[1]}" if path[0] == "earn" else str(of["name"])
    member = ".".join(path[2:])
    return f"{what}: {member} was {_shown(found.old)}, and is {_shown(found.new)}"


def _turn(path: tuple[str, ...], old: Json, new: Json) -> Turn:
    name = path[-1]
    if len(path) == 3 and name == "partners":
        more, less = set(new) - set(old), set(old) - set(new)
        return Turn.OTHER if more and less else Turn.BETTER if more else Turn.WORSE
    if len(path) != 3 or name not in _BETTER | _WORSE:
        return Turn.OTHER
    if ABSENT in (old, new):
        return (Turn.BETTER if new is ABSENT else Turn.WORSE) if name in _LIMITS else Turn.OTHER
    costs = name in _WORSE or path[::2] == ("rewards", "points")
    return Turn.BETTER if (new > old) != costs else Turn.WORSE


def _expiry(old: Programme, new: Programme, before: Json, after: Json) -> Change:
    """What its members come to, day by day and place by place."""
    places = ["", *sorted({*old.expiry.by_jurisdiction, *new.expiry.by_jurisdiction})]
    sooner = later = False
    example = ""
    for place in places:
        for day in _CYCLE:
            was, is_ = old.expires(day, place), new.expires(day, place)
            sooner, later = sooner or is_ < was, later or is_ > was
            if is_ != was and not example:
                lives = f" of who lives in {place}" if place else ""
                example = f": those of {day}{lives} after {is_}, not {was}"
    said = {
        (True, False): (Turn.WORSE, "points lapse sooner"),
        (False, True): (Turn.BETTER, "points lapse later"),
        (True, True): (Turn.OTHER, "some points lapse sooner, and some later"),
        (False, False): (Turn.OTHER, "expiry is written otherwise, and comes to the same"),
    }
    turn, text = said[sooner, later]
    return Change(("expiry",), turn, text + example, before["expiry"], after["expiry"])


def _days(confirmation: Json) -> int:
    if isinstance(confirmation, Mapping):
        return int(confirmation["days"])
    return 0 if confirmation is ABSENT else int(confirmation)


def _of(document: Json, path: tuple[str, ...]) -> Json:
    """The item of that id in a list of a document, if there is one."""
    items: Iterator[Json] = (each for each in document[path[0]] if each["id"] == path[1])
    return next(items, None)


def _shown(value: Json) -> str:
    if value is ABSENT:
        return "nothing"
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return ", ".join(value)[:_SHOWN_MAX_CHARS]
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN_MAX_CHARS else text[:_SHOWN_MAX_CHARS] + " …"
