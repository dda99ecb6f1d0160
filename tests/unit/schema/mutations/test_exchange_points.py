"""`exchangePoints`: points of one currency become points of another, and nobody gains by it."""

from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from random import Random
from threading import Lock
from time import sleep
from typing import Any

import pytest

from tests.coalition import FUEL, GROCER, LITRES, OPERATOR, STARS, House, as_member, verified
from tests.faulty import Faulty

THERE = {"to": "LITRES", "give": 400, "get": 250}
BACK = {"to": "STARS", "give": 250, "get": 400}


def with_rates(document: Mapping[str, Any], *rates: Mapping[str, Any]) -> dict[str, Any]:
    return {**document, "version": 2, "exchange": list(rates)}


def publishes(house: House, document: Mapping[str, Any], *partners: str) -> None:
    signers = partners or ("fuel", "grocer")
    house.done(OPERATOR, "publishProgramme", house.programme(document, *signers))


@pytest.fixture
def rich(house: House) -> str:
    """A member with 1,000 STARS; 400 of them are 250 LITRES, and the other way round."""
    publishes(house, with_rates(STARS, THERE))
    publishes(house, with_rates(LITRES, BACK), "fuel")
    member = house.enrolled()
    house.earned(member, 1000)
    return member


def change(house: House, points: object, from_: str = "STARS", to: str = "LITRES") -> Any:
    return house.input(fromCurrency=from_, toCurrency=to, points=points)


def changed(house: House, member: str, *wanted: Any) -> Any:
    return house.done(as_member(member), "exchangePoints", change(house, *wanted))


def has(house: House, member: str) -> tuple[int, int]:
    return house.available(member, "STARS"), house.available(member, "LITRES")


def test_400_are_250_and_back_400(house: House, rich: str) -> None:
    """By rates whose round is exactly one; each entry names the version that says its rate."""
    there = changed(house, rich, 400)
    assert there["received"] == 250
    assert has(house, rich) == (600, 250)
    assert there["transaction"]["kind"] == "exchange"
    assert there["transaction"]["by"]["party"] == "member"
    rules = house.coalition.governance().latest
    assert there["transaction"]["rule"] == rules["programme", "stars"]
    back = changed(house, rich, 250, "LITRES", "STARS")
    assert (back["received"], back["transaction"]["rule"]) == (400, rules["programme", "litres"])
    assert has(house, rich) == (1000, 0)
    totals = verified(house.store).totals
    assert totals["exchange:STARS:LITRES", "STARS"] == 400
    assert totals["exchange:STARS:LITRES", "LITRES"] == -250
    assert totals["exchange:LITRES:STARS", "STARS"] == -400


def test_at_par_back_less_comes_home(house: House) -> None:
    """400 N are 250 A, and 250 A at 1:1 are 250 N."""
    publishes(house, with_rates(STARS, THERE))
    publishes(house, with_rates(LITRES, {**BACK, "get": 250}), "fuel")
    member = house.enrolled()
    house.earned(member, 400)
    changed(house, member, 400)
    assert changed(house, member, 250, "LITRES", "STARS")["received"] == 250
    assert has(house, member) == (250, 0)


def test_what_is_got_is_rounded_down(house: House, rich: str) -> None:
    """7 STARS are 4.375 LITRES: 4; and 4 LITRES are 6.4 STARS: 6. One is none and refused."""
    assert changed(house, rich, 7)["received"] == 4
    assert changed(house, rich, 4, "LITRES", "STARS")["received"] == 6
    assert has(house, rich) == (999, 0)
    refusal = house.refused(as_member(rich), "exchangePoints", change(house, 1))
    assert (refusal.code, refusal.field) == ("INVALID_INPUT", ["points"])
    assert refusal.message == "2 points and more give something"
    verified(house.store)


