"""What a ledger's entries add up to: wallets, governance, and what can still be gone back to.

`History.apply` takes entries in an order in which each chain's seq is dense and refuses whatever
does not follow from what came before it. It applies all rules but those of signatures: these it
returns as `Check`s, for its caller to verify on as many cores as there are. A refused entry may
leave the state half changed: whoever goes on after one starts again from the entries.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta

from ledger.claims import effect_of
from ledger.entries import Entry, read_entry
from ledger.errors import PointsMissing, RuleBroken
from ledger.governance import Check, Governance
from ledger.kinds import Effect, Standing, postings
from ledger.names import (
    At,
    CurrencyCode,
    Hash,
    TransactionId,
    WalletId,
    at_moment,
)
from ledger.retrace import Familiar, retraced
from ledger.tx import Tx, read_tx
from ledger.wallets import Change, Wallet, after, changed_lots, lot_changes

OF_MAX_DAYS = 400
_KINDS_OF_ANY_AGE = frozenset({"confirm", "capture", "void"})


class History:
    """The state that entries lead to. Built from entries alone, never from what someone says.

    at: of the newest entry; changed: wallets that moved since somebody emptied it.

    Whoever has too many entries for memory may empty `standing` and give it back through `older`,
    one by one; then it also finds ids used twice, and `reopened` says which ids of `standing` are
    not new but were asked for again.
    """

    def __init__(self, older: Callable[[TransactionId], Standing | None] | None = None) -> None:
        self.governance = Governance()
        self.wallets: dict[WalletId, Wallet] = {}
        self.changed: dict[WalletId, Wallet] = {}
        self.standing: dict[TransactionId, Standing | None] = {}
        self.reopened: set[TransactionId] = set()
        self.totals: dict[tuple[str, CurrencyCode], int] = {}
        self.entries = 0
        self.at = At("")
        self.familiar = Familiar()
        self._older = older

    def take(self, data: bytes) -> list[Check]:
        """Takes the next entry's bytes, as `apply` does, the usual ones quickly."""
        return retraced(self, data) or self.apply(read_entry(data))

    def apply(self, entry: Entry) -> list[Check]:
        """Takes the next entry; returns the signatures that it needs. Raises RuleBroken.

        A block is none of these: it says what they add up to, which `ledger.block_rules` verifies.
        """
        if entry.type == "block":
            raise RuleBroken("entry.type", "a transaction or governance", "block")
        if entry.type == "tx":
            tx = read_tx(entry.body)
            checks = [*self._apply_tx(tx, entry), self.entry_check(entry)]
            if tx.kind == "earn":
                self.familiar.learn(self.governance, tx, entry)
        else:
            checks = self._apply_governance(entry)
        self.entries += 1
        return checks

    def _apply_governance(self, entry: Entry) -> list[Check]:
        if self.governance.seq:
            # No entry but genesis is signed with a key that it brings itself ...
            self.entry_check(entry)
        checks = self.governance.apply(entry.body, entry.hash)
        self.at = self.governance.at
        # ... nor with one that it ends.
        return [*checks, self.entry_check(entry)]

    def entry_check(self, entry: Entry) -> Check:
        """The signature of an entry, by the entry key in force at its time. Raises RuleBroken."""
        name, key_id, signature = entry.signature
        label = f"{name}+{key_id.hex()}"
        at = str(entry.body.get("at"))
        key = self.governance.key("entries", label, at, "entry.key")
        if len(signature) != 64:
            raise RuleBroken("entry.signature", "64 bytes", len(signature))
        return Check(key.public, signature + entry.text, "entry.signature")

    def _apply_tx(self, tx: Tx, entry: Entry) -> list[Check]:
        if tx.id in self.standing:
            raise RuleBroken("tx.id", "an id that no earlier entry has", tx.id)
        wallets = self._wallets_before(tx)
        of = self._gone_back_to(tx)
        effect = checked_effect(tx, wallets, of)
        check_in_force(self.governance, tx, effect)
        self._keep(tx, effect, entry.hash)
        checks = []
        for by in (tx.by, tx.approved):
            check = by and self.governance.authority_check(by, tx.kind, tx.id, tx.at)
            if check:
                checks.append(check)
        return checks

    def _wallets_before(self, tx: Tx) -> tuple[Wallet, ...]:
        before = []
        for link in tx.chains:
            wallet = self.wallets.get(link.wallet)
            if wallet is None:
                wallet = Wallet(link.wallet, _currency_of(tx, link.wallet))
            if link.seq != wallet.seq + 1:
                raise RuleBroken("tx.chains.seq", wallet.seq + 1, link.seq)
            if link.prev != wallet.head:
                raise RuleBroken("tx.chains.prev", wallet.head, link.prev)
            if tx.at < wallet.at:
                raise RuleBroken("tx.at", f"{wallet.at} or later", tx.at)
            before.append(wallet)
        return tuple(before)

    def _gone_back_to(self, tx: Tx) -> Standing | None:
        if tx.of is None:
            return None
        of = self.standing.get(tx.of)
        # One that was seen again since has none, whatever it had before.
        if self._older and tx.of not in self.standing:
            of = self._older(tx.of)
            if of is not None:
                self.standing[tx.of] = of
                self.reopened.add(tx.of)
        if of is None:
            raise RuleBroken("tx.of", "an earlier transaction that can be gone back to", tx.of)
        check_age(tx.kind, of, tx.at)
        return of

    def keep_earn(self, wallet: Wallet, opens: Standing, issued: tuple[str, CurrencyCode]) -> None:
        """Takes over what an earn leads to, for `retraced`. issued: the account it comes from."""
        id_, _, at, wallet_id, _, _, stands, _, _ = opens
        self.wallets[wallet_id] = self.changed[wallet_id] = wallet
        self.standing[id_] = opens
        self.totals[issued] = self.totals.get(issued, 0) - stands
        self.at = at
        self.entries += 1

    def _keep(self, tx: Tx, effect: Effect, hash_: Hash) -> None:
        for change in effect.changes:
            wallet = wallet_after(change, tx.at, hash_)
            self.wallets[wallet.id] = self.changed[wallet.id] = wallet
        self.at = tx.at
        self.standing[tx.id] = effect.opens and effect.opens._replace(id=tx.id, at=tx.at)
        if effect.leaves is not None:
            self.standing[effect.leaves.id] = effect.leaves
        for account, currency, amount in effect.others:
            total = self.totals.get((account, currency), 0) + amount
            self.totals[account, currency] = total


