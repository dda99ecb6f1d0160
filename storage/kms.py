"""Keys in KMS: seeds that are unwrapped once per cold start; the log key, which stays."""

from base64 import b64decode, b64encode

import boto3
from botocore.config import Config

from ledger.notes import SeedSigner, VerifierKey

SEED_BYTES = 32
WEBHOOKS = "webhooks"
# A function that waits a minute for its key has been given up long before.
_CONFIG = Config(connect_timeout=1, read_timeout=3, retries={"total_max_attempts": 3})


def entry_signer(origin: str, wrapped_seed: str, region: str) -> SeedSigner:
    """The signer of entries.

    wrapped_seed: base64 of what KMS encrypted, with the origin as its context: the seed of another
    ledger is refused. Raises botocore's errors.
    """
    return SeedSigner(f"{origin}/entries", _unwrapped(wrapped_seed, region, _context(origin, None)))


def entry_signers(origin: str, wrapped_seeds: str, region: str) -> tuple[SeedSigner, ...]:
    """The same of several, with commas between: base64 has none."""
    return tuple(entry_signer(origin, each, region) for each in wrapped_seeds.split(","))


def new_seed(origin: str, key_id: str, region: str, use: str | None = None) -> str:
    """What `entry_signer` takes, or with WEBHOOKS as its use `webhook_seed`, made in KMS, which
    tells it encrypted alone. key_id: of the wrapping key. Raises botocore's errors."""
    kms = boto3.client("kms", region_name=region, config=_CONFIG)
    made = kms.generate_data_key_without_plaintext(
        KeyId=key_id, NumberOfBytes=SEED_BYTES, EncryptionContext=_context(origin, use)
    )
    return b64encode(made["CiphertextBlob"]).decode()


def webhook_seed(origin: str, wrapped_seed: str, region: str) -> bytes:
    """The 32 bytes that the keys of webhooks are derived from.

    wrapped_seed: base64 of what KMS encrypted, with the origin and `use: webhooks` as its context:
    no entry key's seed is taken for it. Raises botocore's errors.
    """
    return _unwrapped(wrapped_seed, region, _context(origin, WEBHOOKS))


def _context(origin: str, use: str | None) -> dict[str, str]:
    """What KMS binds a seed to: it decrypts it for the same alone."""
    return {"origin": origin} if use is None else {"origin": origin, "use": use}


def _unwrapped(wrapped: str, region: str, context: dict[str, str]) -> bytes:
    kms = boto3.client("kms", region_name=region, config=_CONFIG)
    answer = kms.decrypt(CiphertextBlob=b64decode(wrapped), EncryptionContext=context)
    return bytes(answer["Plaintext"])


class KmsSigner:
    """A log key that never leaves KMS (ECC_NIST_EDWARDS25519). One request for each signature."""

    def __init__(self, name: str, key_id: str, region: str) -> None:
        self._kms = boto3.client("kms", region_name=region, config=_CONFIG)
        self._key_id = key_id
        # A SubjectPublicKeyInfo of Ed25519 (RFC 8410 section 4) ends with the key's 32 bytes.
        public = self._kms.get_public_key(KeyId=key_id)["PublicKey"][-32:]
        self.verifier = VerifierKey.of(name, public)

    def sign(self, message: bytes) -> bytes:
        answer = self._kms.sign(
            KeyId=self._key_id,
            Message=message,
            MessageType="RAW",
            SigningAlgorithm="ED25519_SHA_512",
        )
        return bytes(answer["Signature"])
