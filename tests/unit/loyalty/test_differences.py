"""What differs between two documents: all of it, and nothing else."""

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.canonical import canonical
from loyalty.differences import ABSENT, Difference, applied, differences

NAMES = st.sampled_from(["earn", "id", "name", "points", "a", "b"])
LEAVES = st.one_of(st.booleans(), st.integers(-2, 2), st.sampled_from(["", "a", "b"]))
DOCUMENTS = st.dictionaries(
    NAMES,
    st.recursive(
        LEAVES,
        lambda inner: st.one_of(
            st.lists(inner, max_size=3),
            st.dictionaries(NAMES, inner, max_size=3),
            st.lists(
                st.tuples(st.sampled_from("wxyz"), st.dictionaries(NAMES, inner, max_size=2)).map(
                    lambda pair: {**pair[1], "id": pair[0]}
                ),
                max_size=4,
            ),
        ),
        max_leaves=12,
    ),
    max_size=4,
)


@given(DOCUMENTS, DOCUMENTS)
def test_the_differences_applied_to_the_old_give_the_new(old: Any, new: Any) -> None:
    """Byte for byte, the order of lists included; and the old one stays as it was."""
    before = deepcopy(old)
    assert canonical(applied(old, differences(old, new))) == canonical(new)
    assert canonical(old) == canonical(before)


@given(DOCUMENTS)
def test_a_document_does_not_differ_from_itself(document: Any) -> None:
    """Nor from a copy."""
    assert differences(document, deepcopy(document)) == []


@given(DOCUMENTS, DOCUMENTS)
def test_no_change_is_said_that_is_none(old: Any, new: Any) -> None:
    """Each one is of a place of its own, and of two values that differ."""
    found = differences(old, new)
    assert len({(each.path, each.ordered) for each in found}) == len(found)
    assert all(
        each.old is ABSENT or each.new is ABSENT or canonical(each.old) != canonical(each.new)
        for each in found
    )


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ({"a": 1}, {"a": True}, [Difference(("a",), 1, True)]),
        ({"a": 1}, {}, [Difference(("a",), 1, ABSENT)]),
        ({"a": [1, 2]}, {"a": [2, 1]}, [Difference(("a",), [1, 2], [2, 1])]),
        (
            {"earn": [{"id": "x", "points": 1}, {"id": "y"}]},
            {"earn": [{"id": "new"}, {"id": "x", "points": 2}, {"id": "y"}]},
            [
                Difference(("earn", "new"), ABSENT, {"id": "new"}),
                Difference(("earn", "x", "points"), 1, 2),
                Difference(("earn",), ["x", "y", "new"], ["new", "x", "y"], ordered=True),
            ],
        ),
        (
            {"earn": [{"id": "x"}, {"id": "x"}]},
            {"earn": [{"id": "x"}]},
            [Difference(("earn",), [{"id": "x"}, {"id": "x"}], [{"id": "x"}])],
        ),
    ],
)
def test_items_are_known_by_their_ids(old: Any, new: Any, found: Any) -> None:
    """One that is put in between changes no other; items without ids are a value together."""
    assert differences(old, new) == found
