"""Verifying the usual by its form.

Nearly every entry of a ledger is an earn that is available at once, into a wallet that owes
nothing. Its text has one form, `_EARN`, in which all but a few parts are fixed; and of those the
wallet's place and balances follow from what came before it. So the quick way to verify one is to
match the form, which is canonical JSON and whose sums are 0 by themselves, and to compare the parts
with what they must be. What an earn rests on (currency, partner, rule, party, keys) is good if one
that rested on the same passed every rule, for as long as the same terms hold.

For everything else, and for every entry that is not what it should be, `retraced` answers None and
changes nothing: then `History` goes through the rules one by one and names the one that is broken.

What is done here is done for each entry of an audit, beside 50 microseconds for its signature:
hence plain tuples, and no call that can be spared.
"""

import re
from binascii import a2b_base64, b2a_base64
from sys import intern
from typing import TYPE_CHECKING, Any, NamedTuple

from ledger.canonical import MAX_INTEGER
from ledger.entries import Entry
from ledger.governance import Check, Governance, Term
from ledger.instructions import instruction_head
from ledger.kinds import Standing
from ledger.names import (
    BASE32_ID,
    BYTES_32,
    BYTES_64,
    TIME,
    CurrencyCode,
    entry_hash,
    is_day,
)
from ledger.tx import TX_MAX_BYTES, Balances, Tx
from ledger.wallets import Lot, Wallet, changed_lots

if TYPE_CHECKING:
    from ledger.history import History

_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TEXT = r'[^"\\]*'
# Members are sorted, with nothing between them (RFC 8785). A part that is named again is the same.
_EARN = re.compile(
    rf'\{{"at":"(?P<day>{_DAY})(?P<time>{TIME})","by":\{{(?:"asked":"(?P<asked>{BYTES_32})"'
    rf',"key":"(?P<key>{_TEXT})",)?"party":"(?P<party>{_TEXT})"(?:,"sig":"(?P<sig>{BYTES_64})")?'
    rf'\}},"chains":\[\{{"after":\{{(?P<after>[^}}]*)\}},"prev":"(?P<prev>{_TEXT})"'
    rf',"seq":(?P<seq>[1-9][0-9]*),"wallet":"(?P<wallet>{BASE32_ID})"\}}\]'
    rf'(?:,"detail":"{BYTES_32}")?,"id":"(?P<id>{BASE32_ID})","kind":"earn"'
    rf',"lots":\[\["(?P=wallet)","(?P<expires>{_DAY}|never)","(?P<partner>{_TEXT})"'
    r',(?P<amount>[1-9][0-9]*)\]\],"postings":\[\["partner:(?P=partner):issued"'
    rf',"(?P<currency>{_TEXT})",-(?P=amount)\],\["wallet:(?P=wallet):available","(?P=currency)"'
    rf',(?P=amount)\]\](?:,"rule":"(?P<rule>{_TEXT})")?,"type":"tx","v":1\}}'
).fullmatch

_SIGNATURE_START = "\n\n— ".encode()
# After every moment.
_NEVER_ENDS = "~"
# Makes a NamedTuple of a tuple in half the time that its class takes.
_record = tuple.__new__


class _Ground(NamedTuple):
    """What an earn rests on beside its wallet, which holds from `since` until just before `until`.

    issued: the account that the points come from; public: the entry key; asking: the key of who
    asked, if it is one who signs; asked_of: what such a signature is over, up to the id.
    """

    since: str
    until: str
    partner: str
    issued: tuple[str, CurrencyCode]
    public: bytes
    asking: bytes | None
    asked_of: bytes


