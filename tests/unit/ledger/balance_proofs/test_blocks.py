"""A balance proof has one spelling, and is of the last block of its log."""

from base64 import b64encode

import pytest

from ledger.balance_proofs import balance_extra, verify_balance
from ledger.balance_reads import path
from ledger.balance_tree import leaf_of, wallet_key
from ledger.balance_tree import wallet_state as state_of
from ledger.balance_updates import updated
from ledger.blocks import CurrencyBalances, block_body
from ledger.canonical import canonical
from ledger.entries import sign_entry
from ledger.names import NO_HASH, Hash
from ledger.notes import sign_note
from tests.unit.ledger.balance_proofs.log import (
    BY_EMPTY,
    BY_OTHER,
    KEYS,
    THE_LOG,
    WALLET,
    Log,
    refused,
    shown,
    wallet_of,
)
from tests.unit.ledger.strategies import (
    ENTRIES,
    LOG,
    MILES,
    ORIGIN,
    STARS,
    another,
    rule_of,
    signer_of,
)


def test_members_that_the_format_does_not_name_are_refused():
    """Nor may one be missing, nor be of another type."""
    for wallet in (WALLET.id, BY_EMPTY, BY_OTHER):
        extra = THE_LOG.extra(wallet)
        assert refused(extra, more=1) == "balance.members"
        for name in ("block", "currency", "path", "wallet"):
            assert refused(extra, **{name: None}) == "balance.members"
    extra = THE_LOG.extra(BY_OTHER)
    assert refused(extra, state="{}") == "balance.members"
    assert refused(extra, other={**extra["other"], "more": 1}) == "balance.other"
    assert refused(extra, other={}) == "balance.other"
    assert refused(extra, other=[]) == "balance.other"
    assert refused(extra, path={}) == "balance.path"
    assert refused(extra, path=[["1"]]) == "balance.path"
    assert refused(extra, path=["1"]) == "balance.path"
    assert refused(extra, path=[["1", NO_HASH, 1]]) == "balance.path"
    for name in ("block", "currency", "wallet"):
        assert refused(extra, **{name: 1}) == f"balance.{name}"
    assert refused(extra, wallet="w") == "balance.wallet"
    assert refused(extra, block="AB==") == "base64"
    assert refused(THE_LOG.extra(WALLET.id), state=1) == "balance.state"


def test_an_extra_has_one_spelling():
    """Space, order, doubled members: refused before anything is believed."""
    extra = canonical(THE_LOG.extra(WALLET.id))
    for other in (
        extra + b"\n",
        extra.replace(b":", b": ", 1),
        extra.replace(b'"wallet"', b'"wallet":"w","wallet"'),
        extra.replace(b'"wallet"', b'"w\\u0061llet"'),
    ):
        proof = THE_LOG.proof(other)
        assert rule_of(verify_balance, proof, WALLET.id, KEYS) == "canonical.round_trip"
    for other in (b"[]", b"null", b"1", b'"block"'):
        assert rule_of(verify_balance, THE_LOG.proof(other), None, KEYS) == "balance.members"
    assert rule_of(verify_balance, THE_LOG.proof(None), None, KEYS) == "balance.extra"
    assert rule_of(verify_balance, THE_LOG.proof(b""), None, KEYS) == "canonical.json"


def test_a_block_that_is_not_the_last_leaf_is_refused():
    """An older block is in the log too; what it says is not what is owed now."""
    log = THE_LOG.ended_by(THE_LOG.sealed)
    log.entries = [*THE_LOG.entries, b"one more\n"]
    proof = log.proof(canonical(THE_LOG.extra(WALLET.id)), index=12)
    assert rule_of(verify_balance, proof, WALLET.id, KEYS) == "balance.index"
    # Said to be the last, it is not what the tree has there.
    last = log.proof(proof.extra)
    assert rule_of(verify_balance, last, WALLET.id, KEYS) == "log.inclusion"
    first = THE_LOG.proof(proof.extra, index=0)
    assert rule_of(verify_balance, first, WALLET.id, KEYS) == "balance.index"


