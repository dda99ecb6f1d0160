"""The published checkpoint is cosigned, and published again with what the witnesses signed."""

from pathlib import Path
from urllib.parse import urlsplit

from ledger.cosignatures import cosignatures
from loyalty.ports import StoreUnavailable
from sealing.ports import Answer
from sealing.witnesses import Outcome, WitnessTarget, one_by_one
from sealing.witnessing import Witnessing
from tests.sealing import LOG_KEY, SealedHouse
from witness.run import open_witness


class Witnesses:
    """Real witnesses, reached without a network."""

    def __init__(self, folder: Path, house: SealedHouse, *names: str) -> None:
        self.house = house
        self.down: set[str] = set()
        self.asked = 0
        self.services = {
            name: open_witness(
                folder / name,
                name,
                [LOG_KEY.verifier],
                clock=lambda: int(house.clock.timestamp()),
            )
            for name in names
        }
        self.keys = [service.verifier for service in self.services.values()]
        targets = [WitnessTarget(key, f"https://{key.name}") for key in self.keys]
        self.witnessing = Witnessing(house.log, targets, self.post, lambda: house.clock, one_by_one)

    def post(self, url: str, body: bytes) -> Answer:
        self.asked += 1
        name = str(urlsplit(url).hostname)
        if name in self.down:
            raise StoreUnavailable(name)
        response = self.services[name].add_checkpoint(body)
        return Answer(response.status, response.content_type, response.body)

    def cosigned(self) -> set[str]:
        note = self.house.log.read("checkpoint")
        assert note is not None
        return {key.name for key in cosignatures(note, self.keys)}


def test_all_witnesses_cosign_every_checkpoint(tmp_path: Path) -> None:
    house = SealedHouse()
    witnesses = Witnesses(tmp_path, house, "w1.example", "w2.example")
    assert witnesses.witnessing.ask() == []
    for _ in range(3):
        house.earned(house.enrolled(), 5)
        house.sealed()
        assert witnesses.cosigned() == set()
        witnesses.witnessing.ask()
        assert witnesses.cosigned() == {"w1.example", "w2.example"}


def test_a_checkpoint_that_all_have_cosigned_is_not_sent_again(tmp_path: Path) -> None:
    house = SealedHouse()
    witnesses = Witnesses(tmp_path, house, "w1.example")
    house.sealed()
    witnesses.witnessing.ask()
    asked = witnesses.asked
    assert witnesses.witnessing.ask() == []
    assert witnesses.asked == asked
    witnesses.witnessing.ask(everyone=True)
    assert witnesses.asked == asked + 1


def test_a_witness_that_is_down_delays_nothing_and_catches_up(tmp_path: Path) -> None:
    house = SealedHouse()
    witnesses = Witnesses(tmp_path, house, "w1.example", "w2.example")
    witnesses.down.add("w1.example")
    house.sealed()
    outcomes = {reply.outcome for reply in witnesses.witnessing.ask()}
    assert outcomes == {Outcome.COSIGNED, Outcome.UNAVAILABLE}
    assert witnesses.cosigned() == {"w2.example"}
    witnesses.down.clear()
    witnesses.witnessing.ask()
    assert witnesses.cosigned() == {"w1.example", "w2.example"}


def test_a_witness_that_is_ahead_of_a_restored_log_is_told_of(tmp_path: Path) -> None:
    house = SealedHouse()
    witnesses = Witnesses(tmp_path, house, "w1.example")
    house.sealed()
    note = house.log.read("checkpoint")
    assert note is not None
    house.earned(house.enrolled(), 5)
    house.sealed()
    witnesses.witnessing.ask()
    house.log.delete("checkpoint")
    house.log.create("checkpoint", note)
    (reply,) = witnesses.witnessing.ask(everyone=True)
    assert reply.outcome is Outcome.AHEAD
