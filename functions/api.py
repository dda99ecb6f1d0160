"""The GraphQL API, and the published log, as a Lambda function behind an HTTP API (payload 2.0).

`functions.wiring` says what its environment holds. What asks nobody is made as this is loaded, so
that no event waits for it, and SnapStart has it in its snapshot: the schema, and in Lambda the
clients of AWS, which have asked for the role's credentials alone. All that wake from one snapshot
begin alike: what is to differ between them, or to be as of now, is made at the first event of a
process. KMS is asked for keys then, and they are kept; if that fails (KMS does not answer), the
next event tries again.
"""

import os
import random
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any

from functions.waking import waking

with waking():
    from mangum import Mangum
    from starlette.requests import Request
    from starlette.routing import Router

    from functions.log import log_route
    from functions.observing import Observed
    from functions.ready import ready_route
    from functions.telemetry import Telemetry
    from functions.wiring import (
        coalition_of,
        exposure_of,
        issuer_of,
        prover_of,
        store_of,
        utc_now,
    )
    from loyalty.coalition import Coalition
    from loyalty.throttling import Limiter, RequestCounts
    from schema.authentication import bearer_actor
    from schema.context import Context
    from schema.http import GRAPHQL_RESPONSE, JSON, PRODUCTION, Exposure, graphql_app
    from schema.issuers import Issuer
    from schema.product import product_schema
    from schema.rate_limits import known
    from sealing.proving import Prover
    from storage.dynamodb import DynamoStore
    from storage.memory_request_counts import MemoryRequestCounts
    from storage.request_counts_dynamodb import DynamoRequestCounts

    product_schema()

TOLD = Telemetry("api")


def application(
    coalition: Coalition,
    issuer: Issuer,
    log: Prover | None = None,
    *,
    exposure: Exposure = PRODUCTION,
    counts: RequestCounts | None = None,
    token_clock: Callable[[], datetime] = utc_now,
) -> Router:
    """The API of a coalition, and its published log beside it, if there is one.

    The machine's clock judges tokens and rates, the coalition's dates entries. counts: of the
    mutations of each actor; None: no actor waits.
    """

    async def context(request: Request) -> Context:
        authorization = request.headers.get("authorization")
        source, _port = request.scope.get("client") or ("", 0)
        actor = known(
            lambda: bearer_actor(authorization, issuer, coalition, token_clock()), source, strangers
        )
        made = Context(coalition, actor, log)
        # What `request.state` is made of, for whoever watches the API (`functions.observing`).
        request.scope.setdefault("state", {})["context"] = made
        return made

    strangers = Limiter(MemoryRequestCounts(), token_clock)
    limiter = None if counts is None else Limiter(counts, token_clock)
    schema = product_schema(introspection=exposure.introspection, limiter=limiter)
    app = graphql_app(schema, context, exposure)
    app.routes.append(ready_route(coalition, log))
    if log is not None:
        app.routes.append(log_route(log))
    return app


@cache
def _aws() -> tuple[DynamoStore, Prover | None]:
    """The table, and the published log: their clients are made, and have asked nothing."""
    with waking():
        store = store_of(os.environ)
        return store, prover_of(os.environ, store) if "TALLYSTICK_BUCKET" in os.environ else None


@cache
def _api() -> Mangum:
    store, log = _aws()
    # Or the pauses before a request is sent again would be those of all who woke with this one.
    random.seed()
    with waking():
        coalition, issuer = coalition_of(os.environ, store), issuer_of(os.environ)
        exposure, counts = exposure_of(os.environ), DynamoRequestCounts(store)
        app = application(
            coalition, issuer, log, exposure=exposure, counts=counts, token_clock=utc_now
        )
    app_told = Observed(app, TOLD)
    return Mangum(app_told, lifespan="off", text_mime_types=[JSON, GRAPHQL_RESPONSE, "text/"])


@TOLD
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Lambda's entry point."""
    return _api()(event, context)


# Lambda's own name for it: who has the rest of a function's environment, as an operator at its
# `tallystick keys`, is no function.
if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
    _aws()
