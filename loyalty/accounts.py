"""Households and companies: members share a wallet, each user within its share.

An account is of one programme and has one wallet, in that programme's currency. A member belongs
to at most one for each currency, and by its own consent: it is invited, then it joins. From then on
what it buys earns into the shared wallet. Its own wallet stays as it is, set aside, unless it
brings its points; when it leaves, its own is there again.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec

from ledger.errors import shown
from ledger.names import CurrencyCode, WalletId, is_base32_id
from loyalty.account_rules import AccountRules
from loyalty.actors import CARE, MemberActor, Operator, Role
from loyalty.authority import authority, require_member, require_operator
from loyalty.coalition import Coalition
from loyalty.combining import Moves
from loyalty.committing import Answer, News, Plan, Request, carry_out
from loyalty.members import the_member
from loyalty.ports import Commit, RecordPut, Versioned
from loyalty.records.accounts import Account, AccountUse
from loyalty.records.members import Member, WalletOwner
from loyalty.refusals import Code, Refused
from loyalty.spending import use_key, use_of
from loyalty.texts import check_amount, check_label, check_text
from loyalty.writing import Draft


class Opening(NamedTuple):
    """An account to be: of which programme, and who is asked to own it. kind: empty if none."""

    programme: str
    owner: str
    name: str
    kind: str = ""


class Share(NamedTuple):
    """What a user may be and spend. points_per_month: None for all there is."""

    as_owner: bool
    points_per_month: int | None


def open_account(coalition: Coalition, request: Request, opening: Opening) -> Answer:
    """A member opens one of its own; an operator opens one and asks a member to own it. record: id.

    Its kind is for a manager to say: rules depend on it. Who opens one has joined it, and pays what
    it owes before, too.
    """
    check_text(opening.name, 120, "accountName")
    if opening.kind:
        require_operator(request.actor)
        check_label(opening.kind, "kind")
    own = _own(request, opening.owner)

    def decide() -> Plan:
        currency, rules = _rules(coalition, opening.programme)
        if own and rules.opened_by != "member":
            raise Refused(Code.NOT_PERMITTED, "an operator opens these accounts", "programmeId")
        found = the_member(coalition, opening.owner, "memberId")
        id_, wallet = coalition.new_id(), coalition.new_id()
        account = Account(
            programme=opening.programme,
            currency=currency,
            wallet=wallet,
            name=opening.name,
            kind=opening.kind,
            invited={opening.owner: True},
        )
        owner = WalletOwner(member="", currency=currency, account=id_)
        asking = (RecordPut(id_, account), RecordPut(wallet, owner))
        if not own:
            return Plan(Answer(record=id_), Commit((), records=asking))
        member = _belonging(found.record, id_, account, "programmeId")
        draft = _debtless(coalition, found.record.wallets.get(currency), (), currency, "memberId")
        records = (
            RecordPut(id_, _changed(account, {opening.owner: True}, {})),
            RecordPut(wallet, owner),
            RecordPut(opening.owner, member, found.version),
            RecordPut(use_key(id_, opening.owner), AccountUse(active=True)),
        )
        return draft.plan(request.id, record=id_, records=records)

    return carry_out(coalition, request, decide, operators=CARE)


def invite_to_account(
    coalition: Coalition, request: Request, account_id: str, invited: str, share: Share
) -> Answer:
    """An owner or an operator asks a member to join. record: the account's id."""
    _check_share(share)

    def decide() -> Plan:
        account, version = _administered(coalition, request, account_id)
        if not (account.users or account.invited):
            # Its wallet is its last user's own.
            raise Refused(Code.NOT_ELIGIBLE, "the account is over: open another", "accountId")
        the_member(coalition, invited, "toMemberId")
        if invited in account.users:
            raise Refused(Code.ALREADY_EXISTS, "it belongs to the account already", "toMemberId")
        _, rules = _rules(coalition, account.programme)
        asked = {**account.invited, invited: share.as_owner}
        if len(asked) + len(account.users) > rules.users_max:
            raise Refused(
                Code.LIMIT_EXCEEDED, f"an account has at most {rules.users_max} users", "accountId"
            )
        key = use_key(account_id, invited)
        use, use_version = use_of(coalition, key)
        limit = share.points_per_month
        if limit is None and not share.as_owner:
            limit = rules.points_per_month
        changed = msgspec.structs.replace(use, points_per_month=limit)
        return _recorded(
            account_id,
            RecordPut(account_id, _changed(account, account.users, asked), version),
            RecordPut(key, changed, use_version),
        )

    return carry_out(coalition, request, decide, operators=CARE)


