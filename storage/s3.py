"""The published log and what sealing keeps beside it, as objects in S3.

Paths are those of c2sp.org/tlog-tiles. S3 serves each object with the headers it was written with:
whoever publishes the bucket, or a cache before it, need add nothing.
"""

import time
from collections.abc import Callable, Mapping
from contextlib import closing
from functools import wraps
from random import uniform
from typing import Any, ParamSpec, TypeVar

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from loyalty.ports import Sleep, StoreUnavailable
from sealing.ports import Tagged
from storage.commits import check_range

MAX_CONFLICTS = 5
_FIRST_PAUSE_S = 0.05

# What S3 says where asking again helps; whatever else it refuses is a defect.
_LATER = frozenset({"SlowDown", "RequestTimeout", "RequestTimeTooSkewed", "ThrottlingException"})
_CONFIG = Config(
    connect_timeout=1,
    read_timeout=5,
    retries={"total_max_attempts": 3, "mode": "standard"},
    max_pool_connections=32,
)

P = ParamSpec("P")
T = TypeVar("T")


def s3_client(region: str, endpoint: str | None = None) -> Any:
    """A client that does not wait for long. endpoint: None for AWS itself."""
    return boto3.client("s3", region_name=region, endpoint_url=endpoint, config=_CONFIG)


def _answered(method: Callable[P, T]) -> Callable[P, T]:
    """A method that raises StoreUnavailable where S3 does not answer, or not now."""

    @wraps(method)
    def asks(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return method(*args, **kwargs)
        except ClientError as error:
            if _status(error) < 500 and _code(error) not in _LATER:
                raise
            raise StoreUnavailable(str(error)) from error
        except BotoCoreError as error:
            raise StoreUnavailable(str(error)) from error

    return asks


class S3Objects:
    """A `sealing.ports.Objects` in a bucket, below a prefix. Safe to share between threads.

    The role that asks needs s3:ListBucket too: without it an object that is not there is answered
    with 403, which is no answer to whether it is there.
    """

    def __init__(
        self, client: Any, bucket: str, prefix: str = "", sleep: Sleep = time.sleep
    ) -> None:
        self.client = client
        self.bucket = bucket
        self._prefix = prefix
        self._sleep = sleep

    def read(self, path: str) -> bytes | None:
        found = self.read_tagged(path)
        return None if found is None else found.data

    @_answered
    def read_range(self, path: str, first: int, length: int) -> bytes | None:
        check_range(first, length)
        try:
            found = self._get(path, Range=f"bytes={first}-{first + length - 1}")
        except ClientError as error:
            if _status(error) == 416:
                return b""
            raise
        return None if found is None else found.data

    def create(self, path: str, data: bytes) -> bool:
        return self.replace(path, data, None)

    @_answered
    def read_tagged(self, path: str) -> Tagged | None:
        return self._get(path)

    @_answered
    def replace(self, path: str, data: bytes, tag: str | None) -> bool:
        condition = {"IfNoneMatch": "*"} if tag is None else {"IfMatch": tag}
        for attempt in range(MAX_CONFLICTS):
            if attempt:
                self._sleep(uniform(0, _FIRST_PAUSE_S * 2**attempt))  # noqa: S311 - a pause
            try:
                self.client.put_object(
                    Bucket=self.bucket,
                    Key=self._prefix + path,
                    Body=data,
                    **headers_of(path),
                    **condition,
                )
            except ClientError as error:
                if _status(error) in (404, 412) and _code(error) != "NoSuchBucket":
                    # Botocore sends again by itself: what is there may be what we sent before.
                    return _sent_again(error) and self.read(path) == data
                if _status(error) != 409:
                    raise
            else:
                return True
        raise StoreUnavailable(f"{path} is being written by others, {MAX_CONFLICTS} times in turn")

    @_answered
    def delete(self, path: str) -> None:
        self.client.delete_object(Bucket=self.bucket, Key=self._prefix + path)

    def _get(self, path: str, **only: str) -> Tagged | None:
        try:
            answer = self.client.get_object(Bucket=self.bucket, Key=self._prefix + path, **only)
        except self.client.exceptions.NoSuchKey:
            return None
        # Entered as a context, it would be urllib3's, which raises errors of its own.
        with closing(answer["Body"]) as body:
            return Tagged(body.read(), answer["ETag"])


def headers_of(path: str) -> Mapping[str, str]:
    """Type and caching of an object: tiles never change, checkpoints do (c2sp.org/tlog-tiles)."""
    if path == "checkpoint":
        return {"ContentType": "text/plain; charset=utf-8", "CacheControl": "no-cache"}
    if not path.startswith("tile/"):
        caching = "no-store"  # Of the sealer alone.
    elif ".p/" in path:
        caching = "public, max-age=60"  # It goes when the full one is there.
    else:
        caching = "public, max-age=31536000, immutable"
    return {"ContentType": "application/octet-stream", "CacheControl": caching}


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code"))


def _status(error: ClientError) -> int:
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def _sent_again(error: ClientError) -> bool:
    return bool(error.response.get("ResponseMetadata", {}).get("RetryAttempts", 0))
