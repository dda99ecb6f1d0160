"""What a request carries through its resolvers: the coalition, its log, who asks, batched reads."""

from functools import cached_property
from typing import Any, TypeAlias

from strawberry.types import Info as StrawberryInfo

from ledger.names import TransactionId, WalletId
from loyalty.actors import Actor
from loyalty.coalition import Coalition
from loyalty.ports import R, Record, TallyRow, TransactionRow, Versioned, WalletRow
from loyalty.refusals import Code
from schema.reads import Reads
from schema.tokens import Unauthenticated
from sealing.proving import Prover


class Context:
    """One request. It reads what several resolvers ask for in one call to the store.

    log: what is published; None where nothing seals the ledger.
    requests, refusals: what its mutations are known by, and why some were refused: for whoever
        watches the API.
    """

    def __init__(
        self, coalition: Coalition, actor: Actor | None, log: Prover | None = None
    ) -> None:
        self.coalition = coalition
        self.log = log
        self.requests: list[TransactionId] = []
        self.refusals: list[Code] = []
        self._actor = actor
        self._records: dict[type[Record], Reads[str, Versioned[Any]]] = {}

    def forget(self) -> None:
        """What was read so far may have changed."""
        self._records.clear()
        for reads in ("transactions", "wallets"):
            self.__dict__.pop(reads, None)

    @property
    def party(self) -> str | None:
        """Who asks, by name; None if that is nobody."""
        return None if self._actor is None else self._actor.party

    @property
    def actor(self) -> Actor:
        """Who asks. Raises Unauthenticated if that is nobody."""
        if self._actor is None:
            raise Unauthenticated("Send an Authorization header with a bearer token.")
        return self._actor

    @cached_property
    def transactions(self) -> Reads[TransactionId, TransactionRow]:
        return Reads(self.coalition.store.transactions)

    @cached_property
    def wallets(self) -> Reads[WalletId, WalletRow | TallyRow]:
        return Reads(self.coalition.store.wallets)

    async def record(self, kind: type[R], id_: str) -> R | None:
        """A record of that kind, or None."""
        reads: Reads[str, Versioned[R]] | None = self._records.get(kind)
        if reads is None:
            reads = Reads(lambda ids: self.coalition.store.records(kind, ids))
            self._records[kind] = reads
        found = await reads.load(id_)
        return None if found is None else found.record


Info: TypeAlias = StrawberryInfo[Context, None]
