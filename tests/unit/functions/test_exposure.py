"""What a deployment's environment says of how its API is exposed."""

from pathlib import Path

import orjson
import pytest

from functions.wiring import exposure_of
from schema.http import PRODUCTION, Exposure
from schema.http.persisted import hash_of


def test_nothing_said_is_production() -> None:
    """No introspection, no page, no web page, any document."""
    assert exposure_of({}) == PRODUCTION == Exposure(False, False, (), None)


def test_each_setting_is_read(tmp_path: Path) -> None:
    """Each by its own name."""
    text = "{ coalition { origin } }"
    safelist = tmp_path / "safelist.json"
    safelist.write_bytes(orjson.dumps({hash_of(text): text}))
    environment = {
        "TALLYSTICK_INTROSPECTION": "on",
        "TALLYSTICK_CORS_ORIGINS": "https://app.example, http://localhost:3000",
        "TALLYSTICK_SAFELIST": str(safelist),
    }
    origins = ("https://app.example", "http://localhost:3000")
    assert exposure_of(environment) == Exposure(False, True, origins, {hash_of(text): text})


@pytest.mark.parametrize(
    "environment",
    [
        {"TALLYSTICK_INTROSPECTION": "true"},
        {"TALLYSTICK_INTROSPECTION": ""},
        {"TALLYSTICK_CORS_ORIGINS": "app.example"},
    ],
)
def test_what_is_no_such_setting_is_refused(environment: dict[str, str]) -> None:
    """A function that was set up by mistake does not start."""
    with pytest.raises(ValueError, match=r"TALLYSTICK|origin"):
        exposure_of(environment)


def test_safelist_that_is_not_there_is_refused() -> None:
    """Not even one that answers everything."""
    with pytest.raises(OSError, match="nowhere"):
        exposure_of({"TALLYSTICK_SAFELIST": "/nowhere.json"})
