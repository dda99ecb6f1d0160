"""What operators see of a function: its log and its metrics.

Each line of the log is one JSON object (Powertools' formatter): `service` (which function),
`level`, `location`, `timestamp`, `message`, `request_id` of the invocation and `xray_trace_id`, by
which a line is found in the trace, and what the line itself has to say. The level is that of
TALLYSTICK_LOG_LEVEL, or INFO.

Metrics are of the namespace that TALLYSTICK_METRICS says, one for each deployment (`Tallystick`, if
absent), with the dimension `service`. They are a line of the log (CloudWatch's Embedded Metric
Format) at the end of an invocation, also of one that failed:

    SealLagSeconds      between a transaction's commit and its block, of the oldest in a block
    UnsealedAgeSeconds  of the oldest transaction that a sweep saw and did not seal; 0 for none
    SealedEntries       entries of blocks, these not counted
    Cosignatures        witnesses that cosigned; WitnessesMissing: that did not answer, or refused
    WitnessAlarms       witnesses that know another log
    RefusedSignatures   requests whose signature was not that of their actor
    Conflicts           requests given up because their wallets moved all the time
    PutOff              matters that the clock could not attend to
    DeadLetters         events given up

There is no span of our own in a trace: see docs/adr/0017-traces-without-an-sdk.md.
"""

import logging
import os
import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

NAMESPACE = "Tallystick"
Handler = Callable[[dict[str, Any], Any], dict[str, Any]]
_log = logging.getLogger(__name__)


class Telemetry:
    """One function's. service: its name. Outside an invocation, where nobody would write them, as
    on a developer's machine, metrics are dropped."""

    def __init__(self, service: str) -> None:
        self._service = service
        self._metrics: EphemeralMetrics | None = None
        self._formatter = LambdaPowertoolsFormatter(service=service, utc=True, use_rfc3339=True)

    def count(self, name: str, number: int = 1) -> None:
        self._add(name, MetricUnit.Count, number)

    def seconds(self, name: str, value: float) -> None:
        self._add(name, MetricUnit.Seconds, value)

    def _add(self, name: str, unit: MetricUnit, value: float) -> None:
        if self._metrics is not None:
            self._metrics.add_metric(name, unit, value)

    def __call__(self, handler: Handler) -> Handler:
        """A handler that writes its log and its metrics so."""

        @wraps(handler)
        def telling(event: dict[str, Any], context: Any) -> dict[str, Any]:
            self._begin(context)
            try:
                return handler(event, context)
            except Exception:
                # Whatever it is: Lambda would write it as text, without the ids. It goes on to
                # Lambda, which counts it as an error and asks again.
                _log.exception("the invocation failed")
                raise
            finally:
                metrics, self._metrics = self._metrics, None
                if metrics is not None and metrics.metric_set:
                    metrics.flush_metrics()

        return telling

    def _begin(self, context: Any) -> None:
        namespace = os.environ.get("TALLYSTICK_METRICS", NAMESPACE)
        self._metrics = EphemeralMetrics(namespace=namespace, service=self._service)
        root = logging.getLogger()
        # Lambda puts a handler of its own there, which writes text.
        if not any(each.formatter is self._formatter for each in root.handlers):
            handler = logging.StreamHandler(sys.stdout)
            handler.setFormatter(self._formatter)
            root.handlers = [handler]
            root.setLevel(os.environ.get("TALLYSTICK_LOG_LEVEL", "INFO"))
            # Mangum's line of a request has its whole path, which may be anybody's data.
            for noisy in ("botocore", "mangum", "urllib3"):
                logging.getLogger(noisy).setLevel(logging.WARNING)
        self._formatter.append_keys(request_id=getattr(context, "aws_request_id", None))
