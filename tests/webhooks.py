"""Receivers of events: one in this process that answers as it is told, one behind a socket.

Both verify what they get by the specification, with nothing of ours: HMAC from the standard
library, Ed25519 from PyNaCl.
"""

import hashlib
import hmac
import json
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any, NamedTuple

from nacl.signing import VerifyKey

from functions.events import tell
from ledger.names import TransactionId
from loyalty.actors import Operator, PartnerActor
from loyalty.webhooks.delivering import Deliverer
from loyalty.webhooks.ports import Delivery, Reply
from storage.memory_queue import MemoryQueue
from storage.webhook_http import WebhookPost
from tests.coalition import GROCER, House, own_id

MAX_REQUEST_BYTES = 65_536
URL = "https://crm.example/hooks"


class Message(NamedTuple):
    """What a receiver got."""

    url: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def event(self) -> Any:
        return json.loads(self.body)

    @property
    def type(self) -> str:
        return str(self.event["type"])

    def signatures(self, version: str) -> list[bytes]:
        each = [part.split(",") for part in self.headers["webhook-signature"].split(" ")]
        return [b64decode(signature) for name, signature in each if name == version]

    @property
    def signed(self) -> bytes:
        return f"{self.id}.{self.headers['webhook-timestamp']}.".encode() + self.body

    def holds(self, secret: str) -> bool:
        """Whether a v1 signature is by this `whsec_…`."""
        key = b64decode(secret.removeprefix("whsec_"))
        expected = hmac.digest(key, self.signed, hashlib.sha256)
        return expected in self.signatures("v1")

    def holds_for(self, public: str) -> bool:
        """Whether a v1a signature is by this `whpk_…`."""
        key = VerifyKey(b64decode(public.removeprefix("whpk_")))
        for signature in self.signatures("v1a"):
            with suppress(Exception):
                key.verify(self.signed, signature)
                return True
        return False


class Crm:
    """A receiver in this process: a `Send`. script: what it answers next; 204 from then on."""

    def __init__(self, *script: Reply | int) -> None:
        self.script = list(script)
        self.got: list[Message] = []
        self._lock = Lock()

    def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        with self._lock:
            self.got.append(Message(url, dict(headers), body))
            reply = self.script.pop(0) if self.script else 204
        return reply if isinstance(reply, Reply) else Reply(reply)

    @property
    def types(self) -> list[str]:
        return [each.type for each in self.got]

    @property
    def ids(self) -> list[str]:
        return [each.id for each in self.got]


class Registered(NamedTuple):
    """An endpoint. id: global; secret: `whsec_…`."""

    id: str
    secret: str
    public: str


class Outbox:
    """A house whose events are sent when a test says so."""

    def __init__(self, house: House, crm: Callable[..., Reply] | None = None) -> None:
        self.house = house
        self.crm = Crm() if crm is None else crm
        assert house.coalition.webhooks is not None
        queue = house.coalition.webhooks.queue
        assert isinstance(queue, MemoryQueue)
        self.queue = queue
        self._seen = set(house.store._transactions)

    @property
    def deliverer(self) -> Deliverer:
        """A new one: nothing is remembered from one time to the next."""
        return Deliverer(self.house.coalition, self.crm, lambda: self.house.clock)

    def registers(
        self, actor: Operator | PartnerActor = GROCER, url: str = URL, *types: str
    ) -> Registered:
        members: dict[str, Any] = {"types": list(types)} if types else {}
        answer = self.house.execute(
            """mutation ($input: RegisterEndpointInput!) { registerEndpoint(input: $input) {
                endpoint { id publicKeys } secret userErrors { message } } }""",
            actor,
            input=self.house.input(url=url, **members),
        )
        made = answer.data["registerEndpoint"]
        assert made["userErrors"] == []
        return Registered(made["endpoint"]["id"], made["secret"], made["endpoint"]["publicKeys"][0])

    def records(self) -> list[dict[str, Any]]:
        """What the stream tells of requests since the last time."""
        new = [id_ for id_ in self.house.store._transactions if id_ not in self._seen]
        self._seen.update(new)
        return stream_records(new)

    def told(self) -> dict[str, Any]:
        """The stream delivers all that it has."""
        return tell(self.deliverer, {"Records": self.records()})

    def swept(self, **later: int) -> int:
        """The schedule comes, so much later. Returns how many attempts it made."""
        if later:
            self.house.later(**later)
        return int(tell(self.deliverer, {"source": "aws.events"})["attempts"])

    def delivery(self, endpoint: Registered, event: str) -> Delivery:
        found = self.queue.get(own_id(endpoint.id), event)
        assert found is not None
        return found


def stream_records(ids: Sequence[TransactionId]) -> list[dict[str, Any]]:
    """Those of the rows of requests, and of what stands beside each of them."""
    return [
        {
            "eventName": "INSERT",
            "dynamodb": {
                "Keys": {"pk": {"S": f"T#{id_}"}, "sk": {"S": sk}},
                "SequenceNumber": str(number * 10 + place),
            },
        }
        for number, id_ in enumerate(ids, 100)
        for place, sk in enumerate(("T", "S", "L"))
    ]


class Receiver:
    """A server on 127.0.0.1 that does each thing once: what it was told under an id before, it
    takes and passes over. statuses: what it answers next; 204 from then on."""

    def __init__(self, url: str, verify: Callable[[bytes, Mapping[str, str]], object]) -> None:
        self.url = url
        self.verify = verify
        self.statuses: list[int] = []
        self.headers: dict[str, str] = {}
        self.got: list[Message] = []
        self.done: dict[str, Any] = {}
        self.faults: list[Exception] = []

    def take(self, message: Message) -> int:
        self.got.append(message)
        try:
            self.verify(message.body, message.headers)
        except Exception as fault:
            self.faults.append(fault)
            return 401
        status = self.statuses.pop(0) if self.statuses else 204
        if 200 <= status < 300:
            self.done.setdefault(message.id, message.event)
        return status


@contextmanager
def receiving(verify: Callable[[bytes, Mapping[str, str]], object]) -> Iterator[Receiver]:
    """A receiver behind a socket, that ends with the context."""

    class Handler(BaseHTTPRequestHandler):
        timeout = 5

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            assert length <= MAX_REQUEST_BYTES
            headers = {name.lower(): value for name, value in self.headers.items()}
            status = receiver.take(Message(self.path, headers, self.rfile.read(length)))
            self.send_response(status)
            for name, value in receiver.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        receiver = Receiver(f"http://127.0.0.1:{listening.server_port}/hooks", verify)
        thread = Thread(target=listening.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield receiver
        finally:
            listening.shutdown()
            thread.join(5)


def seconds(moment: datetime) -> str:
    return str(int(moment.timestamp()))


def over_sockets(house: House) -> Outbox:
    """An outbox that posts to receivers on this machine, as in development."""
    webhooks = house.coalition.webhooks
    assert webhooks is not None
    object.__setattr__(house.coalition, "webhooks", webhooks._replace(loopback=True))
    return Outbox(house, WebhookPost(loopback=True, total_s=10.0))
