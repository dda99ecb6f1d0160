"""Rewards that come back: their places on the shelf, and in the member's share, are free again."""

from collections import Counter
from collections.abc import Iterable

from loyalty.coalition import Coalition
from loyalty.ports import RecordPut
from loyalty.records.rewards import RewardTaken


def put_back(coalition: Coalition, counted: Iterable[str]) -> tuple[RecordPut, ...]:
    """One less taken in each of these, which are ids; two less, where it is there twice."""
    back = Counter(counted)
    found = coalition.store.records(RewardTaken, list(back))
    return tuple(
        RecordPut(key, RewardTaken(taken=each.record.taken - back[key]), each.version)
        for key, each in found.items()
    )
