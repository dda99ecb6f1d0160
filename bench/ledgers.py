"""Ledgers to measure on: made by the use cases' own building blocks, from one seed."""

from base64 import b64encode
from collections.abc import Iterator
from random import Random
from typing import NamedTuple

from ledger.entries import Entry, sign_entry
from ledger.history import History
from ledger.instructions import authorise, registration
from ledger.kinds import Effect, Standing, earn, expire, postings, redeem, reverse, transfer
from ledger.names import (
    NO_HASH,
    At,
    CurrencyCode,
    Expires,
    Hash,
    TransactionId,
    WalletId,
    base32_id,
    digest,
    transaction_id,
)
from ledger.notes import SeedSigner
from ledger.tx import Authority, Link, Tx
from ledger.verify import Labelled
from ledger.wallets import Wallet, after, lapsed_lots, lot_changes

ORIGIN = "stars.example/ledger"
STARS = CurrencyCode("STARS")
PARTNERS = ("bakery", "fuel", "grocer", "pharmacy")
_SYSTEM = Authority("system:programme")


class _Mix(NamedTuple):
    """Shares of a thousand; the rest are earns. As the demo's baskets have it."""

    redeems: int = 15
    transfers: int = 10
    reverses: int = 10


class LedgerMaker:
    """Makes a valid ledger of any length. signed: whether earns carry the partner's signature."""

    def __init__(self, seed: int, wallets: int, *, signed: bool) -> None:
        self._random = Random(seed)
        self._signed = signed
        self.entry_signer = SeedSigner(f"{ORIGIN}/entries", self._random.randbytes(32))
        self.log_signer = SeedSigner(ORIGIN, self._random.randbytes(32))
        self._partners = {
            name: SeedSigner(f"{name}.example", self._random.randbytes(32)) for name in PARTNERS
        }
        self._wallets = [WalletId(base32_id(self._random.randbytes(16))) for _ in range(wallets)]
        self._earned: list[TransactionId] = []
        self.history = History()
        self.rule = digest(b"a programme")

    def entries(self, transactions: int) -> list[Labelled]:
        """Governance entries and that many transactions, in ledger order."""
        entries = enumerate(self.each(transactions))
        return [Labelled(str(number), entry.data) for number, entry in entries]

    def each(self, transactions: int) -> Iterator[Entry]:
        """The same one by one; `history` has taken those that were given."""
        yield from self._governance()
        yield from (self._transaction(number) for number in range(transactions))

    def _governance(self) -> Iterator[Entry]:
        head = NO_HASH
        for seq, members in enumerate(self._governance_members(), 1):
            body = {"v": 1, "at": _at(0), "seq": seq, "prev": head, **members}
            if "signed" not in members:
                body["by"] = {"party": "system:desk"}
            entry = sign_entry(body, self.entry_signer)
            head = entry.hash
            self.history.take(entry.data)
            yield entry

    def _governance_members(self) -> Iterator[dict[str, object]]:
        keys = {
            "log_key": str(self.log_signer.verifier),
            "entry_key": str(self.entry_signer.verifier),
        }
        yield {"type": "genesis", "origin": ORIGIN, **keys}
        yield {"type": "currency", "currency": STARS, "owner": "coalition", "decimals": 0}
        for name, signer in self._partners.items():
            party, vkey = f"partner:{name}", str(signer.verifier)
            proof = b64encode(signer.sign(registration(ORIGIN, party, vkey))).decode()
            yield {"type": "partner", "partner": name, "status": "joined"}
            yield {"type": "key", "party": party, "vkey": vkey, "status": "added", "proof": proof}
        signed = [
            authorise(signer, f"partner:{name}", ORIGIN, "programme", "stars@1", self.rule)
            for name, signer in self._partners.items()
        ]
        yield {
            "type": "programme",
            "id": "stars",
            "version": 1,
            "digest": self.rule,
            "signed": [{"party": by.party, "key": by.key, "sig": by.sig} for by in signed],
        }

    def _transaction(self, number: int) -> Entry:
        at, draw, mix = _at(1 + number), self._random.randrange(1000), _Mix()
        place = self._random.randrange(len(self._wallets))
        wallet, partner = self._wallet(place), self._random.choice(PARTNERS)
        if lapsed_lots(wallet, at):
            return self._write(number, "expire", at, expire(wallet, at))
        if wallet.balances.available > 10 and draw < mix.redeems:
            return self._write(number, "redeem", at, redeem(wallet, partner, 10, at))
        if wallet.balances.available > 10 and draw < mix.redeems + mix.transfers:
            effect = transfer(wallet, self._wallet(place - 1), 10, at)
            return self._write(number, "transfer", at, effect)
        of = self.history.standing[self._earned.pop()] if draw > 1000 - mix.reverses else None
        if of is not None and not lapsed_lots(self.history.wallets[of.wallet], at):
            effect = reverse(self.history.wallets[of.wallet], of, of.stands, at)
            return self._write(number, "reverse", at, effect, of)
        effect = earn(wallet, partner, self._random.randrange(1, 120), at, _expires(at))
        return self._write(number, "earn", at, effect)

    def _wallet(self, place: int) -> Wallet:
        id_ = self._wallets[place]
        return self.history.wallets.get(id_) or Wallet(id_, STARS)

    def _write(
        self, number: int, kind: str, at: At, effect: Effect, of: Standing | None = None
    ) -> Entry:
        by, id_ = _SYSTEM, transaction_id(_SYSTEM.party, str(number))
        if self._signed and kind in ("earn", "reverse"):
            partner = effect.others[0].account.split(":")[1]
            party, asked = f"partner:{partner}", digest(str(number).encode())
            id_ = transaction_id(party, str(number))
            by = authorise(self._partners[partner], party, ORIGIN, kind, id_, asked)
        tx = transaction(id_, kind, at, effect, by, self.rule, of and of.id)
        entry = sign_entry(tx, self.entry_signer)
        self.history.take(entry.data)
        if kind == "earn":
            self._earned.append(id_)
        return entry


def _expires(at: At) -> Expires:
    """Half a year on, by the month."""
    month = int(at[:4]) * 12 + int(at[5:7]) + 5
    return Expires(f"{month // 12}-{month % 12 + 1:02d}-28")


def transaction(
    id_: TransactionId,
    kind: str,
    at: At,
    effect: Effect,
    by: Authority,
    rule: Hash,
    of: TransactionId | None = None,
) -> Tx:
    """The transaction of an effect."""
    changes = sorted(effect.changes, key=lambda change: change.wallet.id)
    links = tuple(
        Link(each.wallet.id, each.wallet.seq + 1, each.wallet.head, after(each)) for each in changes
    )
    rows = lot_changes(changes)
    return Tx(id_, kind, at, postings(effect), links, rows, by, None, None, rule, of)


def _at(number: int) -> At:
    """One a minute from the beginning of 2026."""
    day, minute = divmod(number, 1440)
    month, day = divmod(day, 28)
    return At(
        f"{2026 + month // 12}-{month % 12 + 1:02d}-{day + 1:02d}"
        f"T{minute // 60:02d}:{minute % 60:02d}:00.000Z"
    )
