"""What a transaction must look like, whatever came before it."""

from typing import Any

from tests.naive.forms import is_base32_id, is_currency, is_day, is_id, require, unb64
from tests.naive.wallets import PARTS, Body

OF = {
    "confirm": {"earn"},
    "capture": {"hold"},
    "void": {"hold"},
    "reverse": {"earn"},
    "refund": {"redeem", "capture"},
    "adjust": {"expire", "transfer"},
}
KINDS = {"earn", "redeem", "hold", "transfer", "exchange", "expire", *OF}


def check_shape(body: Body) -> None:
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
