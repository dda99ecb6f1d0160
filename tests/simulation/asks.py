"""Requests that are sent until they are answered, and what each does."""

from base64 import b64encode
from collections.abc import Callable
from typing import Any, NamedTuple

from ledger.canonical import canonical
from ledger.instructions import instruction, registration
from ledger.names import CurrencyCode, TransactionId, digest
from loyalty import governing
from loyalty.actors import Actor, PartnerActor
from loyalty.authority import Signature
from loyalty.coalition import Coalition
from loyalty.committing import Answer, Request, request_of
from loyalty.governance_drafts import PartnerSignature
from loyalty.members import enrol_member
from loyalty.purchases import Basket, record_purchase
from loyalty.reversals import reverse_transaction
from loyalty.rewards import Redemption, Till, redeem_reward, use_voucher
from loyalty.transfers import Gift, transfer_points
from tests.simulation.keys import ORIGIN, key_of


def programme(
    id_: str, version: int, currency: str, partners: tuple[str, ...]
) -> dict[str, object]:
    """A document by which these partners give a point for each unit of money."""
    return {
        "id": id_,
        "version": version,
        "name": id_.title(),
        "currency": currency,
        "earn": [
            {
                "effect": "points_per_amount",
                "id": "base",
                "partners": list(partners),
                "money": "USD",
                "points": 1,
                "per_minor": 100,
                "rounding": "floor",
            }
        ],
        "rewards": [{"id": "coffee", "name": "A coffee", "points": 5, "partner": partners[0]}],
        "expiry": {"after": "month_end", "months": 12},
    }


class Ask(NamedTuple):
    """A request that someone sends, and sends again until it is answered."""

    kind: str
    actor: Actor
    key: str
    args: tuple[Any, ...] = ()

    @property
    def request(self) -> Request:
        return request_of(self.actor, self.key, [self.kind, *self.args], self.kind)

    @property
    def id(self) -> TransactionId:
        return self.request.id


def _signature(request: Request, operation: str) -> Signature:
    """A partner's, over its request."""
    assert isinstance(request.actor, PartnerActor)
    message = instruction(ORIGIN, operation, request.id, request.asked)
    return _signed(request.actor.id, message)


def _signed(partner: str, message: bytes) -> Signature:
    signer = key_of(partner)
    return Signature(signer.verifier.label, b64encode(signer.sign(message)).decode())


def _enrol(coalition: Coalition, request: Request, name: str) -> Answer:
    return enrol_member(coalition, request, name)


def _purchase(coalition: Coalition, request: Request, member: str, points: int) -> Answer:
    basket, signature = Basket(points * 100, "USD"), _signature(request, "earn")
    return record_purchase(coalition, request, member, basket, None, signature).answer


def _transfer(
    coalition: Coalition, request: Request, to_member: str, currency: str, points: int
) -> Answer:
    return transfer_points(coalition, request, Gift(to_member, CurrencyCode(currency), points))


def _reverse(coalition: Coalition, request: Request, of: TransactionId, points: int) -> Answer:
    return reverse_transaction(coalition, request, of, points, _signature(request, "reverse"))


def _redeem(coalition: Coalition, request: Request, member: str) -> Answer:
    return redeem_reward(coalition, request, Redemption(member, "stars", "coffee"), None)


def _use(coalition: Coalition, request: Request, voucher: str) -> Answer:
    return use_voucher(coalition, request, voucher, Till())


def _currency(coalition: Coalition, request: Request, code: str) -> Answer:
    return governing.create_currency(coalition, request, code, 0, None)


def _programme(
    coalition: Coalition, request: Request, id_: str, currency: str, *partners: str
) -> Answer:
    document = programme(id_, 1, currency, partners)
    rule = digest(canonical(document))
    message = instruction(ORIGIN, "programme", f"{id_}@1", rule)
    signed = [PartnerSignature(each, _signed(each, message)) for each in partners]
    return governing.publish_programme(coalition, request, document, signed)


def _partner(coalition: Coalition, request: Request, partner: str) -> Answer:
    signer = key_of(partner)
    vkey = str(signer.verifier)
    proof = signer.sign(registration(ORIGIN, f"partner:{partner}", vkey))
    text = b64encode(proof).decode()
    return governing.register_partner(coalition, request, partner, partner.title(), vkey, text)


PERFORM: dict[str, Callable[..., Answer]] = {
    "enrol": _enrol,
    "purchase": _purchase,
    "transfer": _transfer,
    "reverse": _reverse,
    "redeem": _redeem,
    "use": _use,
    "currency": _currency,
    "programme": _programme,
    "partner": _partner,
}
