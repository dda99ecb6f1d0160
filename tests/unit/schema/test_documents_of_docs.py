"""Every GraphQL document that the documentation prints."""

import re
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from graphql import OperationDefinitionNode

from schema.costs import Cost
from tests.coalition import SCHEMA

ROOT = Path(__file__).parents[3]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
OPERATIONS = ROOT / "tests" / "clients" / "operations.graphql"
_STRING = r'"(?:[^"\\]|\\.)*"'
# In JSON, and in Python that goes on in the next line.
_QUERY = rf'"query": ({_STRING}(?:\n\s*{_STRING}(?=,))?)'


def documents(page: Path) -> Iterator[str]:
    """Those in blocks of their own, and those in requests."""
    text = page.read_text(encoding="utf-8")
    yield from re.findall(r"```graphql\n(.*?)```", text, flags=re.DOTALL)
    for found in re.findall(_QUERY, text):
        document = "".join(orjson.loads(part) for part in re.findall(_STRING, found))
        if document.lstrip().startswith(("{", "query", "mutation")):
            yield document


ALL = [(page.name, document) for page in PAGES for document in documents(page)]


def test_there_are_some() -> None:
    """In the README and elsewhere: if none were found the test below would say nothing."""
    assert len([name for name, _ in ALL if name == "README.md"]) > 5
    assert {"apps.md"} < {name for name, _ in ALL}


@pytest.mark.parametrize(("page", "document"), ALL)
def test_document_is_answered(page: str, document: str) -> None:
    """It fits the schema and costs no more than it may, whatever its variables are."""
    admitted = SCHEMA.documents.admit(document)
    assert admitted.errors == (), page
    for node in admitted.document.definitions:
        assert isinstance(node, OperationDefinitionNode)
        name = node.name.value if node.name else None
        assert admitted.cost.rows(name, {}) <= SCHEMA.limits.rows, page


def test_clients_ask_for_one_thing_too_many() -> None:
    """What the stock clients send costs less than it may, but the one that is to be refused."""
    admitted = SCHEMA.documents.admit(OPERATIONS.read_text(encoding="utf-8"))
    assert admitted.errors == ()
    variables = {"first": 3}
    rows = {name: admitted.cost.rows(name, variables) for name in admitted.cost.plans}
    dear = {name for name, cost in rows.items() if cost > SCHEMA.limits.rows}
    assert dear == {"AllAdjustments"}


def test_batches_cost_what_the_page_for_apps_says() -> None:
    """For each order, for 100, and how many are the most where those are too many."""
    text = (ROOT / "docs" / "apps.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(.*)` \| (\d+) \| ([\d,]+)(?:: refused; (\d+) orders)?", text, re.M)
    assert len(rows) == 3
    for asked, each, of_100, most in rows:
        document = f"""mutation ($input: RecordPurchasesInput!) {{
            recordPurchases(input: $input) {{ results {{ {asked} }} }} }}"""
        admitted = SCHEMA.documents.admit(document)
        assert admitted.errors == ()

        def cost(orders: int, cost: Cost = admitted.cost) -> int:
            return cost.rows(None, {"input": {"orders": [{}] * orders}})

        assert (cost(1) - cost(0), cost(100)) == (int(each), int(of_100.replace(",", "")))
        assert (cost(100) > SCHEMA.limits.rows) == bool(most)
        if most:
            assert cost(int(most)) <= SCHEMA.limits.rows < cost(int(most) + 1)
