"""A balance proof cannot claim another wallet, state or path."""

from base64 import b64encode

import orjson
import pytest

from ledger.balance_proofs import read_state, verify_balance
from ledger.balance_tree import EMPTY, MAX_SUM, leaf_of, wallet_key
from ledger.balance_tree import wallet_state as state_of
from ledger.canonical import canonical
from ledger.names import NO_HASH, Expires
from ledger.wallets import Lot
from tests.unit.ledger.balance_proofs.log import (
    BY_EMPTY,
    BY_OTHER,
    KEYS,
    OPT_SORT,
    THE_LOG,
    WALLET,
    refused,
    wallet_of,
)
from tests.unit.ledger.strategies import MILES, rule_of


def test_another_wallets_proof_is_refused():
    """Whoever asks for a wallet is not content with another's."""
    proof = THE_LOG.proof(canonical(THE_LOG.extra(WALLET.id)))
    assert rule_of(verify_balance, proof, BY_EMPTY, KEYS) == "balance.wallet"
    assert refused(THE_LOG.extra(WALLET.id), wallet=BY_EMPTY) == "balance.root"


def test_absence_claimed_for_a_wallet_that_exists_is_refused():
    """By nothing at all, by its own leaf as another's, by a leaf that stands elsewhere."""
    extra = THE_LOG.extra(WALLET.id)
    leaf = leaf_of(WALLET)
    own = {
        "key": b64encode(leaf.key).decode(),
        "owed": str(leaf.owed),
        "state": b64encode(leaf.state).decode(),
    }
    assert refused(extra, state=None) == "balance.root"
    assert refused(extra, state=None, other=own) == "balance.absence"
    elsewhere = THE_LOG.extra(BY_OTHER)
    key = b64encode(wallet_key(THE_LOG.wallets[7].id)).decode()
    assert elsewhere["other"]["key"] != key
    assert refused(elsewhere, wallet=THE_LOG.wallets[7].id) == "balance.prefix"
    for cut in range(1, len(extra["path"]) + 1):
        assert refused(extra, state=None, path=extra["path"][cut:]) == "balance.root"
    assert refused(extra, currency=MILES, state=None) == "balance.root"


def test_presence_claimed_for_a_wallet_that_does_not_exist_is_refused():
    """With a state of its own, or that of another."""
    for stranger in (BY_EMPTY, BY_OTHER):
        extra = THE_LOG.extra(stranger)
        for state in (state_of(WALLET), state_of(wallet_of(4))):
            assert refused(extra, other=None, state=state.decode()) == "balance.root"
    present = THE_LOG.extra(WALLET.id)
    assert refused(present, wallet=BY_EMPTY) == "balance.root"
    assert refused(THE_LOG.extra(BY_OTHER), state=state_of(WALLET).decode()) == "balance.members"


def test_a_state_that_is_not_what_was_hashed_is_refused():
    """Another balance, one point moved from held to available, another head, another's state."""
    extra = THE_LOG.extra(WALLET.id)
    for other in (
        WALLET._replace(seq=WALLET.seq + 1),
        WALLET._replace(head=NO_HASH),
        WALLET._replace(balances=WALLET.balances._replace(held=WALLET.balances.held + 1)),
        WALLET._replace(balances=WALLET.balances._replace(arrears=-1)),
        WALLET._replace(lots=(Lot(Expires("never"), "acme", WALLET.balances.available),)),
        THE_LOG.wallets[5],
    ):
        assert refused(extra, state=state_of(other).decode()) == "balance.root"


STATE = orjson.loads(state_of(WALLET))
LOT = STATE["lots"][0]


