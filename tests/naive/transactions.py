"""What a transaction may do, by the wallets before it and by what is in force."""

from copy import deepcopy
from typing import Any

from tests.naive.accepted import Accepted, within_grace
from tests.naive.forms import NO_HASH, WrongError, days_between, is_base32_id, is_whole, require
from tests.naive.kinds import Effect
from tests.naive.shapes import OF, check_shape
from tests.naive.wallets import PARTS, Body

CAN_BE_GONE_BACK_TO = {kind for kinds in OF.values() for kind in kinds}


class Transactions(Accepted):
    """A transaction's chains, what it goes back to, its effect, and what has to be in force."""

    def take_tx(self, body: Body, hash_: str) -> None:
        check_shape(body)
        require(body["id"] not in self.txs, "tx.id", body["id"])
        before = {row["wallet"]: self.wallet_before(body, row) for row in body["chains"]}
        of = self.gone_back_to(body)
        after, of_after, opens = self.the_effect(body, before, of)
        self.check_in_force(body, after)
        self.check_by(body["by"], body["kind"], body["id"], body["at"])
        if "approved" in body:
            self.check_by(body["approved"], body["kind"], body["id"], body["at"])
        for row in body["chains"]:
            link = {"seq": row["seq"], "head": hash_, "at": body["at"]}
            self.wallets[row["wallet"]] = after[row["wallet"]] | link
        if of:
            self.txs[body["of"]] = of_after
        self.txs[body["id"]] = opens if body["kind"] in CAN_BE_GONE_BACK_TO else None
        for account, currency, amount in body["postings"]:
            if not account.startswith("wallet:"):
                row = self.totals.setdefault(account, {})
                row[currency] = row.get(currency, 0) + amount

    def wallet_before(self, body: Body, link: Body) -> Body:
        currencies = {row[1] for row in body["postings"] if link["wallet"] in row[0]}
        require(len(currencies) == 1, "tx.chains.wallets", currencies)
        new = {"currency": currencies.pop(), "seq": 0, "head": NO_HASH, "at": "", "lots": {}}
        wallet = self.wallets.get(link["wallet"], new | dict.fromkeys(PARTS, 0))
        require(is_whole(link["seq"]), "tx.chains.seq", link["seq"])
        require(link["seq"] == wallet["seq"] + 1, "tx.chains.seq", link["seq"])
        require(link["prev"] == wallet["head"], "tx.chains.prev", link["prev"])
        require(body["at"] >= wallet["at"], "tx.at", body["at"])
        return wallet

    def gone_back_to(self, body: Body) -> Body | None:
        kind = body["kind"]
        if "of" not in body:
            require(kind not in OF or kind == "adjust", "tx.of", kind)
            return None
        require(kind in OF, "tx.of", kind)
        require(is_base32_id(body["of"]), "tx.of", body["of"])
        of = self.txs.get(body["of"])
        if of is None:
            raise WrongError("tx.of", body["of"])
        require(of["kind"] in OF[kind], "tx.of.kind", of["kind"])
        if kind not in ("confirm", "capture", "void"):
            require(days_between(of["at"], body["at"]) <= 400, "tx.of.age", of["at"])
        return of

    def the_effect(self, body: Body, before: Body, of: Body | None) -> tuple[Body, Any, Body]:
        """The effect that leads to what the entry states, with the new last day that it shows."""
        shown = {row[1] for row in body.get("lots", [])}
        fault = WrongError("tx.lots")
        for new_day in ("never", *sorted(shown - {"never"})):
            try:
                effect = Effect(body, deepcopy(before), deepcopy(of), new_day)
                effect.check_stated(before)
            except WrongError as error:
                fault = error
            else:
                return effect.wallets, effect.of, effect.opens
        raise fault

    def check_in_force(self, body: Body, after: Body) -> None:
        kind, at = body["kind"], body["at"]
        moved = [
            account.split(":")[1]
            for account, _, _ in body["postings"]
            if account.startswith("partner:") and account.endswith((":issued", ":burned"))
        ]
        for wallet in after.values():
            currency = self.currencies.get(wallet["currency"])
            if currency is None or currency["since"] > at:
                raise WrongError("tx.currency", wallet["currency"])
            if kind == "earn" and currency["owner"] != "coalition":
                require(currency["owner"] == f"partner:{moved[0]}", "tx.currency.owner", moved)
        if kind in ("earn", "redeem"):
            require(self.joined(moved[0], at), "tx.partner", moved)
        if "rule" not in body:
            parties = {f"partner:{partner}" for partner in moved}
            require(parties <= {body["by"].get("party")}, "tx.rule", parties)
            return
        for row in self.versions:
            named = row["type"] == "programme" and row["digest"] == body["rule"]
            if named and row["since"] <= at and within_grace(row["until"], at):
                require(set(moved) <= set(row["signed"]), "tx.rule.signed", moved)
                return
        raise WrongError("tx.rule", body["rule"])
