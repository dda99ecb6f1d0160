"""Random valid lives of wallets, each step against a slow model of the same rules.

The model was written apart from `ledger.kinds`: every point is one token (expiry, issuer).
"""

from collections import Counter
from itertools import groupby

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from ledger.verify import verify
from ledger.wallets import Wallet, owed
from tests.unit.ledger.strategies import MILES, PARTNERS, STARS, Writer

Token = tuple[str, str]


class Purse:
    """One wallet of the model."""

    def __init__(self) -> None:
        self.tokens: list[Token] = []
        self.held = self.pending = self.arrears = 0

    def receive(self, tokens: list[Token]) -> None:
        for token in tokens:
            if self.arrears:
                self.arrears -= 1
            else:
                self.tokens.append(token)

    def spend(self, count: int, own: str = "") -> list[Token]:
        spent = sorted(self.tokens, key=lambda token: (token[1] != own if own else 0, token))
        spent = spent[:count]
        for token in spent:
            self.tokens.remove(token)
        return spent


class Past:
    """One transaction of the model that later ones may go back to."""

    def __init__(self, kind: str, name: tuple[str, str], partner: str, stands: int) -> None:
        self.kind, self.name, self.partner, self.stands = kind, name, partner, stands
        self.pending = 0
        self.tokens: list[Token] = []


NAMES = [(owner, currency) for owner in ("ann", "bob") for currency in (STARS, MILES)]
amounts = st.integers(1, 12)
names = st.sampled_from(NAMES)
some_partners = st.sampled_from(PARTNERS)
lives = st.none() | st.integers(0, 20)
later_days = st.integers(0, 40)