@pytest.mark.parametrize(
    ("state", "rule"),
    [
        (b"", "canonical.json"),
        (state_of(WALLET) + b" ", "canonical.round_trip"),
        (state_of(WALLET).replace(b",", b", ", 1), "canonical.round_trip"),
        (orjson.dumps(dict(reversed(STATE.items()))), "canonical.round_trip"),
        (state_of(WALLET).replace(b'"seq":', b'"seq":1,"seq":'), "canonical.round_trip"),
        (b"[]", "state.members"),
        (b"null", "state.members"),
        (canonical({**STATE, "more": 1}), "state.members"),
        (canonical({name: STATE[name] for name in STATE if name != "held"}), "state.members"),
        (canonical({**STATE, "held": -1}), "state.integer"),
        (canonical({**STATE, "held": True}), "state.integer"),
        (canonical({**STATE, "held": "1"}), "state.integer"),
        (orjson.dumps({**STATE, "held": 1.0}, option=OPT_SORT), "state.integer"),
        (orjson.dumps({**STATE, "held": None}, option=OPT_SORT), "state.integer"),
        (orjson.dumps({**STATE, "held": 2**53}, option=OPT_SORT), "state.integer"),
        (canonical({**STATE, "arrears": 1}), "state.integer"),
        (canonical({**STATE, "seq": 0}), "state.seq"),
        (canonical({**STATE, "head": "AAAA"}), "state.head"),
        (canonical({**STATE, "head": 1}), "state.head"),
        (canonical({**STATE, "lots": {}}), "state.lots"),
        (canonical({**STATE, "lots": [LOT[:2]]}), "state.lots"),
        (canonical({**STATE, "lots": [["2026-02-30", *LOT[1:]]]}), "state.lots.expires"),
        (canonical({**STATE, "lots": [[LOT[0], "A", 1]]}), "state.lots.issuer"),
        (canonical({**STATE, "lots": [[*LOT[:2], 0]]}), "state.lots.quantity"),
        (canonical({**STATE, "lots": [[*LOT[:2], -1]]}), "state.integer"),
        (canonical({**STATE, "lots": STATE["lots"][::-1]}), "state.lots.order"),
        (canonical({**STATE, "lots": [LOT, LOT]}), "state.lots.order"),
        (canonical({**STATE, "lots": [LOT]}), "state.lots.sum"),
        (canonical({**STATE, "lots": []}), "state.lots.sum"),
    ],
)
def test_what_is_no_state_is_refused(state, rule):
    """Also where it would hash to what the tree has: a second spelling is a second balance."""
    assert rule_of(read_state, state) == rule
    assert refused(THE_LOG.extra(WALLET.id), state=state.decode()) == rule


def test_a_path_too_long_or_too_short_is_refused():
    """At either end, and past 256 places."""
    extra = THE_LOG.extra(WALLET.id)
    rows = extra["path"]
    nothing = ["0", b64encode(EMPTY).decode()]
    for other in (rows[1:], rows[:-1], [rows[0], *rows], [*rows, rows[-1]], [*rows, nothing], []):
        assert refused(extra, path=other) == "balance.root"
    assert refused(extra, path=[*rows, *[nothing] * 256]) == "balance.depth"


def test_a_first_sibling_that_is_empty_is_refused():
    """One leaf would have two places."""
    for wallet in (WALLET.id, BY_EMPTY, BY_OTHER):
        extra = THE_LOG.extra(wallet)
        lower = [["0", b64encode(EMPTY).decode()], *extra["path"]]
        assert refused(extra, path=lower) == "balance.sibling"


def test_a_sum_that_overflows_is_refused():
    """Sums add up within 128 bits, at every place."""
    extra = THE_LOG.extra(WALLET.id)
    for place, row in enumerate(extra["path"]):
        rows = [*extra["path"]]
        rows[place] = [str(MAX_SUM), row[1]]
        assert refused(extra, path=rows) == "balance.sum"
    other = THE_LOG.extra(BY_OTHER)
    assert refused(other, other={**other["other"], "owed": str(MAX_SUM)}) == "balance.sum"


@pytest.mark.parametrize(
    "amount",
    ["00", "01", "-1", "+1", "", " 1", "1 ", "1\u0660", "1_0", "1e3", "1.0", "0x1", "٣",
     str(MAX_SUM + 1), "9" * 40, "9" * 5000, 1, 1.0, None, True, ["1"]],
)  # fmt: skip
def test_sums_have_one_spelling(amount):
    """Decimal, without leading zeros, below 2^128, as a string."""
    extra = THE_LOG.extra(BY_OTHER)
    rows = [[amount, extra["path"][0][1]], *extra["path"][1:]]
    assert refused(extra, path=rows) == "balance.decimal"
    assert refused(extra, other={**extra["other"], "owed": amount}) == "balance.decimal"


@pytest.mark.parametrize("value", ["", "AAAA", "A" * 44, NO_HASH[:-2] + "B=", NO_HASH + "\n", 1])
def test_hashes_have_one_spelling(value):
    """Standard base64 of 32 bytes."""
    extra = THE_LOG.extra(BY_OTHER)
    rows = [[extra["path"][0][0], value], *extra["path"][1:]]
    assert refused(extra, path=rows) == "balance.hash"
    for name in ("key", "state"):
        assert refused(extra, other={**extra["other"], name: value}) == "balance.hash"