def join_account(
    coalition: Coalition, request: Request, account_id: str, bring_points: bool
) -> Answer:
    """A member that was invited joins. bring_points: what it has available goes along.

    Who owes points pays them first: nobody leaves a debt behind. record: the account's id.
    """
    id_ = require_member(request.actor).id

    def decide() -> Plan:
        account, version = _the_account(coalition, account_id)
        as_owner = account.invited.get(id_)
        if as_owner is None:
            raise _no_account(account_id)
        found = the_member(coalition, id_)
        currency = CurrencyCode(account.currency)
        own = found.record.wallets.get(currency)
        member = _belonging(found.record, account_id, account, "accountId")
        draft = _debtless(coalition, own, [account.wallet], currency, "accountId")
        points = 0
        if own is not None and bring_points:
            draft.expire_lapsed(own)
            by = authority(draft.governance, request, "transfer", draft.at, None)
            points = draft.wallet(own).balances.available
            Moves(draft, request, by).move(own, account.wallet, points)
        users = {**account.users, id_: as_owner}
        joined = _changed(account, users, _without(account.invited, id_))
        key = use_key(account_id, id_)
        use, use_version = use_of(coalition, key)
        use = msgspec.structs.replace(use, active=True, brought=use.brought + points)
        records = (
            RecordPut(id_, member, found.version),
            RecordPut(account_id, joined, version),
            RecordPut(key, use, use_version),
        )
        news = (News("account.joined", id_, {"account": account_id}),)
        return draft.plan(request.id, record=account_id, records=records, news=news)

    return carry_out(coalition, request, decide)


def _debtless(
    coalition: Coalition,
    own: WalletId | None,
    others: Iterable[WalletId],
    currency: CurrencyCode,
    field: str,
) -> Draft:
    """A draft of a member's own wallet and of others. Raises Refused where the member owes."""
    wallets = dict.fromkeys([*others, *([own] if own else [])], currency)
    draft = Draft(coalition, coalition.governance(), wallets)
    if own is not None:
        if draft.wallet(own).balances.arrears:
            raise Refused(Code.NOT_ELIGIBLE, "points that are owed are paid before", field)
        # That it owes nothing is decided on: a return meanwhile may have made a debt.
        draft.guard(own)
    return draft


def leave_account(coalition: Coalition, request: Request, account_id: str, leaver: str) -> Answer:
    """A user leaves, or an owner or an operator removes one. record: the account's id.

    What is in the shared wallet stays there for the others. Who is the last one takes it along, and
    the account is over.
    """

    def decide() -> Plan:
        account, version = _the_account(coalition, account_id)
        own = isinstance(request.actor, MemberActor) and request.actor.id == leaver
        if not own and not _administers(request, account):
            raise _no_account(account_id)
        if leaver not in account.users:
            raise Refused(Code.NOT_FOUND, f"it has no user {shown(leaver[:64])}", "memberId")
        found = the_member(coalition, leaver, "memberId")
        users = _without(account.users, leaver)
        _check_owned(users)
        key = use_key(account_id, leaver)
        use, use_version = use_of(coalition, key)
        invited = account.invited if users else {}
        records = [
            RecordPut(account_id, _changed(account, users, invited), version),
            RecordPut(key, msgspec.structs.replace(use, active=False), use_version),
        ]
        news = (News("account.left", leaver, {"account": account_id}),)
        if users:
            records.append(RecordPut(leaver, _left(found.record, account), found.version))
            return Plan(Answer(record=account_id, news=news), Commit((), records=tuple(records)))
        if not own:
            raise Refused(Code.NOT_ELIGIBLE, "the last one leaves by itself", "memberId")
        wallet = found.record.own_wallets.get(account.currency)
        draft, kept, owners = _dissolved(coalition, request, account, leaver, wallet)
        member = _left(found.record, account)
        member = msgspec.structs.replace(member, wallets={**member.wallets, account.currency: kept})
        records += [RecordPut(leaver, member, found.version), *owners]
        return draft.plan(request.id, record=account_id, records=tuple(records), news=news)

    return carry_out(coalition, request, decide, operators=CARE)


def change_account_user(
    coalition: Coalition, request: Request, account_id: str, user: str, share: Share
) -> Answer:
    """An owner or an operator says what a user may do and spend. record: the account's id."""
    _check_share(share)

    def decide() -> Plan:
        account, version = _administered(coalition, request, account_id)
        if user not in account.users:
            raise Refused(Code.NOT_FOUND, f"it has no user {shown(user[:64])}", "memberId")
        users = {**account.users, user: share.as_owner}
        _check_owned(users)
        key = use_key(account_id, user)
        use, use_version = use_of(coalition, key)
        changed = msgspec.structs.replace(use, points_per_month=share.points_per_month)
        return _recorded(
            account_id,
            RecordPut(account_id, _changed(account, users, account.invited), version),
            RecordPut(key, changed, use_version),
        )

    return carry_out(coalition, request, decide, operators=CARE)