def test_issuers_are_kept_and_lapse_anew(house: House) -> None:
    """Those of each issuer by its share; the last day is that of the programme of the points got,
    or as the rate says."""
    days = {"after": "days", "days": 60}
    publishes(house, with_rates(STARS, {**THERE, "expiry": days}))
    publishes(house, with_rates(LITRES, BACK), "fuel")
    member = house.enrolled()
    house.earned(member, 200)
    house.earned(member, 200, FUEL)
    changed(house, member, 400)
    lots = house.wallet(member, "LITRES")["lots"]
    assert [(lot["issuer"], lot["points"], lot["expires"]) for lot in lots] == [
        ("fuel", 125, "2027-01-20"),
        ("grocer", 125, "2027-01-20"),
        # What fuel gives for a purchase at its own till.
        ("fuel", 400, "never"),
    ]
    changed(house, member, 250, "LITRES", "STARS")
    assert {lot["expires"] for lot in house.wallet(member)["lots"]} == {"2027-11-30"}
    verified(house.store)


def test_nobody_changes_more_than_it_has(house: House, rich: str) -> None:
    """1,001 are refused, 1,000 are not; who never had any has none."""
    refusal = house.refused(as_member(rich), "exchangePoints", change(house, 1001))
    assert (refusal.code, refusal.field) == ("INSUFFICIENT_POINTS", ["points"])
    changed(house, rich, 1000)
    other = as_member(house.enrolled())
    assert house.refused(other, "exchangePoints", change(house, 8)).code == "INSUFFICIENT_POINTS"


def test_lapsed_points_are_not_changed(house: House, rich: str) -> None:
    """They would live again in another currency: they expire first."""
    house.later(days=370)
    house.earned(rich, 8)
    house.later(days=5)
    refusal = house.refused(as_member(rich), "exchangePoints", change(house, 9))
    assert refusal.code == "INSUFFICIENT_POINTS"
    before = house.entries()
    changed(house, rich, 8)
    assert house.entries() == before + 2
    verified(house.store)


def test_what_is_owed_is_paid_first(house: House, rich: str) -> None:
    """LITRES that come to one in arrears of LITRES pay them."""
    paid = house.purchase(rich, 10_000, FUEL)
    for each in house.done(FUEL, "recordPurchase", paid)["transactions"]:
        if each["postings"][0]["currency"] == "LITRES":
            changed(house, rich, 200, "LITRES", "STARS")
            taken = house.signed(FUEL, "reverse", house.input(transactionId=each["id"]))
            house.done(FUEL, "reverseTransaction", taken)
    assert house.wallet(rich, "LITRES")["arrears"] == 200
    assert changed(house, rich, 400)["received"] == 250
    wallet = house.wallet(rich, "LITRES")
    assert (wallet["available"], wallet["arrears"]) == (50, 0)
    verified(house.store)


@pytest.mark.parametrize(
    ("from_", "to", "code", "field"),
    [
        ("STARS", "STARS", "SAME_WALLET", "toCurrency"),
        ("STARS", "MOONS", "NOT_FOUND", "toCurrency"),
        ("MOONS", "STARS", "NOT_FOUND", "fromCurrency"),
        ("stars", "LITRES", "NOT_FOUND", "fromCurrency"),
        ("STARS", "MILES", "NOT_ELIGIBLE", "toCurrency"),
    ],
)
def test_where_there_is_no_rate_nothing_is_changed(
    house: House, rich: str, from_: str, to: str, code: str, field: str
) -> None:
    """The field says which currency is wrong."""
    house.done(OPERATOR, "createCurrency", house.input(code="MILES", decimals=0))
    refusal = house.refused(as_member(rich), "exchangePoints", change(house, 8, from_, to))
    assert (refusal.code, refusal.field) == (code, [field])


def test_the_newest_version_says_the_rate(house: House, rich: str) -> None:
    """A rate that a newer version leaves out is no rate from then on."""
    publishes(house, {**STARS, "version": 3})
    refusal = house.refused(as_member(rich), "exchangePoints", change(house, 8))
    assert refusal.code == "NOT_ELIGIBLE"


