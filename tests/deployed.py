"""A coalition with its functions as they are deployed, on a local AWS, and a witness over HTTP.

That AWS's KMS has no Ed25519: a seed stands in for the log key.
"""

import json
import os
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import pytest

import functions.sealer as sealer_module
from functions import api, wiring, wiring_behind
from functions.sealer import _sealer, _witnessing, handler
from local.aws import BUCKET, REGION, local_objects, local_store
from local.serving import serving
from sealing.stopped import Reason, SealingStopped
from storage.memory import MemoryStore
from storage.s3 import s3_client
from tests.coalition import House
from tests.sealing import LOG_KEY
from tests.signing import ORIGIN
from witness.app import witness_app
from witness.run import open_witness

EVENTS = Path(__file__).parent / "events"
SWEEP: dict[str, Any] = {"source": "aws.events"}


class Deployed(House):
    """A coalition whose functions find their table and their bucket in the environment."""

    def __init__(self) -> None:
        self._begin(MemoryStore())
        self.monkeypatch = pytest.MonkeyPatch()
        self.starts()
        self._found()

    def starts(self) -> None:
        """Every process begins anew."""
        self.coalition = wiring.coalition_of(os.environ)
        for each in (_sealer, _witnessing, api._aws, api._api):
            each.cache_clear()

    def points_at(self, table: str, bucket: str = BUCKET) -> None:
        """The functions are deployed with another table, or bucket."""
        self.monkeypatch.setenv("TALLYSTICK_TABLE", table)
        self.monkeypatch.setenv("TALLYSTICK_BUCKET", bucket)
        self.starts()

    def seals(self) -> dict[str, Any]:
        self.later(seconds=1)
        return handler(SWEEP, None)

    def refuses_to_seal(self) -> Reason:
        """Why; a process that has gone on and one that has just started say the same."""
        self.later(seconds=1)
        reasons = set()
        for _ in range(2):
            with pytest.raises(SealingStopped) as stopped:
                handler(SWEEP, None)
            reasons.add(stopped.value.reason)
            self.starts()
        (reason,) = reasons
        return reason

    def ready(self) -> int:
        """What the API of a new process answers at /ready."""
        text = (EVENTS / "get_health.json").read_text().replace("/health", "/ready")
        api._aws.cache_clear()
        api._api.cache_clear()
        return int(api.handler(json.loads(text), None)["statusCode"])


@contextmanager
def deployment(
    directory: Path, monkeypatch: pytest.MonkeyPatch, *, webhooks: bool = False
) -> Iterator[Deployed]:
    """One that is founded, sealed and cosigned. directory: the witness's; webhooks: it sends
    events."""
    clock: list[Deployed] = []

    def now() -> Any:
        return clock[0].clock

    for module in (wiring, wiring_behind, api, sealer_module):
        monkeypatch.setattr(module, "utc_now", now)
    monkeypatch.setattr(wiring, "KmsSigner", lambda *_: LOG_KEY)
    witness = open_witness(
        directory / "witness",
        "w.example",
        [LOG_KEY.verifier],
        clock=lambda: int(now().timestamp()),
    )
    with local_store(), serving(witness_app(witness), 0) as url:
        local_objects()
        versioned(BUCKET)
        kms = boto3.client("kms", region_name=REGION)
        key_id = kms.create_key()["KeyMetadata"]["KeyId"]
        policy = f"log {LOG_KEY.verifier}\nwitness w {witness.verifier} {url}\nquorum w\n"
        for name, value in {
            "AWS_REGION": REGION,
            "TALLYSTICK_ORIGIN": ORIGIN,
            "TALLYSTICK_TABLE": "tallystick",
            "TALLYSTICK_BUCKET": BUCKET,
            "TALLYSTICK_ENTRY_SEED": wrapped(key_id, ORIGIN),
            "TALLYSTICK_LOG_KEYS": "log-1",
            "TALLYSTICK_WITNESSES": policy,
            "TALLYSTICK_ISSUER": "https://id.example",
        }.items():
            monkeypatch.setenv(name, value)
        if webhooks:
            seed = wrapped(key_id, ORIGIN, "webhooks")
            monkeypatch.setenv("TALLYSTICK_WEBHOOK_SEED", seed)
        house = Deployed.__new__(Deployed)
        clock.append(house)
        house.__init__()  # type: ignore[misc]
        house.seals()
        yield house
        house.monkeypatch.undo()
    for each in (_sealer, _witnessing, api._aws, api._api):
        each.cache_clear()


def versioned(bucket: str) -> None:
    s3_client(REGION).put_bucket_versioning(
        Bucket=bucket, VersioningConfiguration={"Status": "Enabled"}
    )


def wrapped(key_id: str, origin: str, use: str = "") -> str:
    """A seed as KMS encrypts it for a ledger."""
    kms = boto3.client("kms", region_name=REGION)
    context = {"origin": origin, "use": use} if use else {"origin": origin}
    answer = kms.encrypt(KeyId=key_id, Plaintext=b"e" * 32, EncryptionContext=context)
    return b64encode(answer["CiphertextBlob"]).decode()
