"""What `corrected_s3()` promises of moto's S3, and which faults bare moto still has."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.s3.models import FakeKey, S3Backend

from local.moto_s3 import corrected_s3

REGION = "eu-central-1"


@cache
def connect() -> Any:
    """A client, made once because that takes longer than most of the tests here."""
    session = boto3.session.Session("testing", "testing", region_name=REGION)
    return session.client("s3")


@pytest.fixture
def bare() -> Iterator[Any]:
    """A client of moto as it is published, with a bucket `log`."""
    with mock_aws():
        client = connect()
        where = {"LocationConstraint": REGION}
        client.create_bucket(Bucket="log", CreateBucketConfiguration=where)
        yield client


@pytest.fixture
def s3(bare: Any) -> Iterator[Any]:
    """The same client, corrected."""
    with corrected_s3():
        yield bare


def put(client: Any, data: bytes, **condition: str) -> int:
    """The status of a write."""
    try:
        answer = client.put_object(Bucket="log", Key="checkpoint", Body=data, **condition)
    except ClientError as error:
        answer = error.response
    return int(answer["ResponseMetadata"]["HTTPStatusCode"])


def one_within_another(
    monkeypatch: pytest.MonkeyPatch, write: Callable[[bytes], int]
) -> tuple[int, int]:
    """Statuses of two writes, the second sent after the first has looked and before it writes."""
    written = S3Backend.put_object
    second: list[Future[int]] = []

    def interrupted(*args: Any, **named: Any) -> Any:
        if not second:
            second.append(pool.submit(write, b"second"))
            with suppress(TimeoutError):
                second[0].result(timeout=0.5)
        return written(*args, **named)

    with ThreadPoolExecutor(1) as pool:
        monkeypatch.setattr(S3Backend, "put_object", interrupted)
        first = write(b"first")
        return first, second[0].result(timeout=5)


def creator(client: Any) -> Callable[[bytes], int]:
    return lambda data: put(client, data, IfNoneMatch="*")


def replacer(client: Any) -> Callable[[bytes], int]:
    tag = client.put_object(Bucket="log", Key="checkpoint", Body=b"old")["ETag"]
    return lambda data: put(client, data, IfMatch=tag)


@pytest.mark.parametrize("writer", [creator, replacer])
def test_bare_moto_looks_and_writes_in_two_steps(
    bare: Any, monkeypatch: pytest.MonkeyPatch, writer: Callable[[Any], Callable[[bytes], int]]
) -> None:
    """Both are done, and the second is lost."""
    assert one_within_another(monkeypatch, writer(bare)) == (200, 200)


@pytest.mark.parametrize("writer", [creator, replacer])
def test_a_conditional_write_is_one_step(
    s3: Any, monkeypatch: pytest.MonkeyPatch, writer: Callable[[Any], Callable[[bytes], int]]
) -> None:
    """The second waits, and finds what the first wrote."""
    assert one_within_another(monkeypatch, writer(s3)) == (200, 412)
    assert s3.get_object(Bucket="log", Key="checkpoint")["Body"].read() == b"first"


def test_bare_moto_keeps_every_object_ever_written(bare: Any) -> None:
    """Also those that were replaced."""
    before = len(FakeKey.instances_tracked)
    for number in range(5):
        put(bare, b"%d" % number)
    assert len(FakeKey.instances_tracked) == before + 5


def test_objects_are_not_kept_when_they_are_replaced(s3: Any) -> None:
    """A checkpoint that is replaced every second does not fill the memory."""
    before = len(FakeKey.instances_tracked)
    for number in range(5):
        put(s3, b"%d" % number)
    assert len(FakeKey.instances_tracked) == before


def test_after_the_context_moto_is_as_it_was(bare: Any) -> None:
    """Nothing of the correction stays."""
    with corrected_s3():
        put(bare, b"within")
    before = len(FakeKey.instances_tracked)
    put(bare, b"after")
    assert len(FakeKey.instances_tracked) == before + 1
