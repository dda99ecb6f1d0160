"""Time zones by their IANA names, and the local time of a moment.

By the rules of the package `tzdata`, never by the machine's own: two machines that decide the same
purchase decide alike, and the lock says by which release. What zones need is imported with the
first zone: a coalition that names none does not pay for it.
"""

from datetime import datetime, tzinfo
from functools import lru_cache
from pathlib import Path

from ledger.names import At, at_moment
from loyalty.texts import meant


def check_zone(name: str) -> None:
    """Raises ValueError for a name that is not one of a zone."""
    if name not in _names():
        raise ValueError(
            f"`{name}` is no time zone{meant(name, _names())}: write it like Europe/Berlin"
        )


def local_time(at: At, zone: str) -> datetime:
    """What clocks in a zone show at a moment.

    Every moment has one local time. When clocks go forward an hour of the day does not happen; when
    they go back one happens twice.
    """
    moment = at_moment(at)
    try:
        return moment.astimezone(_zone(zone))
    except OverflowError:  # the first or last day that a calendar has
        return moment


def local_month(at: At, zone: str) -> str:
    """The calendar month that a moment is in there, like 2026-11."""
    return local_time(at, zone).isoformat()[:7]


@lru_cache
def _zone(name: str) -> tzinfo:
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - see above

    with (_data() / "zoneinfo" / name).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


@lru_cache
def _names() -> frozenset[str]:
    return frozenset((_data() / "zones").read_text(encoding="ascii").split())


def _data() -> Path:
    import tzdata  # noqa: PLC0415 - see above

    return Path(tzdata.__path__[0])
