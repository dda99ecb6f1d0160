"""Writes ledger-format.json: test vectors for version 1 of the ledger format.

    python -m tests.vectors.generate

Nothing of `ledger` is imported: amounts, lots, states and rule names are written down here by hand
from docs/ledger-format.md, canonical JSON comes from `json`, signatures from `cryptography`. So the
vectors are a second opinion of what the format says and not a print of what one program does.
The same bytes come out every time.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from hashlib import sha256, sha512
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

VECTORS = Path(__file__).parent / "ledger-format.json"

ORIGIN = "stars.example/ledger"
NO_HASH = b64encode(bytes(32)).decode()
MAX = 2**53 - 1

Body = dict[str, Any]


def canonical(value: object) -> bytes:
    """RFC 8785 within the restriction: keys are ASCII and numbers are integers."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def b64(data: bytes) -> str:
    return b64encode(data).decode()


def digest(data: bytes) -> str:
    return b64(sha256(data).digest())


def leaf_hash(entry: bytes) -> str:
    return digest(b"\x00" + entry)


def base32_id(bits: bytes) -> str:
    number = int.from_bytes(bits, "big")
    alphabet = "0123456789abcdefghjkmnpqrstvwxyz"
    return "".join(alphabet[number >> shift & 31] for shift in range(125, -1, -5))


def transaction_id(party: str, key: str) -> str:
    return base32_id(sha256(f"tallystick/tx/v1\n{party}\n{key}".encode()).digest()[:16])


def instruction(operation: str, subject: str, asked: str) -> bytes:
    head = f"tallystick/instruction/v1\n{ORIGIN}\n{operation}\n{subject}\n"
    return head.encode() + b64decode(asked)


def registration(party: str, vkey: str, origin: str = ORIGIN) -> bytes:
    return f"tallystick/register/v1\n{origin}\n{party}\n{vkey}\n".encode()


class Key(NamedTuple):
    """A key pair with the name that its holder chose."""

    name: str
    seed: bytes
    note: str

    @property
    def public(self) -> bytes:
        return Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw()

    @property
    def id(self) -> bytes:
        return key_id(self.name, self.public)

    @property
    def label(self) -> str:
        return f"{self.name}+{self.id.hex()}"

    @property
    def vkey(self) -> str:
        return verifier_key(self.name, self.public)

    def sign(self, message: bytes) -> bytes:
        return Ed25519PrivateKey.from_private_bytes(self.seed).sign(message)


def key_id(name: str, public: bytes, type_: bytes = b"\x01") -> bytes:
    return sha256(name.encode() + b"\n" + type_ + public).digest()[:4]


def verifier_key(name: str, public: bytes, type_: bytes = b"\x01") -> str:
    return f"{name}+{key_id(name, public, type_).hex()}+" + b64(type_ + public)


def _key(name: str, number: int, note: str) -> Key:
    return Key(name, bytes([number]) * 32, note)


LOG = _key(ORIGIN, 1, "the log key: signs checkpoints, no entry")
ENTRIES = _key(f"{ORIGIN}/entries", 2, "the entry key from genesis on, until 2027-03-03")
ENTRIES_2 = _key(f"{ORIGIN}/entries", 3, "the entry key from 2027-03-02 on")
BREWCO = _key("brewco.example", 4, "partner:brewco, until 2027-02-01")
BREWCO_2 = _key("brewco.example", 5, "partner:brewco, from 2027-02-01 on")
PAGES = _key("pages.example", 6, "partner:pages")
DESK = _key("desk.stars.example", 7, "operator:desk")
LEAD = _key("lead.stars.example", 8, "operator:lead")
WITNESS = _key("witness.example", 10, "a witness: as a verifier key of type 0x04 in the ledger")
STRANGER = _key("stranger.example", 9, "in no ledger")
KEYS = (LOG, ENTRIES, ENTRIES_2, BREWCO, BREWCO_2, PAGES, DESK, LEAD, STRANGER, WITNESS)

WALLET_BITS = {
    "alice": bytes(range(16)),
    "bob": bytes(range(16, 32)),
    "carol": bytes([255]) * 16,
}
WALLETS = {name: base32_id(bits) for name, bits in WALLET_BITS.items()}
CURRENCIES = {"alice": "STAR", "bob": "STAR", "carol": "PAGE"}
PARTNERS = ("brewco", "pages", "ghost")
STARS_1, STARS_2, PAGES_1, AGREEMENT_1 = (
    {"id": "stars", "version": 1, "earn": "1 point per 1 euro"},
    {"id": "stars", "version": 2, "earn": "2 points per 1 euro"},
    {"id": "pages-only", "version": 1, "earn": "1 point per page"},
    {"id": "coalition", "version": 1, "bill": "0.9 cents per point"},
)
RULE_1, RULE_2, RULE_PAGES = (digest(canonical(v)) for v in (STARS_1, STARS_2, PAGES_1))

START = "2026-01-01T00:00:00.000Z"


def signature_line(key: Key, text: bytes) -> bytes:
    return f"— {key.name} {b64(key.id + key.sign(text))}\n".encode()


def note(text: bytes, *keys: Key) -> bytes:
    return text + b"\n" + b"".join(signature_line(key, text) for key in keys)


def signed_entry(body: Mapping[str, object], key: Key = ENTRIES) -> bytes:
    return note(canonical(body) + b"\n", key)


def body_of(entry: bytes) -> Body:
    body: Body = json.loads(entry.partition(b"\n")[0])
    return body


class Writer:
    """A ledger that grows. It keeps only what the next entry's place in its chains needs."""

    def __init__(self, entries: Sequence[bytes] = (), key: Key = ENTRIES) -> None:
        self.entries: list[bytes] = []
        self.states: list[dict[str, Body]] = []
        self.chains: dict[str, tuple[int, str]] = {}
        self.key = key
        for entry in entries:
            self.add(entry)

    def add(self, entry: bytes, states: Mapping[str, Body] | None = None) -> None:
        self.entries.append(entry)
        self.states.append(dict(states or {}))
        body = body_of(entry)
        names = [row["wallet"] for row in body["chains"]] if "chains" in body else ["governance"]
        for name in names:
            self.chains[name] = (self.chains.get(name, (0, ""))[0] + 1, leaf_hash(entry))

    def link(self, name: str) -> Body:
        seq, head = self.chains.get(name, (0, NO_HASH))
        return {"seq": seq + 1, "prev": head}


# Who asks


def authority(party: str, key: Key, operation: str, subject: str, asked: str) -> Body:
    signature = key.sign(instruction(operation, subject, asked))
    return {"party": party, "key": key.label, "sig": b64(signature), "asked": asked}


def asked_input(kind: str, key: str) -> Body:
    """The canonical JSON of a mutation's input: the vectors need one, whatever it holds."""
    return {"kind": kind, "idempotency_key": key, "reference": f"till 4, {key}"}


def tx(
    writer: Writer,
    kind: str,
    at: str,
    by: str | tuple[str, Key],
    postings: Sequence[tuple[Any, ...]],
    after: Mapping[str, tuple[int, int, int, int]],
    lots: Sequence[tuple[str, str, str, int]] = (),
    key: str = "",
    **members: Any,
) -> Body:
    """A transaction's body; `ana:available` stands for its wallet's account, and so on."""
    key = key or f"{kind}-{len(writer.entries)}"
    party = by if isinstance(by, str) else by[0]
    id_ = transaction_id("member:m-1" if party == "member" else party, key)
    asked = digest(canonical(asked_input(kind, key)))
    parts = ("available", "held", "pending", "arrears")
    body = {
        "v": 1,
        "type": "tx",
        "id": id_,
        "kind": kind,
        "at": at,
        "postings": sorted(_posting(*row) for row in postings),
        "chains": [
            {"wallet": wallet, **writer.link(wallet), "after": dict(zip(parts, state, strict=True))}
            for wallet, state in sorted((WALLETS[name], state) for name, state in after.items())
        ],
        "by": {"party": by} if isinstance(by, str) else authority(*by, kind, id_, asked),
    }
    if lots:
        body["lots"] = sorted([WALLETS[name], *row] for name, *row in lots)
    if "approved" in members:
        members["approved"] = authority(*members["approved"], kind, id_, asked)
    return body | members


def _posting(account: str, amount: int, currency: str = "") -> list[Any]:
    owner, _, part = account.partition(":")
    if owner in WALLETS:
        return [f"wallet:{WALLETS[owner]}:{part}", currency or CURRENCIES[owner], amount]
    if owner in PARTNERS:
        account = f"partner:{owner}:{part}"
    return [account, currency or "STAR", amount]


def governance(
    writer: Writer,
    type_: str,
    at: str,
    by: str | tuple[str, Key] = "system:ops",
    signed: Sequence[tuple[str, Key]] = (),
    **members: Any,
) -> Body:
    link = writer.link("governance")
    if type_ in ("programme", "agreement"):
        subject, asked = f"{members['id']}@{members['version']}", members["digest"]
    else:
        subject, asked = str(link["seq"]), digest(canonical(members))
    body: Body = {"v": 1, "type": type_, "at": at, **link, **members}
    if signed:
        rows = [authority(party, key, type_, subject, asked) for party, key in signed]
        body["signed"] = [{name: row[name] for name in ("party", "key", "sig")} for row in rows]
    else:
        stands = {"party": by} if isinstance(by, str) else authority(*by, type_, subject, asked)
        body["by"] = stands
    return body


