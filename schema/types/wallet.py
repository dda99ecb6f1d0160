"""A member's points in one currency."""

from asyncio import gather
from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry.relay import Connection, Edge, Node, NodeID

from ledger.names import CurrencyCode, WalletId
from ledger.wallets import Wallet as WalletState
from ledger.wallets import lapsed, lapsed_lots
from loyalty.actors import PartnerActor
from loyalty.owners import may_see_wallet
from loyalty.records import WalletOwner
from schema.context import Context, Info
from schema.scalars import Points, bad_input
from schema.types.pages import check_first, page_info
from schema.types.transaction import Transaction, transaction

if TYPE_CHECKING:
    from schema.types.member import Member


@strawberry.type(description="Points with one issuer and one expiry.")
class Lot:
    expires: str = strawberry.field(description="The last day to spend them, or `never`.")
    issuer: str
    points: Points
    lapsed: bool = strawberry.field(description="Past its expiry: it cannot be spent any more.")


@strawberry.type(description="The newest entry of a wallet's chain.")
class Head:
    seq: int
    entry_hash: str
    at: str


@strawberry.type(description="A member's points in one currency.")
class Wallet(Node):
    key: NodeID[str]
    owner: strawberry.Private[WalletOwner]

    @strawberry.field
    def currency(self) -> str:
        return self.owner.currency

    @strawberry.field(
        description="Absent for partners, whom a wallet's id tells nobody's name, and where "
        "members share it."
    )
    async def member(
        self, info: Info
    ) -> Annotated["Member", strawberry.lazy("schema.types.member")] | None:
        if isinstance(info.context.actor, PartnerActor) or not self.owner.member:
            return None
        # There, because the module of members needs this one.
        from schema.types.member import member  # noqa: PLC0415

        return await member(info.context, self.owner.member)

    @strawberry.field(description="What can be spent now: lots that have lapsed do not count.")
    async def available(self, info: Info) -> Points:
        state = await self._state(info)
        return Points(state.balances.available - _lapsed_points(info, state))

    @strawberry.field(description="What has lapsed and waits for its expire entry.")
    async def lapsed(self, info: Info) -> Points:
        return Points(_lapsed_points(info, await self._state(info)))

    @strawberry.field(description="What is set aside for redemptions to come.")
    async def held(self, info: Info) -> Points:
        return Points((await self._state(info)).balances.held)

    @strawberry.field(description="What was earned and waits for its confirmation.")
    async def pending(self, info: Info) -> Points:
        return Points((await self._state(info)).balances.pending)

    @strawberry.field(description="What the member still owes; later points pay it first.")
    async def arrears(self, info: Info) -> Points:
        return Points(-(await self._state(info)).balances.arrears)

    @strawberry.field(description="In the order in which they are spent.")
    async def lots(self, info: Info) -> list[Lot]:
        state = await self._state(info)
        now = info.context.coalition.now()
        return [
            Lot(
                expires=lot.expires,
                issuer=lot.issuer,
                points=Points(lot.quantity),
                lapsed=lapsed(lot, now),
            )
            for lot in state.lots
        ]

    @strawberry.field(description="The newest entry; absent before the first.")
    async def head(self, info: Info) -> Head | None:
        state = await self._state(info)
        return Head(seq=state.seq, entry_hash=state.head, at=state.at) if state.seq else None

    @strawberry.field(
        description="Newest first, at most 100 a page; a partner sees those that it takes part in."
    )
    async def transactions(
        self, info: Info, first: int = 20, after: str | None = None
    ) -> Connection[Transaction]:
        history = info.context.coalition.store.wallet_history
        rows = history(WalletId(self.key), _seq_of(after), check_first(first) + 1)
        page = {str(row.wallet.seq): row.transaction for row in rows[:first]}
        found = await gather(*(transaction(info.context, id_) for id_ in page.values()))
        edges = [
            Edge(cursor=cursor, node=node)
            for cursor, node in zip(page, found, strict=True)
            if node is not None
        ]
        # Of all the rows: a page whose every transaction is hidden still leads to the next.
        return Connection(page_info=page_info(list(page), after, len(rows) > first), edges=edges)

    async def _state(self, info: Info) -> WalletState:
        row = await info.context.wallets.load(WalletId(self.key))
        if row is None:
            return WalletState(WalletId(self.key), CurrencyCode(self.owner.currency))
        return row.wallet


async def wallet(context: Context, id_: WalletId) -> Wallet | None:
    """A wallet that the actor may see; None for others and for unknown ones alike."""
    actor = context.actor
    owner = await context.record(WalletOwner, id_)
    if owner is None or not may_see_wallet(context.coalition, actor, owner):
        return None
    return Wallet(key=id_, owner=owner)


def _lapsed_points(info: Info, state: WalletState) -> int:
    return sum(lot.quantity for lot in lapsed_lots(state, info.context.coalition.now()))


def _seq_of(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    if not (cursor.isascii() and cursor.isdecimal() and len(cursor) <= 12):
        raise bad_input("`after` is a cursor of an earlier page.")
    return int(cursor)
