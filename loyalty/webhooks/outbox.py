"""One event, found by its id in the row of the request that it came of."""

from loyalty.coalition import Coalition
from loyalty.events import Event, Whose, event_of, transaction_of
from loyalty.records.members import WalletOwner


def the_event(coalition: Coalition, owner: str, event_id: str) -> Event | None:
    """An event that this owner may be told of; None for others and for unknown ones alike."""
    request = transaction_of(event_id)
    rows = {} if request is None else coalition.store.transactions([request])
    event = next((event_of(row, event_id) for row in rows.values()), None)
    return event if event is not None and owner in event.audience else None


def about(coalition: Coalition, event: Event) -> Whose:
    """Whom an event is about: whoever has the wallet, or who the news say."""
    if event.wallet is None:
        return Whose(event.member)
    owner = coalition.store.record(WalletOwner, event.wallet)
    return Whose() if owner is None else Whose(owner.record.member, owner.record.account)
