"""A witness over HTTP, as an ASGI application.

    POST /add-checkpoint    c2sp.org/tlog-witness; 413 for a body too long, 408 for one too slow
    GET  /                  who this is and what it cosigned, for people
    GET  /status            the same as JSON

Under a prefix as well, where one is given: for a proxy that passes paths on as they come.
"""

import asyncio
from base64 import b64encode
from collections.abc import Callable
from html import escape
from typing import NamedTuple

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse
from starlette.responses import Response as HttpResponse
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from witness.protocol import MAX_BODY_BYTES, Response, Seen, text_response
from witness.service import Witness
from witness.state import StateUnavailable

_BODY_S = 10.0
_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
_PAGE_HEADERS = {
    **_HEADERS,
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
}
_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{name}</title>
<style>body{{font:16px/1.5 system-ui,sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem}}
code{{overflow-wrap:anywhere}}td,th{{padding:.2rem 1rem .2rem 0;text-align:left}}</style>
<h1>{name}</h1>
<p>A witness (<a href="https://c2sp.org/tlog-witness">c2sp.org/tlog-witness</a>) with the key</p>
<p><code>{vkey}</code></p>
<table><tr><th>log<th>size cosigned last<th>root<th>forks seen</tr>
{rows}</table>
</html>
"""


class LogStatus(NamedTuple):
    """forks: pairs of checkpoints that the log signed for one size, the cosigned one first."""

    origin: str
    seen: Seen | None
    forks: list[tuple[bytes, bytes]]


class Status(NamedTuple):
    name: str
    vkey: str
    logs: list[LogStatus]


def witness_app(witness: Witness, prefix: str = "") -> ASGIApp:
    """The application. prefix: e.g. `/w1`, the path of the submission prefix that the log has."""

    async def add_checkpoint(request: Request) -> HttpResponse:
        body = await _body(request)
        if isinstance(body, Response):
            # The rest of the body will not be read.
            return _http(body, {**_HEADERS, "Connection": "close"})
        # In a thread of its own: it waits for a disk, and perhaps for a replay of the log.
        return _http(await run_in_threadpool(witness.add_checkpoint, body), _HEADERS)

    async def page(_request: Request) -> HttpResponse:
        return await _shown(
            witness, lambda status: HTMLResponse(_page(status), headers=_PAGE_HEADERS)
        )

    async def status(_request: Request) -> HttpResponse:
        return await _shown(witness, lambda status: JSONResponse(_json(status), headers=_HEADERS))

    routes = [
        Route("/add-checkpoint", add_checkpoint, methods=["POST"]),
        Route("/", page, methods=["GET"]),
        Route("/status", status, methods=["GET"]),
    ]
    under = [Mount(prefix, routes=routes)] if prefix.strip("/") else []
    return Starlette(routes=[*under, *routes])


async def _shown(witness: Witness, show: Callable[[Status], HttpResponse]) -> HttpResponse:
    try:
        return show(await run_in_threadpool(_status, witness))
    except StateUnavailable:
        return _http(text_response(503, "this witness cannot reach its state"), _HEADERS)


async def _body(request: Request) -> bytes | Response:
    """The request's body, or why it was not read to its end."""
    body = bytearray()
    try:
        async with asyncio.timeout(_BODY_S):
            async for chunk in request.stream():
                body += chunk
                if len(body) > MAX_BODY_BYTES:
                    return text_response(413, f"a request has at most {MAX_BODY_BYTES} bytes")
    except TimeoutError:
        return text_response(408, f"a request is sent within {_BODY_S:.0f} s")
    except ClientDisconnect:
        return text_response(400, "the request ended early")
    return bytes(body)


def _http(response: Response, headers: dict[str, str]) -> HttpResponse:
    # The type in the headers, not as media_type: starlette would add a charset to the size's.
    return HttpResponse(
        response.body, response.status, {**headers, "Content-Type": response.content_type}
    )


def _status(witness: Witness) -> Status:
    return Status(
        witness.verifier.name,
        str(witness.verifier),
        [LogStatus(origin, seen, witness.forks(origin)) for origin, seen in witness.logs().items()],
    )


def _json(status: Status) -> dict[str, object]:
    logs = []
    for origin, seen, forks in status.logs:
        row: dict[str, object] = {"origin": origin, "size": 0}
        if seen is not None:
            row |= {"size": seen.size, "root": b64encode(seen.root).decode(), "at": seen.at}
            row["checkpoint"] = seen.note.decode()
        row["forks"] = [
            {"cosigned": cosigned.decode(), "other": other.decode()} for cosigned, other in forks
        ]
        logs.append(row)
    return {"name": status.name, "vkey": status.vkey, "logs": logs}


def _page(status: Status) -> str:
    rows = [
        f"<tr><td>{escape(origin)}<td>{seen.size if seen else 'none'}"
        f"<td><code>{b64encode(seen.root).decode() if seen else ''}</code><td>{len(forks)}</tr>\n"
        for origin, seen, forks in status.logs
    ]
    return _PAGE.format(name=escape(status.name), vkey=escape(status.vkey), rows="".join(rows))
