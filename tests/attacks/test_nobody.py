"""Attack: a token of a trusted issuer that names nobody who could be here."""

import pytest

from loyalty.actors import MemberActor, Operator, PartnerActor
from tests.attacks.tokens import CLAIMS, actor_of, assert_refused, token


@pytest.mark.parametrize(
    "role", ["", "admin", "Operator", "operator ", None, True, 0, [], {}, ["operator"]]
)
def test_unknown_role(role: object) -> None:
    """There are three roles."""
    assert_refused(token({**CLAIMS, "role": role}))


@pytest.mark.parametrize(
    "subject",
    ["", " ", "a b", "x" * 65, "\u202e", "é", "\x00", "a\n", None, 5, True, [], {}, ["grocer"]],
)
def test_unfit_subject(subject: object) -> None:
    """A subject is a short text that looks like what it is."""
    assert_refused(token({**CLAIMS, "sub": subject}))


@pytest.mark.parametrize(
    ("role", "actor"),
    [("operator", Operator("x")), ("partner", PartnerActor("x")), ("member", MemberActor("x"))],
)
def test_three_roles(role: str, actor: object) -> None:
    """Each role is taken for itself."""
    assert actor_of(token({**CLAIMS, "role": role, "sub": "x"})) == actor
    assert actor_of(token({**CLAIMS, "role": role, "sub": "x" * 64})) == actor._replace(id="x" * 64)  # type: ignore[attr-defined]
