"""Who asks. Every use case takes an actor; what it may do is decided where it is done."""

from enum import StrEnum

import msgspec


class Role(StrEnum):
    """What an operator is there for. Whichever it is may read all; see docs/security.md."""

    AUDITOR = "auditor"
    SUPPORT = "support"
    MANAGER = "manager"
    ADMIN = "admin"


CARE = frozenset({Role.SUPPORT, Role.MANAGER})
"""Those who see to members."""

SIGNING = frozenset(Role) - {Role.AUDITOR}
"""Those who have something to sign."""


class Operator(msgspec.Struct, frozen=True):
    """Someone who runs the coalition, in the roles that the issuer gave it."""

    id: str
    roles: frozenset[Role]

    @property
    def party(self) -> str:
        return f"operator:{self.id}"


class PartnerActor(msgspec.Struct, frozen=True):
    """A brand's system: a till, a shop, a back office."""

    id: str

    @property
    def party(self) -> str:
        return f"partner:{self.id}"


class MemberActor(msgspec.Struct, frozen=True):
    """A member's app."""

    id: str

    @property
    def party(self) -> str:
        return f"member:{self.id}"


class System(msgspec.Struct, frozen=True):
    """What the coalition does by itself, because a programme says so: its clock."""

    id: str

    @property
    def party(self) -> str:
        return f"system:{self.id}"


Actor = Operator | PartnerActor | MemberActor
"""Who sends requests. Nobody can ask as a `System`."""
