"""Global ids of Relay: base64 of `<type>:<id>`."""

import re
from collections.abc import Callable

from strawberry.relay import GlobalID

from ledger.names import is_base32_id, is_id
from schema.scalars import bad_input

# What an id of each type looks like. Nothing else reaches the store.
_FORMS: dict[str, Callable[[str], object]] = {
    "Account": is_base32_id,
    "Adjustment": is_base32_id,
    "Feedback": re.compile(r"[a-z0-9-]{2,32}/[0-9]{9}\Z").match,
    "GiftCard": is_base32_id,
    "Endpoint": is_base32_id,
    "Member": is_base32_id,
    "Partner": is_id,
    "Place": is_base32_id,
    "Programme": is_id,
    "Recognition": is_base32_id,
    "Transaction": is_base32_id,
    "Voucher": is_base32_id,
    "Wallet": is_base32_id,
}


def is_id_of(id_: GlobalID, type_name: str) -> bool:
    """Whether there could be such a thing of that type."""
    return id_.type_name == type_name and bool(_FORMS[type_name](id_.node_id))


def id_of(id_: GlobalID, type_name: str) -> str:
    """The id within its type. Raises BAD_USER_INPUT for what cannot be the id of such a thing."""
    if not is_id_of(id_, type_name):
        raise bad_input(f"{str(id_)[:64]} is no id of a {type_name}.")
    return id_.node_id
