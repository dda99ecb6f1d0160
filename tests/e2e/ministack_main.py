"""ministack, corrected where it differs from AWS. Run by the Python of its own environment.

With AUTH=true it refuses what roles do not allow, but it knows no condition on KMS's encryption
context: here a request has `kms:EncryptionContext:<name>` and `kms:EncryptionContextKeys`, as the
Service Authorization Reference of KMS says. Nor on DynamoDB's partition keys: here a request has
`dynamodb:LeadingKeys`, and each part of a transaction has those of all of it.
"""

import json
from collections.abc import Iterator
from typing import Any

from ministack.app import main
from ministack.core import iam_actions

_context = iam_actions.request_tag_context


def _with_condition_keys(service: str, action: str, body: bytes, params: Any) -> dict[str, Any]:
    found = dict(_context(service, action, body, params))
    if service == "kms":
        told = json.loads(body or b"{}").get("EncryptionContext", {})
        found |= {f"kms:EncryptionContext:{name}": value for name, value in told.items()}
        if told:
            found["kms:EncryptionContextKeys"] = list(told)
    elif service == "dynamodb":
        keys = sorted(set(_partitions(json.loads(body or b"{}"))))
        if keys:
            found["dynamodb:LeadingKeys"] = keys
    return found


def _partitions(part: Any) -> Iterator[str]:
    """Every partition key of the table's items that a request names."""
    if isinstance(part, list):
        for each in part:
            yield from _partitions(each)
    elif isinstance(part, dict):
        if isinstance(part.get("pk"), dict) and "S" in part["pk"]:
            yield part["pk"]["S"]
        for each in part.values():
            yield from _partitions(each)


if __name__ == "__main__":
    iam_actions.request_tag_context = _with_condition_keys
    main()
