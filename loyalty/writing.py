"""Making entries: an effect becomes a signed entry, and the rows that keep it.

`Draft` collects the entries of one commit in order, each built on the wallets as the one before
left them: an expire before the redeem that needs it, one earn for each programme.

A wallet that has come to its end is closed: what is remembered of it is `CLOSED`, in its last row
or in a tally row at the next place. Whoever read the wallet before that finds the place changed,
and whoever reads it after decides anew, so nothing comes into a closed wallet.
"""

from collections.abc import Iterator, Mapping
from itertools import count

from ledger.canonical import canonical
from ledger.entries import sign_entry
from ledger.errors import PointsMissing, RuleBroken
from ledger.governance import Governance
from ledger.history import check_in_force, wallet_after
from ledger.kinds import Effect, expire, postings
from ledger.names import At, CurrencyCode, Hash, TransactionId, WalletId, digest, transaction_id
from ledger.tx import Authority, Link, Tx
from ledger.wallets import Wallet, after, check_lots, lapsed_lots, lot_changes
from loyalty.coalition import Coalition
from loyalty.committing import Answer, News, Overtaken, Plan
from loyalty.ports import (
    Commit,
    RecordPut,
    StandingPut,
    TallyRow,
    TransactionRow,
    WalletRow,
)
from loyalty.refusals import Code, Refused
from loyalty.rules.counts import Tally
from loyalty.tallies import Counted, read_tallies, tallies_text
from loyalty.wallet_sizes import check_sizes

EXPIRY = "system:expiry"
PROGRAMME = "system:programme"

CLOSED = b"{ }"
"""Reads as a tally of nothing, which `tallies_text` never writes so."""


class Closed(Overtaken):
    """A wallet has come to its end."""


def ids_of(request: TransactionId, by: Authority) -> Iterator[tuple[TransactionId, Authority]]:
    """Of the entries of one request: the first is its own, the others are by the system under the
    rule that they name.
    """
    yield request, by
    for number in count(1):
        yield transaction_id(PROGRAMME, f"{request}/{number}"), Authority(PROGRAMME)


