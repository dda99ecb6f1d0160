"""`consistencyProof(from)`: that the log of an earlier size is the beginning of what it is."""

from base64 import b64decode

import pytest

from ledger.checkpoints import opened
from ledger.tree import check_consistency
from tests.coalition import GROCER, OPERATOR
from tests.sealing import LOG_KEY, SealedHouse

QUERY = """query ($from: LogSize!) { consistencyProof(from: $from) {
    size hashes checkpoint { note size } } }"""


@pytest.fixture
def grown(sealed: SealedHouse) -> SealedHouse:
    sealed.sealed()
    sealed.earned(sealed.enrolled(), 80)
    sealed.sealed()
    return sealed


def test_it_leads_from_a_checkpoint_seen_before_to_the_published_one(sealed: SealedHouse) -> None:
    """Whoever kept the earlier root verifies it alone."""
    sealed.sealed()
    before = sealed.published()
    sealed.earned(sealed.enrolled(), 80)
    sealed.sealed()
    shown = sealed.ask(GROCER, QUERY, **{"from": before.size})["consistencyProof"]
    now = opened(shown["checkpoint"]["note"].encode(), [LOG_KEY.verifier])
    assert shown["size"] == shown["checkpoint"]["size"] == now.size > before.size
    proof = [b64decode(each) for each in shown["hashes"]]
    check_consistency(before.size, before.root, now.size, now.root, proof)


def test_from_the_published_size_nothing_needs_to_be_shown(grown: SealedHouse) -> None:
    """The roots are the same, or the log has forked."""
    size = grown.published().size
    assert grown.ask(OPERATOR, QUERY, **{"from": size})["consistencyProof"]["hashes"] == []


def test_a_size_that_the_log_has_not_is_out_of_range(grown: SealedHouse) -> None:
    """A code of its own: a log that was rolled back looks like that."""
    for size in (0, grown.published().size + 1, 2**53 - 1):
        answer = grown.execute(QUERY, OPERATOR, **{"from": size})
        assert answer.codes == ["OUT_OF_RANGE"]
        assert answer.data == {"consistencyProof": None}


@pytest.mark.parametrize("size", [-1, 2**53, 1.5, "3", True])
def test_what_is_no_size_is_refused(grown: SealedHouse, size: object) -> None:
    """By the scalar."""
    assert grown.execute(QUERY, OPERATOR, **{"from": size}).codes == ["BAD_USER_INPUT"]


def test_before_the_first_block_there_is_none_yet(sealed: SealedHouse) -> None:
    """As with the checkpoint."""
    assert sealed.execute(QUERY, OPERATOR, **{"from": 1}).codes == ["NOT_SEALED"]
