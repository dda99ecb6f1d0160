"""What resolvers wait for at the same time is read in one call, and each key once."""

import asyncio
from collections.abc import Mapping, Sequence

import pytest

from loyalty.ports import StoreUnavailable
from schema.reads import Reads


class Store:
    """Knows the squares of small numbers. asked: its calls."""

    def __init__(self) -> None:
        self.asked: list[list[int]] = []

    def squares(self, numbers: Sequence[int]) -> Mapping[int, int]:
        self.asked.append(list(numbers))
        return {number: number * number for number in numbers if number < 10}

    def nothing(self, numbers: Sequence[int]) -> Mapping[int, int]:
        self.asked.append(list(numbers))
        raise StoreUnavailable("no answer")


def test_what_is_waited_for_at_the_same_time_is_one_call() -> None:
    """Each key of it stands there once, and what is not found is None."""
    store = Store()
    reads = Reads(store.squares)

    async def all_of_them() -> list[int | None]:
        return await asyncio.gather(*map(reads.load, (2, 3, 2, 99)))

    assert asyncio.run(all_of_them()) == [4, 9, 4, None]
    assert store.asked == [[2, 3, 99]]


def test_what_was_read_is_not_read_again() -> None:
    """Nor what was not found."""
    store = Store()
    reads = Reads(store.squares)

    async def one_by_one() -> list[int | None]:
        return [await reads.load(number) for number in (2, 99, 2, 99, 3)]

    assert asyncio.run(one_by_one()) == [4, None, 4, None, 9]
    assert store.asked == [[2], [99], [3]]


def test_each_who_waited_is_told_that_the_store_does_not_answer() -> None:
    """It is not asked again for each of them."""
    store = Store()
    reads = Reads(store.nothing)

    async def told(number: int) -> bool:
        with pytest.raises(StoreUnavailable):
            await reads.load(number)
        return True

    async def both() -> list[bool]:
        return list(await asyncio.gather(told(2), told(3)))

    assert asyncio.run(both()) == [True, True]
    assert store.asked == [[2, 3]]


def test_who_is_answered_does_not_read_for_those_who_come_later() -> None:
    """What is wanted in the next turn is again one call."""
    store = Store()
    reads = Reads(store.squares)

    async def one_after_another(first: int, second: int) -> list[int | None]:
        return [await reads.load(first), await reads.load(second)]

    async def both() -> list[list[int | None]]:
        return list(await asyncio.gather(one_after_another(2, 4), one_after_another(3, 5)))

    assert asyncio.run(both()) == [[4, 16], [9, 25]]
    assert store.asked == [[2, 3], [4, 5]]


def test_who_stops_waiting_takes_nothing_from_the_others() -> None:
    """The call is made by whoever still waits."""
    store = Store()
    reads = Reads(store.squares)

    async def the_second() -> int | None:
        first, second = (asyncio.ensure_future(reads.load(number)) for number in (2, 3))
        await asyncio.sleep(0)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        return await second

    assert asyncio.run(the_second()) == 9
    assert store.asked == [[2, 3]]
