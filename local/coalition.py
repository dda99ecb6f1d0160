"""The demo coalition: served on this machine, founded through its own API.

Genesis is written directly, because before it there is nobody to ask. All else goes the way that
an operator's desk would go: mutations over HTTP, with the partners' proofs and signatures.
"""

import json
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.resources import files
from typing import NamedTuple

import httpx
from strawberry.relay import GlobalID

from functions.api import application
from local.aws import local_store
from local.client import TIMEOUT_S, Client, Input, Signatory
from local.clock import Clock
from local.clockwork import Clockwork
from local.delivering import told_events
from local.journey import PARTNERS
from local.keys import NAMES, TokenIssuer, development_signer, random_signer
from local.sealing import Log, sealed_log
from local.serving import serving
from loyalty.actors import MemberActor, Operator, Role
from loyalty.coalition import Coalition
from loyalty.governing import found
from loyalty.programmes import read_programme
from loyalty.webhooks.ports import Webhooks
from loyalty.webhooks.signing import derived_from
from schema.http import OPEN
from storage.dynamodb import DynamoStore
from storage.queue_dynamodb import DynamoQueue

ORIGIN = "stars.example/ledger"
CURRENCY = "STARS"
OPERATOR = Operator("ann", frozenset(Role))


class Demo(NamedTuple):
    """A coalition that is being served, and sealed. programme: the id that the API knows it by.

    clockwork: does what is due by the day, when it is told to.
    """

    url: str
    clock: Clock
    store: DynamoStore
    log: Log
    clockwork: Clockwork
    tokens: TokenIssuer
    http: httpx.Client
    programme: str
    rewards: dict[str, str]

    def till(self, partner: str) -> Client:
        """A partner's, which signs, its tokens too."""
        return Client(self.url, signatory=signatory(f"partner:{partner}"), http=self.http)

    def app(self, member: str) -> Client:
        """A member's; member: the id that the API knows it by."""
        return Client(self.url, self.member_token(member), http=self.http)

    def member_token(self, member: str) -> str:
        return self.tokens.token(MemberActor(GlobalID.from_id(member).node_id))


@contextmanager
def demo_coalition(clock: Clock, port: int) -> Iterator[Demo]:
    """Founds the coalition on a store of its own, and serves it until the context ends.

    port: 0 for a free one. Raises Problem if it cannot be had.
    """
    tokens = TokenIssuer.new(ORIGIN)
    with local_store() as store, httpx.Client(timeout=TIMEOUT_S, trust_env=False) as http:
        coalition, log_key = _coalition(store, clock), random_signer(ORIGIN)
        with (
            sealed_log(coalition, store, log_key) as log,
            Clockwork(coalition, store) as clockwork,
            told_events(coalition, store),
            serving(application(coalition, tokens.public, log.prover, exposure=OPEN), port) as url,
        ):
            found(coalition, log_key.verifier)
            document = stars()
            desk = Client(url, tokens.token(OPERATOR), http=http)
            programme = _constitute(desk, document, today())
            rewards = {each["partner"]: each["id"] for each in document["rewards"]}
            yield Demo(url, clock, store, log, clockwork, tokens, http, programme, rewards)


def signatory(party: str, origin: str = ORIGIN) -> Signatory:
    """A party with its development key. Raises Problem for one that does not sign."""
    return Signatory(origin, party, development_signer(party))


def stars() -> Input:
    """The programme of all partners, as a document."""
    return _document("stars")


def today() -> Input:
    """The bakery's own beside it: points that are to be spent by tomorrow."""
    return _document("today")


def _document(name: str) -> Input:
    text = files("local").joinpath("programmes", f"{name}.json").read_text(encoding="utf-8")
    return dict(json.loads(text))


def _coalition(store: DynamoStore, clock: Clock) -> Coalition:
    entries = random_signer(f"{ORIGIN}/entries")
    derive = derived_from(secrets.token_bytes(32))
    webhooks = Webhooks(DynamoQueue(store), derive, loopback=True)
    return Coalition(ORIGIN, store, entries, clock, secrets.token_bytes, time.sleep, webhooks)


def _constitute(desk: Client, *documents: Input) -> str:
    """Partners join, the currency begins, programmes are signed by those whom they bind. Returns
    the first one's id.
    """
    partners = {partner: signatory(f"partner:{partner}") for partner in PARTNERS}
    for partner, joining in partners.items():
        desk.register_partner(partner, NAMES[partner], joining, key=f"register-{partner}")
    desk.create_currency(CURRENCY, 0, key=f"currency-{CURRENCY}")
    published = [_publish(desk, partners, document) for document in documents]
    return published[0]


def _publish(desk: Client, partners: Mapping[str, Signatory], document: Input) -> str:
    bound = sorted(read_programme(document).programme.partners())
    consents = {id_: partners[id_].programme_signature(document) for id_ in bound}
    return desk.publish_programme(document, consents, key=f"programme-{document['id']}-1")
