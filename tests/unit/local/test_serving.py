"""Serving on this machine."""

import socket
from threading import enumerate as threads

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from local.problems import Problem
from local.serving import HOST, _listener, serving


async def hello(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("hello")


APP = Starlette(routes=[Route("/", hello)])


def test_it_answers_as_soon_as_it_is_entered_and_ends_when_left():
    """The URL works inside the context, and neither thread nor port is left behind."""
    with serving(APP, 0) as url:
        assert httpx.get(url).text == "hello"
    assert "api" not in {thread.name for thread in threads()}
    with pytest.raises(httpx.ConnectError):
        httpx.get(url)


def test_it_ends_while_a_connection_is_kept_alive():
    """A client that stays connected does not hold the server up."""
    with httpx.Client() as client, serving(APP, 0) as url:
        assert client.get(url).text == "hello"
    assert "api" not in {thread.name for thread in threads()}


def test_who_asks_is_who_connects():
    """What a client says of whom it asks for is not believed: a bound for each source is kept."""

    async def source(request: Request) -> PlainTextResponse:
        return PlainTextResponse(f"{request.url.scheme} {request.client and request.client.host}")

    app = Starlette(routes=[Route("/", source)])
    headers = {"X-Forwarded-For": "192.0.2.7", "X-Forwarded-Proto": "https"}
    with serving(app, 0) as url:
        assert httpx.get(url, headers=headers).text == f"http {HOST}"


def test_answers_are_not_held_back():
    """Nagle's algorithm is off on the connections that the server accepts.

    asyncio sees to that on sockets that name their protocol.
    """
    with _listener(0) as listener:
        assert listener.proto == socket.IPPROTO_TCP


def test_a_port_that_is_taken_is_named():
    """The message says which port, and how to choose another."""
    with socket.socket() as other:
        other.bind((HOST, 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(Problem, match=rf"port {port} .*--port"), serving(APP, port):
            raise AssertionError
