"""Open stretches of calendars, laid out in UTC over some years, to be searched.

Stretches are found in pieces within which the clock of the zone does not change, so that a window that falls into a
skipped hour is shorter by it, and one that falls into a repeated hour is open both times.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import accumulate
from zoneinfo import ZoneInfo

from xtreme_rules.coverage.calendar import Calendar
from xtreme_rules.coverage.holidays import holidays_of, known_years
from xtreme_rules.coverage.working_time import NOTHING

DAY, _MINUTE, _SECOND = timedelta(days=1), timedelta(minutes=1), timedelta(seconds=1)
_NEVER = datetime.max.replace(tzinfo=UTC)


class Layout:
    """Open stretches over some years, in order and in UTC; ``before`` is the open time before each, then that of all.

    ``first`` and ``last`` bound the moments that can be looked up, from the one and before the other: those of the
    years, less one at either end, where stretches may be cut off, unless no other year can be laid out.
    """

    def __init__(self, years: range, possible: range, stretches: Sequence[tuple[datetime, datetime]]) -> None:
        self.years = years
        first, stop = years.start + (years.start > possible.start), years.stop - (years.stop < possible.stop)
        self.first, self.last = (new_year(first), new_year(stop)) if years else (_NEVER, _NEVER)
        self.opens = [start for start, _ in stretches]
        self.closes = [end for _, end in stretches]
        self.before = list(accumulate((end - start for start, end in stretches), initial=NOTHING))
        self.total = self.before[-1]

    def worked(self, at: datetime) -> timedelta:
        """The open time from the beginning of the layout to a moment."""
        index = bisect_right(self.opens, at) - 1
        return self.before[index] + (min(at, self.closes[index]) - self.opens[index]) if index >= 0 else NOTHING


def laid_out(
    calendars: Sequence[Calendar], zone: ZoneInfo, holidays: str | None, years: range, possible: range
) -> Layout:
    """The union of calendars in a place, over some of the years that are possible."""
    merged: list[tuple[datetime, datetime]] = []
    for start, end in sorted(_stretches(calendars, zone, holidays, years)):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return Layout(years, possible, merged)


def _known(holidays: str | None, years: range) -> range:
    """The years from the one before to the one after whose holidays are known: a day may lie in another one in UTC."""
    if holidays is None:
        return range(0)
    known = known_years(holidays)
    return range(max(known.start, years.start - 1), min(known.stop, years.stop + 1))


def _stretches(
    calendars: Sequence[Calendar], zone: ZoneInfo, holidays: str | None, years: range
) -> Iterator[tuple[datetime, datetime]]:
    """The open stretches of each calendar, in pieces within which the clock does not change."""
    closed = frozenset(day for year in _known(holidays, years) for day in holidays_of(holidays or "", year))
    for start, end in steady(zone, new_year(years.start), new_year(years.stop)):
        offset = start.astimezone(zone).utcoffset() or NOTHING
        day, final = (start + offset).date(), (end + offset).date()
        while day <= final:
            midnight = datetime.combine(day, time(), UTC) - offset
            for calendar in calendars:
                if not (calendar.closed_on_holidays and day in closed):
                    for opening, closing in calendar.by_weekday[day.weekday()]:
                        first = max(start, midnight + opening * _MINUTE)
                        last = min(end, midnight + closing * _MINUTE)
                        if first < last:
                            yield first, last
            day += DAY


def steady(zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Stretches within which the zone keeps its offset from UTC; zones change it on a whole second."""
    at = start
    while at < end:
        following = min(at + DAY, end)
        offset = at.astimezone(zone).utcoffset()
        if following.astimezone(zone).utcoffset() != offset:
            low, high = at, following
            while high - low > _SECOND:
                middle = low + (high - low) // 2 // _SECOND * _SECOND
                if middle.astimezone(zone).utcoffset() == offset:
                    low = middle
                else:
                    high = middle
            yield start, high
            start = following = high
        at = following
    yield start, end


@lru_cache(maxsize=65_536)
def turns(zone: ZoneInfo, day: date) -> tuple[datetime, ...]:
    """The moments at which the wall clock of a zone goes from before a day to the day or later, or back again.

    There is one, but where the clock was set back across midnight: there a day ends twice.
    """
    moments: list[datetime] = []
    middle = datetime.combine(day, time(), UTC)
    for start, end in steady(zone, middle - 2 * DAY, middle + 2 * DAY):
        midnight = middle - (start.astimezone(zone).utcoffset() or NOTHING)
        reached = len(moments) % 2 == 1
        if reached and start < midnight:
            moments.append(start)
            reached = False
        if not reached and midnight < end:
            moments.append(max(start, midnight))
    return tuple(moments)


def days_between(zone: ZoneInfo, first: date, until: date) -> Iterator[tuple[datetime, datetime]]:
    """The stretches of UTC in which the wall clock of a zone shows a day from ``first`` on and before ``until``."""
    bounds = iter(sorted([*turns(zone, first), *turns(zone, until)]))
    return ((start, end) for start, end in zip(bounds, bounds, strict=True) if start < end)


def new_year(year: int) -> datetime:
    """The moment at which a year of UTC begins."""
    return datetime(year, 1, 1, tzinfo=UTC)
