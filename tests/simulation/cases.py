"""What a random schedule would come to too seldom, told step by step."""

from collections.abc import Callable
from random import Random

from functions.sealer import ask, check_start
from loyalty.ports import StoreUnavailable
from loyalty.records.members import WalletOwner
from loyalty.refusals import Refused
from sealing.stopped import Reason, SealingStopped
from storage.memory_log import MemoryObjects
from tests.simulation.asks import Ask
from tests.simulation.checking import ViolatedError, check_audit, check_recovered, require
from tests.simulation.faults import Fault, Tally, Wire, Wires
from tests.simulation.keys import GROCER, as_member
from tests.simulation.world import World, change_entry_key, founded, leave, members_of, seconds


def everything_restored() -> None:
    """Table and objects are put back together: only witnesses know what there was."""
    table = founded(("grocer",), 2)
    world = World(founded=table)
    wire = Wire(world.wires, "only")
    api, sealer = world.coalition(wire, Random(1)), world.sealer(wire, Random(2))
    backups: list[tuple[object, dict[str, bytes], dict[str, bytes]]] = []
    for number in range(2):
        world.send(api, Ask("purchase", GROCER, f"earned-{number}", (members_of(table)[0], 9)))
        world.now += seconds(1)
        sealer.sweep()
        check_start(world.witnessing(wire))
        ask(world.witnessing(wire))
        backups.append((world.snapshot(), _objects(world.log), _objects(world.own)))
    snapshot, log, own = backups[0]
    world.restore(snapshot)  # type: ignore[arg-type]
    world.log._objects, world.own._objects = log, own
    try:
        check_start(world.witnessing(wire))
    except SealingStopped as stopped:
        require(stopped.reason is Reason.REWOUND, f"stopped: {stopped}")
    else:
        raise ViolatedError("a witness was ahead, and a sealer started")


def others_publish_meanwhile() -> None:
    """A sealer that publishes finds another checkpoint each time that it looks."""
    table = founded(("grocer",), 2)
    world = World(founded=table)
    wire = Wire(world.wires, "only")
    api = world.coalition(wire, Random(1))
    earlier = world.sealer(wire, Random(2))
    earlier.sweep()
    world.send(api, Ask("purchase", GROCER, "earned", (members_of(table)[0], 9)))
    world.now += seconds(1)
    log = world.log
    replace, refusals = log.replace, iter(range(1))

    def contended(path: str, data: bytes, tag: str | None) -> bool:
        if path == "checkpoint" and next(refusals, None) is not None:
            # Somebody had it cosigned a moment before.
            ask(world.witnessing(Wire(world.wires, "other")))
        return replace(path, data, tag)

    log.replace = contended  # type: ignore[method-assign]
    try:
        world.sealer(wire, Random(3)).sweep()
    except Exception as error:
        require(not isinstance(error, SealingStopped), f"stopped: {error}")
    log.replace = replace  # type: ignore[method-assign]
    check_recovered(world, Random(4))


def partner_leaves_meanwhile() -> None:
    """A commit is under way when its partner leaves: that it was refused would be a guess."""
    _leaves_meanwhile(after_s=1)


def partner_leaves_by_a_slower_clock() -> None:
    """The same, and whoever notes that it leaves has a clock that is not past the commit's."""
    _leaves_meanwhile(after_s=0)


def _leaves_meanwhile(after_s: int) -> None:
    table = founded(("grocer",), 2)
    under_way: list[Callable[[], object]] = []
    faults = iter([Fault.LATE])
    wires = Wires(lambda call: next(faults, None) if call.port == "rows.commit" else None, Tally())
    wires.late = under_way.append
    world = World(wires, table)
    left = iter([None])

    def meanwhile(_: float) -> None:
        for _none in left:
            world.now += seconds(after_s)
            leave(world, "grocer")

    api = world.coalition(Wire(wires, "api"), Random(1), sleep=meanwhile)
    earned = Ask("purchase", GROCER, "earned", (members_of(table)[0], 9))
    try:
        world.send(api, earned)
    except StoreUnavailable:
        world.uncertain.add(earned.id)
    except Refused:
        world.refused[earned.id] = earned
    for happens in under_way:
        happens()
    check_recovered(world, Random(2))


