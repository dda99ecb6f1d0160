"""A backup of the table in place of the table: the log is not forked, whatever is done there.

With the functions as they are deployed, on a local AWS, and a witness that is asked over HTTP. Its
KMS has no Ed25519: a seed stands in for the log key.
"""

import json
import os
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

import functions.sealer as sealer_module
from functions import api, wiring, wiring_behind
from functions.sealer import _sealer, _witnessing, handler
from ledger.audit import audit
from ledger.audit_state import AuditState
from ledger.checkpoints import CHECKPOINT
from local.aws import BUCKET, local_objects, local_store
from local.serving import serving
from sealing.stopped import Reason, SealingStopped
from storage.dynamodb import DynamoStore, Table
from storage.memory import MemoryStore
from storage.s3 import S3Objects, s3_client
from tests.coalition import House
from tests.sealing import LOG_KEY
from tests.signing import ORIGIN
from witness.app import witness_app
from witness.run import open_witness

REGION = "eu-west-1"
EVENTS = Path(__file__).parents[1] / "events"
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


@pytest.fixture
def deployed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployed]:
    """Founded, sealed and cosigned."""
    clock: list[Deployed] = []

    def now() -> Any:
        return clock[0].clock

    for module in (wiring, wiring_behind, api, sealer_module):
        monkeypatch.setattr(module, "utc_now", now)
    monkeypatch.setattr(wiring, "KmsSigner", lambda *_: LOG_KEY)
    witness = open_witness(
        tmp_path / "witness",
        "w.example",
        [LOG_KEY.verifier],
        clock=lambda: int(now().timestamp()),
    )
    with local_store(), serving(witness_app(witness), 0) as url:
        local_objects()
        _versioned(BUCKET)
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
        house = Deployed.__new__(Deployed)
        clock.append(house)
        house.__init__()  # type: ignore[misc]
        house.seals()
        yield house
        house.monkeypatch.undo()
    for each in (_sealer, _witnessing, api._aws, api._api):
        each.cache_clear()


def test_a_table_older_than_the_published_log_is_not_sealed_on(deployed: Deployed) -> None:
    """Neither before nor after members trade there; nothing is written; the API is not ready. With
    the right table all of it goes on."""
    member = deployed.enrolled()
    deployed.earned(member, 5)
    deployed.seals()
    restored_table("restored")
    deployed.earned(member, 6)
    deployed.seals()
    assert deployed.ready() == 200
    before = versions(BUCKET)
    assert len(cosignatures()) == 1

    deployed.points_at("restored")
    assert deployed.available(member) == 5
    assert deployed.refuses_to_seal() is Reason.REWOUND
    assert deployed.ready() == 503
    for points in (7, 8):
        deployed.earned(member, points)
        deployed.earned(deployed.enrolled(), points)
        assert deployed.refuses_to_seal() is Reason.REWOUND
    # However far it has got by itself.
    for _ in range(40):
        deployed.earned(member, 1)
    assert deployed.refuses_to_seal() is Reason.REWOUND
    assert deployed.ready() == 503
    assert versions(BUCKET) == before

    deployed.points_at("tallystick")
    assert deployed.ready() == 200
    deployed.earned(member, 9)
    deployed.seals()
    assert audited() is None
    assert deployed.available(member) == 5 + 6 + 9


def test_an_empty_table_beside_a_published_log_is_not_sealed_on(deployed: Deployed) -> None:
    """As where the functions are deployed with another table's name, and it is founded anew."""
    before = versions(BUCKET)
    DynamoStore(Table("another", REGION)).create_table()
    deployed.points_at("another")
    deployed._found()
    assert deployed.refuses_to_seal() is Reason.REWOUND
    assert deployed.ready() == 503
    assert versions(BUCKET) == before


def test_where_table_and_bucket_are_both_put_back_a_witness_tells(deployed: Deployed) -> None:
    """Here nobody else can: what was published since is gone with the bucket."""
    member = deployed.enrolled()
    deployed.earned(member, 5)
    deployed.seals()
    restored_table("restored")
    restored_bucket("restored-log")
    deployed.earned(member, 6)
    deployed.seals()
    deployed.points_at("restored", "restored-log")
    before = versions("restored-log")
    deployed.earned(member, 7)
    assert deployed.refuses_to_seal() is Reason.REWOUND
    assert versions("restored-log") == before


