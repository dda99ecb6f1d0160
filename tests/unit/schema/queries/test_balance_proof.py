"""`balanceProof(walletId, currency)`: that a wallet is part of what the coalition owes."""

import pytest

from ledger.balance_proofs import BalanceShown, verify_balance
from ledger.names import WalletId
from ledger.proofs import read_proof
from loyalty.actors import PartnerActor
from tests.coalition import GROCER, OPERATOR, House, as_member, gid, own_id
from tests.sealing import LOG_KEY, SealedHouse

QUERY = """query ($id: ID!, $currency: String) {
    balanceProof(walletId: $id, currency: $currency) }"""
NOBODYS = gid("Wallet", "0" * 26)


def shown(text: str, wallet: str) -> BalanceShown:
    return verify_balance(
        read_proof(text.encode()), WalletId(own_id(wallet)), [LOG_KEY.verifier], None
    )


def wallet_of(house: House, member: str, currency: str = "STARS") -> str:
    return str(house.wallet(member, currency)["id"])


def test_who_may_see_a_wallet_gets_its_proof(sealed: SealedHouse) -> None:
    """Its member, operators and partners; it shows the balance, as part of all that is owed."""
    member, other = sealed.enrolled(), sealed.enrolled()
    sealed.earned(member, 80)
    sealed.earned(other, 20)
    sealed.sealed()
    wallet = wallet_of(sealed, member)
    for actor in (OPERATOR, GROCER, as_member(member)):
        balance = shown(sealed.ask(actor, QUERY, id=wallet)["balanceProof"], wallet)
        assert (balance.owed, balance.block.balances[balance.currency].owed) == (80, 100)
    assert sealed.ask(as_member(other), QUERY, id=wallet) == {"balanceProof": None}


def test_a_wallet_without_an_entry_is_shown_to_have_none(sealed: SealedHouse) -> None:
    """The member has it already, the log has nothing of it."""
    member = sealed.enrolled()
    sealed.earned(sealed.enrolled(), 20)
    sealed.sealed()
    wallet = wallet_of(sealed, member)
    balance = shown(sealed.ask(as_member(member), QUERY, id=wallet)["balanceProof"], wallet)
    assert (balance.state, balance.owed) == (None, 0)


def test_that_there_is_no_such_wallet_can_be_shown(sealed: SealedHouse) -> None:
    """To operators and partners, in a currency that they name; it concerns no member."""
    sealed.earned(sealed.enrolled(), 20)
    sealed.sealed()
    for actor in (OPERATOR, GROCER):
        text = sealed.ask(actor, QUERY, id=NOBODYS, currency="STARS")["balanceProof"]
        assert shown(text, NOBODYS).state is None
    member = as_member(sealed.enrolled())
    assert sealed.ask(member, QUERY, id=NOBODYS, currency="STARS") == {"balanceProof": None}
    stranger = PartnerActor("nobody")
    assert sealed.ask(stranger, QUERY, id=NOBODYS, currency="STARS") == {"balanceProof": None}


@pytest.mark.parametrize("currency", [None, "EUROS", "", "S" * 100])
def test_a_wallet_that_there_is_not_needs_a_currency(
    sealed: SealedHouse, currency: str | None
) -> None:
    """One that there is."""
    sealed.sealed()
    answer = sealed.execute(QUERY, OPERATOR, id=NOBODYS, currency=currency)
    assert answer.codes == ["BAD_USER_INPUT"]


def test_a_wallet_is_in_its_own_currency_alone(sealed: SealedHouse) -> None:
    """That it is not in another says nothing of what is owed."""
    member = sealed.enrolled()
    sealed.sealed()
    wallet = wallet_of(sealed, member)
    assert sealed.ask(OPERATOR, QUERY, id=wallet, currency="STARS")["balanceProof"]
    answer = sealed.execute(QUERY, OPERATOR, id=wallet, currency="LITRES")
    assert answer.codes == ["BAD_USER_INPUT"]


def test_what_is_not_sealed_yet_says_so(sealed: SealedHouse) -> None:
    """Before the first block, and in a currency that is younger than the newest."""
    member = sealed.enrolled()
    answer = sealed.execute(QUERY, OPERATOR, id=wallet_of(sealed, member))
    assert answer.codes == ["NOT_SEALED"]
    sealed.sealed()
    sealed.done(OPERATOR, "createCurrency", sealed.input(code="MILES", decimals=0))
    answer = sealed.execute(QUERY, OPERATOR, id=NOBODYS, currency="MILES")
    assert answer.codes == ["NOT_SEALED"]
    sealed.sealed()
    assert sealed.ask(OPERATOR, QUERY, id=NOBODYS, currency="MILES")["balanceProof"]


def test_while_a_newer_block_is_published_it_is_worth_asking_again(sealed: SealedHouse) -> None:
    """The head is ahead of what is published: neither shows the balance as of one block."""
    member = sealed.enrolled()
    sealed.sealed()
    before = sealed.log.read_tagged("checkpoint")
    sealed.earned(member, 80)
    sealed.sealed()
    there = sealed.log.read_tagged("checkpoint")
    assert before is not None
    assert there is not None
    assert sealed.log.replace("checkpoint", before.data, there.tag)
    (error,) = sealed.execute(QUERY, OPERATOR, id=wallet_of(sealed, member)).errors
    assert error["extensions"] == {"code": "UNAVAILABLE", "retryable": True}
