"""Coverage: calendars in a place, and the arithmetic of working time in them.

A moment is covered if the wall clock of the zone shows a time in a window of one of the calendars, on a day that is no
public holiday to that calendar. Durations are real elapsed time, to the microsecond.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from xtreme_rules.coverage.calendar import Calendar
from xtreme_rules.coverage.holidays import is_holiday, known_years, unknown_year
from xtreme_rules.coverage.layout import Layout, laid_out
from xtreme_rules.coverage.working_time import NOTHING, WorkingTime
from xtreme_rules.errors import FactError, Problem

#: The years in which there are moments, in any zone.
_YEARS = range(1899, 3001)


@lru_cache(maxsize=4_096)
def placed(calendars: tuple[Calendar, ...], timezone: str, holidays: str | None) -> "Coverage":
    """The coverage of calendars in a place; asked again, the same one, with what it has laid out."""
    return Coverage(calendars, timezone, holidays)


class Coverage(WorkingTime):
    """The union of calendars on the wall clock of a zone, closed on the public holidays that close them.

    Moments are aware datetimes from 1900 to 2999; those given back are in UTC. What arithmetic needs is laid out by
    years when it is first needed, and kept; a coverage may be shared by threads.

    Raises:
        FactError: (when asked) the public holidays of a year that the answer depends on are not known.
    """

    __slots__ = ("_ever_open", "_layout", "_years", "calendars", "holidays", "zone")

    def __init__(self, calendars: Sequence[Calendar], timezone: str, holidays: str | None) -> None:
        self.calendars = tuple(calendars)
        self.zone = ZoneInfo(timezone)
        self.holidays = holidays
        self._ever_open = any(calendar.windows for calendar in calendars)
        closes = holidays is not None and any(calendar.closed_on_holidays for calendar in calendars)
        self._years = known_years(holidays) if closes and holidays is not None else _YEARS
        self._layout = Layout(range(0), self._years, ())

    def covered(self, at: datetime) -> bool:
        """Whether a moment is covered; ``at in coverage`` asks the same."""
        local = at.astimezone(self.zone)
        minute, weekday = local.hour * 60 + local.minute, local.weekday()
        for calendar in self.calendars:
            for start, end in calendar.by_weekday[weekday]:
                if start <= minute < end and not self._closed(calendar, local.date()):
                    return True
        return False

    __contains__ = covered  # one call less than by way of the base class: decisions ask this

    def next_open(self, at: datetime) -> datetime | None:
        """The moment itself if it is covered, else the next that is; ``None`` if there is none."""
        if not self._ever_open:
            return None
        at = at.astimezone(UTC)
        layout = self._around(at, at)
        while (index := bisect_right(layout.closes, at)) == len(layout.closes):
            longer = self._longer(layout)
            if longer is None:
                return None
            layout = longer
        return max(at, layout.opens[index])

    def _closed(self, calendar: Calendar, day: date) -> bool:
        return calendar.closed_on_holidays and self.holidays is not None and is_holiday(day, self.holidays)

    def _between(self, start: datetime, end: datetime) -> timedelta:
        if not self._ever_open:
            return NOTHING
        layout = self._around(start, end)
        return layout.worked(end) - layout.worked(start)

    def _after(self, at: datetime, duration: timedelta) -> datetime | None:
        if not duration:
            return at
        layout = self._layout
        if not layout.first <= at < layout.last:
            layout = self._around(at, at)
        index, left = bisect_right(layout.closes, at), duration
        if index < len(layout.opens) and layout.opens[index] <= at:
            reached, close = at + duration, layout.closes[index]
            if reached <= close:
                return reached
            index, left = index + 1, reached - close
        total = layout.before[index] + left
        while layout.total < total:
            longer = self._longer(layout)
            if longer is None:
                return None
            total += longer.worked(at) - layout.worked(at)
            layout = longer
        index = bisect_left(layout.before, total) - 1
        return layout.opens[index] + (total - layout.before[index])

    def _around(self, first: datetime, last: datetime) -> Layout:
        """A layout that holds two moments, the first no later."""
        layout = self._layout
        if layout.first <= first and last < layout.last:
            return layout
        asked = range(first.year, last.year + 1)
        for year in (asked.start, asked.stop - 1):
            if year not in self._years:
                raise self._impossible(year)
        return self._laid_out(asked.start - 1, asked.stop + 1)

    def _longer(self, layout: Layout) -> Layout | None:
        """A layout of twice as many years; ``None`` if no later year can hold open time."""
        stop = layout.years.stop
        if not self._ever_open or stop == _YEARS.stop:
            return None
        if stop == self._years.stop:
            raise self._impossible(stop)
        return self._laid_out(layout.years.start, stop + len(layout.years))

    def _impossible(self, year: int) -> FactError:
        """The error for a year that cannot be laid out."""
        if self.holidays is not None and year in _YEARS:
            return unknown_year(self.holidays, year)
        return FactError([Problem("at", f"the year {year} is out of range", "moments lie from 1900 to 2999")])

    def _laid_out(self, start: int, stop: int) -> Layout:
        """A layout from one year to before another, and of what was laid out before; of possible years only."""
        if self._layout.years:
            start, stop = min(start, self._layout.years.start), max(stop, self._layout.years.stop)
        years = range(max(start, self._years.start), min(stop, self._years.stop))
        self._layout = laid_out(self.calendars, self.zone, self.holidays, years, self._years)
        return self._layout
