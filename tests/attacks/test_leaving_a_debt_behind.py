"""A member who owes points opens a household of its own, to earn and spend there without paying."""

from functools import partial

from tests.coalition import as_member, contents, verified
from tests.programmes.test_16_company_accounts import outcome
from tests.programmes.test_debts_of_households import bought, founded, owed, own_wallet, returned
from tests.programmes.test_households import opened


def test_who_owes_opens_no_household() -> None:
    """Ana spent 80 of 100 points whose goods came back: what she buys next pays, and then she may
    open one.
    """
    shop = founded()
    ana = shop.enrolled()
    earn, own = bought(shop, ana, 100), own_wallet(shop, ana)
    shop.redeems(ana, "mug")
    returned(shop, earn)
    assert owed(shop, own) == 80
    before = contents(shop.store)
    refusal = shop.refused(as_member(ana), "openAccount", shop.opening(ana))
    assert (refusal.code, refusal.field) == ("NOT_ELIGIBLE", ["memberId"])
    assert contents(shop.store) == before
    bought(shop, ana, 100)
    assert (shop.has(ana), shop.wallet(ana, "CORNER")["arrears"]) == (20, 0)
    opened(shop, ana)
    verified(shop.store)


def test_a_return_in_between_is_seen() -> None:
    """The debt is made after the opening was decided on, and before it is written."""
    shop = founded()
    ana = shop.enrolled()
    earn = bought(shop, ana, 100)
    shop.redeems(ana, "mug")
    shop.store.meanwhile = partial(returned, shop, earn)  # type: ignore[attr-defined]
    assert outcome(shop, as_member(ana), "openAccount", shop.opening(ana)) == "NOT_ELIGIBLE"
    assert shop.wallet(ana, "CORNER")["arrears"] == 80
    verified(shop.store)
