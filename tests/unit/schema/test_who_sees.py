"""docs/security.md says of each query, thing and field who sees it. It is so: each looks."""

import json
from functools import cache
from typing import Any

import pytest
from graphql import GraphQLField, GraphQLObjectType, get_named_type, is_leaf_type

from loyalty.actors import Actor, MemberActor, Operator, PartnerActor
from tests.callers import LEFT, PARTNERS, vic
from tests.coalition import SCHEMA, Answer, gid, own_id
from tests.sights import UNKNOWN, Sight, world
from tests.unit.schema.test_who_may import Row, table

NODE = "query ($id: ID!) { node(id: $id) { id } }"
# What a field needs to be asked for.
ARGUMENTS = {
    "Member.wallet": '(currency: "STARS")',
    "Member.standing": f'(programmeId: "{gid("Programme", "stars")}")',
}
FIELDS_DEPTH = 3


def sees(answer: Answer) -> bool:
    """Whether there is anything in an answer."""
    if answer.errors:
        return False
    (value,) = answer.data.values()
    return value not in (None, []) and not (isinstance(value, dict) and value.get("userErrors"))


def check(row: Row, sights: list[Sight]) -> None:
    """Those see something whom the table names, and nobody else."""
    house, seen = world().house, dict[str, set[Actor]]()
    for sight in sights:
        for what, actor in world().lookers(sight.itself):
            answer = house.execute(sight.query, actor, **sight.variables)
            if actor is None:
                assert answer.codes == ["UNAUTHENTICATED"]
            elif sees(answer):
                seen.setdefault(what, set()).add(actor)
            elif sight.foreign != sight.variables:
                assert_as_unknown(sight, answer, actor)
    partners = seen.get("a partner", set())
    assert ("itself" in seen or "another member" in seen) == (row.member != "–")
    assert ("another member" in seen) == row.member.startswith("any")
    if row.partner.startswith("any"):
        assert partners == set(PARTNERS)
    else:
        assert bool(partners) == (row.partner != "–")
        assert partners != set(PARTNERS)
    assert ("one that left" in seen) <= row.partner.startswith("any")
    assert row.operator.startswith("all")
    assert all(role in seen for role in row.roles)


def assert_as_unknown(sight: Sight, answer: Answer, actor: Actor) -> None:
    """What is not for an actor is answered like what there is not, but for what was asked."""
    unknown = world().house.execute(sight.query, actor, **sight.foreign)
    assert said(answer, sight, sight.variables) == said(unknown, sight, sight.foreign)


def said(answer: Answer, sight: Sight, variables: dict[str, Any]) -> str:
    """An answer as it is sent, without what was asked."""
    text = json.dumps([answer.data, answer.errors])
    for value in variables.values():
        text = text.replace(value, "what was asked")
        if "ID!" in sight.query:
            text = text.replace(own_id(value), "what was asked")
    return text


def test_the_tables_have_each_query_and_each_thing_once() -> None:
    """No more and no fewer than the schema; and each is looked at."""
    schema = SCHEMA._schema
    assert schema.query_type is not None
    assert set(table("query")) == set(schema.query_type.fields) == {*world().queries, "node"}
    node = schema.type_map["Node"]
    types = {each.name for each in schema.get_possible_types(node)}  # type: ignore[arg-type]
    assert set(table("type")) == types == set(world().things)


@pytest.mark.parametrize("name", [name for name in table("query") if name != "node"])
def test_who_sees_what_a_query_answers(name: str) -> None:
    """Whom the table names; for all others what there is and what there is not are alike."""
    check(table("query")[name], list(world().queries[name]))


@pytest.mark.parametrize("type_", table("type"))
def test_who_sees_a_thing_by_its_id(type_: str) -> None:
    """Whom the table names; for all others a foreign id is like one that nothing has."""
    unknown = {"Partner": "nobody", "Programme": "nobody", "Feedback": "grocer/999999999"}
    foreign = {"id": gid(type_, unknown.get(type_, UNKNOWN))}
    sights = [Sight(NODE, {"id": id_}, foreign, of) for id_, of in world().things[type_]]
    check(table("type")[type_], sights)


@cache
def fields_of(type_: str, depth: int = FIELDS_DEPTH) -> str:
    """All that can be asked of a type, of other things their id."""
    of = SCHEMA._schema.type_map[type_]
    assert isinstance(of, GraphQLObjectType)
    asked = (asked_of(f"{type_}.{name}", name, field, depth) for name, field in of.fields.items())
    return " ".join(each for each in asked if each)


def asked_of(path: str, name: str, field: GraphQLField, depth: int) -> str:
    type_ = get_named_type(field.type)
    name += ARGUMENTS.get(path, "")
    if is_leaf_type(type_):
        return name
    if not isinstance(type_, GraphQLObjectType) or not depth:
        return ""
    if any(each.name == "Node" for each in type_.interfaces):
        return f"{name} {{ id }}"
    if type_.name.endswith("Connection"):
        return f"{name} {{ edges {{ node {{ id }} }} }}"
    return f"{name} {{ {fields_of(type_.name, depth - 1)} }}"


def whole(type_: str, id_: str, actor: Actor) -> dict[str, Any] | None:
    """All of a thing that an actor sees."""
    query = f"query ($id: ID!) {{ node(id: $id) {{ ... on {type_} {{ {fields_of(type_)} }} }} }}"
    found = world().house.ask(actor, query, id=id_)["node"]
    return found if found else None


def restricted(type_: str) -> dict[str, list[str]]:
    """By field what is missing of it, for the member, for partners and for operators."""
    found: dict[str, list[str]] = {}
    for id_, itself in world().things[type_]:
        lookers = [actor for _, actor in world().lookers(itself) if actor is not None]
        answers = {actor: whole(type_, id_, actor) for actor in lookers}
        most = answers.get(vic()) or whole(type_, id_, vic()) or {}
        for actor, answer in answers.items():
            kind = [MemberActor, PartnerActor, Operator].index(type(actor))
            for name, value in most.items() if answer else ():
                assert answer is not None
                if answer[name] != value:
                    cells = found.setdefault(f"{type_}.{name}", ["all"] * 3)
                    empty = answer[name] in (None, []) and cells[kind] != "part"
                    cells[kind] = "–" if empty else "part"
    return found


def test_whoever_sees_a_thing_sees_all_of_it_but_what_the_table_says() -> None:
    """Field by field, of all things together."""
    found = {}
    for type_ in table("type"):
        found |= restricted(type_)
    stated = {
        name: [cell.partition(":")[0].partition(",")[0] for cell in row]
        for name, row in table("field").items()
    }
    assert stated == found


def test_a_partner_that_left_sees_nothing_of_members() -> None:
    """What is open to all is all that is left to it."""
    for type_, things in world().things.items():
        if type_ not in ("Partner", "Programme"):
            for id_, _ in things:
                assert world().house.ask(LEFT, NODE, id=id_) == {"node": None}