def entry_key_ends_meanwhile() -> None:
    """Between what a request reads of governance and the time that it gives its entry."""
    _ends_meanwhile(after_s=1)


def entry_key_has_ended_meanwhile() -> None:
    """The same, and the request has stood still for longer than the key was to go on."""
    _ends_meanwhile(after_s=61)


def _ends_meanwhile(after_s: int) -> None:
    table = founded(("grocer",), 2)
    world = World(founded=table)
    changes = iter([None])

    def meanwhile(port: str) -> None:
        for _none in changes if port == "rows.wallets" else ():
            change_entry_key(world)
            world.now += seconds(after_s)

    api = world.coalition(Wire(world.wires, "api", meanwhile), Random(2))
    world.send(api, Ask("purchase", GROCER, "earned", (members_of(table)[0], 9)))
    world.now += seconds(120)
    check_recovered(world, Random(3))
    check_audit(world)


def each_waits_for_another() -> None:
    """A sealer with room for one transaction finds first what waits for a wallet further on."""
    table = founded(("grocer",), 2)
    world = World(founded=table)
    wire = Wire(world.wires, "only")
    api = world.coalition(wire, Random(1))
    for number, member in enumerate(members_of(table)):
        world.send(api, Ask("purchase", GROCER, f"earned-{number}", (member, 9)))
    first, last = sorted(world.store.wallet_ids())
    owners = {id_: world.store.record(WalletOwner, id_) for id_ in (first, last)}
    giver, taker = (owners[id_].record.member for id_ in (first, last))  # type: ignore[union-attr]
    world.send(api, Ask("purchase", GROCER, "more", (taker, 5)))
    world.send(api, Ask("transfer", as_member(giver), "given", (taker, "STARS", 3)))
    world.batch_entries = 1
    check_recovered(world, Random(2))


def two_take_back_at_once() -> None:
    """Between what still stands and the wallet, as one request reads them, another one commits."""
    table = founded(("grocer",), 2)
    world = World(founded=table)
    earned = Ask("purchase", GROCER, "earned", (members_of(table)[0], 9))
    other = world.coalition(Wire(world.wires, "other"), Random(1))
    world.send(other, earned)
    second = iter([Ask("reverse", GROCER, "second", (earned.id, 6))])

    def meanwhile(port: str) -> None:
        for ask_ in second if port == "rows.wallets" else ():
            world.send(other, ask_)

    api = world.coalition(Wire(world.wires, "api", meanwhile), Random(2))
    first = Ask("reverse", GROCER, "first", (earned.id, 6))
    try:
        world.send(api, first)
    except Refused:
        world.refused[first.id] = first
    check_recovered(world, Random(3))


def two_blocks_in_one_millisecond() -> None:
    """A sealer that is quicker than its clock waits for it."""
    table = founded(("grocer",), 2)
    world = World(founded=table)
    wire = Wire(world.wires, "only")
    api, sealer = world.coalition(wire, Random(1)), world.sealer(wire, Random(2))
    for number in range(2):
        world.send(api, Ask("purchase", GROCER, f"earned-{number}", (members_of(table)[0], 9)))
        sealer.sweep()
    check_recovered(world, Random(3))


def _objects(objects: MemoryObjects) -> dict[str, bytes]:
    return dict(objects._objects)


def _told(case: Callable[[], None]) -> Callable[[], str | None]:
    def tells() -> str | None:
        try:
            case()
        except (ViolatedError, SealingStopped) as violated:
            return str(violated)
        except Exception as error:  # a defect, wherever it is
            return f"{type(error).__name__}: {error}"
        return None

    return tells


CASES = {
    "everything is restored": _told(everything_restored),
    "others publish meanwhile": _told(others_publish_meanwhile),
    "a partner leaves meanwhile": _told(partner_leaves_meanwhile),
    "the entry key ends meanwhile": _told(entry_key_ends_meanwhile),
    "the entry key has ended meanwhile": _told(entry_key_has_ended_meanwhile),
    "each waits for another": _told(each_waits_for_another),
    "two take back at once": _told(two_take_back_at_once),
    "two blocks in one millisecond": _told(two_blocks_in_one_millisecond),
}
