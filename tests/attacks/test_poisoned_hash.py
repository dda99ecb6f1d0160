"""Attack: have another's hash lead to a document of one's own (automatic persisted queries)."""

import hashlib

import pytest

from schema.http import Exposure
from schema.http.persisted import hash_of
from tests.attacks.api import Api, codes
from tests.coalition import House, as_member, contents, verified

MINE = """mutation ($to: ID!) { transferPoints(input: {idempotencyKey: "k", toMemberId: $to,
    currency: "STARS", points: 10}) { transaction { id } } }"""
THEIRS = "{ coalition { origin } }"


def named(hash_: object) -> dict[str, object]:
    return {"persistedQuery": {"version": 1, "sha256Hash": hash_}}


@pytest.mark.parametrize(
    "hash_",
    [
        hash_of(THEIRS),
        hash_of(THEIRS).upper(),
        hash_of(THEIRS) + " ",
        hash_of(THEIRS)[:32],
        "sha256:" + hash_of(THEIRS),
        hashlib.md5(MINE.encode()).hexdigest(),
        hashlib.sha1(MINE.encode()).hexdigest(),
        hashlib.sha512(MINE.encode()).hexdigest(),
        "",
        "*",
        None,
        [hash_of(THEIRS)],
        {"$ne": ""},
    ],
)
def test_document_is_known_by_its_own_hash_alone(house: House, hash_: object) -> None:
    """Another hash, or a part of it, is refused; whoever asks by theirs never gets mine."""
    ada, grace = house.enrolled(), house.enrolled()
    house.earned(ada, 100)
    before = contents(house.store)
    api = Api(house)
    poison = api.post(
        as_member(grace), query=MINE, variables={"to": grace}, extensions=named(hash_)
    )
    assert codes(poison) == ["BAD_REQUEST"]
    victim = api.post(as_member(ada), extensions=named(hash_of(THEIRS)), variables={"to": grace})
    assert codes(victim) == ["PERSISTED_QUERY_NOT_FOUND"]
    told = api.post(as_member(ada), query=THEIRS, extensions=named(hash_of(THEIRS)))
    assert told.json()["data"] == {"coalition": {"origin": house.coalition.origin}}
    assert contents(house.store) == before
    verified(house.store)


def test_same_document_of_another_actor_is_run_as_whoever_asks(house: House) -> None:
    """What is remembered is a text: neither its variables nor who sent it."""
    ada, grace = house.enrolled(), house.enrolled()
    house.earned(ada, 100)
    api = Api(house)
    extensions = named(hash_of(MINE))
    api.post(as_member(ada), query=MINE, variables={"to": grace}, extensions=extensions)
    assert house.wallet(ada)["available"] == 90
    answer = api.post(as_member(grace), variables={"to": ada}, extensions=extensions).json()
    assert answer["data"]["transferPoints"]["transaction"] is not None
    assert house.wallet(ada)["available"] == 100
    assert codes(api.post(as_member(ada), extensions=extensions)) == ["BAD_USER_INPUT"]
    verified(house.store)


def test_flood_of_documents_takes_nothing_but_places(house: House) -> None:
    """Whoever fills the memory makes others send theirs once more, and has nothing of it."""
    api = Api(house)
    api.post(None, query=THEIRS, extensions=named(hash_of(THEIRS)))
    for n in range(300):
        text = f"{{ a{n}: __typename }}"
        api.post(None, query=text, extensions=named(hash_of(text)))
    assert codes(api.post(None, extensions=named(hash_of(THEIRS)))) == ["PERSISTED_QUERY_NOT_FOUND"]


def test_safelist_learns_nothing(house: House) -> None:
    """Where there is one, what is sent with its right hash is refused all the same."""
    api = Api(house, exposure=Exposure(safelist={hash_of(THEIRS): THEIRS}))
    ada, grace = house.enrolled(), house.enrolled()
    house.earned(ada, 100)
    for _ in range(2):
        sent = api.post(
            as_member(ada), query=MINE, variables={"to": grace}, extensions=named(hash_of(MINE))
        )
        assert codes(sent) == ["QUERY_NOT_IN_SAFELIST"]
        asked = api.post(as_member(ada), variables={"to": grace}, extensions=named(hash_of(MINE)))
        assert codes(asked) == ["PERSISTED_QUERY_NOT_IN_LIST"]
    assert house.wallet(ada)["available"] == 100
    verified(house.store)
