"""Whoever might call an operation, in a house where one request of it succeeds.

By what they are to what the request is about: each member that there is, and one who has nothing to
do with it; each partner, and one that has left; an operator of each role; nobody.
"""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NamedTuple

from loyalty.actors import Actor, MemberActor, Operator, PartnerActor, Role
from loyalty.records.members import Member
from tests.coalition import (
    FLORIST,
    FUEL,
    GROCER,
    OPERATOR,
    Answer,
    House,
    an_operator,
    as_member,
    contents,
    gid,
    own_id,
)
from tests.requests_of_each import EACH, ready
from tests.results import OPERATIONS
from tests.signing import key_of

PARTNERS = (GROCER, FUEL, FLORIST)
LEFT = PartnerActor("deli")
"""A partner that has left, and still has a key."""

ADJUSTMENT = "query ($id: ID!) { node(id: $id) { ... on Adjustment { id input } } }"


class Case(NamedTuple):
    """A request of a mutation, and who there is to send it."""

    house: House
    mutation: str
    input: dict[str, Any]
    stranger: MemberActor

    def members(self) -> tuple[MemberActor, ...]:
        """All but the stranger."""
        ids = (id_ for kind, id_ in self.house.store._records if kind is Member)
        return tuple(MemberActor(id_) for id_ in ids if id_ != self.stranger.id)

    def copied(self) -> "Case":
        return self._replace(house=self.house.copied())

    def sent_by(self, actor: Actor | None) -> Answer:
        """The answer to what this actor would send in place of the one who may."""
        return self.house.send(actor, self.mutation, self._as(actor))

    def _as(self, actor: Actor | None) -> dict[str, Any]:
        given = {name: value for name, value in self.input.items() if name != "signature"}
        if actor is None or isinstance(actor, MemberActor):
            return given
        if isinstance(actor, Operator) and self.mutation == "registerOperatorKey":
            return {**self.house.operator_key(actor), "idempotencyKey": "its-own"}
        if isinstance(actor, Operator) and self.mutation == "approveAdjustment":
            found = self.house.ask(OPERATOR, ADJUSTMENT, id=given["adjustmentId"])["node"]
            return self.house.approval(actor, found)
        if self.mutation in ("addPartnerKey", "revokeKey"):
            return {**given, "signature": self._of_the_key(actor, given)}
        if self.mutation in OPERATIONS:
            return dict(self.house.signed(actor, OPERATIONS[self.mutation], given))
        return dict(self.input)

    def _of_the_key(self, actor: Actor, given: dict[str, Any]) -> dict[str, str]:
        """This actor's consent to a key that comes or goes."""
        if self.mutation == "addPartnerKey":
            party, vkey = f"partner:{given['partnerId']}", given["verifierKey"]
            said = {"party": party, "vkey": vkey, "status": "added", "proof": given["proof"]}
        else:
            vkey = str(key_of(given["key"].partition(".")[0]).verifier)
            said = {"party": given["party"], "vkey": vkey, "status": "revoked"}
        return self.house.governs(actor.id, "key", said)


def case(name: str) -> Case:
    """A request of `CASES`, in a house of its own."""
    return _made(name).copied()


@cache
def _made(name: str) -> Case:
    if name in EACH:
        house, mutation, _, input_ = ready(name)
    else:
        house, mutation = House(), CASES[name]
        input_ = _MORE[mutation, name.removeprefix(f"{mutation} ")](house)
    has_left(house)
    if mutation != "registerOperatorKey":
        house.keyed(vic())
    return Case(house, mutation, input_, as_member(house.enrolled()))


def has_left(house: House) -> None:
    house.done(OPERATOR, "registerPartner", house.registration("deli"))
    house.leave("deli")
    house.later(milliseconds=1)


def _by_the_member_itself(house: House) -> dict[str, Any]:
    return house.input(memberId=house.enrolled(), displayName="Zoë")


def _linked_for_all(house: House, system: str) -> str:
    """A member that an operator has linked an id to."""
    member = house.enrolled()
    linked = house.input(memberId=member, system=system, externalId="K-7")
    house.done(OPERATOR, "linkExternalId", linked)
    return member


