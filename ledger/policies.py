"""Whose word on a checkpoint is enough: policies, c2sp.org/tlog-policy.

Lines, each ending in LF, of items between spaces or tabs; empty ones and those that begin with #
say nothing:

    log <vkey> [<url>]
    witness <name> <vkey> [<url>]
    group <name> all|any|<k> <name>...
    quorum <name>|none

A checkpoint is accepted if one of the logs has signed it and the quorum has witnessed it: a witness
by its cosignature, a group when k of its members have (any: 1, all: every one). A name is defined
once, before it is used, and is a member of one group at most. There is exactly one quorum line. No
two logs, and no two witnesses, have the same public key.
"""

import re
from collections.abc import Collection, Sequence
from typing import NamedTuple

from ledger.checkpoints import Checkpoint, opened
from ledger.cosignatures import cosignatures
from ledger.errors import RuleBroken
from ledger.notes import COSIGNATURE, VerifierKey

NONE = "none"
POLICY_MAX_CHARS = 65_536
MAX_WITNESSES = 100
"""A checkpoint with a line of each is still a note (`ledger.notes`)."""

_ITEM = re.compile(r"[^ \t]+")
# Every octet but tab, LF, 0x20 to 0x7E and those past ASCII.
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_THRESHOLD = re.compile(r"[1-9][0-9]{0,4}\Z")


class KnownLog(NamedTuple):
    key: VerifierKey
    url: str | None = None


class Witness(NamedTuple):
    """name: the policy's own, which need not be the key's."""

    name: str
    key: VerifierKey
    url: str | None = None


class Group(NamedTuple):
    """Has witnessed when at least `threshold` of its members have."""

    name: str
    threshold: int
    members: tuple[str, ...]


class Policy(NamedTuple):
    """Groups stand in the order of their definition, after the names of their members."""

    logs: tuple[KnownLog, ...]
    witnesses: tuple[Witness, ...]
    groups: tuple[Group, ...]
    quorum: str

    @property
    def log_keys(self) -> tuple[VerifierKey, ...]:
        return tuple(log.key for log in self.logs)

    @property
    def witness_keys(self) -> tuple[VerifierKey, ...]:
        return tuple(witness.key for witness in self.witnesses)

    def satisfied(self, cosigners: Collection[VerifierKey]) -> bool:
        """Whether these have cosigned enough. Keys that the policy does not name do not count."""
        witnessed = {witness.name for witness in self.witnesses if witness.key in cosigners}
        for group in self.groups:
            if len(witnessed.intersection(group.members)) >= group.threshold:
                witnessed.add(group.name)
        return self.quorum == NONE or self.quorum in witnessed


def accepted(
    note: bytes, log_keys: Sequence[VerifierKey], policy: Policy | None = None
) -> Checkpoint:
    """The checkpoint of a note that a log key signed and, given a policy, its quorum witnessed.

    A policy that lists logs narrows log_keys to those; without log_keys its own are taken. Raises
    RuleBroken.
    """
    keys = log_keys
    if policy is not None and policy.logs:
        listed = policy.log_keys
        keys = [key for key in log_keys if key in listed] if log_keys else listed
    checkpoint = opened(note, keys)
    if policy is not None:
        cosigners = cosignatures(note, policy.witness_keys)
        if not policy.satisfied(cosigners):
            found = ", ".join(key.name for key in cosigners) or "no witness"
            raise RuleBroken("policy.quorum", policy.quorum, found)
    return checkpoint


def read_policy(text: str | bytes) -> Policy:
    """Reads a policy. Bytes that are not UTF-8 may stand in names, URLs and comments.

    Raises RuleBroken.
    """
    if isinstance(text, bytes):
        text = text.decode("utf-8", "surrogateescape")
    if len(text) > POLICY_MAX_CHARS:
        raise RuleBroken("policy.size", f"at most {POLICY_MAX_CHARS} characters", len(text))
    forbidden = _FORBIDDEN.search(text)
    if forbidden:
        raise RuleBroken("policy.control", "no control character but tab and LF", forbidden[0])
    *lines, rest = text.split("\n")
    if rest:
        raise RuleBroken("policy.line", "lines that end in LF", rest)
    reader = _Reader()
    for line in lines:
        items = _ITEM.findall(line)
        if items and not items[0].startswith("#"):
            reader.take(items)
    return reader.policy()


class _Reader:
    """What the lines so far have defined."""

    def __init__(self) -> None:
        self._logs: list[KnownLog] = []
        self._witnesses: list[Witness] = []
        self._groups: list[Group] = []
        self._quorum: str | None = None
        self._names: set[str] = set()
        self._members: set[str] = set()

    def take(self, items: Sequence[str]) -> None:
        match items:
            case ["log", vkey, *url] if len(url) <= 1:
                self._take_log(KnownLog(VerifierKey.parse(vkey), *url))
            case ["witness", name, vkey, *url] if len(url) <= 1:
                self._take_witness(Witness(name, VerifierKey.parse(vkey, COSIGNATURE), *url))
            case ["group", name, threshold, *members] if members:
                self._take_group(name, threshold, tuple(members))
            case ["quorum", name]:
                self._take_quorum(name)
            case _:
                raise RuleBroken("policy.line", "log, witness, group or quorum", " ".join(items))

    def policy(self) -> Policy:
        if self._quorum is None:
            raise RuleBroken("policy.quorum", "a quorum line", "none")
        return Policy(tuple(self._logs), tuple(self._witnesses), tuple(self._groups), self._quorum)

    def _take_log(self, log: KnownLog) -> None:
        if any(other.key.public == log.key.public for other in self._logs):
            raise RuleBroken("policy.duplicate", "logs with keys of their own", str(log.key))
        self._logs.append(log)

    def _take_witness(self, witness: Witness) -> None:
        if len(self._witnesses) == MAX_WITNESSES:
            raise RuleBroken("policy.witnesses", f"at most {MAX_WITNESSES}", witness.name)
        # Else one witness could be counted twice: a cosignature says nothing of its key's name.
        if any(other.key.public == witness.key.public for other in self._witnesses):
            raise RuleBroken("policy.duplicate", "witnesses with keys of their own", witness.name)
        self._define(witness.name)
        self._witnesses.append(witness)

    def _take_group(self, name: str, threshold: str, members: tuple[str, ...]) -> None:
        for member in members:
            if member not in self._names:
                raise RuleBroken("policy.member", "a name defined before", member)
            if member in self._members:
                raise RuleBroken("policy.member", "a member of one group, once", member)
            self._members.add(member)
        if threshold in ("any", "all"):
            count = 1 if threshold == "any" else len(members)
        elif _THRESHOLD.match(threshold) and int(threshold) <= len(members):
            count = int(threshold)
        else:
            raise RuleBroken("policy.threshold", f"any, all or 1 to {len(members)}", threshold)
        self._define(name)
        self._groups.append(Group(name, count, members))

    def _take_quorum(self, name: str) -> None:
        if self._quorum is not None:
            raise RuleBroken("policy.quorum", "one quorum line", name)
        if name != NONE and name not in self._names:
            raise RuleBroken("policy.quorum", "a name defined before, or none", name)
        self._quorum = name

    def _define(self, name: str) -> None:
        if name == NONE or name in self._names:
            raise RuleBroken("policy.name", "a name that is not defined yet", name)
        self._names.add(name)
