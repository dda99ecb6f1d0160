"""What each of the twelve kinds does to its wallets.

A wallet is a dictionary that is copied and changed; postings and lots of an entry are then simply
the difference between its wallets before and after, and have to be those that it states.
"""

from collections.abc import Sequence
from typing import Any

from tests.naive.forms import MAX, require
from tests.naive.wallets import PARTS, Body, Row, Rows, add_lot, first_of


class Effect:
    """What a transaction does to its wallets, from its kind, `of`, amount, partner and last day.

    The wallets given are changed. outside: its postings outside wallets; opens: what can be gone
    back to later; of: what stands of the one that it goes back to.
    """

    def __init__(self, body: Body, wallets: Body, of: Any, new_day: str) -> None:
        self.body, self.wallets, self.of, self.new_day = body, wallets, of, new_day
        self.kind, self.at = body["kind"], body["at"]
        self.outside: list[list[Any]] = []
        self.opens: Body = {}
        two = self.kind in ("transfer", "exchange")
        require(len(wallets) == (2 if two else 1), "tx.chains.count", len(wallets))
        if two:
            self.id, self.other_id = self.giver_and_taker()
            self.other = wallets[self.other_id]
        else:
            [self.id] = wallets
        self.wallet = wallets[self.id]
        if of:
            require(of["wallet"] == self.id, "tx.of.wallet", of["wallet"])
        getattr(self, self.kind)()

    # What the entry states

    def stated(self, wallet: str, part: str) -> int:
        account = f"wallet:{wallet}:{part}"
        return sum(amount for name, _, amount in self.body["postings"] if name == account)

    def giver_and_taker(self) -> tuple[str, str]:
        one, other = self.wallets
        return (one, other) if self.stated(one, "available") < 0 else (other, one)

    def partner_amount(self, part: str) -> tuple[str, int]:
        """The one posting outside wallets, at p:<part>."""
        rows = [row for row in self.body["postings"] if not row[0].startswith("wallet:")]
        require(len(rows) == 1, f"tx.{self.kind}.accounts", rows)
        account = rows[0][0].split(":")
        fits = account[0] == "partner" and account[2] == part
        require(fits, f"tx.{self.kind}.accounts", rows)
        return account[1], rows[0][2]

    def check_stated(self, before: Body) -> None:
        postings = [*self.outside]
        lots = []
        for id_, wallet in self.wallets.items():
            for part in PARTS:
                change = wallet[part] - before[id_][part]
                postings.append([f"wallet:{id_}:{part}", wallet["currency"], change])
            for lot in wallet["lots"].keys() | before[id_]["lots"].keys():
                change = wallet["lots"].get(lot, 0) - before[id_]["lots"].get(lot, 0)
                lots.append([id_, *lot, change])
        kind = self.kind
        postings, lots = (sorted(row for row in rows if row[-1]) for rows in (postings, lots))
        require(postings == self.body["postings"], f"tx.{kind}.postings", postings)
        require(lots == self.body.get("lots", []), f"tx.{kind}.lots", lots)
        for link in self.body["chains"]:
            wallet = self.wallets[link["wallet"]]
            after = {part: wallet[part] for part in PARTS}
            require(link["after"] == after, "tx.chains.after", after)
            require(sum(wallet["lots"].values()) == wallet["available"], "tx.lots.sum")
            require(all(abs(points) <= MAX for points in after.values()), "wallet.limit", after)

    # Points that come and go

    def has_lapsed(self, day: str) -> bool:
        return day != "never" and day < self.at[:10]

    def take(self, points: int, first: str = "") -> Rows:
        """Lowers available: lots earliest first, ties by issuer, those of `first` before all."""
        wallet = self.wallet
        require(points > 0, "tx.amount", points)
        require(points <= wallet["available"], "tx.points", points)
        lapsed = any(self.has_lapsed(day) for day, _ in wallet["lots"])
        require(not lapsed or self.kind == "expire", "lots.lapsed")
        order = sorted(wallet["lots"], key=lambda lot: (bool(first) and lot[1] != first, lot))
        rows = first_of([(*lot, wallet["lots"][lot]) for lot in order], points)
        for day, issuer, some in rows:
            add_lot(wallet, day, issuer, -some)
        wallet["available"] -= points
        return rows

    def give(self, wallet: Body, rows: Rows) -> None:
        """Pays arrears first, from the first rows; the rest is available, in lots."""
        points = sum(row[2] for row in rows)
        require(points > 0, "tx.amount", points)
        pays = min(points, -wallet["arrears"])
        wallet["arrears"] += pays
        wallet["available"] += points - pays
        for day, issuer, some in first_of(rows[::-1], points - pays):
            lapsed = self.has_lapsed(day) and self.kind != "void"
            require(not lapsed, "lots.opened_lapsed", day)
            add_lot(wallet, day, issuer, some)

    def take_back(self, points: int) -> None:
        require(points > 0, "tx.amount", points)
        require(points <= self.of["stands"], "tx.of.amount", points)
        self.of["stands"] -= points

    def last_rows_of(self, points: int) -> Rows:
        """Rows of the one gone back to, last consumed first; they are then its no more."""
        rows = first_of(self.of["rows"][::-1], points)
        left = sum(row[2] for row in self.of["rows"]) - points
        self.of["rows"] = first_of(self.of["rows"], left)
        return rows

    def post(self, account: str, amount: int, currency: str = "") -> None:
        self.outside.append([account, currency or self.wallet["currency"], amount])

    def stands(self, points: int, partner: str, rows: Sequence[Row] = (), pending: int = 0) -> None:
        self.opens = {"kind": self.kind, "wallet": self.id, "at": self.at, "stands": points}
        self.opens |= {"partner": partner, "rows": list(rows), "pending": pending}

    # The twelve kinds

    def earn(self) -> None:
        partner, amount = self.partner_amount("issued")
        require(amount < 0, "tx.amount", amount)
        pending = -amount if self.stated(self.id, "pending") else 0
        if pending:
            self.wallet["pending"] += pending
        else:
            self.give(self.wallet, [(self.new_day, partner, -amount)])
        self.post(f"partner:{partner}:issued", amount)
        self.stands(-amount, partner, pending=pending)

    def confirm(self) -> None:
        points = -self.stated(self.id, "pending")
        require(points <= self.of["pending"], "tx.of.amount", points)
        self.of["pending"] -= points
        self.wallet["pending"] -= points
        self.give(self.wallet, [(self.new_day, self.of["partner"], points)])

    def redeem(self) -> None:
        partner, points = self.partner_amount("burned")
        rows = self.take(points)
        self.post(f"partner:{partner}:burned", points)
        self.stands(points, partner, rows)

    def hold(self) -> None:
        points = self.stated(self.id, "held")
        rows = self.take(points)
        self.wallet["held"] += points
        self.stands(points, "", rows)

    def capture(self) -> None:
        partner, points = self.partner_amount("burned")
        self.take_back(points)
        rows = first_of(self.of["rows"], points)
        left = sum(row[2] for row in self.of["rows"]) - points
        self.of["rows"] = first_of(self.of["rows"][::-1], left)[::-1]
        self.wallet["held"] -= points
        self.post(f"partner:{partner}:burned", points)
        self.stands(points, partner, rows)

    def void(self) -> None:
        points = self.of["stands"]
        rows = self.of["rows"]
        self.take_back(points)
        self.of["rows"] = []
        self.wallet["held"] -= points
        self.give(self.wallet, rows)

    def transfer(self) -> None:
        same = self.wallet["currency"] == self.other["currency"]
        require(same, "tx.transfer.currency", self.other["currency"])
        points = -self.stated(self.id, "available")
        rows = self.take(points)
        self.give(self.other, rows)
        self.stands(points, "", rows)

    def exchange(self) -> None:
        x, y = self.wallet["currency"], self.other["currency"]
        require(x != y, "tx.exchange.currency", x)
        points = -self.stated(self.id, "available")
        received = sum(self.stated(self.other_id, part) for part in ("available", "arrears"))
        require(received > 0, "tx.amount", received)
        rows = self.take(points)
        shares = [row[2] * received // points for row in rows]
        shares[0] += received - sum(shares)
        given = [(self.new_day, row[1], share) for row, share in zip(rows, shares, strict=True)]
        self.give(self.other, [row for row in given if row[2]])
        self.post(f"exchange:{x}:{y}", points, x)
        self.post(f"exchange:{x}:{y}", -received, y)

    def expire(self) -> None:
        lapsed = sorted(lot for lot in self.wallet["lots"] if self.has_lapsed(lot[0]))[:64]
        require(lapsed, "tx.expire")
        rows = self.take(sum(self.wallet["lots"][lot] for lot in lapsed))
        for issuer in {row[1] for row in rows}:
            account = "operator" if issuer == "operator" else f"partner:{issuer}"
            points = sum(row[2] for row in rows if row[1] == issuer)
            self.post(f"{account}:expired", points)
        self.stands(sum(row[2] for row in rows), "", rows)

    def reverse(self) -> None:
        partner, points = self.of["partner"], self.partner_amount("issued")[1]
        self.take_back(points)
        pending = min(points, self.of["pending"])
        self.of["pending"] -= pending
        self.wallet["pending"] -= pending
        available = min(points - pending, self.wallet["available"])
        if available:
            self.take(available, first=partner)
        self.wallet["arrears"] -= points - pending - available
        self.post(f"partner:{partner}:issued", points)

    def refund(self) -> None:
        partner, points = self.of["partner"], -self.partner_amount("burned")[1]
        self.take_back(points)
        rows = [
            (self.new_day if self.has_lapsed(day) else day, issuer, some)
            for day, issuer, some in self.last_rows_of(points)
        ]
        self.give(self.wallet, rows)
        self.post(f"partner:{partner}:burned", -points)

    def adjust(self) -> None:
        currency = self.wallet["currency"]
        points = -sum(
            amount
            for account, code, amount in self.body["postings"]
            if (account, code) == ("operator:adjusted", currency)
        )
        self.post("operator:adjusted", -points)
        if points < 0:
            require(self.of is None, "tx.of", self.body.get("of"))
            self.take(-points)
        elif self.of is None:
            self.give(self.wallet, [(self.new_day, "operator", points)])
        else:
            self.take_back(points)
            rows = self.last_rows_of(points)
            self.give(self.wallet, [(self.new_day, issuer, some) for _, issuer, some in rows])
