"""Who asks."""

from loyalty.actors import MemberActor, PartnerActor, System


def test_two_of_one_id_are_not_the_same() -> None:
    """A member that is called like a partner is not that partner, in a set or a cache either."""
    actors = [MemberActor("deli"), PartnerActor("deli"), System("deli")]
    assert len(set(actors)) == len({each.party for each in actors}) == 3
