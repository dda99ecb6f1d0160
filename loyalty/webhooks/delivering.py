"""From what requests did to messages sent: by the rows that the stream tells of, and by a sweep.

A crash after each step means:

    before a delivery is put      the stream tells of the row again, and it is put then
    before it is sent             its time comes, and the sweep sends it
    before its answer is kept     the same: it is sent again, with the same id

No order is kept: `walletSeq` tells in which order the entries of a wallet came.
"""

import logging
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import msgspec

from ledger.errors import RuleBroken
from ledger.names import TransactionId, at_text, is_base32_id
from loyalty.coalition import Coalition
from loyalty.events import OPERATOR, events_of, message, replay_of
from loyalty.ports import Commit, RecordPut, TransactionRow, Versioned
from loyalty.webhooks.endpoints import Endpoint, endpoints_of, the_webhooks
from loyalty.webhooks.outbox import about, the_event
from loyalty.webhooks.ports import Delivery, Reply, Send, State
from loyalty.webhooks.schedule import GONE, begun, begun_again, dead, put_off, replayed, settled
from loyalty.webhooks.signing import headers

ROUND_S = 45
"""How long a round may begin attempts; what it did not come to waits for the next one."""

_ROWS_MAX = 100
_DUE_MAX = 200
_AT_ONCE = 8
_PUTS_MAX = 4
_DAMAGED = (RuleBroken, ValueError, KeyError, msgspec.MsgspecError)
_log = logging.getLogger(__name__)


class Undeliverable(Exception):
    """Its message says why no attempt at a delivery is worth making."""


