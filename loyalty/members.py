"""Members and their wallets."""

from ledger.names import CurrencyCode, WalletId
from loyalty.actors import Actor, MemberActor
from loyalty.coalition import Coalition
from loyalty.committing import Answer, Plan, Request, carry_out
from loyalty.ports import Commit, RecordPut, Versioned
from loyalty.records import Member, WalletOwner
from loyalty.refusals import Code, Refused
from loyalty.texts import check_text


def enrol_member(coalition: Coalition, request: Request, display_name: str | None) -> Answer:
    """Someone joins the programme, with a wallet in every currency there is. record: the id.

    Operators and partners enrol members.
    """
    if isinstance(request.actor, MemberActor):
        raise Refused(Code.NOT_PERMITTED, "an operator or a partner enrols members")
    name = "" if display_name is None else check_text(display_name, 120, "displayName")

    def decide() -> Plan:
        id_ = coalition.new_id()
        currencies = coalition.governance().currencies
        member = Member(enrolled_at=coalition.now(), display_name=name)
        puts = []
        for currency in currencies:
            member, owner = open_wallet(coalition, id_, member, currency)
            puts.append(owner)
        return Plan(Answer(record=id_), Commit((), records=(RecordPut(id_, member), *puts)))

    return carry_out(coalition, request, decide)


def open_wallet(
    coalition: Coalition, member_id: str, member: Member, currency: CurrencyCode
) -> tuple[Member, RecordPut]:
    """The member with a wallet more, and the record that leads from the wallet back."""
    wallet = coalition.new_id()
    wallets = {**member.wallets, currency: wallet}
    changed = Member(member.enrolled_at, member.display_name, wallets)
    return changed, RecordPut(wallet, WalletOwner(member=member_id, currency=currency))


def the_member(coalition: Coalition, id_: str, *field: str) -> Versioned[Member]:
    """Raises Refused for a member that there is not."""
    found = coalition.store.record(Member, id_)
    if found is None:
        raise Refused(Code.NOT_FOUND, "there is no such member", *field)
    return found


def the_wallet(member: Member, currency: CurrencyCode, *field: str) -> WalletId:
    """Raises Refused where a member has no wallet in a currency."""
    wallet = member.wallets.get(currency)
    if wallet is None:
        raise Refused(Code.NOT_FOUND, f"the member has no wallet in {currency}", *field)
    return wallet


def may_see_member(actor: Actor, member_id: str) -> bool:
    """Operators and partners serve every member; a member sees itself."""
    return not isinstance(actor, MemberActor) or actor.id == member_id
