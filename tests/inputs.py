"""Inputs of mutations, as partners and operators would write and sign them."""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from ledger.canonical import canonical
from ledger.instructions import registration
from ledger.names import digest, transaction_id
from loyalty.actors import Actor, Operator, PartnerActor
from loyalty.coalition import Coalition
from tests.signing import ORIGIN, asked, key_of, programme_signatures, signature

Request = tuple[Actor, dict[str, Any]]
"""Who sends it, and the input of its mutation."""


class Keys:
    """Idempotency keys without end, which a copy goes on with by itself."""

    def __init__(self, prefix: str) -> None:
        self._prefix, self._given = prefix, 0

    def __next__(self) -> str:
        self._given += 1
        return f"{self._prefix}-{self._given - 1}"


class Inputs:
    """Inputs of mutations, each with an idempotency key of its own, signed as its sender would."""

    coalition: Coalition
    _keys: Keys

    def input(self, **members: object) -> dict[str, Any]:
        """An input with an idempotency key of its own."""
        return {"idempotencyKey": next(self._keys), **members}

    def signed(
        self, actor: PartnerActor | Operator, operation: str, input_: Mapping[str, Any]
    ) -> Any:
        """An input with its sender's signature over the instruction that it gives."""
        subject = transaction_id(actor.party, input_["idempotencyKey"])
        return {**input_, "signature": signature(actor.id, operation, subject, asked(input_))}

    def registration(self, partner: str, **members: object) -> dict[str, Any]:
        """An input of `registerPartner` with the proof that the key is held."""
        signer = key_of(partner)
        vkey = str(signer.verifier)
        proof = signer.sign(registration(ORIGIN, f"partner:{partner}", vkey))
        return self.input(
            **{
                "partnerId": partner,
                "name": partner.title(),
                "verifierKey": vkey,
                "proof": b64encode(proof).decode(),
                **members,
            }
        )

    def operator_key(self, operator: Operator, key: str = "") -> dict[str, Any]:
        """An input of `registerOperatorKey` with the proof that the key is held.

        key: of whose name; the operator's own, if absent.
        """
        signer = key_of(key or operator.id)
        vkey = str(signer.verifier)
        proof = signer.sign(registration(ORIGIN, operator.party, vkey))
        return self.input(verifierKey=vkey, proof=b64encode(proof).decode())

    def partner_key(self, partner: str, key: str, by: str = "") -> dict[str, Any]:
        """An input of `addPartnerKey` for the key of that name; by: whose key consents."""
        signer, party = key_of(key), f"partner:{partner}"
        vkey = str(signer.verifier)
        proof = b64encode(signer.sign(registration(ORIGIN, party, vkey))).decode()
        members = {"party": party, "vkey": vkey, "status": "added", "proof": proof}
        given = self.governs(by or partner, "key", members)
        return self.input(partnerId=partner, verifierKey=vkey, proof=proof, signature=given)

    def revocation(self, party: str, key: str, by: str) -> dict[str, Any]:
        """An input of `revokeKey` for the key of that name; by: whose key asks."""
        verifier = key_of(key).verifier
        members = {"party": party, "vkey": str(verifier), "status": "revoked"}
        given = self.governs(by, "key", members)
        return self.input(party=party, key=verifier.label, signature=given)

    def governs(self, by: str, type_: str, members: Mapping[str, Any]) -> dict[str, str]:
        """A signature over the instruction of the next governance entry."""
        subject = str(self.coalition.written().seq + 1)
        return signature(by, type_, subject, digest(canonical(members)))

    def owned_currency(self, code: str, owner: str, decimals: int = 0) -> dict[str, Any]:
        """An input of `createCurrency` with its owner's signature."""
        members = {"currency": code, "owner": f"partner:{owner}", "decimals": decimals}
        subject = str(self.coalition.written().seq + 1)
        return self.input(
            code=code,
            decimals=decimals,
            owner=owner,
            signature=signature(owner, "currency", subject, digest(canonical(members))),
        )

    def programme(self, document: Mapping[str, Any], *partners: str) -> dict[str, Any]:
        """An input of `publishProgramme` with the signatures of these partners."""
        return self.input(document=document, signatures=programme_signatures(document, *partners))
