"""What attacks on a witness begin with: one that has cosigned a log at size 9."""

from pathlib import Path

from tests.unit.witness.logs import LOG, NOW, WITNESS, Log
from witness.service import Witness
from witness.state import State

TRUTH = Log()


def witness_at_9(directory: Path) -> Witness:
    state = State(directory, str(WITNESS.verifier), make=True)
    witness = Witness(WITNESS, [LOG.verifier], state, lambda: NOW)
    for old, size in ((0, 5), (5, 9)):
        assert witness.add_checkpoint(TRUTH.request(old, size)).status == 200
    return witness


def size_of(witness: Witness) -> int:
    seen = witness.logs()[LOG.verifier.name]
    assert seen is not None
    return seen.size


def root_of(witness: Witness) -> bytes:
    seen = witness.logs()[LOG.verifier.name]
    assert seen is not None
    return seen.root