def classify_account(coalition: Coalition, request: Request, account_id: str, kind: str) -> Answer:
    """An operator says what an account is: rules ask for it. record: the account's id."""
    require_operator(request.actor)
    check_label(kind, "kind")

    def decide() -> Plan:
        account, version = _the_account(coalition, account_id)
        changed = msgspec.structs.replace(account, kind=kind)
        return _recorded(account_id, RecordPut(account_id, changed, version))

    return carry_out(coalition, request, decide, operators={Role.MANAGER})


def _own(request: Request, owner: str) -> bool:
    """Whether a member opens an account for itself. Raises Refused for who may not open one."""
    if isinstance(request.actor, MemberActor):
        if request.actor.id != owner:
            raise Refused(Code.NOT_FOUND, f"there is no member {shown(owner)}", "memberId")
        return True
    require_operator(request.actor)
    return False


def _rules(coalition: Coalition, programme: str) -> tuple[CurrencyCode, AccountRules]:
    """What a programme's newest version says of accounts. Raises Refused."""
    rule = coalition.governance().latest.get(("programme", programme))
    if rule is None:
        raise Refused(Code.NOT_FOUND, f"there is no programme {shown(programme)}", "programmeId")
    found = coalition.version(rule).programme
    if found.accounts is None:
        raise Refused(Code.NOT_ELIGIBLE, "the programme has no accounts", "programmeId")
    return found.points_currency, found.accounts


def _the_account(coalition: Coalition, id_: str) -> Versioned[Account]:
    found = coalition.store.record(Account, id_) if is_base32_id(id_) else None
    if found is None:
        raise _no_account(id_)
    return found


def _administered(coalition: Coalition, request: Request, id_: str) -> Versioned[Account]:
    """An account that the actor may change; for others there is none. Raises Refused."""
    found = _the_account(coalition, id_)
    if not _administers(request, found.record):
        raise _no_account(id_)
    return found


def _administers(request: Request, account: Account) -> bool:
    actor = request.actor
    if isinstance(actor, MemberActor):
        return account.users.get(actor.id, False)
    return isinstance(actor, Operator)


def _no_account(id_: str) -> Refused:
    return Refused(Code.NOT_FOUND, f"there is no account {shown(id_[:64])} of yours", "accountId")


def _belonging(member: Member, account_id: str, account: Account, field: str) -> Member:
    """The member as one that belongs to an account. Raises Refused if it belongs to one already."""
    currency = account.currency
    if currency in member.accounts:
        raise Refused(
            Code.ALREADY_EXISTS, f"it belongs to an account in {currency}: leave that first", field
        )
    own = member.wallets.get(currency)
    return msgspec.structs.replace(
        member,
        wallets={**member.wallets, currency: account.wallet},
        accounts={**member.accounts, currency: account_id},
        own_wallets={**member.own_wallets, **({currency: own} if own else {})},
    )


def _left(member: Member, account: Account) -> Member:
    """The member with its own wallet again, if it ever had one."""
    currency = account.currency
    wallets, accounts, own = dict(member.wallets), dict(member.accounts), dict(member.own_wallets)
    del wallets[currency], accounts[currency]
    if currency in own:
        wallets[currency] = own.pop(currency)
    return msgspec.structs.replace(member, wallets=wallets, accounts=accounts, own_wallets=own)


def _dissolved(
    coalition: Coalition, request: Request, account: Account, last: str, own: WalletId | None
) -> tuple[Draft, WalletId, list[RecordPut]]:
    """The shared wallet and the last user's own become one: the entries, which one, the owners."""
    currency = CurrencyCode(account.currency)
    ids = [account.wallet] if own is None else [account.wallet, own]
    draft = Draft(coalition, coalition.governance(), dict.fromkeys(ids, currency))
    kept = account.wallet
    if own is not None:
        by = authority(draft.governance, request, "transfer", draft.at, None)
        kept = Moves(draft, request, by).combine(account.wallet, own)
    found = coalition.store.records(WalletOwner, ids)
    owner = WalletOwner(member=last, currency=currency)
    moved = msgspec.structs.replace(owner, moved_to=kept)
    puts = [RecordPut(id_, owner if id_ == kept else moved, found[id_].version) for id_ in ids]
    return draft, kept, puts


def _changed(account: Account, users: Mapping[str, bool], invited: Mapping[str, bool]) -> Account:
    return msgspec.structs.replace(account, users=users, invited=invited)


def _without(roles: Mapping[str, bool], member: str) -> Mapping[str, bool]:
    return {each: role for each, role in roles.items() if each != member}


def _check_owned(users: Mapping[str, bool]) -> None:
    if users and not any(users.values()):
        raise Refused(Code.NOT_ELIGIBLE, "an account has an owner: name another first", "memberId")


def _check_share(share: Share) -> None:
    if share.points_per_month is not None:
        check_amount(share.points_per_month, "pointsPerMonth")


def _recorded(account_id: str, *puts: RecordPut) -> Plan:
    return Plan(Answer(record=account_id), Commit((), records=puts))
