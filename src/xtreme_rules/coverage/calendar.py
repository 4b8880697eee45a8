"""A coverage calendar: weekly windows, and whether public holidays close them."""

from datetime import datetime
from zoneinfo import ZoneInfo

import attrs

from xtreme_rules.coverage.holidays import is_holiday


@attrs.frozen
class Window:
    """A half-open stretch of a weekday, in minutes since its midnight: open at ``start``, closed again at ``end``."""

    weekday: int
    start: int
    end: int


@attrs.frozen
class Calendar:
    """When a promise holds in any week (Monday is weekday 0), on the wall clock of a time zone."""

    id: str
    windows: tuple[Window, ...]
    closed_on_holidays: bool

    def on(self, timezone: str, holidays: str | None) -> "Coverage":
        """This calendar on the wall clock of ``timezone``, closed on the public holidays ``holidays`` if it closes."""
        return Coverage(self, timezone, holidays if self.closed_on_holidays else None)


@attrs.frozen
class Coverage:
    """A calendar in a place: its time zone and its public holidays."""

    calendar: Calendar
    timezone: str
    holidays: str | None

    def __contains__(self, at: datetime) -> bool:
        local = at.astimezone(ZoneInfo(self.timezone))
        minute = local.hour * 60 + local.minute
        weekday = local.weekday()
        for window in self.calendar.windows:
            if window.weekday == weekday and window.start <= minute < window.end:
                return self.holidays is None or not is_holiday(local.date(), self.holidays)
        return False
