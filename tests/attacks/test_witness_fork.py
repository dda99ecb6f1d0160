"""Attack: a log that tells the witness another history than it told before."""

from pathlib import Path

import pytest

from tests.attacks.witnesses import TRUTH, root_of, witness_at_9
from tests.unit.witness.logs import LOG, request


@pytest.mark.parametrize("at", [0, 1, 8])
def test_fork_at_equal_size(tmp_path: Path, at: int):
    """Refused, and both checkpoints are kept: they prove what the log did."""
    witness = witness_at_9(tmp_path)
    lie = TRUTH.forked(at)
    assert witness.add_checkpoint(lie.request(9, 9)).status == 409
    assert root_of(witness) == TRUTH.root(9)
    assert witness.forks(LOG.verifier.name) == [(TRUTH.note(9), lie.note(9))]


@pytest.mark.parametrize("at", [0, 1, 8])
def test_fork_that_grew(tmp_path: Path, at: int):
    """The proof leads from the fork's own size 9, which is not the one cosigned."""
    witness = witness_at_9(tmp_path)
    assert witness.add_checkpoint(TRUTH.forked(at).request(9, 12)).status == 422
    assert root_of(witness) == TRUTH.root(9)


def test_fork_with_the_proof_of_the_truth(tmp_path: Path):
    """A proof leads to one root only."""
    witness = witness_at_9(tmp_path)
    lie = TRUTH.forked(at=8)
    assert witness.add_checkpoint(request(9, TRUTH.proof(9, 12), lie.note(12))).status == 422


def test_fork_after_the_truth_is_one_history(tmp_path: Path):
    """What parts after size 9 extends what was cosigned; from then on it is the history."""
    witness = witness_at_9(tmp_path)
    other = TRUTH.forked(at=9)
    assert witness.add_checkpoint(other.request(9, 12)).status == 200
    assert witness.add_checkpoint(TRUTH.request(12, 14)).status == 422
    assert witness.add_checkpoint(TRUTH.request(12, 12)).status == 409


def test_inconsistent_proof(tmp_path: Path):
    """A hash changed, missing, added or moved."""
    witness = witness_at_9(tmp_path)
    proof = TRUTH.proof(9, 30)
    tampered = [proof[1:], proof[:-1], [*proof, proof[-1]], proof[::-1], []]
    tampered += [
        [*proof[:i], bytes([each[0] ^ 1]) + each[1:], *proof[i + 1 :]]
        for i, each in enumerate(proof)
    ]
    for hashes in tampered:
        assert witness.add_checkpoint(request(9, hashes, TRUTH.note(30))).status == 422
    assert root_of(witness) == TRUTH.root(9)
    assert witness.add_checkpoint(request(9, proof, TRUTH.note(30))).status == 200
