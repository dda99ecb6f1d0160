"""`recordPurchase`: what was bought earns points, once, for whom and by whose word it says."""

import pytest

from ledger.canonical import MAX_INTEGER, canonical
from tests.coalition import (
    FLORIST,
    FUEL,
    GROCER,
    LITRES,
    OPERATOR,
    STARS,
    House,
    as_member,
    gid,
    own_id,
    verified,
)
from tests.faulty import Faulty
from tests.signing import asked
from tests.unit.schema.mutations.purchases import issued, record


def test_a_purchase_earns_by_the_programme(house: House) -> None:
    """12.34 dollars at 1 point a dollar, rounded down, are 12 points until the end of a month."""
    member = house.enrolled()
    paid = house.purchase(member, 1234, reference="receipt 9")
    result = house.done(GROCER, "recordPurchase", paid)
    (transaction,) = result["transactions"]
    assert result["points"] == 12
    assert transaction["kind"] == "earn"
    wallet = own_id(house.wallet(member)["id"])
    assert transaction["postings"] == [
        {"account": "partner:grocer:issued", "currency": "STARS", "amount": -12},
        {"account": f"wallet:{wallet}:available", "currency": "STARS", "amount": 12},
    ]
    assert transaction["lots"] == [
        {"wallet": wallet, "expires": "2027-11-30", "issuer": "grocer", "change": 12}
    ]
    assert house.available(member) == 12
    verified(house.store)


def test_the_entry_keeps_the_partners_signature(house: House) -> None:
    """The entry shows whose word it rests on, and what was asked, as the partner signed it."""
    paid = house.purchase(house.enrolled(), 500)
    (transaction,) = house.done(GROCER, "recordPurchase", paid)["transactions"]
    assert (
        transaction["by"] == {"party": "partner:grocer", "asked": asked(paid)} | paid["signature"]
    )


def test_the_reference_is_not_on_the_ledger(house: House) -> None:
    """What a receipt says stays beside the ledger, committed to by a digest."""
    member = house.enrolled()
    record(house, member, 500, reference="receipt of Zoë")
    data = house.ask(
        GROCER,
        "query ($id: ID!) { member(id: $id) { wallets { transactions { edges { node {"
        " entry } } } } } }",
        id=member,
    )
    entries = [
        edge["node"]["entry"] for edge in data["member"]["wallets"][1]["transactions"]["edges"]
    ]
    assert len(entries) == 1
    assert "Zoë" not in entries[0]
    assert '"detail":"' in entries[0]


def test_the_wallets_row_keeps_what_the_entry_commits_to(house: House) -> None:
    """Amount, money, reference and time of purchase can be shown, and checked by the digest."""
    member = house.enrolled()
    at = "2026-11-21T12:00:00.000Z"
    record(house, member, 500, reference="receipt 9", purchasedAt=at)
    row = house.store.wallet(own_id(house.wallet(member)["id"]))
    assert row is not None
    detail = {"amount": 500, "money": "USD", "purchased_at": at, "reference": "receipt 9"}
    assert row.detail[16:] == canonical(detail)
    verified(house.store)


def test_each_programme_gives_its_own(house: House) -> None:
    """Fuel earns in two programmes: one entry each, the further one by the system."""
    member = house.enrolled()
    result = record(house, member, 1275, FUEL)
    parties = [each["by"]["party"] for each in result["transactions"]]
    assert parties == ["partner:fuel", "system:programme"]
    # 2 a dollar, rounded half up, are 25.5 and so 26 LITRES; 12.75 and so 12 STARS.
    assert (house.available(member, "LITRES"), house.available(member, "STARS")) == (26, 12)
    verified(house.store)


def test_a_purchase_that_earns_nothing_is_remembered(house: House) -> None:
    """Below one point there is no entry, but the key is taken."""
    member = house.enrolled()
    paid = house.purchase(member, 99)
    before = house.entries()
    first = house.done(GROCER, "recordPurchase", paid)
    assert first == {"points": 0, "transactions": []}
    assert house.done(GROCER, "recordPurchase", paid) == first
    again = house.signed(GROCER, "earn", {**paid, "amount": {"minor": 98, "currency": "USD"}})
    assert house.refused(GROCER, "recordPurchase", again).code == "IDEMPOTENCY_CONFLICT"
    assert house.entries() == before


