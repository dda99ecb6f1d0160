"""What came of orders: of a batch, of guests, of awards that several fund."""

import msgspec

from ledger.names import Hash, TransactionId
from loyalty.ports import Record
from loyalty.rules.orders import Line


class OrderTaken(msgspec.Struct, frozen=True, omit_defaults=True):
    """What came of one order of a batch: its entries, or why it was refused."""

    transactions: tuple[TransactionId, ...] = ()
    code: str = ""
    message: str = ""
    field: tuple[str, ...] = ()


class PurchaseBatch(Record, frozen=True):
    """What came of a till's batch, order by order, kept under the batch's transaction id."""

    orders: tuple[OrderTaken, ...]


class CoFunded(Record, frozen=True):
    """The entries of an award that others fund, too, kept under the first: a return goes back to
    all. partner: at whose till it was earned.
    """

    partner: str
    transactions: tuple[TransactionId, ...]


class Returned(Record, frozen=True):
    """An order that gave no points has come back, kept under its transaction's id."""

    at: str


class GuestOrder(Record, frozen=True):
    """An order of nobody that is known, kept under its partner and reference.

    code: digest of what proves that it is one's own; claim: the request of the member who claimed
    it, and entries what that led to; lines: until it is claimed or cancelled.
    """

    code: Hash
    at: str
    amount_minor: int
    money: str
    channel: str = ""
    store: str = ""
    tender: str = ""
    lines: tuple[Line, ...] = ()
    claim: TransactionId = TransactionId("")
    entries: tuple[TransactionId, ...] = ()
    cancelled_at: str = ""
