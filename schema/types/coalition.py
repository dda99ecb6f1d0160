"""The coalition itself."""

from collections.abc import Iterable

import strawberry
from strawberry.relay import ListConnection, connection

from loyalty.records import Partner as PartnerRecord
from schema.context import Info
from schema.types.partner import Partner
from schema.types.programme import Programme, programme


@strawberry.type(description="A points currency.")
class Currency:
    code: str
    owner: str = strawberry.field(description="`coalition`, or the partner that alone issues it.")
    decimals: int


@strawberry.type(description="The newest entry of the governance chain.")
class GovernanceHead:
    seq: int
    entry_hash: str
    at: str


@strawberry.type(description="Brands that give and take each other's points on one ledger.")
class Coalition:
    origin: str = strawberry.field(description="The ledger's name: part of all that is signed.")

    @strawberry.field(description="The coalition's time.")
    def now(self, info: Info) -> str:
        return info.context.coalition.now()

    @strawberry.field
    def currencies(self, info: Info) -> list[Currency]:
        known = info.context.coalition.governance().currencies
        return [
            Currency(code=code, owner=term.owner, decimals=term.decimals)
            for code, term in known.items()
        ]

    @strawberry.field
    def governance(self, info: Info) -> GovernanceHead:
        state = info.context.coalition.governance()
        return GovernanceHead(seq=state.seq, entry_hash=state.head, at=state.at)

    @strawberry.field(description="The keys that sign entries now, as verifier keys.")
    def entry_keys(self, info: Info) -> list[str]:
        coalition = info.context.coalition
        return coalition.governance().keys_of("entries", coalition.now())

    @connection(ListConnection[Partner])
    def partners(self, info: Info) -> Iterable[Partner]:
        coalition = info.context.coalition
        joined = sorted(coalition.governance().partners)
        found = coalition.store.records(PartnerRecord, joined)
        return [Partner(key=id_, record=found[id_].record) for id_ in joined if id_ in found]

    @connection(ListConnection[Programme])
    def programmes(self, info: Info) -> Iterable[Programme]:
        latest = info.context.coalition.governance().latest
        ids = sorted(id_ for type_, id_ in latest if type_ == "programme")
        found = (programme(info.context, id_) for id_ in ids)
        return [each for each in found if each is not None]
