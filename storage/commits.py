"""What every store refuses before it writes: what DynamoDB would not take as one transaction."""

from loyalty.ports import COMMIT_MAX_ITEMS, Commit


def check_commit(commit: Commit) -> None:
    """Raises ValueError unless a commit has 1 to 100 items, each at a place of its own."""
    if not 0 < commit.items <= COMMIT_MAX_ITEMS:
        raise ValueError(f"a commit has 1 to {COMMIT_MAX_ITEMS} items, not {commit.items}")
    places: set[object] = {("T", row.id) for row in commit.transactions}
    places.update(("W", row.wallet.id, row.wallet.seq) for row in commit.wallets)
    places.update(("G", row.seq) for row in commit.governance)
    places.update(("R", type(put.record), put.id) for put in commit.records)
    places.update(("S", put.standing.id) for put in commit.standings)
    if len(places) < commit.items:
        raise ValueError("a commit writes each of its items once")
