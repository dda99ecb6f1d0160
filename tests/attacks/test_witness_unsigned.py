"""Attack: a checkpoint that the log did not sign, or another log did."""

from pathlib import Path

from ledger.cosignatures import cosign
from ledger.notes import COSIGNATURE, SeedSigner, note_of, sign_note
from tests.attacks.witnesses import TRUTH, size_of, witness_at_9
from tests.unit.witness.logs import LOG, NOW, OTHER_LOG, WITNESS, Log, request


def test_unsigned_checkpoint(tmp_path: Path):
    """By nobody, by a stranger, by the witness itself, by a key of the log's name."""
    witness = witness_at_9(tmp_path)
    proof, text = TRUTH.proof(9, 12), TRUTH.checkpoint(12).text
    assert witness.add_checkpoint(request(9, proof, text)).status == 400
    assert witness.add_checkpoint(request(9, proof, text + b"\n")).status == 400
    namesake = SeedSigner(LOG.verifier.name, bytes(32))
    cosigner = SeedSigner(LOG.verifier.name, bytes(range(32)), COSIGNATURE)
    notes = [sign_note(text, signer) for signer in (OTHER_LOG, namesake)]
    notes += [text + b"\n" + cosign(text, signer, NOW) for signer in (WITNESS, cosigner)]
    for note in notes:
        assert witness.add_checkpoint(request(9, proof, note)).status == 403
    assert size_of(witness) == 9


def test_signature_of_another_checkpoint(tmp_path: Path):
    """A true signature of the log, beside a text that it did not sign."""
    witness = witness_at_9(tmp_path)
    signature = LOG.sign(TRUTH.checkpoint(11).text)
    note = note_of(TRUTH.checkpoint(12).text, (LOG.verifier, signature))
    assert witness.add_checkpoint(request(9, TRUTH.proof(9, 12), note)).status == 403


def test_true_signature_beside_a_false_one(tmp_path: Path):
    """Both in the log's name: one that does not hold spoils the note, as signed notes have it."""
    witness = witness_at_9(tmp_path)
    text = TRUTH.checkpoint(12).text
    note = note_of(text, (LOG.verifier, LOG.sign(text)), (LOG.verifier, bytes(64)))
    assert witness.add_checkpoint(request(9, TRUTH.proof(9, 12), note)).status == 403


def test_other_origin(tmp_path: Path):
    """Another log's checkpoint, and this log's key under another origin."""
    witness = witness_at_9(tmp_path)
    assert witness.add_checkpoint(Log(signer=OTHER_LOG).request(0, 5)).status == 404
    text = TRUTH.checkpoint(12).text.replace(b"stars.", b"moons.")
    assert (
        witness.add_checkpoint(request(9, TRUTH.proof(9, 12), sign_note(text, LOG))).status == 404
    )
    assert size_of(witness) == 9
