"""What ends while requests are under way: no entry rests on what had ended, whatever the order."""

from base64 import b64encode
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest

import loyalty.coalition
import loyalty.governance_drafts
from ledger.audit import audit
from ledger.entries import read_entry
from ledger.errors import Fault
from ledger.instructions import registration
from ledger.names import WalletId, at_text, transaction_id
from ledger.notes import SeedSigner, Signer
from loyalty.coalition import DATED_WITHIN, ENDING_AHEAD, Coalition, EntryKeyMissing
from loyalty.committing import MAX_ATTEMPTS
from loyalty.governance_drafts import GovernanceDraft
from loyalty.ports import Commit, GovernanceRow, Outcome, TransactionRow
from sealing.sealer import Keys
from storage.memory import MemoryStore
from tests.coalition import FUEL, GROCER, LITRES, OPERATOR
from tests.sealing import LOG_KEY, SealedHouse
from tests.signing import ORIGIN, key_of

NEXT_ENTRIES = SeedSigner(f"{ORIGIN}/entries", b"n" * 32)
STEPS = ("governance", "governance read", "wallets", "sign", "commit", "committed")
GROCERS_KEY = {"party": "partner:grocer", "vkey": str(key_of("grocer").verifier)}


class Stepwise(MemoryStore):
    """A store that lets something happen once, at one step of a request."""

    def __init__(self) -> None:
        super().__init__()
        self.at = ""
        self.happens: Callable[[], None] = lambda: None

    def step(self, name: str) -> None:
        if name == self.at:
            self.at = ""
            self.happens()

    def governance(self, after_seq: int) -> Sequence[GovernanceRow]:
        self.step("governance")
        rows = super().governance(after_seq)
        self.step("governance read")
        return rows

    def wallets(self, wallets: Collection[WalletId]) -> Mapping[WalletId, Any]:
        self.step("wallets")
        return super().wallets(wallets)

    def commit(self, commit: Commit) -> Outcome:
        self.step("commit")
        outcome = super().commit(commit)
        self.step("committed")
        return outcome


class SteppingSigner:
    def __init__(self, signer: Signer, store: Stepwise) -> None:
        self._signer, self._store = signer, store
        self.verifier = signer.verifier

    def sign(self, message: bytes) -> bytes:
        self._store.step("sign")
        return self._signer.sign(message)


class EndingHouse(SealedHouse):
    """Another process, whose clock may be apart, ends a key at one step of a request."""

    def __init__(self, apart: float = 0.0) -> None:
        super().__init__(Stepwise())
        self.stepwise: Stepwise = self.store  # type: ignore[assignment]
        entries = self.coalition.entry_signer
        signer = SteppingSigner(entries, self.stepwise)
        self.coalition = replace(self.coalition, entry_signer=signer)
        self.keys = Keys((LOG_KEY,), entries, (NEXT_ENTRIES,))
        self.sealer = self.new_sealer()
        self.other = Coalition(
            ORIGIN,
            self.store,
            entries,
            lambda: self.clock + timedelta(seconds=apart),
            Random(9).randbytes,
            lambda _: None,
            further_signers=(NEXT_ENTRIES,),
        )

    def add(self, party: str, signer: Signer) -> None:
        self._govern("added", {"party": party, "vkey": str(signer.verifier)})

    def end(self, key: Mapping[str, str]) -> None:
        self._govern("revoked", key)

    def _govern(self, status: str, key: Mapping[str, str]) -> None:
        draft = GovernanceDraft(self.other)
        if status == "revoked":
            draft.end()
        draft.add("key", status=status, **key)
        row = TransactionRow(transaction_id("system:test", next(self._keys)), None, None)
        assert self.store.commit(draft.commit(row)) is Outcome.DONE

    def fault(self) -> Fault | None:
        """Everything is sealed, with time enough for what was to end; what an auditor says."""
        self.sealed()
        self.wait(minutes=5)
        self.sealed()
        assert self.coalition.governance() is not None
        return audit(self.log, [LOG_KEY.verifier], cores=1).fault


def bought_while(
    house: EndingHouse, step: str = "", happens: Callable[[], None] = lambda: None
) -> str:
    """ "" for a purchase that was done, else why it was refused."""
    member = house.enrolled()
    house.sealed()
    paid = house.purchase(member, 700)
    house.stepwise.at, house.stepwise.happens = step, happens
    answer = house.send(GROCER, "recordPurchase", paid)
    assert house.stepwise.at == "", f"{step} was not reached"
    if answer.errors:
        return answer.codes[0]
    errors = answer.data["recordPurchase"]["userErrors"]
    return errors[0]["code"] if errors else ""


def signer_of_newest(house: EndingHouse) -> str:
    """The label of the entry key that signed the last purchase."""
    entries = [row.entry for row in house.store.ledger_rows() if isinstance(row, TransactionRow)]
    newest = max((read_entry(each) for each in entries if each), key=lambda each: each.body["at"])
    name, key_id, _ = newest.signature
    return f"{name}+{key_id.hex()}"


