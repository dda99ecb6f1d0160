"""The command: its arguments, its messages, and `tallystick sign`."""

import io
import json
import os
import socket
import subprocess
import sys
from base64 import b64decode
from datetime import date

import pytest

from ledger.canonical import canonical
from ledger.instructions import instruction
from ledger.names import digest, transaction_id
from local import cli
from local.client import Input
from local.coalition import ORIGIN, stars
from local.journey import PARTNERS
from local.keys import development_signer
from loyalty.programmes import read_programme

INPUT = {
    "idempotencyKey": "sale-1",
    "memberId": "TWVtYmVyOnh5eg==",
    "amount": {"minor": 1299, "currency": "USD"},
}


def sign(capsys, *arguments: str) -> dict:
    assert cli.main(["sign", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def holds(party: str, operation: str, subject: str, asked: str, signature: Input) -> bool:
    key = development_signer(party).verifier
    message = instruction(ORIGIN, operation, subject, asked)
    assert signature["key"] == key.label
    return key.verifies(message, b64decode(signature["signature"]))


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["nonsense"],
        ["demo", "--baskets", "0"],
        ["demo", "--baskets", "-3"],
        ["demo", "--baskets", "many"],
        ["demo", "--since", "May"],
        ["demo", "--port", "70000"],
        ["serve", "--port", "-1"],
        ["sign", "steal", "--as", "partner:fuel", "--input", "{}"],
        ["sign", "earn", "--input", "{}"],
    ],
)
def test_bad_arguments_end_with_status_2(arguments, capsys):
    """argparse says what is wrong; nothing is run."""
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == 2
    assert "usage: tallystick" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["sign", "earn", "--as", "grocer", "--input", "{}"], "partner:ID"),
        (["sign", "earn", "--as", "partner:fuel", "--input", "{"], "not JSON"),
        (["sign", "earn", "--as", "partner:fuel", "--input", "[]"], "JSON object"),
        (["sign", "earn", "--as", "partner:fuel", "--input", "{}"], "idempotencyKey"),
        (["sign", "earn", "--as", "partner:fuel", "--input", "@/no/such/file"], "/no/such/file"),
        (
            ["sign", "earn", "--as", "partner:fuel", "--input", '{"idempotencyKey":"a b"}'],
            "without spaces",
        ),
        (
            ["sign", "earn", "--as", "partner:fuel", "--input", '{"idempotencyKey":"k","x":1.5}'],
            "canonical JSON",
        ),
        (["sign", "programme", "--as", "partner:fuel", "--input", "{}"], "not a programme"),
        (["token", "--as", "operator:ann"], "partner:ID"),
        (["token", "--as", "partner:Q"], "partner:ID"),
        (["token", "--as", "partner:nobody"], "florist, fuel, grocer or pharmacy"),
        (["demo", "--since", "2031-01-01"], "2017"),
        (["demo", "--no-serve", "--env", "tour.env"], "--no-serve"),
    ],
)
def test_what_a_user_can_mend_is_said_in_one_line(arguments, says, capsys):
    """Status 2, one line on standard error, no traceback."""
    assert cli.main(arguments) == 2
    error = capsys.readouterr().err
    assert error.startswith("tallystick: ")
    assert says in error
    assert error.count("\n") == 1


def test_a_token_is_of_a_partner_that_is_there(capsys):
    """The demo's are known; of another coalition nothing is."""
    for party in PARTNERS:
        assert cli.main(["token", "--as", f"partner:{party}"]) == 0
    assert cli.main(["token", "--as", "partner:acme", "--origin", "acme.example/ledger"]) == 0
    capsys.readouterr()


def test_a_port_that_is_taken_is_said_in_one_line(capsys):
    """`serve` on a taken port ends with status 2 and names the option to use."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        assert cli.main(["serve", "--port", str(other.getsockname()[1])]) == 2
    assert "--port" in capsys.readouterr().err


def test_a_package_that_is_missing_is_named(monkeypatch, capsys):
    """Without the packages of `local` the message says how to install them."""
    monkeypatch.setitem(sys.modules, "local.demo", None)
    assert cli.main(["serve"]) == 2
    assert "pip install 'tallystick[local]'" in capsys.readouterr().err


def test_help_is_quick():
    """`--help` imports none of what the commands need."""
    program = (
        "import sys; from local import cli\n"
        "try: cli.main(['demo', '--help'])\n"
        "except SystemExit: print(sorted(set(sys.modules) & "
        "{'moto', 'httpx', 'pyarrow', 'uvicorn', 'rich', 'strawberry', 'nacl'}))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert ran.stdout.endswith("[]\n")
    assert "examples:" in ran.stdout


def test_the_defaults_of_help_are_those_of_the_demo():
    """The command repeats the origin so that --help need not import the coalition."""
    assert cli.DEFAULT_ORIGIN == ORIGIN
    assert date(2017, 1, 1) < cli.DEFAULT_SINCE < date(2018, 1, 1)


def test_a_transactions_signature_holds(capsys):
    """It is over the input without signature and nulls, for the id that follows from its key."""
    given = {**INPUT, "reference": None, "signature": {"key": "old", "signature": "old"}}
    signed = sign(capsys, "earn", "--as", "partner:grocer", "--input", json.dumps(given))
    asked = digest(canonical(INPUT))
    assert signed["subject"] == transaction_id("partner:grocer", "sale-1")
    assert signed["asked"] == asked
    assert holds("partner:grocer", "earn", signed["subject"], asked, signed["signature"])
    assert signed["input"] == {**INPUT, "signature": signed["signature"]}


def test_a_programmes_signature_holds(capsys, tmp_path):
    """It is over `id@version` and the digest of the document, read from a file."""
    path = tmp_path / "stars.json"
    path.write_text(json.dumps(stars()))
    signed = sign(capsys, "programme", "--as", "partner:fuel", "--input", f"@{path}")
    rule = digest(canonical(stars()))
    assert (signed["subject"], signed["asked"]) == ("stars@1", rule)
    assert holds("partner:fuel", "programme", "stars@1", rule, signed["signature"])


def test_an_input_is_read_from_standard_input(capsys, monkeypatch):
    """`--input -` signs what is piped in."""
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(INPUT)))
    assert cli.main(["sign", "earn", "--as", "partner:grocer", "--input", "-"]) == 0
    shown = capsys.readouterr()
    assert transaction_id("partner:grocer", "sale-1") in shown.out
    assert "development key" in shown.err


def test_the_programme_is_one_that_every_partner_signs():
    """The packaged document is valid, expires at a month's end and has rewards at each partner."""
    programme = read_programme(stars()).programme
    assert programme.partners() == set(PARTNERS)
    assert {reward.partner for reward in programme.rewards} == set(PARTNERS)


def test_the_environment_of_a_real_aws_is_put_aside(monkeypatch, tmp_path):
    """A developer's profile and endpoints neither break the local store nor are used by it."""
    from local.aws import local_store  # noqa: PLC0415 - slow to import

    config = tmp_path / "config"
    config.write_text("[profile work]\nendpoint_url = http://127.0.0.1:9\n")
    monkeypatch.setenv("AWS_PROFILE", "work")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with local_store() as store:
        assert store.governance(0) == []
    assert os.environ["AWS_PROFILE"] == "work"
