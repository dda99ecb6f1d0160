"""The README's tour with a stock client: gql, which checks documents by schema.graphql first.

Run by `tests.clients.run` in an environment of its own, after tour.ts: what that has done it finds
done.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

from gql import Client, gql
from gql.transport.exceptions import TransportQueryError
from gql.transport.httpx import HTTPXTransport

HERE = Path(__file__).parent
SCHEMA = (HERE / "schema.graphql").read_text(encoding="utf-8")
OPERATIONS = gql((HERE / "operations.graphql").read_text(encoding="utf-8"))


def ask(who: str, operation: str, **variables: Any) -> Any:
    """The data of an answer without errors."""
    headers = {"authorization": f"Bearer {os.environ[who]}"}
    transport = HTTPXTransport(f"{os.environ['URL']}/graphql", headers=headers, trust_env=False)
    OPERATIONS.operation_name, OPERATIONS.variable_values = operation, variables
    with Client(schema=SCHEMA, transport=transport) as session:
        return session.execute(OPERATIONS)


def refused(who: str, operation: str) -> list[str]:
    """The codes of the errors of an answer."""
    try:
        ask(who, operation)
    except TransportQueryError as error:
        return [each["extensions"]["code"] for each in error.errors or []]
    return []


def main() -> int:
    """0 if every answer is as it should be."""
    ada, grace = os.environ["ADA"], os.environ["GRACE"]
    purchase = json.loads(os.environ["PURCHASE"])
    done = ask("GROCER_TOKEN", "RecordPurchase", input=purchase)["recordPurchase"]
    assert (done["points"], done["userErrors"]) == (25, [])  # the answer of the first time
    gift = {"toMemberId": grace, "currency": "STARS", "idempotencyKey": "gift-by-gql"}
    given = ask("ADA_TOKEN", "TransferPoints", input={**gift, "points": 1})["transferPoints"]
    assert given["transaction"]["kind"] == "transfer"
    other = ask("ADA_TOKEN", "TransferPoints", input={**gift, "points": 2})["transferPoints"]
    assert [each["code"] for each in other["userErrors"]] == ["IDEMPOTENCY_CONFLICT"]
    wallet = ask("ADA_TOKEN", "Member", id=ada, first=1)["member"]["wallets"][0]
    assert wallet["transactions"]["edges"][0]["node"]["id"] == given["transaction"]["id"]
    assert wallet["transactions"]["pageInfo"]["hasNextPage"]
    assert refused("OPERATOR_TOKEN", "AllAdjustments") == ["COST_EXCEEDED"]
    assert ask("OPERATOR_TOKEN", "Coalition")["coalition"]["programmes"]["edges"]
    sys.stdout.write("the tour with gql: as it should be\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
