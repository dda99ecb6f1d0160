"""What a block states of all entries before it."""

from typing import Any

from tests.naive.accepted import Accepted
from tests.naive.forms import MAX, H, b64, canon, is_whole, require
from tests.naive.trees import sum_root, wallet_leaf
from tests.naive.wallets import Body, state


class Blocks(Accepted):
    """A block states what all entries before it add up to."""

    def take_block(self, body: Body, hash_: str) -> None:
        members = {"v", "type", "at", "height", "prev", "first", "size", "balances", "totals"}
        require(body.keys() == members, "block.members", body.keys())
        for name in ("height", "first", "size"):
            require(is_whole(body[name]), f"block.{name}", body[name])
        before = self.block or {"height": -1, "size": 0, "at": ""}
        require(body["height"] == before["height"] + 1, "block.height", body["height"])
        require(body["prev"] == self.block_hash, "block.prev", body["prev"])
        require(body["first"] == before["size"], "block.first", body["first"])
        require(body["size"] == self.size + 1, "block.size", body["size"])
        require(body["at"] > before["at"], "block.at", body["at"])
        self.check_balances(body["balances"])
        require(body["totals"] == b64(H(canon(self.totals_map()))), "block.totals")
        self.check_zero(body["balances"])
        self.block, self.block_hash = body, hash_

    def check_balances(self, stated: Any) -> None:
        expected = self.balances()
        fits = type(stated) is dict and stated.keys() == expected.keys()
        require(fits, "block.balances", stated)
        for code, row in expected.items():
            found = stated[code]
            fits = type(found) is dict and found.keys() == row.keys()
            require(fits, "block.balances", found)
            for name, value in row.items():
                right = canon(found[name]) == canon(value)
                require(right, f"block.balances.{name}", found[name])

    def balances(self) -> Body:
        """Of every currency added so far, also one without wallets."""
        return {code: self.balances_in(code) for code in self.currencies}

    def balances_in(self, code: str) -> Body:
        wallets = {id_: row for id_, row in self.wallets.items() if row["currency"] == code}
        leaves = [wallet_leaf(id_, state(row)) for id_, row in wallets.items()]
        owed, hash_ = sum_root(leaves)
        arrears = sum(row["arrears"] for row in wallets.values())
        require(owed <= MAX and -arrears <= MAX, "block.balances", owed)
        return {"root": b64(hash_), "owed": owed, "arrears": arrears, "wallets": len(wallets)}

    def totals_map(self) -> Body:
        """Every account outside wallets that is not 0."""
        found = {}
        for account, row in self.totals.items():
            sums = {currency: amount for currency, amount in row.items() if amount}
            require(all(abs(amount) <= MAX for amount in sums.values()), "block.totals", account)
            if sums:
                found[account] = sums
        return found

    def check_zero(self, balances: Body) -> None:
        for code, row in balances.items():
            outside = sum(amounts.get(code, 0) for amounts in self.totals.values())
            require(row["owed"] + row["arrears"] + outside == 0, "block.sum", code)