@pytest.mark.parametrize("after_s", [0.0, 1.0, 19.9, 20.0, 30.0, 59.0, 59.999, 60.0, 61.0, 4000.0])
@pytest.mark.parametrize("step", STEPS)
def test_a_request_under_way_while_its_key_ends_leaves_a_log_that_verifies(
    step: str, after_s: float
) -> None:
    """It is done by a time at which the key was in force, or it is refused."""
    house = EndingHouse()

    def ends() -> None:
        house.end(GROCERS_KEY)
        house.wait(seconds=after_s)

    outcome = bought_while(house, step, ends)
    assert outcome in ("", "SIGNATURE_INVALID")
    if step in ("commit", "committed", "sign") or after_s < ENDING_AHEAD.total_seconds():
        assert outcome == ""
    assert house.fault() is None
    assert bought_while(house) == "SIGNATURE_INVALID"
    assert house.fault() is None


@pytest.mark.parametrize("after_s", [0.0, 19.9, 20.0, 59.0, 60.0, 61.0, 4000.0])
@pytest.mark.parametrize("step", STEPS)
def test_a_request_under_way_while_the_entry_key_ends_leaves_a_log_that_verifies(
    step: str, after_s: float
) -> None:
    """A process that holds the next key, too, signs with it as soon as that is in force."""
    house = EndingHouse()
    house.coalition = replace(house.coalition, further_signers=(NEXT_ENTRIES,))
    before = {"party": "entries", "vkey": str(house.coalition.entry_signer.verifier)}

    def changes() -> None:
        house.add("entries", NEXT_ENTRIES)
        house.end(before)
        house.wait(seconds=after_s)

    assert bought_while(house, step, changes) == ""
    assert house.fault() is None
    assert bought_while(house) == ""
    assert house.fault() is None
    assert signer_of_newest(house) == NEXT_ENTRIES.verifier.label


@pytest.mark.parametrize("apart_s", [-19.0, -5.0, 5.0, 19.0])
@pytest.mark.parametrize("after_s", [0.0, 19.9, 25.0, 41.0, 60.0, 80.0])
@pytest.mark.parametrize("step", STEPS)
def test_clocks_that_are_apart_by_less_than_the_margin_leave_a_log_that_verifies(
    step: str, after_s: float, apart_s: float
) -> None:
    """The clock of whoever ends a key may be 19 seconds ahead of, or behind, the request's."""
    house = EndingHouse(apart_s)
    # Whoever ended it took 19 seconds from its draft to the store: the margin has room for both.
    ahead = timedelta(seconds=19)

    def ends() -> None:
        house.clock -= ahead
        house.end(GROCERS_KEY)
        house.clock += ahead
        house.wait(seconds=after_s)

    assert bought_while(house, step, ends) in ("", "SIGNATURE_INVALID")
    assert house.fault() is None