class Familiar:
    """What was looked at thoroughly before: once an earn has passed every rule, others that rest on
    the same currency, partner, rule, party and keys are as good while the same terms hold.
    """

    def __init__(self) -> None:
        self.seq = 0
        self.grounds: dict[tuple[object, ...], _Ground] = {}

    def learn(self, governance: Governance, tx: Tx, entry: Entry) -> None:
        """Remembers an earn that passed every rule."""
        if self.seq != governance.seq:
            self.grounds.clear()
            self.seq = governance.seq
        account, currency, _ = tx.postings[0]
        partner = intern(account.split(":")[1])
        name, key_id, _ = entry.signature
        public, term = _key(governance, "entries", f"{name}+{key_id.hex()}", tx.at)
        terms = [term, Term(governance.currencies[currency].since)]
        terms += [term for term in governance.partners[partner] if term.holds(tx.at)]
        if tx.rule is not None:
            terms.append(governance.versions[tx.rule].term)
        asking = None
        if tx.by.key is not None:
            asking, term = _key(governance, tx.by.party, tx.by.key, tx.at)
            terms.append(term)
        start = _SIGNATURE_START + name.encode() + b" "
        place = (start, key_id, currency, partner, tx.rule, tx.by.party, tx.by.key)
        self.grounds[place] = _Ground(
            max(term.since for term in terms),
            min(term.until or _NEVER_ENDS for term in terms),
            partner,
            (account, currency),
            public,
            asking,
            instruction_head(governance.origin, "earn"),
        )


def _key(governance: Governance, party: str, label: str, at: str) -> tuple[bytes, Term]:
    """The key of that label in force, and for how long."""
    return next((key.public, term) for key, term in governance.keys[party, label] if term.holds(at))


def retraced(history: "History", data: bytes) -> list[Check] | None:
    """Takes an earn of the usual form, if all in it is as it must be; returns the signatures that
    it needs.

    None, and nothing changed, if it is anything else.
    """
    end, space = data.find(b"\n"), data.rfind(b" ") + 1
    try:
        signed = a2b_base64(data[space:])
        matched: Any = _EARN(data[:end].decode())
        # fmt: off
        (
            day, time, asked, key, party, sig, after_text, prev, seq_text, wallet_id, id_,
            expires, partner, amount_text, currency, rule,
        ) = matched.groups()
        # fmt: on
        place = (data[end:space], signed[:4], currency, partner, rule, party, key)
        ground = history.familiar.grounds[place]
        amount = int(amount_text)
    except (AttributeError, KeyError, ValueError):
        # Another form, other grounds, or neither base64 nor text.
        return None
    since, until, partner, issued, public, asking, asked_of = ground
    wallet = history.wallets.get(wallet_id) or Wallet(wallet_id, currency)
    wallet_id, own_currency, seq, head, before, balances, lots = wallet
    available, held, pending, arrears = balances
    at, available = day + time, available + amount
    if (
        not since <= at < until
        or at < before
        or not is_day(day)
        or not (expires == "never" or (expires >= day and is_day(expires)))
        or id_ in history.standing
        or currency != own_currency
        or prev != head
        or seq_text != str(seq + 1)
        or after_text != f'"arrears":0,"available":{available},"held":{held},"pending":{pending}'
        or available > MAX_INTEGER
        or arrears
        or (sig is None) != (asking is None)
        or len(signed) != 68
        or b2a_base64(signed) != data[space:]
        or len(data) > TX_MAX_BYTES
        or history.familiar.seq != history.governance.seq
    ):
        return None
    checks = []
    if asking is not None:
        asked_by = b"%b%b%b\n%b" % (a2b_base64(sig), asked_of, id_.encode(), a2b_base64(asked))
        checks.append(_record(Check, (asking, asked_by, "by.sig")))
    checks.append(_record(Check, (public, signed[4:] + data[: end + 1], "entry.signature")))
    after = _record(Balances, (available, held, pending, 0))
    lots = changed_lots(lots, (_record(Lot, (expires, partner, amount)),))
    history.keep_earn(
        # With the wallet's own strings: those of the text would be kept for each entry.
        _record(Wallet, (wallet_id, own_currency, seq + 1, entry_hash(data), at, after, lots)),
        _record(Standing, (id_, "earn", at, wallet_id, own_currency, partner, amount, 0, ())),
        issued,
    )
    return checks
