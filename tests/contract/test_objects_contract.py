"""What every place for objects promises: an object is created once, and replaced knowingly."""

from collections.abc import Callable
from threading import Barrier

import pytest

from sealing.ports import Objects, Tagged
from storage.memory_log import MemoryObjects
from storage.s3 import S3Objects
from tests.contract.test_store_concurrency import WRITERS, at_once

PATH = "tile/0/x001/067.p/3"
CONTENTS = {
    "nothing": b"",
    "every byte": bytes(range(256)),
    "what looks like a chunk": b"5\r\nhello\r\n0\r\n\r\n",
    "a checkpoint": "stars.example/ledger\n1\n\n\u2014 stars.example/ledger AAAA\n".encode(),
    "more than a megabyte": bytes(range(251)) * 5_000,
}


def test_what_was_never_written_is_absent(objects: Objects) -> None:
    """No read takes a missing object for an error, or for an empty one."""
    assert objects.read(PATH) is None
    assert objects.read_range(PATH, 0, 1) is None
    assert objects.read_tagged(PATH) is None
    assert not objects.replace(PATH, b"x", "tag")
    objects.delete(PATH)
    assert objects.read(PATH) is None


@pytest.mark.parametrize("data", CONTENTS.values(), ids=CONTENTS.keys())
def test_an_object_reads_as_written(objects: Objects, data: bytes) -> None:
    """Byte for byte, whatever it holds."""
    assert objects.create(PATH, data)
    assert objects.read(PATH) == data
    found = objects.read_tagged(PATH)
    assert found is not None
    assert found.data == data


def test_an_object_is_created_once(objects: Objects) -> None:
    """Whoever comes second changes nothing, with other bytes or the same."""
    assert objects.create(PATH, b"first")
    assert not objects.create(PATH, b"second")
    assert not objects.create(PATH, b"first")
    assert not objects.replace(PATH, b"third", None)
    assert objects.read(PATH) == b"first"


def test_paths_do_not_touch_each_other(objects: Objects) -> None:
    """Neither one that begins another, nor one that differs in its case."""
    paths = ["tile/0/067", "tile/0/067.p/1", "tile/0/06", "tile", "Tile", "tile/entries/067"]
    for path in paths:
        assert objects.create(path, path.encode())
    assert [objects.read(path) for path in paths] == [path.encode() for path in paths]
    objects.delete("tile/0/067")
    assert [objects.read(path) for path in paths[1:]] == [path.encode() for path in paths[1:]]


def test_a_range_is_read_without_the_rest(objects: Objects) -> None:
    """A page out of an object of many; what is past the end is not there."""
    data = bytes(range(200))
    objects.create(PATH, data)
    assert objects.read_range(PATH, 0, 1) == data[:1]
    assert objects.read_range(PATH, 17, 100) == data[17:117]
    assert objects.read_range(PATH, 0, 200) == data
    assert objects.read_range(PATH, 199, 1) == data[199:]
    assert objects.read_range(PATH, 150, 1000) == data[150:]
    assert objects.read_range(PATH, 200, 1) == b""
    assert objects.read_range(PATH, 10_000, 7) == b""


@pytest.mark.parametrize(("first", "length"), [(-1, 5), (0, 0), (3, -1)])
def test_a_range_has_a_beginning_and_a_byte(objects: Objects, first: int, length: int) -> None:
    """S3 takes any other for no range, and answers with the whole object."""
    objects.create(PATH, b"0123456789")
    with pytest.raises(ValueError, match="range"):
        objects.read_range(PATH, first, length)


def test_an_object_is_replaced_by_who_read_it(objects: Objects) -> None:
    """A tag is good for one replacement, until the content is that again."""
    objects.create(PATH, b"one")
    one = tagged(objects)
    assert objects.replace(PATH, b"two", one.tag)
    assert objects.read(PATH) == b"two"
    assert not objects.replace(PATH, b"three", one.tag)
    two = tagged(objects)
    assert two.tag != one.tag
    assert objects.replace(PATH, b"three", two.tag)
    assert not objects.replace(PATH, b"four", "no tag of it")
    assert tagged(objects).data == b"three"


def test_a_deleted_object_is_not_replaced(objects: Objects) -> None:
    """A zombie's tag brings nothing back; creating it does."""
    objects.create(PATH, b"one")
    tag = tagged(objects).tag
    objects.delete(PATH)
    assert objects.read(PATH) is None
    assert not objects.replace(PATH, b"two", tag)
    assert objects.read(PATH) is None
    assert objects.replace(PATH, b"three", None)
    assert objects.read(PATH) == b"three"


def tagged(objects: Objects) -> Tagged:
    found = objects.read_tagged(PATH)
    assert found is not None
    return found


RIVALS: dict[str, Callable[[Objects, str, bytes, str], bool]] = {
    "creators": lambda objects, path, data, _: objects.create(path, data),
    "replacers": lambda objects, path, data, tag: objects.replace(path, data, tag),
}


@pytest.mark.parametrize("kind", RIVALS)
def test_of_rival_writers_one_is_done_each_round(objects: Objects, kind: str) -> None:
    """Eight write one object at once, again and again: it holds what the one wrote who is told."""
    rounds = range(100 if isinstance(objects, MemoryObjects) else 6)
    tags = [""] * len(rounds)
    if kind == "replacers":
        for number in rounds:
            objects.create(f"{number}", b"old")
            found = objects.read_tagged(f"{number}")
            assert found is not None
            tags[number] = found.tag
    meeting = Barrier(WRITERS)

    def write(writer: int) -> list[bool]:
        done = []
        for number in rounds:
            meeting.wait(timeout=30)
            done.append(RIVALS[kind](objects, f"{number}", b"by %d" % writer, tags[number]))
        return done

    for number, done in enumerate(zip(*at_once(write), strict=True)):
        assert sum(done) == 1
        assert objects.read(f"{number}") == b"by %d" % done.index(True)


FULL = ("application/octet-stream", "public, max-age=31536000, immutable")
HEADERS = {
    "checkpoint": ("text/plain; charset=utf-8", "no-cache"),
    "tile/0/000": FULL,
    "tile/entries/x001/067": FULL,
    "tile/0/000.p/255": ("application/octet-stream", "public, max-age=60"),
    "tile/entries/x001/067.p/1": ("application/octet-stream", "public, max-age=60"),
    "staging/17-00ff": ("application/octet-stream", "no-store"),
}


@pytest.mark.parametrize("path", HEADERS)
def test_objects_are_served_as_tlog_tiles_says(s3_objects: S3Objects, path: str) -> None:
    """Their type and how long caches keep them: a full tile for ever, a checkpoint never."""
    s3_objects.create(path, b"data")
    found = s3_objects.client.head_object(Bucket=s3_objects.bucket, Key=f"log/{path}")
    assert (found["ContentType"], found["CacheControl"]) == HEADERS[path]