def test_a_block_that_is_not_in_the_log_is_refused():
    """Signed by the true entry key, over a tree in which the wallet has more."""
    richer = Log()
    richer.tree = updated(
        richer.tree,
        [leaf_of(WALLET)._replace(owed=10**6)],
        richer.pages.read,
        richer.pages.write,
    )
    owed = CurrencyBalances(Hash(b64encode(richer.tree.hash).decode()), richer.tree.owed)
    block = richer.signed(THE_LOG.block._replace(balances={STARS: owed}))
    assert refused(THE_LOG.extra(WALLET.id), block=b64encode(block).decode()) == "log.inclusion"


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"size": 14}, "balance.size"),
        ({"size": 12}, "balance.size"),
        ({"balances": {}}, "balance.currency"),
        ({"balances": {MILES: THE_LOG.block.balances[MILES]}}, "balance.currency"),
        ({"balances": {STARS: THE_LOG.block.balances[MILES]}}, "balance.root"),
        (
            {"balances": {STARS: THE_LOG.block.balances[STARS]._replace(owed=1)}},
            "balance.owed",
        ),
        ({"first": 13}, "block.first"),
        # In another currency than that of the wallet, too.
        *(
            ({"balances": {**THE_LOG.block.balances, code: row}}, rule)
            for code, row, rule in (
                ("gold", THE_LOG.block.balances[MILES], "block.balances"),
                (
                    MILES,
                    THE_LOG.block.balances[MILES]._replace(arrears=1),
                    "block.balances.arrears",
                ),
                (MILES, THE_LOG.block.balances[MILES]._replace(owed=-1), "block.balances.owed"),
                (
                    MILES,
                    THE_LOG.block.balances[MILES]._replace(wallets=-1),
                    "block.balances.wallets",
                ),
                (MILES, THE_LOG.block.balances[MILES]._replace(root="AA=="), "block.balances.root"),
            )
        ),
    ],
)
def test_a_block_that_says_otherwise_is_refused(changes, rule):
    """Another size, no such currency, another root or sum, or no block: though it is sealed."""
    log = THE_LOG.ended_by(sign_entry(block_body(THE_LOG.block._replace(**changes)), ENTRIES).data)
    assert rule_of(shown, log.extra(WALLET.id), WALLET.id, log) == rule


def test_a_currency_that_the_block_does_not_have_is_refused():
    """Nobody is absent from what is not there."""
    extra = THE_LOG.extra(WALLET.id, MILES)
    for currency in ("GOLD", "", "stars", "\u00e9", "e\u0301"):
        assert refused(extra, currency=currency) == "balance.currency"


def test_an_entry_that_is_no_block_is_refused():
    """Whatever stands last in a log, it has to be a block of its entry key."""
    body = block_body(THE_LOG.block)
    for sealed, rule in (
        (b"anything\n", "note.form"),
        (THE_LOG.signed(THE_LOG.block, signer=LOG), "balance.signer"),
        (sign_note(canonical({**body, "v": 2}) + b"\n", ENTRIES), "block.v"),
        (sign_note(canonical({**body, "more": 2}) + b"\n", ENTRIES), "block.members"),
        (sign_note(canonical({**body, "type": "tx"}) + b"\n", ENTRIES), "block.members"),
        (sign_note(canonical({**body, "type": "blocks"}) + b"\n", ENTRIES), "entry.type"),
        (sign_note(canonical(body) + b"\n", ENTRIES, LOG), "entry.signatures"),
        (sign_note(canonical(body) + b" \n", ENTRIES), "canonical.round_trip"),
    ):
        log = THE_LOG.ended_by(sealed)
        found = rule_of(shown, log.extra(WALLET.id), WALLET.id, log)
        assert found == rule or (found, rule) == ("block.type", "block.members")


def test_a_checkpoint_of_another_log_is_refused():
    """Another key, another key of that name, none, another origin."""
    extra = canonical(THE_LOG.extra(WALLET.id))
    for signers in ((another(ORIGIN),), (signer_of("stars.example/other"),), (ENTRIES,)):
        proof = THE_LOG.proof(extra, signers=signers)
        assert rule_of(verify_balance, proof, WALLET.id, KEYS) == "checkpoint.signature"
    assert rule_of(verify_balance, THE_LOG.proof(extra), WALLET.id, []) == "checkpoint.signature"


def test_a_state_is_given_with_the_path_that_has_it_or_none_is_made():
    """Whoever makes proofs cannot mix up two wallets, or two blocks."""
    leaf = path(THE_LOG.tree, wallet_key(WALLET.id), THE_LOG.pages.read)
    nobody = path(THE_LOG.tree, wallet_key(BY_EMPTY), THE_LOG.pages.read)
    for state, end in ((None, leaf), (state_of(wallet_of(1)), leaf), (state_of(WALLET), nobody)):
        assert rule_of(balance_extra, b"block", WALLET.id, STARS, state, end) == "balance.state"
