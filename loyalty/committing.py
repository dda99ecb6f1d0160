"""One request, one effect: deciding again when a wallet has moved, answering again when asked.

A request is known by (party, idempotency key), whose transaction id is the key of its row: the row
that makes it exactly one effect. A commit that finds the row there is answered from it.
"""

from collections.abc import Callable, Mapping, Set
from typing import NamedTuple

import msgspec

from ledger.canonical import canonical
from ledger.entries import read_entry
from ledger.names import At, Hash, TransactionId, digest, transaction_id
from ledger.tx import read_tx
from loyalty.actors import Actor, MemberActor, Operator, Role, System
from loyalty.coalition import Coalition
from loyalty.ports import COMMIT_MAX_ITEMS, Commit, Outcome, StoreUnavailable, TransactionRow
from loyalty.refusals import Code, Refused
from loyalty.tallies import Counted
from loyalty.texts import check_idempotency_key, check_value

MAX_ATTEMPTS = 12
MAX_UNANSWERED = 3
_FIRST_PAUSE_S = 0.01
_MAX_PAUSE_S = 0.5


class News(msgspec.Struct, frozen=True, array_like=True):
    """Something that a till, an app or a CRM wants to be told, beside the entries themselves.

    type: like `tier.changed`; member: whom it is about, by id, or "" for the one whose wallet the
    request's entry is of; said: what else there is to know, nothing personal.
    """

    type: str
    member: str
    said: Mapping[str, str | int] = msgspec.field(default_factory=dict)


# In a row the names are short: an order that changes a tier, too, is to stay below 1 kB.
_NAMES = {
    "entered": "e",
    "further": "f",
    "record": "r",
    "news": "n",
    "vouchers": "v",
    "counted": "c",
}
_SHORT = {"programme": "p", "tier": "t", "before": "b", "badge": "g"}
_LONG = {short: long for long, short in _SHORT.items()}


class Answer(msgspec.Struct, frozen=True, omit_defaults=True, rename=_NAMES):
    """What a request led to, kept with it so that it can be answered again.

    entered: whether the ledger has an entry of the request's own id; further: ids of the entries
    that went with it; record: id of the record that it made; news: what happened beside entries,
    kept with the request because it happened exactly once, as the request did; vouchers: those that
    rules handed out; counted: what it added to what programmes remember, where no entry's row
    keeps that; at: when, of news that no entry dates.
    """

    entered: bool = False
    further: tuple[TransactionId, ...] = ()
    record: str = ""
    news: tuple[News, ...] = ()
    vouchers: tuple[str, ...] = ()
    counted: tuple[Counted, ...] = ()
    at: str = ""


# What most requests lead to; its row need not say it.
_ENTERED = Answer(entered=True)


class Overtaken(Exception):
    """What a decision builds on has changed since it was read: it is to be decided anew."""


class Request(NamedTuple):
    """One actor's request.

    asked: digest of its input without the signature, as its actor signs it; told: the same for
    whom nobody signs, of the mutation's name too: one input may fit two mutations.
    """

    actor: Actor | System
    id: TransactionId
    asked: Hash
    told: Hash


class Plan(NamedTuple):
    """What a request decided: its answer, all it writes beside its own row, and its own entry."""

    answer: Answer
    commit: Commit
    entry: bytes | None = None


def request_of(
    actor: Actor | System, idempotency_key: str, asked: object, mutation: str = ""
) -> Request:
    """The request of an input; asked: its JSON value without the signature. Raises Refused."""
    check_idempotency_key(idempotency_key)
    check_value(asked)
    text = canonical(asked)
    id_ = transaction_id(actor.party, idempotency_key)
    return Request(actor, id_, digest(text), digest(mutation.encode() + b"\n" + text))


