"""Endpoints: where a partner, or the coalition, wants to be told of events, and of which."""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

import msgspec

from ledger.names import At, at_moment, at_text, is_base32_id
from loyalty.actors import Actor, MemberActor, PartnerActor, Role, System
from loyalty.coalition import Coalition
from loyalty.committing import Answer, Plan, Request, carry_out
from loyalty.events import OPERATOR
from loyalty.members import check_joined
from loyalty.ports import Commit, Record, RecordPut, Versioned
from loyalty.refusals import Code, Refused
from loyalty.webhooks.addresses import BadUrl, target_of
from loyalty.webhooks.ports import Webhooks
from loyalty.webhooks.signing import public_key, secret

ENDPOINTS_MAX = 10
"""Of one owner that are not removed."""

TYPES_MAX = 50
OVERLAP_MAX_HOURS = 168
_TYPE = re.compile(r"[a-z][a-z_]{0,31}\.(?:\*|[a-z][a-z_]{0,31})\Z")


class EndpointKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A key that messages are signed with. id: what both its secrets are derived from; until: when
    it ends, if it is the one before.
    """

    id: str
    until: str = ""


class Endpoint(Record, frozen=True):
    """Where messages go. owner: `operator` or `partner:<id>`; types: those wanted, none: all.

    keys: newest first; disabled_at: when it said 410; removed_at: when its owner removed it: then
    nothing of it is left but that.
    """

    owner: str
    registered_at: str
    url: str = ""
    types: tuple[str, ...] = ()
    keys: tuple[EndpointKey, ...] = ()
    disabled_at: str = ""
    removed_at: str = ""

    def wants(self, type_: str) -> bool:
        """Whether it is told of events of this type by itself."""
        group = f"{type_.partition('.')[0]}.*"
        return not self.types or type_ in self.types or group in self.types

    def keys_at(self, at: At) -> tuple[str, ...]:
        """Ids of the keys in force, the newest first."""
        return tuple(key.id for key in self.keys if not key.until or at < key.until)


class EndpointList(Record, frozen=True):
    """The endpoints of one owner, kept under its name."""

    ids: tuple[str, ...] = ()


class Registered(NamedTuple):
    """secret: told once; None where the request was answered before."""

    answer: Answer
    secret: str | None


def register_endpoint(
    coalition: Coalition, request: Request, url: str, types: Sequence[str]
) -> Registered:
    """A partner, or an operator for the coalition, wants to be told of events. record: the id."""
    webhooks = the_webhooks(coalition)
    owner = owner_of(request.actor)
    _check_url(url, webhooks)
    _check_types(types)
    made: list[tuple[Plan, str]] = []

    def decide() -> Plan:
        if isinstance(request.actor, PartnerActor):
            check_joined(coalition.governance(), request.actor, coalition.now())
        found = coalition.store.record(EndpointList, owner)
        ids = () if found is None else found.record.ids
        if len(ids) >= ENDPOINTS_MAX:
            raise Refused(Code.LIMIT_EXCEEDED, f"{ENDPOINTS_MAX} are the most: remove one", "url")
        id_, key = coalition.new_id(), coalition.new_id()
        endpoint = Endpoint(
            owner=owner,
            registered_at=coalition.now(),
            url=url,
            types=tuple(sorted(set(types))),
            keys=(EndpointKey(id=key),),
        )
        list_ = RecordPut(owner, EndpointList(ids=(*ids, id_)), found.version if found else 0)
        plan = Plan(Answer(record=id_), Commit((), records=(RecordPut(id_, endpoint), list_)))
        made.append((plan, key))
        return plan

    return _told(webhooks, carry_out(coalition, request, decide, operators={Role.ADMIN}), made)


def rotate_secret(
    coalition: Coalition, request: Request, endpoint_id: str, overlap_hours: int
) -> Registered:
    """A new key for an endpoint; the one before signs as well for so many hours."""
    webhooks = the_webhooks(coalition)
    if not 0 <= overlap_hours <= OVERLAP_MAX_HOURS:
        raise Refused(Code.INVALID_INPUT, f"0 to {OVERLAP_MAX_HOURS}", "overlapHours")
    made: list[tuple[Plan, str]] = []

    def decide() -> Plan:
        found = own_endpoint(coalition, request.actor, endpoint_id)
        now = coalition.now()
        until = at_text(at_moment(now) + timedelta(hours=overlap_hours))
        newest = found.record.keys[0]
        key = EndpointKey(id=coalition.new_id())
        keys = (key, EndpointKey(id=newest.id, until=until)) if overlap_hours else (key,)
        changed = msgspec.structs.replace(found.record, keys=keys)
        put = RecordPut(endpoint_id, changed, found.version)
        plan = Plan(Answer(record=endpoint_id), Commit((), records=(put,)))
        made.append((plan, key.id))
        return plan

    return _told(webhooks, carry_out(coalition, request, decide, operators={Role.ADMIN}), made)


def remove_endpoint(coalition: Coalition, request: Request, endpoint_id: str) -> Answer:
    """Nothing goes there any more. Its keys are forgotten, so nobody can derive them again."""
    the_webhooks(coalition)

    def decide() -> Plan:
        found = own_endpoint(coalition, request.actor, endpoint_id)
        owner, now = found.record.owner, coalition.now()
        listed = coalition.store.record(EndpointList, owner)
        ids, version = ((), 0) if listed is None else (listed.record.ids, listed.version)
        gone = Endpoint(owner=owner, registered_at=found.record.registered_at, removed_at=now)
        left = EndpointList(ids=tuple(each for each in ids if each != endpoint_id))
        puts = RecordPut(endpoint_id, gone, found.version), RecordPut(owner, left, version)
        return Plan(Answer(record=endpoint_id), Commit((), records=puts))

    return carry_out(coalition, request, decide, operators={Role.ADMIN})


def endpoints_of(coalition: Coalition, owners: Sequence[str]) -> dict[str, Endpoint]:
    """The endpoints of these owners, by id, in the order in which they came."""
    lists = coalition.store.records(EndpointList, owners)
    ids = [id_ for owner in owners if owner in lists for id_ in lists[owner].record.ids]
    found = coalition.store.records(Endpoint, ids) if ids else {}
    return {id_: found[id_].record for id_ in ids if id_ in found}


def own_endpoint(coalition: Coalition, actor: Actor | System, id_: str) -> Versioned[Endpoint]:
    """An endpoint of the actor's own that is not removed. Raises Refused."""
    owner = owner_of(actor)
    found = coalition.store.record(Endpoint, id_) if is_base32_id(id_) else None
    if found is None or found.record.removed_at or found.record.owner != owner:
        raise Refused(Code.NOT_FOUND, "there is no such endpoint", "endpointId")
    return found


