"""One birthday reward a year of each programme, whichever it is."""

from collections.abc import Sequence
from datetime import date

from ledger.names import day_of
from loyalty.birthdays import Birthday
from loyalty.coalition import Coalition
from loyalty.ports import RecordPut
from loyalty.records.members import Member
from loyalty.records.rewards import BirthdayHad
from loyalty.refusals import Code, Refused


def birthday_had(
    coalition: Coalition, keys: Sequence[str], near: Birthday, member: Member, at: str
) -> RecordPut:
    """What a member's birthday reward writes. Raises Refused on other days, and for the second.

    keys: of the member in the programme, and of those that it was, too. What counts is the year of
    the birthday: it goes up alone, so that a birth date that is changed gives no second reward.
    """
    if not member.born:
        raise Refused(Code.NOT_ELIGIBLE, "the member's date of birth is not known", "rewardId")
    year = near.year(date.fromisoformat(member.born), date.fromisoformat(day_of(at)))
    if year is None:
        raise Refused(Code.NOT_ELIGIBLE, "it is had on the member's birthday alone", "rewardId")
    found = coalition.store.records(BirthdayHad, keys)
    had = max((each.record.year for each in found.values()), default=0)
    if had >= year:
        raise Refused(Code.LIMIT_EXCEEDED, f"the birthday reward of {had} was had", "rewardId")
    own = keys[0]
    return RecordPut(own, BirthdayHad(year=year), found[own].version if own in found else 0)
