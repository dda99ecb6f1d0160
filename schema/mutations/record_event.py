"""`recordEvent`: a visit, a review, a sign-up earns what rules give for it."""

from strawberry.relay import GlobalID

from loyalty.occurrences import Occurrence, record_event
from schema import shapes
from schema.context import Info
from schema.errors import answered
from schema.inputs import SignatureInput, given, node_id, request
from schema.mutations.awards import AwardPayload, awarded


@shapes.input_type(description="Something that is said of an event, for rules that look at it.")
class AttributeInput:
    name: str
    value: str


@shapes.input_type()
class RecordEventInput:
    idempotency_key: str
    member_id: GlobalID
    event: str = shapes.field(
        description="What happened, as the programme calls it: visit, sign-up, review, referral."
    )
    occurred_at: str | None = shapes.field(
        default=None, description="UTC with milliseconds, at most 60 days ago; absent: now."
    )
    channel: str | None = None
    store: str | None = None
    attributes: list[AttributeInput] | None = None
    reference: str | None = shapes.field(
        default=None, description="The partner's own, like a booking's number; not on the ledger."
    )
    signature: SignatureInput | None = shapes.field(
        default=None, description="The partner's, over the `earn` instruction."
    )


@shapes.object_type()
class RecordEventPayload(AwardPayload):
    pass


class RecordEvent:
    @shapes.mutation(description="Partners: what a member did, other than buying, earns.")
    async def record_event(self, info: Info, input: RecordEventInput) -> RecordEventPayload:  # noqa: A002
        async def act() -> RecordEventPayload:
            asked = request(info.context, input)
            recorded = record_event(
                info.context.coalition,
                asked,
                node_id(input.member_id, "Member", "memberId"),
                _occurrence(input),
                given(input.signature),
            )
            return await awarded(RecordEventPayload, info.context, asked, recorded)

        return await answered(info.context, RecordEventPayload, act)


def _occurrence(input_: RecordEventInput) -> Occurrence:
    return Occurrence(
        input_.event,
        input_.occurred_at,
        input_.channel or "",
        input_.store or "",
        tuple((each.name, each.value) for each in input_.attributes or ()),
        input_.reference,
    )
