"""The demo end to end: HTTP, GraphQL, DynamoDB, the ledger read back."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from io import StringIO
from pathlib import Path

import boto3
import httpx
import pytest

import functions.sealer
from local import cli, demo, sealing
from local.aws import REGION, TABLE, local_objects
from local.journey import PARTNERS, read_journey
from local.replay import replay
from sealing.publication import checkpoint_of
from sealing.stopped import Reason, SealingStopped

# On this morning the first 40 baskets bring coupons, goods that come back and a gift.
ARGUMENTS = ["demo", "--no-serve", "--json", "--since", "2017-08-18"]


Ran = tuple[int, dict, str]


@pytest.fixture(autouse=True, scope="module")
def _year_read_once() -> Iterator[None]:
    """The file of baskets is the same for each demo, and longer to read than three to replay."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demo, "read_journey", cache(read_journey))
        yield


def run(*arguments: str) -> Ran:
    """The exit status, the one JSON object, and standard error."""
    out, error = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(error):
        status = cli.main([*ARGUMENTS, *arguments])
    return status, json.loads(out.getvalue()), error.getvalue()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the demo of forty baskets exports its log."""
    return tmp_path_factory.mktemp("demo") / "published"


@pytest.fixture(scope="module")
def forty(folder: Path) -> Ran:
    """A demo of forty baskets."""
    with pytest.MonkeyPatch.context() as patch:
        # Often, so that it seals while so few baskets are replayed, however quick the machine.
        patch.setattr(sealing, "POLL_S", 0.05)
        return run("--baskets", "40", "--export", str(folder))


def test_forty_baskets_verify_and_add_up(forty):
    """What tills and apps were told is what the ledger says, and all of it adds up to 0."""
    status, told, error = forty
    assert (status, told["ok"], error) == (0, True, "")
    assert told["baskets"] == 40
    assert told["redemptions"] == told["vouchers_used"] > 0
    assert told["redemptions"] + sum(told["redemptions_refused"].values()) == told["coupons"]
    assert set(told["redemptions_refused"]) <= {"INSUFFICIENT_POINTS"}
    assert told["transfers"] > 0
    assert told["returns"] > 0
    assert told["points_issued"] == sum(told["points_issued_by_partner"].values())

    ledger = told["verification"]
    assert ledger["faults"] == []
    assert ledger["imbalance"] == {"STARS": 0}
    assert ledger["transactions_by_kind"] == {
        "earn": told["awards"],
        "expire": ledger["transactions_by_kind"]["expire"],
        "redeem": told["redemptions"],
        "reverse": told["returns"],
        "transfer": told["transfers"],
    }
    # Genesis, a partner and its key for each, the currency and two programmes.
    governance = 4 + 2 * len(PARTNERS)
    assert ledger["entries"] == governance + sum(ledger["transactions_by_kind"].values())
    sums = {
        kind: sum(each.get(kind, {}).get("STARS", 0) for each in ledger["partners"].values())
        for kind in ("issued", "burned", "expired")
    }
    assert told["points_expired"] == sums["expired"] > 0
    assert told["awards"] > told["purchases"] - told["purchases_without_points"]
    assert told["members_by_tier"]["Silver"] > 0
    assert sums["burned"] == 25 * told["redemptions"]
    assert 0 < sums["issued"] < told["points_issued"]  # some came back
    owed = ledger["owed"]["STARS"] - ledger["arrears"]["STARS"]
    assert owed == sums["issued"] - sums["burned"] - sums["expired"]


def test_the_published_log_is_all_of_it(forty, folder, capsys):
    """Sealed by itself, cosigned, audited from its address; its folder verifies with the commands
    that anyone has, and with no word of ours but the log's key."""
    status, told, error = forty
    assert (status, error) == (0, "")
    log, table = told["log"], told["verification"]
    assert log["faults"] == []
    assert log["blocks"] > 1
    assert log["size"] == table["entries"] + log["blocks"]
    assert log["owed"] == table["owed"]
    assert log["cosigned"] == ["witness.stars.example"]
    assert log["receipts_verified"] == 5
    assert log["balance_proofs_verified"] > 1

    trust = ["--log-key", f"@{folder}/log.vkey", "--policy", f"{folder}/policy", "--json"]
    assert cli.main(["audit", str(folder), *trust]) == 0
    audited = json.loads(capsys.readouterr().out)
    assert (audited["size"], audited["owed"]) == (log["size"], log["owed"])
    proofs = sorted(map(str, folder.glob("*/*.tlog-proof")))
    assert cli.main(["verify", *proofs, *trust]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert len(shown) == log["receipts_verified"] + log["balance_proofs_verified"]
    absent = [each for each in shown if each["shows"] == "balance" and not each["in_tree"]]
    assert len(absent) == 1


def test_a_demo_whose_log_is_not_sealed_fails(monkeypatch):
    """Whatever stops the sealer is said, and the exit status is 1."""

    def stopped(sealer, event):
        raise SealingStopped(Reason.LIMIT, 1, 2)

    monkeypatch.setattr(functions.sealer, "seal", stopped)
    status, told, error = run("--baskets", "3")
    assert (status, told["ok"]) == (1, False)
    assert "sealing stopped (limit)" in told["log"]["faults"][0]
    assert "sealing stopped (limit)" in error
    assert "Traceback" not in error


def test_a_demo_whose_log_is_not_what_was_signed_fails(monkeypatch):
    """A tile that another one took the place of: the audit names it."""
    answer = demo.published

    def published(coalition, *rest, **named):
        assert coalition.log.sealing.caught_up() == ""
        tile = f"tile/entries/000.p/{checkpoint_of(coalition.log.prover.checkpoint()).size % 256}"
        objects = local_objects("log/")
        objects.delete(tile)
        objects.create(tile, b"\x00\x01x")
        return answer(coalition, *rest, **named)

    monkeypatch.setattr(demo, "published", published)
    status, told, error = run("--baskets", "3")
    assert (status, told["ok"]) == (1, False)
    assert "breaks log." in told["log"]["faults"][0]
    assert "breaks log." in error


def tampered(monkeypatch, change) -> None:
    """Lets `change` alter one item of the table between the replay and the verification."""

    def replay_and_tamper(coalition, journey, progress):
        told = replay(coalition, journey, progress)
        client = boto3.client("dynamodb", region_name=REGION)
        items = client.scan(TableName=TABLE)["Items"]
        client.put_item(TableName=TABLE, Item=change(items))
        return told

    monkeypatch.setattr(demo, "replay", replay_and_tamper)


def richer_wallet(items: list[dict]) -> dict:
    item = next(item for item in items if item["pk"]["S"].startswith("W#"))
    (available, *rest), lots = json.loads(item["s"]["B"])
    lots[0][2] += 1_000
    state = json.dumps([[available + 1_000, *rest], lots], separators=(",", ":"))
    return {**item, "s": {"B": state.encode()}}


def larger_earn(items: list[dict]) -> dict:
    item = next(item for item in items if b'"kind":"earn"' in item.get("e", {}).get("B", b""))
    entry = item["e"]["B"]
    return {**item, "e": {"B": entry.replace(b'"available":', b'"available":9', 1)}}


def unreadable_row(items: list[dict]) -> dict:
    item = next(item for item in items if item["pk"]["S"].startswith("W#"))
    return {**item, "s": {"B": b"garbage"}}


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (richer_wallet, "row.balances"),
        (larger_earn, "T/"),
        (unreadable_row, "cannot be read"),
    ],
)
def test_a_tampered_row_is_named_and_the_demo_fails(change, named, monkeypatch):
    """Status 1, `ok` false, and the fault by name, in the JSON and on standard error."""
    tampered(monkeypatch, change)
    status, told, error = run("--baskets", "3")
    assert (status, told["ok"]) == (1, False)
    assert named in told["verification"]["faults"][0]
    assert named in error


