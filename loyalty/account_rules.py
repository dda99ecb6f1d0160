"""What a programme says of accounts: households and companies whose members share a wallet.

"accounts": {"opened_by": "operator", "users_max": 5, "points_per_month": 500}
"""

from typing import Annotated, Literal

from msgspec import Meta

from loyalty.rules.orders import Data, Positive


class AccountRules(Data, frozen=True, kw_only=True):
    """opened_by: `member` lets members open their own, too; users_max: of one account, with its
    owners and those who are invited; points_per_month: what a user who is no owner may spend in a
    calendar month (UTC), until an owner says otherwise; absent: all there is.
    """

    opened_by: Literal["member", "operator"]
    users_max: Annotated[int, Meta(ge=1, le=100)]
    points_per_month: Positive | None = None
