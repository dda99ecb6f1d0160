"""The coalition's entry key, its log key and a partner's key change while members go on, and nobody
who verifies notices: not from genesis, not from where an audit ended, not with a receipt."""

from dataclasses import replace
from pathlib import Path

import pytest

from functions.api import application
from ledger.audit import audit
from ledger.audit_state import AuditState
from ledger.names import TransactionId, transaction_id
from ledger.notes import SeedSigner, VerifierKey
from ledger.proofs import read_proof, verify_receipt
from local.auditing import keys_of
from local.exporting import Trusted, export_log
from local.log_source import log_source
from local.problems import Problem
from local.serving import serving
from loyalty.own_keys import Held, add_own_key, revoke_own_key
from loyalty.refusals import Code, Refused
from sealing.ports import Answer
from sealing.proving import Prover
from sealing.sealer import Keys
from sealing.stopped import Reason, SealingStopped
from sealing.witnesses import Outcome, WitnessTarget
from sealing.witnessing import Witnessing
from tests.coalition import GROCER, own_id
from tests.sealing import LOG_KEY, SealedHouse
from tests.signing import ORIGIN, asked, key_of, signature
from witness.run import open_witness

NEXT_LOG = SeedSigner(ORIGIN, b"m" * 32)
NEXT_ENTRIES = SeedSigner(f"{ORIGIN}/entries", b"n" * 32)
OLD, BOTH, NEW = [LOG_KEY.verifier], [LOG_KEY.verifier, NEXT_LOG.verifier], [NEXT_LOG.verifier]


class Rotating(SealedHouse):
    """Members buy with the grocer's newest key, and what they did is kept with its receipt."""

    def __init__(self) -> None:
        super().__init__()
        self.prover = Prover(self.store, self.heads, self.log, self.own)
        self.first_entries = self.coalition.entry_signer
        self.member = self.enrolled()
        self.key = "grocer"
        self.receipts: list[bytes] = []

    def deploy(self, entries: list[SeedSigner], log: list[SeedSigner]) -> None:
        """Functions begin anew with these keys."""
        first, *further = entries
        self.coalition = replace(self.coalition, entry_signer=first, further_signers=tuple(further))
        self.keys = Keys(log, first, further)
        self.sealer = self.new_sealer()

    @property
    def held(self) -> Held:
        entries = (self.keys.entries, *self.keys.further)
        return Held(
            frozenset(str(each.verifier) for each in entries),
            frozenset(str(each.verifier) for each in self.keys.log),
        )

    def trades(self) -> TransactionId:
        """A purchase and a gift; sealed, published, and its receipt kept."""
        paid = self.purchase(self.member, 700)
        subject = transaction_id(GROCER.party, paid["idempotencyKey"])
        paid["signature"] = signature(self.key, "earn", subject, asked(paid))
        done = self.done(GROCER, "recordPurchase", paid)
        self.sealed()
        id_ = TransactionId(own_id(done["transactions"][-1]["id"]))
        receipt = self.prover.receipt(id_)
        assert receipt is not None
        self.receipts.append(receipt)
        return id_

    def verifies(self, log_keys: list[VerifierKey], state: Path | None = None) -> None:
        """From genesis, and from where the last audit with that state ended."""
        assert audit(self.log, log_keys, cores=1).fault is None
        if state is not None:
            went_on = AuditState(state)
            audited = audit(self.log, log_keys, state=went_on, cores=1)
            assert audited.fault is None
            assert audited.checkpoint == self.published_by(log_keys)
            went_on.close()

    def published_by(self, log_keys: list[VerifierKey]) -> object:
        return audit(self.log, log_keys, cores=1).checkpoint

    def ends(self, party: str, signer: SeedSigner) -> None:
        revoke_own_key(self.coalition, party, signer.verifier.label, self.held)

    def minute(self) -> None:
        """Past the end of what was revoked, with a purchase under the block that says so."""
        self.wait(seconds=30)
        self.trades()
        self.wait(seconds=31)


@pytest.fixture
def house() -> Rotating:
    return Rotating()


def test_the_entry_key_changes_without_a_break(house: Rotating, tmp_path: Path) -> None:
    """Added, deployed beside the old one, the old one revoked, and taken out."""
    house.trades()
    house.verifies(OLD, tmp_path / "state")
    add_own_key(house.coalition, "entries", str(NEXT_ENTRIES.verifier), house.held)
    # Functions that are not deployed yet go on with the old one, those that are with the new one.
    house.trades()
    house.deploy([house.first_entries, NEXT_ENTRIES], [LOG_KEY])
    house.trades()
    assert house.coalition.signer(house.coalition.governance(), house.coalition.now()) is (
        NEXT_ENTRIES
    )
    house.verifies(OLD, tmp_path / "state")
    house.ends("entries", house.first_entries)
    house.minute()
    house.trades()
    house.deploy([NEXT_ENTRIES], [LOG_KEY])
    house.trades()
    house.verifies(OLD, tmp_path / "state")
    assert_receipts(house, OLD)


