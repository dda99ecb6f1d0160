"""What a member, a till or a CRM is told of: events, read out of the rows that requests wrote.

A request's row holds its entry and its news, and is there exactly once: it is the outbox, and costs
no write of its own. An event is a pure function of that row, so making it twice makes the same one:

    evt_<transaction id>_<n>     of the entry, one for each wallet in it, in the entry's order
    evt_<transaction id>_n<n>    of the request's news

Who is told. Operators are told of everything. A partner is told of an entry in which it takes
part, as `transaction(id)` shows it, and of the news of such a request; of other news where they
name it as `partner`. It is told whose wallet that is only where it named that member itself:
elsewhere a wallet's id tells a partner nobody's name.
"""

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ledger.canonical import canonical
from ledger.entries import read_entry
from ledger.kinds import amount_in
from ledger.names import BASE32_ID, At, CurrencyCode, PartnerId, TransactionId, WalletId
from ledger.tx import WALLET_PARTS, Link, Tx, read_tx
from ledger.wallets import Wallet
from loyalty.committing import News, read_answer
from loyalty.ports import TransactionRow

OPERATOR = "operator"
"""Who is told on behalf of the coalition; a partner is told as `partner:<id>`."""

REPLAY = "event.replayed"
"""News for whoever delivers, and an event for nobody: `event` is to go to `endpoint` again."""

_TYPES = {
    "earn": "points.earned",
    "confirm": "points.confirmed",
    "redeem": "points.redeemed",
    "hold": "points.held",
    "capture": "points.captured",
    "void": "points.released",
    "exchange": "points.exchanged",
    "expire": "points.expired",
    "reverse": "points.reversed",
    "refund": "points.refunded",
    "adjust": "points.adjusted",
}
POINTS_TYPES = frozenset({*_TYPES.values(), "points.sent", "points.received"})
# Where a partner that signs names the member: in the request itself, or in the one it goes back to.
_NAMING = frozenset({"earn", "redeem", "hold", "reverse"})
EVENT_ID = rf"evt_({BASE32_ID})_n?(?:0|[1-9][0-9]{{0,2}})"
_is_event_id = re.compile(EVENT_ID + r"\Z").match


class Event(NamedTuple):
    """Something that happened.

    partners: those that are told; named_by: the partner that named the member, if one did; wallet:
    the one that it is about; member: whom it is about, where there is no wallet; data: the rest.
    """

    id: str
    type: str
    at: At
    partners: frozenset[PartnerId]
    named_by: str
    wallet: WalletId | None
    member: str
    data: Mapping[str, object]

    @property
    def audience(self) -> frozenset[str]:
        """Who may be told."""
        return frozenset({OPERATOR, *(f"partner:{each}" for each in self.partners)})


class Whose(NamedTuple):
    """Whom an event is about, each "" where that is nobody, or nobody that is known any more."""

    member: str = ""
    account: str = ""


def events_of(row: TransactionRow) -> tuple[Event, ...]:
    """All events of a request's row. Raises RuleBroken where its entry cannot be read."""
    tx = None if row.entry is None else read_tx(read_entry(row.entry).body)
    of_entry = () if tx is None else tuple(_of_entry(tx))
    return (*of_entry, *_of_news(row, tx))


def event_of(row: TransactionRow, id_: str) -> Event | None:
    """The event of that id, which a request's row has or has not."""
    return next((each for each in events_of(row) if each.id == id_), None)


def replay_of(row: TransactionRow) -> tuple[str, str] | None:
    """Which event is to go to which endpoint again, if the row asks for that."""
    for news in read_answer(row).news:
        if news.type == REPLAY:
            return str(news.said["event"]), str(news.said["endpoint"])
    return None


def transaction_of(event_id: str) -> TransactionId | None:
    """The request in whose row an event stands; None for what is no event's id."""
    found = _is_event_id(event_id)
    return None if found is None else TransactionId(found[1])


