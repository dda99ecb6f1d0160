"""Row 12: till and web share one balance; a till's offline orders are taken once; consents."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from ledger.names import transaction_id
from loyalty.actors import PartnerActor
from loyalty.batches import ORDERS_MAX
from loyalty.ports import Commit, Outcome
from tests.at_once import at_once
from tests.coalition import FLORIST, OPERATOR, as_member, contents, gid, own_id, verified
from tests.programmes.shop import Shop

OUTFITTER, TAILOR = PartnerActor("outfitter"), PartnerActor("tailor")
YESTERDAY = "2026-11-21T18:30:00.000Z"


@pytest.fixture
def shop() -> Shop:
    """A day after its programme began."""
    shop = Shop("12_omnichannel.json")
    shop.later(days=1)
    return shop


@pytest.fixture
def member(shop: Shop) -> str:
    return shop.enrolled()


def order(
    shop: Shop, who: str, reference: str, minor: int, by: PartnerActor = OUTFITTER, **more: object
) -> dict[str, Any]:
    """What a till keeps of an order until it has a line again, with its signature."""
    given = {
        "idempotencyKey": f"receipt-{reference}",
        "reference": reference,
        "memberId": who,
        "amount": {"minor": minor, "currency": "USD"},
        "purchasedAt": YESTERDAY,
        "channel": "store",
        **more,
    }
    return shop.signed(by, "earn", given)


def sent(shop: Shop, *orders: dict[str, Any], by: PartnerActor = OUTFITTER) -> list[Any]:
    """What came of each order of a batch: its points, or the code and path of its fault."""
    results = shop.done(by, "recordPurchases", shop.input(orders=list(orders)))["results"]
    assert len(results) == len(orders)
    return [outcome(each) for each in results]


def outcome(result: Any) -> Any:
    if not result["userErrors"]:
        return result["points"]
    (error,) = result["userErrors"]
    assert not result["points"]
    assert not result["transactions"]
    return error["code"], error["field"]


def test_till_and_web_share_one_balance(shop: Shop, member: str) -> None:
    """$40 in the web shop and $25 at a till that was offline buy one reward of 60."""
    shop.buys(member, 4_000, "outfitter", channel="web")
    assert sent(shop, order(shop, member, "0001", 2_500)) == [25]
    assert shop.has(member) == 65
    shop.redeems(member, "hem")
    assert shop.has(member) == 5
    verified(shop.store)


def test_a_batch_is_taken_once(shop: Shop, member: str) -> None:
    """The same batch again answers the same and writes nothing, whenever it comes."""
    batch = shop.input(orders=[order(shop, member, "0001", 2_500), order(shop, member, "0002", -1)])
    first = shop.done(OUTFITTER, "recordPurchases", batch)
    before = contents(shop.store)
    shop.later(days=90)
    assert shop.done(OUTFITTER, "recordPurchases", batch) == first
    assert contents(shop.store) == before
    assert [each["reference"] for each in first["results"]] == ["0001", "0002"]
    other = {**batch, "orders": batch["orders"][:1]}
    assert shop.refused(OUTFITTER, "recordPurchases", other).code == "IDEMPOTENCY_CONFLICT"


def test_an_order_is_taken_once_whichever_way_it_comes(shop: Shop, member: str) -> None:
    """Twice in a batch, in another batch, singly before, singly after: one entry, one answer."""
    paid = [order(shop, member, f"000{number}", number * 1_000) for number in range(1, 4)]
    shop.done(OUTFITTER, "recordPurchase", paid[0])
    assert sent(shop, paid[0], paid[1], paid[1]) == [10, 20, 20]
    assert sent(shop, paid[2], paid[1], paid[0]) == [30, 20, 10]
    single = shop.done(OUTFITTER, "recordPurchase", paid[2])
    assert (single["points"], shop.has(member)) == (30, 60)
    (entry,) = single["transactions"]
    assert own_id(entry["id"]) == transaction_id("partner:outfitter", "receipt-0003")
    verified(shop.store)


def test_an_order_that_earns_nothing_is_taken_once_too(shop: Shop, member: str) -> None:
    """99 cents give no point: remembered by its receipt, though the ledger has no entry of it."""
    paid = order(shop, member, "0001", 99)
    shop.done(OUTFITTER, "recordPurchase", paid)
    before = shop.entries()
    assert sent(shop, paid, paid) == [0, 0]
    assert sent(shop, order(shop, member, "0001", 9_900)) == [
        ("IDEMPOTENCY_CONFLICT", ["orders", "0", "idempotencyKey"])
    ]
    assert shop.entries() == before


def test_another_order_under_the_same_receipt_is_a_conflict(shop: Shop, member: str) -> None:
    """In its place; the first is the only one. Another partner's receipt is another's, and one in
    capitals another."""
    assert sent(shop, order(shop, member, "0001", 1_000)) == [10]
    changed = order(shop, member, "0001", 9_000)
    conflict = ("IDEMPOTENCY_CONFLICT", ["orders", "1", "idempotencyKey"])
    assert sent(shop, order(shop, member, "0002", 500), changed) == [5, conflict]
    assert sent(shop, order(shop, member, "0001", 700, TAILOR), by=TAILOR) == [7]
    assert sent(shop, order(shop, member, "k-1", 100), order(shop, member, "K-1", 200)) == [1, 2]
    assert shop.has(member) == 25


def bad_orders(shop: Shop, member: str) -> Iterator[tuple[dict[str, Any], str, list[str]]]:
    """Orders that are refused, with the code and the path within the order."""

    def one(reference: str, *, minor: int = 1_000, who: str = member, **more: object) -> Any:
        return order(shop, who, reference, minor, **more)

    yield one("b-01", who=gid("Member", "7zzzzzzzzzzzzzzzzzzzzzzzzz")), "NOT_FOUND", ["memberId"]
    yield one("b-02", who="no id at all"), "NOT_FOUND", ["memberId"]
    yield one("b-03", who=gid("Partner", "tailor")), "NOT_FOUND", ["memberId"]
    yield one("b-04", minor=-1), "INVALID_INPUT", ["amount", "minor"]
    yield one("b-05", minor=0), "INVALID_INPUT", ["amount", "minor"]
    yield (
        one("b-06", amount={"minor": 5, "currency": "dollars"}),
        "INVALID_INPUT",
        ["amount", "currency"],
    )
    yield one("b-07", purchasedAt="2026-11-22T12:00:00.001Z"), "INVALID_INPUT", ["purchasedAt"]
    yield one("b-08", purchasedAt="2026-09-23T11:59:59.999Z"), "INVALID_INPUT", ["purchasedAt"]
    yield one("b-09", purchasedAt="2026-02-29T12:00:00.000Z"), "INVALID_INPUT", ["purchasedAt"]
    lines = [{"sku": "shirt", "category": "clothes", "minor": 1_001}]
    yield one("b-10", lines=lines), "INVALID_INPUT", ["lines", "0", "minor"]
    yield {**one("b-11"), "signature": None}, "SIGNATURE_REQUIRED", ["signature"]
    yield {**one("b-12"), "channel": "web"}, "SIGNATURE_INVALID", ["signature"]
    yield order(shop, member, "b-13", 1_000, TAILOR), "SIGNATURE_INVALID", ["signature"]
    yield one("b-14", idempotencyKey="b-14"), "INVALID_INPUT", ["idempotencyKey"]
    yield one("b 15"), "INVALID_INPUT", ["reference"]
    yield one("x" * 65), "INVALID_INPUT", ["reference"]
    yield {**one("b-15"), "reference": "b-15\n"}, "INVALID_INPUT", ["reference"]
    yield {**one("b-16"), "reference": "\ud800"}, "INVALID_INPUT", ["reference"]
    yield {**one("b-17"), "store": "Zo\u202e"}, "INVALID_INPUT", ["store"]
    yield {**one("b-18"), "card": {"system": "card", "number": "1"}}, "INVALID_INPUT", ["memberId"]
    yield {**one("b-19"), "memberId": None}, "INVALID_INPUT", ["memberId"]
    card = {"system": "card", "number": "nobody's"}
    yield one("b-20", memberId=None, card=card), "NOT_FOUND", ["card"]


def test_a_bad_order_is_reported_in_its_place_and_the_rest_goes_in(shop: Shop, member: str) -> None:
    """Each fault with its code and the path to it, between orders that are taken."""
    bad = list(bad_orders(shop, member))
    orders, expected = [], []
    for number, (each, code, path) in enumerate(bad):
        orders += [each, order(shop, member, f"good-{number}", 1_000)]
        expected += [(code, ["orders", str(2 * number), *path]), 10]
    assert sent(shop, *orders) == expected
    assert shop.has(member) == 10 * len(bad)
    verified(shop.store)


def test_an_order_that_was_mended_goes_in_with_another_batch(shop: Shop, member: str) -> None:
    """The batch that reported it keeps reporting it; the receipt is still free."""
    card = {"system": "card", "number": "K-7"}
    paid = order(shop, member, "0001", 1_000, memberId=None, card=card)
    batch = shop.input(orders=[paid])
    refused = shop.done(OUTFITTER, "recordPurchases", batch)
    shop.done(OUTFITTER, "linkExternalId", linking(shop, member, "K-7"))
    assert shop.done(OUTFITTER, "recordPurchases", batch) == refused
    assert shop.has(member) == 0
    assert sent(shop, paid) == [10]
    assert shop.has(member) == 10


def test_an_order_by_card_is_refused_for_what_is_wrong_with_it(shop: Shop, member: str) -> None:
    """That its card is nobody's is said of no order whose card is somebody's."""
    shop.done(OUTFITTER, "linkExternalId", linking(shop, member, "K-7"))
    card = {"memberId": None, "card": {"system": "card", "number": "K-7"}}
    unsigned = {**order(shop, member, "0001", 1_000, **card), "signature": None}
    assert sent(shop, order(shop, member, "0002", 0, **card), unsigned) == [
        ("INVALID_INPUT", ["orders", "0", "amount", "minor"]),
        ("SIGNATURE_REQUIRED", ["orders", "1", "signature"]),
    ]


def test_an_order_that_earns_in_two_programmes_is_answered_with_both_entries(
    shop: Shop, member: str
) -> None:
    """As it is by itself; points of two currencies are no sum."""
    shop.done(OPERATOR, "createCurrency", shop.input(code="MILES", decimals=0))
    miles = {**shop.document, "id": "miles", "currency": "MILES"}
    shop.publishes(miles, "outfitter", "tailor")
    shop.later(days=1)
    today = {"purchasedAt": "2026-11-23T12:00:00.000Z"}
    paid = order(shop, member, "0001", 1_000, **today)
    (result,) = shop.done(OUTFITTER, "recordPurchases", shop.input(orders=[paid]))["results"]
    assert result["points"] is None
    single = shop.done(OUTFITTER, "recordPurchase", paid)
    assert len(single["transactions"]) == 2
    assert [each["id"] for each in result["transactions"]] == [
        each["id"] for each in single["transactions"]
    ]


def linking(shop: Shop, member: str, number: str) -> dict[str, Any]:
    return shop.input(memberId=member, system="card", externalId=number)


def test_a_lost_card_earns_nothing_and_no_point_is_lost(shop: Shop, member: str) -> None:
    """The old one is nobody's from then on, the new one its member's; what was taken stays so."""
    shop.done(OUTFITTER, "linkExternalId", linking(shop, member, "K-7"))
    old = {"memberId": None, "card": {"system": "card", "number": "K-7"}}
    new = {"memberId": None, "card": {"system": "card", "number": "K-8"}}
    first = order(shop, member, "0001", 2_000, **old)
    assert sent(shop, first) == [20]
    block = shop.input(system="card", cardNumber="K-7", newCardNumber="K-8")
    shop.done(OUTFITTER, "blockCard", block)
    late = order(shop, member, "0002", 2_000, **old)
    found = order(shop, member, "0003", 3_000, **new)
    assert sent(shop, first, late, found) == [20, ("NOT_FOUND", ["orders", "1", "card"]), 30]
    assert shop.has(member) == 50
    verified(shop.store)


def test_sixteen_tills_send_the_same_orders_at_once(shop: Shop, member: str) -> None:
    """Batches that overlap, each order in four of them, and singly: each has one effect."""
    paid = [order(shop, member, f"{number:04}", 1_000) for number in range(16)]
    requests = [
        (
            OUTFITTER,
            "recordPurchases",
            shop.input(orders=[paid[(first + step) % 16] for step in (0, 5, 10, 15)]),
        )
        for first in range(16)
    ]
    singly = [(OUTFITTER, "recordPurchase", each) for each in paid[:4]]
    # Who keeps losing is told to send it again.
    while missed := [
        request
        for request, came in zip(requests, at_once(shop, requests + singly), strict=False)
        if came != "done"
    ]:
        requests = missed
    assert shop.has(member) == 160
    assert len(shop.coalition.store.wallet_history(wallet_id(shop, member), None, 99)) == 16
    verified(shop.store)


def wallet_id(shop: Shop, member: str) -> Any:
    return own_id(shop.wallet(member, "THREADS")["id"])


@pytest.mark.parametrize("after", range(4))
def test_a_batch_that_was_cut_off_goes_on(shop: Shop, member: str, after: int) -> None:
    """However many of its orders were in when the store went down: all are in, once."""
    batch = shop.input(orders=[order(shop, member, f"{n:04}", 1_000) for n in range(3)])
    commit, left = shop.store.commit, iter([True] * after)

    def cut_off(each: Commit) -> Outcome:
        return commit(each) if next(left, False) else Outcome.UNKNOWN

    shop.store.commit = cut_off  # type: ignore[method-assign]
    assert shop.send(OUTFITTER, "recordPurchases", batch).codes == ["UNAVAILABLE"]
    assert shop.has(member) == 10 * after
    shop.store.commit = commit  # type: ignore[method-assign]
    results = shop.done(OUTFITTER, "recordPurchases", batch)["results"]
    assert [outcome(each) for each in results] == [10, 10, 10]
    assert shop.has(member) == 30
    verified(shop.store)


def test_an_order_that_others_keep_overtaking_is_not_refused_for_good(
    shop: Shop, member: str
) -> None:
    """The batch is to be sent again, and then has it: what it is overtaken in is the order alone,
    or the batch as well."""
    commit = shop.store.commit

    def in_orders(each: Commit) -> Outcome:
        return Outcome.MOVED if each.wallets else commit(each)

    def in_all(_: Commit) -> Outcome:
        return Outcome.MOVED

    for reference, overtaken in (("0001", in_orders), ("0002", in_all)):
        batch = shop.input(orders=[order(shop, member, reference, 1_000)])
        shop.store.commit = overtaken  # type: ignore[method-assign]
        assert shop.refused(OUTFITTER, "recordPurchases", batch).code == "CONTENDED"
        shop.store.commit = commit  # type: ignore[method-assign]
        (result,) = shop.done(OUTFITTER, "recordPurchases", batch)["results"]
        assert result["points"] == 10


def test_a_damaged_row_keeps_no_other_order_out(shop: Shop, member: str) -> None:
    """The batch is not answered, for operators have to look; every other order of it is taken, and
    when they have mended the row the same batch takes the last."""
    other = shop.enrolled()
    for each in (member, other):
        shop.buys(each, 1_000, "outfitter")
    rows = shop.store._wallets[wallet_id(shop, member)]
    whole = rows[-1]
    balances = whole.wallet.balances._replace(available=11)
    rows[-1] = whole._replace(wallet=whole.wallet._replace(balances=balances))
    orders = [
        order(shop, who, f"000{number}", 500) for number, who in enumerate((other, member) * 2)
    ]
    batch = shop.input(orders=orders)
    for _ in range(2):
        with pytest.raises(AssertionError, match="INTERNAL"):
            shop.send(OUTFITTER, "recordPurchases", batch)
        assert shop.has(other) == 20
        assert rows[-1].wallet.balances.available == 11
    rows[-1] = whole
    results = shop.done(OUTFITTER, "recordPurchases", batch)["results"]
    assert [outcome(each) for each in results] == [5, 5, 5, 5]
    assert (shop.has(member), shop.has(other)) == (20, 20)
    verified(shop.store)


def test_a_batch_has_at_most_100_orders(shop: Shop, member: str) -> None:
    """A hundred are taken; of a hundred and one, and of none, nothing is."""
    results = "results { points transactions { id } userErrors { code field message } }"
    shop.results = {**shop.results, "recordPurchases": results}
    orders = [order(shop, member, f"{number:04}", 100) for number in range(ORDERS_MAX + 1)]
    for wrong in (orders, []):
        refusal = shop.refused(OUTFITTER, "recordPurchases", shop.input(orders=wrong))
        assert (refusal.code, refusal.field) == ("LIMIT_EXCEEDED", ["orders"])
    assert Counter(sent(shop, *orders[:ORDERS_MAX])) == {1: ORDERS_MAX}
    assert shop.has(member) == ORDERS_MAX == 100
    verified(shop.store)


def test_what_does_not_fit_its_type_is_refused_whole(shop: Shop, member: str) -> None:
    """A fraction of a cent is a fault of the till's program: the path names the order."""
    half = {**order(shop, member, "0002", 1), "amount": {"minor": 12.5, "currency": "USD"}}
    orders = [order(shop, member, "0001", 1_000), half]
    code, message = shop.failed(OUTFITTER, "recordPurchases", shop.input(orders=orders))
    assert code == "BAD_USER_INPUT"
    assert "orders[1]" in message
    assert shop.has(member) == 0


