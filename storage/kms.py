"""The entry key's seed, wrapped by KMS and unwrapped once per cold start."""

from base64 import b64decode

import boto3

from ledger.notes import SeedSigner


def entry_signer(origin: str, wrapped_seed: str, region: str) -> SeedSigner:
    """The signer of entries. wrapped_seed: base64 of what KMS encrypted; the origin is its context."""
    kms = boto3.client("kms", region_name=region)
    answer = kms.decrypt(
        CiphertextBlob=b64decode(wrapped_seed), EncryptionContext={"origin": origin}
    )
    return SeedSigner(f"{origin}/entries", answer["Plaintext"])
