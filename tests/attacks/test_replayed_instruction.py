"""Attack: a signed request that somebody overheard, sent again: as it was, or as something else."""

from base64 import b64encode
from typing import Any

import pytest

from ledger.instructions import instruction
from ledger.names import transaction_id
from loyalty.actors import Actor
from tests.attacks.tokens import PARTNER_CLAIMS, actor_of, assert_refused, partner_token
from tests.coalition import FUEL, GROCER, OPERATOR, House, contents, gid, verified
from tests.requests_of_each import ready
from tests.signing import asked, key_of

SIGNED = [
    *("recordPurchase", "recordEvent", "redeemReward at the till", "reverseTransaction"),
    *(
        "refundRedemption",
        "captureHold",
        "voidHold",
        "confirmTransaction",
        "holdReward at the till",
    ),
    *("issueGiftCard", "topUpGiftCard", "payWithGiftCard", "recordGuestOrder", "replaceGiftCard"),
    *("adjustPoints", "mergeMembers", "voidHold at the desk"),
]


@pytest.mark.parametrize("name", SIGNED)
def test_as_it_was(name: str) -> None:
    """It is answered as before, and nothing more is done, however often and however late."""
    house, mutation, actor, input_ = ready(name)
    first = house.done(actor, mutation, input_)
    before = contents(house.store)
    for _ in range(3):
        house.later(days=200)
        assert house.done(actor, mutation, input_) == first
    assert contents(house.store) == before
    verified(house.store)


@pytest.mark.parametrize("name", SIGNED)
def test_under_another_key(name: str) -> None:
    """The signature names the transaction, which follows from party and key: it fits no other."""
    house, mutation, actor, input_ = ready(name)
    for key in ("another", input_["idempotencyKey"] + "x", input_["idempotencyKey"].upper()):
        refusal = house.refused(actor, mutation, {**input_, "idempotencyKey": key})
        assert refusal.code == "SIGNATURE_INVALID"
    house.done(actor, mutation, input_)
    again = {**input_, "idempotencyKey": "another"}
    # What was taken back, captured or merged once may be refused as that, before any signature.
    assert house.refused(actor, mutation, again).code != "IDEMPOTENCY_CONFLICT"


CHANGES: list[tuple[str, dict[str, Any]]] = [
    ("recordPurchase", {"amount": {"minor": 99_999, "currency": "USD"}}),
    ("recordPurchase", {"amount": {"minor": 1234, "currency": "EUR"}}),
    ("recordPurchase", {"purchasedAt": "2026-11-01T00:00:00.000Z"}),
    ("redeemReward at the till", {"rewardId": "wash"}),
    ("issueGiftCard", {"points": 9_000}),
    ("topUpGiftCard", {"points": 4_000}),
    ("payWithGiftCard", {"points": 5_000}),
    ("adjustPoints", {"points": 499}),
]


@pytest.mark.parametrize(("name", "change"), CHANGES)
def test_changed(name: str, change: dict[str, Any]) -> None:
    """Before it came it is refused for its signature; after, because the key is another's."""
    house, mutation, actor, input_ = ready(name)
    assert house.refused(actor, mutation, {**input_, **change}).code in {
        "SIGNATURE_INVALID",
        "NOT_PERMITTED",
    }
    house.done(actor, mutation, input_)
    assert house.refused(actor, mutation, {**input_, **change}).code == "IDEMPOTENCY_CONFLICT"


@pytest.mark.parametrize("other", [FUEL, OPERATOR])
def test_by_another(house: House, other: Actor) -> None:
    """Whoever overheard it does not become the one who signed."""
    paid = house.purchase(house.enrolled(), 500)
    refusal = house.refused(other, "recordPurchase", paid)
    assert refusal.code in {"SIGNATURE_INVALID", "NOT_PERMITTED"}


def test_for_another_member(house: House) -> None:
    """The points of one are not those of another."""
    paid = house.purchase(house.enrolled(), 500)
    swapped = {**paid, "memberId": house.enrolled()}
    assert house.refused(GROCER, "recordPurchase", swapped).code == "SIGNATURE_INVALID"


def test_as_another_operation(house: House) -> None:
    """An instruction names what is to be done: what earns does not redeem."""
    member = house.enrolled()
    house.earned(member, 80)
    wanted = house.input(memberId=member, programmeId=gid("Programme", "stars"), rewardId="coffee")
    for operation in ("earn", "hold", "refund"):
        signed = house.signed(GROCER, operation, wanted)
        assert house.refused(GROCER, "redeemReward", signed).code == "SIGNATURE_INVALID"


def test_in_another_coalition(house: House) -> None:
    """An instruction names its ledger, so that of another coalition is none here."""
    paid = house.purchase(house.enrolled(), 500)
    subject = transaction_id(GROCER.party, paid["idempotencyKey"])
    there = instruction("other.example/ledger", "earn", subject, asked(paid))
    paid["signature"]["signature"] = b64encode(key_of("grocer").sign(there)).decode()
    assert house.refused(GROCER, "recordPurchase", paid).code == "SIGNATURE_INVALID"


def test_kept_back_until_the_key_was_revoked(house: House) -> None:
    """A signature counts while its key does: what comes later is refused, what was done stays."""
    early, late = (house.purchase(house.enrolled(), 500) for _ in range(2))
    done = house.done(GROCER, "recordPurchase", early)
    house.later(seconds=1)
    house.revoke("grocer")
    house.later(seconds=1)
    assert house.refused(GROCER, "recordPurchase", late).code == "SIGNATURE_INVALID"
    assert house.done(GROCER, "recordPurchase", early) == done


def test_a_token_sent_again(house: House) -> None:
    """It names its partner until it ends, which docs/security.md says; it moves no points."""
    token = partner_token()
    assert [actor_of(token, second, house=house) for second in (0, 200, 299)] == [GROCER] * 3
    assert_refused(token, 330, house=house)
    assert_refused(partner_token({**PARTNER_CLAIMS, "aud": "other.example/ledger"}), house=house)
    unsigned = house.purchase(house.enrolled(), 500)
    del unsigned["signature"]
    assert house.refused(GROCER, "recordPurchase", unsigned).code == "SIGNATURE_REQUIRED"
