"""Coverage: calendars in a place, and the arithmetic of working time in them.

A moment is covered if the wall clock of the zone shows a time in a window of one of the calendars, on a day that is no
public holiday to that calendar. So a window that falls into a skipped hour is shorter by it, and one that falls into a
repeated hour is open both times. Durations are real elapsed time, to the microsecond.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import accumulate
from math import inf
from zoneinfo import ZoneInfo

from xtreme_rules.coverage.calendar import Calendar
from xtreme_rules.coverage.holidays import is_holiday

#: A stretch of time that does not count: from a moment to another, or, with ``None``, going on.
Pause = tuple[datetime, datetime | None]

LAST_YEAR = 2999
_NOTHING = timedelta(0)
_DAY, _MINUTE, _SECOND = timedelta(days=1), timedelta(minutes=1), timedelta(seconds=1)


@lru_cache(maxsize=4_096)
def placed(calendars: tuple[Calendar, ...], timezone: str, holidays: str | None) -> "Coverage":
    """The coverage of calendars in a place; asked again, the same one, with what it has laid out."""
    return Coverage(calendars, timezone, holidays)


class _Layout:
    """Open stretches over some years of UTC, and the open time before each.

    They are searched as seconds since 1970, in floats, which tell any two microseconds of these years apart; all
    arithmetic is exact, on datetimes. ``first_s`` and ``last_s`` bound the moments that can be looked up: those of the
    years but for the outermost two.
    """

    def __init__(self, years: range, stretches: Sequence[tuple[datetime, datetime]]) -> None:
        self.years = years
        self.first_s = _new_year(years.start + 1).timestamp() if years else inf
        self.last_s = _new_year(years.stop - 1).timestamp() if years else -inf
        self.opens = [start for start, _ in stretches]
        self.closes = [end for _, end in stretches]
        totals = list(accumulate((end - start for start, end in stretches), initial=_NOTHING))
        self.before, self.total = totals[:-1], totals[-1]
        self.opens_s = [start.timestamp() for start in self.opens]
        self.closes_s = [end.timestamp() for end in self.closes]
        self.before_s = [before.total_seconds() for before in self.before]

    def worked(self, at: datetime) -> timedelta:
        """The open time from the beginning of the layout to a moment."""
        index = bisect_right(self.opens_s, at.timestamp()) - 1
        return self.before[index] + (min(at, self.closes[index]) - self.opens[index]) if index >= 0 else _NOTHING


class Coverage:
    """The union of calendars on the wall clock of a zone, closed on the public holidays that close them.

    Moments are aware datetimes from 1900 to 2999; those given back are in UTC. What arithmetic needs is laid out by
    years when it is first needed, and kept; a coverage may be shared by threads.
    """

    __slots__ = ("_layout", "calendars", "holidays", "zone")

    def __init__(self, calendars: Sequence[Calendar], timezone: str, holidays: str | None) -> None:
        self.calendars = tuple(calendars)
        self.zone = ZoneInfo(timezone)
        self.holidays = holidays
        self._layout = _Layout(range(0), ())

    def __contains__(self, at: datetime) -> bool:
        local = at.astimezone(self.zone)
        minute, weekday = local.hour * 60 + local.minute, local.weekday()
        for calendar in self.calendars:
            for start, end in calendar.by_weekday[weekday]:
                if start <= minute < end and not self._closed(calendar, local.date()):
                    return True
        return False

    def next_open(self, at: datetime) -> datetime | None:
        """The moment itself if it is covered, else the next that is; ``None`` if there is none."""
        at = at.astimezone(UTC)
        layout = self._around(at, at)
        while (index := bisect_right(layout.closes_s, at.timestamp())) == len(layout.closes):
            longer = self._longer(layout)
            if longer is None:
                return None
            layout = longer
        return max(at, layout.opens[index])

    def elapsed(self, start: datetime, end: datetime, pauses: Iterable[Pause] = ()) -> timedelta:
        """The covered time between two moments, that of pauses left out.

        Pauses must lie one after another, in order.

        Raises:
            ValueError: the second moment lies before the first.
        """
        if end < start:
            raise ValueError(f"{end} lies before {start}")
        gone = self._between(start, end)
        for since, until in pauses:
            first, last = max(start, since), end if until is None else min(end, until)
            gone -= self._between(first, last) if first < last else _NOTHING
        return gone

    def add(self, at: datetime, duration: timedelta, pauses: Iterable[Pause] = ()) -> datetime | None:
        """The first moment by which so much covered time has gone by since ``at``, pauses left out.

        A moment that falls on a closing time is that closing time, not the next opening. No duration leads nowhere:
        to the moment itself. ``None`` if it never comes: because there is no open time, or because a pause that goes
        on began before. Pauses must lie one after another, in order.

        Raises:
            ValueError: the duration is negative.
        """
        if duration < _NOTHING:
            raise ValueError(f"the duration {duration} is negative")
        reached = self._after(at, duration)
        for since, until in pauses:
            if reached is None or since >= reached:
                break
            if until is None:
                return None
            first = max(at, since)
            if first < until:
                duration += self._between(first, until)
                reached = self._after(at, duration)
        return reached

    def _closed(self, calendar: Calendar, day: date) -> bool:
        return calendar.closed_on_holidays and self.holidays is not None and is_holiday(day, self.holidays)

    def _between(self, start: datetime, end: datetime) -> timedelta:
        layout = self._around(start, end)
        return layout.worked(end) - layout.worked(start)

    def _after(self, at: datetime, duration: timedelta) -> datetime | None:
        if at.tzinfo is not UTC:
            at = at.astimezone(UTC)
        if not duration:
            return at
        layout, seconds = self._layout, at.timestamp()
        if not layout.first_s <= seconds < layout.last_s:
            layout = self._around(at, at)
        index = bisect_right(layout.opens_s, seconds) - 1
        if index < 0:
            total = duration
        elif (reached := at + duration) <= (close := layout.closes[index]):
            return reached
        else:
            total = layout.before[index] + ((at if at < close else close) - layout.opens[index]) + duration
        while layout.total < total:
            longer = self._longer(layout)
            if longer is None:
                return None
            total += longer.worked(at) - layout.worked(at)
            layout = longer
        before, index = layout.before, index + 1
        if not (index + 1 < len(before) and before[index] < total <= before[index + 1]):  # it is mostly the next one
            index = bisect_left(layout.before_s, total.total_seconds()) - 1
        return layout.opens[index] + (total - before[index])

    def _around(self, first: datetime, last: datetime) -> _Layout:
        """A layout that holds two moments, the first no later, with a year to spare on either side."""
        layout = self._layout
        if layout.first_s <= first.timestamp() and last.timestamp() < layout.last_s:
            return layout
        years = [first.astimezone(UTC).year - 1, last.astimezone(UTC).year + 1]
        if layout.years:
            years += [layout.years.start, layout.years.stop - 1]
        return self._laid_out(range(min(years), max(years) + 1))

    def _longer(self, layout: _Layout) -> _Layout | None:
        """A layout of twice as many years; ``None`` if no later year can hold open time."""
        years = layout.years
        if years.stop > LAST_YEAR or not any(calendar.windows for calendar in self.calendars):
            return None
        return self._laid_out(range(years.start, min(years.stop + len(years), LAST_YEAR + 1)))

    def _laid_out(self, years: range) -> _Layout:
        merged: list[tuple[datetime, datetime]] = []
        for start, end in sorted(self._stretches(years)):
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(merged[-1][1], end))
            else:
                merged.append((start, end))
        self._layout = _Layout(years, merged)
        return self._layout

    def _stretches(self, years: range) -> Iterator[tuple[datetime, datetime]]:
        """The open stretches of each calendar, in pieces within which the clock does not change."""
        for start, end in self._steady(_new_year(years.start), _new_year(years.stop)):
            offset = start.astimezone(self.zone).utcoffset() or _NOTHING
            day, final = (start + offset).date(), (end + offset).date()
            while day <= final:
                midnight = datetime.combine(day, time(), UTC) - offset
                for calendar in self.calendars:
                    if not self._closed(calendar, day):
                        for opening, closing in calendar.by_weekday[day.weekday()]:
                            first = max(start, midnight + opening * _MINUTE)
                            last = min(end, midnight + closing * _MINUTE)
                            if first < last:
                                yield first, last
                day += _DAY

    def _steady(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Stretches within which the zone keeps its offset from UTC; zones change it on a whole second."""
        at = start
        while at < end:
            following = min(at + _DAY, end)
            offset = at.astimezone(self.zone).utcoffset()
            if following.astimezone(self.zone).utcoffset() != offset:
                low, high = at, following
                while high - low > _SECOND:
                    middle = low + (high - low) // 2 // _SECOND * _SECOND
                    if middle.astimezone(self.zone).utcoffset() == offset:
                        low = middle
                    else:
                        high = middle
                yield start, high
                start = following = high
            at = following
        yield start, end


def _new_year(year: int) -> datetime:
    return datetime(year, 1, 1, tzinfo=UTC)
