"""A client of the API, as a partner's till, a member's app or an operator's desk would have it.

Copy it into your own system: it needs httpx and the package `ledger` alone. In short:

    signatory = Signatory("stars.example/ledger", "partner:grocer", SeedSigner(name, seed))
    till = Client("https://api.stars.example", signatory=signatory)
    receipt = till.record_purchase(member, 1299, "USD", key="sale-4711")

Four things are worth knowing.

*Who you are.* A partner says so itself: `Signatory.token` makes a bearer token, signed with the
partner's key, that lasts five minutes; `Client` makes one for each request. Members' and operators'
tokens come from the coalition's OIDC issuer.

*Signing.* A partner signs what it asks for, so that nobody, not even the operator of the ledger,
can say later that it asked for something else. What is signed is an instruction of four parts: the
ledger's origin; the operation (`earn`, `redeem`, `reverse`, `programme`); its subject, the id that
the transaction will have, which follows from the party and its idempotency key; and the SHA-256 of
the mutation's input as canonical JSON, without the signature. `Signatory` does it in ten lines.

*Asking again.* A request that got no answer may have been carried out. Sent again with the same
idempotency key it is answered, and never done twice. So choose the key where the business happens
(the receipt's number and 128 random bits), and keep it until there is an answer. `Client` asks
again by itself, a bounded number of times.

*Refusals.* `Refused` says why a request was not carried out, by a code that programs can branch on.
Nothing was written. After `CONTENDED`, and after `Unavailable`, which means that no answer came,
ask again later with the same key.
"""

import random
import secrets
import time
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import httpx

from ledger.canonical import canonical
from ledger.instructions import instruction, registration
from ledger.names import digest, transaction_id
from ledger.notes import Signer

ATTEMPTS = 6
FIRST_PAUSE_S = 0.1
TIMEOUT_S = 10.0
# The longest that the API takes.
TOKEN_LIFE_S = 300

Input = Mapping[str, Any]


class Refused(Exception):
    """The coalition's rules do not allow the request. Nothing was written.

    code: one of the schema's `ErrorCode`; field: the path of the input that caused it.
    """

    def __init__(self, code: str, message: str, field: Sequence[str]) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.field = tuple(field)


class Rejected(Exception):
    """The API did not understand the request, or not who asks: a defect of the sender's."""


class Unavailable(Exception):
    """No answer, after all attempts. Ask again later, with the same idempotency key."""


class Signatory(NamedTuple):
    """A party that signs what it asks for. party: `partner:<id>` or `operator:<id>`."""

    origin: str
    party: str
    signer: Signer

    def subject(self, input_: Input) -> str:
        """The id that the transaction of this input will have."""
        return transaction_id(self.party, input_["idempotencyKey"])

    def signed(self, operation: str, input_: Input) -> Input:
        """The input of a mutation with the signature that its transaction needs."""
        asked = digest(canonical(input_))
        signature = self.sign(operation, self.subject(input_), asked)
        return {**input_, "signature": signature}

    def programme_signature(self, document: Input) -> dict[str, str]:
        """This party's consent to a version of a programme that binds it."""
        version = f"{document['id']}@{document['version']}"
        return self.sign("programme", version, digest(canonical(document)))

    def sign(self, operation: str, subject: str, asked: str) -> dict[str, str]:
        """A `SignatureInput`. asked: a SHA-256 in base64."""
        message = instruction(self.origin, operation, subject, asked)  # type: ignore[arg-type]
        return {
            "key": self.signer.verifier.label,
            "signature": b64encode(self.signer.sign(message)).decode(),
        }

    def token(self, now_s: float) -> str:
        """A bearer token (RFC 7519, RFC 8037) of a partner for its ledger's API. now_s: Unix time.

        Whoever has it can ask as this partner until it ends: it goes to the API alone.
        """
        issued = int(now_s)
        header = {"alg": "EdDSA", "typ": "JWT", "kid": self.signer.verifier.label}
        claims = {
            "iss": self.party,
            "sub": self.party,
            "aud": self.origin,
            "iat": issued,
            "exp": issued + TOKEN_LIFE_S,
            "jti": secrets.token_hex(16),
        }
        signed = f"{_base64url(canonical(header))}.{_base64url(canonical(claims))}"
        return f"{signed}.{_base64url(self.signer.sign(signed.encode()))}"

    def registration(self) -> dict[str, str]:
        """The verifier key, and the proof that this party holds the private key to it."""
        key = str(self.signer.verifier)
        proof = self.signer.sign(registration(self.origin, self.party, key))
        return {"verifierKey": key, "proof": b64encode(proof).decode()}


