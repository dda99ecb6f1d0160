"""`programme(id)`."""

from strawberry.relay import GlobalID

from schema import shapes
from schema.context import Info
from schema.queries.ids import id_of
from schema.types.programme import Programme, programme


class ProgrammeQuery:
    @shapes.resolver(description="A programme, by its newest version.")
    def programme(self, info: Info, id: GlobalID) -> Programme | None:  # noqa: A002
        return programme(info.context, id_of(id, "Programme"))
