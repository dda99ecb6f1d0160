"""Row 23: a reward of which there are ten, and twenty takers at once."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from random import Random
from threading import Lock
from time import sleep

import pytest

from tests.coalition import as_member, verified
from tests.programmes.shop import Shop


@pytest.fixture
def shop() -> Shop:
    return Shop("23_stock.json")


def test_ten_of_twenty_takers_get_it(shop: Shop) -> None:
    """All at once: ten get it, ten are told OUT_OF_STOCK and keep their points."""
    members = [shop.enrolled() for _ in range(20)]
    for member in members:
        shop.buys(member, 500, "toys")
    wanted = [(member, shop.wants(member, "train")) for member in members]
    lock, random = Lock(), Random(9)

    def bits(count: int) -> bytes:
        with lock:
            return random.randbytes(count)

    shop.coalition = replace(shop.coalition, sleep=sleep, random_bytes=bits)

    def take(taker: tuple[str, object]) -> str:
        member, input_ = taker
        answer = shop.send(as_member(member), "redeemReward", input_).data["redeemReward"]
        errors = [error["code"] for error in answer["userErrors"]]
        return errors[0] if errors else "voucher" if answer["voucher"] else "nothing"

    with ThreadPoolExecutor(20) as pool:
        found = list(pool.map(take, wanted))
    assert Counter(found) == {"voucher": 10, "OUT_OF_STOCK": 10}
    left = {True: 10, False: 50}
    assert [shop.has(member) for member in members] == [left[got == "voucher"] for got in found]
    verified(shop.store)


def test_a_new_version_does_not_fill_the_shelf(shop: Shop) -> None:
    """What was taken stays taken; raising `stock` by two gives two more."""
    document = {**shop.document, "version": 2}
    document["rewards"] = [{**shop.document["rewards"][0], "stock": 2}]
    members = [shop.enrolled() for _ in range(3)]
    for member in members:
        shop.buys(member, 500, "toys")
    shop.redeems(members[0], "train")
    shop.publishes(document, "toys")
    shop.redeems(members[1], "train")
    wanted = shop.wants(members[2], "train")
    assert shop.refused(as_member(members[2]), "redeemReward", wanted).code == "OUT_OF_STOCK"
