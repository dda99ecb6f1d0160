"""What a function is wired to, read from its environment:

TALLYSTICK_ORIGIN       the ledger's origin
TALLYSTICK_TABLE        the table's name; AWS_REGION its region
TALLYSTICK_DYNAMODB_ENDPOINT  in place of AWS's own, for a local AWS
TALLYSTICK_ENTRY_SEED   base64 of the entry key's seed as KMS encrypted it
TALLYSTICK_ISSUER       the issuer of tokens, and TALLYSTICK_ISSUER_KEY its public key, a JWK
"""

import secrets
import time
from collections.abc import Mapping
from datetime import UTC, datetime

import orjson
from joserfc.jwk import OKPKey

from loyalty.coalition import Coalition
from schema.authentication import Issuer
from storage.dynamodb import DynamoStore, Table
from storage.kms import entry_signer


def utc_now() -> datetime:
    """The machine's clock."""
    return datetime.now(UTC)


def coalition_of(environment: Mapping[str, str]) -> Coalition:
    """The coalition that this function serves. Asks KMS for the entry key."""
    origin, region = environment["TALLYSTICK_ORIGIN"], environment["AWS_REGION"]
    endpoint = environment.get("TALLYSTICK_DYNAMODB_ENDPOINT")
    return Coalition(
        origin,
        DynamoStore(Table(environment["TALLYSTICK_TABLE"], region, endpoint)),
        entry_signer(origin, environment["TALLYSTICK_ENTRY_SEED"], region),
        utc_now,
        secrets.token_bytes,
        time.sleep,
    )


def issuer_of(environment: Mapping[str, str]) -> Issuer:
    """Whose tokens this function believes."""
    key = OKPKey.import_key(orjson.loads(environment["TALLYSTICK_ISSUER_KEY"]))
    return Issuer(environment["TALLYSTICK_ISSUER"], environment["TALLYSTICK_ORIGIN"], key)
