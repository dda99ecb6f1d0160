"""Whether this process can do its work now, for load balancers, deployments and operators:

    GET  /ready   200 {"status":"ready"}, or 503 {"status":"unavailable"} with Retry-After

Ready is: the table answers, an entry key that is held here is in force and signs, and, where there
is a log, its checkpoint can be read and the table is not behind it, as one is that was restored
from a backup. Why it is not stands in the log of the function alone. Nobody is asked for a token.

However many ask, it is looked up once in `KEPT_S`, by one of them, who waits `LIMIT_S` at most; who
asks meanwhile is told what was found last.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from threading import Lock

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from loyalty.coalition import Coalition
from schema.http import JSON
from sealing.proving import Prover

KEPT_S = 5.0
LIMIT_S = 3.0
_PROBE = b"tallystick/ready/v1\n"
_log = logging.getLogger(__name__)


class Readiness:
    """What was found last. Safe to share between threads. log: None where nothing is sealed."""

    def __init__(
        self, coalition: Coalition, log: Prover | None, clock_s: Callable[[], float]
    ) -> None:
        self._coalition = coalition
        self._log = log
        self._clock_s = clock_s
        self._looking = Lock()
        self._found: tuple[bool, float] | None = None

    @property
    def last(self) -> bool:
        """What was found last; before that it is not ready."""
        return self._found is not None and self._found[0]

    def looked(self) -> bool:
        """What is found now, or was found lately. Never raises."""
        if not self._is_kept() and self._looking.acquire(blocking=False):
            try:
                self._found = (self._is_ready(), self._clock_s())
            finally:
                self._looking.release()
        return self.last

    def _is_kept(self) -> bool:
        return self._found is not None and self._clock_s() - self._found[1] < KEPT_S

    def _is_ready(self) -> bool:
        try:
            governance = self._coalition.governance()
            signer = self._coalition.signer(governance, self._coalition.now())
            if self._log is not None:
                self._log.check_head()
            if signer.verifier.verifies(_PROBE, signer.sign(_PROBE)):
                return True
            _log.error("not ready: the entry key's signature does not hold")
        except Exception:  # whatever it is, it is not ready
            _log.exception("not ready")
        return False


def ready_route(
    coalition: Coalition, log: Prover | None, clock_s: Callable[[], float] = time.monotonic
) -> Route:
    """Answers for this process."""
    readiness = Readiness(coalition, log, clock_s)

    async def answer(_request: Request) -> Response:
        # Not in the threads of GraphQL: those that wait here keep no request waiting.
        looking = asyncio.get_running_loop().run_in_executor(None, readiness.looked)
        try:
            ready = await asyncio.wait_for(looking, LIMIT_S)
        except TimeoutError:
            _log.warning("not ready: no answer in %s s", LIMIT_S)
            ready = False
        headers = {"Cache-Control": "no-store"}
        if ready:
            return Response(b'{"status":"ready"}', headers=headers, media_type=JSON)
        headers["Retry-After"] = str(round(KEPT_S))
        return Response(b'{"status":"unavailable"}', 503, headers, media_type=JSON)

    return Route("/ready", answer, methods=["GET"])
