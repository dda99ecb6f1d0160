"""What every matter of the clock can do."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar, NamedTuple

from loyalty.clock.agenda import Due
from loyalty.coalition import Coalition
from loyalty.ports import TallyRow, WalletRow


class Attended(NamedTuple):
    """What came of a hint. done: how many of what, by names that operators are shown; next: the
    day on which to look again; None where nothing more is to come of it."""

    done: Mapping[str, int]
    next: str | None = None


class NewRows(NamedTuple):
    """What a follower found of a wallet. head: its newest row; entries: those of new entries,
    oldest first, maybe none."""

    head: WalletRow | TallyRow
    entries: Sequence[WalletRow]


class Matter(ABC):
    """Something that falls due by the day, for one wallet at a time.

    name: what its hints begin with; it never changes. Days are of UTC. Nothing that it says of a
    day may be before the coalition's today.
    """

    name: ClassVar[str]

    def told_by(self, coalition: Coalition, new: NewRows) -> Iterable[Due]:
        """What is due after new rows of a wallet."""
        return self.of_wallet(coalition, new.head)

    @abstractmethod
    def of_wallet(self, coalition: Coalition, head: WalletRow | TallyRow) -> Iterable[Due]:
        """All of it that is to come of a wallet, by its newest row, for who knows no hint."""

    @abstractmethod
    def attend(self, coalition: Coalition, due: Due) -> Attended:
        """Does what is due by now, and nothing where nothing is: reads all that it needs.

        Twice, late or at once by two clocks, it does it once: see `loyalty.clock.once`.
        """
