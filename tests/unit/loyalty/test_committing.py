"""How a request is tried again: bounded, with pauses that spread."""

import pytest

from ledger.errors import PointsMissing, RuleBroken
from ledger.names import transaction_id
from loyalty.committing import MAX_ATTEMPTS, Answer, Plan, Request, carry_out, request_of
from loyalty.ports import COMMIT_MAX_ITEMS, Commit, RecordPut, StoreUnavailable, TransactionRow
from loyalty.records.partners import Partner
from loyalty.refusals import Code, Refused
from loyalty.writing import refuse
from tests.coalition import GROCER, House, contents
from tests.faulty import Faulty


def request(key: str = "k") -> Request:
    return request_of(GROCER, key, {"idempotencyKey": key})


def plan(records: int = 1) -> Plan:
    puts = tuple(RecordPut(f"p-{number}", Partner(name="P")) for number in range(records))
    return Plan(Answer(record="p"), Commit((), records=puts))


def test_pauses_grow_and_are_bounded() -> None:
    """Each is anywhere up to a bound that doubles from 20 ms to half a second."""
    store = Faulty()
    house = House(store)
    object.__setattr__(house.coalition, "random_bytes", lambda count: b"\xff" * count)
    store.script = iter(["moved"] * (MAX_ATTEMPTS - 1))
    assert carry_out(house.coalition, request(), plan) == Answer(record="p")
    expected = [min(0.01 * 2**attempt, 0.5) for attempt in range(1, MAX_ATTEMPTS)]
    assert house.pauses_s == pytest.approx(expected, rel=1e-4)


def test_pauses_are_spread() -> None:
    """With another random number the pause is another: two that met do not meet again."""
    store = Faulty()
    house = House(store)
    object.__setattr__(house.coalition, "random_bytes", lambda count: b"\x00" * count)
    store.script = iter(["moved"])
    carry_out(house.coalition, request(), plan)
    assert house.pauses_s == [0]


def test_moved_does_not_count_as_unanswered() -> None:
    """Two commits without answer among many that moved are not given up."""
    store = Faulty()
    house = House(store)
    store.script = iter(["busy", "moved", "unknown", "moved", "moved"])
    assert carry_out(house.coalition, request(), plan) == Answer(record="p")
    store.script = iter(["busy", "moved", "unknown", "moved", "busy"])
    with pytest.raises(StoreUnavailable):
        carry_out(house.coalition, request("other"), lambda: plan(0))


@pytest.mark.parametrize(
    ("word", "raised"), [("unknown", StoreUnavailable), ("busy", Refused), ("moved", Refused)]
)
def test_a_commit_without_answer_is_not_called_refused(word: str, raised: type[Exception]) -> None:
    """It may still be under way when the request is decided again and turns out impossible."""
    store = Faulty()
    house = House(store)
    store.script = iter([word])
    plans = iter([plan()])

    def decide() -> Plan:
        try:
            return next(plans)
        except StopIteration:
            raise Refused(Code.INSUFFICIENT_POINTS, "others were quicker") from None

    with pytest.raises(raised):
        carry_out(house.coalition, request(), decide)


@pytest.mark.parametrize("records", [COMMIT_MAX_ITEMS - 1, COMMIT_MAX_ITEMS])
def test_a_commit_has_so_many_rows_and_not_one_more(records: int) -> None:
    """The request's own row counts."""
    house = House()
    before = contents(house.store)
    if records < COMMIT_MAX_ITEMS:
        carry_out(house.coalition, request(), lambda: plan(records))
    else:
        with pytest.raises(Refused) as caught:
            carry_out(house.coalition, request(), lambda: plan(records))
        assert caught.value.code is Code.LIMIT_EXCEEDED
        assert contents(house.store) == before


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        (PointsMissing(5, 3), Code.INSUFFICIENT_POINTS),
        (RuleBroken("entry.size", "at most 16384 bytes", 20_000), Code.LIMIT_EXCEEDED),
        (RuleBroken("wallet.limit", "less", "more"), Code.LIMIT_EXCEEDED),
        (RuleBroken("canonical.integer", "less", "more"), Code.LIMIT_EXCEEDED),
        (RuleBroken("tx.partner", "joined", "left"), Code.NOT_ELIGIBLE),
        (RuleBroken("tx.rule", "in force", "ended"), Code.NOT_ELIGIBLE),
        (RuleBroken("tx.rule.signed", "a", "b"), Code.NOT_ELIGIBLE),
        (RuleBroken("tx.currency", "there", "not"), Code.NOT_FOUND),
        (RuleBroken("tx.of.amount", "less", "more"), Code.EXCEEDS_REMAINING),
        (RuleBroken("tx.of.age", "younger", "older"), Code.NOT_ELIGIBLE),
        (RuleBroken("tx.transfer.wallets", "two", "one"), Code.SAME_WALLET),
        (RuleBroken("tx.new", "a", "b"), Code.INVALID_INPUT),
    ],
)
def test_what_the_ledger_refuses_has_a_code(broken: RuleBroken, code: Code) -> None:
    """Each rule that an input can break is told in the product's words, with its field."""
    refused = refuse(broken, "amount")
    assert (refused.code, refused.field) == (code, ("amount",))


def test_the_requests_own_row_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its place among what is written tells a store that the request was carried out before."""
    house = House()
    seen: list[Commit] = []
    commit = house.store.commit
    monkeypatch.setattr(house.store, "commit", lambda each: (seen.append(each), commit(each))[1])
    further = TransactionRow(transaction_id("system:expiry", "w/1"), b"entry", None)
    carry_out(house.coalition, request(), lambda: Plan(Answer(), Commit((further,))))
    assert [row.id for row in seen[0].transactions] == [request().id, further.id]
