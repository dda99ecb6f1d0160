"""The naive verifier finds what a dishonest operator signs with roots that fit."""

from typing import Any

import pytest

from tests.naive.build import Log
from tests.naive.forms import NO_HASH, WrongError, b64
from tests.naive.small_log import (
    ALICE,
    BUNDLE,
    FILES,
    LEDGER,
    SMALL,
    Verdict,
    at_of,
    place_of,
    sealed,
    signed_again,
    small,
)
from tests.naive.trees import EMPTY
from tests.vectors.keys import ENTRIES, LOG, STRANGER, Key
from tests.vectors.writing import Writer, key_added, signed_entry


def test_two_entries_swapped_are_found(verdict: Verdict) -> None:
    entries = [*SMALL.entries]
    entries[2:4] = entries[3], entries[2]
    fault = verdict(signed_again(entries))
    assert fault is not None
    assert (fault.index, fault.rule) == (2, "governance.seq")


def test_an_entry_left_out_is_found(verdict: Verdict) -> None:
    fault = verdict(signed_again([*SMALL.entries[:3], *SMALL.entries[4:]]))
    assert fault is not None
    assert fault.index == 3


def test_an_entry_twice_is_found(verdict: Verdict) -> None:
    fault = verdict(signed_again([*SMALL.entries[:4], *SMALL.entries[3:]]))
    assert fault is not None
    assert fault.index == 4


def test_a_log_that_ends_without_a_block_is_found(verdict: Verdict) -> None:
    fault = verdict(signed_again(SMALL.entries[:20]))
    assert fault is not None
    assert (fault.index, fault.rule) == (19, "log.last")


def other_block(log: Log, when: str, **members: Any) -> list[bytes]:
    log.seal([], when, ENTRIES, **members)
    return log.entries


STAR = SMALL.ledger.balances()["STAR"]
LIES: dict[str, tuple[str, dict[str, Any]]] = {
    "a height again": ("block.height", {"height": 3}),
    "another prev": ("block.prev", {"prev": NO_HASH}),
    "a batch that begins elsewhere": ("block.first", {"first": 28}),
    "another size": ("block.size", {"size": 29}),
    "the time of the block before": ("block.at", {"at": "2026-03-02T12:00:00.000Z"}),
    "a currency left out": ("block.balances", {"balances": {"STAR": STAR}}),
    "less owed": (
        "block.balances.owed",
        {"balances": SMALL.ledger.balances() | {"STAR": STAR | {"owed": STAR["owed"] - 1}}},
    ),
    "another root": (
        "block.balances.root",
        {"balances": SMALL.ledger.balances() | {"STAR": STAR | {"root": b64(EMPTY[1])}}},
    ),
    "a wallet fewer": (
        "block.balances.wallets",
        {"balances": SMALL.ledger.balances() | {"STAR": STAR | {"wallets": 1}}},
    ),
    "a float": (
        "canonical.type",
        {"balances": SMALL.ledger.balances() | {"STAR": STAR | {"arrears": 0.0}}},
    ),
    "other totals": ("block.totals", {"totals": NO_HASH}),
    "a member more": ("block.members", {"note": "x"}),
    "a version to come": ("block.v", {"v": 2}),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_block_that_states_something_else_is_found(verdict: Verdict, lie: str) -> None:
    rule, members = LIES[lie]
    fault = verdict(signed_again(other_block(small(), "2026-03-03T00:00:00.000Z", **members)))
    assert fault is not None
    assert (fault.index, fault.rule) == (29, rule)


def test_a_block_that_hides_a_wallet_is_found(verdict: Verdict) -> None:
    """Root, sum and count agree with each other, and not with the entries."""
    log = small()
    hidden = Log()
    hidden.ledger.currencies = log.ledger.currencies
    wallets = log.ledger.wallets
    hidden.ledger.wallets = {id_: row for id_, row in wallets.items() if id_ != ALICE}
    balances = hidden.ledger.balances()
    assert balances["STAR"]["wallets"] == STAR["wallets"] - 1
    entries = other_block(log, "2026-03-03T00:00:00.000Z", balances=balances)
    fault = verdict(signed_again(entries))
    assert fault is not None
    assert (fault.index, fault.rule) == (29, "block.balances.root")


def test_an_entry_that_is_after_its_block_is_named_itself(verdict: Verdict) -> None:
    log = sealed(LEDGER[:14])
    log.take(LEDGER[14])
    log.take(LEDGER[15])
    entries = other_block(log, "2026-01-13T08:59:59.999Z", v=1)
    fault = verdict(signed_again(entries))
    assert fault is not None
    assert (fault.index, fault.rule) == (17, "entry.at")


def test_a_block_whose_own_time_is_changed_is_named_itself(verdict: Verdict) -> None:
    """Only a block that is right in itself shows that entries before it are late."""
    place = place_of(20, FILES[BUNDLE])
    year = FILES[BUNDLE].index(b"2026", place) + 3
    earlier = FILES[BUNDLE][:year] + b"5" + FILES[BUNDLE][year + 1 :]
    entry = SMALL.entries[20].replace(b"2026", b"2025", 1)
    entries = [*SMALL.entries[:20], entry, *SMALL.entries[21:]]
    for files in (FILES | {BUNDLE: earlier}, signed_again(entries)):
        fault = verdict(files)
        assert fault is not None
        assert fault.index == 20


def test_a_transaction_dated_back_by_more_than_a_day_is_found(verdict: Verdict) -> None:
    """Up to 24 hours before the block before, to the millisecond."""
    late = LEDGER[14]
    assert at_of(late) == "2026-01-12T09:00:00.000Z"
    log = sealed(LEDGER[:14])
    log.seal([], "2026-01-13T09:00:00.000Z", ENTRIES)
    log.seal([late], "2026-01-14T00:00:00.000Z", ENTRIES)
    assert verdict(signed_again(log.entries)) is None
    log = sealed(LEDGER[:14])
    log.seal([], "2026-01-13T09:00:00.001Z", ENTRIES)
    with pytest.raises(WrongError, match=r"entry\.at"):
        log.take(late)


def test_governance_dated_before_the_block_before_is_found() -> None:
    log = Log()
    log.seal(LEDGER[:5], "2026-01-01T00:00:00.001Z", ENTRIES)
    with pytest.raises(WrongError, match=r"governance\.at"):
        log.take(LEDGER[5])


def test_every_log_key_in_force_signs(verdict: Verdict) -> None:
    """A second log key: both sign from its `at` on; a verifier may have been given either."""
    second = Key(LOG.name, STRANGER.seed, "")
    log = small()
    writer = Writer([entry for entry in log.entries if b'"block"' not in entry])
    body = key_added(writer, "2026-03-03T00:00:00.000Z", "log", second)
    log.seal([signed_entry(body)], "2026-03-03T00:00:00.000Z", ENTRIES)
    files = signed_again(log.entries)
    fault = verdict(files)
    assert fault is not None
    assert (fault.index, fault.rule) == (None, "checkpoint.log_key")
    files["checkpoint"] = log.checkpoint(LOG, second)
    assert verdict(files) is None
    assert verdict(files | {"log.vkey": second.vkey.encode()}) is None


def test_a_log_of_another_name_is_found(verdict: Verdict) -> None:
    moon = Key("moon.example", LOG.seed, "")
    files = FILES | {"checkpoint": SMALL.checkpoint(moon), "log.vkey": moon.vkey.encode()}
    fault = verdict(files)
    assert fault is not None
    assert (fault.index, fault.rule) == (0, "genesis.origin")
