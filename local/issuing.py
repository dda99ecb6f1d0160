"""The development issuer at an address of this machine, for an API in another process."""

from collections.abc import Iterator
from contextlib import contextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.keys import TokenIssuer
from local.serving import serving


@contextmanager
def served_issuer(origin: str, port: int = 0) -> Iterator[TokenIssuer]:
    """Serves what an issuer publishes until the context ends; its name is its address.

    port: 0 for a free one. Raises Problem if it cannot be had.
    """
    published: dict[str, object] = {}

    async def answer(request: Request) -> Response:
        found = published.get(request.url.path)
        return Response(status_code=404) if found is None else JSONResponse(found)

    with serving(Starlette(routes=[Route("/{path:path}", answer)]), port) as url:
        tokens = TokenIssuer.new(origin, url)
        published.update(tokens.documents())
        yield tokens
