"""A clock: working time whose coverage changes from one stretch of time to the next."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import attrs

from xtreme_rules.coverage.coverage import Coverage
from xtreme_rules.coverage.working_time import NOTHING, WorkingTime


@attrs.frozen(eq=False)
class Stint:
    """A stretch of time, half-open and in UTC, in which one coverage holds."""

    start: datetime
    end: datetime
    coverage: Coverage


class Clock(WorkingTime):
    """Working time in stints, one after another; between and around them nothing is covered."""

    __slots__ = ("stints",)

    def __init__(self, stints: Sequence[Stint]) -> None:
        self.stints = tuple(stints)

    def covered(self, at: datetime) -> bool:
        """Whether a moment is covered; ``at in clock`` asks the same."""
        return any(stint.start <= at < stint.end and at in stint.coverage for stint in self.stints)

    def next_open(self, at: datetime) -> datetime | None:
        """The moment itself if it is covered, else the next that is; ``None`` if there is none."""
        for stint in self.stints:
            if at < stint.end:
                following = stint.coverage.next_open(max(at, stint.start))
                if following is not None and following < stint.end:
                    return following
        return None

    def _between(self, start: datetime, end: datetime) -> timedelta:
        gone = NOTHING
        for stint in self.stints:
            first, last = max(start, stint.start), min(end, stint.end)
            if first < last:
                gone += stint.coverage.elapsed(first, last)
        return gone

    def _after(self, at: datetime, duration: timedelta) -> datetime | None:
        if not duration:
            return at.astimezone(UTC)
        for stint in self.stints:
            if at < stint.end:
                first = max(at, stint.start)
                reached = stint.coverage.add(first, duration)
                if reached is not None and reached <= stint.end:
                    return reached
                duration -= stint.coverage.elapsed(first, stint.end)
        return None
