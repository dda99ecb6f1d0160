"""Row 17: 100 bonus points that two brands fund 60 to 40 at a cent: 60 and 40 cents."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from random import Random
from threading import Lock
from time import sleep
from typing import Any

import pytest

from loyalty.actors import PartnerActor
from loyalty.ports import TransactionRow
from tests.coalition import GROCER, OPERATOR, as_member, gid, verified
from tests.programmes.shop import Shop
from tests.programmes.ticking import TickingShop

HOTEL, AIRLINE, CAFE = PartnerActor("hotel"), PartnerActor("airline"), PartnerActor("cafe")
ALL = ("airline", "cafe", "hotel")
DAY = {"since": "2026-11-21T00:00:00.000Z", "until": "2026-11-22T00:00:00.000Z"}
STATEMENT = """query ($input: StatementInput!) { statement(input: $input) {
    lines { digest currency issued returned arrears owed { minor currency } }
    totals { minor currency } userErrors { code field } } }"""


@pytest.fixture
def shop() -> Shop:
    return Shop("17_co_branded.json")


def statement(shop: Shop, partner: str, actor: Any = OPERATOR, **period: str) -> Any:
    """What `statement` answers, of the day of these tests if no other is asked for."""
    input_ = {"partnerId": gid("Partner", partner), **DAY, **period}
    return shop.ask(actor, STATEMENT, input=input_)["statement"]


def cents(shop: Shop, partner: str, **period: str) -> int:
    """What a partner is billed in all."""
    totals = statement(shop, partner, **period)["totals"]
    assert [each["currency"] for each in totals] in ([], ["USD"])
    return sum(each["minor"] for each in totals)


def issued(shop: Shop) -> dict[str, int]:
    """By partner, as an auditor of the ledger adds it up."""
    totals = verified(shop.store).totals
    return {each: -totals.get((f"partner:{each}:issued", "MILES"), 0) for each in ALL}


def back(
    shop: Shop, earned: str, points: int | None = None, actor: PartnerActor = HOTEL
) -> dict[str, Any]:
    """A signed input of `reverseTransaction`."""
    asked = shop.input(transactionId=earned, **({} if points is None else {"points": points}))
    return shop.signed(actor, "reverse", asked)  # type: ignore[no-any-return]


def test_sixty_and_forty_cents_stand_on_the_two_statements(shop: Shop) -> None:
    """100 points for the member; the hotel issued 60 of them and the airline 40."""
    member = shop.enrolled()
    answer = shop.buys(member, 10_000, "hotel")
    assert (answer["points"], shop.has(member)) == (100, 100)
    assert issued(shop) == {"hotel": 60, "airline": 40, "cafe": 0}
    assert (cents(shop, "hotel"), cents(shop, "airline"), cents(shop, "cafe")) == (60, 40, 0)
    (line,) = statement(shop, "airline", AIRLINE)["lines"]
    assert (line["issued"], line["returned"], line["currency"]) == (40, 0, "MILES")
    lots = shop.wallet(member, "MILES")["lots"]
    assert {lot["issuer"]: lot["points"] for lot in lots} == {"hotel": 60, "airline": 40}


def test_the_till_signs_its_own_and_the_rule_stands_for_the_others(shop: Shop) -> None:
    """The hotel sees its entry, the airline the other, by the version that both signed."""
    member = shop.enrolled()
    (own,) = shop.buys(member, 10_000, "hotel")["transactions"]
    assert own["by"]["party"] == "partner:hotel"
    query = """query ($id: ID!) { transaction(id: $id) { rule by { party }
        postings { account amount } } }"""
    ids = [gid("Transaction", id_) for id_ in shop.store._transactions]
    seen = [shop.ask(AIRLINE, query, id=id_)["transaction"] for id_ in ids]
    (other,) = [each for each in seen if each is not None]
    assert (other["by"]["party"], other["rule"]) == ("system:programme", own["rule"])
    assert {"account": "partner:airline:issued", "amount": -40} in other["postings"]


def test_at_anybodys_till_the_shares_are_the_same(shop: Shop) -> None:
    """At the café, which funds none of the bonus but its own 100 for the snack."""
    member = shop.enrolled()
    sent = shop.purchase(member, 10_000, CAFE)
    first = shop.done(CAFE, "recordPurchase", sent)
    assert first["points"] == 200
    assert issued(shop) == {"hotel": 60, "airline": 40, "cafe": 100}
    again = shop.done(CAFE, "recordPurchase", sent)
    assert {**again, "explanation": first["explanation"]} == first
    assert issued(shop) == {"hotel": 60, "airline": 40, "cafe": 100}


def test_nothing_is_lost_where_shares_are_no_whole_points(shop: Shop) -> None:
    """Of 7 points 3.5, 2.1 and 1.4: 4, 2 and 1."""
    member = shop.enrolled()
    asked = shop.input(memberId=member, event="check-in")
    shop.done(HOTEL, "recordEvent", shop.signed(HOTEL, "earn", asked))
    assert issued(shop) == {"hotel": 4, "cafe": 2, "airline": 1}
    assert shop.has(member) == 7


def test_a_return_takes_back_from_all_in_their_shares(shop: Shop) -> None:
    """Of 100 half comes back, 30 and 20; then the rest; then nothing is left to take."""
    member = shop.enrolled()
    (earned,) = shop.buys(member, 10_000, "hotel")["transactions"]
    sent = back(shop, earned["id"], 50)
    shop.done(HOTEL, "reverseTransaction", sent)
    shop.done(HOTEL, "reverseTransaction", sent)
    assert issued(shop) == {"hotel": 30, "airline": 20, "cafe": 0}
    assert (cents(shop, "hotel"), cents(shop, "airline"), shop.has(member)) == (30, 20, 50)
    more = shop.refused(HOTEL, "reverseTransaction", back(shop, earned["id"], 51))
    assert (more.code, more.field) == ("EXCEEDS_REMAINING", ["points"])
    shop.done(HOTEL, "reverseTransaction", back(shop, earned["id"]))
    assert issued(shop) == {"hotel": 0, "airline": 0, "cafe": 0}
    assert (cents(shop, "hotel"), cents(shop, "airline"), shop.has(member)) == (0, 0, 0)
    gone = shop.refused(HOTEL, "reverseTransaction", back(shop, earned["id"]))
    assert (gone.code, gone.field) == ("EXCEEDS_REMAINING", ["transactionId"])


def test_a_till_that_funds_nothing_takes_all_back_too(shop: Shop) -> None:
    """The café's first entry leads to those of the hotel and the airline."""
    member = shop.enrolled()
    earned = shop.buys(member, 10_000, "cafe")["transactions"][0]
    shop.done(CAFE, "reverseTransaction", back(shop, earned["id"], actor=CAFE))
    assert issued(shop) == {"hotel": 0, "airline": 0, "cafe": 0}
    assert shop.has(member) == 0


