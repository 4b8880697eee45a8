"""Drawing values from small pools: what most strategies for facts are written with.

All shrink towards nothing known, then towards what stands first.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import TypeVar
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from xtreme_rules.testing.pools import TIMEZONES

T = TypeVar("T")

FIRST_DAY, LAST_DAY = date(2024, 2, 1), date(2027, 3, 31)

#: Days on which arithmetic goes wrong first: leap days and what stands in for them, Saturdays with an anniversary on
#: their Sunday, clock changes, the turn of the year.
NOTABLE_DAYS = (
    date(2024, 2, 28),
    date(2024, 2, 29),
    date(2024, 3, 1),
    date(2024, 3, 2),
    date(2025, 2, 28),
    date(2025, 3, 1),
    date(2025, 3, 2),
    date(2025, 3, 30),
    date(2025, 10, 26),
    date(2025, 12, 31),
    date(2026, 1, 1),
    date(2026, 2, 28),
    date(2026, 3, 1),
)
#: Noon, and the edges of days and of usual coverage hours.
NOTABLE_TIMES = (time(12), time(0), time(7, 59), time(8), time(17, 59), time(18), time(23, 59))

# A strategy costs much more to make than to draw from, so these few are made once and shared.
_DAYS = st.sampled_from(NOTABLE_DAYS) | st.dates(FIRST_DAY, LAST_DAY)
_TIMES = st.sampled_from(NOTABLE_TIMES) | st.times()

#: One of so many is unknown.
_SELDOM = 8
#: Whether fields that may be unknown now and then are. With ``None`` none is, but examples shrink to what is unknown.
Unknowns = bool | None


@cache
def _of_which_first_are_unknown(count: int, surely_known: bool) -> SearchStrategy[int]:
    """Whole numbers of which the lowest, ``count`` of them, stand for what is unknown.

    If all is known, these are left out, and the others are as they would be: an example can shrink to a lower one.
    """
    return st.integers(count if surely_known else 0, _SELDOM * count - 1)


@cache
def below(count: int) -> SearchStrategy[int]:
    """Whole numbers from 0, fewer than ``count``."""
    return st.integers(0, count - 1)


def days() -> SearchStrategy[date]:
    """Days of a few years, the notable ones more often."""
    return _DAYS


def saturday_of(day: date) -> date:
    """The Saturday of the week, Monday to Sunday, that a day lies in."""
    return day + timedelta(days=5 - day.weekday())


class Draw:
    """Draws single values; ``maybe`` is ``None`` now and then, where ``unknowns`` are allowed."""

    def __init__(self, draw: DrawFn, unknowns: Unknowns = True) -> None:
        self.draw = draw
        self.unknowns = unknowns

    def known(self) -> bool:
        """Whether something is known, as it mostly is."""
        return self.maybe((True,)) is not None

    def maybe(self, values: Sequence[T] | SearchStrategy[T]) -> T | None:
        """One of the values, if it is known; of none, nothing can be."""
        if isinstance(values, SearchStrategy):
            return self.draw(values) if self.known() else None
        count = len(values)
        if self.unknowns is False or not count:
            return self.one_of(values) if values else None
        drawn = self.draw(_of_which_first_are_unknown(count, not self.unknowns))
        return values[drawn % count] if drawn >= count else None

    def one_of(self, values: Sequence[T]) -> T:
        """One of the values."""
        return values[self.draw(below(len(values)))]

    def day(self) -> date:
        """Any day."""
        return self.draw(_DAYS)

    def saturday(self, near: Sequence[date]) -> date:
        """A Saturday within a week of one of the days ``near``, of one of their anniversaries, or of any day."""
        day = self.one_of([*near, self.day()]) + relativedelta(years=self.one_of((0, 0, 1, 2)))
        return saturday_of(day) + timedelta(weeks=self.one_of((1, 0, 2, -1)))

    def moment(self, timezone: str | None = None, day: date | None = None) -> datetime:
        """A moment of a day on the wall clock of ``timezone``, in UTC."""
        zone = ZoneInfo(timezone or self.one_of(TIMEZONES))
        clock = self.draw(_TIMES).replace(fold=self.one_of((0, 1)))
        return datetime.combine(day or self.day(), clock, zone).astimezone(UTC)
