"""AWS in this process: moto, corrected, with the one table. Nothing leaves the machine."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from unittest.mock import patch

from botocore.signers import RequestSigner
from botocore.useragent import UserAgentString
from moto import mock_aws
from moto.core import responses
from moto.core.utils import method_names_from_class

from local.moto_dynamodb import corrected_dynamodb
from storage.dynamodb import DynamoStore, Table

REGION = "eu-west-1"
TABLE = "tallystick"

# What a developer has configured for the real AWS must neither be used nor get in the way.
_ENVIRONMENT = {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local",
    "AWS_DEFAULT_REGION": REGION,
}
_UNSET = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN")


@contextmanager
def local_store() -> Iterator[DynamoStore]:
    """A `DynamoStore` whose table is made, on an AWS that ends with the context.

    Enter it before the threads that use the store start, and leave it after they end. moto stands
    in for AWS in the whole process, in every thread.
    """
    with patch.dict(os.environ, _ENVIRONMENT):
        for name in _UNSET:
            os.environ.pop(name, None)
        with mock_aws(), corrected_dynamodb(), _without_ceremony():
            store = DynamoStore(Table(TABLE, REGION))
            store.create_table()
            yield store


@contextmanager
def _without_ceremony() -> Iterator[None]:
    """Leaves out what each request to AWS carries and moto does not read: two fifths of its time.

    That is the AWS signature, the user agent, built anew for each request, and moto's search for
    the methods of a class that does not change.
    """
    methods = cache(method_names_from_class)
    with ExitStack() as stack:
        stack.enter_context(patch.object(RequestSigner, "sign", lambda *_, **__: None))
        stack.enter_context(patch.object(UserAgentString, "to_string", lambda _: "tallystick"))
        stack.enter_context(patch.object(responses, "method_names_from_class", methods))
        yield
