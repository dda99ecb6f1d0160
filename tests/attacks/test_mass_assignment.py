"""Attack: members in an input that nobody asked for, in the hope that something takes them over."""

from typing import Any

import pytest

from tests.coalition import GROCER, OPERATOR, STARS, House, contents, gid, verified
from tests.requests_of_each import EACH, ready

# Of records, of entries, of actors, and of languages that take an object's members for its own.
EXTRA: dict[str, Any] = {
    "id": gid("Member", "7zzzzzzzzzzzzzzzzzzzzzzzzz"),
    "actor": "operator:ann",
    "role": "operator:admin",
    "roles": ["admin"],
    "party": "operator:ann",
    "by": {"party": "operator:ann"},
    "approved": {"party": "operator:bob"},
    "partner": "fuel",
    "operatorId": "ann",
    "isOwner": True,
    "enrolledAt": "2020-01-01T00:00:00.000Z",
    "version": 0,
    "balances": {"available": 10**9},
    "transactionId": gid("Transaction", "7zzzzzzzzzzzzzzzzzzzzzzzzz"),
    "idempotency_key": "another",
    "__proto__": {"admin": True},
    "__typename": "Operator",
}


def of_another_kind(input_: dict[str, Any], path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """The paths of an input's objects, the input itself among them."""
    found = [path]
    for name, value in input_.items():
        # A programme's document is read by rules of its own.
        if isinstance(value, dict) and name != "document":
            found += of_another_kind(value, (*path, name))
    return found


def with_member(input_: dict[str, Any], path: tuple[str, ...], name: str, value: Any) -> Any:
    if not path:
        return {**input_, name: value}
    return {**input_, path[0]: with_member(input_[path[0]], path[1:], name, value)}


@pytest.mark.parametrize("name", EACH)
def test_mass_assignment(name: str) -> None:
    """An input has the members that its type has: with any other nothing is done, and it is said
    which one that is.
    """
    house, mutation, actor, input_ = ready(name)
    before = contents(house.store)
    for path in of_another_kind(input_):
        inner: Any = input_
        for step in path:
            inner = inner[step]
        for member, value in EXTRA.items():
            if member in inner or member in allowed(mutation, path):
                continue
            code, message = house.failed(actor, mutation, with_member(input_, path, member, value))
            assert (code, member in message) == ("BAD_USER_INPUT", True), (path, member)
    assert contents(house.store) == before
    house.verify()


def allowed(mutation: str, path: tuple[str, ...]) -> set[str]:
    """What an input's type has that this request leaves out, and that is called the same."""
    return {"giveFeedback": {"transactionId"}, "revokeKey": {"party"}}.get(mutation, set())


@pytest.mark.parametrize("where", [(), ("rewards", 0), ("earn", 0), ("expiry",)])
@pytest.mark.parametrize("member", ["owner", "signed", "points_per_member", "id2"])
def test_a_programme_with_members_that_mean_nothing(
    house: House, where: tuple[str | int, ...], member: str
) -> None:
    """A document is read as strictly: what nobody understands nobody signs."""
    document: Any = {**STARS, "version": 2}
    document = {**document, "rewards": [{**STARS["rewards"][0]}], "earn": [{**STARS["earn"][0]}]}  # type: ignore[index]
    document["expiry"] = dict(STARS["expiry"])  # type: ignore[call-overload]
    inner = document
    for step in where:
        inner = inner[step]
    inner[member] = "fuel"
    refusal = house.refused(
        OPERATOR, "publishProgramme", house.programme(document, "fuel", "grocer")
    )
    assert refusal.code == "INVALID_INPUT"
    assert member in (*refusal.field, *refusal.message.split("`"), *refusal.message.split())


def test_who_asks_is_not_in_the_input(house: House) -> None:
    """A partner that signs another's name into what it sends is still the one of its token."""
    paid = house.purchase(house.enrolled(), 500)
    entry = house.done(GROCER, "recordPurchase", paid)["transactions"][0]
    assert entry["by"]["party"] == "partner:grocer"
    for claimed in ({"partnerId": gid("Partner", "fuel")}, {"sellerId": gid("Partner", "fuel")}):
        again = {**house.purchase(house.enrolled(), 500), **claimed}
        assert house.failed(GROCER, "recordPurchase", again)[0] == "BAD_USER_INPUT"
    verified(house.store)
