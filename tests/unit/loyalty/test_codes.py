"""Codes that people read to each other and type."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.codes import new_code, read_code
from loyalty.refusals import Code, Refused

GROUPS = st.lists(st.sampled_from(["", " ", "-"]), min_size=16, max_size=16)
LOOKALIKES = {"0": "0oO", "1": "1iIlL"}


@given(seed=st.integers(0, 2**32), gaps=GROUPS, length=st.sampled_from([10, 16]), data=st.data())
def test_however_a_code_is_typed_it_is_read(
    seed: int, gaps: list[str], length: int, data: st.DataObject
) -> None:
    """Small or large, in groups, with letters for the digits that look like them."""
    code = new_code(Random(seed).randbytes, length)
    typed = "".join(
        gap + data.draw(st.sampled_from(LOOKALIKES.get(each, each.lower() + each)))
        for each, gap in zip(code, gaps, strict=False)
    )
    assert read_code(typed, length, "code") == code


@given(text=st.text(max_size=70))
def test_what_is_no_code_is_refused_and_nothing_else_fails(text: str) -> None:
    """Whatever somebody sends is a code of the one alphabet, or it is refused with its field."""
    try:
        code = read_code(text, 10, "code")
    except Refused as refused:
        found = refused.code, refused.field
    else:
        assert set(code) <= set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
        found = Code.INVALID_INPUT, ("code",) if read_code(code, 10, "code") == code else ()
    assert found == (Code.INVALID_INPUT, ("code",))


def test_every_character_is_as_likely() -> None:
    """256 is 8 × 32, so no letter comes more often than another."""
    drawn = new_code(lambda count: bytes(range(count)), 256)
    assert {drawn.count(each) for each in set(drawn)} == {8}


@pytest.mark.parametrize("length", [10, 16])
def test_a_shorter_one_is_none(length: int) -> None:
    """One character less than it has to have."""
    with pytest.raises(Refused):
        read_code("7" * (length - 1), length, "code")
