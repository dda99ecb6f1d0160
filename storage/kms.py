"""The entry key's seed, wrapped by KMS and unwrapped once per cold start."""

from base64 import b64decode

import boto3
from botocore.config import Config

from ledger.notes import SeedSigner

# A function that waits a minute for its key has been given up long before.
_CONFIG = Config(connect_timeout=1, read_timeout=3, retries={"total_max_attempts": 3})


def entry_signer(origin: str, wrapped_seed: str, region: str) -> SeedSigner:
    """The signer of entries.

    wrapped_seed: base64 of what KMS encrypted, with the origin as its context: the seed of another
    ledger is refused. Raises botocore's errors.
    """
    kms = boto3.client("kms", region_name=region, config=_CONFIG)
    answer = kms.decrypt(
        CiphertextBlob=b64decode(wrapped_seed), EncryptionContext={"origin": origin}
    )
    return SeedSigner(f"{origin}/entries", answer["Plaintext"])
