"""Attack: ids that are guessed, put together from others, or counted up."""

from base64 import b64encode

import pytest

from loyalty.actors import Actor
from tests.callers import LEFT
from tests.coalition import FLORIST, contents, gid, own_id, verified
from tests.sights import world

NODE = "query ($id: ID!) { node(id: $id) { __typename id } }"
# Everyone who has a token sees these, and partners these besides.
OPEN = {"Partner", "Programme"}
TO_PARTNERS = {"Member", "Wallet", "GiftCard"}

each_actor = pytest.mark.parametrize(
    ("actor", "open_"),
    [(world().stranger, OPEN), (FLORIST, OPEN | TO_PARTNERS), (LEFT, OPEN)],
    ids=["another member", "another partner", "a partner that left"],
)


def found(actor: Actor, id_: str) -> str | None:
    """The type of what an id leads to."""
    answer = world().house.execute(NODE, actor, id=id_)
    assert set(answer.codes) <= {"BAD_USER_INPUT"}
    node = answer.data and answer.data["node"]
    return node["__typename"] if node else None


@each_actor
def test_node_id_guessing(actor: Actor, open_: set[str]) -> None:
    """Each local id that there is, as an id of each type: it leads to nothing of another's."""
    before = contents(world().house.store)
    local = {own_id(id_) for things in world().things.values() for id_, _ in things}
    for type_ in world().things:
        for id_ in sorted(local):
            assert found(actor, gid(type_, id_)) in {None, *open_}
    assert contents(world().house.store) == before
    verified(world().house.store)


@each_actor
def test_counted_up(actor: Actor, open_: set[str]) -> None:
    """A feedback's id has a number that anyone can count up: it is shown to no other for that."""
    for number in range(1, 6):
        for partner in ("grocer", "fuel"):
            assert found(actor, gid("Feedback", f"{partner}/{number:09}")) is None


@each_actor
def test_written_otherwise(actor: Actor, open_: set[str]) -> None:
    """Another spelling of an id is no way round whose it is."""
    for type_ in world().things.keys() - open_:
        for id_, _ in world().things[type_]:
            local = own_id(id_)
            for text in (f"{type_}:{local} ", f" {type_}:{local}", f"{type_.lower()}:{local}"):
                assert found(actor, b64encode(text.encode()).decode()) is None
            for text in (local.upper(), f"{local}\n", f"{local}#x", f"../{local}", f"{local}\x00"):
                assert found(actor, gid(type_, text)) is None
            assert found(actor, id_.rstrip("=")) is None


def test_ids_are_not_to_be_guessed() -> None:
    """But for feedback, and for what everyone may see, each is 128 bits of chance: none of those
    that there are leads on to another.
    """
    guessable = OPEN | {"Feedback"}
    local = [
        own_id(id_)
        for type_, things in world().things.items()
        for id_, _ in things
        if type_ not in guessable
    ]
    assert all(len(id_) == 26 for id_ in local)
    assert len({id_[:8] for id_ in local}) == len(local)
