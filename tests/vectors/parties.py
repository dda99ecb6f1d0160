"""Who and what the vectors are about: wallets, partners, programmes, who asks, last days."""

from tests.vectors.forms import base32_id, canonical, digest
from tests.vectors.keys import BREWCO, DESK, PAGES

WALLET_BITS = {
    "alice": bytes(range(16)),
    "bob": bytes(range(16, 32)),
    "carol": bytes([255]) * 16,
}
WALLETS = {name: base32_id(bits) for name, bits in WALLET_BITS.items()}
ALICE = WALLETS["alice"]
CURRENCIES = {"alice": "STAR", "bob": "STAR", "carol": "PAGE"}
PARTNERS = ("brewco", "pages", "ghost")
STARS_1, STARS_2, PAGES_1, AGREEMENT_1 = (
    {"id": "stars", "version": 1, "earn": "1 point per 1 euro"},
    {"id": "stars", "version": 2, "earn": "2 points per 1 euro"},
    {"id": "pages-only", "version": 1, "earn": "1 point per page"},
    {"id": "coalition", "version": 1, "bill": "0.9 cents per point"},
)
RULE_1, RULE_2, RULE_PAGES = (digest(canonical(v)) for v in (STARS_1, STARS_2, PAGES_1))

START = "2026-01-01T00:00:00.000Z"

BOTH = (("partner:brewco", BREWCO), ("partner:pages", PAGES))
BY_BREWCO = ("partner:brewco", BREWCO)
BY_PAGES = ("partner:pages", PAGES)
BY_DESK = ("operator:desk", DESK)
SYSTEM = "system:orders"

JUN, DEC, FEB, NEVER = "2026-06-30", "2026-12-31", "2026-02-28", "never"
