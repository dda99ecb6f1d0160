"""An audit of a published log: all of it, in little memory, whatever the files hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ledger.verify
from ledger.audit import Audited, audit
from ledger.errors import Fault
from ledger.policies import read_policy
from ledger.wallets import owed
from tests.published import Log, Memory, audited, files_of, named
from tests.unit.ledger.audit.logs import LIVED, LONG, grown
from tests.unit.ledger.strategies import (
    LOG,
    MILES,
    ORIGIN,
    QUICK,
    STARS,
    another,
    key_members,
    signer_of,
)


@pytest.mark.usefixtures("standings")
@pytest.mark.parametrize("log", [LIVED, LONG], ids=["lived", "long"])
def test_a_log_without_fault_holds(log):
    """Every entry, block and tile, and what the last block states is what the wallets have."""
    found = audited(log.publish(), origin=ORIGIN)
    assert found.fault is None
    assert (found.entries, found.began) == (len(log.leaves), 0)
    assert found.blocks == len(log.maker.blocks)
    assert found.checkpoint == log.maker.checkpoint
    wallets = log.history.wallets.values()
    for code, row in found.balances.items():
        own = [wallet for wallet in wallets if wallet.currency == code]
        assert row.owed == sum(owed(wallet.balances) for wallet in own)
        assert row.arrears == sum(wallet.balances.arrears for wallet in own)
        assert row.wallets == len(own)
    assert set(found.balances) == {STARS, MILES}


def test_the_signatures_are_verified_on_all_cores(monkeypatch):
    """With a pool beside it an audit finds the same."""
    monkeypatch.setattr(ledger.verify, "_POOL_FROM_ENTRIES", 1)
    monkeypatch.setattr(ledger.verify, "_CHUNK_CHECKS", 16)
    alone = audited(LONG.publish())
    beside = audit(Memory(LONG.publish()), [LOG.verifier], cores=2)
    assert beside == alone
    assert (
        alone.signatures
        == LONG.history.entries
        + len(LONG.maker.blocks)
        + sum(b'"sig"' in leaf for leaf in LONG.leaves if b'"type":"tx"' in leaf)
        + 5
        + 1
        + 3
    )


def test_every_file_is_read_once():
    """Nothing is asked for twice, and nothing that the checkpoint does not cover."""
    source = Memory(LONG.publish())
    assert audit(source, [LOG.verifier], cores=1).fault is None
    assert len(source.reads) == len(set(source.reads))
    assert set(source.reads) <= set(source.files)


def test_progress_is_told_of_how_many():
    """Up to the last entry."""
    told: list[tuple[int, int]] = []
    audited(LONG.publish(), progress=lambda done, of: told.append((done, of)))
    assert told == sorted(told)
    assert told[-1] == (len(LONG.leaves), len(LONG.leaves))


def test_a_partial_tile_that_is_gone_is_found_in_the_full_one():
    """A log may drop what its full tiles hold, while an old checkpoint is still around."""
    log = grown(Log(), 100)
    old = log.publish()["checkpoint"]
    files = grown(log, 400).publish()
    files = {path: data for path, data in files.items() if ".p/" not in path}
    found = audited({**files, "checkpoint": old})
    assert (found.fault, found.entries) == (None, 13 + 101)


def test_a_policy_is_asked_for_its_quorum():
    """Without the witnesses that somebody wants, the checkpoint is not believed."""
    witness = signer_of("witness.example").verifier
    text = f"log {LOG.verifier}\nwitness one {witness}\nquorum one\n"
    policy = read_policy(
        text.replace(str(witness), str(type(witness).of(witness.name, witness.public, b"\x04")))
    )
    assert named(LIVED.publish(), policy=policy) == (None, "policy.quorum")


def test_every_log_key_in_force_signs_the_checkpoint():
    """A second key joins the first; a verifier needs the one that it was given, and both hold."""
    log, second = Log(), another(ORIGIN)
    log.govern("key", **key_members("log", second))
    log.seal()
    assert named(log.publish()) == (None, "checkpoint.log_key")
    both = log.publish(LOG, second)
    for keys in ([LOG.verifier], [second.verifier], [LOG.verifier, second.verifier]):
        assert audit(Memory(both), keys, cores=1).fault is None
    log.govern("key", **key_members("log", LOG, "revoked"))
    log.seal()
    assert audit(Memory(log.publish(second)), [second.verifier], cores=1).fault is None
    # The revoked key's word is not enough, whether or not the other signs beside it.
    assert named(log.publish(LOG)) == (None, "checkpoint.log_key")
    assert named(log.publish(LOG, second)) == (None, "checkpoint.log_key")


def test_the_genesis_entry_names_the_origin_of_the_checkpoint():
    """A log key's holder cannot show one coalition's entries as another's."""
    origin = "other.example/ledger"
    signer = signer_of(origin)
    files = files_of(LIVED.leaves, signer, origin=origin)
    fault = audit(Memory(files), [signer.verifier], cores=1).fault
    assert fault is not None
    assert (fault.position, fault.rule) == (0, "genesis.origin")


@QUICK
@given(st.data())
def test_whatever_the_files_hold_an_audit_names_a_fault(data):
    """Never an error but a fault, and never none."""
    files = LIVED.publish()
    path = data.draw(st.sampled_from(sorted(files)))
    content = files[path]
    at = data.draw(st.integers(0, len(content) - 1))
    junk = data.draw(st.binary(max_size=40))
    changed = content[:at] + junk + content[at + data.draw(st.integers(0, 40)) :]
    found = audited({**files, path: changed})
    assert isinstance(found, Audited)
    if changed != content:
        assert isinstance(found.fault, Fault)


@QUICK
@given(st.dictionaries(st.sampled_from(sorted(LIVED.publish())), st.binary(max_size=300)))
def test_files_of_nothing_sensible_are_refused(junk):
    """Random bytes in place of any of them."""
    files = LIVED.publish()
    assert (audited({**files, **junk}).fault is None) == (not junk)
