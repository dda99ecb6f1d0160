"""Every implementation of `loyalty.ports.Store`, each test on an empty one."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, cast
from uuid import uuid4

import pytest
from moto import mock_aws

from local.moto_dynamodb import corrected_dynamodb
from loyalty.ports import Store
from storage.dynamodb import DynamoStore, Table
from storage.memory import MemoryStore
from tests.contract.builders import client_of

REGION = "eu-central-1"
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
