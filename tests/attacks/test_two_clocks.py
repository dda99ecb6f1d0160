"""Asking two machines in turn, whose clocks differ, while one is past midnight and one is not: each
limit of a day or a month is to be had once.
"""

from datetime import UTC, datetime, timedelta

from tests.coalition import as_member, verified
from tests.programmes.accounts import SharingShop
from tests.programmes.shop import Shop
from tests.programmes.test_24_goodwill import ANN, BOB, granted, waiting

A_SECOND = timedelta(seconds=1)


def test_an_agent_has_one_day() -> None:
    """1,000 a day alone: those of the new day are gone where it has not begun, too."""
    shop = Shop("24_goodwill.json")
    shop.keyed(ANN, BOB)
    shop.clock = datetime(2026, 12, 1, tzinfo=UTC) - A_SECOND
    member = shop.enrolled()
    for _ in range(2):
        granted(shop, member, 500)
    shop.clock += A_SECOND
    for _ in range(2):
        granted(shop, member, 500)
    shop.clock -= A_SECOND
    assert waiting(shop, member, 500)["status"] == "WAITING"
    shop.clock += A_SECOND
    assert waiting(shop, member, 500)["status"] == "WAITING"
    assert shop.has(member) == 2000
    verified(shop.store)


def test_a_user_has_one_share() -> None:
    """200 a month: those of December are gone where it is November still, too."""
    shop = SharingShop("16_company_accounts.json")
    owner = shop.enrolled()
    account = shop.account(owner, "hospital")
    shop.buys(owner, 100_000, "supplies")
    user = shop.user(account)
    shop.clock = datetime(2026, 12, 1, tzinfo=UTC)
    for _ in range(2):
        shop.redeems(user, "gloves")
    shop.clock -= A_SECOND
    refusal = shop.refused(as_member(user), "redeemReward", shop.wants(user, "gloves"))
    assert refusal.code == "LIMIT_EXCEEDED"
    shop.clock += A_SECOND
    assert shop.spent(account, user) == 200
    verified(shop.store)
