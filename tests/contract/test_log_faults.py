"""What sealing is told when AWS does not answer, or answers that it cannot now."""

import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import boto3
import botocore.endpoint
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from pynamodb.exceptions import PynamoDBException

from loyalty.ports import StoreUnavailable
from sealing.ports import Head, Heads, Objects, Swap
from storage import log_dynamodb, s3
from storage.dynamodb import DynamoStore
from storage.log_dynamodb import DynamoHeads
from storage.s3 import S3Objects, s3_client
from tests.contract.builders import client_of, sealed, transaction
from tests.contract.conftest import heads_at
from tests.contract.servers import (
    BROKEN,
    EMPTY_500,
    GATEWAY_503,
    HANGS_UP,
    IN_PROGRESS,
    NO_SUCH_TABLE,
    NOT_VALID,
    OVER_QUOTA,
    REGION,
    SILENCE,
    THROTTLED,
    TIMEOUT_S,
    Reply,
    Server,
    answer,
    cancelled,
    losing_answers,
    refused_port,
    store_at,
)

OLD, NEW, OTHER = sealed(1), sealed(2), sealed(2, by="twin")
PATH = "checkpoint"


@pytest.fixture(autouse=True)
def _no_backoff(monkeypatch: pytest.MonkeyPatch) -> None:
    """botocore does not wait before it sends again."""
    monkeypatch.setattr(botocore.endpoint, "time", SimpleNamespace(sleep=lambda _: None))


def swaps(server: Server, *replies: Reply, retries: int = 0) -> Swap:
    """What NEW in place of OLD comes to, where DynamoDB answers so."""
    server.replies = list(replies)
    return heads_at(store_at(server.url, retries)).swap(OLD.checkpoint, NEW)


UNKNOWN = [BROKEN, EMPTY_500, GATEWAY_503, IN_PROGRESS, SILENCE, HANGS_UP]
LOST = [
    cancelled("None", "ConditionalCheckFailed"),
    cancelled("ConditionalCheckFailed", "None"),
    cancelled("None", "TransactionConflict"),
    cancelled("TransactionConflict", "ThrottlingError"),
]
BUSY = [THROTTLED, OVER_QUOTA, cancelled("None", "ThrottlingError")]


@pytest.mark.parametrize("reply", UNKNOWN)
def test_a_swap_without_an_answer_is_unknown(server: Server, reply: Reply) -> None:
    """It may be there or not; the next seal looks."""
    assert swaps(server, reply) is Swap.UNKNOWN
    assert server.requests == 1


@pytest.mark.parametrize("reply", LOST)
def test_a_swap_that_was_cancelled_is_lost(server: Server, reply: Reply) -> None:
    """Another sealer, or a governance entry, was quicker."""
    assert swaps(server, reply) is Swap.LOST
    assert server.requests == 1


@pytest.mark.parametrize("reply", BUSY)
def test_a_swap_that_dynamodb_cannot_take_now_ends_the_seal(server: Server, reply: Reply) -> None:
    """Surely nothing was written, and nobody else was quicker."""
    with pytest.raises(StoreUnavailable):
        swaps(server, reply)


@pytest.mark.parametrize("reply", [NO_SUCH_TABLE, NOT_VALID, cancelled("None", "ValidationError")])
def test_a_defect_is_not_taken_for_a_lost_swap(server: Server, reply: Reply) -> None:
    """What no retry can mend is raised."""
    with pytest.raises(PynamoDBException):
        swaps(server, reply)


def item_of(head: Head | None) -> Reply:
    """DynamoDB's answer to who reads that head."""
    if head is None:
        return answer({})
    return answer(
        {
            "Item": {
                "pk": {"S": "LOG"},
                "sk": {"S": "HEAD"},
                "e": {"B": head.checkpoint},
                "s": {"B": head.position},
                "g": {"N": str(head.governance_seq)},
                "a": {"S": head.at},
            }
        }
    )


@pytest.mark.parametrize("first", [EMPTY_500, HANGS_UP, SILENCE])
@pytest.mark.parametrize(
    ("found", "swap"), [(NEW, Swap.DONE), (OLD, Swap.LOST), (OTHER, Swap.UNKNOWN)]
)
def test_what_is_in_the_way_may_be_what_was_sent_before(
    server: Server, first: Reply, found: Head, swap: Swap
) -> None:
    """botocore sends again by itself: the second send meets what the first wrote. Another head may
    have followed on it by then."""
    replies = (first, cancelled("None", "ConditionalCheckFailed"), item_of(found))
    assert swaps(server, *replies, retries=1) is swap


def test_a_head_that_cannot_be_read_back_leaves_it_unknown(server: Server) -> None:
    """An answer that does not come decides nothing."""
    replies = (EMPTY_500, cancelled("None", "ConditionalCheckFailed"), EMPTY_500)
    assert swaps(server, *replies, retries=1) is Swap.UNKNOWN