def key_added(writer: Writer, at: str, party: str, key: Key) -> Body:
    proof = {"proof": b64(key.sign(registration(party, key.vkey)))} if ":" in party else {}
    return governance(writer, "key", at, party=party, vkey=key.vkey, status="added", **proof)


def version(value: Mapping[str, Any]) -> Body:
    return {
        "id": value["id"],
        "version": value["version"],
        "digest": digest(canonical(value)),
    }


# The accepted ledger

BOTH = (("partner:brewco", BREWCO), ("partner:pages", PAGES))
BY_BREWCO = ("partner:brewco", BREWCO)
BY_PAGES = ("partner:pages", PAGES)
BY_DESK = ("operator:desk", DESK)
SYSTEM = "system:orders"


def write_governance(w: Writer) -> None:
    """Entries 0 to 11: what must be in force before anybody has a point."""
    keys = {"log_key": LOG.vkey, "entry_key": ENTRIES.vkey}

    def add(body: Body) -> None:
        w.add(signed_entry(body, w.key))

    add(governance(w, "genesis", START, origin=ORIGIN, **keys))
    add(governance(w, "currency", START, currency="STAR", owner="coalition", decimals=0))
    add(governance(w, "partner", START, partner="brewco", status="joined"))
    add(key_added(w, START, "partner:brewco", BREWCO))
    add(governance(w, "partner", START, partner="pages", status="joined"))
    add(key_added(w, START, "partner:pages", PAGES))
    add(key_added(w, START, "operator:desk", DESK))
    add(key_added(w, START, "operator:lead", LEAD))
    page = {"currency": "PAGE", "owner": "partner:pages", "decimals": 2}
    add(governance(w, "currency", START, signed=[BY_PAGES], **page))
    add(governance(w, "programme", START, signed=BOTH, **version(STARS_1)))
    add(governance(w, "programme", START, signed=[BY_PAGES], **version(PAGES_1)))
    add(governance(w, "agreement", START, signed=BOTH, **version(AGREEMENT_1)))


class Told:
    """Adds transactions with the lots that each wallet must then have."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer

    def __call__(self, *args: Any, left: Mapping[str, Sequence[Any]], **members: Any) -> str:
        body = tx(self.writer, *args, **members)
        states = {}
        for row in body["chains"]:
            name = next(name for name, wallet in WALLETS.items() if wallet == row["wallet"])
            states[row["wallet"]] = {
                "currency": CURRENCIES[name],
                "seq": row["seq"],
                **row["after"],
                "lots": [list(lot) for lot in left[name]],
            }
        self.writer.add(signed_entry(body, self.writer.key), states)
        return str(body["id"])


JUN, DEC, FEB, NEVER = "2026-06-30", "2026-12-31", "2026-02-28", "never"


def write_alice(add: Told) -> dict[str, str]:
    """Entries 12 to 20: earn, confirm, redeem, hold, capture, void, transfer."""
    ids = {}
    ids["earn"] = add(
        "earn",
        "2026-01-10T09:00:00.000Z",
        BY_BREWCO,
        [("brewco:issued", -100), ("alice:available", 100)],
        {"alice": (100, 0, 0, 0)},
        [("alice", JUN, "brewco", 100)],
        rule=RULE_1,
        detail=digest(b"salt of 16 bytes" + canonical({"order": "A-1"})),
        left={"alice": [(JUN, "brewco", 100)]},
    )
    ids["earn at pages"] = add(
        "earn",
        "2026-01-11T09:00:00.000Z",
        SYSTEM,
        [("pages:issued", -60), ("alice:available", 60)],
        {"alice": (160, 0, 0, 0)},
        [("alice", DEC, "pages", 60)],
        rule=RULE_1,
        left={"alice": [(JUN, "brewco", 100), (DEC, "pages", 60)]},
    )
    ids["earn pending"] = add(
        "earn",
        "2026-01-12T09:00:00.000Z",
        SYSTEM,
        [("brewco:issued", -40), ("alice:pending", 40)],
        {"alice": (160, 0, 40, 0)},
        rule=RULE_1,
        left={"alice": [(JUN, "brewco", 100), (DEC, "pages", 60)]},
    )
    ids["confirm"] = add(
        "confirm",
        "2026-01-13T09:00:00.000Z",
        SYSTEM,
        [("alice:pending", -30), ("alice:available", 30)],
        {"alice": (190, 0, 10, 0)},
        [("alice", NEVER, "brewco", 30)],
        of=ids["earn pending"],
        left={"alice": [(JUN, "brewco", 100), (DEC, "pages", 60), (NEVER, "brewco", 30)]},
    )
    ids["redeem"] = add(
        "redeem",
        "2026-01-14T09:00:00.000Z",
        BY_PAGES,
        [("alice:available", -110), ("pages:burned", 110)],
        {"alice": (80, 0, 10, 0)},
        [("alice", JUN, "brewco", -100), ("alice", DEC, "pages", -10)],
        left={"alice": [(DEC, "pages", 50), (NEVER, "brewco", 30)]},
    )
    ids["hold"] = add(
        "hold",
        "2026-01-15T09:00:00.000Z",
        "member",
        [("alice:available", -60), ("alice:held", 60)],
        {"alice": (20, 60, 10, 0)},
        [("alice", DEC, "pages", -50), ("alice", NEVER, "brewco", -10)],
        left={"alice": [(NEVER, "brewco", 20)]},
    )
    ids["capture"] = add(
        "capture",
        "2026-01-16T09:00:00.000Z",
        BY_BREWCO,
        [("alice:held", -25), ("brewco:burned", 25)],
        {"alice": (20, 35, 10, 0)},
        of=ids["hold"],
        left={"alice": [(NEVER, "brewco", 20)]},
    )
    ids["void"] = add(
        "void",
        "2026-01-17T09:00:00.000Z",
        SYSTEM,
        [("alice:held", -35), ("alice:available", 35)],
        {"alice": (55, 0, 10, 0)},
        [("alice", DEC, "pages", 25), ("alice", NEVER, "brewco", 10)],
        of=ids["hold"],
        left={"alice": [(DEC, "pages", 25), (NEVER, "brewco", 30)]},
    )
    ids["transfer"] = add(
        "transfer",
        "2026-01-18T09:00:00.000Z",
        "member",
        [("alice:available", -40), ("bob:available", 40)],
        {"alice": (15, 0, 10, 0), "bob": (40, 0, 0, 0)},
        [
            ("alice", DEC, "pages", -25),
            ("alice", NEVER, "brewco", -15),
            ("bob", DEC, "pages", 25),
            ("bob", NEVER, "brewco", 15),
        ],
        left={
            "alice": [(NEVER, "brewco", 15)],
            "bob": [(DEC, "pages", 25), (NEVER, "brewco", 15)],
        },
    )
    return ids


def write_bob(add: Told, ids: dict[str, str]) -> None:
    """Entries 21 to 26: exchange, adjust, expire."""
    ids["exchange"] = add(
        "exchange",
        "2026-01-19T09:00:00.000Z",
        "member",
        [
            ("bob:available", -30),
            ("exchange:STAR:PAGE", 30),
            ("exchange:STAR:PAGE", -100, "PAGE"),
            ("carol:available", 100),
        ],
        {"bob": (10, 0, 0, 0), "carol": (100, 0, 0, 0)},
        [
            ("bob", DEC, "pages", -25),
            ("bob", NEVER, "brewco", -5),
            # floor(25 * 100 / 30) = 83 and floor(5 * 100 / 30) = 16: 1 is left, for the first row
            ("carol", DEC, "pages", 84),
            ("carol", DEC, "brewco", 16),
        ],
        left={
            "bob": [(NEVER, "brewco", 10)],
            "carol": [(DEC, "brewco", 16), (DEC, "pages", 84)],
        },
    )
    ids["short earn"] = add(
        "earn",
        "2026-01-20T09:00:00.000Z",
        SYSTEM,
        [("brewco:issued", -20), ("bob:available", 20)],
        {"bob": (30, 0, 0, 0)},
        [("bob", FEB, "brewco", 20)],
        rule=RULE_1,
        left={"bob": [(FEB, "brewco", 20), (NEVER, "brewco", 10)]},
    )
    ids["goodwill"] = add(
        "adjust",
        "2026-01-21T09:00:00.000Z",
        BY_DESK,
        [("operator:adjusted", -15), ("bob:available", 15)],
        {"bob": (45, 0, 0, 0)},
        [("bob", FEB, "operator", 15)],
        approved=("operator:lead", LEAD),
        left={"bob": [(FEB, "brewco", 20), (FEB, "operator", 15), (NEVER, "brewco", 10)]},
    )
    ids["expire"] = add(
        "expire",
        "2026-03-02T00:00:00.000Z",
        "system:sweep",
        [("bob:available", -35), ("brewco:expired", 20), ("operator:expired", 15)],
        {"bob": (10, 0, 0, 0)},
        [("bob", FEB, "brewco", -20), ("bob", FEB, "operator", -15)],
        left={"bob": [(NEVER, "brewco", 10)]},
    )
    ids["given again"] = add(
        "adjust",
        "2026-03-02T10:00:00.000Z",
        BY_DESK,
        [("operator:adjusted", -18), ("bob:available", 18)],
        {"bob": (28, 0, 0, 0)},
        [("bob", DEC, "operator", 15), ("bob", DEC, "brewco", 3)],
        of=ids["expire"],
        left={"bob": [(DEC, "brewco", 3), (DEC, "operator", 15), (NEVER, "brewco", 10)]},
    )
    ids["taken"] = add(
        "adjust",
        "2026-03-02T11:00:00.000Z",
        BY_DESK,
        [("bob:available", -5), ("operator:adjusted", 5)],
        {"bob": (23, 0, 0, 0)},
        [("bob", DEC, "brewco", -3), ("bob", DEC, "operator", -2)],
        left={"bob": [(DEC, "operator", 13), (NEVER, "brewco", 10)]},
    )


def write_returns(add: Told, ids: dict[str, str]) -> None:
    """Entries 27 to 32: reverse into arrears, refund, arrears paid, a refund of what lapsed."""
    ids["reverse"] = add(
        "reverse",
        "2026-03-03T09:00:00.000Z",
        BY_BREWCO,
        [("alice:available", -15), ("alice:arrears", -85), ("brewco:issued", 100)],
        {"alice": (0, 0, 10, -85)},
        [("alice", NEVER, "brewco", -15)],
        of=ids["earn"],
        left={"alice": []},
    )
    ids["reverse pending"] = add(
        "reverse",
        "2026-03-04T09:00:00.000Z",
        BY_BREWCO,
        [("alice:pending", -10), ("alice:arrears", -2), ("brewco:issued", 12)],
        {"alice": (0, 0, 0, -87)},
        of=ids["earn pending"],
        left={"alice": []},
    )
    ids["refund"] = add(
        "refund",
        "2026-03-05T09:00:00.000Z",
        BY_PAGES,
        [("pages:burned", -20), ("alice:arrears", 20)],
        {"alice": (0, 0, 0, -67)},
        of=ids["redeem"],
        left={"alice": []},
    )
    ids["earn pays arrears"] = add(
        "earn",
        "2026-03-06T09:00:00.000Z",
        SYSTEM,
        [("brewco:issued", -80), ("alice:arrears", 67), ("alice:available", 13)],
        {"alice": (13, 0, 0, 0)},
        [("alice", DEC, "brewco", 13)],
        rule=RULE_1,
        left={"alice": [(DEC, "brewco", 13)]},
    )
    ids["refund of what lapsed"] = add(
        "refund",
        "2027-01-15T09:00:00.000Z",
        BY_BREWCO,
        [("brewco:burned", -25), ("alice:available", 25)],
        {"alice": (38, 0, 0, 0)},
        [("alice", "2027-02-28", "pages", 25)],
        of=ids["capture"],
        left={"alice": [(DEC, "brewco", 13), ("2027-02-28", "pages", 25)]},
    )
    ids["expire of one"] = add(
        "expire",
        "2027-01-16T09:00:00.000Z",
        "system:sweep",
        [("alice:available", -13), ("brewco:expired", 13)],
        {"alice": (25, 0, 0, 0)},
        [("alice", DEC, "brewco", -13)],
        left={"alice": [("2027-02-28", "pages", 25)]},
    )


def write_changes(w: Writer, add: Told) -> None:
    """Entries 33 to 41: keys and a programme are replaced, a partner leaves, a witness comes."""

    def govern(type_: str, at: str, **members: Any) -> None:
        w.add(signed_entry(governance(w, type_, at, **members), w.key))

    day = "2027-02-01T00:00:00.000Z"
    w.add(signed_entry(key_added(w, day, "partner:brewco", BREWCO_2)))
    govern("key", day, party="partner:brewco", vkey=BREWCO.vkey, status="revoked")
    signed = [("partner:brewco", BREWCO_2), BY_PAGES]
    govern("programme", "2027-02-02T00:00:00.000Z", signed=signed, **version(STARS_2))
    add(
        "earn",
        "2027-02-03T09:00:00.000Z",
        ("partner:brewco", BREWCO_2),
        [("brewco:issued", -7), ("bob:available", 7)],
        {"bob": (30, 0, 0, 0)},
        [("bob", NEVER, "brewco", 7)],
        rule=RULE_2,
        left={"bob": [(DEC, "operator", 13), (NEVER, "brewco", 17)]},
    )
    govern("partner", "2027-03-01T00:00:00.000Z", partner="pages", status="left")
    w.add(signed_entry(key_added(w, "2027-03-02T00:00:00.000Z", "entries", ENTRIES_2)))
    w.key = ENTRIES_2
    old = {"party": "entries", "vkey": ENTRIES.vkey, "status": "revoked"}
    govern("key", "2027-03-03T00:00:00.000Z", by=BY_DESK, **old)
    add(
        "earn",
        "2027-03-04T09:00:00.000Z",
        SYSTEM,
        [("brewco:issued", -3), ("bob:pending", 3)],
        {"bob": (30, 0, 3, 0)},
        rule=RULE_1,
        left={"bob": [(DEC, "operator", 13), (NEVER, "brewco", 17)]},
    )
    witness = verifier_key(WITNESS.name, WITNESS.public, b"\x04")
    govern("witness", "2027-03-05T00:00:00.000Z", vkey=witness, status="added")


def write_ledger() -> tuple[Writer, dict[str, str]]:
    writer = Writer()
    add = Told(writer)
    write_governance(writer)
    ids = write_alice(add)
    write_bob(add, ids)
    write_returns(add, ids)
    write_changes(writer, add)
    return writer, ids


# Refused ledgers

L = 2**252 + 27742317777372353535851937790883648493
P = 2**255 - 19
IDENTITY = (1).to_bytes(32, "little")
ORDER_8 = bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")


def plus_order(signature: bytes) -> bytes:
    """The other S that a verifier without the check S < L accepts."""
    return signature[:32] + (int.from_bytes(signature[32:], "little") + L).to_bytes(32, "little")


def secret_scalar(key: Key) -> int:
    hashed = bytearray(sha512(key.seed).digest()[:32])
    hashed[0] &= 248
    hashed[31] = hashed[31] & 127 | 64
    return int.from_bytes(hashed, "little")


def small_order_r(key: Key, message: bytes) -> bytes:
    """A signature whose R is the neutral element: S = h a, as only the key's holder can make."""
    challenge = int.from_bytes(sha512(IDENTITY + key.public + message).digest(), "little")
    return IDENTITY + (challenge * secret_scalar(key) % L).to_bytes(32, "little")


