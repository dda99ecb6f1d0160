"""Proofs from the published log: what they show, and what there is none of."""

import pytest
from strawberry.relay import GlobalID

from ledger.balance_proofs import read_state, verify_balance
from ledger.checkpoints import opened
from ledger.cosignatures import cosign, with_lines
from ledger.errors import RuleBroken
from ledger.names import CurrencyCode, TransactionId, WalletId
from ledger.notes import COSIGNATURE, SeedSigner
from ledger.proofs import read_proof, verify_receipt
from ledger.tree import check_consistency
from loyalty.ports import StoreUnavailable
from sealing.proving import Prover
from tests.sealing import LOG_KEY, SealedHouse

STARS = CurrencyCode("STARS")
KEYS = [LOG_KEY.verifier]
NOBODY = WalletId("0" * 26)


@pytest.fixture
def house() -> SealedHouse:
    return SealedHouse()


@pytest.fixture
def prover(house: SealedHouse) -> Prover:
    return Prover(house.store, house.heads, house.log, house.own)


def earned(house: SealedHouse, points: int) -> TransactionId:
    return TransactionId(GlobalID.from_id(house.earned(house.enrolled(), points)).node_id)


def test_a_receipt_shows_the_entry_in_the_log(house: SealedHouse, prover: Prover) -> None:
    ids = [earned(house, points) for points in (5, 6)]
    house.sealed()
    ids.append(earned(house, 7))
    house.sealed()
    for id_ in ids:
        data = prover.receipt(id_)
        assert data is not None
        receipt = verify_receipt(read_proof(data), KEYS)
        assert receipt.entry.body["id"] == id_
        assert receipt.index == prover.index(id_)


def test_there_is_no_receipt_before_the_seal(house: SealedHouse, prover: Prover) -> None:
    house.sealed()
    id_ = earned(house, 5)
    assert prover.receipt(id_) is None
    assert prover.index(id_) is None


def test_a_balance_proof_shows_what_a_wallet_is_owed(house: SealedHouse, prover: Prover) -> None:
    for points in (5, 60, 700):
        earned(house, points)
    house.sealed()
    for wallet in house.wallets():
        data = prover.balance_proof(wallet, STARS)
        assert data is not None
        shown = verify_balance(read_proof(data), wallet, KEYS)
        assert shown.state is not None
        row = house.store.wallet(wallet)
        assert row is not None
        assert read_state(shown.state).balances == row.wallet.balances


def test_a_balance_proof_is_of_the_block_not_of_what_came_after(
    house: SealedHouse, prover: Prover
) -> None:
    ana = house.enrolled()
    house.earned(ana, 5)
    house.sealed()
    house.earned(ana, 6)
    (wallet,) = house.wallets()
    data = prover.balance_proof(wallet, STARS)
    assert data is not None
    assert verify_balance(read_proof(data), wallet, KEYS).owed == 5


def test_a_wallet_without_an_entry_is_shown_to_be_absent(
    house: SealedHouse, prover: Prover
) -> None:
    house.sealed()
    for _ in range(3):
        data = prover.balance_proof(NOBODY, STARS)
        assert data is not None
        assert verify_balance(read_proof(data), NOBODY, KEYS).state is None
        earned(house, 5)
        house.sealed()


def test_a_currency_that_the_block_lacks_is_refused(house: SealedHouse, prover: Prover) -> None:
    house.sealed()
    with pytest.raises(RuleBroken, match=r"balance\.currency"):
        prover.balance_proof(NOBODY, CurrencyCode("EUR"))


def test_while_a_newer_head_is_published_there_is_no_balance_proof(
    house: SealedHouse, prover: Prover
) -> None:
    house.sealed()
    note = house.log.read("checkpoint")
    assert note is not None
    earned(house, 5)
    house.sealed()
    house.log.delete("checkpoint")
    house.log.create("checkpoint", note)
    with pytest.raises(StoreUnavailable):
        prover.balance_proof(NOBODY, STARS)