@pytest.mark.parametrize("first", [EMPTY_500, HANGS_UP])
def test_a_busy_answer_does_not_hide_that_an_earlier_send_got_none(
    server: Server, first: Reply
) -> None:
    """The first send may have been carried out."""
    assert swaps(server, first, THROTTLED, retries=1) is Swap.UNKNOWN


def test_a_swap_where_nobody_listens_ends_the_seal() -> None:
    """Surely nothing was written."""
    with refused_port() as endpoint, pytest.raises(StoreUnavailable):
        heads_at(store_at(endpoint)).swap(None, NEW)


READS: dict[str, Callable[[Heads], object]] = {
    "read": lambda heads: heads.read(),
    "index": lambda heads: heads.index(transaction(1)),
    "place": lambda heads: heads.place({transaction(1): 1}),
}


@pytest.mark.parametrize("read", READS.values(), ids=READS.keys())
def test_what_may_be_asked_again_says_so(server: Server, read: Callable[[Heads], object]) -> None:
    """Nothing is made up where no answer came."""
    heads = heads_at(store_at(server.url))
    for reply in (THROTTLED, EMPTY_500, GATEWAY_503, HANGS_UP, SILENCE):
        server.replies = [reply]
        with pytest.raises(StoreUnavailable):
            read(heads)


def unprocessed(*numbers: int) -> Reply:
    """DynamoDB left these out of a batch."""
    items = [
        {"PutRequest": {"Item": {"pk": {"S": f"T#{n}"}, "sk": {"S": "L"}, "n": {"N": "1"}}}}
        for n in numbers
    ]
    return answer({"UnprocessedItems": {"contract": items} if items else {}})


def test_places_that_dynamodb_leaves_out_are_sent_again(server: Server) -> None:
    """With a pause before each, until all are there."""
    pauses_s: list[float] = []
    heads = DynamoHeads(store_at(server.url), pauses_s.append)
    server.replies = [unprocessed(1, 2, 3), unprocessed(2), unprocessed()]
    heads.place({transaction(number): number for number in range(5)})
    assert server.requests == 3
    assert len(pauses_s) == 2


def test_places_are_given_up_after_a_bounded_number_of_sends(server: Server) -> None:
    """The seal's publication then begins again."""
    heads = DynamoHeads(store_at(server.url), lambda _: None)
    server.replies = [unprocessed(1)]
    with pytest.raises(StoreUnavailable):
        heads.place({transaction(1): 1})
    assert server.requests == log_dynamodb.MAX_SENDS


@pytest.mark.parametrize("executed", [True, False])
def test_a_swap_whose_answer_is_lost_once_is_done(
    dynamo_store: DynamoStore, executed: bool
) -> None:
    """The second send does it, or learns that it is done."""
    heads = heads_at(dynamo_store)
    with losing_answers(client_of(dynamo_store), "TransactWriteItems", 1, executed) as lost:
        assert heads.swap(None, NEW) is Swap.DONE
    assert len(lost) == 1
    assert heads.read() == NEW


def test_a_swap_whose_every_answer_is_lost_is_unknown(dynamo_store: DynamoStore) -> None:
    """It is there all the same; sent anew it meets itself, and the head tells."""
    heads = heads_at(dynamo_store)
    with losing_answers(client_of(dynamo_store), "TransactWriteItems", 100):
        assert heads.swap(None, NEW) is Swap.UNKNOWN
    assert heads.read() == NEW
    assert heads.swap(None, NEW) is Swap.LOST


@pytest.mark.parametrize("executed", [True, False])
@pytest.mark.parametrize("old", [None, b"old"])
def test_an_object_whose_answer_is_lost_once_is_written(
    s3_objects: S3Objects, old: bytes | None, executed: bool
) -> None:
    """What is in the way of the second send is what the first one wrote."""
    tag = written(s3_objects, old)
    with losing_answers(s3_objects.client, "PutObject", 1, executed) as lost:
        assert s3_objects.replace(PATH, b"new", tag)
    assert len(lost) == 1
    assert s3_objects.read(PATH) == b"new"


@pytest.mark.parametrize("executed", [True, False])
def test_another_object_is_not_taken_for_ours(s3_objects: S3Objects, executed: bool) -> None:
    """Sent twice, with somebody else's object in the way."""
    written(s3_objects, b"another")
    with losing_answers(s3_objects.client, "PutObject", 1, executed):
        assert not s3_objects.create(PATH, b"new")
    assert s3_objects.read(PATH) == b"another"


def test_an_equal_object_of_anothers_is_not_ours(s3_objects: S3Objects) -> None:
    """Sent once, so it cannot be."""
    written(s3_objects, b"new")
    assert not s3_objects.create(PATH, b"new")


