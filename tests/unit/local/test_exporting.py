"""The published log as files, with proofs."""

import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

import local.exporting as module
from ledger.audit import audit
from ledger.balance_proofs import verify_balance
from ledger.names import WalletId
from ledger.notes import COSIGNATURE, SeedSigner
from ledger.policies import read_policy
from ledger.proofs import read_proof, verify_receipt
from local.clock import Clock
from local.coalition import OPERATOR, ORIGIN, Demo, demo_coalition, signatory
from local.exporting import Exported, Trusted, export_log, policy_text
from local.log_source import log_source
from local.problems import Problem
from tests.published import Log
from tests.unit.ledger.strategies import LOG

A, B = (SeedSigner(name, name.encode() * 32, COSIGNATURE).verifier for name in "ab")


@pytest.fixture(scope="module")
def coalition() -> Iterator[Demo]:
    """Ada has bought three times, and her points are sealed."""
    with demo_coalition(Clock.of_the_machine(), 0) as coalition:
        till = coalition.till("grocer")
        member = till.enrol_member("Ada", key="enrol")
        for number in range(3):
            till.record_purchase(member, 1_000, "USD", key=f"sale-{number}")
        assert coalition.log.sealing.caught_up() == ""
        yield coalition


def trusted(coalition: Demo) -> Trusted:
    return Trusted([coalition.log.key], [coalition.log.witness.key])


def exported(
    coalition: Demo, folder: Path, token: str | None, given: Trusted | None = None, sample: int = 2
) -> Exported:
    given = given or trusted(coalition)
    return export_log(folder, coalition.url, token, given, sample=sample, http=coalition.http)


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_the_folder_is_a_log_that_an_audit_accepts(coalition: Demo, tmp_path: Path) -> None:
    """With the key and the policy that stand in it, and nothing else."""
    told = exported(coalition, tmp_path / "log", None)
    assert (tmp_path / "log" / "log.vkey").read_text() == f"{coalition.log.key}\n"
    policy = read_policy((tmp_path / "log" / "policy").read_text())
    assert policy.witness_keys == (coalition.log.witness.key,)
    with log_source(str(tmp_path / "log")) as source:
        audited = audit(source, policy.log_keys, policy=policy, cores=1)
    assert audited.fault is None
    assert audited.checkpoint == told.checkpoint
    assert told.files == len(files(tmp_path / "log"))
    assert told.receipts == told.balances == ()


def test_its_proofs_verify_and_one_is_of_a_wallet_that_there_is_not(
    coalition: Demo, tmp_path: Path
) -> None:
    """Each file is named for what it shows."""
    told = exported(coalition, tmp_path / "log", coalition.tokens.token(OPERATOR))
    assert len(told.receipts) == 2
    for path in told.receipts:
        receipt = verify_receipt(read_proof(path.read_bytes()), told.log)
        assert path.name == f"{receipt.entry.body['id']}.tlog-proof"
    balances = [
        verify_balance(
            read_proof(path.read_bytes()), WalletId(path.name.split(".")[0]), told.log, None
        )
        for path in told.balances
    ]
    assert sorted(balance.owed for balance in balances) == [0, 30]
    assert sum(balance.state is None for balance in balances) == 1


def test_a_token_gets_the_proofs_that_it_may_see(coalition: Demo, tmp_path: Path) -> None:
    """A partner that takes part in no transaction gets no receipt, whatever the log holds."""
    token = signatory("partner:fuel").token(time.time())
    told = exported(coalition, tmp_path / "log", token, sample=100)
    assert told.receipts == ()
    assert len(told.balances) == 1


def test_it_grows_with_the_log_and_keeps_what_is_there(coalition: Demo, tmp_path: Path) -> None:
    """Tiles never change, and the policy is its owner's."""
    folder = tmp_path / "log"
    exported(coalition, folder, None)
    (folder / "policy").write_text("quorum none\n")
    before = files(folder)
    till = coalition.till("bakery")
    till.record_purchase(till.enrol_member("Grace", key="more"), 100, "USD", key="bread")
    assert coalition.log.sealing.caught_up() == ""
    told = exported(coalition, folder, None)
    after = files(folder)
    assert after.pop("checkpoint") != before.pop("checkpoint")
    assert after.items() > before.items()
    with log_source(str(folder)) as source:
        assert audit(source, told.log, cores=1).fault is None


def test_without_a_key_the_log_says_its_own(coalition: Demo, tmp_path: Path) -> None:
    """From its genesis entry: it shows nothing, and is what there is to compare."""
    told = exported(coalition, tmp_path / "log", None, Trusted())
    assert list(told.log) == [coalition.log.key]


def test_another_log_is_not_written_over(coalition: Demo, tmp_path: Path) -> None:
    """Nor is what is no log at all."""
    folder = tmp_path / "log"
    exported(coalition, folder, None)
    (folder / "log.vkey").write_text("another\n")
    with pytest.raises(Problem, match="holds another log"):
        exported(coalition, folder, None)
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.jpg").touch()
    with pytest.raises(Problem, match="holds something else"):
        exported(coalition, tmp_path / "photos", None)


