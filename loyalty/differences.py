"""What differs between two JSON documents, member by member.

Lists whose items are objects with ids of their own are compared by these, so that a rule that is
put in between changes no other; all other lists are values. What `differences` says, `applied` to
the old document, is the new one.
"""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, cast

from ledger.canonical import canonical

Json = Any
"""What canonical JSON can say: objects, lists, texts, integers, true, false."""


class Absent:
    """No such member: JSON's null would be a value."""

    def __repr__(self) -> str:
        return "absent"


ABSENT = Absent()


class Difference(NamedTuple):
    """path: names of members, and ids of items; old, new: ABSENT where there is none.

    ordered: old and new are the ids of a list in their orders, whose items are the same.
    """

    path: tuple[str, ...]
    old: Json
    new: Json
    ordered: bool = False


def differences(old: Json, new: Json) -> list[Difference]:
    """In the order in which the new document has them, what is removed from an object last."""
    return list(_differences(old, new, ()))


def applied(old: Json, changes: Iterable[Difference]) -> Json:
    """The document that these changes make of the old one, which stays as it is."""
    for change in changes:
        old = _put(old, change.path, change)
    return old


def _differences(old: Json, new: Json, path: tuple[str, ...]) -> Iterator[Difference]:
    if isinstance(old, dict) and isinstance(new, dict):
        for name in (*new, *(name for name in old if name not in new)):
            yield from _differences(old.get(name, ABSENT), new.get(name, ABSENT), (*path, name))
        return
    before, after = _by_id(old), _by_id(new)
    if before is not None and after is not None:
        for id_ in (*after, *(id_ for id_ in before if id_ not in after)):
            yield from _differences(before.get(id_, ABSENT), after.get(id_, ABSENT), (*path, id_))
        kept = [id_ for id_ in before if id_ in after]
        become = kept + [id_ for id_ in after if id_ not in before]
        if become != list(after):
            yield Difference(path, become, list(after), ordered=True)
    elif not _same(old, new):
        yield Difference(path, old, new)


def _same(old: Json, new: Json) -> bool:
    """As JSON: true is not 1."""
    if ABSENT in (old, new):
        return old is new
    return canonical(old) == canonical(new)


def _by_id(items: Json) -> dict[str, Json] | None:
    """Items by their ids, if all of them have one of their own."""
    if not isinstance(items, list):
        return None
    found = {
        item["id"]: item
        for item in items
        if isinstance(item, dict) and isinstance(item.get("id"), str)
    }
    return found if len(found) == len(items) else None


def _put(node: Json, path: tuple[str, ...], change: Difference) -> Json:
    if not path:
        if not change.ordered:
            return change.new
        items = cast(dict[str, Json], _by_id(node))
        return [items[id_] for id_ in change.new]
    name, *rest = path
    members = dict(node) if isinstance(node, dict) else cast(dict[str, Json], _by_id(node))
    changed = _put(members.get(name, ABSENT), tuple(rest), change)
    if changed is ABSENT:
        del members[name]
    else:
        members[name] = changed
    return members if isinstance(node, dict) else list(members.values())
