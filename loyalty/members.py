"""Members and their wallets."""

from collections.abc import Iterable
from itertools import islice

import msgspec

from ledger.errors import shown
from ledger.governance import Governance
from ledger.names import At, CurrencyCode, WalletId, is_base32_id
from loyalty.actors import CARE, Actor, MemberActor, Operator, PartnerActor
from loyalty.coalition import Coalition
from loyalty.committing import Answer, News, Plan, Request, carry_out
from loyalty.ports import Commit, RecordPut, Versioned
from loyalty.records.members import Member, WalletOwner
from loyalty.refusals import Code, Refused
from loyalty.texts import check_born, check_jurisdiction, check_text

# The others are opened when they are needed: all of an enrolment is one commit.
ENROL_MAX_WALLETS = 40
NAME_MAX_CHARS = 120


def enrol_member(
    coalition: Coalition,
    request: Request,
    display_name: str | None,
    born: str | None = None,
    jurisdiction: str | None = None,
) -> Answer:
    """Someone joins the programme, with a wallet in each currency. record: the id.

    Operators and partners of the coalition enrol members.
    """
    if isinstance(request.actor, MemberActor):
        raise Refused(Code.NOT_PERMITTED, "an operator or a partner enrols members")
    name = "" if display_name is None else check_text(display_name, NAME_MAX_CHARS, "displayName")
    birth = "" if born is None else check_born(born, coalition.now(), "born")
    place = "" if jurisdiction is None else check_jurisdiction(jurisdiction, "jurisdiction")

    def decide() -> Plan:
        governance = coalition.governance()
        if isinstance(request.actor, PartnerActor):
            check_joined(governance, request.actor, coalition.now())
        id_ = coalition.new_id()
        currencies = islice(governance.currencies, ENROL_MAX_WALLETS)
        member = Member(
            enrolled_at=coalition.now(), display_name=name, born=birth, jurisdiction=place
        )
        puts = []
        for currency in currencies:
            member, owner = open_wallet(coalition, id_, member, currency)
            puts.append(owner)
        return Plan(
            Answer(record=id_, news=(News("member.enrolled", id_),)),
            Commit((), records=(RecordPut(id_, member), *puts)),
        )

    return carry_out(coalition, request, decide, operators=CARE)


def check_joined(governance: Governance, actor: PartnerActor, at: At) -> None:
    """Raises Refused for a partner that is not, or not any more, one of the coalition."""
    if not governance.joined(actor.id, at):
        raise Refused(Code.NOT_PERMITTED, f"{actor.party} is no partner of the coalition now")


def with_wallets(
    coalition: Coalition, id_: str, found: Versioned[Member], currencies: Iterable[CurrencyCode]
) -> tuple[Member, tuple[RecordPut, ...]]:
    """The member with a wallet in each of these currencies, and what that writes."""
    member, puts = found.record, []
    for currency in currencies:
        if currency not in member.wallets:
            member, owner = open_wallet(coalition, id_, member, currency)
            puts.append(owner)
    if not puts:
        return member, ()
    return member, (RecordPut(id_, member, found.version), *puts)


def open_wallet(
    coalition: Coalition, member_id: str, member: Member, currency: CurrencyCode
) -> tuple[Member, RecordPut]:
    """The member with a wallet more, and the record that leads from the wallet back."""
    wallet = coalition.new_id()
    wallets = {**member.wallets, currency: wallet}
    changed = msgspec.structs.replace(member, wallets=wallets)
    return changed, RecordPut(wallet, WalletOwner(member=member_id, currency=currency))


def the_member(coalition: Coalition, id_: str, *field: str) -> Versioned[Member]:
    """Raises Refused for a member that there is not, or not any more."""
    # Ids are ours: what none can look like is not looked up.
    found = coalition.store.record(Member, id_) if is_base32_id(id_) else None
    if found is None or found.record.forgotten_at:
        raise Refused(Code.NOT_FOUND, f"there is no member {shown(id_[:64])}", *field)
    if found.record.merged_into:
        raise Refused(
            Code.NOT_ELIGIBLE, "it was merged into another, as whom `member` answers for it", *field
        )
    return found


def present_id(coalition: Coalition, id_: str) -> str:
    """Who a member is now: itself, unless it was merged into another."""
    found = coalition.store.record(Member, id_)
    while found is not None and found.record.merged_into:
        id_ = found.record.merged_into
        found = coalition.store.record(Member, id_)
    return id_


def jurisdiction_of(coalition: Coalition, wallet: WalletId) -> str:
    """Where a wallet's owner lives; empty where that is not known."""
    owner = coalition.store.record(WalletOwner, wallet)
    found = None if owner is None else coalition.store.record(Member, owner.record.member)
    return "" if found is None else found.record.jurisdiction


def the_wallet(member: Member, currency: CurrencyCode, wanted: int, *field: str) -> WalletId:
    """The wallet of its own to take `wanted` points from. Raises Refused where a member never had
    one, and where it is an account's: `loyalty.spending` knows what each user may spend of that.
    """
    if currency in member.accounts:
        raise Refused(
            Code.NOT_PERMITTED, "these points are an account's: they buy rewards alone", *field
        )
    wallet = member.wallets.get(currency)
    if wallet is None:
        raise Refused(Code.INSUFFICIENT_POINTS, f"{wanted} points are needed, 0 are there", *field)
    return wallet


def may_see_member(coalition: Coalition, actor: Actor, member_id: str) -> bool:
    """Operators serve every member, partners while they are joined; a member sees itself."""
    if isinstance(actor, PartnerActor):
        return coalition.governance().joined(actor.id, coalition.now())
    return isinstance(actor, Operator) or actor.id == member_id
