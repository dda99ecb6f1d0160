"""What every agenda of the clock promises: hints by day, none of them lost while it is read."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from ledger.names import WalletId
from loyalty.clock.agenda import SHARDS, Agenda, Due
from loyalty.ports import Commit, Outcome, Store, StoreUnavailable
from storage.agenda_dynamodb import DynamoAgenda
from storage.dynamodb import DynamoStore, Table
from tests.contract.builders import FIRST, contents, wallet_id, wallet_row
from tests.contract.conftest import Sent
from tests.contract.servers import REGION

DAY, NEXT_DAY = "2027-03-31", "2027-04-01"


def due(number: int, seq: int = 1, day: str = DAY, matter: str = "lots") -> Due:
    """Of wallets whose ids end alike, so that all stand in one shard."""
    return Due(day, wallet_id(number * 32), matter, seq)


def page(agenda: Agenda, day: str = DAY, after: Due | None = None, limit: int = 100) -> list[Due]:
    return list(agenda.page(day, due(1).shard, after, limit))


def test_a_hint_reads_as_noted(agenda: Agenda) -> None:
    """By its day and its part of it, and nowhere else."""
    agenda.note(due(1, 7))
    agenda.note(due(1, 9, matter="confirm/0vzrv3f4gjx6y7p2k9q8w5n1mc"))
    agenda.note(due(1, 8, NEXT_DAY))
    assert page(agenda) == [due(1, 9, matter="confirm/0vzrv3f4gjx6y7p2k9q8w5n1mc"), due(1, 7)]
    assert page(agenda, NEXT_DAY) == [due(1, 8, NEXT_DAY)]
    assert page(agenda, "2027-03-30") == []
    others = (shard for shard in SHARDS if shard != due(1).shard)
    assert not any(agenda.page(DAY, shard, None, 100) for shard in others)


def test_repeating_a_hint_changes_nothing(agenda: Agenda) -> None:
    """A stream delivers what it delivers at least once."""
    for _ in range(3):
        agenda.note(due(1))
    assert page(agenda) == [due(1)]


def test_a_hint_is_of_the_newest_entry_that_told_of_it(agenda: Agenda) -> None:
    """In whatever order they come."""
    for seq in (3, 12, 9, 10):
        agenda.note(due(1, seq))
    assert page(agenda) == [due(1, 12)]


def test_what_was_attended_to_is_gone(agenda: Agenda) -> None:
    """It alone, and to remove it again does nothing."""
    for number in range(3):
        agenda.note(due(number))
    for _ in range(2):
        agenda.strike(due(1))
        assert page(agenda) == [due(0), due(2)]


def test_what_came_in_between_is_not_struck_out(agenda: Agenda) -> None:
    """Noted again for a later entry while the clock read the wallet: it has to look again."""
    agenda.note(due(1, 4))
    (read,) = page(agenda)
    agenda.note(due(1, 5))
    agenda.strike(read)
    assert page(agenda) == [due(1, 5)]


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 100])
def test_pages_are_all_of_them_once(agenda: Agenda, limit: int) -> None:
    """Whatever their size, and if what was read is removed meanwhile."""
    noted = {due(number, matter=matter) for number in range(7) for matter in ("lots", "tier")}
    for each in noted:
        agenda.note(each)
    found: list[Due] = []
    while batch := page(agenda, after=found[-1] if found else None, limit=limit):
        found += batch
        agenda.strike(batch[0])
    assert len(found) == len(noted)
    assert set(found) == noted


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_all_wallets_come_in_pages(store: Store, agenda: Agenda, limit: int) -> None:
    """Each with all its rows once, and hints are no wallets; new ones do not disturb it."""
    wallets = [wallet_id(number) for number in range(7)]
    for number in range(7):
        for seq in range(1, 2 + number % 3):
            assert store.commit(Commit((), (wallet_row(number, seq),))) is Outcome.DONE
    agenda.note(due(1))
    agenda.sweep("")
    found: list[WalletId] = []
    place: str | None = ""
    while place is not None:
        ids, place = agenda.wallets(place, limit)
        assert len(ids) <= limit
        found += ids
        row = wallet_row(100 + len(found), 1)
        store.commit(Commit((), (row,)))
        if len(found) > 50:
            break
    assert set(wallets) <= set(found)
    assert len(found) == len(set(found))


def test_an_empty_table_has_no_wallets(agenda: Agenda) -> None:
    assert agenda.wallets("", 10) == ([], None)


def test_days_that_may_have_hints_are_known(agenda: Agenda) -> None:
    """In order, until one; what has no hints any more is one of them until it is closed."""
    assert list(agenda.days(NEXT_DAY)) == []
    for day in (NEXT_DAY, DAY, "2026-12-31", DAY):
        agenda.note(due(1, day=day))
    assert list(agenda.days(DAY)) == ["2026-12-31", DAY]
    agenda.strike(due(1, day="2026-12-31"))
    assert list(agenda.days(NEXT_DAY)) == ["2026-12-31", DAY, NEXT_DAY]
    for _ in range(2):
        agenda.close("2026-12-31")
        assert list(agenda.days(NEXT_DAY)) == [DAY, NEXT_DAY]


def test_a_sweep_is_where_it_was_noted(agenda: Agenda) -> None:
    """At its beginning, somewhere, or nowhere."""
    assert agenda.sweeping() is None
    for place in ("", "W#0/E#1", None, "", None):
        agenda.sweep(place)
        assert agenda.sweeping() == place


def test_the_agenda_is_no_part_of_the_ledgers_rows(store: Store, agenda: Agenda) -> None:
    """Whoever verifies the rows does not see it."""
    store.commit(FIRST)
    before = contents(store)
    agenda.note(due(1))
    agenda.sweep("W#0/E#1")
    assert contents(store) == before
    assert set(store.wallet_ids()) == {row.wallet.id for row in FIRST.wallets}


def test_of_many_who_note_at_once_the_newest_stays(agenda: Agenda) -> None:
    """Followers of one wallet, each with another of its entries, in any order."""
    seqs = [17 * number % 40 for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda seq: agenda.note(due(1, seq)), seqs))
    assert page(agenda) == [due(1, 39)]


def test_a_hint_is_one_write_and_its_page_one_read(dynamo_store: DynamoStore, sent: Sent) -> None:
    """1 WRU each: about 90 bytes, and no transaction. Once a day is known, it is not said again."""
    agenda = DynamoAgenda(dynamo_store)
    agenda.note(due(2))
    sent.requests.clear()
    agenda.note(due(1))
    page(agenda)
    agenda.strike(due(1))
    assert [name for name, _ in sent.requests] == ["PutItem", "Query", "DeleteItem"]


def test_a_table_that_does_not_answer_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """As what it is: worth trying again later."""
    agenda = DynamoAgenda(DynamoStore(Table("t", REGION, "http://127.0.0.1:9", 0.2, 0.2, 0)))
    for ask in (
        lambda: agenda.note(due(1)),
        lambda: agenda.strike(due(1)),
        lambda: page(agenda),
        lambda: agenda.wallets("", 1),
        lambda: agenda.days(DAY),
        lambda: agenda.close(DAY),
        agenda.sweeping,
        lambda: agenda.sweep(""),
    ):
        with pytest.raises(StoreUnavailable):
            ask()
