"""Whatever members, shops and clocks do, in whatever order: each lot lapses once, and no point is
lost or doubled."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from random import Random
from threading import Lock
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.entries import read_entry
from ledger.names import day_of
from ledger.tx import read_tx
from loyalty.actors import PartnerActor
from loyalty.clock.running import run
from loyalty.coalition import Coalition
from tests.coalition import as_member, verified
from tests.programmes.ticking import TickingShop

KIOSK = PartnerActor("kiosk")
MEMBERS = 2

Step = tuple[str, int, int]

DONE = ["buy", "buy late", "redeem", "give", "return", "confirm"]
RUNS = ["tick", "twice", "at once", "short", "day", "fortnight", "quarter"]


def lives(*names: str) -> st.SearchStrategy[list[Step]]:
    step = st.tuples(st.sampled_from(names), st.integers(0, MEMBERS - 1), st.integers(1, 250))
    return st.lists(step, min_size=1, max_size=40)


any_life = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


class Life(TickingShop):
    """Two members of a shop. What is refused is refused: any step may come at any time."""

    def __init__(self) -> None:
        super().__init__("22_loss_aversion.json")
        lock, random = Lock(), Random(3)

        def bits(count: int) -> bytes:
            with lock:
                return random.randbytes(count)

        self.coalition: Coalition = replace(self.coalition, random_bytes=bits)
        self.members = [self.enrolled() for _ in range(MEMBERS)]
        self.earns: list[str] = []

    def take(self, step: Step) -> None:
        name, who, number = step
        member = self.members[who]
        if name in ("buy", "buy late"):
            at = {"purchasedAt": self.bought_at(number)} if name == "buy late" else {}
            self.earns += [
                each["id"]
                for each in self.buys(member, number * 100, "kiosk", **at)["transactions"]
            ]
        elif name == "redeem":
            self.send(as_member(member), "redeemReward", self.wants(member, "paper"))
        elif name == "give":
            other = self.members[1 - who]
            given = self.input(toMemberId=other, currency="KEEP", points=number)
            self.send(as_member(member), "transferPoints", given)
        elif name == "return" and self.earns:
            earn = self.earns[number % len(self.earns)]
            some = {} if number % 2 else {"points": 1 + number // 3}
            self.asks("reverseTransaction", "reverse", transactionId=earn, **some)
        elif name == "confirm" and self.earns:
            earn = self.earns[number % len(self.earns)]
            self.asks("confirmTransaction", "confirm", earnId=earn)
        else:
            self.pass_time(name, number)

    def pass_time(self, name: str, number: int) -> None:
        if name == "tick":
            self.tick()
        elif name == "twice":
            self._followed.clear()
            for _ in range(2):
                self.tick()
        elif name == "at once":
            self.follow()
            with ThreadPoolExecutor(4) as pool:
                list(pool.map(lambda _: run(self.coalition, self.agenda, lambda: 1.0), range(4)))
        elif name == "sweep":
            self.tick(every_wallet=True)
        elif name == "short":
            left = iter([1.0] * (number % 4) + [0.0] * 9_999)
            self.follow()
            run(self.coalition, self.agenda, lambda: next(left))
        elif name == "lose":
            # What the stream would have rung for until now is lost.
            for id_ in self.store.wallet_ids():
                row = self.store.wallet(id_)
                self._followed[id_] = 0 if row is None else row.wallet.seq
        else:
            self.later(days={"day": 1, "fortnight": 14, "quarter": 91}.get(name, 0))

    def bought_at(self, number: int) -> str:
        """Some days ago, but not before it opened."""
        return max("2026-12-01T12:00:00.000Z", self.later(days=-(number % 60)))

    def later(self, **by: int) -> str:
        """The clock itself does not go back."""
        if by.get("days", 0) < 0:
            clock, text = self.clock, super().later(**by)
            self.clock = clock
            return text
        return super().later(**by)

    def asks(self, mutation: str, operation: str, **members: Any) -> None:
        self.send(KIOSK, mutation, self.signed(KIOSK, operation, self.input(**members)))


@any_life
@given(lives(*DONE, *RUNS))
def test_hints_alone_lead_to_all_that_is_due(steps: list[Step]) -> None:
    """No wallet is ever swept: by the stream's hints all is confirmed, and all lapses."""
    life = Life()
    for step in steps:
        life.take(step)
    ends(life, sweeping=False)


@any_life
@given(lives(*DONE, *RUNS, "sweep", "lose"))
def test_a_sweep_finds_what_the_stream_lost(steps: list[Step]) -> None:
    """Any of its records, at any time."""
    life = Life()
    for step in steps:
        life.take(step)
    ends(life, sweeping=True)


def ends(life: Life, *, sweeping: bool) -> None:
    """A fortnight passes, then a year: nothing waits, and then nothing is left but what members
    owe; what was issued was burned, returned or expired."""
    life.later(days=15)
    life.tick(every_wallet=sweeping)
    assert [life.wallet(each, "KEEP")["pending"] for each in life.members] == [0] * MEMBERS
    life.later(days=400)
    assert not life.tick(every_wallet=sweeping).failed
    history = verified(life.store)
    wallets = history.wallets.values()
    assert not any(wallet.lots for wallet in wallets)
    assert {tuple(wallet.balances[:3]) for wallet in wallets} <= {(0, 0, 0)}
    totals = {
        account.removeprefix("partner:kiosk:"): all_
        for (account, _), all_ in history.totals.items()
    }
    arrears = -sum(wallet.balances.arrears for wallet in wallets)
    gone = totals.get("burned", 0) + totals.get("expired", 0)
    assert gone - arrears == -totals.get("issued", 0)
    told = Counter((each["member"], each["expires"], each["days"]) for each in life.told())
    assert set(told.values()) <= {1}
    entries = [read_entry(row.entry).body for row in life.store._transactions.values() if row.entry]
    confirmed = Counter(str(tx["of"]) for tx in entries if tx.get("kind") == "confirm")
    assert set(confirmed.values()) <= {1}
    for tx in map(read_tx, (tx for tx in entries if tx.get("kind") == "expire")):
        assert all(lot.expires < day_of(tx.at) for lot in tx.lots)
