"""The records that a coalition keeps beside its ledger. Personal data stands here alone."""

from collections.abc import Mapping

import msgspec

from ledger.names import Hash, PartnerId, TransactionId, WalletId
from loyalty.ports import Record
from loyalty.rules.orders import Line


class Partner(Record, frozen=True):
    """A brand: what is not on the ledger about it."""

    name: str


class Member(Record, frozen=True):
    """One who collects points. wallets: by currency; born: YYYY-MM-DD; jurisdiction: ISO 3166.

    accounts: by currency, to which it belongs: `wallets` has the one that these share, and
    own_wallets the member's own, for when it leaves. referral_code: what friends type, once it was
    asked for. forgotten_at: when what was known of it went. merged_into: who this one is now, and
    nothing of its own is left but why, in merged_because; merged: ids of those it was, too.
    """

    enrolled_at: str
    display_name: str = ""
    born: str = ""
    jurisdiction: str = ""
    referral_code: str = ""
    wallets: Mapping[str, WalletId] = msgspec.field(default_factory=dict)
    accounts: Mapping[str, str] = msgspec.field(default_factory=dict)
    own_wallets: Mapping[str, WalletId] = msgspec.field(default_factory=dict)
    gift_cards: tuple[str, ...] = ()
    forgotten_at: str = ""
    merged_into: str = ""
    merged_because: str = ""
    merged: tuple[str, ...] = ()


class ExternalId(Record, frozen=True):
    """Whom a CRM's id or a card means, kept under `loyalty.external_ids.place_of`.

    member: empty if it means nobody any more; blocked_at: when it was blocked, for good.
    """

    member: str = ""
    blocked_at: str = ""


class Link(msgspec.Struct, frozen=True):
    """One id of a member elsewhere. scope: the partner that it is for; empty: all of them."""

    scope: str
    system: str
    id: str
    linked_at: str


class ExternalIds(Record, frozen=True):
    """What a member is called elsewhere, kept under the member's id."""

    links: tuple[Link, ...] = ()


class Statement(msgspec.Struct, frozen=True):
    """A member's word on one purpose. by: the party that told it; source: where it stands."""

    purpose: str
    given: bool
    at: str
    by: str
    source: str = ""


class Feedback(Record, frozen=True):
    """A member's word on a partner, kept under `<partner>/<number>`; what it wrote is in `Words`.

    by: the party that told it; words: id of the Words that hold its text.
    """

    partner: PartnerId
    number: int
    member: str
    score: int
    given_at: str
    by: str
    words: str
    transaction: str = ""
    assigned_to: str = ""
    assigned_at: str = ""
    followed_up_at: str = ""
    followed_up_by: str = ""


class Said(msgspec.Struct, frozen=True, omit_defaults=True):
    """text: the member's; note: what who followed up wrote."""

    text: str = ""
    note: str = ""


class Words(Record, frozen=True):
    """What was written in a member's feedbacks, by their ids, kept under `<member>/<page>`."""

    said: Mapping[str, Said] = msgspec.field(default_factory=dict)


class FeedbackOfMember(Record, frozen=True):
    """How many feedbacks a member gave, kept under its id."""

    given: int = 0


class FeedbackOfPartner(Record, frozen=True):
    """How many feedbacks a partner was given and how many of them were followed up.

    open: how many are open in each page of numbers that has one, by page.
    """

    given: int = 0
    followed_up: int = 0
    open: Mapping[int, int] = msgspec.field(default_factory=dict)


class OpenFeedback(Record, frozen=True):
    """The numbers that are open in a page, in order, kept under `<partner>/<page>`."""

    numbers: tuple[int, ...] = ()


class OrderTaken(msgspec.Struct, frozen=True, omit_defaults=True):
    """What came of one order of a batch: its entries, or why it was refused."""

    transactions: tuple[TransactionId, ...] = ()
    code: str = ""
    message: str = ""
    field: tuple[str, ...] = ()


class PurchaseBatch(Record, frozen=True):
    """What came of a till's batch, order by order, kept under the batch's transaction id."""

    orders: tuple[OrderTaken, ...]


class Consents(Record, frozen=True):
    """All that a member has agreed to or taken back, oldest first, kept under the member's id."""

    statements: tuple[Statement, ...] = ()


class WalletOwner(Record, frozen=True):
    """Whose wallet it is, a member's, an account's or a gift card's: the way back from an id on the
    ledger. moved_to: what was in it is there, and it is closed.
    """

    member: str
    currency: str
    account: str = ""
    card: str = ""
    moved_to: str = ""