class Draft:
    """The entries of one commit, and the wallets as they leave them.

    governance: what the request was decided by; wallets: those that it touches; reopened: those of
    them that may be closed. Raises Closed of another closed one, Overtaken where governance was
    read too long ago, or something ends at this moment, and RuleBroken for a row that no entry
    leads to.
    """

    def __init__(
        self,
        coalition: Coalition,
        governance: Governance,
        wallets: dict[WalletId, CurrencyCode],
        reopened: frozenset[WalletId] = frozenset(),
    ) -> None:
        self._coalition = coalition
        self.governance = governance
        rows = coalition.store.wallets(wallets)
        for row in rows.values():
            # Nothing is made of a row that somebody changed: operators are told.
            check_lots(row.wallet)
        self._wallets = {
            id_: rows[id_].wallet if id_ in rows else Wallet(id_, currency)
            for id_, currency in wallets.items()
        }
        if any(row.tally == CLOSED for id_, row in rows.items() if id_ not in reopened):
            raise Closed
        self._found = rows
        self._tallies = {id_: rows[id_].tally if id_ in rows else b"" for id_ in wallets}
        # Not before any chain's newest entry, nor before what governance says came in force.
        moments = [wallet.at for wallet in self._wallets.values()]
        self.at: At = max([coalition.now(), self.governance.at, *moments])
        if not coalition.may_date(governance, self.at):
            raise Overtaken
        self._entries: dict[TransactionId, bytes] = {}
        self._rows: list[WalletRow] = []
        self._guarded: set[WalletId] = set()

    def wallet(self, id_: WalletId) -> Wallet:
        """A wallet as the entries so far leave it."""
        return self._wallets[id_]

    def guard(self, id_: WalletId) -> None:
        """The plan holds only if nothing happens to this wallet meanwhile, though it writes no
        entry of it."""
        self._guarded.add(id_)

    def open(self, id_: WalletId, currency: CurrencyCode) -> None:
        """A wallet more, which has no row yet."""
        self._wallets[id_] = Wallet(id_, currency)
        self._tallies[id_] = b""

    def close(self, id_: WalletId) -> None:
        """Nothing comes into this wallet any more; it is to be empty. What is remembered of it is
        remembered elsewhere.
        """
        self._tallies[id_] = CLOSED

    def reopen(self, id_: WalletId) -> None:
        """A closed wallet is one like any other again."""
        self._tallies[id_] = b""

    def tally_text(self, id_: WalletId) -> bytes:
        """The same as it stands in the wallet's row."""
        return self._tallies[id_]

    def tallies(self, id_: WalletId) -> Mapping[str, Tally]:
        """What programmes remember of a wallet's orders, by programme."""
        return read_tallies(self._tallies[id_])

    def remember(self, id_: WalletId, programme: str, tally: Tally) -> None:
        """Puts what a programme remembers of a wallet's orders from now on."""
        self._tallies[id_] = tallies_text({**self.tallies(id_), programme: tally})

    def add(
        self,
        id_: TransactionId,
        kind: str,
        effect: Effect,
        by: Authority,
        *,
        rule: Hash | None = None,
        of: TransactionId | None = None,
        approved: Authority | None = None,
        detail: Mapping[str, object] | None = None,
    ) -> None:
        """Signs the entry of an effect. Raises RuleBroken where the ledger would refuse it.

        detail: what the entry commits to by a salted digest, and the wallet's row keeps.
        """
        salted = b""
        if detail is not None:
            salted = self._coalition.random_bytes(16) + canonical(detail)
        changes = sorted(effect.changes, key=lambda change: change.wallet.id)
        chains = tuple(
            Link(change.wallet.id, change.wallet.seq + 1, change.wallet.head, after(change))
            for change in changes
        )
        rows = lot_changes(changes)
        tx = Tx(
            id_,
            kind,
            self.at,
            postings(effect),
            chains,
            rows,
            by,
            approved,
            digest(salted) if salted else None,
            rule,
            of,
        )
        check_in_force(self.governance, tx, effect)
        entry = sign_entry(tx, self._coalition.signer(self.governance, self.at))
        for change in changes:
            wallet = wallet_after(change, self.at, entry.hash)
            self._wallets[wallet.id] = wallet
            self._rows.append(WalletRow(wallet, id_, kind, salted))
        self._entries[id_] = entry.data

    def expire_lapsed(self, id_: WalletId, entries: int | None = None) -> None:
        """Entries that take what has lapsed: nothing is spent past it. entries: so many at most."""
        while lapsed_lots(self.wallet(id_), self.at) and entries != 0:
            entries = None if entries is None else entries - 1
            wallet = self.wallet(id_)
            own_id = transaction_id(EXPIRY, f"{id_}/{wallet.seq + 1}")
            self.add(own_id, "expire", expire(wallet, self.at), Authority(EXPIRY))

    def plan(
        self,
        request: TransactionId,
        *,
        record: str = "",
        records: tuple[RecordPut, ...] = (),
        standings: tuple[StandingPut, ...] = (),
        news: tuple[News, ...] = (),
        vouchers: tuple[str, ...] = (),
        counted: tuple[Counted, ...] = (),
    ) -> Plan:
        """All that these entries write, for `carry_out`; record: the id of one that it makes;
        counted: by what no entry keeps. Raises Refused where a wallet's row would be too large.
        """
        others = tuple(
            TransactionRow(id_, data, None) for id_, data in self._entries.items() if id_ != request
        )
        wallets = tuple(self._kept(row) for row in self._rows)
        commit = Commit(others, wallets, (), records, standings, tallies=self._tally_rows())
        check_sizes(commit, self._found)
        further = tuple(row.id for row in others)
        entered = request in self._entries
        answer = Answer(entered, further, record, news, vouchers, counted)
        return Plan(answer, commit, self._entries.get(request))

    def _kept(self, row: WalletRow) -> WalletRow:
        """A row in the place of the tally row that was read; what is remembered stands in a
        wallet's newest alone.
        """
        id_, seq = row.wallet.id, row.wallet.seq
        found = self._found.get(id_)
        there = isinstance(found, TallyRow) and found.wallet.seq + 1 == seq
        return row._replace(
            tally=self._tallies[id_] if seq == self._wallets[id_].seq else b"",
            replaces=found.version if there and isinstance(found, TallyRow) else 0,
        )

    def _tally_rows(self) -> tuple[TallyRow, ...]:
        """Where no entry keeps it, what is remembered has a row of its own."""
        entered = {row.wallet.id for row in self._rows}
        rows = []
        for id_, wallet in self._wallets.items():
            found = self._found.get(id_)
            before = b"" if found is None else found.tally
            changed = self._tallies[id_] != before or id_ in self._guarded
            if id_ not in entered and changed:
                version = found.version if isinstance(found, TallyRow) else 0
                rows.append(TallyRow(wallet, self._tallies[id_], version + 1))
        return tuple(rows)


_REFUSALS = {
    "wallet.limit": (Code.LIMIT_EXCEEDED, "the wallet would hold more than 2^53 - 1 points"),
    "canonical.integer": (Code.LIMIT_EXCEEDED, "this is more than 2^53 - 1 points at once"),
    "entry.size": (Code.LIMIT_EXCEEDED, "this takes too many lots at once: ask for fewer points"),
    "tx.of.amount": (Code.EXCEEDS_REMAINING, "less than that still stands of the transaction"),
    "tx.of.age": (Code.NOT_ELIGIBLE, "the transaction is too old to go back to"),
    "tx.transfer.wallets": (Code.SAME_WALLET, "a transfer goes to another wallet"),
    "tx.partner": (Code.NOT_ELIGIBLE, "the partner is not one of the coalition now"),
    "tx.rule.signed": (Code.NOT_ELIGIBLE, "the partner has not signed the programme"),
    "tx.rule": (Code.NOT_ELIGIBLE, "the programme version is not in force"),
    "tx.currency": (Code.NOT_FOUND, "there is no such currency"),
}


def refuse(broken: RuleBroken | PointsMissing, *field: str) -> Refused:
    """What a member or a partner is told where the ledger's own rules refuse."""
    if isinstance(broken, PointsMissing):
        return Refused(
            Code.INSUFFICIENT_POINTS,
            f"{broken.wanted} points are needed, {broken.there} are there",
            *field,
        )
    code, message = _REFUSALS.get(broken.rule, (Code.INVALID_INPUT, "the ledger refuses this"))
    return Refused(code, f"{message} ({broken})", *field)
