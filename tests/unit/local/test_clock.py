"""The clock that a replay sets."""

from datetime import UTC, datetime, timedelta, timezone

from local.clock import Clock

START = datetime(2017, 8, 17, 4, 9, 39, tzinfo=UTC)


class Seconds:
    """Seconds that pass when a test says so."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_it_stands_until_it_is_let_run():
    """Before `run` no time passes; after it the clock goes on from where it stood."""
    seconds = Seconds()
    clock = Clock(START, seconds)
    seconds.now += 50
    assert clock() == START
    clock.run()
    assert clock() == START
    seconds.now += 2.5
    assert clock() == START + timedelta(seconds=2.5)


def test_it_is_set_forwards_and_never_back():
    """A later moment is taken, an earlier one leaves the clock where it is."""
    clock = Clock(START, Seconds())
    clock.set(START + timedelta(hours=1))
    clock.set(START)
    assert clock() == START + timedelta(hours=1)


def test_setting_a_running_clock_stops_it_where_it_is():
    """What has passed while it ran is kept."""
    seconds = Seconds()
    clock = Clock(START, seconds)
    clock.run()
    seconds.now += 10
    clock.set(START)
    seconds.now += 10
    assert clock() == START + timedelta(seconds=10)


def test_it_tells_utc_whatever_it_is_set_with():
    """Another zone's moment is the same moment in UTC."""
    eastern = START.astimezone(timezone(timedelta(hours=-4)))
    assert Clock(eastern)().tzinfo is UTC


def test_the_machines_clock_runs():
    """Its time is now, and goes on."""
    clock = Clock.of_the_machine()
    assert abs(clock() - datetime.now(UTC)) < timedelta(seconds=5)
    before = clock()
    assert clock() > before
