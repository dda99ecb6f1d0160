"""Which web pages may read answers (CORS, https://fetch.spec.whatwg.org/#http-cors-protocol).

Without a setting none may: a browser asks first (our bodies are JSON) and gets no permission.
Whoever asks is known by the token that a page sends itself, so credentials that a browser would add
by itself (cookies) are never allowed, and `*` gives a foreign page nothing that it could not send
from anywhere.
"""

from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

_MAX_AGE_S = 3_600


def cors(origins: tuple[str, ...]) -> Middleware:
    """Answers preflights, and marks answers for these origins."""
    return Middleware(
        CORSMiddleware,
        allow_origins=origins,
        allow_methods=["GET", "POST"],
        allow_headers=["authorization", "content-type", "idempotency-key"],
        expose_headers=["retry-after"],
        allow_credentials=False,
        max_age=_MAX_AGE_S,
    )