class Receipt(NamedTuple):
    """What a purchase earned. transactions: ids of its entries; none where it earned nothing."""

    points: int
    transactions: tuple[str, ...]


class Redemption(NamedTuple):
    """What a reward came to: the voucher to be used once, and the transaction that paid it; None
    for a reward that is free.
    """

    voucher: str
    transaction: str | None


class Client:
    """One party's way to a coalition's API. Ids are those that the API gives. Not for threads.

    url: of the API, without `/graphql`; token: of a member or an operator, None for a partner;
    signatory: for parties that sign; http: a connection pool to share with other clients.
    """

    def __init__(
        self,
        url: str,
        token: str | None = None,
        signatory: Signatory | None = None,
        *,
        http: httpx.Client | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        if token is None and signatory is None:
            raise ValueError("a client needs a token, or a signatory that makes tokens")
        self._url = f"{url}/graphql"
        self._token = token
        self._signatory = signatory
        self._http = http or httpx.Client(timeout=TIMEOUT_S)
        self._sleep = sleep

    # --- a partner's till ---

    def enrol_member(self, display_name: str | None, *, born: str | None = None, key: str) -> str:
        """Someone begins to collect. born: YYYY-MM-DD. Returns the member's id."""
        input_ = _input(key, displayName=display_name, born=born)
        return str(self._mutate(ENROL_MEMBER, input_)["member"]["id"])

    def record_purchase(
        self,
        member: str,
        amount_minor: int,
        money: str,
        *,
        key: str,
        reference: str | None = None,
        purchased_at: str | None = None,
    ) -> Receipt:
        """What a member bought earns points. purchased_at: like 2026-11-21T20:50:00.123Z."""
        input_ = _input(
            key,
            memberId=member,
            amount={"minor": amount_minor, "currency": money},
            reference=reference,
            purchasedAt=purchased_at,
        )
        answer = self._mutate(RECORD_PURCHASE, self._signed("earn", input_))
        return Receipt(answer["points"], tuple(each["id"] for each in answer["transactions"]))

    def redeem_reward(self, member: str, programme: str, reward: str, *, key: str) -> Redemption:
        """Points become a voucher: asked by a till, which signs, or by the member's own app."""
        input_ = _input(key, memberId=member, programmeId=programme, rewardId=reward)
        signed = self._signed("redeem", input_) if self._signatory else input_
        answer = self._mutate(REDEEM_REWARD, signed)
        paid = answer["transaction"]
        return Redemption(answer["voucher"]["id"], None if paid is None else paid["id"])

    def use_voucher(self, voucher: str, *, key: str) -> str:
        """The voucher is used. Returns when."""
        answer = self._mutate(USE_VOUCHER, _input(key, voucherId=voucher))
        return str(answer["voucher"]["usedAt"])

    def reverse_transaction(self, transaction: str, points: int | None, *, key: str) -> str:
        """Goods came back: takes points back, all that still stand if None. Returns its id."""
        input_ = _input(key, transactionId=transaction, points=points)
        answer = self._mutate(REVERSE_TRANSACTION, self._signed("reverse", input_))
        return str(answer["transaction"]["id"])

    # --- a member's app ---

    def points_available(self, member: str, currency: str) -> int:
        """What a member can spend now."""
        found = self.query(POINTS_AVAILABLE, id=member, currency=currency)["member"]
        return int(found["wallet"]["available"])

    def standing(self, member: str, programme: str) -> dict[str, Any]:
        """A member's tier, if it has one, and its badges."""
        found = self.query(STANDING, id=member, programme=programme)["member"]
        return dict(found["standing"])

    def transfer_points(self, to_member: str, currency: str, points: int, *, key: str) -> str:
        """Gives points to another member. Returns the transaction's id."""
        input_ = _input(key, toMemberId=to_member, currency=currency, points=points)
        return str(self._mutate(TRANSFER_POINTS, input_)["transaction"]["id"])

    # --- an operator's desk ---

    def register_partner(self, partner: str, name: str, joining: Signatory, *, key: str) -> str:
        """A brand joins, with the key that it signs with. Returns the partner's id."""
        input_ = _input(key, partnerId=partner, name=name, **joining.registration())
        return str(self._mutate(REGISTER_PARTNER, input_)["partner"]["id"])

    def create_currency(self, code: str, decimals: int, *, key: str) -> None:
        """Points of a new kind, the coalition's own."""
        self._mutate(CREATE_CURRENCY, _input(key, code=code, decimals=decimals))

    def publish_programme(
        self, document: Input, signatures: Mapping[str, Input], *, key: str
    ) -> str:
        """A version comes in force. signatures: by partner. Returns the programme's id."""
        signed = [{"partnerId": id_, "signature": each} for id_, each in signatures.items()]
        input_ = _input(key, document=document, signatures=signed)
        return str(self._mutate(PUBLISH_PROGRAMME, input_)["programme"]["id"])

    # --- anyone ---

    def query(self, document: str, **variables: object) -> dict[str, Any]:
        """The data of a GraphQL document. Raises Rejected, Unavailable."""
        for attempt in range(1, ATTEMPTS):
            try:
                return self._post(document, variables)
            except Unavailable:
                self._pause(attempt)
        return self._post(document, variables)

    def _mutate(self, document: str, input_: Input) -> dict[str, Any]:
        """The payload of the document's one mutation. Raises Refused, Rejected, Unavailable."""
        (payload,) = self.query(document, input=input_).values()
        for error in payload["userErrors"]:
            raise Refused(error["code"], error["message"], error["field"])
        return dict(payload)

    def _post(self, document: str, variables: Input) -> dict[str, Any]:
        """One attempt."""
        body = {"query": document, "variables": variables}
        try:
            answer = self._http.post(self._url, json=body, headers=self._authorization())
        except httpx.TransportError as error:
            raise Unavailable(f"{self._url} does not answer: {error}") from error
        if answer.status_code in (429, 502, 503, 504):
            raise Unavailable(f"{self._url} answers {answer.status_code}")
        try:
            result = answer.json()
        except ValueError:
            raise Rejected(f"{self._url} does not speak GraphQL: {answer.text[:80]}") from None
        errors = result.get("errors") or []
        if any(error.get("extensions", {}).get("code") == "UNAVAILABLE" for error in errors):
            raise Unavailable(errors[0]["message"])
        if errors:
            raise Rejected("; ".join(str(error["message"]) for error in errors))
        return dict(result["data"])

    def _authorization(self) -> dict[str, str]:
        token = self._token or (self._signatory and self._signatory.token(time.time()))
        return {"authorization": f"Bearer {token}"}

    def _signed(self, operation: str, input_: Input) -> Input:
        if self._signatory is None:
            raise Rejected(f"`{operation}` needs a signature: make this client with a signatory")
        return self._signatory.signed(operation, input_)

    def _pause(self, attempt: int) -> None:
        """Longer each time, and never in step with other clients."""
        self._sleep(FIRST_PAUSE_S * 2**attempt * random.random())  # noqa: S311 - no secret


def _base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _input(key: str, **members: object) -> dict[str, Any]:
    """The input of a mutation. What is absent is left out, as it is in what is signed."""
    given = {name: value for name, value in members.items() if value is not None}
    return {"idempotencyKey": key, **given}


def _mutation(name: str, fields: str) -> str:
    """The document of one mutation, whose input type has its name."""
    type_ = f"{name[0].upper()}{name[1:]}Input!"
    answer = f"{fields} userErrors {{ code field message }}"
    return f"mutation($input: {type_}) {{ {name}(input: $input) {{ {answer} }} }}"


ENROL_MEMBER = _mutation("enrolMember", "member { id }")
RECORD_PURCHASE = _mutation("recordPurchase", "points transactions { id }")
REDEEM_REWARD = _mutation("redeemReward", "voucher { id } transaction { id }")
USE_VOUCHER = _mutation("useVoucher", "voucher { usedAt }")
REVERSE_TRANSACTION = _mutation("reverseTransaction", "transaction { id }")
TRANSFER_POINTS = _mutation("transferPoints", "transaction { id }")
REGISTER_PARTNER = _mutation("registerPartner", "partner { id }")
CREATE_CURRENCY = _mutation("createCurrency", "currency { code }")
PUBLISH_PROGRAMME = _mutation("publishProgramme", "programme { id }")
STANDING = """query ($id: ID!, $programme: ID!) { member(id: $id) {
    standing(programmeId: $programme) { tier { tierId name } badges } } }"""
POINTS_AVAILABLE = """
query($id: ID!, $currency: String!) {
  member(id: $id) { wallet(currency: $currency) { available } }
}
"""
