"""Deadlines in office hours, closed on the public holidays of the Netherlands: the library's, and pandas'."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import holidays

from xtreme_rules import Contract, load

HOURS = (1, 4, 8, 16, 40)
START = datetime(2026, 6, 4, 13, tzinfo=UTC)


def ours() -> Callable[[], object]:
    """A deadline for each of the durations."""
    coverage = load().coverage(Contract(id="c", timezone="Europe/Amsterdam", holidays="NL"), "package-hours")
    durations = [timedelta(hours=hours) for hours in HOURS]
    return lambda: [coverage.add(START, duration) for duration in durations]


def pandas() -> Callable[[], object]:
    """The same with CustomBusinessHour, on the wall clock of Amsterdam."""
    import pandas as pd

    closed = sorted(holidays.country_holidays("NL", years=range(2025, 2028)))
    offsets = [pd.offsets.CustomBusinessHour(n=n, start="08:00", end="18:00", holidays=closed) for n in HOURS]
    start = pd.Timestamp(START).tz_convert("Europe/Amsterdam").tz_localize(None)
    return lambda: [start + offset for offset in offsets]