@pytest.mark.parametrize("points", [0, -8])
def test_points_not_above_zero_are_refused(house: House, rich: str, points: int) -> None:
    """Nobody changes back by giving less than none."""
    refusal = house.refused(as_member(rich), "exchangePoints", change(house, points))
    assert (refusal.code, refusal.field) == ("INVALID_INPUT", ["points"])


def test_more_than_there_can_be_is_not_got(house: House) -> None:
    """2^53 points of a rate of many for one are refused, not cut."""
    publishes(house, with_rates(STARS, {"to": "LITRES", "give": 1, "get": 2**53 - 1}))
    member = house.enrolled()
    house.earned(member, 2)
    refusal = house.refused(as_member(member), "exchangePoints", change(house, 2))
    assert (refusal.code, refusal.field) == ("LIMIT_EXCEEDED", ["points"])


@pytest.mark.parametrize("actor", [OPERATOR, GROCER, FUEL])
def test_only_members_change_their_points(house: House, rich: str, actor: Any) -> None:
    """Nobody changes another's."""
    refusal = house.refused(actor, "exchangePoints", change(house, 8))
    assert refusal.code == "NOT_PERMITTED"


# Publishing rates


def publishing(house: House, document: Mapping[str, Any], *partners: str) -> Any:
    signers = partners or ("fuel", "grocer")
    return house.refused(OPERATOR, "publishProgramme", house.programme(document, *signers))


def test_a_round_that_gains_is_not_published(house: House) -> None:
    """400 to 250 and 250 to 401 would make 401 of 400: the rate is named and the gain."""
    publishes(house, with_rates(STARS, THERE))
    refusal = publishing(house, with_rates(LITRES, {**BACK, "get": 401}), "fuel")
    assert (refusal.code, refusal.field) == ("INVALID_INPUT", ["document", "exchange", "0"])
    assert "LITRES → STARS → LITRES would make 401 of every 400 points" in refusal.message


def test_a_gain_through_a_third_currency_is_not_published(house: House) -> None:
    """Each pair by itself loses; the three together gain, two of them in force already."""
    house.done(OPERATOR, "createCurrency", house.input(code="MILES", decimals=0))
    publishes(house, with_rates(STARS, THERE))
    at_par = {"to": "MILES", "give": 1, "get": 1, "expiry": {"after": "never"}}
    publishes(house, with_rates(LITRES, at_par), "fuel")
    miles = {**STARS, "id": "miles", "currency": "MILES"}
    rates = [{"to": "LITRES", "give": 2, "get": 1}, {"to": "STARS", "give": 250, "get": 401}]
    refusal = publishing(house, {**miles, "exchange": rates})
    assert refusal.field == ["document", "exchange", "1"]
    assert "MILES → STARS → LITRES → MILES would make 401 of every 400" in refusal.message
    publishes(house, {**miles, "exchange": [rates[0], {**rates[1], "get": 400}]})


def test_a_version_is_not_held_against_its_own_past(house: House, rich: str) -> None:
    """A better way back is fine once the way there is worse."""
    better = with_rates(LITRES, {**BACK, "get": 800}) | {"version": 3}
    assert publishing(house, better, "fuel").code == "INVALID_INPUT"
    publishes(house, with_rates(STARS, {**THERE, "get": 125}) | {"version": 3})
    publishes(house, better, "fuel")


def test_two_versions_at_once_do_not_gain_together() -> None:
    """While one is decided on, the other is published: it is decided anew, and refused."""
    store = Faulty()
    house = House(store)
    there, back = with_rates(STARS, THERE), with_rates(LITRES, {**BACK, "get": 401})
    sent = house.programme(back, "fuel")
    store.meanwhile = lambda: publishes(house, there)
    answer = house.send(OPERATOR, "publishProgramme", sent)
    (error,) = answer.data["publishProgramme"]["userErrors"]
    assert (error["code"], error["field"]) == ("INVALID_INPUT", ["document", "exchange", "0"])
    verified(store)


