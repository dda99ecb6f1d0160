"""Building and signing an earn, without I/O, beside one bare signature."""

from collections.abc import Iterator

from nacl.bindings import crypto_sign, crypto_sign_seed_keypair

from bench.figures import Figure, at_most, in_turns
from bench.ledgers import ORIGIN, STARS, transaction
from ledger.entries import sign_entry
from ledger.history import wallet_after
from ledger.kinds import earn
from ledger.names import NO_HASH, At, Expires, Hash, WalletId, transaction_id
from ledger.notes import SeedSigner
from ledger.tx import Authority, Balances
from ledger.wallets import Lot, Wallet

_SEED = bytes(range(32))


def figures() -> Iterator[Figure]:
    """From a wallet as read to the entry's bytes and the wallet after it."""
    signer = SeedSigner(f"{ORIGIN}/entries", _SEED)
    wallet = Wallet(
        WalletId("0" * 26),
        STARS,
        7,
        NO_HASH,
        At("2026-11-21T20:50:00.123Z"),
        Balances(500),
        (Lot(Expires("2027-03-31"), "fuel", 200), Lot(Expires("2027-05-31"), "grocer", 300)),
    )
    at, expires = At("2026-11-21T20:51:00.000Z"), Expires("2027-05-31")
    id_, by = transaction_id("system:programme", "1"), Authority("system:programme")
    message = sign_entry(
        transaction(id_, "earn", at, earn(wallet, "grocer", 12, at, expires), by, Hash(NO_HASH)),
        signer,
    ).text
    _, secret = crypto_sign_seed_keypair(_SEED)

    def build() -> None:
        effect = earn(wallet, "grocer", 12, at, expires)
        entry = sign_entry(transaction(id_, "earn", at, effect, by, Hash(NO_HASH)), signer)
        wallet_after(effect.changes[0], at, entry.hash)

    turns = in_turns(lambda: crypto_sign(message, secret), build, calls=500)
    yield at_most(
        "build and sign an earn",
        turns.ratio,
        4,
        "x one bare signature",
        f"{turns.second_s * 1e6:.0f} µs beside {turns.first_s * 1e6:.0f} µs",
    )
