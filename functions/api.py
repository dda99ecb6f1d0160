"""The GraphQL API as a Lambda function behind an HTTP API (payload format 2.0).

Its environment:

    TALLYSTICK_ORIGIN       the ledger's origin
    TALLYSTICK_TABLE        the table's name; AWS_REGION its region
    TALLYSTICK_DYNAMODB_ENDPOINT  in place of AWS's own, for a local AWS
    TALLYSTICK_ENTRY_SEED   base64 of the entry key's seed as KMS encrypted it
    TALLYSTICK_ISSUER       the issuer of tokens, and TALLYSTICK_ISSUER_KEY its public key, a JWK
"""

import os
import secrets
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

import orjson
from joserfc.jwk import OKPKey
from mangum import Mangum
from starlette.applications import Starlette
from starlette.requests import Request

from loyalty.coalition import Coalition
from schema.authentication import Issuer, bearer_actor
from schema.context import Context
from schema.http import GRAPHQL_RESPONSE, JSON, graphql_app
from schema.product import product_schema
from storage.dynamodb import DynamoStore, Table
from storage.kms import entry_signer


def application(coalition: Coalition, issuer: Issuer, *, graphiql: bool = False) -> Starlette:
    """The API of a coalition. The machine's clock judges tokens, the coalition's dates entries."""

    async def context(request: Request) -> Context:
        now = datetime.now(UTC)
        return Context(coalition, bearer_actor(request.headers.get("authorization"), issuer, now))

    return graphql_app(product_schema(), context, graphiql=graphiql)


def coalition_of(environment: Mapping[str, str]) -> Coalition:
    """The coalition that this function serves."""
    origin, region = environment["TALLYSTICK_ORIGIN"], environment["AWS_REGION"]
    endpoint = environment.get("TALLYSTICK_DYNAMODB_ENDPOINT")
    return Coalition(
        origin,
        DynamoStore(Table(environment["TALLYSTICK_TABLE"], region, endpoint)),
        entry_signer(origin, environment["TALLYSTICK_ENTRY_SEED"], region),
        lambda: datetime.now(UTC),
        secrets.token_bytes,
        time.sleep,
    )


def issuer_of(environment: Mapping[str, str]) -> Issuer:
    """Whose tokens this function believes."""
    key = OKPKey.import_key(orjson.loads(environment["TALLYSTICK_ISSUER_KEY"]))
    return Issuer(environment["TALLYSTICK_ISSUER"], environment["TALLYSTICK_ORIGIN"], key)


@cache
def _api() -> Mangum:
    app = application(coalition_of(os.environ), issuer_of(os.environ))
    return Mangum(app, lifespan="off", text_mime_types=[JSON, GRAPHQL_RESPONSE])


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Lambda's entry point."""
    return _api()(event, context)
