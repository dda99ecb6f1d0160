"""What members got or set aside for points, and how much of it is gone."""

from ledger.names import Hash, PartnerId, TransactionId
from loyalty.ports import Record


class Voucher(Record, frozen=True):
    """What a member got for points, and may use once at its partner.

    void_at: when its points came back; counted: ids of all that it was counted in.
    """

    reward: str
    name: str
    rule: Hash
    partner: PartnerId
    member: str
    transaction: TransactionId
    issued_at: str
    used_at: str = ""
    void_at: str = ""
    counted: tuple[str, ...] = ()


class BirthdayHad(Record, frozen=True):
    """The newest birthday whose reward a member had in a programme, by its year."""

    year: int


class HandedVouchers(Record, frozen=True):
    """Vouchers that a member was handed or had for nothing, the newest first, by id."""

    vouchers: tuple[str, ...] = ()


class RewardTaken(Record, frozen=True):
    """How many of a reward were taken, in all or by one member."""

    taken: int


class BenefitUse(Record, frozen=True):
    """A benefit of a tier that was given. payable_minor: what was left to pay of an amount."""

    at: str
    member: str
    benefit: str
    payable_minor: int | None = None


class Hold(Record, frozen=True):
    """What points were set aside for, kept under the id of the hold's transaction.

    counted: ids of the RewardTaken in which it was counted: a void takes it out of them.
    """

    programme: str
    reward: str
    partner: PartnerId
    member: str
    counted: tuple[str, ...] = ()