@pytest.mark.parametrize("currency", ["EUR", "XXX"])
def test_other_money_earns_nothing(house: House, currency: str) -> None:
    """A rule for dollars gives nothing for other money."""
    result = record(house, house.enrolled(), 900, amount={"minor": 900, "currency": currency})
    assert result == {"points": 0, "transactions": []}


def test_a_partner_outside_every_programme_earns_nothing(house: House) -> None:
    """Florist has joined and signed nothing: what is bought there is only remembered."""
    assert record(house, house.enrolled(), 900, FLORIST)["transactions"] == []


@pytest.mark.parametrize("minor", [0, -1, -MAX_INTEGER])
def test_an_amount_not_above_zero_is_refused(house: House, minor: int) -> None:
    """Nobody buys for nothing or for less."""
    refusal = house.refused(GROCER, "recordPurchase", house.purchase(house.enrolled(), minor))
    assert (refusal.code, refusal.field) == ("INVALID_INPUT", ["amount", "minor"])
    assert f"not {minor}" in refusal.message


WRONG = [2**53, -(2**53), 10**400, 10**5000, 1.5, 5.0, 1e300, "5", "", True, False, None, [], {}]


@pytest.mark.parametrize(
    "minor", WRONG, ids=lambda value: repr(value)[:20] if value != 10**5000 else "10^5000"
)
def test_what_is_no_amount_does_not_fit(house: House, minor: object) -> None:
    """An amount is an integer within 2^53 - 1: no fraction, text or boolean is turned into one."""
    paid = house.purchase(house.enrolled(), 5)
    code, message = house.failed(
        GROCER, "recordPurchase", {**paid, "amount": {"minor": minor, "currency": "USD"}}
    )
    assert code == "BAD_USER_INPUT"
    assert "minor" in message
    assert len(message) < 400


@pytest.mark.parametrize(
    "literal", ["9007199254740992", "1" + "0" * 400, "1" + "0" * 5000, "1.5", "1e3", '"5"', "true"]
)
def test_a_literal_that_is_no_amount_does_not_fit(house: House, literal: str) -> None:
    """The same holds of amounts that stand in the document itself."""
    document = (
        'mutation { recordPurchase(input: {idempotencyKey: "k", memberId: "TWVtYmVyOng=", '
        f'amount: {{minor: {literal}, currency: "USD"}}}}) {{ points }} }}'
    )
    assert house.execute(document, GROCER).codes == ["BAD_USER_INPUT"]


@pytest.mark.parametrize("currency", ["", "usd", "US", "USDX", "U$D", "*", "X" * 1000])
def test_what_is_no_currency_is_refused(house: House, currency: str) -> None:
    """Money has an ISO 4217 code."""
    money = {"minor": 500, "currency": currency}
    refusal = house.refused(
        GROCER, "recordPurchase", house.purchase(house.enrolled(), 1, amount=money)
    )
    assert (refusal.code, refusal.field) == ("INVALID_INPUT", ["amount", "currency"])
    assert len(refusal.message) < 200


@pytest.mark.parametrize("reference", ["", " ", " r", "r ", "r" * 65])
def test_a_reference_has_bounds(house: House, reference: str) -> None:
    """A reference is 1 to 64 characters, with none at its ends that cannot be seen."""
    paid = house.purchase(house.enrolled(), 500, reference=reference)
    refusal = house.refused(GROCER, "recordPurchase", paid)
    assert (refusal.code, refusal.field) == ("INVALID_INPUT", ["reference"])


def test_the_longest_reference_fits(house: House) -> None:
    """64 characters of any script are taken."""
    assert record(house, house.enrolled(), 500, reference="é" * 64)["points"] == 5


def test_a_member_gets_a_wallet_when_it_first_needs_one(house: House) -> None:
    """A currency that began after the member did is earned all the same."""
    member = house.enrolled()
    house.done(OPERATOR, "createCurrency", house.input(code="MILES", decimals=0))
    miles = {**STARS, "id": "miles", "currency": "MILES"}
    house.done(OPERATOR, "publishProgramme", house.programme(miles, "fuel", "grocer"))
    assert house.wallet(member, "MILES") is None
    for _ in range(2):
        purchase = record(house, member, 700)
        assert purchase["points"] is None, "sevens of two currencies are not fourteen of anything"
        assert issued(purchase) == {"STARS": 7, "MILES": 7}
    assert house.available(member, "MILES") == 14
    verified(house.store)


