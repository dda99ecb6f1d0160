"""The in-memory twins of the log's head and of its objects: the same semantics, without I/O."""

from collections.abc import Mapping
from hashlib import sha256
from threading import Lock

from ledger.names import TransactionId
from sealing.ports import Head, Swap, Tagged
from storage.commits import check_range
from storage.memory import MemoryStore


class MemoryHeads:
    """A `sealing.ports.Heads` beside the rows of a `MemoryStore`, under its lock."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self._indexes: dict[TransactionId, int] = {}

    def read(self) -> Head | None:
        return self._store.head

    def swap(self, old: bytes | None, new: Head) -> Swap:
        store = self._store
        with store.lock:
            found = None if store.head is None else store.head.checkpoint
            if found != old or store.governance_row(new.governance_seq + 1) is not None:
                return Swap.LOST
            store.head = new
        return Swap.DONE

    def place(self, indexes: Mapping[TransactionId, int]) -> None:
        self._indexes.update(indexes)

    def index(self, id_: TransactionId) -> int | None:
        return self._indexes.get(id_)


class MemoryObjects:
    """A `sealing.ports.Objects` that forgets everything when the process ends."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._objects: dict[str, bytes] = {}

    def read(self, path: str) -> bytes | None:
        return self._objects.get(path)

    def read_range(self, path: str, first: int, length: int) -> bytes | None:
        check_range(first, length)
        data = self._objects.get(path)
        return None if data is None else data[first : first + length]

    def create(self, path: str, data: bytes) -> bool:
        return self.replace(path, data, None)

    def read_tagged(self, path: str) -> Tagged | None:
        data = self._objects.get(path)
        return None if data is None else Tagged(data, _tag(data))

    def replace(self, path: str, data: bytes, tag: str | None) -> bool:
        with self._lock:
            found = self._objects.get(path)
            if (None if found is None else _tag(found)) != tag:
                return False
            self._objects[path] = bytes(data)
        return True

    def delete(self, path: str) -> None:
        with self._lock:
            self._objects.pop(path, None)


def _tag(data: bytes) -> str:
    """Of the content alone, as S3's."""
    return sha256(data).hexdigest()
