"""What a function is wired to, read from its environment:

TALLYSTICK_ORIGIN       the ledger's origin
TALLYSTICK_TABLE        the table's name; AWS_REGION its region
TALLYSTICK_DYNAMODB_ENDPOINT  in place of AWS's own, for a local AWS; likewise _S3_
TALLYSTICK_ENTRY_SEED   base64 of the entry key's seed as KMS encrypted it; several with commas
                        between while the key changes: the newest in force signs; absent where
                        a function only follows what others wrote
TALLYSTICK_WEBHOOK_SEED base64 of the seed of webhook keys as KMS encrypted it; absent where a
                        coalition sends no events
TALLYSTICK_WEBHOOK_LOOPBACK  `1`: endpoints may be on this machine, over http; for a local AWS

of the API, about the OIDC issuer of members' and operators' tokens (docs/security.md):

TALLYSTICK_ISSUER       its URL, as tokens have it: https, or http on a loopback address
TALLYSTICK_AUDIENCE     client ids that its tokens may be for, with commas between; absent: the
                        origin
TALLYSTICK_ISSUER_JWKS  the address of its keys; absent: what it says itself, on its own host
TALLYSTICK_TOKEN_KIND   access | id: Cognito's tokens of that kind alone; absent: any with `aud`
TALLYSTICK_CLAIMS       JSON: which claims say who it is, {"role", "member", "operator"}, and what
                        the roles are called there, {"roles": {"Desk": "operator:support"}}

and, of how the API is exposed (`schema.http.Exposure`; absent: as in production):

TALLYSTICK_INTROSPECTION  `on`: it answers questions about its schema, and errors suggest names
TALLYSTICK_CORS_ORIGINS   of web pages that may read answers, with commas between; `*` is any
TALLYSTICK_SAFELIST       a file of the package, a JSON object of documents by their SHA-256 in hex:
                          the only ones that are answered

and, of whatever reads or writes the log:

TALLYSTICK_BUCKET       the bucket: the published log below log/, what is the sealer's below own/
TALLYSTICK_LOG_KEYS     ids of the log keys in KMS, with commas between
TALLYSTICK_WITNESSES    a policy (c2sp.org/tlog-policy) whose witnesses with a URL are asked
"""

import secrets
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import orjson

from ledger.notes import Signer
from loyalty.coalition import Coalition, NoEntryKey
from loyalty.webhooks.ports import Webhooks
from loyalty.webhooks.signing import derived_from
from schema.http import Exposure, checked_origins
from schema.issuer_keys import IssuerKeys
from schema.issuers import Issuer, Kind, claim_names
from sealing.proving import Prover
from storage.dynamodb import DynamoStore, Table
from storage.issuer_http import IssuerGet
from storage.kms import KmsSigner, entry_signers, webhook_seed
from storage.log_dynamodb import DynamoHeads
from storage.queue_dynamodb import DynamoQueue
from storage.s3 import S3Objects, s3_client

LOG_PREFIX = "log/"
OWN_PREFIX = "own/"


def utc_now() -> datetime:
    """The machine's clock."""
    return datetime.now(UTC)


def coalition_of(environment: Mapping[str, str], store: DynamoStore | None = None) -> Coalition:
    """The coalition that this function serves. Asks KMS for the entry key. store: its own of this
    environment, if it has one: another takes 57 ms."""
    return _coalition(environment, store or store_of(environment), entry_signers_of(environment))


def followed_coalition_of(environment: Mapping[str, str]) -> Coalition:
    """The coalition that this function follows: it signs no entry, and never has the key."""
    return _coalition(environment, store_of(environment), (NoEntryKey(),))


def _coalition(
    environment: Mapping[str, str], store: DynamoStore, signers: Sequence[Signer]
) -> Coalition:
    entries, *further = signers
    return Coalition(
        environment["TALLYSTICK_ORIGIN"],
        store,
        entries,
        utc_now,
        secrets.token_bytes,
        time.sleep,
        _webhooks(environment, store),
        tuple(further),
    )


def entry_signers_of(environment: Mapping[str, str]) -> Sequence[Signer]:
    """Every entry key that this function holds. Asks KMS for them."""
    seeds = environment["TALLYSTICK_ENTRY_SEED"]
    return entry_signers(environment["TALLYSTICK_ORIGIN"], seeds, environment["AWS_REGION"])


def log_signers_of(environment: Mapping[str, str]) -> Sequence[Signer]:
    """Every log key that this function may sign with. Asks KMS for their public halves."""
    origin, region = environment["TALLYSTICK_ORIGIN"], environment["AWS_REGION"]
    return [KmsSigner(origin, id_, region) for id_ in environment["TALLYSTICK_LOG_KEYS"].split(",")]


def issuer_of(environment: Mapping[str, str]) -> Issuer:
    """Whose tokens this function believes."""
    name, jwks = environment["TALLYSTICK_ISSUER"], environment.get("TALLYSTICK_ISSUER_JWKS")
    audiences = environment.get("TALLYSTICK_AUDIENCE") or environment["TALLYSTICK_ORIGIN"]
    return Issuer(
        name,
        IssuerKeys(name, IssuerGet(), jwks or None),
        tuple(audiences.split(",")),
        Kind(environment.get("TALLYSTICK_TOKEN_KIND") or Kind.ANY),
        claim_names(environment.get("TALLYSTICK_CLAIMS") or "{}"),
    )


def exposure_of(environment: Mapping[str, str]) -> Exposure:
    """What strangers may see of the API. Raises ValueError for what is no such setting."""
    introspection = environment.get("TALLYSTICK_INTROSPECTION", "off")
    if introspection not in {"on", "off"}:
        raise ValueError(f"TALLYSTICK_INTROSPECTION is on or off, not {introspection!r}")
    origins = checked_origins(environment.get("TALLYSTICK_CORS_ORIGINS", ""))
    path = environment.get("TALLYSTICK_SAFELIST")
    safelist = None if not path else orjson.loads(Path(path).read_bytes())
    return Exposure(False, introspection == "on", origins, safelist)


def prover_of(environment: Mapping[str, str], store: DynamoStore) -> Prover:
    """The proofs that this function gives."""
    log, own = objects_of(environment)
    return Prover(store, DynamoHeads(store), log, own)


def store_of(environment: Mapping[str, str]) -> DynamoStore:
    """The ledger's table."""
    endpoint = environment.get("TALLYSTICK_DYNAMODB_ENDPOINT")
    return DynamoStore(Table(environment["TALLYSTICK_TABLE"], environment["AWS_REGION"], endpoint))


def _webhooks(environment: Mapping[str, str], store: DynamoStore) -> Webhooks | None:
    wrapped = environment.get("TALLYSTICK_WEBHOOK_SEED")
    if wrapped is None:
        return None
    seed = webhook_seed(environment["TALLYSTICK_ORIGIN"], wrapped, environment["AWS_REGION"])
    return Webhooks(DynamoQueue(store), derived_from(seed), is_loopback(environment))


def is_loopback(environment: Mapping[str, str]) -> bool:
    """Whether endpoints may be on this machine."""
    return environment.get("TALLYSTICK_WEBHOOK_LOOPBACK") == "1"


def objects_of(environment: Mapping[str, str]) -> tuple[S3Objects, S3Objects]:
    """The published log's objects, and the sealer's own."""
    client = s3_client(environment["AWS_REGION"], environment.get("TALLYSTICK_S3_ENDPOINT"))
    bucket = environment["TALLYSTICK_BUCKET"]
    return S3Objects(client, bucket, LOG_PREFIX), S3Objects(client, bucket, OWN_PREFIX)
