"""docs/partners.md: its code, run as it is printed, and its tables, which are whole."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from graphql import GraphQLInputObjectType, get_named_type

from local import cli
from loyalty.actors import PartnerActor
from loyalty.refusals import Code
from schema.authentication import bearer_actor
from tests.attacks.tokens import ISSUER
from tests.coalition import GROCER, OPERATOR, SCHEMA, House
from tests.signing import ORIGIN, key_of

TEXT = (Path(__file__).parents[2] / "docs" / "partners.md").read_text("utf-8")
OF_GOVERNANCE = {"registerOperatorKey", "addPartnerKey", "revokeKey", "createCurrency"}
OF_OPERATORS = {"adjustPoints", "approveAdjustment", "mergeMembers"}


def page(function: str) -> dict[str, Any]:
    """What the page's block of code that has this function defines."""
    blocks = re.findall(r"```python\n(.*?)```", TEXT, flags=re.DOTALL)
    (code,) = [each for each in blocks if f"def {function}(" in each]
    names: dict[str, Any] = {}
    exec(code, names)  # the page's own code
    return names


def operations() -> str:
    """The row of what partners sign for transactions."""
    (row,) = re.findall(r"^\| operation \|(.*)$", TEXT, flags=re.MULTILINE)
    return row


def test_the_token_that_the_page_makes_is_taken() -> None:
    """A partner's engineer who copies it is known by it."""
    token = page("bearer_token")["bearer_token"](key_of("grocer"), "grocer", ORIGIN)
    actor = bearer_actor(f"Bearer {token}", ISSUER, House().coalition, datetime.now(UTC))
    assert (type(actor), actor) == (PartnerActor, GROCER)


def test_a_partner_is_registered_with_the_key_that_the_page_makes() -> None:
    """By an operator, who adds the name and nothing else."""
    house, names = House(), page("first_key")
    sent = names["first_key"](names["signer"], "brewco", ORIGIN)
    done = house.done(OPERATOR, "registerPartner", house.input(name="Brew & Co", **sent))
    assert done["partner"]["keys"] == [str(names["signer"].verifier)]


def test_a_key_is_changed_with_the_inputs_that_the_page_makes() -> None:
    """The next one is added, and ends the one before."""
    house, names = House(), page("added_key")
    before, following = key_of("grocer"), key_of("grocer-2")
    seq = house.coalition.written().seq
    added = names["added_key"](before, following, "grocer", ORIGIN, seq)
    done = house.done(GROCER, "addPartnerKey", house.input(**added))
    assert done["key"]["verifierKey"] == str(following.verifier)
    revoked = names["revoked_key"](following, before.verifier, "grocer", ORIGIN, seq + 1)
    done = house.done(GROCER, "revokeKey", house.input(**revoked))
    assert done["key"]["verifierKey"] == str(before.verifier)
    assert done["key"]["until"]


def test_all_that_a_partner_signs_is_in_the_table() -> None:
    """Each mutation whose input, or one in it, has a signature, but for keys and operators."""
    type_ = SCHEMA._schema.mutation_type
    assert type_ is not None
    signed = {name for name, field in type_.fields.items() if is_signed(field.args["input"].type)}
    wanted = signed - OF_GOVERNANCE - OF_OPERATORS - {"publishProgramme"}
    assert {"recordPurchase", "recordPurchases", "replaceGiftCard"} <= wanted
    assert set(re.findall(r"\b[a-z]+[A-Z]\w+", operations())) == wanted


def is_signed(type_: Any) -> bool:
    named = get_named_type(type_)
    if not isinstance(named, GraphQLInputObjectType):
        return False
    return "signature" in named.fields or any(is_signed(f.type) for f in named.fields.values())


def test_the_command_signs_each_operation_of_the_table() -> None:
    """And a programme."""
    assert {*re.findall(r"`(\w+)`", operations()), "programme"} == set(cli.OPERATIONS)


def test_every_code_says_what_to_do() -> None:
    """Those that a mutation refuses with stand in the table of `userErrors`."""
    table = TEXT.split("A payload's `userErrors` have these:")[1].split("\n\n")[1]
    told = {code for line in table.splitlines() for code in re.findall("`([A-Z_]+)`", line)}
    assert {code.value for code in Code} - told == set()
