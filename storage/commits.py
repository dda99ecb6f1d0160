"""What every adapter refuses before it asks, in memory as on AWS."""

from loyalty.ports import COMMIT_MAX_BYTES, COMMIT_MAX_ITEMS, ROW_MAX_BYTES, Commit


def check_commit(commit: Commit) -> None:
    """Raises ValueError unless a commit has 1 to 100 items, each at a place of its own and small
    enough, and says of when its governance entries are: DynamoDB would not take it as one
    transaction."""
    if bool(commit.governance) != (commit.governance_at is not None):
        raise ValueError("a commit has governance_at if it has governance entries, and only then")
    if not 0 < commit.items <= COMMIT_MAX_ITEMS:
        raise ValueError(f"a commit has 1 to {COMMIT_MAX_ITEMS} items, not {commit.items}")
    _check_bytes(commit)
    places: set[object] = {("T", row.id) for row in commit.transactions}
    places.update(("W", row.wallet.id, row.wallet.seq) for row in commit.wallets)
    places.update(("W", row.wallet.id, row.wallet.seq + 1) for row in commit.tallies)
    places.update(("G", row.seq) for row in commit.governance)
    places.update(("R", type(put.record), put.id) for put in commit.records)
    places.update(("S", put.standing.id) for put in commit.standings)
    places.update(("LOG",) for _ in commit.governance)
    if len(places) < commit.items:
        raise ValueError("a commit writes each of its items once")


def _check_bytes(commit: Commit) -> None:
    whole = commit.max_bytes
    if whole <= ROW_MAX_BYTES:
        return
    rows = [row.max_bytes for row in commit.wallets] + [row.max_bytes for row in commit.tallies]
    if max(rows, default=0) > ROW_MAX_BYTES:
        raise ValueError(f"a wallet's row has at most {ROW_MAX_BYTES} bytes, not {max(rows)}")
    if whole > COMMIT_MAX_BYTES:
        raise ValueError(f"a commit has at most {COMMIT_MAX_BYTES} bytes, not {whole}")


def check_range(first: int, length: int) -> None:
    """Raises ValueError for a range that S3 would answer with the whole object."""
    if first < 0 or length < 1:
        raise ValueError(f"a range begins at 0 or later and has a byte, not {length} from {first}")
