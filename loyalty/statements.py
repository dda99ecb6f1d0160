"""A first statement: what a partner is billed for the points that it issued.

From the ledger's entries alone, and the prices of the programme versions that they name: whoever
has both comes to the same. Points that came back are credited as far as they were recovered; what
became arrears is not. Nothing is netted here: what was redeemed where is another sum.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from ledger.entries import read_entry
from ledger.errors import shown
from ledger.names import CurrencyCode, Hash, TransactionId, partner_account
from ledger.tx import Tx, read_tx
from loyalty.actors import Actor, MemberActor, PartnerActor
from loyalty.coalition import Coalition
from loyalty.ports import GovernanceRow, Store, TransactionRow, WalletRow
from loyalty.prices import Amount
from loyalty.refusals import Code, Refused
from loyalty.texts import check_at

RowKinds = GovernanceRow | TransactionRow | WalletRow


class Period(NamedTuple):
    """From `since` until just before `until`."""

    since: str
    until: str


class Line(NamedTuple):
    """What was issued by one programme version. arrears: of returned, what could not be recovered.

    owed: for what was issued less what was recovered, at the version's price, rounded once as that
    says; None where the version states no price.
    """

    rule: Hash
    currency: CurrencyCode
    issued: int
    returned: int
    arrears: int
    owed: Amount | None


class Statement(NamedTuple):
    """totals: of the lines that have a price, by money."""

    lines: tuple[Line, ...]
    totals: tuple[Amount, ...]


def statement(coalition: Coalition, actor: Actor, partner: str, period: Period) -> Statement:
    """For that partner, and for operators. Reads the whole ledger. Raises Refused."""
    if isinstance(actor, MemberActor):
        raise Refused(Code.NOT_PERMITTED, "partners and operators have statements")
    known = partner in coalition.governance().partners
    if not known or (isinstance(actor, PartnerActor) and actor.id != partner):
        raise Refused(Code.NOT_FOUND, f"there is no partner {shown(partner[:64])}", "partnerId")
    check_at(period.since, "since")
    check_at(period.until, "until")
    if period.since >= period.until:
        raise Refused(Code.INVALID_INPUT, "`until` comes after `since`", "until")
    lines = tuple(
        _line(coalition, rule, currency, sums)
        for (rule, currency), sums in sorted(_sums(coalition.store, partner, period).items())
    )
    totals: dict[str, int] = defaultdict(int)
    for each in lines:
        if each.owed is not None:
            totals[each.owed.currency] += each.owed.minor
    return Statement(lines, tuple(Amount(minor, money) for money, minor in sorted(totals.items())))


class _Sums(NamedTuple):
    issued: int = 0
    returned: int = 0
    arrears: int = 0


def _line(coalition: Coalition, rule: Hash, currency: CurrencyCode, sums: _Sums) -> Line:
    price = coalition.version(rule).programme.price if rule else None
    billed = sums.issued - (sums.returned - sums.arrears)
    return Line(rule, currency, *sums, None if price is None else price.of(billed))


def _sums(store: Store, partner: str, period: Period) -> Mapping[tuple[Hash, CurrencyCode], _Sums]:
    """By version and currency."""
    rules: dict[TransactionId, Hash] = {}
    returns: list[tuple[Tx, CurrencyCode, int]] = []
    sums: dict[tuple[Hash, CurrencyCode], _Sums] = defaultdict(_Sums)
    for tx, currency, amount in _issuing(store.ledger_rows(), partner):
        if tx.kind == "reverse":
            returns.append((tx, currency, amount))
            continue
        # Also of another time: a return in the period goes back to it.
        rule = rules[tx.id] = tx.rule or Hash("")
        if period.since <= tx.at < period.until:
            found = sums[rule, currency]
            sums[rule, currency] = found._replace(issued=found.issued - amount)
    for tx, currency, amount in returns:
        if period.since <= tx.at < period.until:
            of = TransactionId(str(tx.of))
            place = rules[of] if of in rules else _rule_of(store, of), currency
            _, returned, arrears = found = sums[place]
            sums[place] = found._replace(
                returned=returned + amount, arrears=arrears + _unrecovered(tx)
            )
    return sums


def _issuing(rows: Iterable[RowKinds], partner: str) -> Iterator[tuple[Tx, CurrencyCode, int]]:
    """Entries that move what a partner has issued, and by how much."""
    account = partner_account(partner, "issued")
    # Most entries are others': they are not read.
    needle = f'"{account}"'.encode()
    for row in rows:
        if isinstance(row, TransactionRow) and row.entry is not None and needle in row.entry:
            tx = read_tx(read_entry(row.entry).body)
            for posting in tx.postings:
                if posting.account == account:
                    yield tx, posting.currency, posting.amount


def _rule_of(store: Store, id_: TransactionId) -> Hash:
    """Of an earn that was entered while the ledger was read."""
    entry = store.transactions([id_])[id_].entry
    return Hash("") if entry is None else read_tx(read_entry(entry).body).rule or Hash("")


def _unrecovered(tx: Tx) -> int:
    return -sum(row.amount for row in tx.postings if row.account.endswith(":arrears"))
