"""The rows that the product's fields read: what `schema.costs` counts with.

Each number is what the field reads at most where nobody is in its way; `tests/unit/schema/
test_weights.py` counts the store's rows under every mutation and query and holds them against it.
To ask for the governance counts as one row: a process reads only what it has not yet seen of it.
What is read of the log is an object of S3, which counts as a row. Assumed, because nothing bounds
it: a member has wallets in 10 currencies, a programme gives 10 rewards, a purchase earns in 5
programmes, an account has 50 users.

`statement` reads the whole ledger, and `dryRun` decides up to a thousand orders: each is more than
half of what a request may read, so there is one of them in a request and not two.
"""

from loyalty.batches import ORDERS_MAX
from loyalty.gift_cards import CLAIMED_MAX
from loyalty.vouchers import LISTED_MAX
from loyalty.webhooks.endpoints import ENDPOINTS_MAX
from schema.costs import Given, Weight, Weights
from schema.types.pages import PAGE_MAX

ALONE = 1_001
_NOTHING, _MUTATION = Weight(), Weight(50)
_PAGE = Given(("first",), PAGE_MAX)
_ORDERS = Given(("input", "orders"), ORDERS_MAX)
_CURRENCIES, _REWARDS, _PROGRAMMES, _USERS = 10, 10, 5, 50
# The transaction, the owners of its wallets, and the hold that it goes back to.
_TRANSACTION = 3

_AWARD = {
    "transactions": Weight(each=_TRANSACTION, items=_PROGRAMMES),
    "vouchers": Weight(each=1, items=_PROGRAMMES),
    "explanation": Weight(items=_PROGRAMMES),
}

WEIGHTS: Weights = {
    "Query": {
        "coalition": _NOTHING,
        "partner": Weight(2),
        "programme": Weight(2),
        "programmeDiff": Weight(4),
        "previewEarn": Weight(25),
        "mayBuy": Weight(25),
        "statement": Weight(ALONE),
        "dryRun": Weight(ALONE),
        "member": Weight(4),
        "memberByExternalId": Weight(8),
        "feedbackFigures": Weight(PAGE_MAX),
        "openFeedback": Weight(PAGE_MAX, 2, _PAGE),
        "givenFeedback": Weight(3, 2, _PAGE),
        "givingAllowance": Weight(10),
        "guestOrder": Weight(4),
        "account": Weight(2),
        "giftCard": Weight(2),
        "wallet": Weight(3),
        "transaction": Weight(_TRANSACTION),
        "adjustmentsWaiting": Weight(2, 1, _PAGE),
        "node": Weight(4),
        "checkpoint": Weight(2),
        "blocks": Weight(2, 2, _PAGE),
        "receipt": Weight(25),
        "balanceProof": Weight(40),
        "consistencyProof": Weight(25),
        "endpoints": Weight(2, 1, ENDPOINTS_MAX),
        "event": Weight(10),
        "deadLetters": Weight(3, 1, _PAGE),
    },
    "Mutation": {
        "*": _MUTATION,
        "recordPurchases": Weight(10, 10, _ORDERS),
        "mergeMembers": Weight(100),
    },
    "Account": {"wallet": Weight(1), "users": Weight(items=_USERS)},
    "AccountUser": {"pointsPerMonth": Weight(1), "spentThisMonth": Weight(1)},
    "Adjustment": {"member": Weight(2), "transaction": Weight(_TRANSACTION)},
    "AwardPayload": _AWARD,
    "ClaimGuestOrderPayload": _AWARD,
    "Coalition": {
        "currencies": Weight(1),
        "governance": Weight(1),
        "entryKeys": Weight(1),
        "logKeys": Weight(1),
        "partners": Weight(1, 1, _PAGE),
        "programmes": Weight(1, 2, _PAGE),
    },
    "EarnDecision": {"programme": Weight(2)},
    "Endpoint": {"publicKeys": Weight(1)},
    "Event": {"deliveries": Weight(3, 1, ENDPOINTS_MAX)},
    "Feedback": {"member": Weight(2), "text": Weight(1), "note": Weight(1)},
    "GiftCard": {"balance": Weight(1)},
    "GuestOrder": {"transactions": Weight(each=_TRANSACTION, items=_PROGRAMMES)},
    "Member": {
        "externalIds": Weight(1),
        "consents": Weight(1),
        "consentLog": Weight(1),
        "wallets": Weight(each=1, items=_CURRENCIES),
        "setAside": Weight(each=1, items=_CURRENCIES),
        "wallet": Weight(1),
        "vouchers": Weight(1, 1, LISTED_MAX),
        "standing": Weight(5),
        "giftCards": Weight(0, 1, CLAIMED_MAX),
    },
    "MergeMembersPayload": {"transactions": Weight(each=_TRANSACTION, items=_CURRENCIES)},
    "Operator": {"keyHistory": Weight(1)},
    "OrderResult": {"transactions": Weight(each=_TRANSACTION, items=2)},
    "Partner": {"keys": Weight(1), "keyHistory": Weight(1)},
    "PreviewEarnPayload": {"decisions": Weight(items=_PROGRAMMES)},
    "Programme": {"rewards": Weight(items=_REWARDS), "document": Weight(1)},
    "Recognition": {"giverName": Weight(1), "receiverName": Weight(1)},
    "RecordEventPayload": _AWARD,
    "RecordPurchasePayload": _AWARD,
    "ReverseTransactionPayload": {"transactions": Weight(each=_TRANSACTION, items=_PROGRAMMES)},
    "Reward": {"partner": Weight(1)},
    "Transaction": {"of": Weight(_TRANSACTION), "recognition": Weight(1)},
    "Wallet": {"member": Weight(2), "transactions": Weight(1, 1 + _TRANSACTION, _PAGE)},
}
