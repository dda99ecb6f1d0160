"""What a governance entry may do: keys, partners, currencies, programmes, agreements."""

from tests.naive.accepted import Accepted, end, in_force
from tests.naive.forms import (
    H,
    Key,
    b64,
    canon,
    holds,
    is_currency,
    is_id,
    is_party,
    is_whole,
    read_vkey,
    require,
    unb64,
)
from tests.naive.wallets import Body

GOVERNANCE = {
    "genesis": {"origin", "log_key", "entry_key"},
    "currency": {"currency", "owner", "decimals"},
    "partner": {"partner", "status"},
    "key": {"party", "vkey", "status"},
    "programme": {"id", "version", "digest"},
    "agreement": {"id", "version", "digest"},
    "witness": {"vkey", "status"},
}


class Governance(Accepted):
    """Keys, partners, currencies, programmes and agreements, and who has to sign for each."""

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