def test_what_was_spent_is_credited_when_it_is_recovered(shop: Shop) -> None:
    """80 of 100 are spent, all comes back: 20 are recovered, and 80 are billed until they are."""
    member = shop.enrolled()
    (earned,) = shop.buys(member, 10_000, "hotel")["transactions"]
    shop.redeems(member, "upgrade")
    shop.done(HOTEL, "reverseTransaction", back(shop, earned["id"]))
    wallet = shop.wallet(member, "MILES")
    assert (wallet["available"], wallet["arrears"]) == (0, 80)
    lines = [statement(shop, each)["lines"][0] for each in ("hotel", "airline")]
    assert sum(each["arrears"] for each in lines) == 80
    assert cents(shop, "hotel") + cents(shop, "airline") == 80
    verified(shop.store)


def test_a_funder_takes_back_its_own_alone(shop: Shop) -> None:
    """The airline cannot reach the hotel's; what it took is not taken by the hotel again."""
    member = shop.enrolled()
    (earned,) = shop.buys(member, 10_000, "hotel")["transactions"]
    foreign = shop.refused(AIRLINE, "reverseTransaction", back(shop, earned["id"], actor=AIRLINE))
    assert foreign.code == "NOT_FOUND"
    rows = [id_ for id_ in shop.store._transactions if shop.store._transactions[id_].entry]
    (its,) = [
        id_
        for id_ in rows
        if b'"partner:airline:issued"' in (shop.store._transactions[id_].entry or b"")
    ]
    shop.done(
        AIRLINE,
        "reverseTransaction",
        back(shop, gid("Transaction", its), 10, AIRLINE),
    )
    assert issued(shop) == {"hotel": 60, "airline": 30, "cafe": 0}
    shop.done(HOTEL, "reverseTransaction", back(shop, earned["id"]))
    assert issued(shop) == {"hotel": 0, "airline": 0, "cafe": 0}
    assert shop.has(member) == 0


