"""The sealer as a Lambda function: woken by the table's stream, and by a schedule for its sweep.

A stream record is a doorbell: it says which wallet has something new, never what. Records come
doubled, late and in any order; what cannot be read as a doorbell is passed over. If a seal does not
come to its end, the first record of the batch is reported as failed, and the stream delivers the
batch again from there (partial batch responses, ReportBatchItemFailures).
"""

import logging
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from typing import Any

from functions.batches import all_again, all_done
from functions.telemetry import Telemetry
from functions.wiring import utc_now
from functions.wiring_behind import sealer_of, witnessing_of
from ledger.names import At, WalletId, at_moment, is_base32_id
from loyalty.ports import StoreUnavailable
from sealing.sealer import Progress, Sealer
from sealing.stopped import Reason, SealingStopped
from sealing.witnesses import Outcome, Reply
from sealing.witnessing import Witnessing

TOLD = Telemetry("sealer")
_log = logging.getLogger(__name__)
_ASK_AGAIN = 3
_COUNTED = {
    Outcome.COSIGNED: "Cosignatures",
    Outcome.AHEAD: "WitnessAlarms",
    Outcome.CONFLICT: "WitnessAlarms",
}


@TOLD
def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:  # noqa: ARG001
    """Lambda's entry point. Raises SealingStopped, so that its alarm rings."""
    answer = seal(_sealer(), event)
    tell(ask(_witnessing()))
    return answer


def seal(sealer: Sealer, event: Mapping[str, Any]) -> dict[str, Any]:
    """Seals what a stream's records ring for, or sweeps for an event that is none."""
    records = event.get("Records")
    if records is None:
        progress = sealer.sweep()
        _measure(progress)
        # A sweep sees every wallet, so it alone can say that nothing waits.
        TOLD.seconds("UnsealedAgeSeconds", _age_s(progress.left))
        return {"entries": progress.entries}
    try:
        progress = sealer.drain(frozenset(rung(records)))
    except StoreUnavailable as error:
        _log.warning("not sealed, to be delivered again: %s", error)
        return all_again(records)
    _measure(progress)
    return all_again(records) if progress.again else all_done()


def _measure(progress: Progress) -> None:
    TOLD.count("SealedEntries", progress.entries)
    if progress.oldest is not None:
        TOLD.seconds("SealLagSeconds", _age_s(progress.oldest))


def _age_s(at: At | None) -> float:
    """0 for none, and where clocks differ."""
    return 0.0 if at is None else max(0.0, (utc_now() - at_moment(at)).total_seconds())


def check_start(witnessing: Witnessing) -> None:
    """Before the first seal of a process: raises SealingStopped where witnesses know more of the
    log than is here, as after a backup of all there is was restored. A fork cannot be taken back.

    What a witness says of itself proves nothing, and one may lie: it takes half of those that
    answer, at least. Fewer are told of.
    """
    for _ in range(_ASK_AGAIN):
        replies = ask(witnessing, everyone=True)
        answered = [each for each in replies if each.outcome is not Outcome.UNAVAILABLE]
        alarming = [each for each in answered if each.outcome.is_alarming]
        if not alarming or len(alarming) * 2 < len(answered):
            tell(replies)
            return
        # Another sealer may have published in between, and had it cosigned: ask about that then.
    reply = alarming[0]
    raise SealingStopped(Reason.REWOUND, f"what {_name(reply)} cosigned", reply.reason)


def ask(witnessing: Witnessing, *, everyone: bool = False) -> list[Reply]:
    """Has the published checkpoint cosigned."""
    try:
        return witnessing.ask(everyone=everyone)
    except StoreUnavailable as error:
        _log.warning("no witness was asked: %s", error)
        return []


def tell(replies: Iterable[Reply]) -> None:
    """Tells operators of witnesses that did not cosign; sealing goes on without them."""
    for reply in replies:
        TOLD.count(_COUNTED.get(reply.outcome, "WitnessesMissing"))
        if reply.outcome.is_alarming:
            _log.error("%s knows another log: %s", _name(reply), reply.reason)
        elif reply.outcome is not Outcome.COSIGNED:
            _log.warning("%s did not cosign: %s", _name(reply), reply.reason)


def _name(reply: Reply) -> str:
    return reply.target.key.name


def rung(records: Any) -> Iterator[WalletId]:
    """The wallets that stream records ring for."""
    for record in records:
        with suppress(KeyError, TypeError):
            key = str(record["dynamodb"]["Keys"]["pk"]["S"])
            if key.startswith("W#") and is_base32_id(key[2:]):
                yield WalletId(key[2:])


@cache
def _sealer() -> Sealer:
    check_start(_witnessing())
    return sealer_of(os.environ)


@cache
def _witnessing() -> Witnessing:
    return witnessing_of(os.environ)