def test_a_wallet_holds_no_more_than_the_ledger_can_write(house: House) -> None:
    """Past 2^53 - 1 points the purchase is refused, and one point less is not."""
    member = house.enrolled()
    much = {**STARS, "id": "much", "earn": [{**STARS["earn"][0], "points": 100}]}  # type: ignore[index]
    house.done(OPERATOR, "publishProgramme", house.programme(much, "fuel", "grocer"))
    paid = house.purchase(member, MAX_INTEGER)
    refusal = house.refused(GROCER, "recordPurchase", paid)
    assert (refusal.code, refusal.field) == ("LIMIT_EXCEEDED", ["amount"])
    record(house, member, 100 * (MAX_INTEGER // 101))
    assert house.refused(GROCER, "recordPurchase", house.purchase(member, 10**14)).code == (
        "LIMIT_EXCEEDED"
    )
    verified(house.store)


def test_a_clock_that_went_back_dates_no_entry_before_another(house: House) -> None:
    """An entry is never earlier than the one it follows. Where it would be dated much later than
    this machine's clock, that has to catch up first."""
    member = house.enrolled()
    house.later(seconds=60)
    record(house, member, 500)
    house.later(seconds=-19)
    (transaction,) = record(house, member, 500)["transactions"]
    assert transaction["at"] == "2026-11-21T12:01:00.000Z"
    house.later(seconds=-2)
    late = house.purchase(member, 500)
    assert house.refused(GROCER, "recordPurchase", late).code == "CONTENDED"
    house.later(seconds=2)
    assert house.done(GROCER, "recordPurchase", late)["points"] == 5
    verified(house.store)


def test_two_purchases_at_once_are_both_done() -> None:
    """Whoever comes second decides again on what the first one left."""
    store = Faulty()
    house = House(store)
    member = house.enrolled()
    other = house.purchase(member, 300, FUEL)
    store.meanwhile = lambda: house.done(FUEL, "recordPurchase", other)
    assert record(house, member, 500)["points"] == 5
    assert house.available(member) == 8
    verified(store)


def test_arrears_are_paid_before_anything_becomes_available(house: House) -> None:
    """Earn 100, spend 80, return all: 80 are owed; the next 100 leave 20 to spend."""
    member = house.enrolled()
    earned = house.earned(member, 100)
    house.done(
        as_member(member),
        "transferPoints",
        house.input(toMemberId=house.enrolled(), currency="STARS", points=80),
    )
    taken = house.signed(GROCER, "reverse", house.input(transactionId=earned))
    house.done(GROCER, "reverseTransaction", taken)
    wallet = house.wallet(member)
    assert (wallet["available"], wallet["arrears"], wallet["lots"]) == (0, 80, [])
    house.earned(member, 100)
    wallet = house.wallet(member)
    assert (wallet["available"], wallet["arrears"]) == (20, 0)
    assert [lot["points"] for lot in wallet["lots"]] == [20]
    verified(house.store)


def test_a_document_of_many_purchases_answers_each_by_what_is_there_then(house: House) -> None:
    """Mutations of one document run one after the other, each on what the one before left."""
    member = house.enrolled()
    first, second = house.purchase(member, 500), house.purchase(member, 300)
    fields = "{ transactions { chains { available } } userErrors { code } }"
    data = house.ask(
        GROCER,
        "mutation ($a: RecordPurchaseInput!, $b: RecordPurchaseInput!) {"
        f" a: recordPurchase(input: $a) {fields} b: recordPurchase(input: $b) {fields} }}",
        a=first,
        b=second,
    )
    after = [data[name]["transactions"][0]["chains"][0]["available"] for name in "ab"]
    assert after == [5, 8]


def test_more_programmes_than_one_commit_holds_are_refused(house: House) -> None:
    """What cannot be written at once is refused, not half done."""
    for number in range(50):
        document = {**LITRES, "id": f"extra-{number}", "rewards": []}
        house.done(FUEL, "publishProgramme", house.programme(document, "fuel"))
    paid = house.purchase(house.enrolled(), 500, FUEL)
    refusal = house.refused(FUEL, "recordPurchase", paid)
    assert refusal.code == "LIMIT_EXCEEDED"


def test_a_member_of_nobody_earns_nothing(house: House) -> None:
    """A partner's own name is nobody who collects points."""
    paid = house.purchase(gid("Member", "grocer"), 500)
    assert house.refused(GROCER, "recordPurchase", paid).code == "NOT_FOUND"
