"""`programmeDiff(programmeId, from, to)`: what a version of a programme changed for members."""

from typing import Annotated, cast

import strawberry
from strawberry.relay import GlobalID

from loyalty import versions_compared
from loyalty.differences import ABSENT
from loyalty.versions_compared import Turn
from schema import shapes
from schema.context import Info
from schema.errors import Payload, answered
from schema.inputs import node_id
from schema.scalars import Document

ProgrammeTurn = strawberry.enum(
    Turn, name="ProgrammeTurn", description="Whether a change is for the better of members."
)


@shapes.object_type(description="One change of a programme.")
class ProgrammeChange:
    path: list[str] = shapes.field(
        description="Names of members, and ids of rules, rewards and the like."
    )
    turn: ProgrammeTurn  # type: ignore[valid-type]
    text: str = shapes.field(description="In plain words.")
    old: Document | None = shapes.field(description="Absent if it is new.")
    new: Document | None = shapes.field(description="Absent if it is no more.")

    @classmethod
    def of(cls, change: versions_compared.Change) -> "ProgrammeChange":
        path, turn, text, *values = change
        old, new = (None if each is ABSENT else cast(Document, each) for each in values)
        return cls(path=list(path), turn=turn, text=text, old=old, new=new)


@shapes.object_type()
class ProgrammeDiffPayload(Payload):
    changes: list[ProgrammeChange] = shapes.field(default_factory=list)
    signs: list[str] = shapes.field(
        default_factory=list, description="Ids of the partners that the version `to` binds."
    )
    joining: list[str] = shapes.field(
        default_factory=list, description="Those of them that `from` did not bind."
    )
    leaving: list[str] = shapes.field(
        default_factory=list, description="Those that only `from` bound."
    )


class ProgrammeDiffQuery:
    @shapes.resolver(
        description="What one published version of a programme changes for members beside another, "
        "and whom it binds."
    )
    async def programme_diff(
        self,
        info: Info,
        programme_id: GlobalID,
        from_: Annotated[int, strawberry.argument(name="from")],
        to: int,
    ) -> ProgrammeDiffPayload:
        async def act() -> ProgrammeDiffPayload:
            _ = info.context.actor
            id_ = node_id(programme_id, "Programme", "programmeId")
            found = versions_compared.versions_compared(info.context.coalition, id_, from_, to)
            return ProgrammeDiffPayload(
                changes=[ProgrammeChange.of(each) for each in found.changes],
                signs=list(found.signs),
                joining=list(found.joining),
                leaving=list(found.leaving),
            )

        return await answered(info.context, ProgrammeDiffPayload, act)
