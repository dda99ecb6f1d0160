"""The HTTP face lets web pages of allowed origins read its answers."""

import pytest

from schema.http import Exposure, checked_origins
from tests.unit.schema.http.asking import ask

PAGE = "https://app.example"
PREFLIGHT = {
    "access-control-request-method": "POST",
    "access-control-request-headers": "authorization,content-type,idempotency-key",
}


@pytest.mark.parametrize(
    ("origins", "origin", "allowed"),
    [
        ((PAGE,), PAGE, PAGE),
        ((PAGE, "http://localhost:3000"), "http://localhost:3000", "http://localhost:3000"),
        ((PAGE,), "https://app.example.evil.example", None),
        ((PAGE,), "http://app.example", None),
        ((PAGE,), "null", None),
        (("*",), "https://any.example", "*"),
        ((), PAGE, None),
    ],
)
def test_web_pages_of_allowed_origins_read_answers(
    origins: tuple[str, ...], origin: str, allowed: str | None
) -> None:
    """A preflight and an answer say so for origins that are set, and none is; never for cookies."""
    exposure = Exposure(origins=origins)
    answer = ask(json={"query": "{ one }"}, headers={"origin": origin}, exposure=exposure)
    preflight = ask("OPTIONS", headers={"origin": origin, **PREFLIGHT}, exposure=exposure)
    assert answer.json() == {"data": {"one": 1}}
    assert preflight.status_code == (200 if allowed else 400 if origins else 405)
    for response in (answer, preflight):
        assert response.headers.get("access-control-allow-origin") == allowed
        assert "access-control-allow-credentials" not in response.headers
    if allowed:
        assert preflight.headers["access-control-allow-methods"] == "GET, POST"
        assert "idempotency-key" in preflight.headers["access-control-allow-headers"].lower()


@pytest.mark.parametrize(
    "text",
    ["app.example", "https://app.example/", "https://a.example b", "https://*.example", "null"],
)
def test_origin_that_no_browser_sends_is_refused(text: str) -> None:
    """A setting that would never match is a mistake."""
    with pytest.raises(ValueError, match="origin"):
        checked_origins(f"{PAGE},{text}")
    assert checked_origins(f" {PAGE} ,*,http://[::1]:80,") == (PAGE, "*", "http://[::1]:80")
