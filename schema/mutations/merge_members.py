"""`mergeMembers`: one person was enrolled twice, and is one member from now on."""

from strawberry.relay import GlobalID

from loyalty.merging import Merger, merge_members
from schema import shapes
from schema.context import Info
from schema.errors import Payload, answered
from schema.inputs import SignatureInput, given, node_id, request
from schema.mutations.entries import entries_of
from schema.types.member import Member, member
from schema.types.transaction import Transaction


@shapes.input_type()
class MergeMembersInput:
    idempotency_key: str
    from_member_id: GlobalID = shapes.field(description="Who is closed.")
    into_member_id: GlobalID = shapes.field(description="Who has everything then.")
    reason: str
    signature: SignatureInput | None = shapes.field(
        default=None, description="The operator's, over the `transfer` instruction."
    )


@shapes.object_type()
class MergeMembersPayload(Payload):
    member: Member | None = None
    transactions: list[Transaction] = shapes.field(
        default_factory=list, description="What moved the points; none where there were none."
    )


class MergeMembers:
    @shapes.mutation(
        description="Operators: everything of one member is another's, and the first is closed."
    )
    async def merge_members(
        self,
        info: Info,
        input: MergeMembersInput,  # noqa: A002
    ) -> MergeMembersPayload:
        async def act() -> MergeMembersPayload:
            asked = request(info.context, input)
            merger = Merger(
                node_id(input.from_member_id, "Member", "fromMemberId"),
                node_id(input.into_member_id, "Member", "intoMemberId"),
                input.reason,
            )
            answer = merge_members(info.context.coalition, asked, merger, given(input.signature))
            return MergeMembersPayload(
                member=await member(info.context, answer.record),
                transactions=await entries_of(info.context, asked, answer),
            )

        return await answered(info.context, MergeMembersPayload, act)