@pytest.mark.parametrize(
    ("rates", "code", "field"),
    [
        ([{**THERE, "to": "MOONS"}], "NOT_FOUND", ["0", "to"]),
        ([{**THERE, "to": "STARS"}], "INVALID_INPUT", ["0", "to"]),
        ([THERE, {**THERE, "get": 1}], "ALREADY_EXISTS", ["1", "to"]),
        ([{**THERE, "give": 0}], "INVALID_INPUT", ["0", "give"]),
        ([{**THERE, "get": "1.5"}], "INVALID_INPUT", ["0", "get"]),
        ([{**THERE, "fee": 1}], "INVALID_INPUT", ["0", "fee"]),
        ([{**THERE, "to": "MILES"}], "INVALID_INPUT", ["0", "expiry"]),
    ],
)
def test_rates_that_cannot_be_are_not_published(
    house: House, rates: list[Any], code: str, field: list[str]
) -> None:
    """The path says which."""
    house.done(OPERATOR, "createCurrency", house.input(code="MILES", decimals=0))
    refusal = publishing(house, with_rates(STARS, *rates))
    assert (refusal.code, refusal.field) == (code, ["document", "exchange", *field])


def test_a_pair_of_currencies_has_one_rate(house: House, rich: str) -> None:
    """Another programme of the currency does not set a second."""
    second = {**STARS, "id": "second", "exchange": [{**THERE, "get": 1}]}
    refusal = publishing(house, second)
    assert (refusal.code, refusal.field) == ("ALREADY_EXISTS", ["document", "exchange", "0", "to"])


def test_who_owns_the_points_that_are_made_signs(house: House) -> None:
    """A rate into fuel's own points binds fuel, whoever else is in the programme."""
    tulips = {"id": "tulips", "name": "Tulips", "points": 1, "partner": "florist"}
    florists = {**STARS, "id": "tulips", "earn": [], "rewards": [tulips], "exchange": [THERE]}
    refusal = publishing(house, florists, "florist")
    assert refusal.code == "SIGNATURE_REQUIRED"
    assert "fuel" in refusal.message
    publishes(house, florists, "florist", "fuel")


@pytest.mark.parametrize("to", ["STARS", "PETALS"])
def test_a_partner_makes_no_points_that_others_have_to_honour(house: House, to: str) -> None:
    """Alone it publishes no rate into the coalition's currency, nor into another partner's."""
    house.done(OPERATOR, "createCurrency", house.owned_currency("PETALS", "florist"))
    document = with_rates(LITRES, {**BACK, "to": to, "expiry": {"after": "never"}})
    refusal = house.refused(FUEL, "publishProgramme", house.programme(document, "fuel"))
    assert refusal.code == "NOT_PERMITTED"


def test_sixteen_exchanges_at_once_spend_a_balance_once(house: House, rich: str) -> None:
    """1,000 points, 16 times 400: two are done, and the other 14 are told what is missing."""
    lock, random = Lock(), Random(16)

    def bits(count: int) -> bytes:
        with lock:
            return random.randbytes(count)

    house.coalition = replace(house.coalition, sleep=sleep, random_bytes=bits)
    sent = [change(house, 400) for _ in range(16)]

    def send(input_: Any) -> str:
        payload = house.send(as_member(rich), "exchangePoints", input_).data["exchangePoints"]
        return payload["userErrors"][0]["code"] if payload["userErrors"] else "done"

    with ThreadPoolExecutor(16) as pool:
        found = Counter(pool.map(send, sent))
    assert found == {"done": 2, "INSUFFICIENT_POINTS": 14}
    assert has(house, rich) == (200, 500)
    verified(house.store)
