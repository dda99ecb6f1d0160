"""A programme, by its newest version."""

import orjson
import strawberry
from strawberry.relay import Node, NodeID

from ledger.governance import Governance
from ledger.names import Hash
from loyalty.programmes import Programme as ProgrammeVersion
from schema import shapes
from schema.context import Context, Info
from schema.scalars import Document, Points
from schema.types.partner import Partner, partner


@shapes.object_type(description="What a member gets for points.")
class Reward:
    reward_id: str
    name: str
    points: Points
    partner_id: str

    @shapes.resolver()
    async def partner(self, info: Info) -> Partner | None:
        return await partner(info.context, self.partner_id)


@shapes.object_type(description="The rules of a programme, in its newest version.")
class Programme(Node):
    key: NodeID[str]
    rule: strawberry.Private[Hash]
    newest: strawberry.Private[ProgrammeVersion]

    @shapes.resolver(description="Its own id, as the document has it.")
    def programme_id(self) -> str:
        return self.key

    @shapes.resolver()
    def name(self) -> str:
        return self.newest.name

    @shapes.resolver()
    def version(self) -> int:
        return self.newest.version

    @shapes.resolver()
    def currency(self) -> str:
        return self.newest.currency

    @shapes.resolver(description="The SHA-256 of the version, which transactions name as `rule`.")
    def digest(self) -> str:
        return self.rule

    @shapes.resolver()
    def rewards(self) -> list[Reward]:
        return [
            Reward(
                reward_id=each.id,
                name=each.name,
                points=Points(each.points),
                partner_id=each.partner,
            )
            for each in self.newest.rewards
        ]

    @shapes.resolver(description="The whole version, whose canonical JSON has that digest.")
    def document(self, info: Info) -> Document:
        return Document(orjson.loads(info.context.coalition.version(self.rule).text))


def programme(context: Context, id_: str, state: Governance | None = None) -> Programme | None:
    """A programme; everyone who has a token may see all. state: by which; absent: as of now."""
    _ = context.actor
    rule = (state or context.coalition.governance()).latest.get(("programme", id_))
    if rule is None:
        return None
    return Programme(key=id_, rule=rule, newest=context.coalition.version(rule).programme)
