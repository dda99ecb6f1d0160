"""A witness: from the bytes of a request to its answer, which is durable when it is given."""

import logging
from collections.abc import Callable, Mapping, Sequence
from threading import Lock

from ledger.errors import RuleBroken, shown
from ledger.notes import Signer, VerifierKey
from witness.protocol import (
    AddCheckpoint,
    Decision,
    Response,
    Seen,
    decide,
    parse_request,
    text_response,
)
from witness.state import State, StateUnavailable

_log = logging.getLogger("tallystick.witness")

Accepts = Callable[[bytes], str | None]
"""Asked about a checkpoint (its signed note) that extends what was cosigned: None to cosign it, or
why it must not be, e.g. a block whose balances do not follow from its entries. It may take its
time, and be asked about a checkpoint again; of one log it is asked one thing at a time, from
whatever thread. Raises NotYet."""


class NotYet(Exception):
    """Whether a checkpoint may be cosigned cannot be said now, e.g. its tiles are not to be had."""


class Witness:
    """Cosigns the checkpoints of some logs. Threads may share it.

    signer: its own, of type 0x04; log_keys: whose checkpoints it cosigns, each named as its log's
    origin; clock: POSIX seconds.
    """

    def __init__(
        self,
        signer: Signer,
        log_keys: Sequence[VerifierKey],
        state: State,
        clock: Callable[[], int],
        *,
        accepts: Accepts | None = None,
    ) -> None:
        self._signer = signer
        self._keys = _by_origin(log_keys)
        self._state = state
        self._clock = clock
        self._accepts = accepts
        self._looking = {origin: Lock() for origin in self._keys}

    @property
    def verifier(self) -> VerifierKey:
        return self._signer.verifier

    def logs(self) -> dict[str, Seen | None]:
        """The logs it knows, and what it cosigned last of each. Raises StateUnavailable."""
        return {origin: self._state.seen(origin) for origin in self._keys}

    def forks(self, origin: str) -> list[tuple[bytes, bytes]]:
        """Pairs of checkpoints that the log signed for one size. Raises StateUnavailable."""
        return self._state.forks(origin)

    def add_checkpoint(self, body: bytes) -> Response:
        """Answers a request. Raises nothing that a request can cause."""
        try:
            request = parse_request(body)
        except RuleBroken as broken:
            return text_response(400, str(broken))
        origin = request.checkpoint.origin
        try:
            refused = self._refused(self._state.seen(origin), request)
            if refused is not None:
                return refused
            # Decided anew with the lock held: another request may have been quicker.
            decision = self._state.advance(origin, lambda seen: self._decide(seen, request))
        except StateUnavailable as error:
            _log.error("nothing cosigned: %s", error)
            return text_response(503, "this witness cannot reach its state")
        if decision.fork is not None:
            _log.error("%s signed two checkpoints of size %d", shown(origin), decision.fork.size)
        return decision.response

    def _decide(self, seen: Seen | None, request: AddCheckpoint) -> Decision:
        keys = self._keys.get(request.checkpoint.origin, ())
        return decide(seen, request, keys, self._signer, self._clock())

    def _refused(self, seen: Seen | None, request: AddCheckpoint) -> Response | None:
        """What can be refused without the lock, and by whoever looks into the log itself."""
        decision = self._decide(seen, request)
        if decision.fork is not None:
            return None
        if decision.seen is None:
            return decision.response
        is_known = seen is not None and seen.size == decision.seen.size
        if self._accepts is None or is_known:
            return None
        return self._looked_into(self._accepts, request.checkpoint.origin, decision.seen.note)

    def _looked_into(self, accepts: Accepts, origin: str, note: bytes) -> Response | None:
        looking = self._looking[origin]
        # Not waited for: whoever posts one checkpoint many times would hold as many threads.
        if not looking.acquire(blocking=False):
            return text_response(503, "this witness is looking into a checkpoint of that log")
        try:
            reason = accepts(note)
        except NotYet as later:
            return text_response(503, str(later))
        finally:
            looking.release()
        if reason is None:
            return None
        _log.error("refused %s: %s", shown(origin), reason)
        return text_response(422, reason)


def _by_origin(keys: Sequence[VerifierKey]) -> Mapping[str, tuple[VerifierKey, ...]]:
    """A log may have several keys; a checkpoint is opened with those of its origin."""
    return {key.name: tuple(each for each in keys if each.name == key.name) for key in keys}