def message(event: Event, owner: str, whose: Whose) -> bytes:
    """The JSON that an endpoint of this owner gets, of whomever it is about.

    Of the members that the Standard Webhooks specification recommends: type, timestamp (when it
    happened) and data.
    """
    data = dict(event.data)
    if whose.member and owner in (OPERATOR, event.named_by):
        data["memberId"] = global_id("Member", whose.member)
    if whose.account and owner == OPERATOR:
        data["accountId"] = global_id("Account", whose.account)
    return canonical({"type": event.type, "timestamp": event.at, "data": data})


def global_id(type_: str, id_: str) -> str:
    """The id by which the API knows a thing: base64 of `<type>:<id>` (Relay)."""
    return b64encode(f"{type_}:{id_}".encode()).decode()


def _of_entry(tx: Tx) -> Iterator[Event]:
    partners = _partners(tx)
    for number, link in enumerate(tx.chains):
        currency, change = _change(tx, link)
        data: dict[str, object] = {
            "transactionId": global_id("Transaction", tx.id),
            **_place(link),
            "currency": currency,
            "points": max(_total(change, 1), _total(change, -1)),
            "change": change,
            "balance": link.after._asdict(),
            "partners": sorted(partners),
        }
        if tx.of is not None:
            data["ofTransactionId"] = global_id("Transaction", tx.of)
        yield Event(
            f"evt_{tx.id}_{number}",
            _type(tx, change),
            tx.at,
            partners,
            _named_by(tx),
            link.wallet,
            "",
            data,
        )


def _of_news(row: TransactionRow, tx: Tx | None) -> Iterator[Event]:
    answer = read_answer(row)
    for number, news in enumerate(answer.news):
        if news.type == REPLAY:
            continue
        said: dict[str, object] = dict(news.said)
        partners = frozenset() if tx is None else _partners(tx)
        if "partner" in said:
            partners |= {PartnerId(str(said["partner"]))}
        if tx is not None:
            said["transactionId"] = global_id("Transaction", tx.id)
            if len(tx.chains) == 1:
                said |= _place(tx.chains[0])
        yield Event(
            f"evt_{row.id}_n{number}",
            news.type,
            At(answer.at) if tx is None else tx.at,
            partners,
            "" if tx is None else _named_by(tx),
            # Who is not named is the one whose wallet the entry is of.
            tx.chains[0].wallet if tx is not None and not news.member else None,
            news.member,
            said,
        )


def _place(link: Link) -> dict[str, object]:
    """Which wallet, and which of its entries: by that a receiver puts events in order."""
    return {"walletId": global_id("Wallet", link.wallet), "walletSeq": link.seq}


def _partners(tx: Tx) -> frozenset[PartnerId]:
    """Those that take part: whose word it rests on, and whose accounts it moves."""
    names = [tx.by.party, *(row.account for row in tx.postings)]
    parts = (name.split(":") for name in names if name.startswith("partner:"))
    return frozenset(PartnerId(each[1]) for each in parts)


def _named_by(tx: Tx) -> str:
    signed = tx.by.party.startswith("partner:")
    return tx.by.party if signed and tx.kind in _NAMING else ""


def _change(tx: Tx, link: Link) -> tuple[CurrencyCode, dict[str, int]]:
    """By how much each part of a wallet changes, and in which currency."""
    prefix = f"wallet:{link.wallet}:"
    currency = next(row.currency for row in tx.postings if row.account.startswith(prefix))
    wallet = Wallet(link.wallet, currency)
    amounts = {part: amount_in(tx, wallet, part) for part in WALLET_PARTS}
    return currency, {part: amount for part, amount in amounts.items() if amount}


def _total(change: Mapping[str, int], sign: int) -> int:
    """All that came in (1) or went out (-1): points that pay arrears or are held count, too."""
    return sum(max(sign * amount, 0) for amount in change.values())


def _type(tx: Tx, change: Mapping[str, int]) -> str:
    if tx.kind == "transfer":
        return "points.received" if sum(change.values()) > 0 else "points.sent"
    return _TYPES[tx.kind]


def news_of_replay(event_id: str, endpoint: str) -> News:
    """What a request to send an event again leaves in its row."""
    return News(REPLAY, "", {"event": event_id, "endpoint": endpoint})