def owner_of(actor: Actor | System) -> str:
    """As whom an actor is told of events. Raises Refused for one who is not."""
    if isinstance(actor, MemberActor | System):
        raise Refused(Code.NOT_PERMITTED, "a partner or an operator may do this")
    return actor.party if isinstance(actor, PartnerActor) else OPERATOR


def public_keys(coalition: Coalition, endpoint: Endpoint) -> list[str]:
    """What anyone verifies its messages with, the newest first."""
    derive = the_webhooks(coalition).derive
    return [public_key(derive, key) for key in endpoint.keys_at(coalition.now())]


def the_webhooks(coalition: Coalition) -> Webhooks:
    """Raises Refused where a coalition sends no events."""
    if coalition.webhooks is None:
        raise Refused(Code.NOT_ELIGIBLE, "this coalition sends no events")
    return coalition.webhooks


def _told(webhooks: Webhooks, answer: Answer, made: list[tuple[Plan, str]]) -> Registered:
    """The secret of the plan that was committed, and that alone was answered."""
    key = next((key for plan, key in made if plan.answer is answer), None)
    return Registered(answer, None if key is None else secret(webhooks.derive, key))


def _check_url(url: str, webhooks: Webhooks) -> None:
    try:
        target_of(url, loopback=webhooks.loopback)
    except BadUrl as bad:
        raise Refused(Code.INVALID_INPUT, f"{bad}", "url") from None


def _check_types(types: Sequence[str]) -> None:
    if len(types) > TYPES_MAX:
        raise Refused(Code.LIMIT_EXCEEDED, f"at most {TYPES_MAX}", "types")
    for number, type_ in enumerate(types):
        if not _TYPE.match(type_):
            raise Refused(
                Code.INVALID_INPUT,
                "a type like tier.changed, or tier.* for all of a group",
                "types",
                str(number),
            )
