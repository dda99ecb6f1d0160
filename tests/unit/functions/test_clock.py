"""The clock's function: what it does in the time it has, and what it answers."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

import functions.clock as module
from functions.clock import RESERVE_S, tick
from loyalty.clock import running
from loyalty.clock.agenda import Due
from loyalty.clock.following import follow
from loyalty.clock.matters.lots import Lots
from loyalty.ports import StoreUnavailable
from loyalty.refusals import Code, Refused
from storage.memory_agenda import MemoryAgenda
from tests.coalition import House, verified

MEMBERS = 12


@pytest.fixture
def house() -> House:
    """Whose members have points of November 2026."""
    house = House()
    for points in range(1, MEMBERS + 1):
        house.earned(house.enrolled(), points)
    return house


@pytest.fixture
def agenda(house: House) -> MemoryAgenda:
    """With a hint of each wallet, and a clock that ran before; it is December 2027."""
    agenda = MemoryAgenda(house.store)
    tick(house.coalition, agenda, {}, lambda: 1e9)
    for wallet in house.store.wallet_ids():
        follow(house.coalition, agenda, wallet, 1)
    house.later(days=380)
    return agenda


def test_all_pages_of_a_day_are_read(
    house: House, agenda: MemoryAgenda, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many there are."""
    monkeypatch.setattr(running, "PAGE", 1)
    assert tick(house.coalition, agenda, {}, lambda: 900.0)["done"] == {"expired": MEMBERS}


class Seconds:
    """So many are left at first, and one less each time that somebody asks."""

    def __init__(self, left: float) -> None:
        self.left = left

    def __call__(self) -> float:
        self.left -= 1
        return self.left


def owed(house: House) -> int:
    """What members have, of a ledger that verifies."""
    return sum(each.balances.available for each in verified(house.store).wallets.values())


def test_it_answers_what_it_did(house: House, agenda: MemoryAgenda) -> None:
    """By number; all was done, so nothing is next."""
    answer = tick(house.coalition, agenda, {"source": "aws.events"}, lambda: 900.0)
    assert answer == {"done": {"expired": MEMBERS}, "looked": MEMBERS, "failed": 0, "next": None}
    assert owed(house) == 0
    again = tick(house.coalition, agenda, {}, lambda: 900.0)
    assert again == {"done": {}, "looked": 0, "failed": 0, "next": None}


def test_it_ends_in_time_and_the_next_run_goes_on(house: House, agenda: MemoryAgenda) -> None:
    """Five hints a run: the third comes to the end. What is under way keeps its time."""
    looked = []
    while True:
        answer = tick(house.coalition, agenda, {}, Seconds(RESERVE_S + 6))
        looked.append(answer["looked"])
        if answer["next"] is None:
            break
        assert answer["next"] == {"day": "2027-12-01", "sweeping": None}
    assert looked == [5, 5, 2]
    assert owed(house) == 0


def test_without_time_nothing_is_begun(house: House, agenda: MemoryAgenda) -> None:
    """It says so."""
    answer = tick(house.coalition, agenda, {}, lambda: RESERVE_S)
    assert (answer["looked"], answer["done"]) == (0, {})
    assert answer["next"] is not None


