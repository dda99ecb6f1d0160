"""`statement`: what a partner is billed; the numbers are in `tests/programmes`."""

from tests.coalition import GROCER, House, gid


def test_one_request_reads_the_ledger_once(house: House) -> None:
    """Aliases would have one request read all of it thirty times."""
    house.earned(house.enrolled(), 5)
    period = 'since: "2026-01-01T00:00:00.000Z", until: "2027-01-01T00:00:00.000Z"'
    asked = f'statement(input: {{partnerId: "{gid("Partner", "grocer")}", {period}}})'
    fields = "{ lines { issued } userErrors { code } }"
    twice = house.execute(f"{{ first: {asked} {fields} second: {asked} {fields} }}", GROCER)
    assert (twice.data, twice.codes) == (None, ["COST_EXCEEDED"])
    found = house.ask(GROCER, f"{{ first: {asked} {fields} }}")
    assert found["first"] == {"lines": [{"issued": 5}], "userErrors": []}