@pytest.fixture
def served() -> Iterator[tuple[subprocess.Popen, dict]]:
    """A demo that serves, in a process of its own, and the object that it printed."""
    command = [sys.executable, "-c", "import sys; from local.cli import main; sys.exit(main())"]
    arguments = ["demo", "--baskets", "2", "--port", "0", "--json"]
    with subprocess.Popen([*command, *arguments], stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process, json.loads(process.stdout.readline())
        finally:
            process.kill()


def test_a_signature_from_another_terminal_is_accepted_and_ctrl_c_ends(served, capsys):
    """`tallystick sign` and `token` fit a partner of the running demo; its end is clean."""
    process, told = served
    member = next(each["memberId"] for each in told["tokens"].values() if "memberId" in each)
    amount = {"minor": 1299, "currency": "USD"}
    given = json.dumps({"idempotencyKey": "sale-1", "memberId": member, "amount": amount})
    assert cli.main(["sign", "earn", "--as", "partner:grocer", "--input", given, "--json"]) == 0
    signed = json.loads(capsys.readouterr().out)
    document = """mutation($input: RecordPurchaseInput!) { recordPurchase(input: $input) {
        points transactions { by { party signature } } userErrors { code message } } }"""
    assert cli.main(["token", "--as", "partner:grocer"]) == 0
    token = capsys.readouterr().out.strip()
    answer = httpx.post(
        f"{told['url']}/graphql",
        json={"query": document, "variables": {"input": signed["input"]}},
        headers={"authorization": f"Bearer {token}"},
    ).json()
    by = {"party": "partner:grocer", "signature": signed["signature"]["signature"]}
    expected = {"points": 12, "transactions": [{"by": by}], "userErrors": []}
    assert answer == {"data": {"recordPurchase": expected}}

    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=20) == 0
    assert process.stdout.read() == ""
