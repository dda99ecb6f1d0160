"""A witness with its database: what it answered is what it goes on from."""

from base64 import b64encode
from pathlib import Path
from threading import Barrier, Thread

import pytest

from tests.unit.witness.logs import LOG, NOW, OTHER_LOG, WITNESS, Log, request
from witness.protocol import Response
from witness.service import Accepts, NotYet, Witness
from witness.state import DATABASE, FORKS_KEPT, ForeignState, State, StateUnavailable

TRUTH = Log()


def witness(directory: Path, *, accepts: Accepts | None = None, now: int = NOW) -> Witness:
    state = State(directory, str(WITNESS.verifier), make=not (directory / DATABASE).exists())
    return Witness(WITNESS, [LOG.verifier], state, lambda: now, accepts=accepts)


def status(answer: Response) -> int:
    return answer.status


def test_it_goes_on_from_what_it_cosigned(tmp_path: Path):
    """Also another process that opens the same directory later."""
    first = witness(tmp_path)
    assert status(first.add_checkpoint(TRUTH.request(0, 5))) == 200
    assert status(first.add_checkpoint(TRUTH.request(5, 9))) == 200
    later = witness(tmp_path)
    assert later.add_checkpoint(TRUTH.request(5, 12)).body == b"9\n"
    assert status(later.add_checkpoint(TRUTH.request(9, 12))) == 200


def test_it_keeps_each_log_by_itself(tmp_path: Path):
    """Logs do not know of each other."""
    state = State(tmp_path, str(WITNESS.verifier), make=True)
    both = Witness(WITNESS, [LOG.verifier, OTHER_LOG.verifier], state, lambda: NOW)
    other = Log(signer=OTHER_LOG)
    assert status(both.add_checkpoint(TRUTH.request(0, 5))) == 200
    assert status(both.add_checkpoint(other.request(0, 8))) == 200
    sizes = {origin: seen and seen.size for origin, seen in both.logs().items()}
    assert sizes == {LOG.verifier.name: 5, OTHER_LOG.verifier.name: 8}


def test_a_fork_is_kept_as_proof(tmp_path: Path):
    """Both notes, as the log signed them; the same fork once, and not without bound."""
    one = witness(tmp_path)
    one.add_checkpoint(TRUTH.request(0, 5))
    lie = TRUTH.forked(at=4)
    for _ in range(2):
        assert status(one.add_checkpoint(lie.request(5, 5))) == 409
    assert witness(tmp_path).forks(LOG.verifier.name) == [(TRUTH.note(5), lie.note(5))]
    for number in range(FORKS_KEPT + 3):
        one.add_checkpoint(TRUTH.forked(4, told=f"lie {number}").request(5, 5))
    assert len(one.forks(LOG.verifier.name)) == FORKS_KEPT


def test_what_extends_the_log_is_looked_at_before_it_is_cosigned(tmp_path: Path):
    """A checkpoint that the hook refuses is not cosigned, nor written down; its reason is told."""
    looked_at = []

    def accepts(note: bytes) -> str | None:
        looked_at.append(note)
        return None if len(looked_at) == 1 else "block 2: balances do not follow"

    one = witness(tmp_path, accepts=accepts)
    assert status(one.add_checkpoint(TRUTH.request(0, 5))) == 200
    answer = one.add_checkpoint(TRUTH.request(5, 9))
    assert (answer.status, answer.body) == (422, b"block 2: balances do not follow\n")
    assert looked_at == [TRUTH.note(5), TRUTH.note(9)]
    seen = one.logs()[LOG.verifier.name]
    assert seen is not None
    assert seen.size == 5


def test_nobody_makes_it_look_into_a_log_with_a_request_that_it_refuses(tmp_path: Path):
    """Looking costs a replay: signature and consistency come first, and once is enough."""
    looked_at: list[bytes] = []
    one = witness(tmp_path, accepts=looked_at.append)
    one.add_checkpoint(b"nonsense")
    one.add_checkpoint(Log(signer=OTHER_LOG).request(0, 5))
    one.add_checkpoint(request(0, [], TRUTH.note(5).replace(b"ledger\n5", b"ledger\n6")))
    one.add_checkpoint(TRUTH.request(3, 5))
    assert not looked_at
    for _ in range(2):
        one.add_checkpoint(TRUTH.request(0, 5))
        one.add_checkpoint(TRUTH.request(5, 5))
        one.add_checkpoint(request(5, [], TRUTH.note(9)))
        one.add_checkpoint(TRUTH.forked(at=4).request(5, 5))
    assert looked_at == [TRUTH.note(5)]


