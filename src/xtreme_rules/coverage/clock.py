"""A clock: working time whose coverage changes from one stretch of time to the next."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import attrs

from xtreme_rules.coverage.coverage import Coverage
from xtreme_rules.coverage.working_time import NOTHING, WorkingTime
from xtreme_rules.errors import FactError


@attrs.frozen(eq=False)
class Stint:
    """A stretch of time, half-open and in UTC, in which one coverage holds."""

    start: datetime
    end: datetime
    coverage: Coverage

    def next_open(self, at: datetime) -> datetime | None:
        """The first covered moment of the stretch that is no earlier than a moment."""
        found = self._found(self.coverage.next_open, max(at, self.start))
        return None if found is None or found >= self.end else found

    def add(self, at: datetime, duration: timedelta) -> datetime | None:
        """The first moment, the end at the latest, by which so much covered time of the stretch has gone by."""
        found = self._found(self.coverage.add, max(at, self.start), duration)
        return None if found is None or found > self.end else found

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """The covered time of the stretch between two moments, the first no later."""
        first, last = max(start, self.start), min(end, self.end)
        return self.coverage.elapsed(first, last) if first < last else NOTHING

    def _found(self, search: Callable[..., datetime | None], first: datetime, *more: timedelta) -> datetime | None:
        try:
            return search(first, *more)
        except FactError:  # it went on beyond the years whose holidays are known; does the stretch reach so far?
            self.coverage.elapsed(first, self.end)
            return None


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
            if at < stint.end and (following := stint.next_open(at)) is not None:
                return following
        return None

    def _between(self, start: datetime, end: datetime) -> timedelta:
        return sum((stint.elapsed(start, end) for stint in self.stints), NOTHING)

    def _after(self, at: datetime, duration: timedelta) -> datetime | None:
        if not duration:
            return at.astimezone(UTC)
        for stint in self.stints:
            if at < stint.end:
                reached = stint.add(at, duration)
                if reached is not None:
                    return reached
                duration -= stint.elapsed(at, stint.end)
        return None
