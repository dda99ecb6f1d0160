"""The demo end to end: HTTP, GraphQL, DynamoDB, the ledger read back."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator

import boto3
import httpx
import pytest

from local import cli, demo
from local.aws import REGION, TABLE
from local.journey import PARTNERS
from local.replay import replay

# On this morning the first 40 baskets bring coupons, goods that come back and a gift.
ARGUMENTS = ["demo", "--no-serve", "--json", "--since", "2017-08-18"]


def run(capsys, *arguments: str) -> tuple[int, dict, str]:
    """The exit status, the one JSON object, and standard error."""
    status = cli.main([*ARGUMENTS, *arguments])
    shown = capsys.readouterr()
    return status, json.loads(shown.out), shown.err


def test_forty_baskets_verify_and_add_up(capsys):
    """What tills and apps were told is what the ledger says, and all of it adds up to 0."""
    status, told, error = run(capsys, "--baskets", "40")
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
        "earn": told["purchases"] - told["purchases_without_points"],
        "redeem": told["redemptions"],
        "reverse": told["returns"],
        "transfer": told["transfers"],
    }
    # Genesis, a partner and its key for each, the currency and the programme.
    governance = 3 + 2 * len(PARTNERS)
    assert ledger["entries"] == governance + sum(ledger["transactions_by_kind"].values())
    sums = {
        kind: sum(each.get(kind, {}).get("STARS", 0) for each in ledger["partners"].values())
        for kind in ("issued", "burned", "expired")
    }
    assert sums["burned"] == 25 * told["redemptions"]
    assert 0 < sums["issued"] < told["points_issued"]  # some came back
    owed = ledger["owed"]["STARS"] - ledger["arrears"]["STARS"]
    assert owed == sums["issued"] - sums["burned"] - sums["expired"]


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
def test_a_tampered_row_is_named_and_the_demo_fails(change, named, monkeypatch, capsys):
    """Status 1, `ok` false, and the fault by name, in the JSON and on standard error."""
    tampered(monkeypatch, change)
    status, told, error = run(capsys, "--baskets", "3")
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
    """`tallystick sign` fits a partner of the running demo; its end is clean."""
    process, told = served
    member = next(each["memberId"] for each in told["tokens"].values() if "memberId" in each)
    amount = {"minor": 1299, "currency": "USD"}
    given = json.dumps({"idempotencyKey": "sale-1", "memberId": member, "amount": amount})
    assert cli.main(["sign", "earn", "--as", "partner:grocer", "--input", given, "--json"]) == 0
    signed = json.loads(capsys.readouterr().out)
    document = """mutation($input: RecordPurchaseInput!) { recordPurchase(input: $input) {
        points transactions { by { party signature } } userErrors { code message } } }"""
    answer = httpx.post(
        f"{told['url']}/graphql",
        json={"query": document, "variables": {"input": signed["input"]}},
        headers={"authorization": f"Bearer {told['tokens']['partner:grocer']['token']}"},
    ).json()
    by = {"party": "partner:grocer", "signature": signed["signature"]["signature"]}
    expected = {"points": 12, "transactions": [{"by": by}], "userErrors": []}
    assert answer == {"data": {"recordPurchase": expected}}

    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=20) == 0
    assert process.stdout.read() == ""