def test_a_sweep_goes_on_where_it_was(
    house: House, agenda: MemoryAgenda, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Begun once, it is carried on by plain runs, a page at a time, to its end."""
    monkeypatch.setattr("loyalty.clock.running.PAGE", 5)
    empty = MemoryAgenda(house.store)
    event: dict[str, Any] = {"every_wallet": True}
    runs, expired = 0, 0
    while runs < 9:
        # Five hints of its own page, and the question before it.
        answer = tick(house.coalition, empty, event, Seconds(RESERVE_S + 2))
        runs, event = runs + 1, {}
        expired += answer["done"].get("expired", 0)
        if answer["next"] is None:
            break
        assert answer["next"]["sweeping"] is not None
    assert (runs, expired) == (3, MEMBERS)
    assert owed(house) == 0


def test_a_sweep_that_is_under_way_is_not_begun_again(house: House) -> None:
    """Whoever asks for one at every run comes to its end too. What is due later is noted, and
    looked at on its day."""
    agenda = MemoryAgenda(house.store)
    assert tick(house.coalition, agenda, {"every_wallet": True}, lambda: 900.0)["looked"] == 0
    agenda = MemoryAgenda(house.store)
    house.later(days=380)
    agenda.sweep(str(MEMBERS - 5))
    answer = tick(house.coalition, agenda, {"every_wallet": True}, lambda: 900.0)
    assert answer["done"] == {"expired": 5}


def test_a_sweep_does_not_pass_over_what_it_cannot_read_now(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run ends there, and the next one begins with that page."""
    agenda = MemoryAgenda(house.store)

    def down(*_: object) -> Any:
        raise StoreUnavailable("no answer")

    monkeypatch.setattr(Lots, "of_wallet", down)
    with pytest.raises(StoreUnavailable):
        tick(house.coalition, agenda, {"every_wallet": True}, lambda: 900.0)
    assert agenda.sweeping() == ""


def test_a_poisoned_wallet_stops_no_other(
    house: House,
    agenda: MemoryAgenda,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is counted and told of, put off until tomorrow, and done once it is mended."""
    poisoned = sorted(house.store.wallet_ids())[4]
    read = house.store.wallet

    def fails(wallet: Any) -> Any:
        if wallet == poisoned:
            raise ValueError("a lot of no issuer")
        return read(wallet)

    with monkeypatch.context() as patch:
        patch.setattr(house.store, "wallet", fails)
        answer = tick(house.coalition, agenda, {}, lambda: 900.0)
        assert answer["failed"] == 1
        assert answer["done"] == {"expired": MEMBERS - 1}
        assert f"lots of wallet {poisoned}: ValueError('a lot of no issuer')" in caplog.text
        assert tick(house.coalition, agenda, {}, lambda: 900.0)["looked"] == 0
        house.later(days=1)
        assert tick(house.coalition, agenda, {}, lambda: 900.0)["failed"] == 1
    house.later(days=1)
    assert tick(house.coalition, agenda, {}, lambda: 900.0)["done"] == {"expired": 1}
    assert owed(house) == 0


def test_a_hint_of_a_matter_that_is_not_known_is_put_off(
    house: House, agenda: MemoryAgenda
) -> None:
    """Of a version that was taken back, perhaps: the one that knows it finds it again."""
    wallet = next(iter(house.store.wallet_ids()))
    hint = Due("2027-12-01", wallet, "lots", 1)
    agenda.note(hint._replace(matter="tides"))
    answer = tick(house.coalition, agenda, {}, lambda: 900.0)
    assert (answer["failed"], answer["done"]) == (1, {"expired": MEMBERS})
    found = agenda.page("2027-12-07", hint.shard, None, 9)
    assert [each.matter for each in found] == ["tides"]


def test_a_store_that_does_not_answer_ends_the_run(
    house: House, agenda: MemoryAgenda, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not at the first wallet, whose part of the table may be busy; and nothing is put off."""
    asked = []

    def down(wallet: Any) -> Any:
        asked.append(wallet)
        raise StoreUnavailable("no answer")

    with monkeypatch.context() as patch:
        patch.setattr(house.store, "wallet", down)
        with pytest.raises(StoreUnavailable):
            tick(house.coalition, agenda, {}, lambda: 900.0)
    assert len(set(asked)) == 3
    assert tick(house.coalition, agenda, {}, lambda: 900.0)["done"] == {"expired": MEMBERS}
    assert owed(house) == 0


def test_a_store_that_answers_in_between_ends_no_run(
    house: House, agenda: MemoryAgenda, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However often it does not: every second wallet is left for the next run."""
    read, order = house.store.wallet, []

    def stutters(wallet: Any) -> Any:
        if wallet not in order:
            order.append(wallet)
        if order.index(wallet) % 2:
            raise StoreUnavailable("throttled")
        return read(wallet)

    with monkeypatch.context() as patch:
        patch.setattr(house.store, "wallet", stutters)
        answer = tick(house.coalition, agenda, {}, lambda: 900.0)
    assert (answer["looked"], answer["done"]) == (MEMBERS, {"expired": MEMBERS // 2})
    again = tick(house.coalition, agenda, {}, lambda: 900.0)
    assert again["done"] == {"expired": MEMBERS // 2}


@pytest.mark.parametrize(
    "error", [StoreUnavailable("throttled"), Refused(Code.CONTENDED, "others keep changing it")]
)
def test_one_busy_wallet_is_left_for_the_next_run(
    house: House, agenda: MemoryAgenda, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """Even days later: its hint stays where it is, and the clock goes back for it."""
    busy = sorted(house.store.wallet_ids())[4]
    read = house.store.wallet

    def fails(wallet: Any) -> Any:
        if wallet == busy:
            raise error
        return read(wallet)

    with monkeypatch.context() as patch:
        patch.setattr(house.store, "wallet", fails)
        for _ in range(3):
            answer = tick(house.coalition, agenda, {}, lambda: 900.0)
            assert answer["failed"] == 0
            house.later(days=3)
    assert tick(house.coalition, agenda, {}, lambda: 900.0)["done"] == {"expired": 1}
    assert owed(house) == 0


def test_a_day_is_closed_once_it_is_done_and_nobody_notes_for_it_any_more(
    house: House, agenda: MemoryAgenda, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not the one before today, to which a hint may still be on its way; nor one of which a wallet
    is left."""
    busy, other = sorted(house.store.wallet_ids())[:2]
    for day in ("2027-12-02", "2027-12-03"):
        agenda.note(Due(day, other, "lots", 1))
    house.clock -= timedelta(days=2)
    read = house.store.wallet

    def fails(wallet: Any) -> Any:
        if wallet == busy:
            raise StoreUnavailable("throttled")
        return read(wallet)

    with monkeypatch.context() as patch:
        patch.setattr(house.store, "wallet", fails)
        tick(house.coalition, agenda, {}, lambda: 900.0)
    assert agenda.days("2027-12-31") == ["2027-12-01", "2027-12-03"]
    tick(house.coalition, agenda, {}, lambda: 900.0)
    assert agenda.days("2027-12-31") == ["2027-12-03"]
    house.later(days=1)
    tick(house.coalition, agenda, {}, lambda: 900.0)
    assert agenda.days("2027-12-31") == []


class Context:
    """Lambda's."""

    def get_remaining_time_in_millis(self) -> int:
        return 900_000


@pytest.fixture
def wired(house: House, agenda: MemoryAgenda, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Lambda's entry point over this house."""
    monkeypatch.setattr(module, "coalition_of", lambda _: house.coalition)
    monkeypatch.setattr(module, "agenda_of", lambda _: agenda)
    module._clock.cache_clear()
    yield
    module._clock.cache_clear()


@pytest.mark.usefixtures("wired")
def test_lambda_enters_here() -> None:
    """With the time that Lambda gives it."""
    assert module.handler({}, Context())["done"] == {"expired": MEMBERS}
