"""What a balance proof shows, offline: what a wallet is owed, or that there is none."""

from hashlib import sha256

import orjson
import pytest
import rfc8785

from ledger.balance_proofs import read_state, verify_balance
from ledger.balance_tree import leaf_of
from ledger.balance_tree import wallet_state as state_of
from ledger.canonical import canonical
from ledger.checkpoints import Checkpoint
from ledger.cosignatures import cosign, with_lines
from ledger.notes import COSIGNATURE, SeedSigner
from ledger.policies import read_policy
from ledger.proofs import read_proof, write_proof
from tests.unit.ledger.balance_proofs.log import (
    BY_EMPTY,
    BY_OTHER,
    KEYS,
    STRANGERS,
    THE_LOG,
    WALLET,
    Log,
    shown,
)
from tests.unit.ledger.strategies import LOG, MILES, ORIGIN, STARS, rule_of


@pytest.mark.parametrize("number", range(0, 60, 7))
def test_a_balance_is_shown_to_be_in_what_is_owed(number):
    """State, sum, block and checkpoint come back; the file is a C2SP tlog-proof."""
    wallet = THE_LOG.wallets[number]
    extra = canonical(THE_LOG.extra(wallet.id))
    assert extra == rfc8785.dumps(orjson.loads(extra))
    file = write_proof(THE_LOG.proof(extra))
    result = verify_balance(read_proof(file), wallet.id, KEYS)
    assert result.checkpoint == Checkpoint(ORIGIN, 13, result.checkpoint.root)
    assert result.block == THE_LOG.block
    assert (result.wallet, result.currency) == (wallet.id, STARS)
    assert result.state == state_of(wallet)
    assert result.owed == leaf_of(wallet).owed
    stated = read_state(result.state)
    assert stated == (wallet.seq, wallet.head, wallet.balances, wallet.lots)
    assert verify_balance(read_proof(file), None, KEYS) == result


@pytest.mark.parametrize(
    ("wallet", "currency"), [(BY_EMPTY, STARS), (BY_OTHER, STARS), (WALLET.id, MILES)]
)
def test_absence_is_shown_by_nothing_or_by_another_leaf(wallet, currency):
    """A wallet without an entry; of another currency, too, in which nobody has any."""
    result = shown(THE_LOG.extra(wallet, currency))
    assert (result.wallet, result.currency) == (wallet, currency)
    assert (result.state, result.owed) == (None, 0)


@pytest.mark.parametrize("wallets", [1, 2, 3])
def test_small_trees_have_short_proofs(wallets):
    """One wallet is the root itself, which also shows that others are absent."""
    log = Log(wallets, before=0)
    for wallet in log.wallets:
        assert shown(log.extra(wallet.id), log=log).owed == leaf_of(wallet).owed
    for stranger in STRANGERS[:5]:
        assert shown(log.extra(stranger), log=log).state is None
    if wallets == 1:
        assert log.extra(log.wallets[0].id)["path"] == []


def test_a_policy_decides_whose_cosignatures_are_wanted():
    """Without them the same proof is refused."""
    text = THE_LOG.proof(None).checkpoint
    key = SeedSigner("witness.example", sha256(b"witness").digest(), COSIGNATURE)
    policy = read_policy(f"log {LOG.verifier}\nwitness w {key.verifier}\nquorum w\n")
    proof = THE_LOG.proof(canonical(THE_LOG.extra(WALLET.id)))
    assert rule_of(verify_balance, proof, WALLET.id, KEYS, policy) == "policy.quorum"
    line = cosign(text.split(b"\n\n")[0] + b"\n", key, 1_780_000_000)
    witnessed = proof._replace(checkpoint=with_lines(proof.checkpoint, [line]))
    assert verify_balance(witnessed, WALLET.id, KEYS, policy).state == state_of(WALLET)