def test_a_log_that_cannot_be_looked_into_is_to_ask_again(tmp_path: Path):
    """503: it is not refused, only not cosigned yet."""

    def accepts(note: bytes) -> str | None:
        raise NotYet("tile/0/000.p/5 is not to be had")

    answer = witness(tmp_path, accepts=accepts).add_checkpoint(TRUTH.request(0, 5))
    assert (answer.status, answer.body) == (503, b"tile/0/000.p/5 is not to be had\n")


def test_one_checkpoint_of_a_log_is_looked_into_at_a_time(tmp_path: Path):
    """Whoever posts it again meanwhile holds no thread of the witness."""

    def accepts(note: bytes) -> str | None:
        answers.append(one.add_checkpoint(TRUTH.request(0, 5)))
        return None

    answers: list[Response] = []
    one = witness(tmp_path, accepts=accepts)
    answers.append(one.add_checkpoint(TRUTH.request(0, 5)))
    answers.append(one.add_checkpoint(TRUTH.request(5, 5)))
    assert list(map(status, answers)) == [503, 200, 200]


def test_whoever_was_quicker_while_a_log_is_looked_into_is_seen(tmp_path: Path):
    """The decision stands on what is there when it is written down, not on what was before."""

    def accepts(note: bytes) -> str | None:
        assert status(witness(tmp_path).add_checkpoint(TRUTH.request(0, 9))) == 200
        return None

    slow = witness(tmp_path, accepts=accepts)
    answer = slow.add_checkpoint(TRUTH.request(0, 5))
    assert (answer.status, answer.body) == (409, b"9\n")


def test_of_conflicting_requests_at_once_exactly_one_is_cosigned(tmp_path: Path):
    """In threads and in several witnesses on one directory."""
    lies = [TRUTH.forked(4, told=f"lie {number}") for number in range(8)]
    barrier = Barrier(len(lies))
    answers: list[Response] = []

    witness(tmp_path)

    def ask(log: Log) -> None:
        one = witness(tmp_path)
        barrier.wait(10)
        answers.append(one.add_checkpoint(log.request(0, 5)))

    threads = [Thread(target=ask, args=(log,)) for log in lies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(map(status, answers)) == [200] + [409] * 7


def test_without_its_database_it_cosigns_nothing(tmp_path: Path):
    """503, to come back later."""
    one = witness(tmp_path)
    (tmp_path / DATABASE).unlink()
    (tmp_path / DATABASE).mkdir()
    assert status(one.add_checkpoint(TRUTH.request(0, 5))) == 503
    with pytest.raises(StateUnavailable):
        one.logs()


def test_a_database_that_vanished_is_not_begun_anew(tmp_path: Path):
    """A witness that forgot what it cosigned would cosign a second history."""
    one = witness(tmp_path)
    one.add_checkpoint(TRUTH.request(0, 5))
    (tmp_path / DATABASE).unlink()
    assert status(one.add_checkpoint(TRUTH.forked(at=4).request(0, 5))) == 503
    assert not (tmp_path / DATABASE).exists()
    with pytest.raises(StateUnavailable):
        State(tmp_path, str(WITNESS.verifier))


def test_a_damaged_database_is_not_begun_anew(tmp_path: Path):
    """It is an error, and a witness does not start on it."""
    witness(tmp_path)
    (tmp_path / DATABASE).write_bytes(b"nothing that SQLite knows" * 400)
    with pytest.raises(StateUnavailable):
        witness(tmp_path)


def test_what_it_cosigned_outlasts_a_power_cut(tmp_path: Path):
    """As far as SQLite promises it: the journal's end is on the disk before the answer is given."""
    state = State(tmp_path, str(WITNESS.verifier), make=True)
    with state._connection() as database:
        settings = [
            database.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "fullfsync")
        ]
    assert settings == ["delete", 3, 1]  # 3: EXTRA


def test_a_database_belongs_to_one_key(tmp_path: Path):
    """What another key cosigned says nothing about what this one did."""
    witness(tmp_path)
    with pytest.raises(ForeignState):
        State(tmp_path, make=True, vkey="another.example+00000000+" + b64encode(bytes(33)).decode())
