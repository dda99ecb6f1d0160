"""Messages as the Standard Webhooks specification 1.0 has them, and keys to verify them with.

    webhook-id           the event's id, the same at every attempt
    webhook-timestamp    seconds since 1970, of this attempt
    webhook-signature    `v1,<b64>` and `v1a,<b64>` for each key in force, with spaces between

Both sign `<id>.<timestamp>.<body>`: v1 is HMAC-SHA256 with the endpoint's secret (`whsec_…`), which
every library knows; v1a is Ed25519, verified with a public key (`whpk_…`). A receiver that holds a
secret could have made its messages itself. With the public key it can show to others what it was
sent, and has nothing to keep.

No secret is stored anywhere: both keys are derived from the id of an endpoint's key, 128 random
bits, with a seed that the store does not hold. Whoever reads the table can sign nothing, and a key
whose id is forgotten is gone.
"""

import hmac
from base64 import b64encode
from collections.abc import Iterable, Iterator
from hashlib import sha256

from ledger.notes import SeedSigner
from loyalty.webhooks.ports import Derive

USER_AGENT = "tallystick-webhooks"
_LABEL = "tallystick/webhook/v1"


def derived_from(seed: bytes) -> Derive:
    """A `Derive` by HMAC-SHA256 with 32 secret bytes."""
    if len(seed) != 32:
        raise ValueError(f"a seed has 32 bytes, not {len(seed)}")

    def derive(label: str) -> bytes:
        return hmac.digest(seed, label.encode(), sha256)

    return derive


def secret(derive: Derive, key_id: str) -> str:
    """What a receiver verifies v1 with. To be told once, and to nobody but its owner."""
    return f"whsec_{_b64(_symmetric(derive, key_id))}"


def public_key(derive: Derive, key_id: str) -> str:
    """What anyone verifies v1a with."""
    return f"whpk_{_b64(_asymmetric(derive, key_id).verifier.public)}"


def headers(
    derive: Derive, key_ids: Iterable[str], event: str, sent_s: int, body: bytes
) -> dict[str, str]:
    """The headers of one attempt. sent_s: seconds since 1970."""
    signed = f"{event}.{sent_s}.".encode() + body
    return {
        "Content-Type": "application/json",
        "User-Agent": USER_AGENT,
        "webhook-id": event,
        "webhook-timestamp": str(sent_s),
        "webhook-signature": " ".join(
            each for key_id in key_ids for each in _signatures(derive, key_id, signed)
        ),
    }


def _signatures(derive: Derive, key_id: str, signed: bytes) -> Iterator[str]:
    yield f"v1,{_b64(hmac.digest(_symmetric(derive, key_id), signed, sha256))}"
    yield f"v1a,{_b64(_asymmetric(derive, key_id).sign(signed))}"


def _symmetric(derive: Derive, key_id: str) -> bytes:
    return derive(f"{_LABEL}\nv1\n{key_id}")


def _asymmetric(derive: Derive, key_id: str) -> SeedSigner:
    return SeedSigner("webhook", derive(f"{_LABEL}\nv1a\n{key_id}"))


def _b64(data: bytes) -> str:
    return b64encode(data).decode()
