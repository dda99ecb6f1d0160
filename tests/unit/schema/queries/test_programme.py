"""`programme(id)`: its newest version."""

from ledger.canonical import canonical
from ledger.names import digest
from tests.coalition import OPERATOR, STARS, House, as_member, gid

QUERY = """query ($id: ID!) { programme(id: $id) { programmeId name version currency digest document
    rewards { rewardId name points partnerId partner { name } } } }"""


def test_the_newest_version_is_shown_whole(house: House) -> None:
    """Its digest can be computed from the document that is shown."""
    newer = {**STARS, "version": 2, "name": "More stars"}
    house.done(OPERATOR, "publishProgramme", house.programme(newer, "fuel", "grocer"))
    actor = as_member(house.enrolled())
    programme = house.ask(actor, QUERY, id=gid("Programme", "stars"))["programme"]
    assert programme["document"] == newer
    assert programme["digest"] == digest(canonical(programme["document"]))
    assert (programme["version"], programme["name"]) == (2, "More stars")
    assert programme["rewards"][1] == {
        "rewardId": "wash",
        "name": "A car wash",
        "points": 30,
        "partnerId": "fuel",
        "partner": {"name": "Fuel"},
    }
