"""Rows made by hand, and a coalition on any store that makes them by its use cases."""

import time
from base64 import b64encode
from datetime import UTC, datetime
from os import urandom
from typing import Any

from ledger.instructions import authorise, registration
from ledger.kinds import Standing
from ledger.names import (
    At,
    CurrencyCode,
    Expires,
    TransactionId,
    WalletId,
    base32_id,
    digest,
)
from ledger.notes import SeedSigner
from ledger.tx import Balances
from ledger.wallets import Lot, Wallet
from loyalty.actors import MemberActor, Operator, PartnerActor, Role
from loyalty.authority import Signature
from loyalty.coalition import Coalition
from loyalty.committing import Answer, Request, request_of
from loyalty.governance_drafts import PartnerSignature
from loyalty.governing import (
    create_currency,
    found,
    publish_programme,
    register_partner,
)
from loyalty.members import enrol_member
from loyalty.ports import (
    Commit,
    GovernanceRow,
    Record,
    RecordPut,
    StandingPut,
    Store,
    TallyRow,
    TransactionRow,
    WalletRow,
)
from loyalty.programmes import read_programme
from loyalty.purchases import Basket, record_purchase
from loyalty.rewards import Redemption, redeem_reward
from loyalty.transfers import Gift, transfer_points
from sealing.ports import Head
from storage.dynamodb import DynamoStore

ORIGIN = "stars.example/ledger"
STARS = CurrencyCode("STARS")
AT = At("2026-11-21T20:50:00.123Z")
DESK = Operator("desk", frozenset(Role))
BREWCO = PartnerActor("brewco")
ENTRIES = SeedSigner(f"{ORIGIN}/entries", b"\x01" * 32)
LOG = SeedSigner(ORIGIN, b"\x02" * 32)
BREWCO_KEY = SeedSigner("brewco.example", b"\x03" * 32)


class Card(Record, frozen=True):
    """A record of every type of value."""

    text: str = ""
    points: int = 0
    share: float = 0.0
    picture: bytes = b""


class OtherCard(Record, frozen=True):
    """A record of another type, whose ids are its own."""

    text: str = ""


def transaction(number: int) -> TransactionId:
    return TransactionId(base32_id(number.to_bytes(16, "big")))


def wallet_id(number: int) -> WalletId:
    return WalletId(base32_id((number + 2**120).to_bytes(16, "big")))


def transaction_row(number: int) -> TransactionRow:
    return TransactionRow(
        transaction(number), b"entry %d" % number, digest(b"asked %d" % number), b"answer"
    )


def wallet_row(wallet: int, seq: int, points: int = 25, detail: bytes = b"") -> WalletRow:
    lots = (Lot(Expires("2027-11-30"), "brewco", points),)
    head = digest(b"entry %d of %d" % (seq, wallet))
    state = Wallet(wallet_id(wallet), STARS, seq, head, AT, Balances(points), lots)
    return WalletRow(state, transaction(1000 * wallet + seq), "earn", detail)


def tally_row(wallet: int, after_seq: int, version: int, tally: bytes = b"tally") -> TallyRow:
    """What stands at the place of the row after that seq."""
    if after_seq:
        return TallyRow(wallet_row(wallet, after_seq).wallet, tally, version)
    return TallyRow(Wallet(wallet_id(wallet), STARS), tally, version)


def governance_row(seq: int, size_bytes: int = 20) -> GovernanceRow:
    return GovernanceRow(seq, b"%d" % seq + b"." * size_bytes)


def standing(number: int, stands: int) -> Standing:
    lots = (Lot(Expires("2027-11-30"), "brewco", stands),)
    return Standing(
        transaction(number), "redeem", AT, wallet_id(1), STARS, "brewco", stands, 0, lots
    )


FIRST = Commit(
    (transaction_row(1), transaction_row(2)),
    (wallet_row(1, 1), wallet_row(2, 1)),
    (governance_row(1),),
    (RecordPut("ana", Card("first")),),
    (StandingPut(standing(1, 50)),),
    AT,
)
NEXT = Commit(
    (transaction_row(3), transaction_row(4)),
    (wallet_row(1, 2), wallet_row(2, 2)),
    (governance_row(2),),
    (RecordPut("ana", Card("next"), 1), RecordPut("ben", Card("new"))),
    (StandingPut(standing(1, 20), 1), StandingPut(standing(2, 30))),
    AT,
)
REQUEST = (transaction_row(3), transaction_row(4))


