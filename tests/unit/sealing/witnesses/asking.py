"""Witnesses that are asked to cosign size 9 of a true log: scripted ones and real ones."""

from pathlib import Path

from ledger.cosignatures import cosign
from ledger.notes import COSIGNATURE, SeedSigner
from sealing.ports import Answer, Post
from sealing.witnesses import Reply, WitnessTarget, cosign_all, one_by_one
from tests.unit.witness.logs import LOG, NOW, WITNESS, Log
from witness.protocol import parse_request
from witness.service import Witness
from witness.state import State

TRUTH = Log()
TARGET = WitnessTarget(WITNESS.verifier, "https://witness.example/w1/")
OTHER_WITNESS = SeedSigner("florist.example/witness", bytes(range(9, 41)), COSIGNATURE)
TEXT = TRUTH.checkpoint(9).text


class Scripted:
    """A witness that gives these answers, and keeps what it was asked."""

    def __init__(self, *answers: Answer | Exception) -> None:
        self.answers = list(answers)
        self.urls: list[str] = []
        self.asked: list[bytes] = []

    @property
    def olds(self) -> list[int]:
        return [parse_request(body).old for body in self.asked]

    def __call__(self, url: str, body: bytes) -> Answer:
        self.urls.append(url)
        self.asked.append(body)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def text(status: int, body: bytes = b"") -> Answer:
    return Answer(status, "text/plain; charset=utf-8", body)


def size(number: object) -> Answer:
    return Answer(409, "text/x.tlog.size", f"{number}\n".encode())


def cosigned(body: bytes | None = None) -> Answer:
    return text(200, cosign(TEXT, WITNESS, NOW) if body is None else body)


def ask(post: Post, known: int | None = None, log: Log = TRUTH) -> Reply:
    """The reply of one witness that is asked to cosign size 9."""
    (reply,) = cosign_all(
        log.note(9),
        [TARGET],
        consistency=log.prover(9),
        post=post,
        known={} if known is None else {TARGET.key: known},
        now=NOW,
        gather=one_by_one,
    )
    return reply


def served(directory: Path, *signers: SeedSigner, log: Log = TRUTH) -> Post:
    """Real witnesses, by the first part of their URL's path."""
    witnesses = {}
    for number, signer in enumerate(signers):
        place = directory / str(number)
        place.mkdir()
        state = State(place, str(signer.verifier), make=True)
        witnesses[f"http://{number}"] = Witness(signer, [LOG.verifier], state, lambda: NOW)

    def post(url: str, body: bytes) -> Answer:
        answer = witnesses[url.removesuffix("/add-checkpoint")].add_checkpoint(body)
        return Answer(answer.status, answer.content_type, answer.body)

    return post
