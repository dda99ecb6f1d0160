"""A member's points in one currency."""

from asyncio import gather
from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry.relay import Connection, Edge, Node, NodeID

from ledger.names import CurrencyCode, WalletId
from ledger.wallets import Wallet as WalletState
from ledger.wallets import lapsed
from loyalty.actors import PartnerActor
from loyalty.owners import may_see_wallet
from loyalty.ports import TallyRow, WalletRow
from loyalty.records.members import WalletOwner
from schema import shapes
from schema.context import Context, Info
from schema.scalars import Points, bad_input
from schema.types.pages import check_first, page_info
from schema.types.transaction import Transaction, transaction

if TYPE_CHECKING:
    from schema.types.member import Member


@shapes.object_type(description="Points with one issuer and one expiry.")
class Lot:
    expires: str = shapes.field(description="The last day to spend them, or `never`.")
    issuer: str
    points: Points
    lapsed: bool = shapes.field(description="Past its expiry: it cannot be spent any more.")


@shapes.object_type(description="The newest entry of a wallet's chain.")
class Head:
    seq: int
    entry_hash: str
    at: str


@shapes.object_type(description="A member's points in one currency.")
class Wallet(Node):
    """Made by `wallet_of`, which computes all that it holds: a resolver for each would cost more
    than the row."""

    key: NodeID[str]
    owner: strawberry.Private[WalletOwner]
    currency: str
    available: Points = shapes.field(
        description="What can be spent now: lots that have lapsed do not count."
    )
    lapsed: Points = shapes.field(description="What has lapsed and waits for its expire entry.")
    held: Points = shapes.field(description="What is set aside for redemptions to come.")
    pending: Points = shapes.field(description="What was earned and waits for its confirmation.")
    arrears: Points = shapes.field(
        description="What the member still owes; later points pay it first."
    )
    head: Head | None = shapes.field(description="The newest entry; absent before the first.")

    @shapes.resolver(
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

    lots: list[Lot] = shapes.field(description="In the order in which they are spent.")

    @shapes.resolver(
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


async def wallet(context: Context, id_: WalletId) -> Wallet | None:
    """A wallet that the actor may see; None for others and for unknown ones alike."""
    actor = context.actor
    owner = await context.record(WalletOwner, id_)
    if owner is None or not may_see_wallet(context.coalition, actor, owner):
        return None
    return await wallet_of(context, id_, owner)


async def wallet_of(context: Context, id_: WalletId, owner: WalletOwner) -> Wallet:
    """The wallet of an owner whom the actor may see."""
    return _made(context, id_, owner, await context.wallets.load(id_))


def _made(
    context: Context, id_: WalletId, owner: WalletOwner, row: WalletRow | TallyRow | None
) -> Wallet:
    state = WalletState(id_, CurrencyCode(owner.currency)) if row is None else row.wallet
    balances, now = state.balances, context.coalition.now()
    lots = [
        Lot(
            expires=lot.expires,
            issuer=lot.issuer,
            points=Points(lot.quantity),
            lapsed=lapsed(lot, now),
        )
        for lot in state.lots
    ]
    gone = sum(lot.points for lot in lots if lot.lapsed)
    return Wallet(
        key=id_,
        owner=owner,
        currency=owner.currency,
        available=Points(balances.available - gone),
        lapsed=Points(gone),
        held=Points(balances.held),
        pending=Points(balances.pending),
        arrears=Points(-balances.arrears),
        head=Head(seq=state.seq, entry_hash=state.head, at=state.at) if state.seq else None,
        lots=lots,
    )


def _seq_of(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    if not (cursor.isascii() and cursor.isdecimal() and len(cursor) <= 12):
        raise bad_input("`after` is a cursor of an earlier page.")
    return int(cursor)
