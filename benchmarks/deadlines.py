"""Deadlines in office hours, closed on the public holidays of the Netherlands: the library's, and pandas'.

And for whole columns: the library's, and a binary search of numpy for each row, which counts no time at all.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import holidays
import numpy as np

from xtreme_rules import Contract, Coverage, load
from xtreme_rules.coverage import columns

HOURS = (1, 4, 8, 16, 40)
START = datetime(2026, 6, 4, 13, tzinfo=UTC)
FIRST_YEAR, LAST_YEAR = 2025, 2027


def office() -> Coverage:
    """The office hours."""
    return load().coverage(Contract(id="c", timezone="Europe/Amsterdam", holidays="NL"), "package-hours")


def ours() -> Callable[[], object]:
    """A deadline for each of the durations."""
    coverage = office()
    durations = [timedelta(hours=hours) for hours in HOURS]
    return lambda: [coverage.add(START, duration) for duration in durations]


def pandas() -> Callable[[], object]:
    """The same with CustomBusinessHour, on the wall clock of Amsterdam."""
    import pandas as pd

    closed = sorted(holidays.country_holidays("NL", years=range(2025, 2028)))
    offsets = [pd.offsets.CustomBusinessHour(n=n, start="08:00", end="18:00", holidays=closed) for n in HOURS]
    start = pd.Timestamp(START).tz_convert("Europe/Amsterdam").tz_localize(None)
    return lambda: [start + offset for offset in offsets]


def openings(coverage: Coverage) -> np.ndarray:
    """When the office opens in some years, in microseconds since 1970."""
    found, at = [], datetime(FIRST_YEAR, 1, 1, tzinfo=UTC)
    while (at := coverage.next_open(at)).year <= LAST_YEAR:
        found.append(at.replace(tzinfo=None))
        at = coverage.add(at, timedelta(hours=10))  # until it closes
    return np.array(found, "datetime64[us]").view(np.int64)


def column(size: int) -> tuple[Callable[[], object], Callable[[], object]]:
    """A deadline for each of so many moments of these years, in no order, and a search for the stretch each lies in."""
    coverage = office()
    opens = openings(coverage)
    moments, durations = np.random.default_rng(0).integers((opens[0], 0), (opens[-1], 40 * 3_600_000_000), (size, 2)).T
    moments, durations = np.ascontiguousarray(moments), np.ascontiguousarray(durations)
    at, duration = moments.view("datetime64[us]"), durations.view("timedelta64[us]")
    for start, hours, due in zip(at[:1000], duration[:1000], columns.add(coverage, at, duration), strict=False):
        if coverage.add(start.item().replace(tzinfo=UTC), hours.item()).replace(tzinfo=None) != due.item():
            raise SystemExit(f"the column disagrees on {hours} from {start}")
    return lambda: columns.add(coverage, at, duration), lambda: np.searchsorted(opens, moments)