def test_a_log_whose_key_changes_goes_on_in_its_folder(coalition: Demo, tmp_path: Path) -> None:
    """It is given both keys once: the one that the folder has is among them."""
    folder, next_ = tmp_path / "log", SeedSigner(ORIGIN, b"n" * 32).verifier
    exported(coalition, folder, None)
    both = [coalition.log.key, next_]
    exported(coalition, folder, None, Trusted(both))
    assert (folder / "log.vkey").read_text() == "".join(f"{key}\n" for key in both)
    (folder / "log.vkey").write_text(f"{next_}\n")
    with pytest.raises(Problem, match="holds another log"):
        exported(coalition, folder, None)


def test_a_log_of_another_key_is_not_written(coalition: Demo, tmp_path: Path) -> None:
    """The key that was given decides, before anything is written."""
    with pytest.raises(Problem, match=r"checkpoint\.signature"):
        exported(coalition, tmp_path / "log", None, Trusted([SeedSigner("x", b"x" * 32).verifier]))
    assert not (tmp_path / "log").exists()


def test_what_is_no_log_is_said_in_one_line(coalition: Demo, tmp_path: Path) -> None:
    """An address where nothing answers, one without a log, a folder that cannot be written."""
    for url, said in (
        ("http://127.0.0.1:1", "does not give its log"),
        (f"{coalition.url}/graphql", "nothing is published there"),
    ):
        with pytest.raises(Problem, match=said):
            export_log(tmp_path / "log", url, None, trusted(coalition), http=coalition.http)
    (tmp_path / "file").touch()
    with pytest.raises(Problem, match="cannot write"):
        exported(coalition, tmp_path / "file" / "log", None)
    with pytest.raises(Problem, match="token is not a signed JWT"):
        exported(coalition, tmp_path / "log", "no.token.atall")


@pytest.mark.parametrize(("witnesses", "enough"), [([], []), ([A], [A]), ([A, B], [A, B])])
def test_the_policy_wants_every_witness(witnesses: list, enough: list) -> None:
    """All of those that were given, and the log."""
    log = SeedSigner("l", b"l" * 32).verifier
    policy = read_policy(policy_text("https://stars.example", [log], witnesses))
    assert policy.log_keys == (log,)
    assert list(policy.witness_keys) == witnesses
    assert policy.satisfied(enough)
    assert not witnesses or not policy.satisfied(enough[1:])


# A server that is not trusted


@pytest.fixture(scope="module")
def served() -> dict[str, bytes]:
    """Two full bundles, and a piece of one."""
    log = Log()
    log.earns(600)
    log.seal()
    return log.publish()


def export_from(
    files: dict[str, bytes], folder: Path, graphql: object = None, token: str | None = None
) -> Exported:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/graphql":
            return httpx.Response(200, json=graphql)
        data = files.get(request.url.path.removeprefix("/log/"))
        return httpx.Response(404) if data is None else httpx.Response(200, content=iter([data]))

    http = httpx.Client(transport=httpx.MockTransport(answer))
    return export_log(folder, "http://x", token, Trusted([LOG.verifier]), http=http)


def test_no_tile_that_is_damaged_is_written(served: dict[str, bytes], tmp_path: Path) -> None:
    """Nor the checkpoint: the folder is no log until all of it holds."""
    tiles = sorted(set(served) - {"checkpoint"})
    assert export_from(served, tmp_path / "whole").files == len(tiles) + 3
    for number, path in enumerate(tiles):
        data = served[path]
        for damaged in (bytes([data[0] ^ 1]) + data[1:], data[:-1] + bytes([data[-1] ^ 1]), b""):
            folder = tmp_path / f"{number}-{damaged[:1].hex()}"
            with pytest.raises(Problem, match="is not one"):
                export_from({**served, path: damaged}, folder)
            assert not (folder / "checkpoint").exists()
            assert not (folder / path).exists()


def test_a_tile_that_was_damaged_since_is_found(served: dict[str, bytes], tmp_path: Path) -> None:
    """What is there already is not taken on trust."""
    export_from(served, tmp_path / "log")
    (tmp_path / "log" / "tile" / "0" / "000").write_bytes(b"junk")
    with pytest.raises(Problem, match="tile/0/000"):
        export_from(served, tmp_path / "log")


def test_no_disk_is_filled(
    served: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By what a checkpoint states, or by what comes."""
    monkeypatch.setattr(module, "_MAX_BYTES", sum(map(len, served.values())) // 2)
    with pytest.raises(Problem, match="is larger than"):
        export_from(served, tmp_path / "log")
    monkeypatch.setattr(module, "_MAX_BYTES", 10_000)
    with pytest.raises(Problem, match="entries are more than"):
        export_from(served, tmp_path / "new")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    "answer",
    [
        [1],
        5,
        None,
        {"data": None},
        {"data": {}},
        {"data": {"a": "x", "b": "y"}},
        {"data": {"receipt": 5}},
        {"data": {"receipt": "no proof"}},
        {"data": {"receipt": "\ud800"}},
        {"data": {"receipt": None}},
        {"data": {"coalition": 5}},
        {"errors": 5},
        {"errors": [5]},
        {"errors": [{}]},
    ],
)
def test_answers_that_are_none_are_a_problem(
    answer: object, served: dict[str, bytes], tmp_path: Path
) -> None:
    """Whatever JSON they are."""
    with pytest.raises(Problem):
        export_from(served, tmp_path / "log", answer, "token")


@pytest.mark.parametrize("url", ["http://[::1", "http://a:b", "nowhere", "http://", "http://\x00"])
def test_an_address_that_is_none_is_a_problem(url: str, tmp_path: Path) -> None:
    with pytest.raises(Problem):
        export_log(tmp_path / "log", url, None, Trusted())
