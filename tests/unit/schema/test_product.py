"""The schema as a whole."""

from pathlib import Path

import pytest

from loyalty.actors import Actor
from loyalty.throttling import Limiter
from schema import product
from storage.memory import MemoryStore
from storage.memory_request_counts import MemoryRequestCounts
from tests.coalition import FUEL, GROCER, NOON, OPERATOR, SCHEMA, House, as_member

ROOT = Path(__file__).parents[3]


def test_the_committed_schema_is_the_products() -> None:
    """Clients generate code from schema.graphql, so it says what is served."""
    committed = (ROOT / "schema.graphql").read_text(encoding="utf-8")
    assert committed == SCHEMA.as_str() + "\n", (
        "schema.graphql is not the product's: write it with `.venv/bin/python -m schema.product`"
    )


def test_the_command_writes_the_schema(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`python -m schema.product` writes just that."""
    monkeypatch.chdir(tmp_path)
    product.main()
    assert (tmp_path / "schema.graphql").read_text(encoding="utf-8") == SCHEMA.as_str() + "\n"


def test_schemas_share_their_types_alone() -> None:
    """Neither what one is asked, nor what it may answer, nor whom it lets wait, is another's."""
    limiter = Limiter(MemoryRequestCounts(), lambda: NOON)
    closed, open_ = product.product_schema(), product.product_schema(introspection=True)
    limited = product.product_schema(limiter=limiter)
    asked = "{ __schema { queryType { name } } }"
    assert closed.documents.admit(asked).errors
    assert not open_.documents.admit(asked).errors
    assert closed.documents is not limited.documents
    assert [each.limiter for each in (closed, open_, limited)] == [None, None, limiter]
    assert closed._schema is open_._schema is limited._schema


class Counting:
    """A store that counts how often each of its reads is called."""

    def __init__(self, store: MemoryStore) -> None:
        self.store = store
        self.calls: dict[str, int] = {}

    def __getattr__(self, name: str) -> object:
        if name != "governance":
            self.calls[name] = self.calls.get(name, 0) + 1
        return getattr(self.store, name)


@pytest.fixture
def member(house: House) -> str:
    """One who has five earns in each of two wallets."""
    member = house.enrolled()
    for number in range(5):
        house.earned(member, 10 + number, FUEL)
    return member


def reads(house: House, actor: Actor, query: str, **variables: object) -> dict[str, int]:
    """Which reads a query takes, and how many of each."""
    counting = Counting(house.store)
    object.__setattr__(house.coalition, "store", counting)
    house.ask(actor, query, **variables)
    return counting.calls


def test_a_list_of_wallets_is_read_at_once(house: House, member: str) -> None:
    """All balances, lots and heads of a member's wallets take one read of wallets."""
    query = """query ($id: ID!) { member(id: $id) { wallets {
        available lapsed held pending arrears lots { points } head { seq } member { id } } } }"""
    assert reads(house, OPERATOR, query, id=member) == {"records": 1, "wallets": 1}


@pytest.mark.parametrize("who", ["operator", "partner", "member"])
def test_a_list_of_transactions_is_read_at_once(house: House, member: str, who: str) -> None:
    """Whatever their number, the entries take one read, and so do their wallets and the owners."""
    actor = {"operator": OPERATOR, "partner": FUEL, "member": as_member(member)}[who]
    query = """query ($id: ID!) { member(id: $id) { wallets { transactions(first: 5) {
        edges { node { id kind entryHash } } } } } }"""
    found = reads(house, actor, query, id=member)
    assert found.pop("wallet_history") == 2
    assert found == {"records": 2 if who == "member" else 1, "wallets": 1, "transactions": 1}


def test_what_they_go_back_to_is_read_at_once(house: House, member: str) -> None:
    """The earns of several reversals take one further read."""
    for number in range(3):
        earned = house.earned(member, 5 + number)
        sent = house.signed(GROCER, "reverse", house.input(transactionId=earned))
        house.done(GROCER, "reverseTransaction", sent)
    query = """query ($id: ID!) { member(id: $id) { wallet(currency: "STARS") {
        transactions(first: 6) { edges { node { kind of { id } } } } } } }"""
    assert reads(house, OPERATOR, query, id=member)["transactions"] == 1


def test_a_list_of_partners_is_read_at_once(house: House, member: str) -> None:
    """The records of all partners, and of those that give rewards, take two reads at most."""
    query = """{ coalition { partners { edges { node { name } } }
        programmes { edges { node { rewards { partner { name } } } } } } }"""
    assert reads(house, OPERATOR, query) == {"records": 1}
