"""How much one round does: more than one read, and no more than there is."""

from collections.abc import Sequence

import pytest

from ledger.names import At
from loyalty.webhooks import delivering
from loyalty.webhooks.ports import Delivery, State
from tests.coalition import House
from tests.webhooks import Outbox


def test_more_rows_than_one_read_takes_are_all_told_once(
    house: House, outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "_ROWS_MAX", 3)
    outbox.registers()
    points = list(range(1, 6))
    for each in points:
        house.earned(house.enrolled(), each)
    outbox.told()
    assert [each.event["data"]["points"] for each in outbox.crm.got] == points


def test_a_round_attempts_more_than_one_read_finds(
    house: House, outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As long as there is time: what was held up for a day is not sent at a page a minute."""
    monkeypatch.setattr(delivering, "_DUE_MAX", 2)
    outbox.registers()
    outbox.crm.script = [500] * 5
    for _ in range(5):
        house.earned(house.enrolled(), 12)
    outbox.told()
    assert outbox.swept(seconds=10) == 5
    assert {each.state for each in outbox.queue._deliveries.values()} == {State.DELIVERED}


def test_a_round_of_which_others_take_up_all_ends(
    house: House, outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It does not go on asking for what others have begun."""
    monkeypatch.setattr(delivering, "_DUE_MAX", 1)
    outbox.registers()
    outbox.crm.script = [500]
    house.earned(house.enrolled(), 12)
    outbox.told()
    house.later(seconds=10)
    read, reads = outbox.queue.due, list[At]()

    def counted(at: At, limit: int) -> Sequence[Delivery]:
        house.later(seconds=1)
        reads.append(at)
        return read(at, limit)

    monkeypatch.setattr(outbox.queue, "due", counted)
    monkeypatch.setattr(outbox.queue, "put", lambda *_: False)
    assert outbox.deliverer.sweep() == 0
    assert len(reads) == 1