@pytest.mark.parametrize("old", [None, b"old"])
def test_an_object_whose_every_answer_is_lost_may_be_written(
    s3_objects: S3Objects, old: bytes | None
) -> None:
    """Nothing is said of it; it can be asked for."""
    tag = written(s3_objects, old)
    with losing_answers(s3_objects.client, "PutObject", 100), pytest.raises(StoreUnavailable):
        s3_objects.replace(PATH, b"new", tag)
    assert s3_objects.read(PATH) == b"new"


def written(objects: Objects, old: bytes | None) -> str | None:
    """The tag of an object of before, if there is one."""
    if old is None:
        return None
    assert objects.create(PATH, old)
    found = objects.read_tagged(PATH)
    assert found is not None
    return found.tag


def objects_at(endpoint: str, sends: int = 1, pause: Callable[[float], None] = print) -> S3Objects:
    """Objects at a server that answers as it is told."""
    config = Config(
        connect_timeout=TIMEOUT_S, read_timeout=TIMEOUT_S, retries={"total_max_attempts": sends}
    )
    client = boto3.client("s3", region_name=REGION, endpoint_url=endpoint, config=config)
    return S3Objects(client, "contract", "", pause)


def refusal(status: int, code: str) -> Reply:
    """An error as S3 words it."""
    return status, f"<Error><Code>{code}</Code><Message>{code}</Message></Error>".encode()


CONFLICT = refusal(409, "ConditionalRequestConflict")
SLOW_DOWN = refusal(503, "SlowDown")
DENIED = refusal(403, "AccessDenied")
NO_BUCKET = refusal(404, "NoSuchBucket")

CALLS: dict[str, Callable[[Objects], object]] = {
    "read": lambda objects: objects.read(PATH),
    "read_range": lambda objects: objects.read_range(PATH, 0, 5),
    "create": lambda objects: objects.create(PATH, b"new"),
    "read_tagged": lambda objects: objects.read_tagged(PATH),
    "replace": lambda objects: objects.replace(PATH, b"new", "tag"),
    "delete": lambda objects: objects.delete(PATH),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
def test_objects_that_do_not_answer_say_so(server: Server, call: Callable[[Objects], Any]) -> None:
    """Absent, created or not: nothing is made up, and nothing waits for long."""
    objects = objects_at(server.url)
    for reply in (SLOW_DOWN, EMPTY_500, GATEWAY_503, HANGS_UP, SILENCE):
        server.replies = [reply]
        with pytest.raises(StoreUnavailable):
            call(objects)


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
def test_objects_where_nobody_listens_say_so(call: Callable[[Objects], Any]) -> None:
    """A refused connection is told as the port's own error."""
    with refused_port() as endpoint, pytest.raises(StoreUnavailable):
        call(objects_at(endpoint))


@pytest.mark.parametrize("reply", [DENIED, NO_BUCKET])
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
def test_a_defect_is_not_taken_for_an_absent_object(
    server: Server, call: Callable[[Objects], Any], reply: Reply
) -> None:
    """Neither a missing right nor a missing bucket reads as "there is none"."""
    server.replies = [reply]
    with pytest.raises(ClientError):
        call(objects_at(server.url))


def test_a_write_in_conflict_is_sent_again(server: Server) -> None:
    """S3 was at another write of the object: asked again it says what came of it."""
    pauses_s: list[float] = []
    server.replies = [CONFLICT, CONFLICT, (200, b"")]
    assert objects_at(server.url, pause=pauses_s.append).create(PATH, b"new")
    assert len(pauses_s) == 2
    server.replies = [CONFLICT, refusal(412, "PreconditionFailed")]
    assert not objects_at(server.url, pause=pauses_s.append).replace(PATH, b"new", "tag")


def test_a_write_in_conflict_is_given_up_in_the_end(server: Server) -> None:
    """It is not sent for ever."""
    server.replies = [CONFLICT]
    with pytest.raises(StoreUnavailable):
        objects_at(server.url, pause=lambda _: None).create(PATH, b"new")
    assert server.requests == s3.MAX_CONFLICTS


def test_an_object_that_breaks_off_is_not_taken_for_whole(server: Server) -> None:
    """Fewer bytes than were promised are no object."""
    server.replies = [(200, b"the first part")]
    server.promised_bytes = 100
    with pytest.raises(StoreUnavailable):
        objects_at(server.url).read(PATH)


def test_the_client_for_objects_is_bounded_in_time(server: Server) -> None:
    """A bucket that is silent holds nobody up for a minute."""
    config = s3_client(REGION, server.url).meta.config
    assert config.connect_timeout <= 2
    assert config.read_timeout <= 10
    assert config.retries["total_max_attempts"] <= 5
    started = time.monotonic()
    server.replies = [SILENCE]
    with pytest.raises(StoreUnavailable):
        objects_at(server.url, sends=2).read(PATH)
    assert time.monotonic() - started < 10 * TIMEOUT_S
