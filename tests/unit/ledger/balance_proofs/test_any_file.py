"""A balance proof that is changed anywhere is refused by a rule."""

import json
from base64 import b64encode

import orjson
from hypothesis import given
from hypothesis import strategies as st

from ledger.balance_proofs import BalanceShown, read_state, verify_balance
from ledger.canonical import canonical
from ledger.proofs import read_proof, write_proof
from tests.unit.ledger.balance_proofs.log import BY_EMPTY, BY_OTHER, KEYS, OPT_SORT, THE_LOG, WALLET
from tests.unit.ledger.balance_proofs.test_wallets import STATE
from tests.unit.ledger.strategies import QUICK, broken_by

FILES = [
    write_proof(THE_LOG.proof(canonical(THE_LOG.extra(wallet))))
    for wallet in (WALLET.id, BY_EMPTY, BY_OTHER)
]


def verified(data: bytes) -> BalanceShown:
    return verify_balance(read_proof(data), None, KEYS)


@QUICK
@given(st.sampled_from(FILES), st.integers(0, 10**6), st.binary(max_size=4), st.integers(0, 4))
def test_a_file_that_is_changed_anywhere_is_refused(file, at, put, cut):
    """Or says what it said before: nothing in it can be anything else."""
    at %= len(file)
    changed = file[:at] + put + file[at + cut :]
    if broken_by(verified, changed) is None:
        assert verified(changed)[1:] == verified(file)[1:]


@QUICK
@given(
    st.sampled_from([canonical(THE_LOG.extra(one)) for one in (WALLET.id, BY_EMPTY, BY_OTHER)]),
    st.integers(0, 10**6),
    st.binary(max_size=4) | st.sampled_from([b"[", b"{", b'"', b"null", b"1e9", b"-0", b"\\ud800"]),
    st.integers(0, 4),
)
def test_an_extra_that_is_changed_anywhere_is_refused(extra, at, put, cut):
    """Raising nothing but RuleBroken."""
    at %= len(extra)
    changed = extra[:at] + put + extra[at + cut :]
    broken = broken_by(verify_balance, THE_LOG.proof(changed), None, KEYS)
    assert (broken is None) == (changed == extra)
    assert broken is None or str(broken).isprintable()


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from([*STATE, "block", "wallet"]), inner, max_size=4)
    ),
    max_leaves=8,
)


@QUICK
@given(
    st.binary(max_size=60),
    st.dictionaries(st.sampled_from(["block", "currency", "path", "state", "other"]), values),
    st.fixed_dictionaries(dict.fromkeys(STATE, values)),
)
def test_arbitrary_input_raises_nothing_but_rulebroken(data, members, state):
    """Bytes of any kind, and any value in the place of any member."""
    broken_by(read_state, data)
    broken_by(verify_balance, THE_LOG.proof(data), None, KEYS)
    for made in (state, {**STATE, "lots": state["lots"], "head": state["head"]}):
        try:
            text = orjson.dumps(made, option=OPT_SORT)
        except TypeError:
            continue
        broken_by(read_state, text)
    try:
        extra = orjson.dumps({**THE_LOG.extra(BY_OTHER), **members}, option=OPT_SORT)
    except TypeError:
        return
    broken_by(verify_balance, THE_LOG.proof(extra), None, KEYS)


def test_a_state_may_have_the_largest_number_there_is():
    """2**53 - 1, of points and of arrears; one more is none that JSON has."""
    head = b64encode(bytes(32)).decode()
    for amount, holds in ((2**53 - 1, True), (2**53, False)):
        body = {"available": amount, "held": 0, "pending": 0, "arrears": 0, "head": head, "seq": 1}
        lots = [["never", "acme", amount]]
        for changes in ({"lots": lots}, {"available": 0, "arrears": -amount, "lots": []}):
            data = json.dumps({**body, **changes}, sort_keys=True, separators=(",", ":")).encode()
            assert (broken_by(read_state, data) is None) == holds