def carry_out(
    coalition: Coalition,
    request: Request,
    decide: Callable[[], Plan],
    *,
    operators: Set[Role] = frozenset(),
) -> Answer:
    """Decides and commits until it is done once. Raises Refused, StoreUnavailable.

    decide: reads, decides and signs anew at each call; what it raises refuses the request.
    operators: the roles of which an operator needs one; none: no operator may do it.
    """
    _check_role(request.actor, operators)
    unanswered = 0
    lost = False
    for attempt in range(MAX_ATTEMPTS):
        if attempt:
            coalition.sleep(_pause_s(coalition, attempt))
        try:
            plan = decide()
        except Overtaken:
            continue
        except Refused:
            # What it asks for may be impossible because it was done already.
            earlier = answered(coalition, request)
            if earlier is not None:
                return earlier
            if lost:
                # A commit of ours may still be under way: "refused" would be a guess.
                raise StoreUnavailable("a commit was not acknowledged") from None
            raise
        outcome = coalition.store.commit(_whole(request, plan, coalition.now()))
        if outcome is Outcome.DONE:
            return plan.answer
        if outcome in (Outcome.REPEATED, Outcome.UNKNOWN):
            earlier = answered(coalition, request)
            if earlier is not None:
                return earlier
        lost = lost or outcome is Outcome.UNKNOWN
        unanswered += outcome in (Outcome.BUSY, Outcome.UNKNOWN)
        if unanswered == MAX_UNANSWERED:
            raise StoreUnavailable(f"{MAX_UNANSWERED} commits were not acknowledged")
    raise Refused(Code.CONTENDED, "others keep changing what this request builds on: send it again")


def _check_role(actor: Actor | System, roles: Set[Role]) -> None:
    """Raises Refused for an operator without any of these roles."""
    if isinstance(actor, Operator) and not actor.roles & roles:
        who = " or ".join(sorted(roles)) or "none"
        raise Refused(Code.NOT_PERMITTED, f"of operators this is for: {who}")


def _whole(request: Request, plan: Plan, now: At) -> Commit:
    """The commit with the request's own row, which says nothing that its entry says already."""
    answer = plan.answer
    if answer.news and plan.entry is None:
        answer = msgspec.structs.replace(answer, at=now)
    signed = plan.entry is not None and not isinstance(request.actor, MemberActor | System)
    row = TransactionRow(
        request.id,
        plan.entry,
        None if signed else request.told,
        b"" if answer == _ENTERED else _answer_text(answer),
    )
    commit = plan.commit._replace(transactions=(row, *plan.commit.transactions))
    if commit.items > COMMIT_MAX_ITEMS:
        raise Refused(
            Code.LIMIT_EXCEEDED,
            f"this would write {commit.items} rows at once, and {COMMIT_MAX_ITEMS} are the most",
        )
    return commit


def answered(coalition: Coalition, request: Request) -> Answer | None:
    """What the request was answered, if it was. Raises Refused if that was with another input."""
    row = coalition.store.transactions([request.id]).get(request.id)
    if row is None:
        return None
    if row.asked is None and row.entry is not None:
        same = read_tx(read_entry(row.entry).body).by.asked == request.asked
    else:
        same = row.asked == request.told
    if not same:
        raise Refused(
            Code.IDEMPOTENCY_CONFLICT,
            "this idempotency key was used with another input: use a new key",
            "idempotencyKey",
        )
    # Its date is for who reads news out of the row: asked again, a request is answered as it was.
    return msgspec.structs.replace(read_answer(row), at="")


def _answer_text(answer: Answer) -> bytes:
    """What `read_answer` reads."""
    return msgspec.json.encode(_renamed(answer, _SHORT))


def read_answer(row: TransactionRow) -> Answer:
    """What the request of a row led to."""
    if not row.response:
        return _ENTERED
    return _renamed(msgspec.json.decode(row.response, type=Answer), _LONG)


def _renamed(answer: Answer, names: Mapping[str, str]) -> Answer:
    if not answer.news:
        return answer
    news = tuple(
        News(each.type, each.member, {names.get(name, name): of for name, of in each.said.items()})
        for each in answer.news
    )
    return msgspec.structs.replace(answer, news=news)


def _pause_s(coalition: Coalition, attempt: int) -> float:
    """Full jitter: anywhere up to a bound that doubles."""
    bound = min(_FIRST_PAUSE_S * float(2**attempt), _MAX_PAUSE_S)
    return bound * int.from_bytes(coalition.random_bytes(2), "big") / 65_536
