"""A sealed log of which balance proofs are made, honest ones and others."""

from base64 import b64encode

import orjson

from ledger.balance_proofs import BalanceShown, balance_extra, verify_balance
from ledger.balance_reads import path
from ledger.balance_tree import EMPTY, EMPTY_ROOT, leaf_of, wallet_key
from ledger.balance_tree import wallet_state as state_of
from ledger.balance_updates import updated
from ledger.blocks import Block, CurrencyBalances, block_body
from ledger.canonical import canonical
from ledger.checkpoints import Checkpoint
from ledger.entries import sign_entry
from ledger.names import NO_HASH, At, Expires, Hash, entry_hash
from ledger.notes import sign_note
from ledger.pages import MemoryPages
from ledger.proofs import Proof
from ledger.tree import inclusion_proof, leaf_hash, root_of
from ledger.tx import Balances
from ledger.wallets import Lot, Wallet
from tests.unit.ledger.strategies import ENTRIES, LOG, MILES, ORIGIN, STARS, rule_of, wallet_id

AT = At("2026-06-15T12:00:00.000Z")
KEYS = [LOG.verifier]


def wallet_of(number: int, currency: str = STARS) -> Wallet:
    """A wallet with lots; a few with nothing, and a few in arrears."""
    amount = number % 5 * 30
    lots = (
        (Lot(Expires("2026-12-31"), "acme", amount - 7), Lot(Expires("never"), "operator", 7))
        if amount
        else ()
    )
    balances = Balances(amount, number % 3, number % 2, 0 if amount else -number)
    head = entry_hash(b"entry %d" % number)
    return Wallet(wallet_id(f"w{number}"), currency, number + 1, head, AT, balances, lots)


class Log:
    """A sealed log of entries of no meaning, which ends with a block over some wallets."""

    def __init__(self, wallets: int = 60, before: int = 12) -> None:
        self.wallets = [wallet_of(number) for number in range(wallets)]
        self.pages = MemoryPages()
        leaves = [leaf_of(wallet) for wallet in self.wallets]
        self.tree = updated(EMPTY_ROOT, leaves, self.pages.read, self.pages.write)
        balances = {
            MILES: CurrencyBalances(Hash(b64encode(EMPTY).decode())),
            STARS: CurrencyBalances(
                Hash(b64encode(self.tree.hash).decode()), self.tree.owed, 0, wallets
            ),
        }
        self.block = Block(3, AT, NO_HASH, min(2, before), before + 1, balances, NO_HASH)
        self.entries = [b"entry %d\n" % number for number in range(before)]
        self.sealed = self.signed(self.block)
        self.entries.append(self.sealed)

    def signed(self, block: Block, signer=ENTRIES) -> bytes:
        return sign_entry(block_body(block), signer).data

    def proof(self, extra: bytes | None, index: int | None = None, signers=(LOG,)) -> Proof:
        """That the entry at an index, by default the last, is in the log."""
        hashes = [leaf_hash(entry) for entry in self.entries]
        index = len(hashes) - 1 if index is None else index
        read = lambda level, at: root_of(hashes[at << level : (at + 1) << level])  # noqa: E731
        note = sign_note(Checkpoint(ORIGIN, len(hashes), root_of(hashes)).text, *signers)
        return Proof(extra, index, tuple(inclusion_proof(index, len(hashes), read)), note)

    def extra(self, wallet: str, currency: str = STARS) -> dict:
        """An honest `extra`, to be changed."""
        tree = self.tree if currency == STARS else EMPTY_ROOT
        shown = path(tree, wallet_key(wallet), self.pages.read)
        own = next((one for one in self.wallets if one.id == wallet), None)
        state = state_of(own) if shown.leaf else None
        return orjson.loads(balance_extra(self.sealed, wallet, currency, state, shown))

    def ended_by(self, sealed: bytes) -> "Log":
        """The same log with another last entry."""
        log = object.__new__(Log)
        log.__dict__ |= self.__dict__
        log.sealed, log.entries = sealed, [*self.entries[:-1], sealed]
        return log


THE_LOG = Log()
# A wallet with a subtree beside it at every depth.
WALLET = next(
    wallet
    for wallet in THE_LOG.wallets[2:]
    if wallet.lots and str(b64encode(EMPTY), "ascii") not in str(THE_LOG.extra(wallet.id)["path"])
)
STRANGERS = [wallet_id(f"stranger {number}") for number in range(60)]
BY_EMPTY = next(one for one in STRANGERS if "other" not in THE_LOG.extra(one))
BY_OTHER = next(one for one in STRANGERS if "other" in THE_LOG.extra(one))


def shown(extra: dict, wallet: str | None = None, log: Log = THE_LOG) -> BalanceShown:
    return verify_balance(log.proof(canonical(extra)), wallet or extra["wallet"], KEYS)


def refused(extra: dict, **changes) -> str:
    """The rule that an `extra` with these members breaks."""
    changed = {name: value for name, value in {**extra, **changes}.items() if value is not None}
    return rule_of(
        verify_balance, THE_LOG.proof(orjson.dumps(changed, option=OPT_SORT)), None, KEYS
    )


OPT_SORT = orjson.OPT_SORT_KEYS