def test_what_is_counted_comes_back_once(shop: Shop) -> None:
    """7 points a day: after a return of the check-in another one gives 7 again, and no more."""
    member = shop.enrolled()

    def check_in() -> Any:
        asked = shop.input(memberId=member, event="check-in")
        return shop.done(HOTEL, "recordEvent", shop.signed(HOTEL, "earn", asked))

    first = check_in()
    assert check_in()["points"] == 0
    shop.done(HOTEL, "reverseTransaction", back(shop, first["transactions"][0]["id"]))
    assert [check_in()["points"], check_in()["points"]] == [7, 0]
    verified(shop.store)


def test_what_is_counted_comes_back_whole_after_a_funder_took_its_own_part(shop: Shop) -> None:
    """The airline takes its point of a check-in back by itself; with the return of the rest all of
    the day's 7 are to be had again."""
    member = shop.enrolled()

    def check_in() -> Any:
        asked = shop.input(memberId=member, event="check-in")
        return shop.done(HOTEL, "recordEvent", shop.signed(HOTEL, "earn", asked))

    first = check_in()
    (its,) = [
        id_
        for id_, row in shop.store._transactions.items()
        if b'"partner:airline:issued"' in (row.entry or b"")
    ]
    shop.done(AIRLINE, "reverseTransaction", back(shop, gid("Transaction", its), actor=AIRLINE))
    shop.done(HOTEL, "reverseTransaction", back(shop, first["transactions"][0]["id"]))
    assert [check_in()["points"], check_in()["points"]] == [7, 0]
    verified(shop.store)


def test_ten_of_sixteen_returns_of_ten_points_at_once_are_taken(shop: Shop) -> None:
    """Whatever overtakes what, each takes six of the hotel's and four of the airline's."""
    member = shop.enrolled()
    (earned,) = shop.buys(member, 10_000, "hotel")["transactions"]
    sent = [back(shop, earned["id"], 10) for _ in range(16)]
    lock, random = Lock(), Random(9)

    def bits(count: int) -> bytes:
        with lock:
            return random.randbytes(count)

    shop.coalition = replace(shop.coalition, sleep=sleep, random_bytes=bits)

    def take(input_: Any) -> str:
        while True:
            found = shop.send(HOTEL, "reverseTransaction", input_).data["reverseTransaction"]
            codes = [error["code"] for error in found["userErrors"]]
            if codes != ["CONTENDED"]:
                return "".join(codes)

    with ThreadPoolExecutor(16) as pool:
        assert Counter(pool.map(take, sent)) == {"": 10, "EXCEEDS_REMAINING": 6}
    assert issued(shop) == {"hotel": 0, "airline": 0, "cafe": 0}


def test_a_return_long_after_a_new_version_is_by_the_newest(shop: Shop) -> None:
    """The version that gave the points is no more in force; all have signed the new one."""
    member = shop.enrolled()
    (earned,) = shop.buys(member, 10_000, "hotel")["transactions"]
    shop.later(days=1)
    shop.publishes({**shop.document, "version": 2}, *ALL)
    shop.later(days=90)
    shop.done(HOTEL, "reverseTransaction", back(shop, earned["id"]))
    assert issued(shop) == {"hotel": 0, "airline": 0, "cafe": 0}


