"""The coalition itself."""

from asyncio import gather

from strawberry.relay import Connection, Edge

from schema import shapes
from schema.context import Info
from schema.types.pages import PAGE_MAX, page_info, page_of
from schema.types.partner import Partner, partner
from schema.types.programme import Programme, programme


@shapes.object_type(description="A points currency.")
class Currency:
    code: str
    owner: str = shapes.field(description="`coalition`, or the partner that alone issues it.")
    decimals: int


@shapes.object_type(description="The newest entry of the governance chain.")
class GovernanceHead:
    seq: int
    entry_hash: str
    at: str = shapes.field(
        description="When it takes effect: later than now where it ends something."
    )


@shapes.object_type(description="Brands that give and take each other's points on one ledger.")
class Coalition:
    origin: str = shapes.field(description="The ledger's name: part of all that is signed.")

    @shapes.resolver(description="The coalition's time.")
    def now(self, info: Info) -> str:
        return info.context.coalition.now()

    @shapes.resolver()
    def currencies(self, info: Info) -> list[Currency]:
        known = info.context.coalition.governance().currencies
        return [
            Currency(code=code, owner=term.owner, decimals=term.decimals)
            for code, term in known.items()
        ]

    @shapes.resolver()
    def governance(self, info: Info) -> GovernanceHead:
        state = info.context.coalition.written()
        return GovernanceHead(seq=state.seq, entry_hash=state.head, at=state.at)

    @shapes.resolver(description="The keys that sign entries now, as verifier keys.")
    def entry_keys(self, info: Info) -> list[str]:
        coalition = info.context.coalition
        return coalition.governance().keys_of("entries", coalition.now())

    @shapes.resolver(description="The keys that sign checkpoints now, as verifier keys.")
    def log_keys(self, info: Info) -> list[str]:
        coalition = info.context.coalition
        return coalition.governance().keys_of("log", coalition.now())

    @shapes.resolver(description="By id, at most 100 a page; those that left, too.")
    async def partners(
        self, info: Info, first: int = PAGE_MAX, after: str | None = None
    ) -> Connection[Partner]:
        ids, more = page_of(sorted(info.context.coalition.governance().partners), first, after)
        found = await gather(*(partner(info.context, id_) for id_ in ids))
        edges = [
            Edge(cursor=id_, node=node)
            for id_, node in zip(ids, found, strict=True)
            if node is not None
        ]
        return Connection(page_info=page_info(ids, after, more), edges=edges)

    @shapes.resolver(description="By id, at most 100 a page.")
    def programmes(
        self, info: Info, first: int = PAGE_MAX, after: str | None = None
    ) -> Connection[Programme]:
        latest = info.context.coalition.governance().latest
        known = sorted(id_ for type_, id_ in latest if type_ == "programme")
        ids, more = page_of(known, first, after)
        found = [(id_, programme(info.context, id_)) for id_ in ids]
        edges = [Edge(cursor=id_, node=node) for id_, node in found if node is not None]
        return Connection(page_info=page_info(ids, after, more), edges=edges)
