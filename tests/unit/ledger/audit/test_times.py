"""An audit compares the times of entries with those of blocks, to the millisecond."""

import pytest

from tests.published import Log, audited, files_of, named


def test_an_entry_dated_after_its_block_is_named():
    """Not the block: the first entry that is later."""
    log = Log()
    log.earn(log.wallet("ann"), "acme", 5)
    log.wait(minutes=1)
    log.earn(log.wallet("ann"), "acme", 5)
    log.wait(minutes=1)
    log.earn(log.wallet("ann"), "acme", 5)
    log.wait(seconds=-90)
    log.seal()
    assert named(log.publish()) == (len(log.leaves) - 3, "entry.at")


def test_an_entry_more_than_a_day_before_the_previous_block_is_refused():
    """To the millisecond, for an earn that is as usual and for any other entry."""
    for early, holds in ((0, True), (1, False)):
        for kind in ("earn", "redeem"):
            log = Log()
            log.earn(log.wallet("ann"), "acme", 50)
            log.earn(log.wallet("bob"), "acme", 50)
            log.wait(hours=25)
            block_at = log.now
            log.seal()
            log.now = block_at
            log.wait(hours=-24, milliseconds=-early)
            if kind == "earn":
                log.earn(log.wallet("ann"), "acme", 5)
            else:
                log.redeem(log.wallet("bob"), "acme", 5)
            index = len(log.leaves)
            log.now = block_at
            log.wait(seconds=1)
            log.seal()
            found = audited(log.publish()).fault
            assert (found is None) == holds
            assert found is None or (found.position, found.rule) == (index, "entry.at")


def test_governance_before_the_previous_block_is_refused():
    """What is in force does not change behind a block that was sealed."""
    log = Log()
    log.wait(minutes=5)
    log.seal()
    log.wait(minutes=-1)
    log.govern("partner", partner="dune", status="joined")
    index = len(log.leaves)
    log.wait(minutes=5)
    log.seal()
    assert named(log.publish()) == (index, "governance.at")


@pytest.mark.parametrize("seconds", [0, -60])
def test_a_block_that_is_not_after_the_previous_one_is_refused(seconds):
    """Time goes on, or nothing is sealed."""
    log = Log()
    log.wait(seconds=seconds - 1)
    log.seal()
    assert named(log.publish()) == (len(log.leaves) - 1, "block.at")


def test_an_entry_as_late_as_its_block_is_not_the_one_that_is_too_late():
    """The first that is later is named, not one of the block's own time."""
    log = Log()
    log.earn(log.wallet("ann"), "acme", 5)
    log.wait(minutes=1)
    log.earn(log.wallet("ann"), "acme", 5)
    log.wait(minutes=-1)
    log.seal()
    assert named(log.publish()) == (len(log.leaves) - 2, "entry.at")


def test_governance_may_be_of_the_previous_blocks_own_time():
    """Not before it: a millisecond earlier is refused."""
    for early, holds in ((0, True), (1, False)):
        log = Log()
        log.wait(minutes=5)
        at = log.now
        log.seal()
        log.now = at
        log.wait(milliseconds=-early)
        log.govern("partner", partner="dune", status="joined")
        log.now = at
        log.wait(minutes=5)
        log.seal()
        assert (audited(log.publish()).fault is None) == holds


def test_a_block_that_nobody_signed_says_nothing_of_the_entries_before_it():
    """It is the block that is named, not an entry that it would make late."""
    log = Log()
    log.wait(minutes=5)
    log.earn(log.wallet("ann"), "acme", 5)
    log.wait(minutes=-1)
    log.seal()
    forged = bytearray(log.leaves[-1])
    other = bytes(forged[:-10]) + (b"AAAA" if forged[-10:-6] != b"AAAA" else b"BBBB") + forged[-6:]
    assert named(files_of([*log.leaves[:-1], other])) == (len(log.leaves) - 1, "entry.signature")
