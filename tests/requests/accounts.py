"""Requests about accounts that members share, each of which must succeed."""

from tests.coalition import OPERATOR, STARS, House, as_member, gid
from tests.inputs import Request


def open_account(house: House) -> Request:
    return OPERATOR, house.input(
        programmeId=_sharing(house), memberId=house.enrolled(), accountName="Zoë's", kind="school"
    )


def invite_to_account(house: House) -> Request:
    account, owner = _account(house)
    return as_member(owner), house.input(
        accountId=account, toMemberId=house.enrolled(), asOwner=False, pointsPerMonth=100
    )


def join_account(house: House) -> Request:
    account, owner = _account(house)
    member = house.enrolled()
    house.earned(member, 80)
    asked = house.input(accountId=account, toMemberId=member, asOwner=False)
    house.done(as_member(owner), "inviteToAccount", asked)
    return as_member(member), house.input(accountId=account, bringPoints=True)


def leave_account(house: House) -> Request:
    account, owner = _account(house)
    return as_member(owner), house.input(accountId=account, memberId=owner)


def change_account_user(house: House) -> Request:
    account, owner = _account(house)
    changed = {"accountId": account, "memberId": owner, "asOwner": True, "pointsPerMonth": 50}
    return as_member(owner), house.input(**changed)


def classify_account(house: House) -> Request:
    return OPERATOR, house.input(accountId=_account(house)[0], kind="agency")


def _sharing(house: House) -> str:
    """A programme of the grocer's whose members share wallets."""
    sharing = {"opened_by": "member", "users_max": 2}
    document = {**STARS, "id": "sharing", "earn": [], "rewards": [COFFEE], "accounts": sharing}
    house.done(OPERATOR, "publishProgramme", house.programme(document, "grocer"))
    return gid("Programme", "sharing")


def _account(house: House) -> tuple[str, str]:
    """One that its owner opened, and the owner, who has points in it and of its own."""
    programme, owner = _sharing(house), house.enrolled()
    house.earned(owner, 10)
    asked = house.input(programmeId=programme, memberId=owner, accountName="Home")
    account = house.done(as_member(owner), "openAccount", asked)["account"]["id"]
    house.earned(owner, 20)
    return account, owner


COFFEE = STARS["rewards"][0]  # type: ignore[index]