def test_every_earlier_checkpoint_is_the_beginning_of_the_published_one(
    house: SealedHouse, prover: Prover
) -> None:
    seen = []
    for points in (5, 6, 7):
        earned(house, points)
        house.sealed()
        seen.append(house.published())
    for old in seen:
        proof = prover.consistency(old.size)
        check_consistency(old.size, old.root, seen[-1].size, seen[-1].root, proof)


@pytest.mark.parametrize("size", [-1, 10**6])
def test_consistency_from_a_size_that_never_was_is_refused(
    house: SealedHouse, prover: Prover, size: int
) -> None:
    house.sealed()
    with pytest.raises(RuleBroken):
        prover.consistency(size)


def test_blocks_come_newest_first_in_pages(house: SealedHouse, prover: Prover) -> None:
    for points in (5, 6, 7):
        earned(house, points)
        house.sealed()
    whole = prover.blocks(None, 10)
    assert [each.block.height for each in whole] == [2, 1, 0]
    assert [each.block.prev for each in whole[:-1]] == [each.hash for each in whole[1:]]
    first = prover.blocks(None, 1)
    assert first + prover.blocks(first[-1].block.size, 10) == whole
    assert prover.blocks(whole[-1].block.size, 10) == []


@pytest.mark.parametrize("size", [0, 1, 10**6])
def test_a_page_of_blocks_begins_after_a_block(
    house: SealedHouse, prover: Prover, size: int
) -> None:
    house.sealed()
    with pytest.raises(RuleBroken):
        prover.blocks(size, 10)


@pytest.mark.parametrize("path", ["tile/0/../x", "own/pages", "tile/0/1", "/checkpoint", ""])
def test_only_paths_of_a_log_are_read(prover: Prover, path: str) -> None:
    with pytest.raises(RuleBroken):
        prover.read(path)


def test_the_published_checkpoint_is_the_logs(house: SealedHouse, prover: Prover) -> None:
    assert prover.checkpoint() is None
    house.sealed()
    note = prover.read("checkpoint")
    assert note is not None
    assert opened(note, KEYS) == house.published()
    assert prover.checkpoint() == note


def rolled_back(house: SealedHouse) -> TransactionId:
    """The first transaction past the published checkpoint, which is in a newer head's log."""
    house.sealed()
    note = house.log.read("checkpoint")
    assert note is not None
    id_ = earned(house, 5)
    house.sealed()
    house.log.delete("checkpoint")
    house.log.create("checkpoint", note)
    return id_


def test_there_is_no_receipt_while_a_newer_head_is_published(
    house: SealedHouse, prover: Prover
) -> None:
    """Though it is known where the transaction will stand: right after the last leaf."""
    id_ = rolled_back(house)
    assert house.heads.index(id_) == house.published().size
    assert prover.receipt(id_) is None
    assert prover.index(id_) is None


def test_proofs_have_the_cosignatures_gathered_by_then(house: SealedHouse, prover: Prover) -> None:
    """Else no quorum would believe them."""
    id_ = earned(house, 5)
    house.sealed()
    note = house.log.read("checkpoint")
    assert note is not None
    witness = SeedSigner("w1.example", b"w" * 32, COSIGNATURE)
    note = with_lines(note, [cosign(house.published().text, witness, 1_700_000_000)])
    house.log.delete("checkpoint")
    house.log.create("checkpoint", note)
    (wallet,) = house.wallets()
    for data in (prover.receipt(id_), prover.balance_proof(wallet, STARS)):
        assert data is not None
        assert read_proof(data).checkpoint == note


def test_a_page_has_no_more_blocks_than_asked_for(house: SealedHouse, prover: Prover) -> None:
    for points in (5, 6, 7):
        earned(house, points)
        house.sealed()
    assert [len(prover.blocks(None, limit)) for limit in range(5)] == [0, 1, 2, 3, 3]


@pytest.mark.parametrize("size", [-1, 0, 10**6])
def test_a_size_that_the_log_has_not_is_said_to_be_no_blocks(
    house: SealedHouse, prover: Prover, size: int
) -> None:
    """By the rule's name: nothing is wrong with the tiles."""
    house.sealed()
    with pytest.raises(RuleBroken, match=r"block\.size"):
        prover.blocks(size, 10)
