"""A small coalition that writes a real ledger, and the strategies that the ledger's tests share.

`Writer` makes signed entries of every kind through `ledger.kinds` and `sign_entry`, and applies
each to a `History` of its own: what it holds is a valid ledger at every moment. A test that attacks
takes one of its unsigned transactions, changes it, and has it signed again with the true entry key.
"""

from base64 import b64encode
from collections.abc import Callable, Mapping
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from ledger import kinds
from ledger.canonical import MAX_INTEGER
from ledger.entries import Entry, sign_entry
from ledger.errors import RuleBroken
from ledger.governance import Check
from ledger.history import History, check_in_force
from ledger.instructions import authorise, governance_subject, instruction, registration
from ledger.kinds import Effect, Standing, postings
from ledger.names import At, WalletId, at_text, base32_id, digest, transaction_id
from ledger.notes import SeedSigner, Signer
from ledger.tx import Authority, Link, Tx
from ledger.verify import Labelled
from ledger.wallets import Wallet, after, lot_changes

# The same examples in every run, whatever the order and the process.
QUICK = settings(
    max_examples=35,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

ORIGIN = "stars.example/ledger"
START = datetime(2026, 1, 1, 12, tzinfo=UTC)
SYSTEM = Authority("system:desk")
PARTNERS = ("acme", "brew", "cafe")
# Stars are everyone's; miles are acme's own.
STARS, MILES = "STARS", "MILES"


def signer_of(name: str) -> SeedSigner:
    """A signer whose seed follows from its name."""
    return SeedSigner(name, sha256(name.encode()).digest())


def another(name: str) -> SeedSigner:
    """A second signer of the same name."""
    return SeedSigner(name, sha256(b"another " + name.encode()).digest())


LOG = signer_of(ORIGIN)
ENTRIES = signer_of(f"{ORIGIN}/entries")


def wallet_id(name: str) -> WalletId:
    return WalletId(base32_id(sha256(name.encode()).digest()[:16]))


def tx_id(name: str) -> str:
    return transaction_id("system:test", name)


def party_signer(party: str) -> SeedSigner:
    """The signer of `partner:acme` is named acme.example."""
    return signer_of(party.split(":")[1] + ".example")


class Writer:
    """A ledger under way: its entries, and the state that they lead to."""

    def __init__(self, *, founded: bool = True) -> None:
        self.history = History()
        self.entries: list[Entry] = []
        self.now = START
        self._made = 0
        if founded:
            self.found()

    @property
    def at(self) -> At:
        return at_text(self.now)

    @property
    def day(self) -> str:
        return self.at[:10]

    def after_days(self, days: int) -> str:
        """The day so many days from now, YYYY-MM-DD."""
        return f"{self.now + timedelta(days=days):%Y-%m-%d}"

    def wait(self, **time: int) -> None:
        self.now += timedelta(**time)

    def wallet(self, name: str, currency: str = STARS) -> Wallet:
        """A wallet of that name as the ledger leaves it."""
        id_ = wallet_id(f"{name}/{currency}")
        return self.history.wallets.get(id_) or Wallet(id_, currency)

    def standing(self, id_: str) -> Standing:
        found = self.history.standing[id_]
        assert found is not None
        return found

    def labelled(self) -> list[Labelled]:
        return [Labelled(f"row {index}", entry.data) for index, entry in enumerate(self.entries)]

    # Governance

    def found(self) -> None:
        """Genesis, three partners and an operator with keys, two currencies, one programme."""
        self.genesis()
        for partner in PARTNERS:
            self.govern("partner", partner=partner, status="joined")
            self.add_key(f"partner:{partner}")
        for operator in ("operator:olga", "operator:otto"):
            self.add_key(operator)
        self.govern("currency", currency=STARS, owner="coalition", decimals=0)
        self.govern("currency", ["acme"], currency=MILES, owner="partner:acme", decimals=2)
        self.rule = self.programme("stars", 1, *PARTNERS)

    def genesis(self) -> Entry:
        keys = {"log_key": str(LOG.verifier), "entry_key": str(ENTRIES.verifier)}
        return self.govern("genesis", origin=ORIGIN, **keys)

    def add_key(self, party: str, signer: SeedSigner | None = None) -> Entry:
        return self.govern("key", **key_members(party, signer or party_signer(party)))

    def programme(self, id_: str, version: int, *partners: str, kind: str = "programme") -> str:
        name = digest(f"{kind} {id_} {version}".encode())
        self.govern(kind, sorted(partners), id=id_, version=version, digest=name)
        return name

    def govern(self, type_: str, signed: list[str] | None = None, **members: object) -> Entry:
        return self.add(self.governance_body(type_, signed, **members))

    def governance_body(
        self,
        type_: str,
        signed: list[str] | None = None,
        operator: str | None = None,
        **members: object,
    ) -> dict[str, object]:
        """The body of the next governance entry: by the system, or signed by those named."""
        state = self.history.governance
        body: dict[str, object] = {"v": 1, "type": type_, "at": self.at}
        body |= {"seq": state.seq + 1, "prev": state.head, **members}
        if signed is not None:
            body["signed"] = [self._signature(body, f"partner:{each}") for each in signed]
        elif operator is not None:
            subject, asked = governance_subject(body)
            by = authorise(party_signer(operator), operator, ORIGIN, type_, subject, asked)
            body["by"] = by._asdict()
        else:
            body["by"] = {"party": SYSTEM.party}
        return body

    def _signature(self, body: Mapping[str, object], party: str) -> dict[str, str]:
        signer = party_signer(party)
        message = instruction(ORIGIN, str(body["type"]), *governance_subject(body))
        sig = b64encode(signer.sign(message)).decode()
        return {"party": party, "key": signer.verifier.label, "sig": sig}

    # Transactions

    def tx(
        self,
        kind: str,
        effect: Effect,
        by: str | Authority = "member",
        *,
        rule: str | None = None,
        of: str | None = None,
        id_: str | None = None,
    ) -> Tx:
        """The transaction of an effect, of the next id, signed by a partner or operator."""
        if id_ is None:
            self._made += 1
            id_ = tx_id(str(self._made))
        changes = sorted(effect.changes, key=lambda change: change.wallet.id)
        chains = tuple(
            Link(change.wallet.id, change.wallet.seq + 1, change.wallet.head, after(change))
            for change in changes
        )
        rows = lot_changes(changes)
        authority = by if isinstance(by, Authority) else self.authority(by, kind, id_)
        return Tx(id_, kind, self.at, postings(effect), chains, rows, authority, rule=rule, of=of)

    def authority(self, party: str, kind: str, id_: str) -> Authority:
        if not party.startswith(("partner:", "operator:")):
            return Authority(party)
        asked = digest(f"{kind} {id_}".encode())
        return authorise(party_signer(party), party, ORIGIN, kind, id_, asked)

    def add(self, body: Tx | Mapping[str, object], signer: Signer = ENTRIES) -> Entry:
        """Signs an entry, applies it and verifies its signatures."""
        entry = sign_entry(body, signer)
        apply(self.history, entry)
        self.entries.append(entry)
        return entry

    def put(self, kind: str, effect: Effect, by: str = "member", **more: str) -> str:
        """Adds the transaction of an effect; returns its id."""
        tx = self.tx(kind, effect, by, **more)
        check_in_force(self.history.governance, tx, effect)
        self.add(tx)
        return tx.id

    def earn(self, wallet: Wallet, partner: str, amount: int, expires: str | None = "never") -> str:
        effect = kinds.earn(wallet, partner, amount, self.at, expires)
        return self.put("earn", effect, f"partner:{partner}")

    def confirm(self, wallet: Wallet, of: str, amount: int, expires: str = "never") -> str:
        effect = kinds.confirm(wallet, self.standing(of), amount, self.at, expires)
        return self.put("confirm", effect, "system:confirm", of=of)

    def redeem(self, wallet: Wallet, partner: str, amount: int) -> str:
        effect = kinds.redeem(wallet, partner, amount, self.at)
        return self.put("redeem", effect, f"partner:{partner}")

    def hold(self, wallet: Wallet, amount: int) -> str:
        return self.put("hold", kinds.hold(wallet, amount, self.at))

    def capture(self, wallet: Wallet, of: str, partner: str, amount: int) -> str:
        effect = kinds.capture(wallet, self.standing(of), partner, amount)
        return self.put("capture", effect, f"partner:{partner}", of=of)

    def void(self, wallet: Wallet, of: str) -> str:
        return self.put("void", kinds.void(wallet, self.standing(of)), of=of)

    def transfer(self, wallet: Wallet, to: Wallet, amount: int) -> str:
        return self.put("transfer", kinds.transfer(wallet, to, amount, self.at))

    def exchange(
        self, wallet: Wallet, to: Wallet, amount: int, received: int, expires: str = "never"
    ) -> str:
        effect = kinds.exchange(wallet, to, amount, received, self.at, expires)
        return self.put("exchange", effect)

    def expire(self, wallet: Wallet) -> str:
        return self.put("expire", kinds.expire(wallet, self.at), "system:expiry")

    def reverse(self, wallet: Wallet, of: str, amount: int) -> str:
        standing = self.standing(of)
        effect = kinds.reverse(wallet, standing, amount, self.at)
        return self.put("reverse", effect, f"partner:{standing.partner}", of=of)

    def refund(self, wallet: Wallet, of: str, amount: int, later: str | None = None) -> str:
        standing = self.standing(of)
        effect = kinds.refund(wallet, standing, amount, self.at, later)
        return self.put("refund", effect, f"partner:{standing.partner}", of=of)

    def adjust_up(
        self, wallet: Wallet, amount: int, expires: str = "never", of: str | None = None
    ) -> str:
        standing = None if of is None else self.standing(of)
        effect = kinds.adjust_up(wallet, amount, self.at, expires, standing)
        more = {} if of is None else {"of": of}
        return self.put("adjust", effect, "operator:olga", **more)

    def adjust_down(self, wallet: Wallet, amount: int) -> str:
        return self.put("adjust", kinds.adjust_down(wallet, amount, self.at), "operator:olga")

    # Attacks

    def refusal(self, body: Tx | Mapping[str, object], signer: Signer = ENTRIES) -> str:
        """The rule by which an auditor refuses this as the next entry. Fails if none does."""
        entry = sign_entry(body, signer)
        rule = rule_of(apply, deepcopy(self.history), entry)
        assert rule == rule_of(take, deepcopy(self.history), entry.data), "the quick way differs"
        return rule


def broken_by(action: Callable[..., object], *arguments: object) -> RuleBroken | None:
    """The rule that an action breaks, or None. Any other exception goes on."""
    try:
        action(*arguments)
    except RuleBroken as broken:
        return broken
    return None


def rule_of(action: Callable[..., object], *arguments: object) -> str:
    """The name of the rule that an action breaks, which can be shown. Fails if it breaks none."""
    broken = broken_by(action, *arguments)
    assert broken is not None, "nothing was refused"
    assert str(broken).isprintable()
    return broken.rule


def apply(history: History, entry: Entry) -> None:
    """Applies an entry and verifies its signatures. Raises RuleBroken."""
    _verify(history.apply(entry))


def take(history: History, data: bytes) -> None:
    """As `apply`, of an entry's bytes, the way that an audit goes."""
    _verify(history.take(data))


def _verify(checks: list[Check]) -> None:
    for check in checks:
        if not check.holds():
            raise check.broken()


def key_members(party: str, signer: SeedSigner, status: str = "added") -> dict[str, object]:
    """The members of a `key` entry, with the proof that a party's own key needs."""
    vkey = str(signer.verifier)
    members: dict[str, object] = {"party": party, "vkey": vkey, "status": status}
    if status == "added" and ":" in party:
        proof = signer.sign(registration(ORIGIN, party, vkey))
        members["proof"] = b64encode(proof).decode()
    return members


# Whatever JSON can hold, in the restriction and outside it.
any_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=12)
    | st.sampled_from(["tx", "earn", "partner:acme", STARS, "2026-01-01", "never", ORIGIN]),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)

