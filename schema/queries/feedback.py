"""`feedbackFigures`, `openFeedback`: whether what members say is followed up, and what is not."""

from asyncio import gather

from strawberry.relay import Connection, Edge, GlobalID

from loyalty.actors import PartnerActor
from loyalty.feedback import given_by, may_list
from loyalty.members import may_see_member
from loyalty.open_feedback import Place, figures, open_places, place_of
from schema import shapes
from schema.context import Context, Info
from schema.queries.ids import id_of, is_id_of
from schema.scalars import LogSize, bad_input
from schema.types.feedback import Feedback, feedback
from schema.types.pages import check_first, page_info


@shapes.object_type(description="How many feedbacks were given, and what became of them.")
class FeedbackFigures:
    given: LogSize
    followed_up: LogSize
    open: LogSize
    followed_up_per_mille: int = shapes.field(
        description="Of a thousand given, rounded down: 260 are 26 per cent."
    )


class FeedbackQuery:
    @shapes.resolver(
        description="Of a partner, for itself and operators; of all, for operators who name none."
    )
    def feedback_figures(
        self, info: Info, partner_id: GlobalID | None = None
    ) -> FeedbackFigures | None:
        partners = _partners(info.context, partner_id)
        if partners is None:
            return None
        found = figures(info.context.coalition, partners)
        return FeedbackFigures(
            given=LogSize(found.given),
            followed_up=LogSize(found.followed_up),
            open=LogSize(found.given - found.followed_up),
            followed_up_per_mille=found.per_mille,
        )

    @shapes.resolver(
        description="What nobody has followed up, the oldest of a partner first, at most 100 a "
        "page: its own for a partner; for operators of one, or of each after the other."
    )
    async def open_feedback(
        self,
        info: Info,
        partner_id: GlobalID | None = None,
        first: int = 20,
        after: str | None = None,
    ) -> Connection[Feedback] | None:
        context = info.context
        partners = _partners(context, partner_id)
        if partners is None:
            return None
        limit = check_first(first) + 1
        places = open_places(context.coalition, partners, limit, _place(after))
        page = [place.id for place in places[:first]]
        found = await gather(*(feedback(context, id_) for id_ in page))
        edges = [
            Edge(cursor=id_, node=node)
            for id_, node in zip(page, found, strict=True)
            if node is not None
        ]
        return Connection(page_info=page_info(page, after, len(places) > first), edges=edges)

    @shapes.resolver(
        description="What a member said, the newest first, at most 100 a page: for itself and "
        "operators."
    )
    async def given_feedback(
        self, info: Info, member_id: GlobalID, first: int = 20, after: str | None = None
    ) -> Connection[Feedback] | None:
        context = info.context
        id_ = id_of(member_id, "Member")
        asks = context.actor
        if isinstance(asks, PartnerActor) or not may_see_member(context.coalition, asks, id_):
            return None
        listed = given_by(context.coalition, id_, _count(after), check_first(first) + 1)
        page = {str(count): given for count, given in listed[:first]}
        found = await gather(*(feedback(context, given) for given in page.values()))
        edges = [
            Edge(cursor=cursor, node=node)
            for cursor, node in zip(page, found, strict=True)
            if node is not None
        ]
        return Connection(page_info=page_info(list(page), after, len(listed) > first), edges=edges)


def _count(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    if not (cursor.isascii() and cursor.isdecimal() and len(cursor) <= 9):
        raise bad_input("`after` is a cursor of an earlier page.")
    return int(cursor)


def _partners(context: Context, partner_id: GlobalID | None) -> list[str] | None:
    """Those that are asked for; None for whom the actor may not ask for."""
    actor = context.actor
    if partner_id is not None:
        named = [id_of(partner_id, "Partner")]
    elif isinstance(actor, PartnerActor):
        named = [actor.id]
    else:
        named = list(context.coalition.governance().partners)
    allowed = all(may_list(context.coalition, actor, partner) for partner in named)
    return named if allowed else None


def _place(cursor: str | None) -> Place | None:
    if cursor is None:
        return None
    if not is_id_of(GlobalID("Feedback", cursor), "Feedback"):
        raise bad_input("`after` is a cursor of an earlier page.")
    return place_of(cursor)
