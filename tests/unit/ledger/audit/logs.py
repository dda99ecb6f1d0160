"""Logs to audit: one with some of everything, and a long one; and how a state is refused."""

from ledger.audit_state import AuditState
from tests.published import Files, Log, audited
from tests.unit.ledger.strategies import MILES, rule_of


def grown(log: Log, *batches: int) -> Log:
    """More batches of so many earns, each with its block."""
    for count in batches:
        log.earns(count)
        log.seal()
    return log


def lived() -> Log:
    """A log with every kind of transaction, arrears, an empty block, and two currencies."""
    log = Log()
    ann, bob = lambda: log.wallet("ann"), lambda: log.wallet("bob")
    first = log.earn(ann(), "acme", 100, "2026-01-05")
    log.seal()
    log.seal()
    waiting = log.earn(ann(), "brew", 40, None)
    log.confirm(ann(), waiting, 30)
    held = log.hold(ann(), 50)
    log.seal()
    log.capture(ann(), held, "cafe", 20)
    log.void(ann(), held)
    log.transfer(ann(), bob(), 10)
    log.exchange(ann(), log.wallet("ann", MILES), 20, 5)
    log.seal()
    spent = log.redeem(ann(), "cafe", 30)
    log.refund(ann(), spent, 10)
    log.reverse(ann(), first, 100)
    log.adjust_up(bob(), 5)
    log.adjust_down(bob(), 2)
    log.seal()
    log.wait(hours=20)
    log.seal()
    log.wait(days=5)
    log.seal()
    log.expire(bob())
    log.seal()
    return log


LIVED = lived()
# Its second block ends the first bundle, and its last entry is in the middle of a third.
LONG = grown(Log(), 242, 3, 300)


def refused_state(files: Files, state: AuditState, **more: object) -> str:
    return rule_of(lambda: audited(files, state=state, **more))
