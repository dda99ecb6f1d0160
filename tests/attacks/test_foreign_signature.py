"""Attack: a partner's valid token with another partner's valid signature."""

from base64 import b64encode

from ledger.instructions import instruction
from ledger.names import transaction_id
from tests.coalition import FUEL, GROCER, House
from tests.signing import asked, key_of, signature


def test_foreign_signature(house: House) -> None:
    """What fuel signed for itself moves nothing in grocer's name, nor the other way round."""
    member = house.enrolled()
    paid = house.purchase(member, 500, FUEL)
    assert house.refused(GROCER, "recordPurchase", paid).code == "SIGNATURE_INVALID"
    subject = transaction_id(GROCER.party, paid["idempotencyKey"])
    forged = {**paid, "signature": signature("fuel", "earn", subject, asked(paid))}
    assert house.refused(GROCER, "recordPurchase", forged).code == "SIGNATURE_INVALID"
    assert house.refused(FUEL, "recordPurchase", forged).code == "SIGNATURE_INVALID"


def test_signature_of_another_ledger(house: House) -> None:
    """An instruction names its ledger: one for a test coalition is none here."""
    paid = house.purchase(house.enrolled(), 500)
    subject = transaction_id(GROCER.party, paid["idempotencyKey"])
    message = instruction("test.example/ledger", "earn", subject, asked(paid))
    paid["signature"]["signature"] = b64encode(key_of("grocer").sign(message)).decode()
    assert house.refused(GROCER, "recordPurchase", paid).code == "SIGNATURE_INVALID"