def test_a_table_as_new_as_the_published_log_is_sealed_on(
    deployed: Deployed, tmp_path: Path
) -> None:
    """An auditor who goes on from before finds one log."""
    member = deployed.enrolled()
    deployed.earned(member, 5)
    deployed.seals()
    assert audited(tmp_path / "state") is None
    # Committed, and not sealed yet: it is in the backup, and goes in.
    deployed.earned(member, 6)
    restored_table("restored")
    deployed.points_at("restored")
    assert deployed.ready() == 200
    deployed.earned(member, 7)
    assert deployed.seals() == {"entries": 2}
    assert audited(tmp_path / "state") is None
    assert audited() is None
    assert deployed.available(member) == 5 + 6 + 7


def test_two_tables_that_go_on_at_once_make_one_log(deployed: Deployed) -> None:
    """Whichever publishes first; the other one is not the log any more."""
    member = deployed.enrolled()
    deployed.earned(member, 5)
    deployed.seals()
    restored_table("restored")
    deployed.points_at("restored")
    deployed.earned(member, 6)
    deployed.seals()
    before = versions(BUCKET)
    deployed.points_at("tallystick")
    deployed.earned(member, 7)
    deployed.earned(member, 8)
    assert deployed.refuses_to_seal() in (Reason.REWOUND, Reason.FORKED)
    assert deployed.ready() == 503
    assert versions(BUCKET) == before
    assert audited() is None


def restored_table(name: str) -> None:
    """Another table with what the first one holds now, as a point-in-time recovery makes it."""
    DynamoStore(Table(name, REGION)).create_table()
    dynamodb = boto3.client("dynamodb", region_name=REGION)
    for page in dynamodb.get_paginator("scan").paginate(TableName="tallystick"):
        for item in page["Items"]:
            dynamodb.put_item(TableName=name, Item=item)


def restored_bucket(name: str) -> None:
    """Another bucket with what the first one holds now."""
    client = s3_client(REGION)
    client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    _versioned(name)
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET):
        for each in page["Contents"]:
            body = client.get_object(Bucket=BUCKET, Key=each["Key"])["Body"].read()
            client.put_object(Bucket=name, Key=each["Key"], Body=body)


def _versioned(bucket: str) -> None:
    s3_client(REGION).put_bucket_versioning(
        Bucket=bucket, VersioningConfiguration={"Status": "Enabled"}
    )


def versions(bucket: str) -> set[tuple[str, str]]:
    """Every object that was ever written: what is written over, or deleted, shows."""
    pages = s3_client(REGION).get_paginator("list_object_versions").paginate(Bucket=bucket)
    found = set()
    for page in pages:
        for each in (*page.get("Versions", ()), *page.get("DeleteMarkers", ())):
            found.add((each["Key"], each["VersionId"]))
    assert found
    return found


def cosignatures() -> list[bytes]:
    """The witness's lines under the published checkpoint."""
    note = S3Objects(s3_client(REGION), BUCKET, "log/").read(CHECKPOINT)
    assert note is not None
    return [line for line in note.splitlines() if line.startswith("— w.example ".encode())]


def audited(state: Path | None = None) -> Any:
    """What an auditor finds wrong with the published log."""
    log = S3Objects(s3_client(REGION), BUCKET, "log/")
    own = None if state is None else AuditState(state)
    try:
        return audit(log, [LOG_KEY.verifier], state=own, cores=1).fault
    finally:
        if own is not None:
            own.close()


def wrapped(key_id: str, origin: str) -> str:
    """A seed as KMS encrypts it for a ledger."""
    kms = boto3.client("kms", region_name=REGION)
    answer = kms.encrypt(KeyId=key_id, Plaintext=b"e" * 32, EncryptionContext={"origin": origin})
    return b64encode(answer["CiphertextBlob"]).decode()
