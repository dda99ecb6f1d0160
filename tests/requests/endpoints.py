"""Requests about endpoints that are told of events, each of which must succeed."""

from tests.coalition import GROCER, OPERATOR, House, own_id
from tests.inputs import Request


def register_endpoint(house: House) -> Request:
    return GROCER, house.input(url="https://crm.example/hooks?a=1", types=["points.*"])


def register_coalitions_endpoint(house: House) -> Request:
    return OPERATOR, house.input(url="https://crm.example/hooks")


def rotate_endpoint_secret(house: House) -> Request:
    return GROCER, house.input(endpointId=_endpoint(house), overlapHours=72)


def remove_endpoint(house: House) -> Request:
    return GROCER, house.input(endpointId=_endpoint(house))


def replay_event(house: House) -> Request:
    event = f"evt_{own_id(house.earned(house.enrolled(), 80))}_0"
    return GROCER, house.input(eventId=event, endpointId=_endpoint(house))


def _endpoint(house: House) -> str:
    actor, asked = register_endpoint(house)
    made: str = house.done(actor, "registerEndpoint", asked)["endpoint"]["id"]
    return made
