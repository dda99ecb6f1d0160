"""AWS in this process: moto, corrected, with the one table and the one bucket. Nothing leaves the
machine."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from typing import Any
from unittest.mock import patch

from botocore.signers import RequestSigner
from botocore.useragent import UserAgentString
from moto import mock_aws
from moto.core import responses
from moto.core.serialize import AttributePicker, XFormedAttributePicker
from moto.core.utils import method_names_from_class

from local.moto_dynamodb import corrected_dynamodb
from local.moto_s3 import corrected_s3
from storage.dynamodb import DynamoStore, Table
from storage.s3 import S3Objects, s3_client

REGION = "eu-west-1"
TABLE = "tallystick"
BUCKET = "tallystick-log"

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
        with mock_aws(), corrected_dynamodb(), corrected_s3(), _without_ceremony():
            store = DynamoStore(Table(TABLE, REGION))
            store.create_table()
            yield store


def local_objects(prefix: str = "") -> S3Objects:
    """The objects beside a `local_store`, within its context. The bucket is made if it is not."""
    client = s3_client(REGION)
    with suppress(client.exceptions.BucketAlreadyOwnedByYou):
        client.create_bucket(
            Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION}
        )
    return S3Objects(client, BUCKET, prefix)


@contextmanager
def _without_ceremony() -> Iterator[None]:
    """Leaves out what each request to AWS carries and moto does not read: two fifths of its time.

    That is the AWS signature but S3's, the user agent, built anew for each request, and moto's
    search for the methods of a class that does not change.
    """
    methods = cache(method_names_from_class)
    sign = RequestSigner.sign

    def sign_to_s3(signer: Any, *args: Any, **named: Any) -> None:
        # There moto does read it: who does not sign may write no object anew.
        if signer.signing_name == "s3":
            sign(signer, *args, **named)

    with ExitStack() as stack:
        stack.enter_context(patch.object(RequestSigner, "sign", sign_to_s3))
        stack.enter_context(patch.object(UserAgentString, "to_string", lambda _: "tallystick"))
        stack.enter_context(patch.object(responses, "method_names_from_class", methods))
        for picker in (AttributePicker, XFormedAttributePicker):
            remembered = _remembered(picker.get_possible_keys)
            stack.enter_context(patch.object(picker, "get_possible_keys", remembered))
        yield


def _remembered(possible_keys: Callable[..., Any]) -> Any:
    """Looks the names of a member up once, where they follow from the service's model alone."""
    known: dict[Any, tuple[str, ...]] = {}

    def keys(picker: Any, context: Any) -> Any:
        shape = context.shape
        if type(context.obj) is not dict or shape is None:
            return possible_keys(picker, context)
        parent = getattr(shape, "parent", None)
        # A shape's name is its own within a service.
        member = (context.service_model.service_name, parent and parent.name, shape.name)
        place = (*member, context.key, tuple(picker.alias_providers))
        found = known.get(place)
        if found is None:
            found = known[place] = tuple(possible_keys(picker, context))
        return found

    return keys
