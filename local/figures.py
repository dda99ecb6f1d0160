"""What a demo shows: as one JSON object, and as tables."""

from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.table import Table

from local.client import Input
from local.journey import PARTNERS, Journey
from local.published import Published
from local.replay import Replayed
from local.verification import Verification


def figures(
    journey: Journey, told: Replayed, verification: Verification, log: Published
) -> dict[str, object]:
    """All figures of a demo, for programs."""
    events = journey.events
    return {
        "ok": verification.holds and log.holds,
        "from": events[0].at.isoformat(),
        "until": events[-1].at.isoformat(),
        "baskets": journey.counts.baskets,
        "members": len(told.members),
        "purchases": told.purchases.total(),
        "purchases_without_points": told.without_points,
        "points_issued": told.points.total(),
        "points_issued_by_partner": dict(sorted(told.points.items())),
        "coupons": journey.counts.coupon_uses,
        "redemptions": told.redemptions.total(),
        "redemptions_by_partner": dict(sorted(told.redemptions.items())),
        "redemptions_refused": dict(sorted(told.refused.items())),
        "vouchers_used": told.vouchers_used,
        "awards": told.awards,
        "members_by_tier": dict(sorted(told.tiers.items())),
        "members_by_badge": dict(sorted(told.badges.items())),
        "points_expired": _expired(verification),
        "transfers": told.transfers,
        "points_transferred": told.transferred,
        "returns": told.returns.total(),
        "replay_seconds": round(told.seconds, 3),
        "verification": verified_figures(verification),
        "log": published_figures(log),
    }


def _expired(verification: Verification) -> int:
    """Points of all partners that lapsed, in the coalition's currency."""
    accounts = verification.partners.values()
    return sum(sum(each.get("expired", {}).values()) for each in accounts)


def published_figures(log: Published) -> Input:
    """The figures of the published log, as an audit finds it."""
    return {
        "faults": list(log.faults),
        "blocks": log.blocks,
        "size": log.entries,
        "signatures": log.signatures,
        "seconds": round(log.seconds, 3),
        "entries_per_second": log.entries_per_second,
        "owed": dict(log.owed),
        "cosigned": list(log.cosigned),
        "files": log.files,
        "receipts_verified": log.receipts,
        "balance_proofs_verified": log.balances,
    }


def verified_figures(verification: Verification) -> Input:
    """The figures of the ledger itself."""
    return {
        "faults": list(verification.faults),
        "entries": verification.entries,
        "signatures": verification.signatures,
        "seconds": round(verification.seconds, 3),
        "entries_per_second": verification.entries_per_second,
        "transactions_by_kind": verification.kinds,
        "owed": verification.owed,
        "arrears": verification.arrears,
        "partners": verification.partners,
        "imbalance": verification.imbalance,
    }


def print_replayed(console: Console, journey: Journey, told: Replayed) -> None:
    """What happened, by partner, and what happened besides."""
    events = journey.events
    console.print(
        f"{journey.counts.baskets:,} baskets of {len(told.members):,} members, "
        f"{events[0].at:%d %B %Y %H:%M} to {events[-1].at:%d %B %Y %H:%M} UTC"
    )
    table = Table()
    table.add_column("partner")
    for column in ("purchases", "points issued", "redemptions", "returns"):
        table.add_column(column, justify="right")
    counters = (told.purchases, told.points, told.redemptions, told.returns)
    for partner in PARTNERS:
        table.add_row(partner, *(f"{counter[partner]:,}" for counter in counters))
    table.add_section()
    table.add_row("all", *(f"{counter.total():,}" for counter in counters))
    console.print(table)
    refused = ", ".join(f"{count:,} {code}" for code, count in sorted(told.refused.items()))
    console.print(
        f"{journey.counts.coupon_uses:,} coupons: {told.vouchers_used:,} vouchers used"
        + (f", refused {refused}" if refused else "")
    )
    console.print(f"{told.transfers:,} transfers of {told.transferred:,} points between members")
    for what, counter in (("tiers reached", told.tiers), ("badges earned", told.badges)):
        reached = ", ".join(f"{name} by {count:,}" for name, count in sorted(counter.items()))
        console.print(f"{what}: {reached or 'none'}")
    console.print(f"replayed over HTTP in {told.seconds:,.1f} s")
    console.print()


def print_verified(console: Console, verification: Verification) -> None:
    """What the ledger says, if it holds."""
    if not verification.holds:
        return
    console.print("The ledger, read back from the table and verified")
    table = Table()
    table.add_column("partner")
    for column in ("issued, net of returns", "burned", "expired"):
        table.add_column(column, justify="right")
    for partner, accounts in verification.partners.items():
        cells = (_amounts(accounts.get(kind, {})) for kind in ("issued", "burned", "expired"))
        table.add_row(partner, *cells)
    console.print(table)
    console.print(
        f"{verification.entries:,} entries and {verification.signatures:,} signatures verified "
        f"in {verification.seconds:,.1f} s: {verification.entries_per_second:,} entries a second"
    )
    console.print(f"expired: {_expired(verification):,} points that were not spent in time")
    console.print(f"owed to members: {_amounts(verification.owed)}")
    console.print(f"owed by members (arrears): {_amounts(verification.arrears)}")
    console.print(f"all accounts together: {_amounts(verification.imbalance)}")
    console.print()


def print_published(console: Console, log: Published, directory: Path | None) -> None:
    """What the published log says, if it holds. directory: where it stays, if it does."""
    if not log.holds:
        return
    console.print("The published log, audited from its HTTP address")
    table = Table()
    for column in ("blocks", "entries", "owed", "entries a second", "cosigned by"):
        table.add_column(column, justify="right" if column != "cosigned by" else "left")
    table.add_row(
        f"{log.blocks:,}",
        f"{log.entries:,}",
        _amounts(log.owed),
        f"{log.entries_per_second:,}",
        ", ".join(log.cosigned),
    )
    console.print(table)
    console.print(
        f"proofs verified with the log's key and the witness's alone: {log.receipts:,} of entries, "
        f"{log.balances:,} of balances (one of a wallet that there is not)"
    )
    if directory is not None:
        console.print(f"the log and its proofs as files: {directory}", soft_wrap=True)
    console.print()


def _amounts(by_currency: Mapping[str, int]) -> str:
    return ", ".join(f"{amount:,} {code}" for code, amount in by_currency.items()) or "0"
