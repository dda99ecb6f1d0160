"""What a programme may say of notices."""

from typing import Any

import pytest

from loyalty.programmes import read_programme
from loyalty.refusals import Refused
from tests.coalition import STARS


@pytest.mark.parametrize("notices", [[], [7], [30, 7], [366, 30, 7, 1]])
def test_notices_are_days_before_the_last(notices: list[int]) -> None:
    """The first to be given stands first, as a reader goes through them."""
    document = {**STARS, "notices": notices, "notice_at_least": 20}
    assert list(read_programme(document).programme.notices) == notices


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"notices": [7, 30]}, ["notices"]),
        ({"notices": [30, 30]}, ["notices"]),
        ({"notices": [0]}, ["notices", "0"]),
        ({"notices": [-1]}, ["notices", "0"]),
        ({"notices": [30, 367]}, ["notices", "1"]),
        ({"notices": [1.5]}, ["notices", "0"]),
        ({"notices": ["7"]}, ["notices", "0"]),
        ({"notices": [9, 8, 7, 6, 5, 4, 3, 2, 1]}, ["notices"]),
        ({"notices": 7}, ["notices"]),
        ({"notice_at_least": 0}, ["notice_at_least"]),
    ],
)
def test_a_notice_that_nobody_could_give_is_refused(
    changes: dict[str, Any], field: list[str]
) -> None:
    """With its path."""
    with pytest.raises(Refused) as caught:
        read_programme({**STARS, **changes})
    path = [*caught.value.field]
    assert path[0] == "document"
    assert path[1:] in (field, field[:1])
