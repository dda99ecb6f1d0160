"""Who takes part in the simulation, and with which keys."""

from datetime import UTC, datetime
from functools import cache, lru_cache

from ledger.notes import COSIGNATURE, SeedSigner
from loyalty.actors import MemberActor, Operator, PartnerActor, Role

ORIGIN = "stars.example/ledger"
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
OPERATOR = Operator("ann", frozenset(Role))
GROCER, FUEL = PartnerActor("grocer"), PartnerActor("fuel")


class Remembering(SeedSigner):
    """A signer that signs a message once: the same one always has the same signature."""

    __slots__ = ("sign",)

    def __init__(self, name: str, seed: bytes, type_: bytes = b"\x01") -> None:
        super().__init__(name, seed, type_)
        self.sign = lru_cache(20_000)(super().sign)


LOG_KEY = Remembering(ORIGIN, b"l" * 32)
ENTRY_KEY = Remembering(f"{ORIGIN}/entries", b"e" * 32)
NEXT_ENTRY_KEY = Remembering(f"{ORIGIN}/entries", b"n" * 32)
"""Held by every process beside the other, as after a deployment with both."""
WITNESSES = tuple(
    Remembering(f"{name}.example/witness", name.encode().ljust(32, b"w"), COSIGNATURE)
    for name in ("grocer", "fuel")
)


@cache
def key_of(partner: str) -> Remembering:
    return Remembering(f"{partner}.example", partner.encode().ljust(32, b"."))


def as_member(member: str) -> MemberActor:
    return MemberActor(member)