class Account(Record, frozen=True):
    """A household or a company: members who share a wallet in one currency.

    kind: what an operator says it is, like `hospital`; users: by member id, whether it is an owner;
    invited: the same of those who may join.
    """

    programme: str
    currency: str
    wallet: WalletId
    name: str
    kind: str = ""
    users: Mapping[str, bool] = msgspec.field(default_factory=dict)
    invited: Mapping[str, bool] = msgspec.field(default_factory=dict)


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


class AccountUse(Record, frozen=True):
    """What one member spends of an account, kept under `<account>/<member>`.

    active: it belongs to it now; points_per_month: what it may spend in a calendar month, None: all
    there is; spent: points in `month`, like 2026-11; brought: points of its own that came along and
    have not gone back to its own wallet.
    """

    active: bool = False
    points_per_month: int | None = None
    month: str = ""
    spent: int = 0
    brought: int = 0


class ProgrammeText(Record, frozen=True):
    """A programme version's canonical JSON, kept under its digest."""

    document: str


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


class Place(Record, frozen=True):
    """A place of an offer that a member took, and may have given back."""

    programme: str
    offer: str
    partner: PartnerId
    member: str
    taken_at: str
    given_back_at: str = ""


class PlaceOf(Record, frozen=True):
    """The place of an offer that a member has, by id; empty since it was given back."""

    place: str = ""


class PlacesTaken(Record, frozen=True):
    """How many places of an offer are taken."""

    taken: int


class CoFunded(Record, frozen=True):
    """The entries of an award that others fund, too, kept under the first: a return goes back to
    all. partner: at whose till it was earned.
    """

    partner: str
    transactions: tuple[TransactionId, ...]


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


class Returned(Record, frozen=True):
    """An order that gave no points has come back, kept under its transaction's id."""

    at: str


class Hold(Record, frozen=True):
    """What points were set aside for, kept under the id of the hold's transaction.

    counted: ids of the RewardTaken in which it was counted: a void takes it out of them.
    """

    programme: str
    reward: str
    partner: PartnerId
    member: str
    counted: tuple[str, ...] = ()


class Teammate(Record, frozen=True):
    """The team that a member is in for one programme's giving; empty: not any more in one."""

    team: str = ""


class Allowance(Record, frozen=True):
    """What a member gave of a programme's allowance in the newest month in which it gave."""

    month: str
    given: int


class Recognition(Record, frozen=True):
    """Points that a member gave another of an allowance, kept under the id of their transaction.

    message: what the giver wrote, as long as nobody erased it.
    """

    programme: str
    giver: str
    receiver: str
    points: int
    given_at: str
    message: str = ""


class Adjustment(Record, frozen=True):
    """Points that an operator asked to give or take and that need a second one's approval, kept
    under the id of the transaction that they become.

    points: below 0 to take; sponsor: a partner's id, or empty; party, key, sig, asked: who asked,
    as `by` of the entry will say; said: the input as it was signed, canonical JSON; outcome:
    `approved` or `declined`, empty while it waits.
    """

    member: str
    programme: str
    points: int
    reason: str
    sponsor: str
    party: str
    key: str
    sig: str
    asked: Hash
    said: str
    asked_at: str
    waits_until: str
    outcome: str = ""
    decided_by: str = ""
    decided_at: str = ""
    declined_because: str = ""


class AdjustmentsWaiting(Record, frozen=True):
    """Of all adjustments those that wait: until when, and the id. asked_by: whose each is."""

    rows: tuple[tuple[str, str], ...] = ()
    asked_by: Mapping[str, str] = msgspec.field(default_factory=dict)


class Adjusted(Record, frozen=True):
    """How many points one operator has given or taken alone, by one programme, on one day."""

    day: str
    points: int = 0


class ReferralCode(Record, frozen=True):
    """Whose friends type a code; kept under it."""

    member: str


class Referred(Record, frozen=True):
    """How a member came to a programme that has referrals.

    referrer: whose code it used, and since when; empty: nobody's. refers: others used its own code,
    so it is no new friend any more. order: the request that was its first order, with which it is
    decided what a referral gives; empty: still open.
    """

    referrer: str = ""
    since: str = ""
    refers: bool = False
    order: TransactionId = TransactionId("")


class ReferralsPaid(Record, frozen=True):
    """How many friends a member got points for in the newest month in which it got some."""

    month: str
    count: int


class Bonus(msgspec.Struct, frozen=True):
    """What a referral gave for an order: the awards, as long as it comes to a minimum."""

    programme: str
    referrer: str
    minimum_minor: int
    awards: tuple[TransactionId, ...]


class ReferralOrder(Record, frozen=True):
    """What referrals gave for an order, kept under each transaction by which it can come back."""

    partner: str
    amount_minor: int
    bonuses: tuple[Bonus, ...]


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
