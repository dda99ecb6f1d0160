"""Attack: tokens as of a partner, by somebody who has none of its keys, so that the store is read
for each of them.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from local.client import Signatory
from loyalty.actors import Actor
from loyalty.coalition import UNKNOWN_KEYS_EVERY, Coalition
from loyalty.ports import GovernanceRow
from schema.authentication import bearer_actor
from schema.tokens import Unauthenticated
from tests.attacks.tokens import (
    ISSUER,
    NOW_S,
    PARTNER_CLAIMS,
    PARTNER_HEADER,
    part,
    partner_token,
)
from tests.coalition import GROCER, NOON, House, contents
from tests.faulty import Faulty
from tests.signing import ORIGIN, key_of


class Counted(Faulty):
    """A store that counts how often governance is read."""

    reads = 0

    def governance(self, after_seq: int) -> Sequence[GovernanceRow]:
        self.reads += 1
        return super().governance(after_seq)


class Process:
    """One of the coalition's, beside that of the house, which has seen a token already."""

    def __init__(self, house: House) -> None:
        theirs = house.coalition
        self.store: Any = house.store
        self.coalition = Coalition(
            theirs.origin,
            theirs.store,
            theirs.entry_signer,
            theirs.clock,
            theirs.random_bytes,
            theirs.sleep,
        )
        assert self.asks(partner_token()) == GROCER

    def asks(self, given: str) -> Actor | None:
        """Who is taken to have sent a token; None if that is nobody."""
        try:
            return bearer_actor(f"Bearer {given}", ISSUER, self.coalition, NOON)
        except Unauthenticated:
            return None

    def reads(self, *given: str) -> int:
        """How often governance is read for what names nobody, and writes nothing."""
        before, held = self.store.reads, contents(self.store)
        assert [self.asks(each) for each in given] == [None] * len(given)
        assert contents(self.store) == held
        return int(self.store.reads - before)


@pytest.fixture
def house() -> Iterator[House]:
    """One whose ledger holds no fault, whatever tokens come."""
    house = House(Counted())
    yield house
    house.verify()


def as_key(name: str) -> str:
    return Signatory(ORIGIN, GROCER.party, key_of(name)).token(NOW_S)


def test_a_forged_signature_reads_nothing(house: House) -> None:
    """The key that it names is known, and did not make it."""
    process = Process(house)
    header, claims, _ = partner_token().split(".")
    forged = [f"{header}.{claims}.{part(bytes([number]) * 64)}" for number in range(50)]
    forged += [partner_token(signer="fuel"), f"{header}.{claims}.", f"{header}.{claims}.AA"]
    assert process.reads(*forged) == 0


def test_invented_keys_and_partners_read_once_a_second(house: House) -> None:
    """However many names there are; who has a key is known meanwhile."""
    process = Process(house)
    invented = []
    for number in range(40):
        claims = dict.fromkeys(("iss", "sub"), f"partner:p{number}")
        invented.append(partner_token({**PARTNER_CLAIMS, **claims}))
        kid = f"grocer.example+{number:08x}"
        invented.append(partner_token(header={**PARTNER_HEADER, "kid": kid}))
    for _ in range(3):
        assert process.reads(*invented) == 1
        assert process.asks(partner_token()) == GROCER
        assert process.reads(*invented) == 0
        house.later(seconds=UNKNOWN_KEYS_EVERY.seconds)


def test_a_key_that_was_added_elsewhere_is_known_a_second_later(house: House) -> None:
    """At once, where nobody sends inventions."""
    process, attacked = Process(house), Process(house)
    assert attacked.asks(as_key("till")) is None
    house.done(GROCER, "addPartnerKey", house.partner_key("grocer", "till"))
    assert process.asks(as_key("till")) == GROCER
    assert attacked.asks(as_key("till")) is None
    house.later(seconds=UNKNOWN_KEYS_EVERY.seconds)
    assert attacked.asks(as_key("till")) == GROCER


def test_a_key_that_was_revoked_elsewhere_ends_when_it_is_dated_to(house: House) -> None:
    """What a process remembers of a key lets nobody in; and its holder makes nobody read on."""
    process = Process(house)
    house.done(GROCER, "addPartnerKey", house.partner_key("grocer", "till"))
    assert process.asks(as_key("till")) == GROCER
    house.done(GROCER, "revokeKey", house.revocation(GROCER.party, "till", by="grocer"))
    house.later(seconds=59)
    assert process.asks(as_key("till")) == GROCER
    house.later(seconds=1)
    assert process.asks(as_key("till")) is None
    assert process.reads(*[as_key("till")] * 20) <= 1


def test_a_clock_that_is_set_back_keeps_no_key_out(house: House) -> None:
    """Nor does one that was far ahead when something was invented."""
    process = Process(house)
    house.later(seconds=30)
    assert process.asks(as_key("till")) is None
    house.later(seconds=-30)
    house.done(GROCER, "addPartnerKey", house.partner_key("grocer", "till"))
    assert process.asks(as_key("till")) == GROCER
