"""A coalition in which there is one of each thing that can be seen, and who might look at it."""

from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from loyalty.actors import Actor, MemberActor, Role
from sealing.proving import Prover
from tests.callers import LEFT, PARTNERS, has_left, vic
from tests.coalition import FUEL, GROCER, OPERATOR, STARS, House, as_member, gid, own_id
from tests.requests_of_each import EACH
from tests.sealing import SealedHouse

UNKNOWN = "7zzzzzzzzzzzzzzzzzzzzzzzzz"


class Sight(NamedTuple):
    """Something to be seen: how it is asked for, and the member that it is of, if it is of one.

    foreign: the variables that ask for such a thing that there is not.
    """

    query: str
    variables: dict[str, Any]
    foreign: dict[str, Any]
    itself: MemberActor | None = None


class World(NamedTuple):
    """things: global ids with the member that each is of, by type; queries: by name."""

    house: House
    stranger: MemberActor
    things: dict[str, tuple[tuple[str, MemberActor | None], ...]]
    queries: dict[str, tuple[Sight, ...]]

    def lookers(self, itself: MemberActor | None) -> Iterator[tuple[str, Actor | None]]:
        """Everyone who might look, by what they are."""
        if itself is not None:
            yield "itself", itself
        yield "another member", self.stranger
        for partner in PARTNERS:
            yield "a partner", partner
        yield "one that left", LEFT
        for role in Role:
            yield role, vic(role)
        yield "nobody", None


@cache
def world() -> World:
    """Nothing that is asked of it changes it."""
    house = SealedHouse()
    has_left(house)
    adjustment = _made(house, "adjustPoints past the limit")["adjustment"]["id"]
    ada = _member(house)
    itself = as_member(ada)
    earned = house.earned(ada, 200)
    gift = house.input(toMemberId=house.enrolled(), currency="STARS", points=7)
    given = house.done(itself, "transferPoints", gift)["transaction"]["id"]
    card, holder = _of(house, "claimGiftCard", "giftCard")
    wanted = house.input(memberId=ada, programmeId=gid("Programme", "stars"), rewardId="coffee")
    voucher = house.done(itself, "redeemReward", wanted)["voucher"]["id"]
    things: dict[str, tuple[tuple[str, MemberActor | None], ...]] = {
        "Account": (_of(house, "inviteToAccount", "account"),),
        "Adjustment": ((adjustment, None),),
        "Endpoint": (
            (_made(house, "registerEndpoint")["endpoint"]["id"], None),
            (_made(house, "registerEndpoint of the coalition")["endpoint"]["id"], None),
        ),
        "Feedback": (_followed_up(house),),
        "GiftCard": ((card, holder),),
        "Member": ((ada, itself), (gid("Member", holder.id), holder)),
        "Partner": ((gid("Partner", "grocer"), None),),
        "Place": (_of(house, "takePlace", "place"),),
        "Programme": ((gid("Programme", "stars"), None),),
        "Recognition": (_of(house, "giveRecognition", "recognition"),),
        "Transaction": ((earned, itself), (given, itself)),
        "Voucher": ((voucher, itself),),
        "Wallet": ((house.wallet(ada)["id"], itself),),
    }
    order = _made(house, "recordGuestOrder", whole=True)
    stranger = as_member(house.enrolled())
    house.sealed()
    house.prover = Prover(house.store, house.heads, house.log, house.own)
    queries = _queries(house, things, order)
    return World(house, stranger, things, queries)


def _member(house: House) -> str:
    """Of whom much is known."""
    ada = house.enrolled("Ada")
    known = house.input(memberId=ada, born="1984-02-29", jurisdiction="US-CA")
    house.done(OPERATOR, "setProfile", known)
    for actor, purpose in ((GROCER, "email"), (FUEL, "sms")):
        said = house.input(memberId=ada, purpose=purpose, given=True, source="form 7")
        house.done(actor, "setConsent", said)
    for actor, system in ((GROCER, "crm"), (FUEL, "crm"), (OPERATOR, "card")):
        linked = house.input(memberId=ada, system=system, externalId=f"{actor.id}-1")
        house.done(actor, "linkExternalId", linked)
    return ada


def _followed_up(house: House) -> tuple[str, MemberActor]:
    """A feedback that somebody has seen to, beside one that is open."""
    _made(house, "giveFeedback")
    feedback, itself = _of(house, "giveFeedback", "feedback")
    to = house.input(feedbackId=feedback, assignee="desk 2")
    house.done(GROCER, "assignFeedback", to)
    house.done(GROCER, "followUpFeedback", house.input(feedbackId=feedback, note="called back"))
    return feedback, itself


def _made(house: House, name: str, *, whole: bool = False) -> Any:
    mutation, good = EACH[name]
    actor, asked = good(house)
    answer = house.done(actor, mutation, asked)
    return asked if whole else answer


def _of(house: House, name: str, what: str) -> tuple[str, MemberActor]:
    """A thing that a member's request makes, and the member."""
    mutation, good = EACH[name]
    actor, asked = good(house)
    assert isinstance(actor, MemberActor)
    return house.done(actor, mutation, asked)[what]["id"], actor