def _unlinked_for_all(house: House) -> dict[str, Any]:
    _linked_for_all(house, "crm")
    return house.input(system="crm", externalId="K-7")


def _ones_own_card(house: House) -> dict[str, Any]:
    _linked_for_all(house, "card")
    return house.input(system="card", cardNumber="K-7")


def _of_a_partner_that_left(house: House) -> dict[str, Any]:
    _, asked = EACH["voidHold"][1](house)
    house.leave("grocer")
    return asked


def _of_a_household(house: House) -> dict[str, Any]:
    _, asked = EACH["openAccount"][1](house)
    del asked["kind"]
    return asked


def _of_one_of_two(house: House) -> dict[str, Any]:
    actor, asked = EACH["joinAccount"][1](house)
    house.done(actor, "joinAccount", asked)
    member = gid("Member", actor.id)
    return house.input(accountId=asked["accountId"], memberId=member)


def _of_a_claimed_card(house: House) -> dict[str, Any]:
    actor, asked = EACH["claimGiftCard"][1](house)
    house.done(actor, "claimGiftCard", asked)
    return house.input(giftCardId=asked["giftCardId"], reason="lost")


def _of_the_coalition(house: House) -> str:
    _, asked = EACH["registerEndpoint of the coalition"][1](house)
    return str(house.done(OPERATOR, "registerEndpoint", asked)["endpoint"]["id"])


def _ones_own_key(house: House) -> dict[str, Any]:
    return house.revocation("operator:vic", "vic", by="vic")


def _rotated(house: House) -> dict[str, Any]:
    return house.input(endpointId=_of_the_coalition(house), overlapHours=72)


def _removed(house: House) -> dict[str, Any]:
    return house.input(endpointId=_of_the_coalition(house))


def _replayed(house: House) -> dict[str, Any]:
    event = f"evt_{own_id(house.earned(house.enrolled(), 80))}_0"
    return house.input(eventId=event, endpointId=_of_the_coalition(house))


_MORE: dict[tuple[str, str], Callable[[House], dict[str, Any]]] = {
    ("setProfile", "of oneself"): _by_the_member_itself,
    ("unlinkExternalId", "for all partners"): _unlinked_for_all,
    ("blockCard", "for all partners"): _ones_own_card,
    ("revokeKey", "of an operator's own"): _ones_own_key,
    ("voidHold", "of a partner that left"): _of_a_partner_that_left,
    ("openAccount", "without a kind"): _of_a_household,
    ("leaveAccount", "of one of two"): _of_one_of_two,
    ("replaceGiftCard", "of a claimed card"): _of_a_claimed_card,
    ("rotateEndpointSecret", "of the coalition"): _rotated,
    ("removeEndpoint", "of the coalition"): _removed,
    ("replayEvent", "to the coalition"): _replayed,
}
CASES = {name: mutation for name, (mutation, _) in EACH.items()} | {
    f"{mutation} {name}": mutation for mutation, name in _MORE
}
"""Each request with its mutation: those of EACH, and such as somebody else would send."""


def vic(*roles: Role) -> Operator:
    """An operator that has asked for nothing yet."""
    return an_operator("vic", *roles)


def refused(answer: Answer) -> list[str]:
    """The codes of a mutation's refusal; none where it was done."""
    if answer.errors:
        return answer.codes
    (payload,) = answer.data.values()
    return [error["code"] for error in payload["userErrors"]]


def tried(made: Case, actors: tuple[Actor | None, ...]) -> Iterator[tuple[Actor | None, list[str]]]:
    """Each of these actors with the codes of its refusal, none of them after another's success.

    What is refused writes nothing.
    """
    now = made.copied()
    before = contents(now.house.store)
    for actor in actors:
        codes = refused(now.sent_by(actor))
        yield actor, codes
        if codes:
            assert contents(now.house.store) == before, actor
        else:
            now = made.copied()
            before = contents(now.house.store)
