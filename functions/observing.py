"""One line in the log for each request of the API, and what its refusals count as.

    {"message": "request", "method": "POST", "route": "/graphql", "status": 200, "duration_ms": 12,
     "actor": "partner:grocer", "transactions": ["2jtb…"], "refusals": ["CONTENDED"], …}

Actors and transactions stand there by their ids. What a request or its answer holds never does:
neither its document and variables nor its headers, nor the path beyond the route.
"""

import logging
import time
from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from functions.telemetry import Telemetry
from loyalty.refusals import Code
from schema.context import Context

_log = logging.getLogger(__name__)
_ROUTES = ("/graphql", "/health", "/ready", "/log/")
_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})
_COUNTED = {Code.SIGNATURE_INVALID: "RefusedSignatures", Code.CONTENDED: "Conflicts"}


class Observed:
    """An ASGI application that is watched. clock_s: seconds, from wherever."""

    def __init__(
        self, app: ASGIApp, told: Telemetry, clock_s: Callable[[], float] = time.perf_counter
    ) -> None:
        self._app = app
        self._told = told
        self._clock_s = clock_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun_s, status = self._clock_s(), 500

        async def sending(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await self._app(scope, receive, sending)
        finally:
            self._tell(scope, status, round(1000 * (self._clock_s() - begun_s)))

    def _tell(self, scope: Scope, status: int, duration_ms: int) -> None:
        line: dict[str, object] = {
            "method": scope["method"] if scope["method"] in _METHODS else "another",
            "route": next((each for each in _ROUTES if scope["path"].startswith(each)), "another"),
            "status": status,
            "duration_ms": duration_ms,
        }
        context = scope.get("state", {}).get("context")
        if isinstance(context, Context):
            line |= {
                "actor": context.party,
                "transactions": context.requests,
                "refusals": [code.value for code in context.refusals],
            }
            for code in context.refusals:
                if code in _COUNTED:
                    self._told.count(_COUNTED[code])
        _log.info("request", extra=line)
