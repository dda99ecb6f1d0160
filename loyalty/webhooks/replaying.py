"""An event is sent again because its receiver asks for it; and what was given up is listed."""

from collections.abc import Sequence

from loyalty.actors import Role
from loyalty.coalition import Coalition
from loyalty.committing import Answer, Plan, Request, carry_out
from loyalty.events import news_of_replay, transaction_of
from loyalty.ports import Commit
from loyalty.refusals import Code, Refused
from loyalty.webhooks.endpoints import own_endpoint, the_webhooks
from loyalty.webhooks.outbox import the_event
from loyalty.webhooks.ports import Delivery


def replay_event(coalition: Coalition, request: Request, event_id: str, endpoint_id: str) -> Answer:
    """Sends an event to an endpoint again, or for the first time, with the id that it has.

    By whoever the endpoint belongs to, of the events that it may be told of; of whatever type. The
    wish is news in the request's own row, so it is carried out as surely as events are told.
    record: the event's id.
    """
    the_webhooks(coalition)
    _check_form(event_id)

    def decide() -> Plan:
        endpoint = own_endpoint(coalition, request.actor, endpoint_id)
        if endpoint.record.disabled_at:
            raise Refused(
                Code.NOT_ELIGIBLE, "it said 410 and is disabled: register it anew", "endpointId"
            )
        if the_event(coalition, endpoint.record.owner, event_id) is None:
            raise Refused(Code.NOT_FOUND, "there is no such event", "eventId")
        news = (news_of_replay(event_id, endpoint_id),)
        return Plan(Answer(record=event_id, news=news), Commit(()))

    return carry_out(coalition, request, decide, operators={Role.ADMIN})


def dead_letters(
    coalition: Coalition, endpoint_id: str, after: str, limit: int
) -> Sequence[Delivery]:
    """What was given up of an endpoint, oldest first, past a cursor."""
    return the_webhooks(coalition).queue.dead(endpoint_id, after, limit)


def _check_form(event_id: str) -> None:
    if transaction_of(event_id) is None:
        raise Refused(Code.INVALID_INPUT, "an event's id, like evt_…_0: the webhook-id", "eventId")
