"""`forgetMember`: what is known of a member is erased; its points stay."""

from base64 import b64encode
from collections.abc import Callable
from functools import partial
from threading import Thread
from typing import Any

import msgspec
import pytest

from loyalty.actors import PartnerActor
from loyalty.external_ids import LINKS_MAX
from loyalty.feedback import MEMBER_MAX, WORDS_PAGE
from loyalty.ports import COMMIT_MAX_ITEMS
from storage.memory import MemoryStore
from storage.reading import ledger_in_order
from tests.coalition import FUEL, GROCER, OPERATOR, House, as_member, contents, gid, verified
from tests.faulty import Faulty

NAME, BORN, CARD, CRM = "Zoë Quartermaine", "1984-02-29", "6035-7742", "crm-5f1d"
FORM, TEXT, NOTE, DESK = "form 90210", "The plums were off.", "Sent her new plums.", "desk 2"
OTHER = "6035-9999"
SECRETS = (NAME, BORN, CARD, CRM, FORM, TEXT, NOTE)


@pytest.fixture
def member(house: House) -> str:
    return known(house)


def known(house: House) -> str:
    """A member of whom a good deal is known, and who has 80 points."""
    asked = house.input(displayName=NAME, born=BORN, jurisdiction="US-CA")
    member = house.done(OPERATOR, "enrolMember", asked)["member"]["id"]
    for actor, system, id_ in ((OPERATOR, "card", CARD), (GROCER, "crm", CRM)):
        house.done(actor, "linkExternalId", linking(house, member, system, id_))
    house.done(GROCER, "setConsent", consenting(house, member))
    for score in range(WORDS_PAGE + 1):
        said = house.done(as_member(member), "giveFeedback", saying(house, member, score % 11))
    closing = house.input(feedbackId=said["feedback"]["id"], note=NOTE)
    house.done(GROCER, "followUpFeedback", closing)
    house.earned(member, 80)
    return member


def linking(house: House, member: str, system: str = "card", id_: str = "more of it") -> Any:
    return house.input(memberId=member, system=system, externalId=id_)


def consenting(house: House, member: str) -> Any:
    return house.input(memberId=member, purpose="email", given=True, source=FORM)


def saying(house: House, member: str, score: int = 3) -> Any:
    return house.input(memberId=member, partnerId=gid("Partner", "grocer"), score=score, text=TEXT)


def forget(house: House, member: str) -> Any:
    return house.done(
        as_member(member), "forgetMember", house.input(memberId=member, confirmed=True)
    )["member"]


def kept(store: MemoryStore) -> str:
    """All that a store holds, as text."""
    transactions, wallets, governance, records, *_ = contents(store)
    details = [row.detail for rows in wallets.values() for row in rows]
    entries = [row.entry or b"" for row in (*transactions.values(), *governance)]
    answers = [row.response for row in transactions.values()]
    rows = [msgspec.json.encode(row.record) for row in records.values()]
    keys = [id_.encode() for _, id_ in records]
    return b"\n".join([*details, *entries, *answers, *rows, *keys]).decode(errors="replace")


def test_nothing_that_was_known_is_kept(house: House, member: str) -> None:
    """In no record, no answer, no detail and no entry of the ledger."""
    before = kept(house.store)
    assert [secret for secret in SECRETS if secret not in before] == []
    forgotten = forget(house, member)
    assert forgotten == {
        "id": member,
        "displayName": None,
        "born": None,
        "forgottenAt": "2026-11-21T12:00:00.000Z",
    }
    after = kept(house.store)
    assert [secret for secret in SECRETS if secret in after] == []
    assert b64encode(NAME.encode()).decode() not in after


