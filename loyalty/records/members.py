"""Members, what others call them, what they let others do, and whose a wallet is."""

from collections.abc import Mapping

import msgspec

from ledger.names import WalletId
from loyalty.ports import Record


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