def test_the_log_key_changes_without_a_break(house: Rotating, tmp_path: Path) -> None:
    """Deployed, added, learned by everybody while both sign, the old one revoked, and taken out."""
    house.trades()
    house.verifies(OLD, tmp_path / "state")
    house.deploy([house.first_entries], [LOG_KEY, NEXT_LOG])
    house.trades()
    add_own_key(house.coalition, "log", str(NEXT_LOG.verifier), house.held)
    house.trades()
    for keys in (OLD, NEW, BOTH):
        house.verifies(keys)
    # Whoever goes on from an audit gives it both once.
    house.verifies(BOTH, tmp_path / "state")
    house.ends("log", LOG_KEY)
    house.minute()
    house.trades()
    house.deploy([house.first_entries], [NEXT_LOG])
    house.trades()
    house.verifies(NEW, tmp_path / "state")
    # With the old key alone nobody is told that all is well any more.
    fault = audit(house.log, OLD, cores=1).fault
    assert fault is not None
    assert fault.rule == "checkpoint.signature"
    for receipt in house.receipts[:2]:
        verify_receipt(read_proof(receipt), OLD)
    for receipt in house.receipts[2:]:
        verify_receipt(read_proof(receipt), NEW)


def test_a_witness_goes_on_across_a_change_of_the_log_key(house: Rotating, tmp_path: Path) -> None:
    """It is started with both keys while both sign, and with the next one after."""

    def cosigned(log_keys: list[VerifierKey]) -> bool:
        witness = open_witness(
            tmp_path, "w.example", log_keys, clock=lambda: int(house.clock.timestamp())
        )

        def post(_url: str, body: bytes) -> Answer:
            answer = witness.add_checkpoint(body)
            return Answer(answer.status, answer.content_type, answer.body)

        target = WitnessTarget(witness.verifier, "https://w.example")
        asking = Witnessing(house.log, [target], post, lambda: house.clock)
        (reply,) = asking.ask(everyone=True)
        return reply.outcome is Outcome.COSIGNED

    house.trades()
    assert cosigned(OLD)
    house.deploy([house.first_entries], [LOG_KEY, NEXT_LOG])
    add_own_key(house.coalition, "log", str(NEXT_LOG.verifier), house.held)
    house.trades()
    assert cosigned(BOTH)
    house.ends("log", LOG_KEY)
    house.minute()
    house.trades()
    assert not cosigned(OLD)
    assert cosigned(NEW)


def test_an_export_goes_on_across_a_change_of_the_log_key(house: Rotating, tmp_path: Path) -> None:
    """With both keys while both sign, and then with the next one, in the same folder."""
    app = application(house.coalition, Nobody(), house.prover)  # type: ignore[arg-type]
    folder = tmp_path / "log"

    def exports(*keys: VerifierKey) -> None:
        # One at a time: the sealer runs in between.
        with serving(app, 0) as url:
            export_log(folder, url, None, Trusted(keys, []))
        with log_source(str(folder)) as source:
            given = list(keys_of([f"@{folder / 'log.vkey'}"]))
            assert given == list(keys)
            assert audit(source, given, cores=1).fault is None

    house.trades()
    exports(*OLD)
    house.deploy([house.first_entries], [LOG_KEY, NEXT_LOG])
    add_own_key(house.coalition, "log", str(NEXT_LOG.verifier), house.held)
    house.trades()
    exports(*BOTH)
    house.ends("log", LOG_KEY)
    house.minute()
    house.trades()
    exports(*NEW)
    with pytest.raises(Problem, match="another key than at first"), serving(app, 0) as url:
        export_log(tmp_path / "anew", url, None, Trusted([], []))


class Nobody:
    """An issuer that nobody has a token of."""


def test_a_partners_key_changes_without_a_break(house: Rotating, tmp_path: Path) -> None:
    """Added with the word of the old one, which signs until it has ended."""
    house.trades()
    house.verifies(OLD, tmp_path / "state")
    house.done(GROCER, "addPartnerKey", house.partner_key("grocer", "grocer-2"))
    house.trades()
    house.key = "grocer-2"
    house.trades()
    wanted = house.revocation("partner:grocer", "grocer", by="grocer-2")
    house.done(GROCER, "revokeKey", wanted)
    house.key = "grocer"
    house.minute()
    house.key = "grocer-2"
    house.trades()
    house.verifies(OLD, tmp_path / "state")
    assert_receipts(house, OLD)
    assert [str(key_of("grocer-2").verifier)] == house.coalition.governance().keys_of(
        "partner:grocer", house.coalition.now()
    )


