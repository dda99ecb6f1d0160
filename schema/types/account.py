"""A household or a company whose members share a wallet."""

import strawberry
from strawberry.relay import GlobalID, Node, NodeID

from loyalty.actors import MemberActor
from loyalty.owners import may_see_account
from loyalty.records.accounts import Account as AccountRecord
from loyalty.records.members import WalletOwner
from loyalty.spending import use_key, use_of
from schema import shapes
from schema.context import Context, Info
from schema.scalars import Points
from schema.types.wallet import Wallet, wallet_of


@shapes.object_type(description="A member of an account.")
class AccountUser:
    account_id: strawberry.Private[str]
    user: strawberry.Private[str]
    is_owner: bool = shapes.field(description="Who invites others, and removes them.")
    joined: bool = shapes.field(description="Else it is invited only.")

    @shapes.resolver()
    def member_id(self) -> GlobalID:
        return GlobalID("Member", self.user)

    @shapes.resolver(description="What it may spend in a calendar month (UTC); absent: all.")
    def points_per_month(self, info: Info) -> Points | None:
        key = use_key(self.account_id, self.user)
        limit = use_of(info.context.coalition, key).record.points_per_month
        return None if limit is None else Points(limit)

    @shapes.resolver(description="What it has spent in this calendar month (UTC).")
    def spent_this_month(self, info: Info) -> Points:
        coalition = info.context.coalition
        use = use_of(coalition, use_key(self.account_id, self.user)).record
        return Points(use.spent if use.month >= coalition.now()[:7] else 0)


@shapes.object_type(description="Members who share a wallet in one currency.")
class Account(Node):
    key: NodeID[str]
    record: strawberry.Private[AccountRecord]

    @shapes.resolver()
    def name(self) -> str:
        return self.record.name

    @shapes.resolver(description="What an operator says it is, like `hospital`.")
    def kind(self) -> str | None:
        return self.record.kind or None

    @shapes.resolver()
    def programme_id(self) -> str:
        return self.record.programme

    @shapes.resolver(description="Absent for those who have not joined.")
    async def wallet(self, info: Info) -> Wallet | None:
        if not self._inside(info):
            return None
        owner = WalletOwner(member="", currency=self.record.currency, account=self.key)
        return await wallet_of(info.context, self.record.wallet, owner)

    @shapes.resolver(description="None is shown to those who have not joined.")
    def users(self, info: Info) -> list[AccountUser]:
        if not self._inside(info):
            return []
        record = self.record
        return [
            AccountUser(account_id=self.key, user=id_, is_owner=role, joined=joined)
            for joined, users in ((True, record.users), (False, record.invited))
            for id_, role in users.items()
        ]

    def _inside(self, info: Info) -> bool:
        actor = info.context.actor
        # One that is over has no users and no wallet of its own any more.
        if isinstance(actor, MemberActor):
            return actor.id in self.record.users
        return bool(self.record.users)


async def account(context: Context, id_: str) -> Account | None:
    """An account that the actor may see; None for others and for unknown ones alike."""
    actor = context.actor
    record = await context.record(AccountRecord, id_)
    if record is None or not may_see_account(actor, record):
        return None
    return Account(key=id_, record=record)
