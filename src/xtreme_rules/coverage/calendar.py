"""A coverage calendar: weekly windows, and whether public holidays close them."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import attrs

from xtreme_rules.coverage.holidays import is_holiday


@attrs.frozen
class Window:
    """A half-open stretch of a weekday, in minutes since its midnight: open at ``start``, closed again at ``end``."""

    weekday: int
    start: int
    end: int


@attrs.frozen(eq=False)
class Calendar:
    """When a promise holds in any week (Monday is weekday 0), on the wall clock of a time zone."""

    id: str
    windows: tuple[Window, ...]
    closed_on_holidays: bool
    by_weekday: tuple[Sequence[tuple[int, int]], ...] = attrs.field(init=False, repr=False)

    @by_weekday.default
    def _by_weekday(self) -> tuple[Sequence[tuple[int, int]], ...]:
        return tuple([(w.start, w.end) for w in self.windows if w.weekday == weekday] for weekday in range(7))

    @property
    def always_open(self) -> bool:
        """Whether it is open at every moment: on all days from midnight to midnight, holidays included."""
        return not self.closed_on_holidays and all((0, 1440) in windows for windows in self.by_weekday)


@attrs.frozen(eq=False)
class Coverage:
    """A calendar in a place: its time zone, and the public holidays that close it, if any do."""

    calendar: Calendar
    zone: ZoneInfo
    holidays: str | None

    def __contains__(self, at: datetime) -> bool:
        local = at.astimezone(self.zone)
        minute = local.hour * 60 + local.minute
        for start, end in self.calendar.by_weekday[local.weekday()]:
            if start <= minute < end:
                return self.holidays is None or not is_holiday(local.date(), self.holidays)
        return False


@lru_cache(maxsize=4_096)
def placed(calendar: Calendar, timezone: str, holidays: str | None) -> Coverage:
    """A calendar on the wall clock of ``timezone``, closed on the public holidays ``holidays`` if they close it."""
    return Coverage(calendar, ZoneInfo(timezone), holidays if calendar.closed_on_holidays else None)
