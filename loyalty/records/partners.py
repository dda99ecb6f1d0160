"""What is not on the ledger about partners and their programmes."""

from loyalty.ports import Record


class Partner(Record, frozen=True):
    """A brand: what is not on the ledger about it."""

    name: str


class ProgrammeText(Record, frozen=True):
    """A programme version's canonical JSON, kept under its digest."""

    document: str
