"""Every implementation of the ports of `loyalty` and `sealing`, each test on an empty one."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, cast
from uuid import uuid4

import pytest
from moto import mock_aws

from local.moto_dynamodb import corrected_dynamodb
from local.moto_s3 import corrected_s3
from loyalty.clock.agenda import Agenda
from loyalty.ports import Store
from sealing.ports import Heads, Objects
from storage.agenda_dynamodb import DynamoAgenda
from storage.dynamodb import DynamoStore, Table
from storage.log_dynamodb import DynamoHeads
from storage.memory import MemoryStore
from storage.memory_agenda import MemoryAgenda
from storage.memory_log import MemoryHeads, MemoryObjects
from storage.s3 import S3Objects, s3_client
from tests.contract.builders import client_of
from tests.contract.servers import REGION, Server, telling_server

ENDPOINT = os.environ.get("TALLYSTICK_DYNAMODB_ENDPOINT")
DYNAMODBS = ["moto", "endpoint"] if ENDPOINT else ["moto"]
STORES = ["memory", *DYNAMODBS]


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """Each store there is."""
    if request.param == "memory":
        yield MemoryStore()
    else:
        with dynamodb_table(request.param) as found:
            # A protocol with generic methods: the class is compared where it is used.
            yield cast(Store, found)


@pytest.fixture(params=DYNAMODBS)
def dynamo_store(request: pytest.FixtureRequest) -> Iterator[DynamoStore]:
    """Each DynamoDB there is, for what is said of requests to it."""
    with dynamodb_table(request.param) as found:
        yield found


@pytest.fixture
def heads(store: Store) -> Heads:
    """The log's head beside each store there is."""
    if isinstance(store, MemoryStore):
        return MemoryHeads(store)
    assert isinstance(store, DynamoStore)
    return heads_at(store)


@pytest.fixture
def agenda(store: Store) -> Agenda:
    """The clock's agenda beside each store there is."""
    if isinstance(store, MemoryStore):
        return MemoryAgenda(store)
    assert isinstance(store, DynamoStore)
    return DynamoAgenda(store)


def heads_at(store: DynamoStore) -> DynamoHeads:
    """Of a DynamoDB, hardly waiting between attempts."""
    return DynamoHeads(store, lambda seconds: time.sleep(seconds / 50))


@pytest.fixture(params=STORES)
def objects(request: pytest.FixtureRequest) -> Iterator[Objects]:
    """Each place for objects there is."""
    if request.param == "memory":
        yield MemoryObjects()
    else:
        with s3_bucket(request.param) as found:
            yield found


@pytest.fixture(params=DYNAMODBS)
def s3_objects(request: pytest.FixtureRequest) -> Iterator[S3Objects]:
    """Each S3 there is."""
    with s3_bucket(request.param) as found:
        yield found


@contextmanager
def s3_bucket(name: str) -> Iterator[S3Objects]:
    """Objects in a new bucket: in this process, or at the endpoint, where it is emptied again."""
    if name == "moto":
        with corrected_s3(), mock_aws():
            yield _in_new_bucket(_moto_s3(), "contract")
        return
    client = s3_client(REGION, ENDPOINT)
    objects = _in_new_bucket(client, f"contract-{uuid4()}")
    try:
        yield objects
    finally:
        for page in client.get_paginator("list_objects_v2").paginate(Bucket=objects.bucket):
            for found in page.get("Contents", ()):
                client.delete_object(Bucket=objects.bucket, Key=found["Key"])
        client.delete_bucket(Bucket=objects.bucket)


def _in_new_bucket(client: Any, bucket: str) -> S3Objects:
    client.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    return S3Objects(client, bucket, "log/", lambda seconds: time.sleep(seconds / 50))


@cache
def _moto_s3() -> Any:
    """Made once, as `_moto_store`."""
    return s3_client(REGION)


@contextmanager
def dynamodb_table(name: str) -> Iterator[DynamoStore]:
    """A store on a new table: in this process, or at the endpoint, where it is removed again."""
    if name == "moto":
        with corrected_dynamodb(), mock_aws():
            store = _moto_store()
            store.create_table()
            yield store
        return
    # Bounds for a server that shares its cores with the tests.
    table = Table(f"contract-{uuid4()}", REGION, ENDPOINT, 5.0, 20.0)
    store = DynamoStore(table)
    store.create_table()
    try:
        yield store
    finally:
        client_of(store).delete_table(TableName=table.name)


@cache
def _moto_store() -> DynamoStore:
    """Made once, because a client takes longer than most of the tests here. Only inside moto."""
    return DynamoStore(Table("contract", REGION))


@pytest.fixture
def server() -> Iterator[Server]:
    """A server on 127.0.0.1 that ends with the test."""
    with telling_server() as told:
        yield told


class Sent:
    """The requests that a store sends: operation and parameters."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, dict[str, Any]]] = []

    def __call__(self, params: dict[str, Any], model: Any, **_: object) -> None:
        self.requests.append((model.name, params))

    def of(self, operation: str) -> list[dict[str, Any]]:
        return [params for name, params in self.requests if name == operation]


@pytest.fixture
def sent(dynamo_store: DynamoStore) -> Iterator[Sent]:
    """What `dynamo_store` sends from here on."""
    requests = Sent()
    events = client_of(dynamo_store).meta.events
    events.register("provide-client-params.dynamodb", requests)
    yield requests
    events.unregister("provide-client-params.dynamodb", requests)
