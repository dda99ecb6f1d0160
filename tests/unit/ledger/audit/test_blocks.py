"""An audit makes each block again from the entries before it."""

from base64 import b64encode

import pytest

from ledger.blocks import block_body
from ledger.entries import sign_entry
from ledger.errors import RuleBroken
from tests.published import Log, files_of, named
from tests.unit.ledger.strategies import ENTRIES, ORIGIN, STARS, another


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("height", 2),
        ("height", 0),
        ("prev", b64encode(bytes(32)).decode()),
        ("first", 1),
        ("size", 99),
        ("totals", b64encode(bytes(32)).decode()),
        ("balances", {}),
    ],
)
def test_a_block_that_states_anything_else_is_refused(member, value):
    """Each member is made again from what came before it."""
    log = Log()
    log.earn(log.wallet("ann"), "acme", 5)
    log.seal(**{member: value})
    log.seal()
    assert named(log.publish()) == (len(log.leaves) - 2, f"block.{member}")


@pytest.mark.parametrize(("field", "value"), [("owed", 4), ("arrears", -1), ("wallets", 2)])
def test_a_block_that_states_other_balances_is_refused(field, value):
    """Of any currency, in any part."""
    log = Log()
    log.earn(log.wallet("ann"), "acme", 5)
    log.maker.append([log.entries[-1].data])
    body = next_block(log)
    body["balances"][STARS][field] = value
    log.maker.put_block(body)
    leaves = [*log.leaves, log.entries[-1].data, log.maker.blocks[-1].data]
    assert named(files_of(leaves)) == (len(leaves) - 1, f"block.balances.{field}")


def next_block(log: Log) -> dict:
    return block_body(log.maker.block(log.at))


def test_a_block_of_another_shape_or_key_is_refused():
    """Read strictly, and signed by the entry key in force."""
    log = Log()
    body = next_block(log)
    for changed, rule in (
        ({**body, "extra": 1}, "block.members"),
        ({**body, "v": 2}, "block.v"),
        ({**body, "size": -1}, "block.size"),
    ):
        leaves = [*log.leaves, sign_entry(changed, ENTRIES).data]
        assert named(files_of(leaves)) == (len(leaves) - 1, rule)
    leaves = [*log.leaves, sign_entry(body, another(f"{ORIGIN}/entries")).data]
    assert named(files_of(leaves)) == (len(leaves) - 1, "entry.key")


def test_a_log_that_does_not_end_with_a_block_is_refused():
    """Entries that no block states are not sealed."""
    log = Log()
    log.earn(log.wallet("ann"), "acme", 5)
    leaves = [*log.leaves, log.entries[-1].data]
    assert named(files_of(leaves)) == (len(leaves) - 1, "log.last")


def test_a_block_is_no_entry_outside_a_log():
    """A ledger that is read from a table has none."""
    book = Log()
    entry = book.maker.put_block(next_block(book))
    with pytest.raises(RuleBroken, match=r"entry\.type"):
        book.history.apply(entry)
