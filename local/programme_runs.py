"""A programme file run: a coalition on this machine takes it in force, and its shops sell.

What is sent is what tills and apps would send, over GraphQL, signed with development keys. The
clock is that of the orders, which are JSON lines as `dry-run` takes them, each with who buys; and
between them who takes which reward:

    {"member": "Ada", "partner": "cafe", "money": "USD", "minor": 450,
     "at": "2026-11-24T08:30:00.000Z"}
    {"member": "Ada", "redeem": "coffee", "at": "2026-11-25T08:30:00.000Z"}
"""

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from ledger.names import At, at_moment
from local.client import Client, Refused
from local.clock import Clock
from local.coalition import CURRENCY, OPERATOR, ORIGIN, Demo, demo_coalition, signatory
from local.journey import PARTNERS
from local.problems import Problem
from local.programme_files import PastOrder, order_lines, read_version
from local.verification import verify_table
from loyalty.programmes import Version

_BUY = """mutation($input: RecordPurchaseInput!) { recordPurchase(input: $input) {
  explanation { programme { programmeId } points rules { ruleId points code message } }
  userErrors { code field message } } }"""
_HAPPEN = """mutation($input: RecordEventInput!) { recordEvent(input: $input) {
  explanation { programme { programmeId } points rules { ruleId points code message } }
  userErrors { code field message } } }"""
_HAS = """query($id: ID!, $currency: String!) { member(id: $id) { wallet(currency: $currency) {
  available pending lots { points expires } } } }"""


class Bought(NamedTuple):
    """What came of one line. given: by rule, or for a reward its price below 0; missed: why other
    rules gave nothing; refused: why nothing was done; available: what the member then has.
    """

    at: str
    member: str
    what: str
    given: dict[str, int]
    missed: dict[str, str]
    refused: str
    available: int
    pending: int


def run(file: Path, orders: Path, *, as_json: bool) -> int:
    """Prints what came of each order. Returns 1 if the ledger does not verify. Raises Problem."""
    version = read_version(file)
    lines = list(order_lines(orders))
    if not lines:
        raise Problem(f"{orders} has no orders")
    _check_partners(orders, lines, version.programme.partners())
    _check_times(orders, lines)
    rules = version.programme.earn
    vouchers = {each.id: f"  a voucher: {each.voucher}" for each in rules if each.voucher}
    clock = Clock(at_moment(lines[0].at) - timedelta(minutes=1))
    with demo_coalition(clock, 0) as demo:
        shops = _Shops(demo, version)
        told = []
        for number, line in enumerate(lines):
            clock.set(at_moment(line.at))
            told.append(shops.take(line, f"line-{number + 1}"))
            if not as_json:
                _print(told[-1], vouchers)
        verified = verify_table(demo.store, ORIGIN)
        lots = {name: shops.wallet(name)["lots"] for name in sorted(shops.members)}
    if as_json:
        rows = [each._asdict() for each in told]
        print(json.dumps({"orders": rows, "lots": lots, "verifies": verified.holds}))
    else:
        _print_end(lots, verified.entries, holds=verified.holds)
    return 0 if verified.holds else 1


def _check_partners(path: Path, lines: list[PastOrder], partners: frozenset[str]) -> None:
    """Whoever sells is in the coalition."""
    known = partners | set(PARTNERS)
    for number, line in enumerate(lines, 1):
        if not line.redeem and line.partner not in known:
            there = ", ".join(sorted(partners))
            raise Problem(
                f"{path}, order {number}, partner: {line.partner} is no partner of the programme: "
                f"there are {there}"
            )


def _check_times(path: Path, lines: list[PastOrder]) -> None:
    """Time does not go back."""
    before = At("")
    for number, line in enumerate(lines, 1):
        if At(line.at) < before:
            raise Problem(f"{path}, order {number}: {line.at} is before the order that precedes it")
        before = At(line.at)


