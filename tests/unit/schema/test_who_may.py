"""docs/security.md says of each operation who may call it. It is so: each of them is tried."""

import itertools
import json
import re
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from strawberry.relay import GlobalID

from loyalty.actors import Actor, PartnerActor, Role
from tests.callers import CASES, LEFT, PARTNERS, case, refused, tried, vic
from tests.coalition import SCHEMA, Answer, House, gid, own_id

DOCUMENT = Path(__file__).parents[3] / "docs" / "security.md"
UNKNOWN = defaultdict(lambda: "7zzzzzzzzzzzzzzzzzzzzzzzzz", Feedback="grocer/999999999")
NOT_FOR_YOU = {"NOT_PERMITTED", "NOT_FOUND"}


class Row(NamedTuple):
    """Who may, as the document has it."""

    member: str
    partner: str
    operator: str

    @property
    def roles(self) -> set[Role]:
        said = self.operator.partition(":")[0]
        if said == "all":
            return set(Role)
        return set() if said == "–" else {Role(each) for each in said.split(", ")}


@cache
def table(heading: str) -> dict[str, Row]:
    """The rows of the document's table whose first column has that heading."""
    text = DOCUMENT.read_text(encoding="utf-8")
    (_, rest) = text.split(f"\n| {heading} | member | partner | operator |\n|---|---|---|---|\n")
    rows = {}
    for line in rest.split("\n\n")[0].strip().splitlines():
        name, *cells = (cell.strip() for cell in line.strip("|").split(" | "))
        key = name.strip("`")
        assert key not in rows, key
        rows[key] = Row(*cells)
    return rows


def done_by(tries: Iterable[tuple[Actor | None, list[str]]]) -> set[Actor | None]:
    return {actor for actor, codes in tries if not codes}


def test_the_table_has_each_mutation_once() -> None:
    """No more and no fewer than the schema."""
    type_ = SCHEMA._schema.mutation_type
    assert type_ is not None
    assert set(table("mutation")) == set(type_.fields) == set(CASES.values())


@pytest.mark.parametrize("mutation", table("mutation"))
def test_who_may_call_a_mutation(mutation: str) -> None:
    """Whom the table names can, and nobody else; who is refused writes nothing."""
    row = table("mutation")[mutation]
    members, partners, roles, stranger = set[object](), set[object](), set[object](), False
    for name in (name for name, of in CASES.items() if of == mutation):
        made = case(name)
        of_members = dict(tried(made, made.members()))
        (_, foreign), *_ = tried(made, (made.stranger,))
        of_partners = dict(tried(made, PARTNERS))
        of_roles = {role: codes for role in Role for _, codes in tried(made, (vic(role),))}
        (_, left), *_ = tried(made, (LEFT,))
        (_, nobody), *_ = tried(made, (None,))
        assert nobody == ["UNAUTHENTICATED"]
        assert left
        members |= done_by(of_members.items())
        partners |= done_by(of_partners.items())
        roles |= {role for role, codes in of_roles.items() if not codes}
        stranger = stranger or not foreign
        for role in set(Role) - row.roles:
            assert of_roles[role] == ["NOT_PERMITTED"], (name, role)
        if row.member == "–":
            for codes in (*of_members.values(), foreign):
                assert codes[0] in NOT_FOR_YOU | {"SIGNATURE_REQUIRED"}, name
        if row.partner == "–":
            for codes in of_partners.values():
                assert codes[0] in NOT_FOR_YOU, name
    assert bool(members | ({"a stranger"} if stranger else set())) == (row.member != "–")
    assert stranger == row.member.startswith("any")
    assert roles == row.roles
    assert row.partner.split()[0].strip(",") in {"–", "any", "the"}
    if row.partner.startswith("any"):
        assert partners == set(PARTNERS)
    else:
        assert bool(partners) == (row.partner != "–")
        assert partners != set(PARTNERS)


def test_a_partner_that_has_left_ends_what_it_began() -> None:
    """That, and nothing else: as the document lists it."""
    text = DOCUMENT.read_text(encoding="utf-8")
    listed = text.split("A partner that has left begins nothing.")[1].split("\n\n")[0]
    assert set(re.findall(r"`(\w+)`", listed)) == {CASES[name] for name in CASES if _ended(name)}


def _ended(name: str) -> bool:
    """Whether a partner that may send a request may send it once it has left."""
    made = case(name)
    for partner in done_by(tried(made, PARTNERS)):
        left = made.copied()
        if isinstance(partner, PartnerActor) and _leaves(left.house, partner):
            return not refused(left.sent_by(partner))
    return False


def _leaves(house: House, partner: PartnerActor) -> bool:
    joined = house.coalition.governance().joined(partner.id, house.coalition.now())
    if joined:
        house.leave(partner.id)
        house.later(milliseconds=1)
    return joined


# Ids by which one could look for what others have.
HIDDEN = {
    *("memberId", "ownerId", "fromMemberId", "intoMemberId", "accountId", "adjustmentId"),
    *("endpointId", "feedbackId", "giftCardId", "holdId", "earnId", "transactionId"),
    *("placeId", "recognitionId", "redemptionId", "voucherId", "eventId"),
}
# Every partner sees these, and is told why one is of no use to it.
SEEN_BY_PARTNERS = {"memberId", "ownerId", "giftCardId"}


@pytest.mark.parametrize("name", CASES)
def test_a_foreign_id_is_answered_like_an_unknown_one(name: str) -> None:
    """To the byte, but for the id: nobody finds out by asking what there is of others."""
    made = case(name)
    actors = (made.stranger, *PARTNERS, LEFT)
    refused_ones = [actor for actor, codes in tried(made, actors) if codes]
    for field, actor in itertools.product(HIDDEN & made.input.keys(), refused_ones):
        if actor in PARTNERS and field in SEEN_BY_PARTNERS:
            continue
        id_ = made.input[field]
        type_ = GlobalID.from_id(id_).type_name if field != "eventId" else ""
        unknown = gid(type_, UNKNOWN[type_]) if type_ else f"evt_{UNKNOWN['']}_0"
        other = made._replace(input={**made.input, field: unknown})
        assert said(made.sent_by(actor), id_) == said(other.sent_by(actor), unknown), (field, actor)


def said(answer: Answer, id_: str) -> str:
    """An answer as it is sent, without the id that was asked for."""
    text = json.dumps([answer.data, answer.errors]).replace(id_, "what was asked")
    return text if id_.startswith("evt_") else text.replace(own_id(id_), "what was asked")
