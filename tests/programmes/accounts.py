"""A shop whose members share wallets: what owners, users and operators send."""

from typing import Any

from loyalty.actors import Actor
from tests.coalition import OPERATOR, as_member, gid
from tests.programmes.shop import Shop


class SharingShop(Shop):
    """A shop whose programme has accounts."""

    def account(self, owner: str, kind: str | None = None) -> str:
        """The id of an account that an operator opened and its owner joined."""
        named = {} if kind is None else {"kind": kind}
        asked = self.opening(owner, **named)
        id_ = self.done(OPERATOR, "openAccount", asked)["account"]["id"]
        self.joins(owner, id_)
        return str(id_)

    def opening(self, owner: str, **members: object) -> dict[str, Any]:
        programme = gid("Programme", self.programme_id)
        named = {"programmeId": programme, "memberId": owner, "accountName": "Ward 3"}
        return self.input(**named, **members)

    def invites(
        self, account: str, member: str, by: Actor = OPERATOR, **members: object
    ) -> dict[str, Any]:
        asked = {"accountId": account, "toMemberId": member, "asOwner": False, **members}
        return self.done(by, "inviteToAccount", self.input(**asked))["account"]

    def joins(self, member: str, account: str, bringing: bool = False) -> Any:
        asked = self.input(accountId=account, bringPoints=bringing)
        return self.done(as_member(member), "joinAccount", asked)["account"]

    def user(self, account: str, **members: object) -> str:
        """A new member that joined."""
        member = self.enrolled()
        self.invites(account, member, **members)
        self.joins(member, account)
        return member

    def leaving(self, account: str, member: str) -> dict[str, Any]:
        return self.input(accountId=account, memberId=member)

    def leaves(self, account: str, member: str, by: Actor | None = None) -> Any:
        return self.done(by or as_member(member), "leaveAccount", self.leaving(account, member))

    def spent(self, account: str, member: str) -> int:
        """What a user has spent of an account this month."""
        query = """query ($id: ID!) { account(id: $id) { users { memberId spentThisMonth } } }"""
        users = self.ask(OPERATOR, query, id=account)["account"]["users"]
        return {each["memberId"]: each["spentThisMonth"] for each in users}[member]
