"""The order of a ledger's transactions, from the places of their rows."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from heapq import heapify, heappop, heappush

from ledger.names import TransactionId, WalletId


def chain_order(
    links: Mapping[TransactionId, Sequence[tuple[WalletId, int]]],
) -> list[TransactionId]:
    """Transactions in an order in which each wallet's seq ascends; ties by id (Kahn's algorithm).

    links: at which seq of which wallets each transaction's rows stand. Those whose predecessors are
    missing, and whatever builds on them, come last in the order of their ids.

    Order comes from the keys of rows, never from what entries say of themselves: an entry that was
    tampered with stays at its place, and is what the verifier names, instead of moving and
    putting the blame on another.
    """
    places = {id_: set(own) for id_, own in links.items()}
    waits: dict[TransactionId, int] = {}
    behind: defaultdict[tuple[WalletId, int], list[TransactionId]] = defaultdict(list)
    for id_, own in places.items():
        predecessors = [(wallet, seq - 1) for wallet, seq in own if seq > 1]
        waits[id_] = len(predecessors)
        for place in predecessors:
            behind[place].append(id_)
    ready = [id_ for id_, count in waits.items() if not count]
    heapify(ready)
    order: list[TransactionId] = []
    while ready:
        id_ = heappop(ready)
        order.append(id_)
        del waits[id_]
        for place in places[id_]:
            # Taken, so that a second row that claims the same place releases nobody twice.
            for next_id in behind.pop(place, ()):
                waits[next_id] -= 1
                if not waits[next_id]:
                    heappush(ready, next_id)
    return order + sorted(waits)