def torsion_r(key: Key, message: bytes) -> bytes:
    """A signature whose R has a part of order 8: it holds only if multiplied by the cofactor."""
    plain = key.sign(message)
    nonce = sha512(sha512(key.seed).digest()[32:] + message).digest()
    r = encode_point(add_points(decode_point(plain[:32]), decode_point(ORDER_8)))
    challenge = int.from_bytes(sha512(r + key.public + message).digest(), "little")
    s = (int.from_bytes(nonce, "little") + challenge * secret_scalar(key)) % L
    return r + s.to_bytes(32, "little")


Point = tuple[int, int]
D = -121665 * pow(121666, -1, P) % P


def decode_point(data: bytes) -> Point:
    number = int.from_bytes(data, "little")
    y = number & (2**255 - 1)
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    return (x if x & 1 == number >> 255 else P - x, y)


def encode_point(point: Point) -> bytes:
    return (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")


def add_points(one: Point, two: Point) -> Point:
    product = D * one[0] * two[0] * one[1] * two[1] % P
    x = (one[0] * two[1] + two[0] * one[1]) * pow(1 + product, -1, P)
    y = (one[1] * two[1] + one[0] * two[0]) * pow(1 - product, -1, P)
    return x % P, y % P


def put(*path: Any) -> Callable[[Body], object]:
    """A change of a body: the last of the path is the value, those before it lead to its place."""
    *steps, last, value = path

    def change(body: Body) -> object:
        place: Any = body
        for step in steps:
            place = place[step]
        place[last] = value
        return place

    return change


def drop(name: str) -> Callable[[Body], object]:
    return lambda body: body.pop(name)


def both(*changes: Callable[[Body], object]) -> Callable[[Body], object]:
    return lambda body: [change(body) for change in changes]


class Refusals:
    """Refused ledgers: the first `keep` entries of the accepted one, and what comes then."""

    def __init__(self, entries: Sequence[bytes], ids: Mapping[str, str]) -> None:
        self.entries = entries
        self.ids = ids
        self.rows: list[Body] = []

    def raw(self, name: str, keep: int, rule: str, *then: bytes) -> None:
        """The fault is the last of the entries that follow."""
        row = {"name": name, "keep": keep, "then": [b64(entry) for entry in then]}
        self.rows.append({**row, "position": keep + len(then) - 1, "rule": rule})

    def changed(
        self, name: str, position: int, rule: str, change: Callable[[Body], object]
    ) -> None:
        """The operator changes an entry and signs it again."""
        body = deepcopy(body_of(self.entries[position]))
        change(body)
        self.raw(name, position, rule, signed_entry(body, self._signer(position)))

    def text(self, name: str, position: int, rule: str, old: str, new: str) -> None:
        """The operator changes an entry's text, to what no writer makes, and signs it again."""
        text = self.entries[position].partition(b"\n")[0]
        if old.encode() not in text:
            raise ValueError(f"{name}: no {old} in entry {position}")
        text = text.replace(old.encode(), new.encode(), 1) + b"\n"
        self.raw(name, position, rule, note(text, self._signer(position)))

    def bytes(self, name: str, position: int, rule: str, old: bytes, new: bytes) -> None:
        """An entry's bytes are changed by somebody who cannot sign."""
        entry = self.entries[position]
        if old not in entry:
            raise ValueError(f"{name}: no {old!r} in entry {position}")
        self.raw(name, position, rule, entry.replace(old, new, 1))

    def added(self, name: str, keep: int, rule: str, *make: Callable[[Writer], Body]) -> None:
        """The operator writes other entries than it did, each well-formed."""
        writer = Writer(self.entries[:keep], self._signer(keep))
        for one in make:
            writer.add(signed_entry(one(writer), writer.key))
        self.raw(name, keep, rule, *writer.entries[keep:])

    def tx(self, name: str, keep: int, rule: str, /, *args: Any, **members: Any) -> None:
        self.added(name, keep, rule, lambda writer: tx(writer, *args, **members))

    def governs(
        self, name: str, keep: int, rule: str, type_: str, at: str = START, /, **members: Any
    ) -> None:
        self.added(name, keep, rule, lambda writer: governance(writer, type_, at, **members))

    def _signer(self, position: int) -> Key:
        return ENTRIES if position < 39 else ENTRIES_2


def refuse_notes(r: Refusals) -> None:
    """What is wrong before a single member is read."""
    entry = r.entries[12]
    text = entry.partition(b"\n\n")[0] + b"\n"
    line = entry.partition(b"\n\n")[2]
    blob = b64decode(line.split(b" ")[2])
    head = line.rpartition(b" ")[0] + b" "
    signature = blob[4:]

    def signed(name: str, rule: str, data: bytes) -> None:
        r.raw(name, 12, rule, text + b"\n" + head + b64(data).encode() + b"\n")

    r.raw("no entry line at all", 12, "note.form", b"")
    r.raw("no signature", 12, "note.form", text)
    r.bytes("the blank line is missing", 12, "note.form", b"\n\n", b"\n")
    r.bytes("a hyphen in place of the dash", 12, "note.form", "\n— ".encode(), b"\n- ")
    r.bytes("two spaces after the dash", 12, "note.signature_line", "— ".encode(), "—  ".encode())
    r.raw("the last line feed is missing", 12, "note.signature_line", entry[:-1])
    r.raw("something after the signature", 12, "note.signature_line", entry + b"x")
    r.raw("two signature lines", 12, "entry.signatures", note(text, ENTRIES, LOG))
    r.raw("the signature line twice", 12, "entry.signatures", entry + line)
    r.text("a tab in the text", 12, "note.control", '{"at"', '{\t"at"')
    r.bytes("a byte that is not UTF-8", 12, "note.utf8", b"brewco", b"\xffrewco")
    unused = line.replace(b"=\n", b"\n")
    spare = bytes([unused[-2] + 1]) + b"=\n"
    r.raw("base64 with unused bits set", 12, "base64", entry[:-3] + spare)
    signed("a signature of no bytes", "note.signature_length", blob[:4])
    signed("a signature of 63 bytes", "entry.signature", blob[:-1])
    signed("a signature of 65 bytes", "entry.signature", blob + b"\x00")
    signed("S + L in place of S", "entry.signature", blob[:4] + plus_order(signature))
    small = small_order_r(ENTRIES, text)
    signed("an R of small order", "entry.signature", blob[:4] + small)
    torsion = torsion_r(ENTRIES, text)
    signed("an R that needs the cofactor", "entry.signature", blob[:4] + torsion)
    signed("the signature of another entry", "entry.signature", _blob(r.entries[13]))
    signed("another key id", "entry.key", bytes(4) + signature)
    r.bytes("another key name", 12, "entry.key", b"/entries ", b"/entrie5 ")
    r.raw("signed by the log key", 12, "entry.key", note(text, LOG))
    r.raw("signed by a stranger's key", 12, "entry.key", note(text, STRANGER))
    pretender = Key(ENTRIES.name, STRANGER.seed, "")
    r.raw("signed by a stranger of that name", 12, "entry.key", note(text, pretender))
    last = r.entries[40].partition(b"\n\n")[0] + b"\n"
    r.raw("signed by the revoked entry key", 40, "entry.key", note(last, ENTRIES))
    early = r.entries[36].partition(b"\n\n")[0] + b"\n"
    r.raw("signed by an entry key to come", 36, "entry.key", note(early, ENTRIES_2))
    r.bytes("a bit of an amount flips", 12, "tx.postings.sum", b'"STAR",-100', b'"STAR",-101')
    r.bytes("a bit of the time flips", 12, "entry.signature", b"09:00:00.000", b"09:00:00.001")
    r.changed("more than 16 KiB", 12, "entry.size", put("by", "key", "k" * 16_384))


def _blob(entry: bytes) -> bytes:
    return b64decode(entry.rpartition(b" ")[2].rstrip(b"\n"))


def refuse_json(r: Refusals) -> None:
    """Text that is not the one encoding of a value, or not of this shape."""
    trip = "canonical.round_trip"
    r.text("not JSON", 12, "canonical.json", "{", "{{")
    r.text("a space in the JSON", 12, trip, ':"earn"', ': "earn"')
    r.text("a member given twice", 12, trip, '"kind":"earn"', '"kind":"earn","kind":"earn"')
    r.text("a member given twice, first else", 12, trip, '"kind"', '"kind":"hold","kind"')
    r.text("members not sorted", 12, trip, '"type":"tx","v":1', '"v":1,"type":"tx"')
    r.text("an escape that is not needed", 12, trip, '"earn"', '"\\u0065arn"')
    r.text("an exponent", 12, trip, '"STAR",100]', '"STAR",1e2]')
    r.text("a minus before 0", 12, trip, '"arrears":0', '"arrears":-0')
    r.text("a float", 12, "tx.postings.amount", '"STAR",100]', '"STAR",100.0]')
    r.text("a boolean", 12, "tx.postings.amount", '"STAR",100]', '"STAR",true]')
    r.text("a number as text", 12, "tx.postings.amount", '"STAR",100]', '"STAR","100"]')
    r.changed("a member that is null", 12, "tx.detail", put("detail", None))
    r.changed("an integer past 2^53 - 1", 12, "tx.postings.amount", put("postings", 0, 2, -MAX - 1))
    r.changed("an unknown member", 12, "tx.members", put("memo", "thanks"))
    r.changed("a missing member", 12, "tx.members", drop("chains"))
    r.changed("an unknown type", 12, "entry.type", put("type", "receipt"))
    r.changed("no type", 12, "entry.type", drop("type"))
    r.changed("a version to come", 12, "tx.v", put("v", 2))
    r.changed("an unknown kind", 12, "tx.kind", put("kind", "gift"))
    r.changed("a time without milliseconds", 12, "tx.at", put("at", "2026-01-10T09:00:00Z"))
    r.changed("a day that does not exist", 12, "tx.at", put("at", "2026-02-30T09:00:00.000Z"))
    r.changed("an id of 27 characters", 12, "tx.id", put("id", "0" * 27))
    r.changed("an id with a letter that is not used", 12, "tx.id", put("id", "0" * 25 + "u"))
    r.changed("an id above 2^128", 12, "tx.id", put("id", "8" + "0" * 25))
    r.changed("a digest of 31 bytes", 12, "tx.detail", put("detail", b64(bytes(31))))
    r.changed(
        "a key label in NFD", 12, "canonical.text", put("by", "key", "caf\u0065\u0301+00000000")
    )
    r.changed(
        "a control character in a key label", 12, "canonical.text", put("by", "key", "a\x85b")
    )
    r.changed("a member who signs", 17, "by.members", put("by", "key", "a+00000000"))
    r.changed("a partner who does not sign", 12, "by.key", put("by", {"party": "partner:brewco"}))
    r.changed("an unknown party", 12, "by.party", put("by", {"party": "brewco"}))
    r.changed("by with a member more", 12, "by.members", put("by", "note", "x"))


def refuse_chains(r: Refusals) -> None:
    """An entry that is not the next of its chains."""
    r.changed("a gap in a wallet's seq", 13, "tx.chains.seq", put("chains", 0, "seq", 3))
    r.changed("a wallet's seq again", 13, "tx.chains.seq", put("chains", 0, "seq", 1))
    r.changed("a wallet's seq of 0", 12, "tx.chains.seq", put("chains", 0, "seq", 0))
    r.changed("a wrong prev", 13, "tx.chains.prev", put("chains", 0, "prev", NO_HASH))
    r.changed("a wrong first prev", 12, "tx.chains.prev", put("chains", 0, "prev", digest(b"")))
    r.raw("an entry is left out", 13, "tx.chains.seq", r.entries[14])
    r.raw("an entry comes twice", 13, "tx.id", r.entries[12])
    r.changed("before the wallet's last", 13, "tx.at", put("at", "2026-01-10T08:59:59.999Z"))
    r.changed("a member more in a chain", 12, "tx.chains.members", put("chains", 0, "note", "x"))
    r.changed("a balance missing", 12, "tx.chains.after", put("chains", 0, "after", {"held": 0}))
    r.changed("a wrong balance", 12, "tx.chains.after", put("chains", 0, "after", "available", 99))
    below = put("chains", 0, "after", "available", -1)
    r.changed("a balance below 0", 12, "tx.chains.negative", below)
    above = put("chains", 0, "after", "arrears", 1)
    r.changed("arrears above 0", 12, "tx.chains.arrears", above)
    swapped = lambda body: body["chains"].reverse()  # noqa: E731
    r.changed("wallets not sorted", 20, "tx.chains.order", swapped)
    r.changed("a wallet that nothing moves", 12, "tx.chains.wallets", _more_chains)
    r.changed("a wallet that is not chained", 20, "tx.chains.wallets", _fewer_chains)
    r.changed("a gap in the governance seq", 9, "governance.seq", put("seq", 11))
    r.changed("a wrong governance prev", 9, "governance.prev", put("prev", NO_HASH))
    r.raw("a governance entry is left out", 11, "governance.seq", r.entries[33])
    r.changed("governance back in time", 35, "governance.at", put("at", "2027-01-31T00:00:00.000Z"))
    r.raw("genesis a second time", 12, "governance.genesis", r.entries[0])
    r.raw("no genesis", 0, "governance.genesis", r.entries[1])
    again = r.ids["earn"]
    r.changed("an id used again", 13, "tx.id", put("id", again))


def _more_chains(body: Body) -> None:
    body["chains"].append({**body["chains"][0], "wallet": WALLETS["carol"]})


def _fewer_chains(body: Body) -> None:
    body["chains"].pop()


def refuse_usual(r: Refusals) -> None:
    """A usual earn, unlike an earlier one in little: what a verifier in a hurry may pass over."""
    trip = "canonical.round_trip"
    r.text("usual: a space in the JSON", 22, trip, ':"earn"', ': "earn"')
    r.text("usual: a member given twice", 22, trip, '"kind":"earn"', '"kind":"hold","kind":"earn"')
    r.changed("usual: a member more", 22, "tx.members", put("memo", "thanks"))
    r.changed("usual: a member more in by", 22, "by.members", put("by", "key", "a+00000000"))
    r.changed("usual: an id used again", 22, "tx.id", put("id", r.ids["earn"]))
    r.changed("usual: a gap in seq", 22, "tx.chains.seq", put("chains", 0, "seq", 4))
    r.changed("usual: a wrong prev", 22, "tx.chains.prev", put("chains", 0, "prev", NO_HASH))
    after = put("chains", 0, "after", "available", 31)
    r.changed("usual: a wrong balance", 22, "tx.chains.after", after)
    r.changed("usual: a sum that is not 0", 22, "tx.postings.sum", put("postings", 0, 2, -19))
    r.changed("usual: a lot of another issuer", 22, "tx.earn.lots", put("lots", 0, 2, "pages"))
    r.changed("usual: a lot too small", 22, "tx.lots.sum", put("lots", 0, 3, 19))
    lapsed = put("lots", 0, 1, "2026-01-19")
    r.changed("usual: a lot opened lapsed", 22, "lots.opened_lapsed", lapsed)
    r.changed(
        "usual: a day that does not exist", 22, "tx.lots.expires", put("lots", 0, 1, "2026-02-30")
    )
    r.changed("usual: back in time", 22, "tx.at", put("at", "2026-01-19T08:59:59.999Z"))
    r.changed("usual: no rule", 22, "tx.rule", drop("rule"))
    r.changed("usual: a rule not signed", 22, "tx.rule.signed", put("rule", RULE_PAGES))
    r.changed("usual: by another partner", 22, "by.key", put("by", {"party": "partner:brewco"}))
    ghost = put("postings", 0, 0, "partner:ghost:issued")
    r.changed(
        "usual: a partner never joined", 22, "tx.partner", both(ghost, put("lots", 0, 2, "ghost"))
    )
    text = r.entries[22].partition(b"\n\n")[0] + b"\n"
    r.raw("usual: two signature lines", 22, "entry.signatures", note(text, LOG, ENTRIES))
    r.raw("usual: signed by the log key", 22, "entry.key", note(text, LOG))
    r.bytes(
        "usual: signed for another text", 22, "entry.signature", b"09:00:00.000", b"09:00:00.001"
    )


def refuse_usual_in_force(r: Refusals) -> None:
    """A usual earn after what an earlier one like it rested on has ended."""

    def earn(at: str, name: str, available: int) -> Callable[[Writer], Body]:
        state = {"alice": (available, 0, 0, 0), "bob": (available, 0, 0, 0)}
        postings = [("brewco:issued", -1), (f"{name}:available", 1)]
        lots = [(name, NEVER, "brewco", 1)]
        return lambda writer: tx(
            writer, "earn", at, SYSTEM, postings, {name: state[name]}, lots, rule=RULE_1
        )

    left = {"partner": "brewco", "status": "left"}
    r.added(
        "usual: a partner that has left",
        31,
        "tx.partner",
        lambda writer: governance(writer, "partner", "2026-03-07T00:00:00.000Z", **left),
        earn("2026-03-07T00:00:00.000Z", "alice", 14),
    )
    r.added(
        "usual: a rule that has ended",
        40,
        "tx.rule",
        earn("2027-04-02T23:59:59.999Z", "bob", 31),
        earn("2027-04-03T00:00:00.000Z", "bob", 32),
    )
    writer = Writer(r.entries[:40])
    for at, available in (("2027-03-02T12:00:00.000Z", 31), ("2027-03-03T00:00:00.000Z", 32)):
        writer.add(signed_entry(earn(at, "bob", available)(writer), ENTRIES))
    r.raw("usual: an entry key that has ended", 40, "entry.key", *writer.entries[40:])  # fmt: skip


ALICE, BOB, CAROL = WALLETS["alice"], WALLETS["bob"], WALLETS["carol"]


def refuse_postings(r: Refusals) -> None:
    """Amounts, lots and balances that do not follow."""
    r.changed("a sum that is not 0", 12, "tx.postings.sum", put("postings", 0, 2, -99))
    r.changed("an amount of 0", 12, "tx.postings.amount", put("postings", 0, 2, 0))
    r.changed("postings not sorted", 12, "tx.postings.order", lambda b: b["postings"].reverse())
    account = put("postings", 0, 0, "partner:brewco:gifted")
    r.changed("an unknown account", 12, "tx.postings.account", account)
    r.changed(
        "an unknown wallet part",
        17,
        "tx.postings.account",
        put("postings", 0, 0, f"wallet:{ALICE}:a"),
    )
    r.changed("lots unlike what is available", 12, "tx.lots.sum", put("lots", 0, 3, 99))
    r.changed("lots left out", 12, "tx.lots.sum", drop("lots"))
    r.changed("an empty list of lots", 14, "tx.lots", put("lots", []))
    r.changed("lots not sorted", 16, "tx.lots.order", lambda b: b["lots"].reverse())
    r.changed(
        "a last day that does not exist", 12, "tx.lots.expires", put("lots", 0, 1, "2026-06-31")
    )
    r.changed("an issuer of other form", 12, "tx.lots.issuer", put("lots", 0, 2, "Brewco"))
    later = both(put("lots", 0, 3, -50), put("lots", 1, 3, -60))
    r.changed("the later lot first", 16, "tx.redeem.lots", later)
    r.changed("an issuer other than the earner's", 12, "tx.earn.lots", put("lots", 0, 2, "pages"))
    two = put("lots", [[ALICE, JUN, "brewco", 50], [ALICE, DEC, "brewco", 50]])
    r.changed("an earn of two lots", 12, "tx.earn.lots", two)
    r.tx(
        "an earn half pending",
        12,
        "tx.earn.postings",
        "earn",
        START,
        BY_BREWCO,
        [("brewco:issued", -9), ("alice:available", 4), ("alice:pending", 5)],
        {"alice": (4, 0, 5, 0)},
        [("alice", DEC, "brewco", 4)],
    )
    r.tx(
        "an earn on top of the limit",
        13,
        "wallet.limit",
        "earn",
        "2026-01-11T00:00:00.000Z",
        BY_BREWCO,
        [("brewco:issued", -MAX), ("alice:available", MAX)],
        {"alice": (MAX, 0, 0, 0)},
        [("alice", DEC, "brewco", MAX)],
    )
    r.tx(
        "more than there is",
        13,
        "tx.points",
        "redeem",
        "2026-01-11T00:00:00.000Z",
        BY_PAGES,
        [("pages:burned", 101), ("alice:available", -101)],
        {"alice": (0, 0, 0, 0)},
        [("alice", JUN, "brewco", -101)],
    )
    r.tx(
        "a lapsed lot is spent",
        24,
        "lots.lapsed",
        "redeem",
        "2026-03-01T00:00:00.000Z",
        BY_PAGES,
        [("pages:burned", 20), ("bob:available", -20)],
        {"bob": (25, 0, 0, 0)},
        [("bob", FEB, "brewco", -20)],
    )
    r.tx(
        "a lapsed lot is passed over",
        24,
        "lots.lapsed",
        "redeem",
        "2026-03-01T00:00:00.000Z",
        BY_PAGES,
        [("pages:burned", 5), ("bob:available", -5)],
        {"bob": (40, 0, 0, 0)},
        [("bob", NEVER, "brewco", -5)],
    )
    r.tx(
        "a lot opened lapsed",
        13,
        "lots.opened_lapsed",
        "earn",
        "2026-01-11T00:00:00.000Z",
        BY_BREWCO,
        [("brewco:issued", -1), ("alice:available", 1)],
        {"alice": (101, 0, 0, 0)},
        [("alice", "2026-01-10", "brewco", 1)],
    )
    earn = ("earn", "2026-03-06T00:00:00.000Z", BY_BREWCO)
    all_available = [("brewco:issued", -80), ("alice:available", 80)]
    lot = [("alice", DEC, "brewco", 80)]
    r.tx(
        "arrears not paid first",
        30,
        "tx.chains.arrears",
        *earn,
        all_available,
        {"alice": (80, 0, 0, -67)},
        lot,
    )
    r.tx(
        "arrears forgiven by an earn", 30, "tx.earn.postings", *earn, all_available,
        {"alice": (80, 0, 0, 0)}, lot,
    )  # fmt: skip


def refuse_kinds(r: Refusals) -> None:
    """What one kind of transaction may not do."""
    ids = r.ids
    day = "2026-01-14T00:00:00.000Z"
    r.tx(
        "confirm more than is pending",
        15,
        "tx.of.amount",
        "confirm",
        day,
        SYSTEM,
        [("alice:pending", -41), ("alice:available", 41)],
        {"alice": (201, 0, 0, 0)},
        [("alice", DEC, "brewco", 41)],
        of=ids["earn pending"],
    )
    r.tx(
        "confirm an earn that waited for nothing",
        15,
        "tx.of.amount",
        "confirm",
        day,
        SYSTEM,
        [("alice:pending", -40), ("alice:available", 40)],
        {"alice": (200, 0, 0, 0)},
        [("alice", DEC, "brewco", 40)],
        of=ids["earn"],
    )
    r.tx(
        "capture more than is held",
        18,
        "tx.of.amount",
        "capture",
        "2026-01-16T00:00:00.000Z",
        BY_BREWCO,
        [("alice:held", -61), ("brewco:burned", 61)],
        {"alice": (20, 0, 10, 0)},
        of=ids["hold"],
    )
    r.changed("capture with lot rows of its own", 18, "tx.capture.lots", _capture_rows)
    r.tx(
        "void a part",
        19,
        "tx.void.postings",
        "void",
        "2026-01-17T00:00:00.000Z",
        SYSTEM,
        [("alice:held", -30), ("alice:available", 30)],
        {"alice": (50, 5, 10, 0)},
        [("alice", DEC, "pages", 30)],
        of=ids["hold"],
    )
    r.tx(
        "void twice",
        20,
        "tx.amount",
        "void",
        "2026-01-18T00:00:00.000Z",
        SYSTEM,
        [("alice:held", -35), ("alice:available", 35)],
        {"alice": (90, 0, 10, 0)},
        [("alice", DEC, "pages", 35)],
        of=ids["hold"],
    )
    r.changed(
        "a transfer that changes expiry", 20, "tx.transfer.lots", put("lots", 2, 1, "2027-12-31")
    )
    r.changed("a transfer that changes issuer", 20, "tx.transfer.lots", put("lots", 2, 2, "brewco"))
    shares = both(put("lots", 2, 3, 17), put("lots", 3, 3, 83))
    r.changed("the remainder to the last row", 21, "tx.exchange.lots", shares)
    r.tx(
        "an exchange in one currency",
        21,
        "tx.exchange.currency",
        "exchange",
        "2026-01-19T00:00:00.000Z",
        "member",
        [("bob:available", -5), ("alice:available", 5)],
        {"alice": (20, 0, 10, 0), "bob": (35, 0, 0, 0)},
        [("bob", DEC, "pages", -5), ("alice", DEC, "pages", 5)],
    )
    account = both(
        put("postings", 0, 0, "exchange:STAR:STAR"), put("postings", 1, 0, "exchange:STAR:STAR")
    )
    r.changed("another exchange's account", 21, "tx.exchange.postings", account)
    r.tx(
        "an expire of one of two lots",
        24,
        "tx.expire.postings",
        "expire",
        "2026-03-02T00:00:00.000Z",
        "system:sweep",
        [("bob:available", -20), ("brewco:expired", 20)],
        {"bob": (25, 0, 0, 0)},
        [("bob", FEB, "brewco", -20)],
    )
    r.tx(
        "an expire on a lot's last day",
        24,
        "tx.expire",
        "expire",
        "2026-02-28T23:59:59.999Z",
        "system:sweep",
        [("bob:available", -20), ("brewco:expired", 20)],
        {"bob": (25, 0, 0, 0)},
        [("bob", FEB, "brewco", -20)],
    )
    r.tx(
        "a reverse beyond what stands",
        29,
        "tx.of.amount",
        "reverse",
        "2026-03-05T00:00:00.000Z",
        BY_BREWCO,
        [("alice:arrears", -1), ("brewco:issued", 1)],
        {"alice": (0, 0, 0, -88)},
        of=ids["earn"],
    )
    r.tx(
        "a reverse of another issuer's lots first",
        14,
        "tx.reverse.lots",
        "reverse",
        "2026-01-12T00:00:00.000Z",
        BY_PAGES,
        [("alice:available", -50), ("pages:issued", 50)],
        {"alice": (110, 0, 0, 0)},
        [("alice", JUN, "brewco", -50)],
        of=ids["earn at pages"],
    )
    r.tx(
        "a reverse that leaves pending alone",
        15,
        "tx.reverse.postings",
        "reverse",
        "2026-01-13T00:00:00.000Z",
        BY_BREWCO,
        [("alice:available", -40), ("brewco:issued", 40)],
        {"alice": (120, 0, 40, 0)},
        [("alice", JUN, "brewco", -40)],
        of=ids["earn pending"],
    )
    r.tx(
        "a reverse to another partner",
        14,
        "tx.reverse.postings",
        "reverse",
        "2026-01-12T00:00:00.000Z",
        BY_PAGES,
        [("alice:available", -50), ("pages:issued", 50)],
        {"alice": (110, 0, 0, 0)},
        [("alice", JUN, "brewco", -50)],
        of=ids["earn"],
    )
    r.tx(
        "a refund of an earn",
        14,
        "tx.of.kind",
        "refund",
        "2026-01-12T00:00:00.000Z",
        BY_BREWCO,
        [("brewco:burned", -50), ("alice:available", 50)],
        {"alice": (210, 0, 0, 0)},
        [("alice", JUN, "brewco", 50)],
        of=ids["earn"],
    )
    r.changed("a refund to another issuer", 31, "tx.refund.lots", put("lots", 0, 2, "brewco"))
    r.changed("a refund with the expiry that lapsed", 31, "tx.refund.lots", put("lots", 0, 1, DEC))
    r.tx(
        "a refund after 401 days",
        33,
        "tx.of.age",
        "refund",
        "2027-02-19T00:00:00.000Z",
        BY_PAGES,
        [("pages:burned", -1), ("alice:available", 1)],
        {"alice": (26, 0, 0, 0)},
        [("alice", "2027-03-31", "pages", 1)],
        of=ids["redeem"],
    )
    r.tx(
        "of a transaction of another wallet",
        21,
        "tx.of.wallet",
        "reverse",
        "2026-01-19T00:00:00.000Z",
        BY_BREWCO,
        [("bob:available", -5), ("brewco:issued", 5)],
        {"bob": (35, 0, 0, 0)},
        [("bob", NEVER, "brewco", -5)],
        of=ids["earn"],
    )
    r.changed("of an id that is not there", 18, "tx.of", put("of", "0" * 26))
    r.changed("of what cannot be gone back to", 18, "tx.of", put("of", ids["confirm"]))
    r.changed("a reverse of nothing", 27, "tx.of", drop("of"))
    r.changed("an earn that goes back", 13, "tx.of", put("of", ids["earn"]))
    r.changed("points taken again by an adjust", 26, "tx.of", put("of", ids["expire"]))
    r.tx(
        "more given again than expired",
        26,
        "tx.of.amount",
        "adjust",
        "2026-03-02T10:30:00.000Z",
        BY_DESK,
        [("operator:adjusted", -18), ("bob:available", 18)],
        {"bob": (46, 0, 0, 0)},
        [("bob", DEC, "brewco", 18)],
        of=ids["expire"],
    )
    r.changed(
        "an adjust by the system",
        23,
        "tx.adjust.by",
        both(put("by", {"party": SYSTEM}), drop("approved")),
    )
    r.changed("two partners redeem at once", 16, "tx.redeem.accounts", _two_partners)
    r.tx(
        "a redeem from two wallets", 21, "tx.chains.count", "redeem", "2026-01-19T00:00:00.000Z",
        BY_PAGES, [("alice:available", -5), ("bob:available", -5), ("pages:burned", 10)],
        {"alice": (10, 0, 10, 0), "bob": (35, 0, 0, 0)},
        [("alice", NEVER, "brewco", -5), ("bob", DEC, "pages", -5)],
    )  # fmt: skip


def _capture_rows(body: Body) -> None:
    body["lots"] = [[ALICE, DEC, "pages", 25], [ALICE, NEVER, "brewco", -25]]


def _two_partners(body: Body) -> None:
    body["postings"][0][2] = 100
    body["postings"].insert(0, ["partner:brewco:burned", "STAR", 10])


def refuse_in_force(r: Refusals) -> None:
    """Partners, currencies, programmes and signers that are not in force."""
    first = "2026-01-10T09:00:00.000Z"

    def earn(
        name: str, keep: int, rule: str, by: Any, at: str = first, p: str = "brewco", /, **m: Any
    ) -> None:
        r.tx(
            name, keep, rule, "earn", at, by, [(f"{p}:issued", -1), ("alice:pending", 1)],
            {"alice": m.pop("after", (0, 0, 1, 0))}, **m,
        )  # fmt: skip

    earn("no rule, and not by the issuer", 12, "tx.rule", SYSTEM)
    earn("no rule, and by another partner", 12, "tx.rule", BY_PAGES)
    earn("a rule that is not there", 12, "tx.rule", SYSTEM, rule=digest(b"none"))
    earn("a rule that the issuer did not sign", 12, "tx.rule.signed", SYSTEM, rule=RULE_PAGES)
    late = "2027-04-03T00:00:00.000Z"
    state = {"after": (25, 0, 1, 0)}
    earn("a rule 60 days after the next", 41, "tx.rule", SYSTEM, late, rule=RULE_1, **state)
    agreement = digest(canonical(AGREEMENT_1))
    earn("an agreement as the rule", 12, "tx.rule", SYSTEM, rule=agreement)
    earn("a rule named without need", 12, "tx.rule.signed", BY_BREWCO, rule=RULE_PAGES)
    earn("a partner that never joined", 12, "tx.partner", SYSTEM, first, "ghost", rule=RULE_1)
    earn("a partner that left", 41, "tx.partner", SYSTEM, late, "pages", rule=RULE_2, **state)
    earn("a foreign key", 12, "by.key", ("partner:brewco", PAGES))
    earn("a key that is in no entry", 12, "by.key", ("partner:brewco", STRANGER))
    earn("a revoked key", 41, "by.key", BY_BREWCO, late, **state)
    earn(
        "a key on the day it is revoked",
        36,
        "by.key",
        BY_BREWCO,
        "2027-02-01T00:00:00.000Z",
        **state,
    )
    earn(
        "a key to come",
        33,
        "by.key",
        ("partner:brewco", BREWCO_2),
        "2027-01-31T00:00:00.000Z",
        **state,
    )
    r.changed("a currency that is not there", 12, "tx.currency", _other_currency)
    r.tx(
        "another's points in a partner's currency", 21, "tx.currency.owner", "earn", first,
        BY_BREWCO, [("brewco:issued", -1, "PAGE"), ("carol:pending", 1)],
        {"carol": (0, 0, 1, 0)},
    )  # fmt: skip
    r.changed(
        "a partner's signature of another order", 13, "by.sig", _stolen(r.entries[12], BY_BREWCO)
    )
    sig = body_of(r.entries[12])["by"]["sig"]
    r.changed(
        "S + L in a partner's signature",
        12,
        "by.sig",
        put("by", "sig", b64(plus_order(b64decode(sig)))),
    )
    r.changed("another asked than was signed", 12, "by.sig", put("by", "asked", digest(b"else")))
    r.changed(
        "approved by the same operator",
        23,
        "tx.approved",
        put("approved", body_of(r.entries[23])["by"]),
    )
    r.changed(
        "approved by a partner", 23, "tx.approved", put("approved", body_of(r.entries[12])["by"])
    )
    r.changed(
        "an approval of something else",
        23,
        "tx.approved.asked",
        put("approved", "asked", digest(b"else")),
    )
    r.changed("an approval that is not signed", 23, "by.sig", put("approved", "sig", sig))
    r.changed(
        "an approval of a partner's entry",
        12,
        "tx.approved",
        put("approved", body_of(r.entries[23])["approved"]),
    )


def _other_currency(body: Body) -> None:
    for row in body["postings"]:
        row[1] = "MOON"


def _stolen(entry: bytes, by: tuple[str, Key]) -> Callable[[Body], object]:
    """The partner's `by` of one entry on an earn of the same partner that it never asked for."""
    return both(
        put("by", body_of(entry)["by"]),
        put("postings", 0, 0, f"{by[0]}:issued"),
        put("lots", 0, 2, "brewco"),
    )


def refuse_governance(r: Refusals) -> None:
    """Keys, partners, currencies and programmes that cannot be so."""
    genesis = {"origin": ORIGIN, "log_key": LOG.vkey, "entry_key": ENTRIES.vkey}
    r.governs("genesis by an operator", 0, "governance.by", "genesis", by=BY_DESK, **genesis)
    r.governs(
        "an origin that is no text", 0, "genesis.origin", "genesis", **genesis | {"origin": 5}
    )
    moon = genesis | {"log_key": STRANGER.vkey}
    r.governs("a log key of another name", 0, "key.name", "genesis", **moon)
    moon = genesis | {"entry_key": LOG.vkey}
    r.governs("an entry key named as the log", 0, "key.name", "genesis", **moon)
    moon = genesis | {"origin": "moon.example"}
    r.governs("an origin unlike the keys' names", 0, "key.name", "genesis", **moon)
    r.changed("a member more", 1, "currency.members", put("note", "x"))
    r.changed("a version to come of an entry", 1, "governance.v", put("v", 2))
    r.changed("decimals past 2^53 - 1", 1, "canonical.integer", put("decimals", MAX + 1))
    r.changed("a boolean in governance", 1, "currency.decimals", put("decimals", True))
    r.changed("seven decimals", 1, "currency.decimals", put("decimals", 7))
    r.changed("a currency in small letters", 1, "currency.currency", put("currency", "star"))
    star = {"currency": "STAR", "owner": "coalition", "decimals": 0}
    r.governs("a currency twice", 12, "currency.twice", "currency", **star)
    moon = {"currency": "MOON", "owner": "partner:pages", "decimals": 0}
    r.governs("an owner who does not sign", 12, "governance.signed", "currency", **moon)
    r.governs(
        "signed by one who is not the owner",
        12,
        "governance.signed",
        "currency",
        signed=BOTH,
        **moon,
    )
    moon["owner"] = "coalition"
    r.governs(
        "a partner signs for the coalition",
        12,
        "governance.by",
        "currency",
        signed=[BY_PAGES],
        **moon,
    )
    r.governs("a partner decides", 12, "governance.by", "currency", by=BY_PAGES, **moon)
    r.governs("a member decides", 12, "governance.by", "currency", by="member", **moon)
    joined = {"status": "joined"}
    r.governs("a partner joins twice", 12, "governance.twice", "partner", partner="pages", **joined)
    r.governs(
        "a partner leaves who is not in",
        12,
        "governance.twice",
        "partner",
        partner="moon",
        status="left",
    )
    r.governs(
        "a partner named operator", 12, "partner.partner", "partner", partner="operator", **joined
    )
    r.governs(
        "an unknown status", 12, "governance.status", "partner", partner="moon", status="paused"
    )
    refuse_keys(r)
    refuse_versions(r)
    bad = authority("operator:desk", DESK, "partner", "13", digest(b"else"))
    ghost = {"partner": "ghost", **joined}
    r.added(
        "an operator who asked for something else", 12, "by.asked",
        lambda w: governance(w, "partner", START, **ghost) | {"by": bad},
    )  # fmt: skip
    r.added(
        "an operator's signature of another entry", 12, "by.sig",
        lambda w: governance(w, "partner", START, **ghost)
        | {"by": authority("operator:desk", DESK, "partner", "12", digest(canonical(ghost)))},
    )  # fmt: skip


def refuse_keys(r: Refusals) -> None:
    def key(name: str, rule: str, vkey: str, keep: int = 12, **m: Any) -> None:
        members = {"party": "partner:brewco", "status": "added", "proof": b64(bytes(64))} | m
        if members["status"] == "revoked" or not members["proof"]:
            members.pop("proof")
        r.governs(name, keep, rule, "key", vkey=vkey, **members)

    high = (P + 3).to_bytes(32, "little")
    small = {"proof": b64(IDENTITY + bytes(32))}
    key("a key of small order", "key.order", verifier_key("k.example", IDENTITY), **small)
    key("a key of order 8", "key.order", verifier_key("k.example", ORDER_8), **small)
    key("a key that is not canonical", "key.canonical", verifier_key("k.example", high), **small)
    other = BREWCO_2.vkey.replace(BREWCO_2.id.hex(), BREWCO.id.hex())
    key("a key with another id", "key.id", other)
    key(
        "a key of another algorithm",
        "key.algorithm",
        f"{BREWCO_2.label}+{b64(b'@' + BREWCO_2.public)}",
    )
    key("a key without a name", "key.name", verifier_key("", BREWCO_2.public))
    key("a key of two parts", "key.form", BREWCO_2.label)
    key("a key without a proof", "key.proof", BREWCO_2.vkey, proof="")
    key("a proof that does not hold", "key.proof", BREWCO_2.vkey)
    stolen = b64(BREWCO_2.sign(registration("partner:pages", BREWCO_2.vkey)))
    key("a proof for another party", "key.proof", BREWCO_2.vkey, proof=stolen)
    origin = b64(BREWCO_2.sign(registration("partner:brewco", BREWCO_2.vkey, "moon.example")))
    key("a proof for another ledger", "key.proof", BREWCO_2.vkey, proof=origin)
    again = b64(BREWCO.sign(registration("partner:brewco", BREWCO.vkey)))
    key("a key twice", "key.twice", BREWCO.vkey, proof=again)
    key("a revoked key that was not in force", "key.revoked", BREWCO_2.vkey, status="revoked")
    key("a key paused", "key.status", BREWCO_2.vkey, status="paused", proof="")
    key(
        "a key of a partner that never joined",
        "governance.partner",
        BREWCO_2.vkey,
        party="partner:ghost",
    )
    key("a key of the system", "key.party", BREWCO_2.vkey, party="system:ops", proof="")
    key("an entry key of another name", "key.name", BREWCO_2.vkey, party="entries", proof="")
    taken = b64(BREWCO.sign(registration("partner:pages", BREWCO.vkey)))
    key("another's key", "key.twice", BREWCO.vkey, party="partner:pages", proof=taken)
    shared = b64(DESK.sign(registration("operator:lead", DESK.vkey)))
    key("two operators with one key", "key.twice", DESK.vkey, party="operator:lead", proof=shared)
    brings = body_of(r.entries[38])
    r.raw("signed with the key that it brings", 38, "entry.key", signed_entry(brings, ENTRIES_2))
    ends = body_of(r.entries[39])
    r.raw("signed with the key that it ends", 39, "entry.key", signed_entry(ends, ENTRIES))
    r.changed("a witness with a key of notes", 41, "key.algorithm", put("vkey", STRANGER.vkey))


def refuse_versions(r: Refusals) -> None:
    def programme(name: str, rule: str, signed: Any = BOTH, **members: Any) -> None:
        members = version(STARS_2) | members
        r.governs(name, 12, rule, "programme", signed=signed, **members)

    programme("a version is left out", "programme.version", version=3)
    programme("a first version of 2", "programme.version", id="moon")
    r.changed("a digest that is not base64", 9, "programme.digest", put("digest", "x"))
    programme("a digest twice", "programme.twice", digest=RULE_1)
    programme("a programme id of other form", "programme.id", id="Stars")
    programme("a programme that the system decides", "programme.signed", signed=())
    programme("signers not sorted", "signed.order", BOTH[::-1])
    programme("a signer twice", "signed.order", (BY_PAGES, BY_PAGES))
    programme("an operator among the signers", "signed.party", (BY_DESK,))
    programme("a signer with a foreign key", "signed.key", (("partner:brewco", PAGES),))
    wrong = put("signed", 1, "sig", b64(bytes(64)))
    r.changed("a signer's signature does not hold", 9, "signed.sig", wrong)
    r.changed("signed by nobody", 9, "signed", put("signed", []))
    r.changed("a programme signed as another version", 9, "signed.sig", put("digest", RULE_2))


def refused(entries: Sequence[bytes], ids: Mapping[str, str]) -> list[Body]:
    r = Refusals(entries, ids)
    refuse_notes(r)
    refuse_json(r)
    refuse_chains(r)
    refuse_usual(r)
    refuse_usual_in_force(r)
    refuse_postings(r)
    refuse_kinds(r)
    refuse_in_force(r)
    refuse_governance(r)
    return r.rows


# The other vectors


def canonical_cases() -> Body:
    values: dict[str, Any] = {
        "an empty object": {},
        "members sorted": {"b": 1, "a": 2, "B": 3, "a.b": 4, "a:c": 5, "a_d": 6, "a-e": 7, "0": 8},
        "nested": {"a": [{"b": [], "a": {}}, [], "", [[1]]]},
        "the greatest and least integers": [MAX, -MAX, 0, 1, -1],
        "booleans": [True, False],
        "escapes": 'a quote ", a backslash \\, a slash /',
        "text beyond ASCII": "caf\u00e9 \u20ac \u6771\u4eac \U0001f600",
        "a line separator and a soft hyphen": "\u2028\u00ad",
        "a text alone": "text",
    }
    refused: list[tuple[str, str, bytes]] = [
        ("an integer past 2^53 - 1", "canonical.integer", b"9007199254740992"),
        ("an integer before -(2^53 - 1)", "canonical.integer", b"-9007199254740992"),
        ("an integer of 2^64", "canonical.round_trip", b"18446744073709551616"),
        ("a float", "canonical.type", b"1.5"),
        ("a float that is an integer", "canonical.type", b"1.0"),
        ("an exponent", "canonical.round_trip", b"1e2"),
        ("minus 0", "canonical.round_trip", b"-0"),
        ("a leading 0", "canonical.json", b"01"),
        ("null", "canonical.type", b"null"),
        ("a null member", "canonical.type", b'{"a":null}'),
        ("a member twice", "canonical.round_trip", b'{"a":1,"a":1}'),
        ("members not sorted", "canonical.round_trip", b'{"b":1,"a":1}'),
        ("white space", "canonical.round_trip", b'{"a": 1}'),
        ("a line feed at the end", "canonical.round_trip", b"{}\n"),
        ("a byte order mark", "canonical.json", b"\xef\xbb\xbf{}"),
        ("two values", "canonical.json", b"{}{}"),
        ("nothing", "canonical.json", b""),
        ("NaN", "canonical.json", b"NaN"),
        ("a slash escaped", "canonical.round_trip", b'"\\/"'),
        ("a letter escaped", "canonical.round_trip", b'"\\u0061"'),
        ("half a surrogate pair", "canonical.json", b'"\\ud800"'),
        ("not UTF-8", "canonical.json", b'"\xff"'),
        ("NFD", "canonical.text", '"cafe\u0301"'.encode()),
        ("a line feed in a text", "canonical.text", b'"\\n"'),
        ("DEL", "canonical.text", b'"\x7f"'),
        ("a C1 control character", "canonical.text", '"\u0085"'.encode()),
        ("a key with a space", "canonical.key", b'{"a b":1}'),
        ("an empty key", "canonical.key", b'{"":1}'),
        ("a key that begins with a dash", "canonical.key", b'{"-a":1}'),
        ("a key beyond ASCII", "canonical.key", '{"\u00e9":1}'.encode()),
        ("33 levels", "canonical.depth", b"[" * 33 + b"]" * 33),
    ]
    return {
        "accepted": [
            {"name": name, "text": canonical(value).decode(), "value": value}
            for name, value in values.items()
        ],
        "refused": [
            {"name": name, "base64": b64(data), "rule": rule} for name, rule, data in refused
        ],
    }


def ids_cases() -> Body:
    parties = [
        ("partner:brewco", "order-1"),
        ("partner:pages", "order-1"),
        ("operator:desk", "ticket 17/4"),
        ("system:sweep", "2026-03-02"),
        ("member:m-1", "\u00fc\u6771"),
    ]
    return {
        "transaction_ids": [
            {"party": party, "key": key, "id": transaction_id(party, key)} for party, key in parties
        ],
        "wallet_ids": [
            {"bits": bits.hex(), "id": base32_id(bits)}
            for bits in (*WALLET_BITS.values(), bytes(16), (1).to_bytes(16, "big"))
        ],
    }


def signature_cases() -> list[Body]:
    message = b"a message"
    plain = BREWCO.sign(message)
    flipped = bytes([plain[0] ^ 1]) + plain[1:]
    rows = [
        ("as RFC 8032 signs", True, BREWCO.public, plain),
        ("another key", False, PAGES.public, plain),
        ("a bit of R flipped", False, BREWCO.public, flipped),
        ("S + L", False, BREWCO.public, plus_order(plain)),
        ("an R of small order", False, BREWCO.public, small_order_r(BREWCO, message)),
        ("an R that needs the cofactor", False, BREWCO.public, torsion_r(BREWCO, message)),
        ("a key of small order, R and S that fit", False, IDENTITY, IDENTITY + bytes(32)),
    ]
    return [
        {
            "name": name,
            "holds": holds,
            "public": public.hex(),
            "message": b64(message),
            "signature": b64(signature),
        }
        for name, holds, public, signature in rows
    ]


def instruction_cases() -> list[Body]:
    """One transaction, one governance entry by seq and one by version."""
    id_ = transaction_id("partner:brewco", "order-1")
    asked_for = asked_input("earn", "order-1")
    partner = {"partner": "moon", "status": "joined"}
    rows = [
        (BREWCO, "earn", id_, asked_for),
        (DESK, "partner", "13", partner),
        (PAGES, "programme", "stars@2", STARS_2),
    ]
    return [
        {
            "key": key.label,
            "operation": operation,
            "subject": subject,
            "input": value,
            "asked": (asked := digest(canonical(value))),
            "bytes": b64(instruction(operation, subject, asked)),
            "signature": b64(key.sign(instruction(operation, subject, asked))),
        }
        for key, operation, subject, value in rows
    ]


def registration_cases() -> list[Body]:
    rows = [("partner:brewco", BREWCO), ("operator:desk", DESK)]
    return [
        {
            "key": key.label,
            "party": party,
            "bytes": b64(registration(party, key.vkey)),
            "signature": b64(key.sign(registration(party, key.vkey))),
        }
        for party, key in rows
    ]


def totals(entries: Sequence[bytes]) -> Body:
    """What every account outside wallets adds up to."""
    sums: dict[str, dict[str, int]] = {}
    for entry in entries:
        for account, currency, amount in body_of(entry).get("postings", []):
            if not account.startswith("wallet:"):
                row = sums.setdefault(account, {})
                row[currency] = row.get(currency, 0) + amount
    return sums


def vectors() -> Body:
    writer, ids = write_ledger()
    return {
        "format": "tallystick ledger format, version 1",
        "origin": ORIGIN,
        "keys": [
            {
                "name": key.name,
                "seed": key.seed.hex(),
                "public": key.public.hex(),
                "key_id": key.id.hex(),
                "verifier_key": key.vkey,
                "note": key.note,
            }
            for key in KEYS
        ],
        "canonical": canonical_cases(),
        **ids_cases(),
        "signatures": signature_cases(),
        "instructions": instruction_cases(),
        "registrations": registration_cases(),
        "ledger": [
            {
                "position": position,
                "shows": _shows(entry),
                "entry": b64(entry),
                "hash": leaf_hash(entry),
                "wallets": states,
            }
            for position, (entry, states) in enumerate(
                zip(writer.entries, writer.states, strict=True)
            )
        ],
        "totals": totals(writer.entries),
        "refused": refused(writer.entries, ids),
    }


def _shows(entry: bytes) -> str:
    body = body_of(entry)
    return str(body.get("kind", body["type"]))


def text() -> str:
    """The file, with one line for each vector's member: a change is seen where it is."""
    return json.dumps(vectors(), indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    VECTORS.write_text(text(), encoding="utf-8")
