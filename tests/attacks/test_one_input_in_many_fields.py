"""Attack: a large input, sent once and used by many fields, each of which reads it anew."""

from typing import Any

import pytest

from loyalty.actors import Actor
from schema.measure import Limits
from schema.product import VALUES_OF_NOBODY
from tests.attacks.api import Api, codes
from tests.attacks.test_asking_too_often import Limited
from tests.coalition import GROCER, House, as_member, contents, gid, verified

LINE = {"sku": "milk", "category": "dairy", "minor": 1}
ANYBODY = as_member(gid("Member", "7zzzzzzzzzzzzzzzzzzzzzzzzz"))


def previews(fields: int, lines: int, spread: bool = False) -> dict[str, Any]:
    """A request that previews one purchase of so many lines in so many fields."""
    one = "previewEarn(input: $input) { userErrors { code } }"
    asked = " ".join(f"a{number}: {one}" for number in range(fields))
    document = f"query ($input: PreviewEarnInput!) {{ {asked} }}"
    if spread:
        document = document.replace(f"{{ {asked} }}", "{ ...all }")
        document += f" fragment all on Query {{ {asked} }}"
    input_ = {
        "partnerId": gid("Partner", "grocer"),
        "amount": {"minor": lines, "currency": "USD"},
        "lines": [LINE] * lines,
    }
    return {"query": document, "variables": {"input": input_}}


@pytest.mark.parametrize("spread", [False, True])
@pytest.mark.parametrize(
    ("actor", "lines"), [(None, VALUES_OF_NOBODY // 40), (GROCER, 2_500), (ANYBODY, 2_500)]
)
def test_an_input_counts_wherever_it_is_used(
    house: House, actor: Actor | None, lines: int, spread: bool
) -> None:
    """Ten fields with a tenth of what one may be given each, and a little: refused, and none is
    asked, though the body is small; whoever nobody knows is given next to nothing.
    """
    api, before = Api(house), contents(house.store)
    assert codes(api.post(actor, **previews(10, lines, spread))) == ["COST_EXCEEDED"]
    answer = api.post(actor, **previews(1, lines, spread)).json()
    assert "COST_EXCEEDED" not in str(answer)
    assert contents(house.store) == before


def test_what_a_till_sends_at_most_is_taken(house: House) -> None:
    """A purchase of the most lines that one may have, in a few fields and in batches."""
    input_ = house.purchase(house.enrolled(), 500, lines=[LINE] * 500)
    house.done(GROCER, "recordPurchase", input_)
    assert Limits().values > 40 * 500 * 4
    verified(house.store)


def test_large_inputs_are_counted_against_whoever_sends_them(house: House) -> None:
    """Whatever it reads: a member's app that sends large ones waits for the minute's end."""
    api, ada = Limited(house), as_member(house.enrolled())
    assert "errors" not in api.post(ada, **previews(1, 20_000)).json()
    assert codes(api.post(ada, **previews(1, 20_000))) == ["RATE_LIMITED"]
    assert "errors" not in api.post(ada, **previews(1, 1)).json()
