"""moto's in-process S3, corrected where it differs from AWS in what we rely on.

moto 5.2.5 (`moto/s3`) has these faults, each replaced here for as long as `corrected_s3()` is
entered:

- A conditional write looks and writes in two steps: of several `If-None-Match: *` at once more than
  one is done, and of several `If-Match` with one tag. Corrected: one lock around each request.
- Every object ever written is kept until the backend is reset, also one that was replaced or
  deleted. Corrected: they are not tracked, so a log that is published for hours does not fill the
  memory.

When moto mends a fault, the test that shows it in bare moto fails, and its part here can go.
Rules: Amazon S3 user guide, "How to prevent object overwrites with conditional writes".
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import wraps
from threading import RLock
from typing import Any
from unittest.mock import patch

from moto.s3.models import FakeKey
from moto.s3.responses import S3Response


def _untracked(cls: type, *_: Any, **__: Any) -> Any:
    return object.__new__(cls)


@contextmanager
def corrected_s3() -> Iterator[None]:
    """Correct every S3 backend of moto in this process, inside or around `mock_aws()`.

    Enter it once, before the threads that use it start, and leave it after they end.
    """
    lock = RLock()

    def locked(respond: Callable[..., Any]) -> Any:
        @wraps(respond)
        def one_at_a_time(*args: Any, **named: Any) -> Any:
            with lock:
                return respond(*args, **named)

        return one_at_a_time

    with ExitStack() as stack:
        stack.enter_context(
            patch.object(S3Response, "key_response", locked(S3Response.key_response))
        )
        stack.enter_context(patch.object(FakeKey, "__new__", _untracked))
        yield