def test_points_that_wait_wait_in_shares() -> None:
    """What comes back is taken from what waits of both; the clock confirms the rest of both."""
    ticking = TickingShop("17_co_branded.json")
    waiting = {**ticking.document, "version": 2, "confirmation": {"days": 14}}
    ticking.publishes(waiting, *ALL)
    ticking.later(minutes=1)
    member = ticking.enrolled()
    (earned,) = ticking.buys(member, 10_000, "hotel")["transactions"]
    ticking.done(HOTEL, "reverseTransaction", back(ticking, earned["id"], 50))
    wallet = ticking.wallet(member, "MILES")
    assert (wallet["available"], wallet["pending"]) == (0, 50)
    ticking.through("2026-12-02", "2026-12-16")
    wallet = ticking.wallet(member, "MILES")
    assert (wallet["available"], wallet["pending"]) == (50, 0)
    assert {lot["issuer"]: lot["points"] for lot in wallet["lots"]} == {"hotel": 30, "airline": 20}
    assert issued(ticking) == {"hotel": 30, "airline": 20, "cafe": 0}


def test_without_a_funder_the_rule_gives_nothing_and_says_so(shop: Shop) -> None:
    """The airline has left: the purchase is taken, and nobody pays its share for it."""
    shop.later(minutes=1)
    shop.leave("airline")
    shop.later(minutes=1)
    member = shop.enrolled()
    answer = shop.buys(member, 10_000, "hotel")
    assert (answer["points"], shop.why_not(answer)["co-branded"]) == (0, "FUNDER_LEFT")
    assert shop.buys(member, 500, "cafe")["points"] == 5
    assert issued(shop) == {"hotel": 0, "airline": 0, "cafe": 5}


def test_every_funder_signs(shop: Shop) -> None:
    """Nobody is billed for points of a programme that it did not sign."""
    asked = shop.programme({**shop.document, "version": 2}, "cafe", "hotel")
    refusal = shop.refused(OPERATOR, "publishProgramme", asked)
    assert refusal.code == "SIGNATURE_REQUIRED"
    assert "airline" in refusal.message


def test_another_partners_own_currency_is_funded_by_nobody_else(shop: Shop) -> None:
    """LITRES are fuel's own: the hotel cannot issue them."""
    rule = {**shop.document["earn"][0], "partners": ["fuel"], "funding": {"fuel": 60, "hotel": 40}}
    document = {"id": "wash", "version": 1, "name": "W", "currency": "LITRES", "earn": [rule]}
    asked = shop.programme(
        {**document, "rewards": [], "expiry": {"after": "never"}}, "fuel", "hotel"
    )
    refusal = shop.refused(OPERATOR, "publishProgramme", asked)
    path = ["document", "earn", "0", "funding"]
    assert (refusal.code, refusal.field) == ("NOT_ELIGIBLE", path)


@pytest.mark.parametrize(
    "funding",
    [{}, {"hotel": 60, "airline": 41}, {"hotel": 60, "airline": 39}, {"hotel": 100, "airline": 0}],
)
def test_shares_are_of_the_whole(shop: Shop, funding: dict[str, int]) -> None:
    """Hundredths, 100 together, and no share of nothing."""
    rule = {**shop.document["earn"][0], "funding": funding}
    document = {**shop.document, "version": 2, "earn": [rule]}
    refusal = shop.refused(OPERATOR, "publishProgramme", shop.programme(document, *ALL))
    assert (refusal.code, refusal.field[:4]) == (
        "INVALID_INPUT",
        ["document", "earn", "0", "funding"],
    )


def test_a_programme_has_a_bounded_number_of_funders(shop: Shop) -> None:
    """Each has an entry in one commit, which has an end: 17 are too many."""
    rules = [
        {**shop.document["earn"][0], "id": f"rule-{number}", "funding": {f"brand-{number}": 100}}
        for number in range(17)
    ]
    document = {**shop.document, "version": 2, "earn": rules}
    refusal = shop.refused(OPERATOR, "publishProgramme", shop.programme(document, *ALL))
    assert (refusal.code, refusal.field) == ("LIMIT_EXCEEDED", ["document", "earn"])