def _queries(
    house: House, things: dict[str, tuple[tuple[str, MemberActor | None], ...]], order: Any
) -> dict[str, tuple[Sight, ...]]:
    def thing(type_: str, name: str, variable: str = "id", fields: str = " { id }") -> Sight:
        id_, itself = things[type_][0]
        unknown = "nobody" if type_ in ("Partner", "Programme") else UNKNOWN
        query = f"query ($id: ID!) {{ {name}({variable}: $id){fields} }}"
        return Sight(query, {"id": id_}, {"id": gid(type_, unknown)}, itself)

    def free(body: str) -> Sight:
        return Sight(f"{{ {body} }}", {}, {})

    partner, programme = gid("Partner", "grocer"), gid("Programme", "stars")
    itself = things["Member"][0][1]
    paid = '{minor: 100, currency: "USD"}'
    period = 'since: "2026-11-01T00:00:00.000Z", until: "2026-12-01T00:00:00.000Z"'
    failed = "userErrors { code field message }"

    def of_member(type_: str, body: str) -> Sight:
        """What is asked of the member whose such a thing it is."""
        member = things[type_][0][1]
        assert member is not None
        known, unknown = gid("Member", member.id), gid("Member", UNKNOWN)
        return Sight(f"query ($id: ID!) {{ {body} }}", {"id": known}, {"id": unknown}, member)

    return {
        "coalition": (free("coalition { origin }"),),
        "partner": (thing("Partner", "partner"),),
        "programme": (thing("Programme", "programme"),),
        "programmeDiff": (
            free(f'programmeDiff(programmeId: "{programme}", from: 1, to: 2) {{ signs {failed} }}'),
        ),
        "previewEarn": (
            of_member(
                "Member",
                f'previewEarn(input: {{partnerId: "{partner}", memberId: $id, amount: {paid}}})'
                f" {{ decisions {{ points }} {failed} }}",
            ),
        ),
        "mayBuy": (
            of_member(
                "Place",
                f'mayBuy(input: {{programmeId: "{gid("Programme", "tests")}", offerId: "test",'
                f" memberId: $id}}) {{ may {failed} }}",
            ),
        ),
        "statement": (
            Sight(
                f"query ($id: ID!) {{ statement(input: {{partnerId: $id, {period}}})"
                f" {{ totals {{ minor }} {failed} }} }}",
                {"id": partner},
                {"id": gid("Partner", "nobody")},
            ),
        ),
        "dryRun": (
            Sight(
                "query ($given: Document!) { dryRun(input: {document: $given, orders: []})"
                f" {{ orders {failed} }} }}",
                {"given": STARS},
                {"given": STARS},
            ),
        ),
        "member": (thing("Member", "member"),),
        "memberByExternalId": (
            *(
                Sight(
                    "query ($number: String!) {"
                    f' memberByExternalId(system: "{system}", externalId: $number) {{ id }} }}',
                    {"number": number},
                    {"number": "9"},
                    itself,
                )
                for system, number in (("crm", "grocer-1"), ("card", "ann-1"))
            ),
        ),
        "feedbackFigures": (thing("Partner", "feedbackFigures", "partnerId", " { given }"),),
        "openFeedback": (thing("Partner", "openFeedback", "partnerId", " { edges { cursor } }"),),
        "givenFeedback": (thing("Member", "givenFeedback", "memberId", " { edges { cursor } }"),),
        "givingAllowance": (
            of_member(
                "Recognition",
                f'givingAllowance(programmeId: "{gid("Programme", "kudos")}", memberId: $id)'
                f" {{ allowance {{ left }} {failed} }}",
            ),
        ),
        "guestOrder": (
            Sight(
                f'query ($of: String!) {{ guestOrder(sellerId: "{partner}", reference: $of)'
                f" {{ order {{ claimed }} {failed} }} }}",
                {"of": order["reference"]},
                {"of": "none"},
            ),
        ),
        "account": (thing("Account", "account"),),
        "giftCard": (thing("GiftCard", "giftCard"),),
        "wallet": (thing("Wallet", "wallet"),),
        "transaction": (thing("Transaction", "transaction"),),
        "adjustmentsWaiting": (free("adjustmentsWaiting { edges { node { id } } }"),),
        "checkpoint": (free("checkpoint { size }"),),
        "blocks": (free("blocks(first: 1) { edges { node { height } } }"),),
        "receipt": (thing("Transaction", "receipt", "transactionId", ""),),
        "balanceProof": (thing("Wallet", "balanceProof", "walletId", ""),),
        "consistencyProof": (free("consistencyProof(from: 1) { size }"),),
        "endpoints": (free("endpoints { id }"),),
        "event": (
            Sight(
                "query ($id: String!) { event(id: $id) { id } }",
                {"id": f"evt_{own_id(things['Transaction'][0][0])}_0"},
                {"id": f"evt_{UNKNOWN}_0"},
                itself,
            ),
        ),
        "deadLetters": (
            *(
                Sight(
                    "query ($id: ID!) { deadLetters(endpointId: $id) { edges { cursor } } }",
                    {"id": id_},
                    {"id": gid("Endpoint", UNKNOWN)},
                )
                for id_, _ in things["Endpoint"]
            ),
        ),
    }
