"""ministack, corrected where it differs from AWS. Run by the Python of its own environment.

With AUTH=true it refuses what roles do not allow, but it knows no condition on KMS's encryption
context: here a request has `kms:EncryptionContext:<name>` and `kms:EncryptionContextKeys`, as the
Service Authorization Reference of KMS says.
"""

import json
from typing import Any

from ministack.app import main
from ministack.core import iam_actions

_context = iam_actions.request_tag_context


def _with_encryption_context(service: str, action: str, body: bytes, params: Any) -> dict[str, Any]:
    found = dict(_context(service, action, body, params))
    if service == "kms":
        told = json.loads(body or b"{}").get("EncryptionContext", {})
        found |= {f"kms:EncryptionContext:{name}": value for name, value in told.items()}
        if told:
            found["kms:EncryptionContextKeys"] = list(told)
    return found


if __name__ == "__main__":
    iam_actions.request_tag_context = _with_encryption_context
    main()