def test_the_ledger_and_what_is_owed_stay(house: House, member: str) -> None:
    """Entry by entry, and the wallet's points; goods that come back take theirs with them."""
    query = """query ($id: ID!) { member(id: $id) { jurisdiction consents { given }
        consentLog { given } externalIds { id } wallet(currency: "STARS") { available } } }"""
    order = house.earned(member, 20)
    ledger = ledger_in_order(house.store)
    forget(house, member)
    assert ledger_in_order(house.store) == ledger
    assert house.ask(OPERATOR, query, id=member)["member"] == {
        "jurisdiction": "US-CA",
        "consents": [],
        "consentLog": [],
        "externalIds": [],
        "wallet": {"available": 100},
    }
    back = house.signed(GROCER, "reverse", house.input(transactionId=order))
    house.done(GROCER, "reverseTransaction", back)
    assert house.available(member) == 80
    verified(house.store)


def test_figures_stay_without_what_was_written(house: House, member: str) -> None:
    """Its feedback counts on, and what is open of it can still be followed up."""
    forget(house, member)
    query = """{ feedbackFigures { given open }
        openFeedback(first: 1) { edges { node { id score text member { displayName } } } } }"""
    data = house.ask(GROCER, query)
    assert data["feedbackFigures"] == {"given": WORDS_PAGE + 1, "open": WORDS_PAGE}
    (edge,) = data["openFeedback"]["edges"]
    id_ = edge["node"].pop("id")
    assert edge["node"] == {"score": 0, "text": None, "member": {"displayName": None}}
    house.done(GROCER, "followUpFeedback", house.input(feedbackId=id_, note="has left us"))


def test_nobody_finds_it_or_does_anything_for_it(house: House, member: str) -> None:
    """It is one that there is not: it earns, gets, gives and says nothing any more."""
    other = house.enrolled()
    house.earned(other, 50)
    forget(house, member)
    find = """query ($system: String!, $id: String!) {
        memberByExternalId(system: $system, externalId: $id) { id } }"""
    for system, id_ in (("card", CARD), ("crm", CRM)):
        assert house.ask(GROCER, find, system=system, id=id_) == {"memberByExternalId": None}
    own = as_member(member)
    coffee = {"programmeId": gid("Programme", "stars"), "rewardId": "coffee"}
    for actor, mutation, asked in (
        (GROCER, "recordPurchase", house.purchase(member, 1_000)),
        (own, "redeemReward", house.input(memberId=member, **coffee)),
        (as_member(other), "transferPoints", gift(house, member)),
        (own, "transferPoints", gift(house, other)),
        (OPERATOR, "setProfile", house.input(memberId=member, displayName=NAME)),
        (GROCER, "setConsent", consenting(house, member)),
        (GROCER, "linkExternalId", linking(house, member)),
        (GROCER, "giveFeedback", saying(house, member)),
        (OPERATOR, "forgetMember", house.input(memberId=member, confirmed=True)),
    ):
        assert house.refused(actor, mutation, asked).code == "NOT_FOUND", mutation


def gift(house: House, to: str) -> Any:
    return house.input(toMemberId=to, currency="STARS", points=10)


def test_its_ids_are_free_again(house: House, member: str) -> None:
    """Who joins anew is another member; the old card may be its."""
    forget(house, member)
    again = house.enrolled()
    for actor, system, id_ in ((OPERATOR, "card", CARD), (GROCER, "crm", CRM)):
        house.done(actor, "linkExternalId", linking(house, again, system, id_))
    assert house.available(again) == 0


@pytest.mark.parametrize("actor", [GROCER, FUEL, PartnerActor("nobody")])
def test_partners_forget_nobody(house: House, member: str, actor: PartnerActor) -> None:
    """A member is the whole coalition's."""
    refusal = house.refused(actor, "forgetMember", house.input(memberId=member, confirmed=True))
    assert refusal.code == "NOT_PERMITTED"


def test_operators_do_it_for_a_member_and_other_members_do_not(house: House, member: str) -> None:
    """Who wrote a letter is forgotten too."""
    asked = house.input(memberId=member, confirmed=True)
    stranger = as_member(house.enrolled())
    assert house.refused(stranger, "forgetMember", asked).code == "NOT_FOUND"
    assert house.done(OPERATOR, "forgetMember", asked)["member"]["displayName"] is None


