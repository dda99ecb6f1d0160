"""A registered key: whose it is, and how long it signs."""

from ledger.governance import KeyTerm
from schema import shapes
from schema.context import Context


@shapes.object_type(description="A key that is, was or will be in force.")
class Key:
    party: str = shapes.field(description="`partner:<id>` or `operator:<id>`.")
    verifier_key: str = shapes.field(description="`name+hex(key id)+base64`.")
    since: str = shapes.field(description="From this time on it signs.")
    until: str | None = shapes.field(
        description="From this time on it signs no more, which may be ahead; null: it goes on."
    )


def keys_of(context: Context, party: str) -> list[Key]:
    """All keys that a party ever had, as they were added."""
    return [
        _key(party, each)
        for (holder, _), terms in context.coalition.written().keys.items()
        if holder == party
        for each in terms
    ]


def newest_key(context: Context, party: str, label: str) -> Key:
    """How a key of that label stands: it may have been added anew after it ended."""
    return _key(party, context.coalition.written().keys[party, label][-1])


def _key(party: str, of: KeyTerm) -> Key:
    return Key(party=party, verifier_key=str(of.key), since=of.term.since, until=of.term.until)