class Lives(RuleBasedStateMachine):
    """Random valid lives of four wallets, each step compared with the model."""

    def __init__(self) -> None:
        super().__init__()
        self.book = Writer()
        self.purses = {name: Purse() for name in NAMES}
        self.past: dict[str, Past] = {}

    def wallet(self, name: tuple[str, str]) -> Wallet:
        return self.book.wallet(*name)

    def expiry(self, life: int | None) -> str:
        return "never" if life is None else self.book.after_days(life)

    def choose(self, data: st.DataObject, *kinds_: str, pending: bool = False) -> str | None:
        found = sorted(
            id_
            for id_, past in self.past.items()
            if past.kind in kinds_ and (past.pending if pending else past.stands)
        )
        return data.draw(st.sampled_from(found)) if found else None

    def sweep(self, name: tuple[str, str]) -> None:
        """Expires what has lapsed, as whatever lowers available needs."""
        purse, today = self.purses[name], self.book.day
        gone = sorted(token for token in purse.tokens if token[0] < today)
        if gone:
            id_ = self.book.expire(self.wallet(name))
            purse.tokens = [token for token in purse.tokens if token[0] >= today]
            self.past[id_] = past = Past("expire", name, "", len(gone))
            past.tokens = gone

    @rule(days=st.integers(0, 15), minutes=st.integers(0, 600))
    def wait(self, days, minutes):
        self.book.wait(days=days, minutes=minutes)

    @rule(name=names, partner=some_partners, amount=amounts, life=lives, waits=st.booleans())
    def earn(self, name, partner, amount, life, waits):
        if name[1] == MILES:
            partner = "acme"
        expires = None if waits else self.expiry(life)
        id_ = self.book.earn(self.wallet(name), partner, amount, expires)
        self.past[id_] = past = Past("earn", name, partner, amount)
        if waits:
            past.pending = amount
            self.purses[name].pending += amount
        else:
            self.purses[name].receive([(expires, partner)] * amount)

    @rule(data=st.data(), life=lives)
    def confirm(self, data, life):
        of = self.choose(data, "earn", pending=True)
        if of is None:
            return
        past = self.past[of]
        amount = data.draw(st.integers(1, past.pending))
        self.book.confirm(self.wallet(past.name), of, amount, self.expiry(life))
        past.pending -= amount
        self.purses[past.name].pending -= amount
        self.purses[past.name].receive([(self.expiry(life), past.partner)] * amount)

    @rule(name=names, partner=some_partners, amount=amounts)
    def redeem(self, name, partner, amount):
        self.sweep(name)
        if len(self.purses[name].tokens) < amount:
            return
        id_ = self.book.redeem(self.wallet(name), partner, amount)
        self.past[id_] = past = Past("redeem", name, partner, amount)
        past.tokens = self.purses[name].spend(amount)

    @rule(name=names, amount=amounts)
    def hold(self, name, amount):
        self.sweep(name)
        if len(self.purses[name].tokens) < amount:
            return
        id_ = self.book.hold(self.wallet(name), amount)
        self.past[id_] = past = Past("hold", name, "", amount)
        past.tokens = self.purses[name].spend(amount)
        self.purses[name].held += amount

    @rule(data=st.data(), partner=some_partners)
    def capture(self, data, partner):
        of = self.choose(data, "hold")
        if of is None:
            return
        past = self.past[of]
        amount = data.draw(st.integers(1, past.stands))
        id_ = self.book.capture(self.wallet(past.name), of, partner, amount)
        self.past[id_] = captured = Past("capture", past.name, partner, amount)
        captured.tokens, past.tokens = past.tokens[:amount], past.tokens[amount:]
        past.stands -= amount
        self.purses[past.name].held -= amount

    @rule(data=st.data())
    def void(self, data):
        of = self.choose(data, "hold")
        if of is None:
            return
        past = self.past[of]
        self.book.void(self.wallet(past.name), of)
        self.purses[past.name].held -= past.stands
        self.purses[past.name].receive(past.tokens)
        past.stands, past.tokens = 0, []

    @rule(currency=st.sampled_from([STARS, MILES]), amount=amounts, back=st.booleans())
    def transfer(self, currency, amount, back):
        giver, receiver = ("ann", currency), ("bob", currency)
        if back:
            giver, receiver = receiver, giver
        self.sweep(giver)
        if len(self.purses[giver].tokens) < amount:
            return
        id_ = self.book.transfer(self.wallet(giver), self.wallet(receiver), amount)
        self.past[id_] = past = Past("transfer", giver, "", amount)
        past.tokens = self.purses[giver].spend(amount)
        self.purses[receiver].receive(past.tokens)

    @rule(name=names, to=st.sampled_from(["ann", "bob"]), amount=amounts, got=amounts, life=lives)
    def exchange(self, name, to, amount, got, life):
        receiver = (to, MILES if name[1] == STARS else STARS)
        self.sweep(name)
        if len(self.purses[name].tokens) < amount:
            return
        wallets = self.wallet(name), self.wallet(receiver)
        self.book.exchange(*wallets, amount, got, self.expiry(life))
        spent = self.purses[name].spend(amount)
        rows = [(issuer, len(list(each))) for (_, issuer), each in groupby(spent)]
        shares = [(issuer, count * got // amount) for issuer, count in rows]
        rest = got - sum(share for _, share in shares)
        tokens = [(self.expiry(life), rows[0][0])] * rest
        for issuer, share in shares:
            tokens += [(self.expiry(life), issuer)] * share
        self.purses[receiver].receive(tokens)

    @rule(name=names)
    def expire(self, name):
        self.sweep(name)

    @rule(data=st.data())
    def reverse(self, data):
        of = self.choose(data, "earn")
        if of is None:
            return
        past = self.past[of]
        purse = self.purses[past.name]
        amount = data.draw(st.integers(1, past.stands))
        if amount > past.pending:
            self.sweep(past.name)
        self.book.reverse(self.wallet(past.name), of, amount)
        waited = min(amount, past.pending)
        taken = purse.spend(amount - waited, past.partner)
        purse.pending -= waited
        past.pending -= waited
        past.stands -= amount
        purse.arrears += amount - waited - len(taken)

    @rule(data=st.data(), later=later_days)
    def refund(self, data, later):
        of = self.choose(data, "redeem", "capture")
        if of is None:
            return
        past = self.past[of]
        amount = data.draw(st.integers(1, past.stands))
        day = self.book.after_days(later)
        self.book.refund(self.wallet(past.name), of, amount, day)
        back = past.tokens[::-1][:amount]
        past.tokens = past.tokens[: len(past.tokens) - amount]
        past.stands -= amount
        renewed = [(day if e < self.book.day else e, issuer) for e, issuer in back]
        self.purses[past.name].receive(renewed)

    @rule(data=st.data(), name=names, amount=amounts, life=lives)
    def adjust_up(self, data, name, amount, life):
        of = self.choose(data, "expire", "transfer") if data.draw(st.booleans()) else None
        if of is None:
            self.book.adjust_up(self.wallet(name), amount, self.expiry(life))
            self.purses[name].receive([(self.expiry(life), "operator")] * amount)
            return
        past = self.past[of]
        amount = data.draw(st.integers(1, past.stands))
        self.book.adjust_up(self.wallet(past.name), amount, self.expiry(life), of)
        back = past.tokens[::-1][:amount]
        past.tokens = past.tokens[: len(past.tokens) - amount]
        past.stands -= amount
        self.purses[past.name].receive([(self.expiry(life), issuer) for _, issuer in back])

    @rule(name=names, amount=amounts)
    def adjust_down(self, name, amount):
        self.sweep(name)
        if len(self.purses[name].tokens) < amount:
            return
        self.book.adjust_down(self.wallet(name), amount)
        self.purses[name].spend(amount)

    @invariant()
    def wallets_are_as_the_model_has_them(self):
        for name, purse in self.purses.items():
            wallet = self.wallet(name)
            available = len(purse.tokens)
            assert wallet.balances == (available, purse.held, purse.pending, -purse.arrears)
            expected = sorted((*token, n) for token, n in Counter(purse.tokens).items())
            assert [tuple(lot) for lot in wallet.lots] == expected
            assert min(wallet.balances[:3]) >= 0
            assert not (wallet.balances.arrears and wallet.balances.available)

    @invariant()
    def what_stands_is_as_the_model_has_it(self):
        for id_, past in self.past.items():
            standing = self.book.standing(id_)
            assert (standing.stands, standing.pending) == (past.stands, past.pending)
            assert 0 <= standing.pending <= standing.stands
            if past.kind != "earn":
                assert sum(row.quantity for row in standing.rows) == standing.stands

    @invariant()
    def each_currency_adds_up_to_0(self):
        history = self.book.history
        sums: Counter[str] = Counter()
        for (_, currency), amount in history.totals.items():
            sums[currency] += amount
        for wallet in history.wallets.values():
            sums[wallet.currency] += owed(wallet.balances) + wallet.balances.arrears
        assert not any(sums.values())

    @invariant()
    @precondition(lambda self: self.book.entries[-1].type == "tx")
    def the_last_entry_adds_up_to_0_and_continues_its_chains(self):
        entry = self.book.entries[-1]
        sums: Counter[str] = Counter()
        for _, currency, amount in entry.body["postings"]:
            sums[currency] += amount
        assert not any(sums.values())
        for link in entry.body["chains"]:
            wallet = self.book.history.wallets[link["wallet"]]
            assert (wallet.seq, wallet.head) == (link["seq"], entry.hash)

    def teardown(self):
        """An auditor who has the entries alone comes to the same state."""
        found = verify(self.book.labelled(), cores=1)
        assert found.fault is None
        assert found.history.wallets == self.book.history.wallets
        assert found.history.standing == self.book.history.standing
        assert found.history.totals == self.book.history.totals


TestLives = Lives.TestCase
TestLives.settings = settings(
    max_examples=35, stateful_step_count=50, deadline=None, derandomize=True, database=None
)
