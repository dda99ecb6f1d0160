"""What programmes remember of a wallet, as its row keeps it: a tally for each programme."""

from collections.abc import Mapping

import msgspec

from ledger.names import WalletId
from loyalty.rules.counts import Delta, Tally, added

NO_TALLY = Tally()

_SALT_BYTES = 16
_Tallies = dict[str, Tally]


class _Detail(msgspec.Struct):
    counted: Mapping[str, tuple[int, ...]] = msgspec.field(default_factory=dict)


class Counted(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an order added to the tally of one programme, kept so that a return takes it away.

    deltas: by what is counted, pairs of a day and an amount one after the other; none for an order
    that handed a voucher alone. wallet, member, partner: whose tally it is and who sold, where no
    entry says so.
    """

    programme: str
    deltas: Mapping[str, tuple[int, ...]]
    wallet: WalletId = WalletId("")
    member: str = ""
    partner: str = ""

    def each(self) -> tuple[Delta, ...]:
        return tuple(
            Delta(key, day, amount)
            for key, pairs in self.deltas.items()
            for day, amount in zip(pairs[::2], pairs[1::2], strict=True)
        )


def counted(programme: str, deltas: tuple[Delta, ...]) -> Counted:
    found: dict[str, tuple[int, ...]] = {}
    for key, day, amount in deltas:
        found[key] = (*found.get(key, ()), day, amount)
    return Counted(programme, found)


def counted_in(detail: bytes) -> Mapping[str, tuple[int, ...]]:
    """The deltas that the detail of an order's row keeps: none where it was erased."""
    return msgspec.json.decode(detail[_SALT_BYTES:], type=_Detail).counted if detail else {}


def both(one: Tally, other: Tally) -> Tally:
    """What a programme remembers of two wallets that become one; `one` is the one that lives on."""
    sums = other.counts.items()
    deltas = (Delta(key, day, amount) for key, days in sums for day, amount in days.items())
    paid = {
        id_: max(one.paid.get(id_, 0), other.paid.get(id_, 0)) for id_ in {**one.paid, **other.paid}
    }
    since = {**one.since, **other.since}
    since |= {
        id_: min(one.since[id_], other.since[id_]) for id_ in one.since.keys() & other.since.keys()
    }
    return Tally(added(one.counts, deltas), one.tier or other.tier, paid, since)


def read_tallies(text: bytes) -> Mapping[str, Tally]:
    """By programme; of a wallet that nothing is remembered of, none."""
    return msgspec.json.decode(text, type=_Tallies) if text else {}


def tallies_text(tallies: Mapping[str, Tally]) -> bytes:
    """What `read_tallies` reads. Tallies of nothing are left out."""
    kept = {id_: each for id_, each in tallies.items() if each != NO_TALLY}
    return msgspec.json.encode(kept) if kept else b""
