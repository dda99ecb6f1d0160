"""`receipt(transactionId)`: that a transaction is in the log."""

from ledger.proofs import read_proof, verify_receipt
from tests.coalition import FUEL, GROCER, OPERATOR, as_member, gid, own_id
from tests.sealing import LOG_KEY, SealedHouse

QUERY = "query ($id: ID!) { receipt(transactionId: $id) }"


def test_who_takes_part_gets_a_receipt_that_verifies_offline(sealed: SealedHouse) -> None:
    """With the log's key alone it shows that very entry."""
    member = sealed.enrolled()
    earned = sealed.earned(member, 80)
    sealed.sealed()
    for actor in (OPERATOR, GROCER, as_member(member)):
        text = sealed.ask(actor, QUERY, id=earned)["receipt"]
        shown = verify_receipt(read_proof(text.encode()), [LOG_KEY.verifier])
        assert shown.entry.body["id"] == own_id(earned)
        assert shown.checkpoint == sealed.published()


def test_who_does_not_take_part_gets_none(sealed: SealedHouse) -> None:
    """As with the transaction itself; and as for one that there is not."""
    earned = sealed.earned(sealed.enrolled(), 80)
    sealed.sealed()
    for stranger in (FUEL, as_member(sealed.enrolled())):
        assert sealed.ask(stranger, QUERY, id=earned) == {"receipt": None}
    assert sealed.ask(OPERATOR, QUERY, id=gid("Transaction", "0" * 26)) == {"receipt": None}


def test_a_member_gets_no_receipt_that_states_anothers_balances(sealed: SealedHouse) -> None:
    """A transfer's entry states both wallets: neither end is shown it; operators are."""
    giver, receiver = sealed.enrolled(), sealed.enrolled()
    sealed.earned(giver, 80)
    given = sealed.input(toMemberId=receiver, currency="STARS", points=30)
    moved = sealed.done(as_member(giver), "transferPoints", given)["transaction"]["id"]
    sealed.sealed()
    for member in (giver, receiver):
        assert sealed.ask(as_member(member), QUERY, id=moved) == {"receipt": None}
    assert sealed.ask(OPERATOR, QUERY, id=moved)["receipt"]


def test_what_is_not_sealed_yet_says_so(sealed: SealedHouse) -> None:
    """Before the first block, and after it for what came later: ask again in a second."""
    earned = sealed.earned(sealed.enrolled(), 80)
    assert sealed.execute(QUERY, GROCER, id=earned).codes == ["NOT_SEALED"]
    sealed.sealed()
    later = sealed.earned(sealed.enrolled(), 80)
    (error,) = sealed.execute(QUERY, GROCER, id=later).errors
    assert error["extensions"] == {"code": "NOT_SEALED", "retryable": True}
    assert error["message"].endswith("ask again in a second.")
    sealed.sealed()
    assert sealed.ask(GROCER, QUERY, id=later)["receipt"]


def test_what_is_no_transaction_is_refused(sealed: SealedHouse) -> None:
    """Another type's id, and what is none."""
    for id_ in (gid("Wallet", "0" * 26), gid("Transaction", "../checkpoint")):
        assert sealed.execute(QUERY, OPERATOR, id=id_).codes == ["BAD_USER_INPUT"]


def test_without_token_nothing_is_seen(sealed: SealedHouse) -> None:
    """Whoever has no token gets no proof, of what exists or not."""
    earned = sealed.earned(sealed.enrolled(), 80)
    sealed.sealed()
    assert sealed.execute(QUERY, None, id=earned).codes == ["UNAUTHENTICATED"]
