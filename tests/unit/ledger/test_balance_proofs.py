"""Balance proofs: what one shows, offline, and every way in which it could lie."""

import json
from base64 import b64encode
from hashlib import sha256

import orjson
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from ledger.balance_proofs import BalanceShown, balance_extra, read_state, verify_balance
from ledger.balance_reads import path
from ledger.balance_tree import EMPTY, EMPTY_ROOT, MAX_SUM, leaf_of, wallet_key
from ledger.balance_tree import wallet_state as state_of
from ledger.balance_updates import updated
from ledger.blocks import Block, CurrencyBalances, block_body
from ledger.canonical import canonical
from ledger.checkpoints import Checkpoint
from ledger.cosignatures import cosign, with_lines
from ledger.entries import sign_entry
from ledger.names import NO_HASH, At, Expires, Hash, entry_hash
from ledger.notes import COSIGNATURE, SeedSigner, sign_note
from ledger.pages import MemoryPages
from ledger.policies import read_policy
from ledger.proofs import Proof, read_proof, write_proof
from ledger.tree import inclusion_proof, leaf_hash, root_of
from ledger.tx import Balances
from ledger.wallets import Lot, Wallet
from tests.unit.ledger.strategies import (
    ENTRIES,
    LOG,
    MILES,
    ORIGIN,
    QUICK,
    STARS,
    another,
    broken_by,
    rule_of,
    signer_of,
    wallet_id,
)

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


# What an operator may try.


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
    ],
)
def test_a_block_that_says_otherwise_is_refused(changes, rule):
    """Another size, no such currency, another root, another sum, though it is sealed."""
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