def test_all_three_keys_change_at_once(house: Rotating, tmp_path: Path) -> None:
    """In any order, with purchases in between."""
    house.trades()
    house.deploy([house.first_entries, NEXT_ENTRIES], [LOG_KEY, NEXT_LOG])
    add_own_key(house.coalition, "log", str(NEXT_LOG.verifier), house.held)
    add_own_key(house.coalition, "entries", str(NEXT_ENTRIES.verifier), house.held)
    house.done(GROCER, "addPartnerKey", house.partner_key("grocer", "grocer-2"))
    house.trades()
    house.verifies(BOTH, tmp_path / "state")
    house.ends("entries", house.first_entries)
    house.done(GROCER, "revokeKey", house.revocation("partner:grocer", "grocer", by="grocer-2"))
    house.ends("log", LOG_KEY)
    house.minute()
    house.key = "grocer-2"
    house.trades()
    house.deploy([NEXT_ENTRIES], [NEXT_LOG])
    house.trades()
    house.verifies(BOTH, tmp_path / "state")
    house.verifies(NEW)
    assert_receipts(house, BOTH)


def assert_receipts(house: Rotating, log_keys: list[VerifierKey]) -> None:
    """Those of before and those of after hold, for ever."""
    assert len(house.receipts) > 3
    for receipt in house.receipts:
        verify_receipt(read_proof(receipt), log_keys)


def refused(act: object, *arguments: object) -> Code:
    with pytest.raises(Refused) as refused_:
        act(*arguments)  # type: ignore[operator]
    return refused_.value.code


def test_what_would_stop_the_sealer_is_refused(house: Rotating) -> None:
    """A log key that it has no signer for, the last one, and the only entry key that is held."""
    next_log, next_entries = str(NEXT_LOG.verifier), str(NEXT_ENTRIES.verifier)
    coalition, old = house.coalition, house.first_entries.verifier.label
    assert refused(add_own_key, coalition, "log", next_log, house.held) is Code.NOT_ELIGIBLE
    last = (coalition, "log", LOG_KEY.verifier.label, house.held)
    assert refused(revoke_own_key, *last) is Code.NOT_ELIGIBLE
    assert refused(revoke_own_key, coalition, "entries", old, house.held) is Code.NOT_ELIGIBLE
    # Added, and deployed nowhere.
    add_own_key(coalition, "entries", next_entries, house.held)
    assert refused(revoke_own_key, coalition, "entries", old, house.held) is Code.NOT_ELIGIBLE
    house.deploy([house.first_entries, NEXT_ENTRIES], [LOG_KEY, NEXT_LOG])
    add_own_key(coalition, "log", next_log, house.held)
    only_old = house.held._replace(log=frozenset({str(LOG_KEY.verifier)}))
    assert refused(revoke_own_key, coalition, "log", last[2], only_old) is Code.NOT_ELIGIBLE
    unknown = NEXT_LOG.verifier.label[:-1] + "x"
    assert refused(revoke_own_key, coalition, "log", unknown, house.held) is Code.NOT_FOUND
    house.trades()
    house.verifies(BOTH)


def test_a_key_is_not_ended_where_the_other_one_is_about_to_end(house: Rotating) -> None:
    """Of two that are revoked within the minute one stays."""
    house.deploy([house.first_entries, NEXT_ENTRIES], [LOG_KEY, NEXT_LOG])
    add_own_key(house.coalition, "entries", str(NEXT_ENTRIES.verifier), house.held)
    house.ends("entries", house.first_entries)
    label = NEXT_ENTRIES.verifier.label
    arguments = (house.coalition, "entries", label, house.held)
    assert refused(revoke_own_key, *arguments) is Code.NOT_ELIGIBLE


def test_a_key_of_another_name_is_not_the_coalitions(house: Rotating) -> None:
    """An entry key signs as the origin's entries, a log key as the origin."""
    arguments = (house.coalition, "entries", str(NEXT_LOG.verifier), house.held)
    assert refused(add_own_key, *arguments) is Code.INVALID_INPUT


def test_a_log_key_that_is_taken_out_before_it_has_ended_stops_the_sealer(
    house: Rotating,
) -> None:
    """And nothing is published: with its signer back, it goes on."""
    house.deploy([house.first_entries], [LOG_KEY, NEXT_LOG])
    add_own_key(house.coalition, "log", str(NEXT_LOG.verifier), house.held)
    house.trades()
    house.ends("log", LOG_KEY)
    house.deploy([house.first_entries], [NEXT_LOG])
    house.earned(house.member, 5)
    with pytest.raises(SealingStopped) as stopped:
        house.sealed()
    assert stopped.value.reason is Reason.KEY
    house.wait(minutes=1)
    house.trades()
    house.verifies(NEW)
