"""A transaction as the ledger states it."""

from asyncio import gather
from base64 import b64encode

import strawberry
from strawberry.relay import Node, NodeID

import ledger.tx
from ledger.entries import Entry, read_entry
from ledger.names import TransactionId
from ledger.tx import Tx, read_tx
from loyalty.actors import MemberActor, PartnerActor
from loyalty.owners import may_see_wallet
from loyalty.ports import TransactionRow
from loyalty.records.members import WalletOwner
from loyalty.records.rewards import Hold
from schema import shapes
from schema.context import Context, Info
from schema.scalars import Points
from schema.types.recognition import Recognition, recognition


@shapes.object_type(description="An amount put to one account; all of a transaction add up to 0.")
class Posting:
    account: str
    currency: str
    amount: Points


@shapes.object_type(description="By how much a lot of a wallet changes.")
class LotChange:
    wallet: str
    expires: str = shapes.field(description="The last day to spend them, or `never`.")
    issuer: str
    change: Points


@shapes.object_type(description="A transaction's place in the chain of one wallet.")
class ChainLink:
    wallet: str
    seq: int
    prev: str = shapes.field(description="The hash of the wallet's previous entry.")
    available: Points
    held: Points
    pending: Points
    arrears: Points


@shapes.object_type(description="Who asked for a transaction, and how that can be checked.")
class Authority:
    party: str
    key: str | None
    signature: str | None = shapes.field(description="Over the instruction, in base64.")
    asked: str | None = shapes.field(description="The SHA-256 of what was asked, in base64.")

    @classmethod
    def of(cls, by: ledger.tx.Authority) -> "Authority":
        return cls(party=by.party, key=by.key, signature=by.sig, asked=by.asked)


@shapes.object_type(description="One entry of the ledger that moves points.")
class Transaction(Node):
    key: NodeID[str]
    tx: strawberry.Private[Tx]
    signed: strawberry.Private[Entry]
    # The wallets of the member who asks; None for those who see all of it.
    own: strawberry.Private[frozenset[str] | None] = None

    @property
    def is_whole(self) -> bool:
        """Whether who asks may see the entry as it is: it states no other member's balances."""
        return self.own is None or all(link.wallet in self.own for link in self.tx.chains)

    @shapes.resolver()
    def kind(self) -> str:
        return self.tx.kind

    @shapes.resolver(description="UTC with milliseconds.")
    def at(self) -> str:
        return self.tx.at

    @shapes.resolver()
    def postings(self) -> list[Posting]:
        return [
            Posting(account=row.account, currency=row.currency, amount=Points(row.amount))
            for row in self.tx.postings
        ]

    @shapes.resolver()
    def lots(self) -> list[LotChange]:
        return [
            LotChange(
                wallet=row.wallet,
                expires=row.expires,
                issuer=row.issuer,
                change=Points(row.change),
            )
            for row in self.tx.lots
        ]

    @shapes.resolver(description="Balances after it; a member sees those of its own wallets.")
    def chains(self) -> list[ChainLink]:
        return [
            ChainLink(
                wallet=link.wallet,
                seq=link.seq,
                prev=link.prev,
                available=Points(link.after.available),
                held=Points(link.after.held),
                pending=Points(link.after.pending),
                arrears=Points(link.after.arrears),
            )
            for link in self.tx.chains
            if self.own is None or link.wallet in self.own
        ]

    @shapes.resolver()
    def by(self) -> Authority:
        return Authority.of(self.tx.by)

    @shapes.resolver(description="The second operator who agreed, where there had to be one.")
    def approved(self) -> Authority | None:
        return None if self.tx.approved is None else Authority.of(self.tx.approved)

    @shapes.resolver(description="The digest of the programme version that computed it.")
    def rule(self) -> str | None:
        return self.tx.rule

    @shapes.resolver(description="The transaction that it goes back to.")
    async def of(self, info: Info) -> "Transaction | None":
        return None if self.tx.of is None else await transaction(info.context, self.tx.of)

    @shapes.resolver(description="Who gave them and why, where another member did.")
    async def recognition(self, info: Info) -> Recognition | None:
        return await recognition(info.context, self.key)

    @shapes.resolver(
        description="The entry's exact text: a signed note, the leaf of the log. Absent for a "
        "member where it states another's balances."
    )
    def entry(self) -> str | None:
        return self.signed.data.decode() if self.is_whole else None

    @shapes.resolver(description="SHA-256 of 0x00 and the entry, in base64 (RFC 6962).")
    def entry_hash(self) -> str:
        return self.signed.hash

    @shapes.resolver(description="The ledger's signature over the entry, in base64.")
    def signature(self) -> str:
        return b64encode(self.signed.signature.signature).decode()


async def transaction(context: Context, id_: TransactionId) -> Transaction | None:
    """A transaction that the actor may see; None for others and for unknown ones alike."""
    actor = context.actor
    row = await context.transactions.load(id_)
    found = None if row is None else transaction_of(row)
    if found is None:
        return None
    if isinstance(actor, PartnerActor):
        return found if await _takes_part(context, found.tx, actor) else None
    if isinstance(actor, MemberActor):
        found.own = await _own_wallets(context, found.tx, actor)
        return found if found.own else None
    return found


def transaction_of(row: TransactionRow) -> Transaction | None:
    """The transaction of a row; None where the request made no entry."""
    if row.entry is None:
        return None
    entry = read_entry(row.entry)
    return Transaction(key=row.id, tx=read_tx(entry.body), signed=entry)


async def _own_wallets(context: Context, tx: Tx, actor: MemberActor) -> frozenset[str]:
    wallets = [link.wallet for link in tx.chains]
    owners = await gather(*(context.record(WalletOwner, wallet) for wallet in wallets))
    return frozenset(
        wallet
        for wallet, owner in zip(wallets, owners, strict=True)
        if owner is not None and may_see_wallet(context.coalition, actor, owner)
    )


async def _takes_part(context: Context, tx: Tx, actor: PartnerActor) -> bool:
    prefix = f"partner:{actor.id}:"
    if tx.by.party == actor.party or any(row.account.startswith(prefix) for row in tx.postings):
        return True
    # Points held, and a hold that is void, are at no partner: its record says whose reward it is.
    id_ = {"hold": tx.id, "void": tx.of}.get(tx.kind)
    held = None if id_ is None else await context.record(Hold, id_)
    return held is not None and held.partner == actor.id