class _Shops:
    """The programme's partners and members. members: ids by name."""

    def __init__(self, demo: Demo, version: Version) -> None:
        self._demo, self._programme = demo, version.programme
        self._desk = Client(demo.url, demo.tokens.token(OPERATOR), http=demo.http)
        self.members: dict[str, str] = {}
        document = json.loads(version.text)
        try:
            self._id = self._published(document)
        except Refused as refused:
            raise Problem(f"the coalition does not take it in force: {refused}") from None

    def _published(self, document: dict[str, Any]) -> str:
        partners = sorted(self._programme.partners())
        for partner in (each for each in partners if each not in PARTNERS):
            joining = signatory(f"partner:{partner}")
            self._desk.register_partner(partner, partner, joining, key=f"register-{partner}")
        if self._programme.currency != CURRENCY:
            self._desk.create_currency(self._programme.currency, 0, key="currency")
        signed = {
            each: signatory(f"partner:{each}").programme_signature(document) for each in partners
        }
        return self._desk.publish_programme(document, signed, key="programme")

    def take(self, line: PastOrder, key: str) -> Bought:
        """One order, or one reward, by its member."""
        name = line.member or "Ada"
        if name not in self.members:
            self.members[name] = self._desk.enrol_member(
                name, born=line.born or None, key=f"enrol-{name}"
            )
        given: dict[str, int] = {}
        missed: dict[str, str] = {}
        said = ""
        try:
            if line.redeem:
                reward = self._programme.reward(line.redeem)
                app = self._demo.app(self.members[name])
                app.redeem_reward(self.members[name], self._id, line.redeem, key=key)
                given[line.redeem] = 0 if reward is None else -reward.points
            else:
                given, missed = self._bought(line, self.members[name], key)
        except Refused as refused:
            said = str(refused)
        wallet = self.wallet(name)
        what = f"takes {line.redeem}" if line.redeem else _order_in_words(line)
        return Bought(
            line.at, name, what, given, missed, said, wallet["available"], wallet["pending"]
        )

    def _bought(
        self, line: PastOrder, member: str, key: str
    ) -> tuple[dict[str, int], dict[str, str]]:
        """What each rule of this programme gave, and why others gave nothing."""
        input_ = {"idempotencyKey": key, "memberId": member, **_said(line)}
        signed = signatory(f"partner:{line.partner}").signed("earn", input_)
        asked, name = (_HAPPEN, "recordEvent") if line.on else (_BUY, "recordPurchase")
        answer = self._demo.till(line.partner).query(asked, input=signed)[name]
        for error in answer["userErrors"]:
            raise Refused(error["code"], error["message"], error["field"])
        rows = [
            row
            for each in answer["explanation"]
            if each["programme"]["programmeId"] == self._programme.id
            for row in each["rules"]
        ]
        given = {row["ruleId"]: row["points"] for row in rows if not row["code"]}
        return given, {
            row["ruleId"]: f"{row['code']}: {row['message']}" for row in rows if row["code"]
        }

    def wallet(self, name: str) -> dict[str, Any]:
        member = self.members[name]
        currency = self._programme.currency
        found = self._demo.app(member).query(_HAS, id=member, currency=currency)["member"]["wallet"]
        return found or {"available": 0, "pending": 0, "lots": []}


def _said(line: PastOrder) -> dict[str, Any]:
    """What a till sends of an order or of an event."""
    places = ("channel", "store") if line.on else ("channel", "store", "tender")
    said: dict[str, Any] = {name: of for name in places if (of := getattr(line, name))}
    if line.on:
        pairs = [{"name": name, "value": value} for name, value in line.attributes.items()]
        return {"event": line.on, **said, **({"attributes": pairs} if pairs else {})}
    lines = {"lines": msgspec.to_builtins(line.lines)} if line.lines else {}
    return {"amount": {"minor": line.minor, "currency": line.money}, **said, **lines}


def _order_in_words(line: PastOrder) -> str:
    if line.on:
        return f"has {'an' if line.on[0] in 'aeiou' else 'a'} {line.on} at {line.partner}"
    return f"buys for {line.minor:,} {line.money} minor units at {line.partner}"


def _print(bought: Bought, vouchers: Mapping[str, str]) -> None:
    """vouchers: what rules give in place of points, in words."""
    waits = f", and {bought.pending:,} that wait" if bought.pending else ""
    print(f"{bought.at[:16]}  {bought.member} {bought.what}: has {bought.available:,}{waits}")
    for rule, points in bought.given.items():
        print(f"    {points:>+8,}  {rule}{vouchers.get(rule, '')}")
    for rule, why in bought.missed.items():
        print(f"           0  {rule}  {why}")
    if bought.refused:
        print(f"    refused: {bought.refused}")


def _print_end(lots: dict[str, Any], entries: int, *, holds: bool) -> None:
    print()
    for name, held in lots.items():
        said = ", ".join(f"{lot['points']:,} until {lot['expires']}" for lot in held)
        print(f"{name} has {said or 'nothing'}")
    print(f"the ledger, {entries:,} entries, {'verifies' if holds else 'DOES NOT VERIFY'}")
