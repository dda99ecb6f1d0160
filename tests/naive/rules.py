"""What an entry may do, and what it leads to: governance, the twelve kinds, blocks.

`Ledger.take` is given the entries of a log in order. An entry that breaks a rule raises WrongError.
A wallet is a dictionary that is copied and changed; postings and lots of an entry are then simply
the difference between its wallets before and after, and have to be those that it states.
"""

from collections.abc import Iterator, Sequence
from copy import deepcopy
from typing import Any

from tests.naive.forms import (
    MAX,
    NO_HASH,
    H,
    Key,
    WrongError,
    b64,
    canon,
    days_between,
    holds,
    is_at,
    is_base32_id,
    is_currency,
    is_day,
    is_id,
    is_party,
    is_whole,
    parse,
    read_note,
    read_vkey,
    require,
    unb64,
)
from tests.naive.trees import leaf_hash, sum_root, wallet_leaf

Body = dict[str, Any]
Row = tuple[str, str, int]  # last day, issuer, points
Rows = list[Row]  # in the order taken

PARTS = ("available", "held", "pending", "arrears")
GOVERNANCE = {
    "genesis": {"origin", "log_key", "entry_key"},
    "currency": {"currency", "owner", "decimals"},
    "partner": {"partner", "status"},
    "key": {"party", "vkey", "status"},
    "programme": {"id", "version", "digest"},
    "agreement": {"id", "version", "digest"},
    "witness": {"vkey", "status"},
}
OF = {
    "confirm": {"earn"},
    "capture": {"hold"},
    "void": {"hold"},
    "reverse": {"earn"},
    "refund": {"redeem", "capture"},
    "adjust": {"expire", "transfer"},
}
KINDS = {"earn", "redeem", "hold", "transfer", "exchange", "expire", *OF}
CAN_BE_GONE_BACK_TO = {kind for kinds in OF.values() for kind in kinds}