_safe_text = st.text(
    st.characters(exclude_categories=["Cc", "Cs"], max_codepoint=0x2FF), max_size=12
)
_keys = st.text("abzAZ019.:_-", max_size=5).map(lambda text: "k" + text)
# Every value inside the restriction has one of these forms.
canonical_values = st.recursive(
    st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | _safe_text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_keys, inner, max_size=4),
    max_leaves=12,
)


@st.composite
def mutated(draw: st.DrawFn, value: object) -> object:
    """A JSON value with one or two of its parts replaced, removed or added."""
    result = deepcopy(value)
    for _ in range(draw(st.integers(1, 2))):
        result = _with_one_change(draw, result)
    return result


def _with_one_change(draw: st.DrawFn, value: object) -> object:
    if isinstance(value, dict) and value and draw(st.integers(0, 9)):
        key = draw(st.sampled_from(sorted(value)))
        how = draw(st.sampled_from(["into", "into", "drop", "add"]))
        if how == "into":
            value[key] = _with_one_change(draw, value[key])
        elif how == "drop":
            del value[key]
        else:
            value[draw(st.sampled_from(["by", "signed", "proof", "of", "extra"]))] = draw(any_json)
        return value
    if isinstance(value, list) and value and draw(st.integers(0, 9)):
        index = draw(st.integers(0, len(value) - 1))
        how = draw(st.sampled_from(["into", "into", "drop", "twice"]))
        if how == "into":
            value[index] = _with_one_change(draw, value[index])
        elif how == "drop":
            del value[index]
        else:
            value.append(deepcopy(value[index]))
        return value
    if isinstance(value, str) and draw(st.booleans()):
        return draw(st.sampled_from([value + "x", value[:-1], value.upper(), value + "\n", ""]))
    if type(value) is int and draw(st.booleans()):
        return draw(st.sampled_from([value + 1, -value, 0, float(value), True, 2**53]))
    return draw(any_json)
