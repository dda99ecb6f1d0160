"""What several resolvers of a request wait for at the same time, read in one call to the store.

Strawberry's `DataLoader` makes a future for each key and a task for each call, which take longer
than what they wait for where the store's calls block, as ours do. All that is needed is one turn of
the event loop, in which the others say what they want.
"""

from asyncio import sleep
from collections.abc import Callable, Mapping, Sequence
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Reads(Generic[K, V]):
    """The reads of one request: each key once. read: what is found of several, by key."""

    def __init__(self, read: Callable[[Sequence[K]], Mapping[K, V]]) -> None:
        self._read = read
        self._wanted: dict[K, None] = {}
        self._known: dict[K, V | Exception | None] = {}

    async def load(self, key: K) -> V | None:
        """What is found, or None. Raises what the read raised, for each that waited for it."""
        if key not in self._known:
            self._wanted[key] = None
            await sleep(0)
            if key in self._wanted:
                self._read_wanted()
        found = self._known[key]
        if isinstance(found, Exception):
            raise found
        return found

    def _read_wanted(self) -> None:
        wanted, self._wanted = list(self._wanted), {}
        try:
            found = self._read(wanted)
        except Exception as error:
            self._known.update(dict.fromkeys(wanted, error))
        else:
            self._known.update((key, found.get(key)) for key in wanted)
