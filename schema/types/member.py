"""One who collects points."""

from asyncio import gather

import strawberry
from strawberry.relay import GlobalID, Node, NodeID

from ledger.names import WalletId
from loyalty.actors import Actor, PartnerActor
from loyalty.consents import in_force
from loyalty.external_ids import may_see_link
from loyalty.members import may_see_member
from loyalty.records.members import Consents, ExternalIds, Link, Statement, WalletOwner
from loyalty.records.members import Member as MemberRecord
from loyalty.records.rewards import HandedVouchers
from schema import shapes
from schema.context import Context, Info
from schema.queries.ids import is_id_of
from schema.types.gift_card import GiftCard, gift_card
from schema.types.standing import Standing, standing
from schema.types.voucher import Voucher, vouchers
from schema.types.wallet import Wallet, wallet_of


@shapes.object_type(description="What a CRM, a shop or a card calls a member.")
class ExternalId:
    system: str
    id: str
    partner_id: str | None = shapes.field(
        description="The partner that it is for; absent: all of them."
    )
    linked_at: str

    @classmethod
    def of(cls, link: Link) -> "ExternalId":
        scope = link.scope or None
        return cls(system=link.system, id=link.id, partner_id=scope, linked_at=link.linked_at)


@shapes.object_type(description="A member's word on one purpose.")
class Consent:
    purpose: str = shapes.field(description="email, sms, push or profiling.")
    given: bool = shapes.field(description="False: withdrawn, or refused from the first.")
    at: str
    by: str | None = shapes.field(
        description="The party that told it: `member:…`, `partner:…`; absent for other partners."
    )
    source: str | None = shapes.field(
        description="Where it stands, as whoever told it says; absent for other partners."
    )

    @classmethod
    def of(cls, said: Statement, actor: Actor) -> "Consent":
        others = isinstance(actor, PartnerActor) and said.by != actor.party
        return cls(
            purpose=said.purpose,
            given=said.given,
            at=said.at,
            by=None if others else said.by,
            source=None if others else said.source or None,
        )


@shapes.object_type(description="One who collects points.")
class Member(Node):
    key: NodeID[str]
    record: strawberry.Private[MemberRecord]

    @shapes.resolver()
    def display_name(self) -> str | None:
        return self.record.display_name or None

    @shapes.resolver(description="The date of birth, YYYY-MM-DD; absent for partners.")
    def born(self, info: Info) -> str | None:
        return None if isinstance(info.context.actor, PartnerActor) else self.record.born or None

    @shapes.resolver(description="Where the member lives, as ISO 3166 has it: US, US-CA.")
    def jurisdiction(self) -> str | None:
        return self.record.jurisdiction or None

    @shapes.resolver()
    def enrolled_at(self) -> str:
        return self.record.enrolled_at

    @shapes.resolver(description="When what was known of it was erased; its points may be there.")
    def forgotten_at(self) -> str | None:
        return self.record.forgotten_at or None

    @shapes.resolver(
        description="What systems and cards call the member; a partner sees its own ids, and those "
        "for all partners."
    )
    async def external_ids(self, info: Info) -> list[ExternalId]:
        found = await info.context.record(ExternalIds, self.key)
        links = () if found is None else found.links
        return [ExternalId.of(each) for each in links if may_see_link(info.context.actor, each)]

    @shapes.resolver(description="What it lets others do, as it said last of each purpose.")
    async def consents(self, info: Info) -> list[Consent]:
        found = await info.context.record(Consents, self.key)
        current = {} if found is None else in_force(found)
        actor = info.context.actor
        return [Consent.of(current[purpose], actor) for purpose in sorted(current)]

    @shapes.resolver(
        description="All that it ever said of them, oldest first; null for partners, who are told "
        "what holds now."
    )
    async def consent_log(self, info: Info) -> list[Consent] | None:
        actor = info.context.actor
        if isinstance(actor, PartnerActor):
            return None
        found = await info.context.record(Consents, self.key)
        return [] if found is None else [Consent.of(each, actor) for each in found.statements]

    @shapes.resolver(description="What friends type; absent until `makeReferralCode` made it.")
    def referral_code(self) -> str | None:
        return self.record.referral_code or None

    @shapes.resolver(description="One for each currency: that which purchases earn into.")
    async def wallets(self, info: Info) -> list[Wallet]:
        own = sorted(self.record.wallets.items())
        return await gather(*(self._wallet(info.context, code, id_) for code, id_ in own))

    @shapes.resolver(description="The wallet in one currency.")
    async def wallet(self, info: Info, currency: str) -> Wallet | None:
        id_ = self.record.wallets.get(currency)
        return None if id_ is None else await self._wallet(info.context, currency, id_)

    @shapes.resolver(
        description="Its own, in currencies in which it uses an account's instead: what waits in "
        "them until it leaves, and what it owes, which is paid by what it earns."
    )
    async def set_aside(self, info: Info) -> list[Wallet]:
        own = sorted(self.record.own_wallets.items())
        owners = ((id_, WalletOwner(self.key, currency)) for currency, id_ in own)
        return await gather(*(wallet_of(info.context, *each) for each in owners))

    @shapes.resolver(
        description="That rules handed it or that were free, the newest 100; absent for partners."
    )
    async def vouchers(self, info: Info) -> list[Voucher] | None:
        if isinstance(info.context.actor, PartnerActor):
            return None
        found = await info.context.record(HandedVouchers, self.key)
        return [] if found is None else await vouchers(info.context, found.vouchers)

    @shapes.resolver(description="Its tier, segments and badges in a programme, now.")
    def standing(self, info: Info, programme_id: GlobalID) -> Standing | None:
        if not is_id_of(programme_id, "Programme"):
            return None
        return standing(info.context, self.key, programme_id.node_id)

    @shapes.resolver(description="That it has claimed, as they are now; none for partners.")
    async def gift_cards(self, info: Info) -> list[GiftCard]:
        if isinstance(info.context.actor, PartnerActor):
            return []
        found = await gather(*(gift_card(info.context, id_) for id_ in self.record.gift_cards))
        return [each for each in found if each is not None]

    async def _wallet(self, context: Context, currency: str, id_: WalletId) -> Wallet:
        account = self.record.accounts.get(currency, "")
        owner = WalletOwner("" if account else self.key, currency, account)
        return await wallet_of(context, id_, owner)


async def member(context: Context, id_: str) -> Member | None:
    """A member that the actor may see; None for others and for unknown ones alike.

    For one that was merged, the other answers: to those who may see that one.
    """
    actor = context.actor
    record = await context.record(MemberRecord, id_)
    while record is not None and record.merged_into:
        id_ = record.merged_into
        record = await context.record(MemberRecord, id_)
    if record is None or not may_see_member(context.coalition, actor, id_):
        return None
    return Member(key=id_, record=record)
