"""A backup of the table in place of the table: the log is not forked, whatever is done there."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from ledger.audit import audit
from ledger.audit_state import AuditState
from ledger.checkpoints import CHECKPOINT
from local.aws import BUCKET, REGION
from sealing.stopped import Reason
from storage.dynamodb import DynamoStore, Table
from storage.s3 import S3Objects, s3_client
from tests.deployed import Deployed, deployment, versioned
from tests.sealing import LOG_KEY


@pytest.fixture
def deployed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployed]:
    """Founded, sealed and cosigned."""
    with deployment(tmp_path, monkeypatch) as house:
        yield house


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
    versioned(name)
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET):
        for each in page["Contents"]:
            body = client.get_object(Bucket=BUCKET, Key=each["Key"])["Body"].read()
            client.put_object(Bucket=name, Key=each["Key"], Body=body)


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
