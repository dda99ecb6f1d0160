"""Members bring friends to a programme: what is sent for it, and what comes of it."""

from typing import Any

from loyalty.actors import Actor, PartnerActor
from tests.coalition import OPERATOR, as_member, gid
from tests.programmes.shop import Shop

DELI = PartnerActor("deli")
PROGRAMME = gid("Programme", "bring")


def code_of(shop: Shop, member: str) -> str:
    asked = shop.input(ownerId=member)
    return str(shop.done(as_member(member), "makeReferralCode", asked)["code"])


def using(shop: Shop, friend: str, code: str) -> dict[str, Any]:
    return shop.input(programmeId=PROGRAMME, memberId=friend, code=code)


def brings(shop: Shop, referrer: str) -> str:
    """A new member who has used the code of another."""
    friend = shop.enrolled()
    shop.done(as_member(friend), "useReferralCode", using(shop, friend, code_of(shop, referrer)))
    return friend


def refused(shop: Shop, friend: str, code: str, by: Actor | None = None) -> str:
    asked = using(shop, friend, code)
    return shop.refused(by or as_member(friend), "useReferralCode", asked).code


def orders(shop: Shop, friend: str, minor: int = 2_500, **members: object) -> Any:
    return shop.buys(friend, minor, "deli", **{"channel": "web", **members})


def returns(shop: Shop, transaction: str, points: int | None = None) -> Any:
    asked = shop.input(transactionId=transaction, points=points)
    if points is None:
        del asked["points"]
    return shop.done(DELI, "reverseTransaction", shop.signed(DELI, "reverse", asked))


def has(shop: Shop, *members: str) -> list[int]:
    return [shop.has(member) for member in members]


def news(shop: Shop) -> list[str]:
    """What was told of referrals, in any order."""
    rows = shop.store._transactions.values()
    words = ("referral.completed", "referral.reversed")
    return sorted(word for row in rows for word in words if word.encode() in row.response)


def merged(shop: Shop, old: str, into: str) -> None:
    shop.keyed(OPERATOR)
    asked = shop.input(fromMemberId=old, intoMemberId=into, reason="enrolled twice")
    shop.done(OPERATOR, "mergeMembers", shop.signed(OPERATOR, "transfer", asked))
