"""Where a member stands in a programme, and how that changes."""

from collections.abc import Mapping
from typing import NamedTuple

from ledger.names import WalletId
from loyalty.coalition import Coalition
from loyalty.committing import News
from loyalty.records.members import Member
from loyalty.rules.counting import Counting
from loyalty.rules.counts import Delta, Tally, day_number
from loyalty.rules.tiers import Level
from loyalty.tallies import NO_TALLY, read_tallies
from loyalty.writing import Draft


class Seen(NamedTuple):
    """Where a member stands in a programme at a moment. totals: of its measures."""

    tier: Level | None
    segments: frozenset[str]
    badges: frozenset[str]
    totals: Mapping[str, int]


def standing_in(coalition: Coalition, member_id: str, programme: str) -> Seen | None:
    """By the programme's newest version, now; None where there is no such programme or member."""
    rule = coalition.governance().latest.get(("programme", programme))
    member = coalition.store.record(Member, member_id)
    if rule is None or member is None:
        return None
    version = coalition.version(rule)
    wallet = member.record.wallets.get(version.programme.points_currency)
    row = None if wallet is None else coalition.store.wallet(wallet)
    tally = NO_TALLY if row is None else read_tallies(row.tally).get(programme, NO_TALLY)
    return seen(version.counting, tally, coalition.now())


def seen(counting: Counting, tally: Tally, now: str) -> Seen:
    """What a tally comes to."""
    day = day_number(now)
    totals = counting.totals(tally, day)
    tier = counting.tier(tally, day)
    level = None if counting.tiers is None else counting.tiers.level(tier)
    badges = frozenset(each.id for each in counting.badges if each.key in tally.counts)
    return Seen(level, counting.in_segments(totals), badges, totals)


class Change(NamedTuple):
    """What is added to what a programme remembers of a member."""

    member: str
    programme: str
    deltas: tuple[Delta, ...]


def count(coalition: Coalition, draft: Draft, wallet: WalletId, change: Change) -> tuple[News, ...]:
    """Counts by the newest version of a programme; the news of it."""
    rule = draft.governance.latest["programme", change.programme]
    return counted_by(coalition.version(rule).counting, draft, wallet, change)


def counted_by(
    counting: Counting, draft: Draft, wallet: WalletId, change: Change
) -> tuple[News, ...]:
    """Puts a change into the wallet's row; the news of it: another tier, new badges."""
    member, programme, deltas = change
    before = draft.tallies(wallet).get(programme, NO_TALLY)
    after = counting.changed(before, deltas, draft.at)
    draft.remember(wallet, programme, after.tally)
    news = [
        News("badge.earned", member, {"programme": programme, "badge": each})
        for each in after.badges
    ]
    if after.tier is not None:
        said = {"programme": programme, "tier": after.tier, "before": before.tier}
        news.insert(0, News("tier.changed", member, said))
    return tuple(news)
