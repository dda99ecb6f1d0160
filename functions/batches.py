"""What a function answers to a batch of stream records: which of them are to be delivered again.

Partial batch responses (ReportBatchItemFailures): the stream delivers again from the first record
that is named, and goes on past a batch of which none is.
"""

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

Response = dict[str, Any]


def all_done() -> Response:
    return {"batchItemFailures": []}


def again_from(number: str) -> Response:
    """From the record of that sequence number on."""
    return {"batchItemFailures": [{"itemIdentifier": number}]}


def all_again(records: Iterable[Any]) -> Response:
    """All of them, from the first that says where it stands."""
    for record in records:
        with suppress(KeyError, TypeError):
            return again_from(record["dynamodb"]["SequenceNumber"])
    return all_done()
