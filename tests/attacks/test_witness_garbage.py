"""Attack: whatever bytes somebody posts to a witness, over HTTP."""

from pathlib import Path
from random import Random

import httpx

from local.serving import serving
from tests.attacks.witnesses import TRUTH, size_of, witness_at_9
from tests.unit.witness.logs import request
from witness.app import witness_app
from witness.protocol import MAX_BODY_BYTES


def test_garbage(tmp_path: Path):
    """400, and the witness goes on as before."""
    random = Random(20261122)
    witness = witness_at_9(tmp_path)
    valid = TRUTH.request(9, 12)
    with serving(witness_app(witness), 0) as url, httpx.Client(base_url=url) as client:
        for length in (0, 1, 10, 1000, 20_000):
            body = random.randbytes(length)
            assert client.post("/add-checkpoint", content=body).status_code == 400
        for _ in range(200):
            body = bytearray(valid)
            body[random.randrange(len(body))] ^= 1 << random.randrange(8)
            answer = client.post("/add-checkpoint", content=bytes(body))
            assert answer.status_code in (400, 403, 404, 409, 422)
        assert size_of(witness) == 9
        assert client.post("/add-checkpoint", content=valid).status_code == 200


def test_oversized_body(tmp_path: Path):
    """413 as soon as it is too long, however it is sent, and none of it is kept."""
    witness = witness_at_9(tmp_path)
    line = "— x AAAAAAAA\n".encode()
    with serving(witness_app(witness), 0) as url, httpx.Client(base_url=url) as client:
        for body in (
            request(9, TRUTH.proof(9, 12), TRUTH.note(12) + line * (MAX_BODY_BYTES // len(line))),
            request(9, [bytes(32)] * 4000, TRUTH.note(12)),
        ):
            assert client.post("/add-checkpoint", content=body).status_code == 413
        pieces = iter([line * 1000] * 20)
        assert client.post("/add-checkpoint", content=pieces).status_code == 413
    assert size_of(witness) == 9
