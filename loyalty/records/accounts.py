"""Households and companies, and what each member spends of one."""

from collections.abc import Mapping

import msgspec

from ledger.names import WalletId
from loyalty.ports import Record


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
