"""What `make load` calls lost, doubled and wrong."""

from collections import Counter

import pytest
from strawberry.relay import GlobalID

from bench.load.__main__ import Load
from bench.load.customers import Outcome


def told(id_: str, error: str = "") -> Outcome:
    return Outcome("purchase", 12.0, [str(GlobalID("Transaction", id_))], error)


def load(*outcomes: Outcome, fault: str = "", **entries: int) -> Load:
    return Load(1.0, outcomes, Counter(entries), fault)


def test_it_holds_where_each_transaction_is_in_the_log_once() -> None:
    good = load(told("a"), told("b"), Outcome("balance", 3.0, []), a=1, b=1)
    assert (good.holds, good.lost, good.unknown) == (True, 0, 0)


@pytest.mark.parametrize(
    ("wrong", "lost", "unknown"),
    [
        (load(told("a"), told("b"), a=1), 1, 0),
        (load(told("a"), a=2), 0, 1),
        (load(told("a"), a=1, b=1), 0, 1),
        (load(told("a"), told("a"), a=1), 1, 0),
        (load(told("a"), Outcome("transfer", 9.0, [], "Refused: CONTENDED"), a=1), 0, 0),
        (load(told("a"), fault="entry 7: tx.sum", a=1), 0, 0),
        (load(), 0, 0),
    ],
    ids=["missing", "doubled", "unknown", "told twice", "refused", "audit", "nothing"],
)
def test_it_does_not_hold_otherwise(wrong: Load, lost: int, unknown: int) -> None:
    """Nor where nothing was done at all."""
    assert (wrong.holds, wrong.lost, wrong.unknown) == (False, lost, unknown)