def sealed(number: int, at: str = AT, governance_seq: int = 0, by: str = "") -> Head:
    """The head after so many blocks."""
    checkpoint = b"%d blocks %s \n\xe2\x80\x94\xff\x00" % (number, by.encode())
    return Head(checkpoint, bytes(range(256)) + b"%d" % number, governance_seq, At(at))


def contents(store: Store) -> dict[str, object]:
    """All that the port can read of what FIRST, NEXT and their variants write."""
    wallets = [wallet_id(number) for number in range(1, 4)]
    ids = [transaction(number) for number in range(1, 10)]
    return {
        "ledger": sorted(store.ledger_rows(), key=repr),
        "governance": list(store.governance(0)),
        "heads": store.wallets(wallets),
        "history": [list(store.wallet_history(id_, None, 100)) for id_ in wallets],
        "transactions": store.transactions(ids),
        "cards": store.records(Card, ["ana", "ben"]),
        "standings": [store.standing(id_) for id_ in ids],
    }


def client_of(store: DynamoStore) -> Any:
    """The botocore client behind a store, where tests watch or disturb what it sends."""
    return store.connection.client


def coalition_on(store: Store) -> Coalition:
    """A coalition whose clock stands still and who hardly waits between attempts."""
    return Coalition(
        ORIGIN,
        store,
        ENTRIES,
        lambda: datetime(2026, 11, 21, 20, 50, tzinfo=UTC),
        urandom,
        lambda seconds: time.sleep(seconds / 50),
    )


def founded(store: Store) -> Coalition:
    """A coalition with one partner, brewco, one currency and one programme."""
    coalition = coalition_on(store)
    found(coalition, LOG.verifier)
    vkey = str(BREWCO_KEY.verifier)
    proof = BREWCO_KEY.sign(registration(ORIGIN, BREWCO.party, vkey))
    register_partner(
        coalition, request_of(DESK, "brewco", "x"), BREWCO.id, "Brewco", vkey, _b64(proof)
    )
    create_currency(coalition, request_of(DESK, "stars", "x"), STARS, 0, None)
    rule = {
        "effect": "points_per_amount",
        "id": "base",
        "partners": [BREWCO.id],
        "money": "EUR",
        "points": 1,
        "per_minor": 100,
        "rounding": "floor",
    }
    document: dict[str, object] = {
        "id": "stars",
        "version": 1,
        "name": "Stars",
        "currency": STARS,
        "earn": [rule],
        "rewards": [{"id": "coffee", "name": "A coffee", "points": 50, "partner": BREWCO.id}],
        "expiry": {"after": "month_end", "months": 12},
    }
    publishes(coalition, document)
    return coalition


def publishes(coalition: Coalition, document: dict[str, object]) -> None:
    """A programme version of brewco's, which it signs."""
    version = read_programme(document)
    subject = f"{version.programme.id}@{version.programme.version}"
    by = authorise(BREWCO_KEY, BREWCO.party, ORIGIN, "programme", subject, version.rule)
    signed = PartnerSignature(BREWCO.id, Signature(str(by.key), str(by.sig)))
    publish_programme(coalition, request_of(DESK, subject, "x"), document, [signed])


def _b64(data: bytes) -> str:
    return b64encode(data).decode()


def enrolled(coalition: Coalition, count: int, key: str = "member") -> list[str]:
    """Ids of new members."""
    keys = [f"{key}-{number}" for number in range(count)]
    return [enrol_member(coalition, request_of(DESK, key, key), None).record for key in keys]


def purchase_request(member: str, amount_minor: int, key: str) -> Request:
    return request_of(BREWCO, key, {"member": member, "amount": amount_minor})


def buys(coalition: Coalition, member: str, amount_minor: int, key: str) -> Answer:
    """A purchase at brewco, signed by its key."""
    request = purchase_request(member, amount_minor, key)
    by = authorise(BREWCO_KEY, BREWCO.party, ORIGIN, "earn", request.id, request.asked)
    basket = Basket(amount_minor, "EUR", "2026-11-21T20:50:00.000Z")
    signature = Signature(str(by.key), str(by.sig))
    return record_purchase(coalition, request, member, basket, "till-7/000123", signature).answer


def gives(coalition: Coalition, giver: str, receiver: str, points: int, key: str) -> Answer:
    """A transfer that the giver asks for."""
    asked = {"to": receiver, "points": points}
    request = request_of(MemberActor(giver), key, asked)
    return transfer_points(coalition, request, Gift(receiver, STARS, points))


def redeems(coalition: Coalition, member: str, key: str) -> Answer:
    """A coffee for 50 points, that the member asks for."""
    request = request_of(MemberActor(member), key, "coffee")
    return redeem_reward(coalition, request, Redemption(member, "stars", "coffee"), None)