def test_only_partners_of_the_programme_send_batches(shop: Shop, member: str) -> None:
    """Members and operators have no till; who left has none any more; another's orders earn it
    nothing of this programme."""
    for actor in (as_member(member), OPERATOR):
        batch = shop.input(orders=[order(shop, member, "0001", 1_000)])
        assert shop.refused(actor, "recordPurchases", batch).code == "NOT_PERMITTED"
    assert sent(shop, order(shop, member, "0001", 1_000, FLORIST), by=FLORIST) == [0]
    shop.later(minutes=1)
    shop.leave("outfitter")
    shop.later(minutes=1)
    batch = shop.input(orders=[order(shop, member, "0001", 1_000)])
    assert shop.refused(OUTFITTER, "recordPurchases", batch).code == "NOT_PERMITTED"


def test_consents_to_mail_and_messages_are_flags(shop: Shop, member: str) -> None:
    """Given at the till with a form, taken back in the app; each of e-mail and SMS by itself."""
    query = "query ($id: ID!) { member(id: $id) { consents { purpose given } } }"

    def flags() -> dict[str, bool]:
        told = shop.ask(TAILOR, query, id=member)["member"]["consents"]
        return {each["purpose"]: each["given"] for each in told}

    for purpose in ("email", "sms"):
        form = shop.input(memberId=member, purpose=purpose, given=True, source="form 7")
        shop.done(OUTFITTER, "setConsent", form)
    assert flags() == {"email": True, "sms": True}
    taken_back = shop.input(memberId=member, purpose="sms", given=False)
    shop.done(as_member(member), "setConsent", taken_back)
    assert flags() == {"email": True, "sms": False}