def wallet_after(change: Change, at: At, hash_: Hash) -> Wallet:
    """A wallet after the entry of that hash."""
    wallet = change.wallet
    lots = changed_lots(wallet.lots, change.lots)
    return Wallet(wallet.id, wallet.currency, wallet.seq + 1, hash_, at, after(change), lots)


def checked_effect(tx: Tx, wallets: Sequence[Wallet], of: Standing | None) -> Effect:
    """The effect of a transaction whose kind allows exactly what it states. Raises RuleBroken."""
    try:
        effect = effect_of(tx, wallets, of)
    except PointsMissing as missing:
        raise RuleBroken("tx.points", f"{missing.wanted} there", missing.there) from None
    expected = postings(effect)
    if expected != tx.postings:
        raise RuleBroken(f"tx.{tx.kind}.postings", expected, tx.postings)
    rows = lot_changes(effect.changes)
    if rows != tx.lots:
        raise RuleBroken(f"tx.{tx.kind}.lots", rows, tx.lots)
    stated = {link.wallet: link.after for link in tx.chains}
    for change in effect.changes:
        balances = after(change)
        if balances != stated[change.wallet.id]:
            raise RuleBroken("tx.chains.after", balances, stated[change.wallet.id])
    return effect


def check_age(kind: str, of: Standing, at: str) -> None:
    """A transaction goes back at most 400 days, but to confirm, capture or void. RuleBroken."""
    if kind in _KINDS_OF_ANY_AGE:
        return
    if at_moment(at) - at_moment(of.at) > timedelta(days=OF_MAX_DAYS):
        raise RuleBroken("tx.of.age", f"at most {OF_MAX_DAYS} days", of.at)


def check_in_force(governance: Governance, tx: Tx, effect: Effect) -> None:
    """The partners, currencies and rule of a transaction are in force at its time. RuleBroken."""
    for change in effect.changes:
        currency = governance.currencies.get(change.wallet.currency)
        if currency is None or currency.since > tx.at:
            raise RuleBroken("tx.currency", f"one in force at {tx.at}", change.wallet.currency)
        if tx.kind == "earn" and currency.owner not in ("coalition", _issuer(effect)):
            raise RuleBroken("tx.currency.owner", currency.owner, _issuer(effect))
    moved = [row.account.split(":")[1] for row in effect.others if _moves_partner(row.account)]
    for partner in moved:
        if tx.kind in ("earn", "redeem") and not governance.joined(partner, tx.at):
            raise RuleBroken("tx.partner", f"a partner joined at {tx.at}", partner)
    _check_rule(governance, tx, moved)
    if tx.kind == "adjust" and not tx.by.party.startswith("operator:"):
        raise RuleBroken("tx.adjust.by", "an operator", tx.by.party)


def _check_rule(governance: Governance, tx: Tx, moved: Sequence[str]) -> None:
    if tx.rule is None:
        for partner in moved:
            if tx.by.party != f"partner:{partner}":
                raise RuleBroken("tx.rule", f"a rule, or by partner:{partner}", tx.by.party)
        return
    version = governance.versions.get(tx.rule)
    if version is None or not version.term.holds(tx.at):
        raise RuleBroken("tx.rule", f"a programme version in force at {tx.at}", tx.rule)
    for partner in moved:
        if partner not in version.signed:
            raise RuleBroken("tx.rule.signed", sorted(version.signed), partner)


def _issuer(effect: Effect) -> str:
    return effect.others[0].account.removesuffix(":issued")


def _moves_partner(account: str) -> bool:
    return account.endswith((":issued", ":burned"))


def _currency_of(tx: Tx, wallet: WalletId) -> CurrencyCode:
    """A wallet has the currency of its first entry."""
    prefix = f"wallet:{wallet}:"
    return next(row.currency for row in tx.postings if row.account.startswith(prefix))