class Ledger:
    """What the entries taken so far add up to."""

    def __init__(self) -> None:
        self.origin = ""
        self.governance = {"seq": 0, "head": NO_HASH, "at": ""}
        self.keys: list[Body] = []  # party, key, since, until
        self.partners: list[Body] = []  # id, since, until
        self.currencies: dict[str, Body] = {}  # owner, since
        self.versions: list[Body] = []  # type, id, version, digest, signed, since, until
        self.wallets: dict[str, Body] = {}
        self.txs: dict[str, Body | None] = {}
        self.totals: dict[str, dict[str, int]] = {}
        self.size = 0
        self.batch: list[str] = []  # the `at` of each entry since the last block
        self.block: Body | None = None
        self.block_hash = NO_HASH

    def take(self, data: bytes) -> None:
        require(len(data) <= 65_535, "entry.size", len(data))
        note = read_note(data)
        require(len(note.signatures) == 1, "entry.signatures")
        body = parse(note.text[:-1])
        require(type(body) is dict, "entry.type")
        kind = body.get("type")
        require(kind in {"tx", "block", *GOVERNANCE}, "entry.type", kind)
        sort = "governance" if kind in GOVERNANCE else kind
        require(type(body.get("v")) is int and body["v"] == 1, f"{sort}.v")
        require(is_at(body.get("at")), f"{sort}.at", body.get("at"))
        first = kind == "genesis" or (kind == "block" and self.size == 0)
        require(first == (self.size == 0), "governance.genesis")
        if kind == "tx":
            require(len(data) <= 16_384, "entry.size", len(data))
        if kind != "block":
            self.check_time(body)
        if kind in GOVERNANCE and kind != "genesis":
            self.entry_key(note.signatures[0], body["at"])
        if kind == "tx":
            self.take_tx(body, b64(leaf_hash(data)))
        elif kind == "block":
            self.take_block(body, b64(leaf_hash(data)))
        else:
            self.take_governance(body, b64(leaf_hash(data)))
        key = self.entry_key(note.signatures[0], body["at"])
        require(holds(key, note.text, note.signatures[0][2]), "entry.signature")
        self.size += 1
        if kind == "block":
            self.check_late(body["at"])
        else:
            self.batch.append(body["at"])

    def check_time(self, body: Body) -> None:
        """By the block before the batch."""
        if self.block is None:
            return
        least = self.block["at"]
        if body["type"] == "tx":
            require(days_between(body["at"], least) <= 1, "entry.at", body["at"])
        else:
            require(body["at"] >= least, "governance.at", body["at"])

    def check_late(self, block_at: str) -> None:
        """A block that is right in itself shows that an entry of its batch is dated after it."""
        for place, at in enumerate(self.batch, self.size - 1 - len(self.batch)):
            if at > block_at:
                raise WrongError("entry.at", at, place)
        self.batch = []

    # What is in force

    def entry_key(self, signature: tuple[str, bytes, bytes], at: str) -> Key:
        name, id_, _ = signature
        return self.key("entries", f"{name}+{id_.hex()}", at, "entry.key")

    def key(self, party: str, label: object, at: str, rule: str) -> Key:
        for row in self.keys:
            if row["party"] == party and row["key"].label == label and in_force(row, at):
                key: Key = row["key"]
                return key
        raise WrongError(rule, label)

    def log_keys(self, at: str) -> list[Key]:
        return [row["key"] for row in self.keys if row["party"] == "log" and in_force(row, at)]

    def joined(self, partner: str, at: str) -> bool:
        return any(row["id"] == partner and in_force(row, at) for row in self.partners)

    # Who stands for an entry

    def check_by(self, by: Any, operation: str, subject: str, at: str) -> None:
        require(type(by) is dict and is_party(by.get("party")), "by.party", by)
        if not by["party"].startswith(("partner:", "operator:")):
            require(by.keys() == {"party"}, "by.members", by)
            return
        require(by.keys() == {"party", "key", "sig", "asked"}, "by.members", by)
        key = self.key(by["party"], by["key"], at, "by.key")
        signature = unb64(by["sig"], 64, "by.sig")
        asked = unb64(by["asked"], 32, "by.asked")
        require(holds(key, self.instruction(operation, subject, asked), signature), "by.sig")

    def instruction(self, operation: str, subject: str, asked: bytes) -> bytes:
        head = f"tallystick/instruction/v1\n{self.origin}\n{operation}\n{subject}\n"
        return head.encode() + asked

    def check_signed(self, signed: Any, type_: str, subject: str, asked: bytes, at: str) -> None:
        require(type(signed) is list and signed, "signed", signed)
        for row in signed:
            fits = type(row) is dict and row.keys() == {"party", "key", "sig"}
            require(fits, "signed.members", row)
            require(is_party(row["party"]), "signed.party", row)
            require(row["party"].startswith("partner:"), "signed.party", row)
            key = self.key(row["party"], row["key"], at, "signed.key")
            signature = unb64(row["sig"], 64, "signed.sig")
            require(holds(key, self.instruction(type_, subject, asked), signature), "signed.sig")
        parties = [row["party"] for row in signed]
        require(parties == sorted(set(parties)), "signed.order", parties)

    # Governance

    def take_governance(self, body: Body, hash_: str) -> None:
        type_, at = body["type"], body["at"]
        own = GOVERNANCE[type_] | ({"proof"} if type_ == "key" and "proof" in body else set())
        stands = "signed" if "signed" in body else "by"
        expected = {"v", "type", "at", "seq", "prev", stands} | own
        require(body.keys() == expected, f"{type_}.members", body.keys())
        require(is_whole(body["seq"]), "governance.seq", body["seq"])
        require(body["seq"] == self.governance["seq"] + 1, "governance.seq", body["seq"])
        require(body["prev"] == self.governance["head"], "governance.prev", body["prev"])
        require(at >= self.governance["at"], "governance.at", at)
        self.check_stands_for(body, {name: body[name] for name in own})
        getattr(self, f"take_{type_}")(body)
        self.governance = {"seq": body["seq"], "head": hash_, "at": at}

    def check_stands_for(self, body: Body, members: Body) -> None:
        """By the state before the entry: none can authorise itself."""
        type_, at = body["type"], body["at"]
        subject, asked = str(body["seq"]), H(canon(members))
        if type_ in ("programme", "agreement"):
            require("signed" in body, f"{type_}.signed")
            subject = f"{body['id']}@{body['version']}"
            asked = unb64(body["digest"], 32, f"{type_}.digest")
        if "signed" in body:
            self.check_signed(body["signed"], type_, subject, asked, at)
            return
        by = body["by"]
        require(type(by) is dict and is_party(by.get("party")), "by.party", by)
        party = by["party"]
        require(party.startswith(("operator:", "system:")), "governance.by", party)
        require(type_ != "genesis" or party.startswith("system:"), "governance.by", party)
        require("asked" not in by or by["asked"] == b64(asked), "by.asked")
        self.check_by(by, type_, subject, at)

    def take_genesis(self, body: Body) -> None:
        require("by" in body, "governance.by")
        require(type(body["origin"]) is str and body["origin"], "genesis.origin", body["origin"])
        self.origin = body["origin"]
        self.add_key("log", body["log_key"], body["at"])
        self.add_key("entries", body["entry_key"], body["at"])

    def take_currency(self, body: Body) -> None:
        code, owner = body["currency"], body["owner"]
        require(is_currency(code), "currency.currency", code)
        require(is_whole(body["decimals"]) and body["decimals"] <= 6, "currency.decimals")
        require(code not in self.currencies, "currency.twice", code)
        if owner == "coalition":
            require("by" in body, "governance.by")
        else:
            require(is_party(owner) and owner.startswith("partner:"), "currency.owner", owner)
            require(self.joined(owner[8:], body["at"]), "governance.partner", owner)
            signers = [row["party"] for row in body.get("signed", [])]
            require(signers == [owner], "governance.signed", signers)
        self.currencies[code] = {"owner": owner, "since": body["at"]}

    def take_partner(self, body: Body) -> None:
        partner, status, at = body["partner"], body["status"], body["at"]
        require("by" in body, "governance.by")
        require(is_id(partner) and partner != "operator", "partner.partner", partner)
        require(status in ("joined", "left"), "governance.status", status)
        require(self.joined(partner, at) == (status == "left"), "governance.twice", partner)
        if status == "joined":
            self.partners.append({"id": partner, "since": at, "until": None})
        else:
            end(self.partners, at, id=partner)

    def take_key(self, body: Body) -> None:
        party, at, status = body["party"], body["at"], body["status"]
        require("by" in body, "governance.by")
        signs = is_party(party) and party.startswith(("partner:", "operator:"))
        require(signs or party in ("log", "entries"), "key.party", party)
        require(status in ("added", "revoked"), "key.status", status)
        require(("proof" in body) == (signs and status == "added"), "key.proof")
        if status == "revoked":
            self.revoke_key(party, body["vkey"], at)
            return
        if party.startswith("partner:"):
            require(self.joined(party[8:], at), "governance.partner", party)
        key = self.add_key(party, body["vkey"], at)
        if signs:
            message = f"tallystick/register/v1\n{self.origin}\n{party}\n{body['vkey']}\n".encode()
            require(holds(key, message, unb64(body["proof"], 64, "key.proof")), "key.proof")

    def take_witness(self, body: Body) -> None:
        require("by" in body, "governance.by")
        require(body["status"] in ("added", "revoked"), "key.status", body["status"])
        change = self.add_key if body["status"] == "added" else self.revoke_key
        change("witness", body["vkey"], body["at"])

    def read_key(self, party: str, vkey: object) -> Key:
        key = read_vkey(vkey, 4 if party == "witness" else 1)
        names = {"log": self.origin, "entries": f"{self.origin}/entries"}
        require(key.name == names.get(party, key.name), "key.name", vkey)
        return key

    def add_key(self, party: str, vkey: object, at: str) -> Key:
        key = self.read_key(party, vkey)
        for row in self.keys:
            same = row["key"].public == key.public or row["key"].label == key.label
            require(not (same and in_force(row, at)), "key.twice", vkey)
        self.keys.append({"party": party, "key": key, "since": at, "until": None})
        return key

    def revoke_key(self, party: str, vkey: object, at: str) -> None:
        key = self.read_key(party, vkey)
        end(self.keys, at, party=party, key=key)

    def take_programme(self, body: Body) -> None:
        type_, at = body["type"], body["at"]
        require(is_id(body["id"]), f"{type_}.id", body["id"])
        line = [row for row in self.versions if (row["type"], row["id"]) == (type_, body["id"])]
        require(is_whole(body["version"]), f"{type_}.version", body["version"])
        require(body["version"] == len(line) + 1, f"{type_}.version", body["version"])
        digests = [row["digest"] for row in self.versions if row["type"] == type_]
        require(body["digest"] not in digests, f"{type_}.twice", body["digest"])
        signers = [row["party"][8:] for row in body["signed"]]
        for partner in signers:
            require(self.joined(partner, at), "governance.partner", partner)
        if line:
            line[-1]["until"] = at  # and 60 days more
        row = {"type": type_, "id": body["id"], "digest": body["digest"], "signed": signers}
        self.versions.append({**row, "since": at, "until": None})

    take_agreement = take_programme

    # Transactions

    def take_tx(self, body: Body, hash_: str) -> None:
        self.check_tx_shape(body)
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

    def check_tx_shape(self, body: Body) -> None:
        must = {"v", "type", "id", "kind", "at", "postings", "chains", "by"}
        may = {"lots", "approved", "detail", "rule", "of"}
        require(must <= body.keys() <= must | may, "tx.members", body.keys())
        require(body["kind"] in KINDS, "tx.kind", body["kind"])
        require(is_base32_id(body["id"]), "tx.id", body["id"])
        for name in ("detail", "rule"):
            if name in body:
                unb64(body[name], 32, f"tx.{name}")
        check_postings(body["postings"])
        check_chains(body)
        check_lots(body)
        by = body["by"]
        if "approved" in body:
            other = body["approved"]
            operators = all(
                type(each) is dict and str(each.get("party")).startswith("operator:")
                for each in (by, other)
            )
            require(operators and by["party"] != other["party"], "tx.approved", other)
            require(by.get("asked") == other.get("asked"), "tx.approved.asked", other)
        if body["kind"] == "adjust":
            party = by.get("party") if type(by) is dict else None
            require(str(party).startswith("operator:"), "tx.adjust.by", party)

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

    # Blocks

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


