"""What strangers may see of an API and ask of it."""

import re
from collections.abc import Mapping
from typing import NamedTuple

_ORIGIN = re.compile(r"https?://[a-z0-9.\-]+(:[0-9]{1,5})?|https?://\[[0-9a-f:]+\](:[0-9]{1,5})?")


class Exposure(NamedTuple):
    """The settings of a deployment; what is not said is as in production.

    graphiql: serves the page for browsers.
    introspection: answers `__schema` and `__type`, and suggests names in errors ("Did you mean").
    origins: of web pages that may read answers (CORS), as browsers write them; `*` is any.
    safelist: the only documents that are answered, by their SHA-256 in hex; None: all are.
    """

    graphiql: bool = False
    introspection: bool = False
    origins: tuple[str, ...] = ()
    safelist: Mapping[str, str] | None = None


PRODUCTION = Exposure()

OPEN = Exposure(graphiql=True, introspection=True)
"""As it is on one's own machine."""


def checked_origins(text: str) -> tuple[str, ...]:
    """Origins with commas between them. Raises ValueError for what no browser would send."""
    origins = tuple(each.strip() for each in text.split(",") if each.strip())
    for each in origins:
        if each != "*" and not _ORIGIN.fullmatch(each):
            raise ValueError(f"{each!r} is no origin: write it like https://app.example")
    return origins
