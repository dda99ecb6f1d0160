"""Attack: a token of a trusted issuer that names nobody who could be here, or more than it may."""

from dataclasses import replace
from typing import Any

import pytest

from loyalty.actors import Actor, MemberActor, Operator, Role
from schema.issuers import ANYONE, MEMBER, ClaimNames, claim_names
from tests.attacks.tokens import CLAIMS, ISSUER, actor_of, assert_refused, token


@pytest.mark.parametrize(
    "role",
    [
        *("", "admin", "operator", "Operator:admin", "operator:admin ", "operator:", "MEMBER", "*"),
        *(None, True, 0, [], {}, [None], ["operator"], [["operator:admin"]], {"operator:admin": 1}),
        *("partner", ["partner"], "system", "member,operator:admin", "member operator:admin"),
    ],
)
def test_unknown_role(role: object) -> None:
    """Who has none of the five roles is nobody; a partner is none of the issuer's to name."""
    assert_refused(token({**CLAIMS, "role": role}))


@pytest.mark.parametrize("role", ["member", "operator:support"])
@pytest.mark.parametrize(
    "subject",
    ["", " ", "a b", "x" * 65, "\u202e", "é", "\x00", "a\n", None, 5, True, [], {}, ["grocer"]],
)
def test_unfit_subject(subject: object, role: str) -> None:
    """A subject is a short text that looks like what it is."""
    assert_refused(token({**CLAIMS, "role": role, "sub": subject}))


def same(given: Actor | None, expected: Actor) -> bool:
    """Whether two are one. Tuples alone would take a member for an operator."""
    return type(given) is type(expected) and given == expected


@pytest.mark.parametrize("length", [1, 64])
def test_members_and_operators(length: int) -> None:
    """Each role is taken for itself, several together; texts that mean nothing are passed by."""
    id_ = "x" * length

    def named(role: object) -> Actor | None:
        return actor_of(token({**CLAIMS, "role": role, "sub": id_}))

    assert same(named("member"), MemberActor(id_))
    assert same(named(["member", "others"]), MemberActor(id_))
    for role in Role:
        assert same(named(f"operator:{role}"), Operator(id_, frozenset({role})))
    several = ["operator:support", "vip", "operator:auditor", 5]
    assert same(named(several), Operator(id_, frozenset({Role.SUPPORT, Role.AUDITOR})))


COGNITO = ClaimNames(
    "cognito:groups",
    "custom:member_id",
    "cognito:username",
    {"Desk": "support", "Everyone": MEMBER},
)


def by_cognito(**claims: Any) -> Actor | None:
    """Whom an issuer's claims name, which are called otherwise."""
    issuer = replace(ISSUER, claims=COGNITO)
    return actor_of(token({**CLAIMS, "sub": "0000-uuid", **claims}), issuer=issuer)


def test_claims_as_the_coalition_maps_them() -> None:
    """Role and id stand where it says, and what it does not name means nothing."""
    member = {"cognito:groups": ["Everyone"], "custom:member_id": "m1"}
    assert same(by_cognito(**member), MemberActor("m1"))
    desk = {"cognito:groups": ["Everyone", "Desk"], "cognito:username": "ann"}
    assert same(by_cognito(**desk), Operator("ann", frozenset({Role.SUPPORT})))
    issuer = replace(ISSUER, claims=COGNITO)
    for claims in (
        {"role": "operator:admin", "custom:member_id": "m1"},
        {"cognito:groups": ["operator:admin"], "cognito:username": "ann"},
        {"cognito:groups": ["Everyone"]},
        {"cognito:groups": ["Desk"], "custom:member_id": "m1"},
    ):
        assert_refused(token({**CLAIMS, **claims}), issuer=issuer)


def test_anyone_is_a_member_at_most() -> None:
    """Where all whom the issuer knows are members, none of them is an operator by that."""
    names = claim_names('{"role": "groups", "member": "id", "roles": {"*": "member"}}')
    issuer = replace(ISSUER, claims=names)
    assert same(actor_of(token({**CLAIMS, "id": "m1"}), issuer=issuer), MemberActor("m1"))
    assert_refused(token(CLAIMS), issuer=issuer)
    said = {**CLAIMS, "groups": ["operator:admin", "admin"], "id": "m1"}
    assert same(actor_of(token(said), issuer=issuer), MemberActor("m1"))


@pytest.mark.parametrize(
    "text",
    [
        '{"roles": {"*": "operator:auditor"}}',
        '{"roles": {"x": "partner"}}',
        '{"roles": {"x": "admin"}}',
        '{"role": ""}',
        '{"role": 5}',
        '{"member": null}',
        '{"partner": "sub"}',
        '{"roles": ["operator:admin"]}',
        '{"roles": {"x": ["operator:admin"]}}',
        "[]",
        "{",
    ],
)
def test_a_mapping_that_means_nothing_is_not_begun_with(text: str) -> None:
    """A coalition that is set up so is not served at all."""
    with pytest.raises(ValueError, match=r"claims|roles|JSON|unexpected"):
        claim_names(text)
    assert claim_names("{}") == ClaimNames()
    assert ANYONE not in claim_names("{}").roles
