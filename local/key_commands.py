"""`tallystick keys`: the coalition's own keys, for operators who have its AWS account.

What it needs is imported when it runs (`local.cli`).
"""

import argparse
from typing import TYPE_CHECKING

from local.problems import Problem

if TYPE_CHECKING:
    from local.log_commands import Command

_KEYS = """\
Looks after the keys that a deployed coalition signs with itself. It reads the
environment that the functions have (TALLYSTICK_ORIGIN, _TABLE, _ENTRY_SEED,
_LOG_KEYS, and AWS_REGION), or with --function that of a deployed one, best the
sealer's, which the stack tells as SealerFunction. It needs the rights to write
the table, to decrypt with the wrapping key, and to read the public halves of
log keys. AWS_ENDPOINT_URL names a local AWS.

  list                     every key of the ledger, and which of them are held
  make entries             a new entry key's seed, wrapped; nothing is written
  add entries SEED         an entry key, by its wrapped seed
  add log KMS_KEY_ID       a log key; the sealer has to be deployed with it
  revoke entries|log KEY   by its name+hex(key id): it ends a minute later

What would stop the functions or the sealer is refused: a log key without a
signer, the last log key, the last entry key that the functions hold. The keys
of partners and operators are theirs: addPartnerKey, revokeKey.

How a key is changed without a break: docs/runbooks.md, Changing a key.
"""
_KEYS_EXAMPLES = """\
examples:
  SEALER=$(aws cloudformation describe-stacks --stack-name stars --output text \\
    --query "Stacks[0].Outputs[?OutputKey=='SealerFunction'].OutputValue")
  tallystick keys list --function "$SEALER"
  tallystick keys make entries --wrap-with KMS_KEY_ID --function "$SEALER"
  tallystick keys add entries AQICAHh... --function "$SEALER"
  tallystick keys add log KMS_KEY_ID --function "$SEALER"
  tallystick keys revoke log stars.example/ledger+c313d177 --function "$SEALER"

exit status: 0 if it is done, 2 if not
"""


def add_key_commands(command: "Command") -> None:
    """Adds it with its arguments."""
    keys = command("keys", "the keys that a coalition signs with", _KEYS, _KEYS_EXAMPLES)
    keys.add_argument("what", choices=("list", "make", "add", "revoke"))
    keys.add_argument("party", nargs="?", choices=("entries", "log"), help="whose key")
    keys.add_argument("key", nargs="?", metavar="SEED|KMS_KEY_ID|KEY", help="which")
    keys.add_argument(
        "--function", metavar="NAME", help="a deployed Lambda function, for its environment"
    )
    keys.add_argument("--region", help="of AWS, if none is configured")
    keys.add_argument("--wrap-with", metavar="KMS_KEY_ID", help="make: the wrapping key")
    keys.add_argument("--json", action="store_true", help="print JSON")
    keys.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from local.own_keys import Where, add, list_keys, make, revoke  # noqa: PLC0415

    what, party, key = options.what, options.party, options.key
    where = Where(options.function, options.region)
    if what == "list":
        return list_keys(where, as_json=options.json)
    if what == "make":
        if party != "entries" or options.wrap_with is None:
            raise Problem("make: entries, and --wrap-with KMS_KEY_ID; log keys are made in KMS")
        return make(where, options.wrap_with)
    if party is None or key is None:
        raise Problem(f"{what}: whose key, entries or log, and which")
    act = add if what == "add" else revoke
    return act(where, party, key, as_json=options.json)