@pytest.mark.parametrize(
    ("margin", "size", "after_s"),
    [("ENDING_AHEAD", timedelta(0), 1), ("DATED_WITHIN", timedelta(days=1), 61)],
)
def test_without_one_of_the_margins_an_auditor_refuses_what_was_done(
    margin: str, size: timedelta, after_s: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So the tests above can fail: each of the two is needed."""
    for module in (loyalty.coalition, loyalty.governance_drafts):
        if hasattr(module, margin):
            monkeypatch.setattr(module, margin, size)
    house = EndingHouse()

    def ends() -> None:
        house.end(GROCERS_KEY)
        house.wait(seconds=after_s)

    assert bought_while(house, "wallets", ends) == ""
    fault = house.fault()
    assert fault is not None
    assert fault.rule == "by.key"


def test_a_key_that_is_to_end_signs_until_it_has(house: EndingHouse) -> None:
    """What is dated ahead is written, and not in force."""
    house.end(GROCERS_KEY)
    assert house.coalition.governance().seq + 1 == house.coalition.written().seq
    assert bought_while(house) == ""
    house.wait(seconds=57)
    assert bought_while(house) == ""
    house.wait(seconds=1)
    assert bought_while(house) == "SIGNATURE_INVALID"
    assert house.fault() is None


def test_what_is_written_while_something_is_to_end_waits_for_that(house: EndingHouse) -> None:
    """The governance chain's times do not go back, so a currency begins when the key has ended."""
    house.end(GROCERS_KEY)
    ends = at_text(house.clock + ENDING_AHEAD)
    house.done_currency()
    house.sealed()
    written = house.coalition.written()
    (code,) = set(written.currencies) - {"STARS", "LITRES"}
    assert written.currency(code).since == ends
    assert code not in house.coalition.governance().currencies
    house.wait(seconds=60)
    assert code in house.coalition.governance().currencies
    assert house.fault() is None


def test_what_waits_for_an_end_is_answered_all_the_same(house: EndingHouse) -> None:
    """A programme's next version is told as it was published; orders go by the one in force."""
    house.end(GROCERS_KEY)
    second = {**LITRES, "version": 2, "name": "Litres, anew"}
    done = house.done(FUEL, "publishProgramme", house.programme(second, "fuel"))
    assert done["programme"]["version"] == 2
    latest = "query { coalition { programmes { edges { node { programmeId version } } } } }"

    def versions() -> dict[str, int]:
        edges = house.ask(FUEL, latest)["coalition"]["programmes"]["edges"]
        return {each["node"]["programmeId"]: each["node"]["version"] for each in edges}

    assert versions()["litres"] == 1
    house.wait(seconds=60)
    assert versions()["litres"] == 2
    assert house.fault() is None


def test_a_partner_that_comes_back_has_no_key_of_before(house: EndingHouse) -> None:
    """It joins again when its old keys have ended, whoever holds them now."""
    house.leave("florist")
    house.wait(seconds=1)
    again = house.registration("florist")
    signer = key_of("florist-2")
    vkey = str(signer.verifier)
    proof = signer.sign(registration(ORIGIN, "partner:florist", vkey))
    again |= {"verifierKey": vkey, "proof": b64encode(proof).decode()}
    assert house.done(OPERATOR, "registerPartner", again)["partner"]["keys"] != [vkey]
    state = house.coalition.governance()
    assert not state.joined("florist", house.coalition.now())
    house.wait(seconds=60)
    state, now = house.coalition.governance(), house.coalition.now()
    assert state.joined("florist", now)
    assert state.keys_of("partner:florist", now) == [vkey]
    assert house.fault() is None


def test_a_block_passes_over_what_is_to_end(house: EndingHouse) -> None:
    """It is sealed by the first block that is not before it."""
    house.sealed()
    seq = house.position().governance_seq
    house.end(GROCERS_KEY)
    house.earned(house.enrolled(), 5)
    house.sealed()
    assert house.position().governance_seq == seq
    house.wait(seconds=60)
    house.sealed()
    assert house.position().governance_seq == seq + 1
    assert house.fault() is None


def test_what_a_fast_clock_has_dated_is_in_force_at_once(house: EndingHouse) -> None:
    """Whoever asks another machine next finds what it has just made, and entries are not before."""
    house.other = replace(house.other, clock=lambda: house.clock + timedelta(hours=1))
    house.add("entries", NEXT_ENTRIES)
    assert house.coalition.governance().seq == house.coalition.written().seq
    assert bought_while(house) == ""
    house.wait(hours=1)
    assert house.fault() is None


def test_what_ends_is_later_than_all_before_it(house: EndingHouse) -> None:
    """Also than what a fast clock has dated: entries may be of that very time."""
    house.other = replace(house.other, clock=lambda: house.clock + timedelta(hours=1))
    house.add("entries", NEXT_ENTRIES)
    house.other = replace(house.other, clock=lambda: house.clock)

    assert bought_while(house, "commit", lambda: house.end(GROCERS_KEY)) == ""
    house.wait(hours=1)
    assert house.fault() is None


def test_an_ending_that_was_long_in_the_making_is_drafted_again(house: EndingHouse) -> None:
    """Its margin is counted from its draft."""
    draft = GovernanceDraft(house.other)
    draft.end()
    draft.add("key", status="revoked", **GROCERS_KEY)
    house.wait(seconds=6)
    with pytest.raises(loyalty.governance_drafts.Overtaken):
        draft.plan(loyalty.governance_drafts.Answer())


def test_a_wallet_dated_far_ahead_is_not_written_to_until_that_time(house: EndingHouse) -> None:
    """An entry may not be dated past what its governance is known for."""
    member = house.enrolled()
    house.clock += timedelta(hours=1)
    house.earned(member, 5)
    house.clock -= timedelta(hours=1)
    paid = house.purchase(member, 700)
    assert house.refused(GROCER, "recordPurchase", paid).code == "CONTENDED"
    assert len(house.pauses_s) == MAX_ATTEMPTS - 1
    house.clock += timedelta(hours=1) - DATED_WITHIN + timedelta(milliseconds=1)
    house.done(GROCER, "recordPurchase", paid)
    assert house.fault() is None


def test_nothing_is_signed_by_a_process_without_an_entry_key_in_force(house: EndingHouse) -> None:
    """It answers that it is unavailable, and writes nothing that an auditor would refuse."""
    before = {"party": "entries", "vkey": str(house.coalition.entry_signer.verifier)}
    house.add("entries", NEXT_ENTRIES)
    house.end(before)
    house.wait(seconds=60)
    assert bought_while(house) == "UNAVAILABLE"
    with pytest.raises(EntryKeyMissing):
        house.coalition.signer(house.coalition.governance(), house.coalition.now())
    assert house.fault() is None


def test_no_entry_is_signed_with_the_key_that_it_ends(house: EndingHouse) -> None:
    """The newest entry key is taken back by the one before it."""
    house.add("entries", NEXT_ENTRIES)
    house.end({"party": "entries", "vkey": str(NEXT_ENTRIES.verifier)})
    assert house.fault() is None


@pytest.fixture
def house() -> EndingHouse:
    return EndingHouse()
