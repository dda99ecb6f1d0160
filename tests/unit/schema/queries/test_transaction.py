"""`transaction(id)`: one entry of the ledger, shown so that it can be checked."""

from base64 import b64decode

from ledger.entries import read_entry
from ledger.instructions import instruction
from ledger.names import entry_hash
from ledger.notes import signature_holds
from tests.coalition import FLORIST, FUEL, GROCER, OPERATOR, House, as_member, own_id
from tests.results import TRANSACTION
from tests.signing import ORIGIN, key_of

QUERY = f"query ($id: ID!) {{ transaction(id: $id) {TRANSACTION} }}"


def test_an_entry_can_be_checked_from_what_is_shown(house: House) -> None:
    """Hash, ledger's signature and partner's signature follow from the entry's own text."""
    earned = house.earned(house.enrolled(), 80)
    query = """query ($id: ID!) { transaction(id: $id) { id entry entryHash signature kind at rule
        by { party key signature asked } } }"""
    shown = house.ask(OPERATOR, query, id=earned)["transaction"]
    entry = read_entry(shown["entry"].encode())
    assert shown["entryHash"] == entry_hash(shown["entry"].encode())
    assert b64decode(shown["signature"]) == entry.signature.signature
    signer = house.coalition.entry_signer.verifier
    assert signature_holds(signer.public, entry.text, b64decode(shown["signature"]))
    by = shown["by"]
    message = instruction(ORIGIN, "earn", own_id(earned), by["asked"])
    assert signature_holds(key_of("grocer").verifier.public, message, b64decode(by["signature"]))


def test_who_takes_part_sees_it(house: House) -> None:
    """Its member, its partner and operators do; other members and partners find nothing."""
    member, other = house.enrolled(), house.enrolled()
    earned = house.earned(member, 80)
    for actor in (OPERATOR, GROCER, as_member(member)):
        assert house.ask(actor, QUERY, id=earned)["transaction"]["id"] == earned
    for stranger in (FUEL, FLORIST, as_member(other)):
        assert house.ask(stranger, QUERY, id=earned) == {"transaction": None}


def test_both_ends_of_a_transfer_see_it(house: House) -> None:
    """Giver and receiver do, and no partner."""
    giver, receiver = house.enrolled(), house.enrolled()
    house.earned(giver, 80)
    given = house.input(toMemberId=receiver, currency="STARS", points=30)
    moved = house.done(as_member(giver), "transferPoints", given)["transaction"]["id"]
    for actor in (OPERATOR, as_member(giver), as_member(receiver)):
        assert house.ask(actor, QUERY, id=moved)["transaction"]["kind"] == "transfer"
    assert house.ask(GROCER, QUERY, id=moved) == {"transaction": None}


def test_what_it_goes_back_to_is_shown(house: House) -> None:
    """A reversal leads to its earn, an earn to nothing."""
    earned = house.earned(house.enrolled(), 80)
    sent = house.signed(GROCER, "reverse", house.input(transactionId=earned, points=1))
    taken = house.done(GROCER, "reverseTransaction", sent)["transaction"]["id"]
    assert house.ask(GROCER, QUERY, id=taken)["transaction"]["of"] == {"id": earned}
    assert house.ask(GROCER, QUERY, id=earned)["transaction"]["of"] is None