class Deliverer:
    """Sends the events of a coalition.

    clock: the machine's, because receivers compare it with theirs; the coalition's dates what
    happened. given_up: called with each delivery that no attempt will be made at any more, from
    any thread. Safe to share between threads.
    """

    def __init__(
        self,
        coalition: Coalition,
        send: Send,
        clock: Callable[[], datetime],
        given_up: Callable[[Delivery], None] = lambda _: None,
    ) -> None:
        self._coalition = coalition
        self._webhooks = the_webhooks(coalition)
        self._send = send
        self._clock = clock
        self._given_up = given_up

    def notice(self, ids: Sequence[TransactionId]) -> list[Delivery]:
        """Puts a delivery for each endpoint that is to be told of what these requests did.

        Returns those that were not there before, begun. Raises StoreUnavailable.
        """
        endpoints = endpoints_of(self._coalition, self._owners())
        if not endpoints:
            return []
        new: list[Delivery] = []
        for first in range(0, len(ids), _ROWS_MAX):
            page = list(dict.fromkeys(ids[first : first + _ROWS_MAX]))
            rows = self._coalition.store.transactions(page).values()
            new += self._put(endpoints, [row for row in rows if _readable(row)])
        return new

    def _put(
        self, endpoints: Mapping[str, Endpoint], rows: Collection[TransactionRow]
    ) -> Iterator[Delivery]:
        for event in (each for row in rows for each in events_of(row)):
            for id_, endpoint in endpoints.items():
                wanted = endpoint.owner in event.audience and endpoint.wants(event.type)
                if wanted and not endpoint.disabled_at:
                    delivery = begun(id_, event.id, self._clock())
                    if self._webhooks.queue.put(delivery, None):
                        yield delivery
        for row in rows:
            asked = replay_of(row)
            if asked is not None:
                yield from self._replay(*asked, row.id)

    def _replay(self, event: str, endpoint: str, by: TransactionId) -> Iterator[Delivery]:
        queue = self._webhooks.queue
        for _ in range(_PUTS_MAX):
            old = queue.get(endpoint, event)
            if old is not None and old.replay == by:
                return
            now = self._clock()
            new = begun(endpoint, event, now)._replace(replay=by)
            if old is not None:
                new = replayed(old, by, now)
            if queue.put(new, old):
                yield new
                return

    def sweep(self) -> int:
        """Attempts what is due. Returns how many. Raises StoreUnavailable."""
        queue, ends, count = self._webhooks.queue, self._ends(), 0
        while self._clock() < ends:
            now = self._clock()
            due = [(each, begun_again(each, now)) for each in queue.due(at_text(now), _DUE_MAX)]
            taken_up = [new for old, new in due if queue.put(new, old)]
            self.attempt(taken_up, ends)
            count += len(taken_up)
            if len(due) < _DUE_MAX or not taken_up:
                break
        return count

    def attempt(self, begun_: Collection[Delivery], ends: datetime | None = None) -> None:
        """Sends deliveries whose attempt has begun, several endpoints at once.

        Raises StoreUnavailable; what was not settled comes when its time does.
        """
        ends = ends or self._ends()
        turns: dict[str, list[Delivery]] = {}
        for each in begun_:
            turns.setdefault(each.endpoint, []).append(each)
        if turns:
            with ThreadPoolExecutor(min(_AT_ONCE, len(turns))) as pool:
                list(pool.map(lambda turn: self._turn(turn, ends), turns.values()))

    def _turn(self, deliveries: Sequence[Delivery], ends: datetime) -> None:
        """Those of one endpoint, one after the other. One that does not answer is not asked again
        in the same round: it would keep the others waiting."""
        silent: Reply | None = None
        for each in deliveries:
            if self._clock() >= ends:
                self._keep(each, put_off(each, self._clock()))
                continue
            try:
                reply = silent or self._sent(each)
            except Undeliverable as why:
                self._keep(each, dead(each, str(why), self._clock()))
                continue
            random = int.from_bytes(self._coalition.random_bytes(2), "big")
            self._keep(each, settled(each, reply, self._clock(), random))
            if reply.status == GONE:
                self._disable(each.endpoint)
            silent = reply if not reply.status else None

    def _sent(self, delivery: Delivery) -> Reply:
        endpoint = self._endpoint(delivery.endpoint)
        try:
            event = the_event(self._coalition, endpoint.owner, delivery.event)
        except _DAMAGED:
            event = None
        if event is None:
            raise Undeliverable("there is no such event for this endpoint")
        body = message(event, endpoint.owner, about(self._coalition, event))
        now = self._clock()
        keys = endpoint.keys_at(at_text(now))
        signed = headers(self._webhooks.derive, keys, event.id, int(now.timestamp()), body)
        return self._send(endpoint.url, signed, body)

    def _endpoint(self, id_: str) -> Endpoint:
        found = self._coalition.store.record(Endpoint, id_)
        if found is None or found.record.removed_at:
            raise Undeliverable("the endpoint was removed")
        if found.record.disabled_at:
            raise Undeliverable("the endpoint is disabled")
        if found.record.owner not in self._owners():
            raise Undeliverable("the partner has left")
        return found.record

    def _owners(self) -> list[str]:
        """Who may be told at all: operators, and partners while they are such."""
        governance, now = self._coalition.governance(), self._coalition.now()
        joined = (each for each in sorted(governance.partners) if governance.joined(each, now))
        return [OPERATOR, *(f"partner:{each}" for each in joined)]

    def _keep(self, old: Delivery, new: Delivery) -> None:
        if new.state is State.DEAD:
            _log.warning("given up: %s to %s: %s", new.event, new.endpoint, new.reason)
            self._given_up(new)
        # Where it is not `old` any more, it was replayed, or taken up after its time.
        self._webhooks.queue.put(new, old)

    def _disable(self, id_: str) -> None:
        for _ in range(_PUTS_MAX):
            found: Versioned[Endpoint] | None = self._coalition.store.record(Endpoint, id_)
            if found is None or found.record.disabled_at or found.record.removed_at:
                return
            at = at_text(self._clock())
            put = RecordPut(
                id_, msgspec.structs.replace(found.record, disabled_at=at), found.version
            )
            self._coalition.store.commit(Commit((), records=(put,)))

    def _ends(self) -> datetime:
        return self._clock() + timedelta(seconds=ROUND_S)


def told_of(pk: str, sk: str) -> TransactionId | None:
    """The request whose row stands at that key of the table; None for what is no such row."""
    id_ = pk.removeprefix("T#")
    return TransactionId(id_) if sk == "T" and pk != id_ and is_base32_id(id_) else None


def _readable(row: TransactionRow) -> bool:
    try:
        events_of(row)
        replay_of(row)
    except _DAMAGED:
        # Nobody mends it by trying again; whoever verifies the table finds it.
        _log.exception("no event can be read out of the row of %s", row.id)
        return False
    return True
