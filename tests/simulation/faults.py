"""Calls of ports that fail as a plan says, and the points in the code that made them.

Every port is reached through a `Wire`, which numbers its calls and asks its plan what becomes of
each:

    unsent        not executed, and no answer
    unanswered    executed, but no answer
    killed        not executed, and its process ends here
    killed_after  executed, and its process ends before it learns of it
    late          no answer now; executed some time after, whatever happens until then
    busy          refused for now: throttled
    conflict      a commit that met another one, and wrote nothing

A process that ends takes all its memory with it; the next one begins with none.
"""

import sys
from collections import Counter
from collections.abc import Callable
from enum import Enum
from functools import partial
from typing import Any, NamedTuple

from loyalty.ports import Outcome, StoreUnavailable
from sealing.ports import Swap


class Fault(Enum):
    """What becomes of a call, as the module's docstring says."""

    UNSENT = "unsent"
    UNANSWERED = "unanswered"
    KILLED = "killed"
    KILLED_AFTER = "killed after"
    LATE = "late"
    BUSY = "busy"
    CONFLICT = "conflict"


class Killed(BaseException):
    """The process ended. Nothing in the product may catch it and go on."""


class Site(NamedTuple):
    """A point in the code at which a port is called."""

    file: str
    line: int
    port: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.port}"


class Call(NamedTuple):
    """A call of a port, before it is executed. number: among those of all wires of a world."""

    number: int
    port: str
    writes: bool
    site: Site


Plan = Callable[[Call], Fault | None]

# Of each port: what a call writes, and what else is told where no answer comes.
_WRITES = frozenset(
    {"rows.commit", "heads.swap", "heads.place", "log.create", "log.replace", "log.delete"}
    | {"own.create", "own.replace", "own.delete", "witness.post"}
)
_READS = (
    "rows.wallet rows.wallets rows.wallet_history rows.wallet_rows rows.wallet_row rows.wallet_ids",
    "rows.transactions rows.governance rows.sealed_at rows.record rows.records rows.standing",
    "heads.read heads.index log.read log.read_range log.read_tagged",
    "own.read own.read_range own.read_tagged",
)
PORTS = _WRITES | frozenset(" ".join(_READS).split())
_UNANSWERED = {"rows.commit": Outcome.UNKNOWN, "heads.swap": Swap.UNKNOWN}

OF_WRITES = (Fault.UNSENT, Fault.UNANSWERED, Fault.KILLED, Fault.KILLED_AFTER)
OF_READS = (Fault.UNSENT, Fault.KILLED)


IN_PAIRS = (Fault.UNSENT, Fault.UNANSWERED, Fault.KILLED)
"""Of a write that is one of two that fail: killed after it is killed before the next call."""


class Tally:
    """Which points were reached, and at which of them which faults were fired."""

    def __init__(self) -> None:
        self.sites: dict[Site, bool] = {}
        self.fired: Counter[tuple[Site, Fault]] = Counter()

    @property
    def by_kind(self) -> Counter[str]:
        kinds: Counter[str] = Counter()
        for (_, fault), count in self.fired.items():
            kinds[fault.value] += count
        return kinds

    @property
    def points(self) -> int:
        """Each place in the code, times the faults that every call of its kind must survive."""
        return sum(len(OF_WRITES if writes else OF_READS) for writes in self.sites.values())

    @property
    def covered(self) -> int:
        """How many of them were fired."""
        return sum(fault in OF_WRITES for _, fault in self.fired)

    def add(self, other: "Tally") -> None:
        self.sites.update(other.sites)
        self.fired.update(other.fired)


class Wires:
    """What all wires of one world share: the count of calls, the plan, the tally, the trace."""

    def __init__(self, plan: Plan, tally: Tally) -> None:
        self.plan = plan
        self.tally = tally
        self.calls = 0
        self.trace: list[tuple[object, ...]] = []
        self.late: Callable[[Callable[[], object]], None] = lambda happens: None


class Wire:
    """What one process reaches its ports through. pause: called before each call."""

    def __init__(
        self, wires: Wires, name: str, pause: Callable[[str], None] = lambda _: None
    ) -> None:
        self._wires = wires
        self._name = name
        self._pause = pause

    def to(self, port: str, target: object) -> Any:
        """The methods of a port, through this wire."""
        wired = _Wired()
        prefix = f"{port}."
        for each in PORTS:
            if each.startswith(prefix):
                method = getattr(target, each[len(prefix) :])
                setattr(wired, each[len(prefix) :], partial(self._call, each, method))
        return wired

    def _call(self, port: str, method: Callable[..., Any], *args: Any) -> Any:
        wires = self._wires
        site = _site(port)
        self._pause(port)
        wires.calls += 1
        writes = port in _WRITES
        wires.tally.sites.setdefault(site, writes)
        fault = wires.plan(Call(wires.calls, port, writes, site))
        wires.trace.append((wires.calls, self._name, site, fault and fault.value, args))
        if fault is None:
            return _result(method(*args))
        wires.tally.fired[site, fault] += 1
        return self._failed(fault, port, partial(method, *args))

    def _failed(self, fault: Fault, port: str, happens: Callable[[], object]) -> Any:
        if fault in (Fault.UNANSWERED, Fault.KILLED_AFTER):
            happens()
        if fault is Fault.LATE:
            self._wires.late(happens)
        if fault in (Fault.KILLED, Fault.KILLED_AFTER):
            raise Killed(port)
        if fault is Fault.BUSY and port == "rows.commit":
            return Outcome.BUSY
        if fault is Fault.CONFLICT:
            return Outcome.MOVED
        if fault is not Fault.BUSY and port in _UNANSWERED:
            return _UNANSWERED[port]
        raise StoreUnavailable(f"{port}: {fault.value}")


class _Wired:
    """A port's methods, set by `Wire.to`."""


def _result(result: Any) -> Any:
    """A generator's items, read at once: what is read later would not be at this call."""
    return iter(list(result)) if hasattr(result, "__next__") else result


def _site(port: str) -> Site:
    """Where the product called."""
    frame = sys._getframe(2)
    while "/tests/simulation/" in frame.f_code.co_filename and frame.f_back is not None:
        frame = frame.f_back
    folder, _, file = frame.f_code.co_filename.rpartition("/")
    return Site(f"{folder.rpartition('/')[2]}/{file}", frame.f_lineno, port)
