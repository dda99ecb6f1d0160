"""The coalition that a use case acts for: its origin, its ports, and what its governance says.

What ends something, like a key's revocation, is dated ahead, so that no request in flight rests on
what it did not see end (ADR 18). The margins, which together are `ENDING_AHEAD`:

    20 s  DATED_WITHIN   an entry is dated at most so long after its governance was read
    20 s                 what ends something is committed within that of its being drafted
    20 s                 two machines' clocks differ by less

The second is `ENDING_SENT_WITHIN`, 5 s, and then at most 15 s until the store's client gives up.
"""

from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from weakref import WeakKeyDictionary

from ledger.entries import Entry, read_entry
from ledger.governance import Governance
from ledger.names import At, WalletId, at_text, base32_id
from ledger.notes import Signer, VerifierKey
from loyalty.ports import Clock, RandomBytes, Sleep, Store, StoreUnavailable
from loyalty.programmes import Version, version_of
from loyalty.records.partners import ProgrammeText
from loyalty.refusals import Code, Refused
from loyalty.webhooks.ports import Webhooks

ENDING_AHEAD = timedelta(seconds=60)
DATED_WITHIN = timedelta(seconds=20)
ENDING_SENT_WITHIN = timedelta(seconds=5)
UNKNOWN_KEYS_EVERY = timedelta(seconds=1)
"""How often a process may read governance for the name of a key that it does not know."""
_ENDED = ("revoked", "left")


class EntryKeyMissing(StoreUnavailable):
    """No entry key that this process holds is in force: nothing can be signed here until it is
    deployed with one that is."""


class NoEntryKey:
    """The signer of a process that signs no entry, and holds no key for it: it follows what others
    wrote."""

    @property
    def verifier(self) -> VerifierKey:
        raise EntryKeyMissing("this process holds no entry key")

    def sign(self, message: bytes) -> bytes:  # noqa: ARG002 - a Signer's
        raise EntryKeyMissing("this process holds no entry key")


@dataclass(frozen=True)
class Coalition:
    """Everything that use cases reach the outside through.

    origin: the ledger's; entry_signer: the entry key, who signs every entry (`NoEntryKey` where
    nobody does); store, clock, random_bytes, sleep: the ports; webhooks: those of events, if it
    sends any; further_signers: other entry keys that are held, before or after a change of key.
    Safe to share between threads.
    """

    origin: str
    store: Store
    entry_signer: Signer
    clock: Clock
    random_bytes: RandomBytes
    sleep: Sleep
    webhooks: Webhooks | None = None
    further_signers: tuple[Signer, ...] = ()
    _known: "_Known" = field(default_factory=lambda: _Known())  # noqa: PLW0108 - defined below

    def now(self) -> At:
        return at_text(self.clock())

    def new_id(self) -> WalletId:
        """128 random bits as an id."""
        return WalletId(base32_id(self.random_bytes(16)))

    def governance(self) -> Governance:
        """Who takes part now, read anew. Read only."""
        return self._known.governance(self.store, self.clock)

    def written(self) -> Governance:
        """The same with what is written already and takes effect later. Read only."""
        return self._known.written(self.store)

    def known_keys(self, party: str, label: str) -> tuple[VerifierKey, ...]:
        """A party's keys of that label, as far as this process knows: what a stranger sends is held
        against them before anything is read for it. Whether they are in force `governance` says.

        Where it knows of none in force it looks, once in `UNKNOWN_KEYS_EVERY` for all such names.
        """
        return self._known.keys(self.store, self.clock, party, label)

    def may_date(self, governance: Governance, at: At) -> bool:
        """Whether an entry that rests on this governance may be of that time: whether nothing can
        have ended by then that it does not know of. governance: as this coalition read it."""
        return self._known.may_date(governance, at)

    def signer(self, governance: Governance, at: At, ends: str = "") -> Signer:
        """Who signs an entry of that time: of the entry keys held here the one that came in force
        last. ends: a verifier key that the entry ends. Raises EntryKeyMissing."""
        held = [each for each in self._held() if str(each.verifier) != ends]
        found = governance.signer("entries", held, at)
        if found is None:
            raise EntryKeyMissing("no entry key that this process holds is in force")
        return found

    def _held(self) -> tuple[Signer, ...]:
        return (self.entry_signer, *self.further_signers)

    def version(self, rule: str) -> Version:
        """The programme version of that digest. Raises Refused if there is none."""
        return self._known.version(self.store, rule)


class _Known:
    """What this process has read already: governance grows at its end, programmes never change."""

    def __init__(self) -> None:
        self._governance = Governance()
        # Of each that somebody still reads: before which time entries that rest on it are dated.
        self._before: WeakKeyDictionary[Governance, At] = WeakKeyDictionary()
        self._versions: dict[str, Version] = {}
        self._sought_in_vain: datetime | None = None
        self._lock = Lock()

    def governance(self, store: Store, clock: Clock) -> Governance:
        with self._lock:
            # The clock first: whatever is not found was committed after this time.
            now = clock()
            entries = self._unknown(store)
            ends = _first_ending_after(entries, at_text(now))
            self._apply(entries[:ends])
            before = at_text(now + DATED_WITHIN)
            self._before[self._governance] = min([before, *map(_at, entries[ends:])])
            return self._governance

    def written(self, store: Store) -> Governance:
        with self._lock:
            entries = self._unknown(store)
            return _with(self._governance, entries) if entries else self._governance

    def keys(self, store: Store, clock: Clock, party: str, label: str) -> tuple[VerifierKey, ...]:
        now = clock()
        found = _keys(self._governance, party, label, at_text(now))
        vain = self._sought_in_vain
        # Either way: a clock may be set back.
        if not found and (vain is None or abs(now - vain) >= UNKNOWN_KEYS_EVERY):
            found = _keys(self.governance(store, clock), party, label, at_text(now))
            self._sought_in_vain = vain if found else now
        return found

    def may_date(self, governance: Governance, at: At) -> bool:
        # Not behind whoever is reading just now. What ends something is later than all before it.
        return at <= governance.at or at < self._before[governance]

    def _unknown(self, store: Store) -> list[Entry]:
        return [read_entry(row.entry) for row in store.governance(self._governance.seq)]

    def _apply(self, entries: list[Entry]) -> None:
        if entries:
            # Another, because others are reading this one.
            self._governance = _with(self._governance, entries)

    def version(self, store: Store, rule: str) -> Version:
        known = self._versions.get(rule)
        if known is None:
            found = store.record(ProgrammeText, rule)
            if found is None:
                raise Refused(Code.NOT_FOUND, f"there is no programme version {rule}")
            known = self._versions[rule] = version_of(found.record.document)
        return known


def _keys(governance: Governance, party: str, label: str, at: At) -> tuple[VerifierKey, ...]:
    terms = governance.keys.get((party, label), ())
    return tuple(key for key, term in terms if term.holds(at))


def _with(governance: Governance, entries: list[Entry]) -> Governance:
    known = deepcopy(governance)
    for entry in entries:
        known.apply(entry.body, entry.hash)
    return known


def _first_ending_after(entries: list[Entry], now: At) -> int:
    """Where among them the first stands that ends something, and has not come yet. What is dated
    ahead before that is of a machine whose clock is fast, and in force at once."""
    for number, entry in enumerate(entries):
        if _at(entry) > now and entry.body.get("status") in _ENDED:
            return number
    return len(entries)


def _at(entry: Entry) -> At:
    return At(str(entry.body["at"]))
