"""Whatever is wrong with a document, it is named: with a path that is in it, and a sentence."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from local.programme_files import line_of
from loyalty.doubts import doubts
from loyalty.programmes import read_programme
from loyalty.refusals import Refused

PROGRAMMES = [
    json.loads(path.read_text())
    for path in sorted((Path(__file__).parents[2] / "programmes").glob("*.json"))
]
VALUES = st.one_of(
    st.sampled_from([None, True, 0, -1, 1.5, "", "x", "never", [], {}, [0], {"id": "x"}, 2**60]),
    st.sampled_from([{"after": "days"}, {"condition": "hours"}, ["web"], "2026-11-21", "EUR"]),
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Of every member and item in a document."""
    members = value.items() if isinstance(value, dict) else enumerate(value)
    inner = [((*path, name), each) for name, each in members]
    more = [
        place for at, each in inner if isinstance(each, dict | list) for place in places(each, at)
    ]
    return [at for at, _ in inner] + more


@given(st.data())
def test_any_change_is_read_or_refused_with_its_place(data: st.DataObject) -> None:
    """A member taken away, changed, or another put beside it: nothing but `Refused` comes of it."""
    document = deepcopy(data.draw(st.sampled_from(PROGRAMMES)))
    *way, last = data.draw(st.sampled_from(places(document)))
    parent = document
    for step in way:
        parent = parent[step]
    how = data.draw(st.sampled_from(["drop", "change", "rename"]))
    if how == "change" or isinstance(parent, list):
        parent[last] = data.draw(VALUES)
    elif how == "drop":
        del parent[last]
    else:
        parent[f"{last}x"] = parent.pop(last)
    refused = _refused(document)
    if refused is not None:
        first, *path = refused.field
        assert first == "document"
        assert refused.message
        assert "`$" not in refused.message
        assert line_of(json.dumps(document, indent=1), path) >= 1
        for step in path[:-1]:
            document = document[int(step)] if isinstance(document, list) else document[step]


def _refused(document: Any) -> Refused | None:
    """Why a document is refused; what can be read can be doubted, too."""
    try:
        doubts(read_programme(document).programme, "2026-11-21T12:00:00.000Z")
    except Refused as refused:
        return refused
    return None