def test_a_statement_is_of_its_period(shop: Shop) -> None:
    """From its first moment until just before its last; a return counts when it comes."""
    member = shop.enrolled()
    (earned,) = shop.buys(member, 10_000, "hotel")["transactions"]
    noon, later = "2026-11-21T12:00:00.000Z", "2026-11-21T12:00:00.001Z"
    assert cents(shop, "hotel", since=noon, until=later) == 60
    assert cents(shop, "hotel", until=noon) == 0
    assert cents(shop, "hotel", since=later) == 0
    shop.later(days=1)
    shop.done(HOTEL, "reverseTransaction", back(shop, earned["id"], 50))
    tomorrow = {"since": "2026-11-22T00:00:00.000Z", "until": "2026-11-23T00:00:00.000Z"}
    assert (cents(shop, "hotel"), cents(shop, "hotel", **tomorrow)) == (60, -30)


def test_a_statement_holds_while_the_ledger_grows(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A return is read whose earn came in after the place where its row was looked for."""
    (earned,) = shop.buys(shop.enrolled(), 10_000, "hotel")["transactions"]
    before = {row for row in shop.store.ledger_rows() if isinstance(row, TransactionRow)}
    shop.done(HOTEL, "reverseTransaction", back(shop, earned["id"], 50))
    later = [row for row in shop.store.ledger_rows() if row not in before]
    monkeypatch.setattr(shop.store, "ledger_rows", lambda: iter(later))
    assert cents(shop, "hotel") == -30


def test_each_version_is_billed_at_its_own_price(shop: Shop) -> None:
    """60 points at a cent, then 60 at 0.925: 55.5, to the nearest 56; then without a price."""
    member = shop.enrolled()
    shop.buys(member, 10_000, "hotel")
    priced = {"money": "USD", "minor": 925, "per_points": 1_000, "rounding": "half_up"}
    unpriced = {name: value for name, value in shop.document.items() if name != "price"}
    for version, document in ((2, {**unpriced, "price": priced}), (3, unpriced)):
        shop.later(minutes=1)
        shop.publishes({**document, "version": version}, *ALL)
        shop.later(minutes=1)
        shop.buys(member, 10_000, "hotel")
    found = statement(shop, "hotel")
    assert {each["owed"] and each["owed"]["minor"] for each in found["lines"]} == {60, 56, None}
    assert [each["issued"] for each in found["lines"]] == [60, 60, 60]
    assert found["totals"] == [{"minor": 116, "currency": "USD"}]


def test_nobody_reads_anothers_statement(shop: Shop) -> None:
    """Another partner is told what it would be told of one that there is not; members have none."""
    shop.buys(shop.enrolled(), 10_000, "hotel")
    foreign = statement(shop, "hotel", AIRLINE)
    none = statement(shop, "nobody", AIRLINE)
    assert foreign == none
    assert foreign["userErrors"] == [{"code": "NOT_FOUND", "field": ["partnerId"]}]
    member = as_member(shop.enrolled())
    assert statement(shop, "hotel", member)["userErrors"][0]["code"] == "NOT_PERMITTED"
    assert statement(shop, "hotel", HOTEL)["userErrors"] == []
    assert statement(shop, "grocer", GROCER)["lines"] == []


@pytest.mark.parametrize(
    ("period", "field"),
    [
        ({"since": "2026-11-21"}, ["since"]),
        ({"until": "tomorrow"}, ["until"]),
        ({"until": "2026-11-21T00:00:00.000Z"}, ["until"]),
    ],
)
def test_a_period_has_a_beginning_and_an_end(
    shop: Shop, period: dict[str, str], field: list[str]
) -> None:
    """In the one form of time, one after the other."""
    found = statement(shop, "hotel", **period)
    assert found["userErrors"] == [{"code": "INVALID_INPUT", "field": field}]
