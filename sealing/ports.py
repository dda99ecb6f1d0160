"""What sealing needs of the outside. Adapters for these stand in `storage/`.

`Heads.swap` is the one step that decides: before it nothing that a sealer wrote is part of the log,
after it the new block is, whatever becomes of the sealer. Whatever cannot be reached raises
`loyalty.ports.StoreUnavailable`; then a seal ends where it is, and the next one recovers.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from enum import Enum
from typing import NamedTuple, Protocol

from ledger.names import At, TransactionId, WalletId
from loyalty.ports import GovernanceRow, TransactionRow, WalletRow


class Rows(Protocol):
    """What was committed: a part of `loyalty.ports.Store`. Every read is strongly consistent."""

    def wallet_rows(self, wallet: WalletId, after_seq: int, limit: int) -> Sequence[WalletRow]:
        """Rows of a wallet past a seq, oldest first."""

    def transactions(
        self, ids: Collection[TransactionId]
    ) -> Mapping[TransactionId, TransactionRow]: ...

    def governance(self, after_seq: int) -> Sequence[GovernanceRow]:
        """The governance chain past a seq, in order."""

    def wallet_ids(self) -> Iterator[WalletId]:
        """Every wallet that has a row, each at least once, in no order. For a sweep: it is slow."""


class Head(NamedTuple):
    """The newest sealed state: what the log is, from the moment that this is written.

    checkpoint: a note signed by the log key alone, its exact bytes; position: where the sealer
    stands after it (`sealing.position`); governance_seq, at: of the block that it ends with.
    """

    checkpoint: bytes
    position: bytes
    governance_seq: int
    at: At


class Swap(Enum):
    """DONE: the head is the new one. LOST: nothing was written, another head or an unsealed
    governance entry is there. UNKNOWN: no answer came."""

    DONE = "done"
    LOST = "lost"
    UNKNOWN = "unknown"


class Heads(Protocol):
    """The log's head, and where each transaction stands in the log."""

    def read(self) -> Head | None:
        """The newest head, strongly consistent."""

    def swap(self, old: bytes | None, new: Head) -> Swap:
        """Replaces the head, if its checkpoint still has exactly the bytes `old` (None: there is
        no head yet) and no governance entry follows that of `new.governance_seq`."""

    def place(self, indexes: Mapping[TransactionId, int]) -> None:
        """Notes at which index each transaction stands. Repeating it changes nothing."""

    def index(self, id_: TransactionId) -> int | None:
        """Where a transaction stands in the log; None while it is not sealed."""


class Tagged(NamedTuple):
    """An object that can be replaced, with the tag of this content."""

    data: bytes
    tag: str


class Objects(Protocol):
    """Objects by path, as S3 keeps them."""

    def read(self, path: str) -> bytes | None: ...

    def read_range(self, path: str, first: int, length: int) -> bytes | None:
        """`length` bytes of an object from the byte `first` on; None if there is no object."""

    def create(self, path: str, data: bytes) -> bool:
        """Writes an object if there is none of that path. Returns whether it did."""

    def read_tagged(self, path: str) -> Tagged | None: ...

    def replace(self, path: str, data: bytes, tag: str | None) -> bool:
        """Writes an object if it still has that tag (None: if there is none). Whether it did."""

    def delete(self, path: str) -> None:
        """Removes an object; it need not be there."""


class Answer(NamedTuple):
    """A witness's answer over HTTP."""

    status: int
    content_type: str
    body: bytes


Post = Callable[[str, bytes], Answer]
"""Posts a body to a URL within a time that the adapter bounds. Raises StoreUnavailable."""
