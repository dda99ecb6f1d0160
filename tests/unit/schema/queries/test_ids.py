"""Every query by id: what is unknown, hidden or malformed."""

import pytest

from tests.coalition import FUEL, GROCER, LITRES, OPERATOR, House, as_member, gid
from tests.faulty import Faulty
from tests.results import EXPLAINED

QUERIES = {
    "giftCard": ("GiftCard", "query ($id: ID!) { giftCard(id: $id) { id } }"),
    "account": ("Account", "query ($id: ID!) { account(id: $id) { id } }"),
    "member": ("Member", "query ($id: ID!) { member(id: $id) { id } }"),
    "partner": ("Partner", "query ($id: ID!) { partner(id: $id) { id } }"),
    "programme": ("Programme", "query ($id: ID!) { programme(id: $id) { id } }"),
    "transaction": ("Transaction", "query ($id: ID!) { transaction(id: $id) { id } }"),
    "wallet": ("Wallet", "query ($id: ID!) { wallet(id: $id) { id } }"),
}
NODE = "query ($id: ID!) { node(id: $id) { __typename id } }"
TYPES = [
    "Account",
    "GiftCard",
    "Member",
    "Partner",
    "Programme",
    "Transaction",
    "Voucher",
    "Wallet",
]
IDS = ["", "#", "x#T", "é", "\u202e", "\x00", "../..", "a:b", "A" * 100_000]

each = pytest.mark.parametrize("name", QUERIES)


@each
def test_an_id_that_nothing_could_have_is_bad_input(house: House, name: str) -> None:
    """It does not reach the store, and not in full the message."""
    type_, query = QUERIES[name]
    for id_ in IDS:
        answer = house.execute(query, OPERATOR, id=gid(type_, id_))
        assert answer.codes == ["BAD_USER_INPUT"]
        assert len(answer.errors[0]["message"]) < 200


@each
def test_an_id_of_another_type_is_bad_input(house: House, name: str) -> None:
    """One kind of thing is not another."""
    type_, query = QUERIES[name]
    for other in [*TYPES, "Query", "__Type", "Nobody", ""]:
        if other != type_:
            answer = house.execute(query, OPERATOR, id=gid(other, "7zzzzzzzzzzzzzzzzzzzzzzzzz"))
            assert answer.codes == ["BAD_USER_INPUT"]


@pytest.mark.parametrize("query", [NODE, *(query for _, query in QUERIES.values())])
def test_what_is_no_global_id_is_bad_input(house: House, query: str) -> None:
    """Neither a bare id nor base64 of anything else is one."""
    for id_ in ["", "garbage", "TWVtYmVy", "/////w==", "Zoë", "\ud800", "A" * 100_000]:
        assert house.execute(query, OPERATOR, id=id_).codes == ["BAD_USER_INPUT"]


@each
def test_what_there_is_not_is_null(house: House, name: str) -> None:
    """An unknown id of the right form is nothing, and no error."""
    type_, query = QUERIES[name]
    id_ = "nobody" if type_ in ("Partner", "Programme") else "7zzzzzzzzzzzzzzzzzzzzzzzzz"
    assert house.ask(OPERATOR, query, id=gid(type_, id_)) == {name: None}


@each
def test_without_token_nothing_is_found(house: House, name: str) -> None:
    """Every query wants to know who asks."""
    type_, query = QUERIES[name]
    id_ = "grocer" if type_ in ("Partner", "Programme") else "7zzzzzzzzzzzzzzzzzzzzzzzzz"
    for document in (query, NODE):
        answer = house.execute(document, None, id=gid(type_, id_))
        assert answer.codes == ["UNAUTHENTICATED"]


@each
def test_a_store_that_does_not_answer_is_an_error_to_try_again(name: str) -> None:
    """Reads that fail say so, without a word of the store's own."""
    type_, query = QUERIES[name]
    store = Faulty()
    house = House(store)
    store.down = True
    id_ = "grocer" if type_ in ("Partner", "Programme") else "7zzzzzzzzzzzzzzzzzzzzzzzzz"
    for document in (query, NODE):
        (error,) = house.execute(document, OPERATOR, id=gid(type_, id_)).errors
        assert error["extensions"] == {"code": "UNAVAILABLE", "retryable": True}
        assert len(error["path"]) == len(error["locations"]) == 1
        assert "secret-host" not in str(error)


def test_a_node_is_found_by_its_global_id(house: House) -> None:
    """Everything that has an id is found by it, as what it is."""
    member = house.enrolled()
    earned = house.earned(member, 80)
    sharing = {"opened_by": "member", "users_max": 2}
    cards = {"issuers": ["fuel"], "taken_at": ["fuel"], "load_max": 9, "balance_max": 9}
    document = {**LITRES, "version": 2, "accounts": sharing, "gift_cards": cards}
    house.done(FUEL, "publishProgramme", house.programme(document, "fuel"))
    programme = gid("Programme", "litres")
    asked = house.input(programmeId=programme, memberId=member, accountName="Home")
    house.results = EXPLAINED
    sold = house.signed(FUEL, "earn", house.input(programmeId=programme, points=9))
    card = house.done(FUEL, "issueGiftCard", sold)
    claimed = card["giftCard"]["id"]
    code = house.input(giftCardId=claimed, code=card["code"])
    house.done(as_member(member), "claimGiftCard", code)
    things = {
        "Account": house.done(as_member(member), "openAccount", asked)["account"]["id"],
        "GiftCard": claimed,
        "Member": member,
        "Partner": gid("Partner", "grocer"),
        "Programme": gid("Programme", "stars"),
        "Transaction": earned,
        "Voucher": house.voucher(member),
        "Wallet": house.wallet(member)["id"],
    }
    assert list(things) == TYPES
    for type_, id_ in things.items():
        assert house.ask(as_member(member), NODE, id=id_) in (
            {"node": {"__typename": type_, "id": id_}},
        ), type_


def test_a_node_of_nothing_is_null(house: House) -> None:
    """Ids of other types, of the schema's own and of nobody's, are no nodes."""
    for type_ in [
        *TYPES,
        "Reward",
        "Query",
        "UserError",
        "Points",
        "String",
        "__Type",
        "X",
        "",
        "é",
    ]:
        for id_ in (*IDS, "7zzzzzzzzzzzzzzzzzzzzzzzzz"):
            if type_ != "Programme" or id_ != "stars":
                assert house.ask(GROCER, NODE, id=gid(type_, id_)) == {"node": None}


def test_a_node_of_nothing_needs_a_token_too(house: House) -> None:
    """Without one, not even that there is no such thing is told."""
    for type_ in ("Reward", "Nobody", "Member"):
        assert house.execute(NODE, None, id=gid(type_, "x")).codes == ["UNAUTHENTICATED"]
