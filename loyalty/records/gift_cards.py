"""Value that was paid for, and its secret code."""

from ledger.names import PartnerId, WalletId
from loyalty.ports import Record


class GiftCard(Record, frozen=True):
    """Value that was paid for, and pays. salt, code_hash: of its secret code, in base64.

    member: who claimed it, if anyone; replaced_by: the card that has its value, since
    what replaced_because says; wrong: codes in a row; locked_until: too many were wrong.
    """

    programme: str
    currency: str
    wallet: WalletId
    issuer: PartnerId
    salt: str
    code_hash: str
    member: str = ""
    replaced_by: str = ""
    replaced_because: str = ""
    wrong: int = 0
    locked_until: str = ""
