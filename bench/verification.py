"""Verifying a ledger from memory, on all cores, beside libsodium alone.

libsodium alone is `crypto_sign_open` of PyNaCl's public bindings. `verify` takes the quickest
function that is installed: ed25519-dalek's with the extra `fast`, else libsodium's past those
bindings, which saves 5 to 13 % of a call. Each is measured.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from os import cpu_count
from statistics import median
from time import perf_counter

from nacl.bindings import crypto_sign_open

import ledger.verify as verifying
from bench.figures import Figure, at_least, noted
from bench.ledgers import LedgerMaker
from ledger.entries import read_entry
from ledger.notes import VerifierKey, signed_holds
from ledger.verify import Labelled, verify

_WALLETS = 2_000
# A shared machine changes its speed from one second to the next: many checks, many turns.
_BARE_CHECKS = 12_000
_TURNS = 7


def figures(entries: int) -> Iterator[Figure]:
    """A ledger as the demo makes it, and one in which nobody but the ledger signs."""
    cores = cpu_count() or 1
    ledger = LedgerMaker(1, _WALLETS, signed=True).entries(entries)
    ratio, at_once, each, turns = _ratios(ledger, cores)
    made = f"{entries:,} entries, {each:.2f} signatures each; {turns}"
    yield at_least("verify", ratio, 0.8, f"x {cores} cores x libsodium, in signatures", made)
    yield noted("verify, beside all cores at once", at_once, "x libsodium on all cores", made)
    with _without_the_extra():
        ratio, at_once, _, turns = _ratios(ledger, cores)
    yield noted(
        "verify, without the extra `fast`",
        ratio,
        f"x {cores} cores x libsodium",
        f"{at_once:.2f} beside all cores at once; {turns}",
    )
    ratio, _, _, turns = _ratios(LedgerMaker(2, _WALLETS, signed=False).entries(entries), cores)
    yield noted(
        "verify, one signature each",
        ratio,
        f"x {cores} cores x libsodium",
        f"{entries:,} entries that the entry key alone signs; {turns}",
    )


@contextmanager
def _without_the_extra() -> Iterator[None]:
    quick = verifying.quickest
    verifying.quickest = lambda: signed_holds
    try:
        yield
    finally:
        verifying.quickest = quick


def _ratios(ledger: Sequence[Labelled], cores: int) -> tuple[float, float, float, str]:
    """Signatures verified a second, as a share of what libsodium does bare; signatures an entry;
    how far the turns differ.

    Beside one core's rate times cores, and beside all cores at once, which tells what else the
    machine was doing.
    """
    alone, at_once = [], []
    signatures = 0
    signed = _signed(ledger)
    for _ in range(_TURNS):
        before = bare_s(signed), _bare_on_all_s(signed, cores)
        start = perf_counter()
        result = verify(ledger, cores=cores)
        elapsed = perf_counter() - start
        after = bare_s(signed), _bare_on_all_s(signed, cores)
        if result.fault is not None:
            raise SystemExit(f"the ledger that the benchmark made is wrong: {result.fault}")
        signatures = result.signatures
        each_s = elapsed * cores / signatures
        alone.append((before[0] + after[0]) / 2 / each_s)
        at_once.append((before[1] + after[1]) / 2 / each_s)
    turns = f"turns {min(alone):.2f} to {max(alone):.2f}"
    return median(alone), median(at_once), signatures / len(ledger), turns


def _signed(ledger: Sequence[Labelled]) -> list[tuple[bytes, bytes]]:
    genesis = read_entry(ledger[0].data)
    key = VerifierKey.parse(str(genesis.body["entry_key"])).public
    return signed_entries(key, [data for _, data in ledger[-_BARE_CHECKS:]])


def signed_entries(key: bytes, entries: Sequence[bytes]) -> list[tuple[bytes, bytes]]:
    """What libsodium has to look at for entries: signature and message, and the key."""
    read = [read_entry(data) for data in entries]
    return [(entry.signature.signature + entry.text, key) for entry in read]


def bare_s(signed: Sequence[tuple[bytes, bytes]]) -> float:
    """Seconds of one signature, by libsodium alone on one core."""
    start = perf_counter()
    for message, key in signed:
        crypto_sign_open(message, key)
    return (perf_counter() - start) / len(signed)


def _bare_on_all_s(signed: Sequence[tuple[bytes, bytes]], cores: int) -> float:
    """The same, of each of as many processes as there are cores."""
    with ProcessPoolExecutor(cores, mp_context=get_context("fork")) as pool:
        return median(pool.map(bare_s, [signed] * cores))
