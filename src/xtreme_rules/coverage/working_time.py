"""Working time: which moments are covered, how much covered time goes by, and when so much of it will have."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

#: A stretch of time: from a moment to another, or, with ``None``, going on.
Interval = tuple[datetime, datetime | None]

NOTHING = timedelta(0)
#: Longer than all years that there are moments in: no longer duration leads further.
LONGEST = timedelta(days=1_200 * 366)


class WorkingTime(ABC):
    """The arithmetic of covered time. Moments are aware datetimes from 1900 to 2999; those given back are in UTC."""

    __slots__ = ()

    @abstractmethod
    def covered(self, at: datetime) -> bool:
        """Whether a moment is covered; ``at in ...`` asks the same."""

    @abstractmethod
    def next_open(self, at: datetime) -> datetime | None:
        """The moment itself if it is covered, else the next that is; ``None`` if there is none."""

    @abstractmethod
    def _between(self, start: datetime, end: datetime) -> timedelta:
        """The covered time between two moments in UTC, the first no later."""

    @abstractmethod
    def _after(self, at: datetime, duration: timedelta) -> datetime | None:
        """The first moment by which so much covered time has gone by since one in UTC; ``None`` if it never comes."""

    def __contains__(self, at: datetime) -> bool:
        return self.covered(at)

    def elapsed(self, start: datetime, end: datetime, pauses: Iterable[Interval] = ()) -> timedelta:
        """The covered time between two moments, that of pauses left out.

        Raises:
            ValueError: the second moment lies before the first, or pauses do not lie one after another, in order.
        """
        start, end = start.astimezone(UTC), end.astimezone(UTC)  # in one zone, Python compares only what clocks show
        if end < start:
            raise ValueError(f"{end} lies before {start}")
        gone = self._between(start, end)
        for since, until in _in_order(pauses):
            first, last = max(start, since), end if until is None else min(end, until)
            gone -= self._between(first, last) if first < last else NOTHING
        return gone

    def add(self, at: datetime, duration: timedelta, pauses: Iterable[Interval] = ()) -> datetime | None:
        """The first moment by which so much covered time has gone by since ``at``, pauses left out.

        A moment that falls on a closing time is that closing time, not the next opening. No duration leads nowhere:
        to the moment itself. ``None`` if it never comes: because there is no open time, or because a pause that goes
        on began before.

        Raises:
            ValueError: the duration is negative, or pauses do not lie one after another, in order.
        """
        if duration < NOTHING:
            raise ValueError(f"the duration {duration} is negative")
        if duration > LONGEST:
            duration = LONGEST
        if at.tzinfo is not UTC:
            at = at.astimezone(UTC)
        reached = self._after(at, duration)
        if not pauses:  # no generator for nothing: it costs a seventh of a deadline
            return reached
        for since, until in _in_order(pauses):
            if reached is None or since >= reached:
                break
            if until is None:
                return None
            first = max(at, since)
            if first < until:
                duration += self._between(first, until)
                reached = self._after(at, duration)
        return reached


def _in_order(pauses: Iterable[Interval]) -> Iterator[Interval]:
    """The pauses in UTC, as long as each begins when the one before has ended, and ends no sooner than it begins."""
    before: datetime | None = None
    goes_on = False
    for first, last in pauses:
        since, until = first.astimezone(UTC), last and last.astimezone(UTC)
        if goes_on or (before is not None and since < before):
            raise ValueError(f"the pause from {since} begins before the one before it has ended")
        if until is not None and until < since:
            raise ValueError(f"the pause from {since} ends before it begins, at {until}")
        before, goes_on = until, until is None
        yield since, until
