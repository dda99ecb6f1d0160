"""The published log over HTTP, by the paths of c2sp.org/tlog-tiles:

    GET  /log/checkpoint             the signed checkpoint, new every few seconds
    GET  /log/tile/<L>/<N>[.p/<W>]   hashes
    GET  /log/tile/entries/<N>[.p/<W>]   entries, compressed for who accepts it

Types and caching are those that the objects have in S3, so a bucket behind a cache serves the
same. Whatever is not there is a 404: a missing tile is never an empty one. Whoever is to trust a
log has to read it, so nobody is asked for a token. No person is named in it, but who knows a
wallet's id can follow it; a coalition that wants its log read by partners alone keeps others out
before this.
"""

from gzip import compress
from hashlib import sha256

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ledger.errors import RuleBroken
from loyalty.ports import StoreUnavailable
from sealing.proving import Prover
from storage.s3 import headers_of

_PREFIX = "/log/"
_BUNDLES = "tile/entries/"
_NOT_KEPT = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


def log_route(log: Prover) -> Route:
    """Serves a published log."""

    async def answer(request: Request) -> Response:
        # Not the route's own, which passes over a newline at the end.
        path = request.scope["path"].removeprefix(_PREFIX)
        try:
            data = await run_in_threadpool(log.read, path)
        except RuleBroken:
            data = None
        except StoreUnavailable:
            return _refused(503, "not now: ask again", {"Retry-After": "1"})
        if data is None:
            return _refused(404, "not in this log")
        return _file(request, path, data)

    return Route(_PREFIX + "{path:path}", answer, methods=["GET"])


def _file(request: Request, path: str, data: bytes) -> Response:
    about = headers_of(path)
    tag = f'"{sha256(data).hexdigest()[:32]}"'
    headers = {
        "Cache-Control": about["CacheControl"],
        "ETag": tag,
        "X-Content-Type-Options": "nosniff",
    }
    if path.startswith(_BUNDLES):
        headers["Vary"] = "Accept-Encoding"
        if _accepts_gzip(request):
            # Another representation has another tag (RFC 9110, section 8.8.3.3).
            headers |= {"Content-Encoding": "gzip", "ETag": f'{tag[:-1]}-gzip"'}
    if headers["ETag"] in _tags(request):
        return Response(status_code=304, headers=headers)
    if "Content-Encoding" in headers:
        data = compress(data, mtime=0)
    # The type in the headers, not as media_type: starlette would add a charset of its own.
    return Response(data, headers={**headers, "Content-Type": about["ContentType"]})


def _accepts_gzip(request: Request) -> bool:
    accepted = request.headers.get("accept-encoding", "").replace(" ", "").lower().split(",")
    return "gzip" in accepted


def _tags(request: Request) -> set[str]:
    """Those that the client has (If-None-Match); a weak one is as good here."""
    tags = request.headers.get("if-none-match", "").split(",")
    return {tag.strip().removeprefix("W/") for tag in tags}


def _refused(status: int, text: str, more: dict[str, str] | None = None) -> Response:
    headers = {**_NOT_KEPT, **(more or {})}
    return Response(f"{text}\n", status, headers, media_type="text/plain")