MEANWHILE: dict[str, Callable[[House, str], Any]] = {
    "linkExternalId": lambda house, member: linking(house, member, "card", OTHER),
    "setConsent": consenting,
    "giveFeedback": saying,
    "setProfile": lambda house, member: house.input(memberId=member, displayName=NAME),
}


@pytest.mark.parametrize("mutation", MEANWHILE)
def test_what_comes_while_it_is_forgotten_is_refused(mutation: str) -> None:
    """Decided before and committed after: nothing of it stays."""
    store = Faulty()
    house = House(store)
    member = known(house)
    asked = MEANWHILE[mutation](house, member)
    store.meanwhile = lambda: forget(house, member)
    (error,) = house.send(GROCER, mutation, asked).data[mutation]["userErrors"]
    assert (error["code"], error["field"]) == ("NOT_FOUND", ["memberId"])
    after = kept(store)
    assert [secret for secret in (*SECRETS, OTHER) if secret in after] == []


@pytest.mark.parametrize("mutation", MEANWHILE)
def test_what_comes_while_it_is_being_forgotten_is_erased_too(mutation: str) -> None:
    """Committed first: forgetting is decided anew, with it."""
    store = Faulty()
    house = House(store)
    member = known(house)
    asked = MEANWHILE[mutation](house, member)
    store.meanwhile = lambda: house.done(GROCER, mutation, asked)
    forget(house, member)
    after = kept(store)
    assert [secret for secret in (*SECRETS, OTHER) if secret in after] == []


@pytest.mark.parametrize("mutation", ["linkExternalId", "setConsent", "giveFeedback"])
def test_no_read_in_between_lets_anything_slip_in(mutation: str) -> None:
    """Forgotten between any two reads of another request: refused, or erased, at each of them."""
    for reads in range(12):
        house = House()
        member = known(house)
        asked = MEANWHILE[mutation](house, member)
        interrupted(house, reads, partial(forget, house, member))
        house.send(GROCER, mutation, asked)
        after = kept(house.store)
        forgotten = "forgotten_at" in after
        assert not forgotten or not [each for each in (*SECRETS, OTHER) if each in after], reads


def interrupted(house: House, reads: int, happens: Callable[[], object]) -> None:
    """Something else happens after so many reads of one record."""
    read, left = house.store.record, iter([True] * reads)

    def record(kind: Any, id_: str) -> Any:
        if not next(left, False):
            house.store.record = read  # type: ignore[method-assign]
            other = Thread(target=happens)
            other.start()
            other.join()
        return read(kind, id_)

    house.store.record = record  # type: ignore[method-assign, assignment]


def test_all_of_a_member_fits_one_commit() -> None:
    """The request, the member and three lists of it; all its ids; all its pages of words."""
    assert 5 + LINKS_MAX + MEMBER_MAX // WORDS_PAGE <= COMMIT_MAX_ITEMS


def test_who_shares_a_wallet_leaves_that_first(house: House, member: str) -> None:
    """An account has others to answer to."""
    found = house.store.record
    record = msgspec.structs.replace

    def sharing(kind: Any, id_: str) -> Any:
        row = found(kind, id_)
        if kind.__name__ != "Member" or row is None:
            return row
        return row._replace(record=record(row.record, accounts={"STARS": "family"}))

    house.store.record = sharing  # type: ignore[method-assign, assignment]
    refusal = house.refused(
        as_member(member), "forgetMember", house.input(memberId=member, confirmed=True)
    )
    assert (refusal.code, refusal.field) == ("NOT_ELIGIBLE", ["memberId"])


def test_it_is_confirmed(house: House, member: str) -> None:
    """A tap too many erases nobody."""
    asked = house.input(memberId=member, confirmed=False)
    refusal = house.refused(as_member(member), "forgetMember", asked)
    assert (refusal.code, refusal.field) == ("INVALID_INPUT", ["confirmed"])