def in_force(row: Body, at: str) -> bool:
    return bool(row["since"] <= at and (row["until"] is None or at < row["until"]))


def within_grace(until: str | None, at: str) -> bool:
    return until is None or days_between(until, at) < 60


def end(rows: list[Body], at: str, **which: Any) -> None:
    for row in rows:
        if in_force(row, at) and all(row[name] == value for name, value in which.items()):
            row["until"] = at
            return
    raise WrongError("key.revoked", which)


def state(wallet: Body) -> Body:
    """What the balance tree says of a wallet."""
    return {
        **{part: wallet[part] for part in PARTS},
        "head": wallet["head"],
        "seq": wallet["seq"],
        "lots": sorted([day, issuer, points] for (day, issuer), points in wallet["lots"].items()),
    }


def check_postings(postings: Any) -> None:
    require(type(postings) is list and len(postings) >= 2, "tx.postings", postings)
    sums: dict[str, int] = {}
    for row in postings:
        require(type(row) is list and len(row) == 3, "tx.postings", row)
        account, currency, amount = row
        require(type(account) is str and is_account(account), "tx.postings.account", account)
        require(is_currency(currency), "tx.postings", currency)
        require(type(amount) is int and amount, "tx.postings.amount", amount)
        sums[currency] = sums.get(currency, 0) + amount
    named = [(account, currency) for account, currency, _ in postings]
    require(named == sorted(set(named)), "tx.postings.order", named)
    require(not any(sums.values()), "tx.postings.sum", sums)


