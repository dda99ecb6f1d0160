"""Attack: a log that dropped its newest entries, by a restored backup or at will."""

from pathlib import Path

import pytest

from tests.attacks.witnesses import TRUTH, size_of, witness_at_9
from tests.unit.witness.logs import request


@pytest.mark.parametrize("size", [0, 1, 5, 8])
def test_rolled_back_checkpoint(tmp_path: Path, size: int):
    """It is told that the witness is at 9, whichever size it says it comes from."""
    witness = witness_at_9(tmp_path)
    for old in range(size + 1):
        answer = witness.add_checkpoint(TRUTH.request(old, size))
        assert (answer.status, answer.body) == (409, b"9\n")
    assert witness.add_checkpoint(request(9, [], TRUTH.note(size))).status == 400
    assert size_of(witness) == 9


def test_replayed_older_request(tmp_path: Path):
    """Whoever kept the requests of yesterday gets nothing for them today."""
    witness = witness_at_9(tmp_path)
    for old, size in ((0, 5), (5, 9), (0, 9)):
        answer = witness.add_checkpoint(TRUTH.request(old, size))
        assert (answer.status, answer.body) == (409, b"9\n")
    assert size_of(witness) == 9
