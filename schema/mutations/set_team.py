"""`setTeam`: a member is put in a team, by which a programme says who gives to whom."""

from strawberry.relay import GlobalID

from loyalty.giving import set_team
from schema import shapes
from schema.context import Info
from schema.errors import Payload, answered
from schema.inputs import node_id, request


@shapes.input_type()
class SetTeamInput:
    idempotency_key: str
    programme_id: GlobalID
    member_id: GlobalID
    team: str | None = shapes.field(
        default=None, description="As the programme calls it; absent: in none any more."
    )


@shapes.object_type()
class SetTeamPayload(Payload):
    team: str | None = None


class SetTeam:
    @shapes.mutation(
        description="Operators and the programme's issuer: the team in which a member gives and "
        "is given points."
    )
    async def set_team(self, info: Info, input: SetTeamInput) -> SetTeamPayload:  # noqa: A002
        async def act() -> SetTeamPayload:
            answer = set_team(
                info.context.coalition,
                request(info.context, input),
                node_id(input.programme_id, "Programme", "programmeId"),
                node_id(input.member_id, "Member", "memberId"),
                input.team,
            )
            return SetTeamPayload(team=answer.record or None)

        return await answered(info.context, SetTeamPayload, act)
