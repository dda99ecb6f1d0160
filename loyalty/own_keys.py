"""The coalition's own keys: entry keys sign entries and blocks, log keys sign checkpoints.

No client asks for these: operators do who have the coalition's AWS account, with `tallystick keys`.
What would leave functions without a key to sign with is refused. What they hold is what they are
deployed with, and is told to the use cases.
"""

from collections.abc import Collection
from typing import NamedTuple

from ledger.errors import RuleBroken
from ledger.notes import VerifierKey
from loyalty.actors import System
from loyalty.coalition import Coalition
from loyalty.committing import Answer, News, Plan, Request, carry_out, request_of
from loyalty.governance_drafts import GovernanceDraft, refused_entry
from loyalty.refusals import Code, Refused

PARTIES = ("entries", "log")
_DESK = System("desk")


class Held(NamedTuple):
    """The verifier keys that functions sign with, whether in force or not."""

    entries: frozenset[str]
    log: frozenset[str]


def add_own_key(coalition: Coalition, party: str, vkey: str, held: Held) -> Answer:
    """An entry or a log key is in force from now on, beside the others. record: its label.

    A log key signs every checkpoint from the next block on: so the sealer has it already. Of entry
    keys that a function holds the newest signs.
    """
    if party == "log" and vkey not in held.log:
        raise Refused(
            Code.NOT_ELIGIBLE,
            "the sealer has no signer for it and would stop: deploy it with this key first, in "
            "TALLYSTICK_LOG_KEYS",
            "key",
        )

    def decide() -> Plan:
        draft = GovernanceDraft(coalition)
        try:
            label = VerifierKey.parse(vkey).label
            draft.add("key", party=party, vkey=vkey, status="added")
        except RuleBroken as broken:
            raise refused_entry(broken, "key") from None
        news = News("key.added", "", {"of": party, "key": label, "from": draft.at})
        return draft.plan(Answer(record=label, news=(news,)))

    return carry_out(coalition, _request(coalition, "addOwnKey", party, vkey), decide)


def revoke_own_key(coalition: Coalition, party: str, label: str, held: Held) -> Answer:
    """An entry or a log key is in force for a minute more. record: its label.

    Refused where the functions would have no entry key then, or the sealer not every log key.
    """

    def decide() -> Plan:
        draft = GovernanceDraft(coalition)
        draft.end()
        try:
            vkey = str(draft.state.key(party, label, draft.at, "key.revoked"))
        except RuleBroken:
            raise Refused(Code.NOT_FOUND, f"no key {label} of {party} is in force", "key") from None
        others = frozenset(draft.state.keys_of(party, draft.at)) - {vkey}
        _check_others(party, others, held)
        draft.add("key", party=party, vkey=vkey, status="revoked")
        news = News("key.revoked", "", {"of": party, "key": label, "until": draft.at})
        return draft.plan(Answer(record=label, news=(news,)))

    return carry_out(coalition, _request(coalition, "revokeOwnKey", party, label), decide)


def _check_others(party: str, others: Collection[str], held: Held) -> None:
    """What is left in force suffices to go on."""
    if party == "entries" and not held.entries.intersection(others):
        raise Refused(
            Code.NOT_ELIGIBLE,
            "the functions hold no other entry key in force: add one, and deploy it in "
            "TALLYSTICK_ENTRY_SEED, first",
            "key",
        )
    if party == "log" and not others:
        raise Refused(Code.NOT_ELIGIBLE, "it is the last log key: add another first", "key")
    if party == "log" and not held.log.issuperset(others):
        missing = ", ".join(sorted(set(others) - held.log))
        raise Refused(
            Code.NOT_ELIGIBLE, f"the sealer has no signer for what is left: {missing}", "key"
        )


def _request(coalition: Coalition, name: str, party: str, key: str) -> Request:
    """Sent once: who asks again finds what it did in the list."""
    return request_of(_DESK, coalition.new_id(), {"party": party, "key": key}, name)
