"""Who may see a wallet or an account: its owners, operators, and partners while they are joined."""

from loyalty.actors import Actor, MemberActor, Operator
from loyalty.coalition import Coalition
from loyalty.members import may_see_member
from loyalty.records.accounts import Account
from loyalty.records.members import WalletOwner


def may_see_wallet(coalition: Coalition, actor: Actor, owner: WalletOwner) -> bool:
    """A member sees its own wallets, and those of accounts that it belongs to."""
    if owner.account and isinstance(actor, MemberActor):
        found = coalition.store.record(Account, owner.account)
        return found is not None and actor.id in found.record.users
    return may_see_member(coalition, actor, owner.member)


def may_see_account(actor: Actor, account: Account) -> bool:
    """Its users, whoever is asked to join it, and operators."""
    if isinstance(actor, MemberActor):
        return actor.id in account.users or actor.id in account.invited
    return isinstance(actor, Operator)
