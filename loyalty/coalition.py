"""The coalition that a use case acts for: its origin, its ports, and what its governance says."""

from copy import deepcopy
from dataclasses import dataclass, field
from threading import Lock

from ledger.entries import read_entry
from ledger.governance import Governance
from ledger.names import At, WalletId, at_text, base32_id
from ledger.notes import Signer
from loyalty.ports import Clock, RandomBytes, Sleep, Store
from loyalty.programmes import Version, version_of
from loyalty.records import ProgrammeText
from loyalty.refusals import Code, Refused
from loyalty.webhooks.ports import Webhooks


@dataclass(frozen=True)
class Coalition:
    """Everything that use cases reach the outside through.

    origin: the ledger's; entry_signer: the entry key, who signs every entry; store, clock,
    random_bytes, sleep: the ports; webhooks: those of events, if it sends any. Safe to share
    between threads.
    """

    origin: str
    store: Store
    entry_signer: Signer
    clock: Clock
    random_bytes: RandomBytes
    sleep: Sleep
    webhooks: Webhooks | None = None
    _known: "_Known" = field(default_factory=lambda: _Known())  # noqa: PLW0108 - defined below

    def now(self) -> At:
        return at_text(self.clock())

    def new_id(self) -> WalletId:
        """128 random bits as an id."""
        return WalletId(base32_id(self.random_bytes(16)))

    def governance(self) -> Governance:
        """Who takes part, as of the newest governance entry. Read only."""
        return self._known.governance(self.store)

    def version(self, rule: str) -> Version:
        """The programme version of that digest. Raises Refused if there is none."""
        return self._known.version(self.store, rule)


class _Known:
    """What this process has read already: governance grows at its end, programmes never change."""

    def __init__(self) -> None:
        self._governance = Governance()
        self._versions: dict[str, Version] = {}
        self._lock = Lock()

    def governance(self, store: Store) -> Governance:
        with self._lock:
            rows = store.governance(self._governance.seq)
            if rows:
                # Another, because others are reading this one.
                known = deepcopy(self._governance)
                for row in rows:
                    entry = read_entry(row.entry)
                    known.apply(entry.body, entry.hash)
                self._governance = known
            return self._governance

    def version(self, store: Store, rule: str) -> Version:
        known = self._versions.get(rule)
        if known is None:
            found = store.record(ProgrammeText, rule)
            if found is None:
                raise Refused(Code.NOT_FOUND, f"there is no programme version {rule}")
            known = self._versions[rule] = version_of(found.record.document)
        return known