def is_account(account: str) -> bool:
    match account.split(":"):
        case ["wallet", wallet, part]:
            return is_base32_id(wallet) and part in PARTS
        case ["partner", partner, part]:
            return is_id(partner) and part in ("issued", "burned", "expired")
        case ["operator", part]:
            return part in ("adjusted", "expired")
        case ["exchange", one, other]:
            return is_currency(one) and is_currency(other)
    return False


def check_chains(body: Body) -> None:
    chains = body["chains"]
    require(type(chains) is list and chains, "tx.chains", chains)
    for row in chains:
        fits = type(row) is dict and row.keys() == {"wallet", "seq", "prev", "after"}
        require(fits, "tx.chains.members", row)
        require(is_base32_id(row["wallet"]), "tx.chains.wallet", row)
        after = row["after"]
        require(type(after) is dict and after.keys() == set(PARTS), "tx.chains.after", after)
        for part, points in after.items():
            require(type(points) is int, "tx.chains.after", after)
            require(part == "arrears" or points >= 0, "tx.chains.negative", after)
        require(after["arrears"] <= 0, "tx.chains.arrears", after)
        paid = after["arrears"] == 0 or after["available"] == 0
        require(paid, "tx.chains.arrears", after)
    wallets = [row["wallet"] for row in chains]
    require(wallets == sorted(set(wallets)), "tx.chains.order", wallets)
    accounts = [row[0].split(":") for row in body["postings"]]
    moved = {account[1] for account in accounts if account[0] == "wallet"}
    require(moved == set(wallets), "tx.chains.wallets", wallets)


def check_lots(body: Body) -> None:
    if "lots" not in body:
        return
    lots = body["lots"]
    require(type(lots) is list and lots, "tx.lots", lots)
    wallets = [row["wallet"] for row in body["chains"]]
    for row in lots:
        require(type(row) is list and len(row) == 4, "tx.lots", row)
        wallet, day, issuer, change = row
        require(wallet in wallets, "tx.lots.wallet", wallet)
        require(is_day(day), "tx.lots.expires", day)
        require(is_id(issuer), "tx.lots.issuer", issuer)
        require(type(change) is int and change, "tx.lots.change", change)
    named = [row[:3] for row in lots]
    distinct = len({tuple(name) for name in named}) == len(named)
    require(named == sorted(named) and distinct, "tx.lots.order", named)


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


def first_of(rows: Rows, points: int) -> Rows:
    """The first rows that add up to so many points, the last of them in part."""
    return [row for row in _first_of(rows, points) if row[2]]


def _first_of(rows: Rows, points: int) -> Iterator[Row]:
    for day, issuer, some in rows:
        yield day, issuer, min(some, points)
        points -= min(some, points)


def add_lot(wallet: Body, day: str, issuer: str, points: int) -> None:
    left = wallet["lots"].get((day, issuer), 0) + points
    wallet["lots"].pop((day, issuer), None)
    if left:
        wallet["lots"][day, issuer] = left
