"""Clocks for whole columns: each row asks the clock that it names, all rows at once.

Each row gets what its ``Clock`` gives. Moments are whole numbers here, microseconds since 1970 in UTC, and so are
durations. An answer comes with an array of truths: the rows that are refused, as it depends on a year whose public
holidays are not known.
"""

from collections.abc import Callable, Sequence
from functools import cached_property

import attrs
import numpy as np
import numpy.typing as npt

from xtreme_rules.coverage import columns
from xtreme_rules.coverage.coverage import Coverage

Integers = npt.NDArray[np.int64]
Truths = npt.NDArray[np.bool_]
Answer = tuple[Integers, Truths]

#: No moment: there is none, or it never comes. Earlier than every moment.
NEVER = int(np.iinfo(np.int64).min)
#: Later than every moment.
LATER = int(np.iinfo(np.int64).max)
#: The last moment that a coverage can be asked about.
_LAST = int(np.datetime64("2999-12-31T23:59:59.999999", "us").astype(np.int64))


class _Order:
    """Moments of many owners: by owner, and for each in order."""

    def __init__(self, owner: Integers, moments: Integers) -> None:
        self._moments = np.unique(moments)
        self._step = len(self._moments) + 1
        self._keys = owner * self._step + np.searchsorted(self._moments, moments)

    def later(self, owner: Integers, at: Integers) -> Integers:
        """The place of each owner's first moment that is later than another, or the place after its last."""
        return np.searchsorted(self._keys, owner * self._step + np.searchsorted(self._moments, at, "right"))


@attrs.frozen(eq=False)
class Spans:
    """Stretches of time, half-open, each of one of many owners: by owner, and for each one after another, in order."""

    owner: Integers
    start: Integers
    end: Integers

    def first(self, owner: Integers, at: Integers) -> Integers:
        """The place of each owner's first stretch that ends after a moment, or the place after its last."""
        return self._ends.later(owner, at)

    def begun(self, owner: Integers, at: Integers) -> Integers:
        """The place after each owner's last stretch that begins no later than a moment."""
        return self._starts.later(owner, at)

    def belongs(self, place: Integers, owner: Integers) -> Truths:
        """Whether what is at a place is a stretch of that owner."""
        inside = place < len(self.owner)
        inside[inside] = self.owner[place[inside]] == owner[inside]
        return inside

    @cached_property
    def _ends(self) -> _Order:
        return _Order(self.owner, self.end)

    @cached_property
    def _starts(self) -> _Order:
        return _Order(self.owner, self.start)


@attrs.frozen(eq=False)
class Pauses:
    """Time that does not count: of each row ``count`` stretches, from the place ``first`` on.

    What is later than ``seen``, of each row, is not known yet: a pause that ends after it goes on.
    """

    spans: Spans
    first: Integers
    count: Integers
    seen: Integers

    @property
    def most(self) -> int:
        """How many pauses a row has at most."""
        return int(self.count.max(initial=0))

    @property
    def going_on(self) -> Truths:
        """Whether the last pause of each row goes on."""
        last = np.minimum(self.first + self.count, len(self.spans.end)) - 1
        return (self.count > 0) & (self.spans.end[last] > self.seen) if len(self.spans.end) else self.count > 0

    def of(self, rows: Integers) -> "Pauses":
        """Those of some rows."""
        return Pauses(self.spans, self.first[rows], self.count[rows], self.seen[rows])

    def bounds(self, rows: Integers, number: int) -> tuple[Integers, Integers]:
        """When the pauses of some rows under a number begin, and end; ``LATER`` if they go on."""
        place = self.first[rows] + number
        until = self.spans.end[place]
        return self.spans.start[place], np.where(until > self.seen[rows], LATER, until)


class Clocks:
    """Clocks by number: the owners of stints, in each of which the coverage at a place among some holds."""

    def __init__(self, stints: Spans, coverage: Integers, coverages: Sequence[Coverage]) -> None:
        self.stints = stints
        self.coverage = coverage
        self.coverages = tuple(coverages)

    def add(self, clock: Integers, at: Integers, duration: Integers, pauses: Pauses) -> Answer:
        """The first moment by which so much covered time has gone by since each moment, pauses left out."""
        reached, refused = self._after(clock, at, duration)
        left, rows = duration.copy(), np.arange(len(clock))
        for number in range(pauses.most):
            rows = rows[(pauses.count[rows] > number) & (reached[rows] != NEVER)]
            since, until = pauses.bounds(rows, number)
            begun = since < reached[rows]
            rows, since, until = rows[begun], since[begun], until[begun]
            reached[rows[until == LATER]] = NEVER
            since = np.maximum(since, at[rows])
            ended = (since < until) & (until != LATER)
            part = rows[ended]
            gone, strange = self._between(clock[part], since[ended], until[ended])
            left[part] += gone
            reached[part], stranger = self._after(clock[part], at[part], left[part])
            refused[part] |= strange | stranger
        return reached, refused

    def elapsed(self, clock: Integers, start: Integers, end: Integers, pauses: Pauses) -> Answer:
        """The covered time between two moments, pauses left out."""
        gone, refused = self._between(clock, start, end)
        rows = np.arange(len(clock))
        for number in range(pauses.most):
            rows = rows[pauses.count[rows] > number]
            since, until = pauses.bounds(rows, number)
            since, until = np.maximum(since, start[rows]), np.minimum(until, end[rows])
            part = rows[since < until]
            less, strange = self._between(clock[part], since[since < until], until[since < until])
            gone[part] -= less
            refused[part] |= strange
        return gone, refused

    def _after(self, clock: Integers, at: Integers, duration: Integers) -> Answer:
        """Stint by stint: in each, the rows that have not come to the end of their duration."""
        stints, left = self.stints, duration.copy()
        reached, refused = np.where(duration > 0, NEVER, at), np.zeros(len(clock), np.bool_)
        rows, place = np.flatnonzero(duration > 0), stints.first(clock, at)
        while len(rows := rows[stints.belongs(place[rows], clock[rows])]):
            here = place[rows]
            start, end = np.maximum(at[rows], stints.start[here]), stints.end[here]
            found, _ = self._ask(columns.add, here, start, left[rows].view("m8[us]"))
            inside = (found != NEVER) & (found <= end)
            reached[rows[inside]] = found[inside]
            missed = ~inside
            rows, here = rows[missed], here[missed]
            last = np.minimum(end[missed], _LAST).view("M8[us]")
            gone, refused[rows] = self._ask(columns.elapsed, here, start[missed], last)
            left[rows] -= gone
            place[rows] += 1
            rows = rows[~refused[rows]]
        return reached, refused

    def _between(self, clock: Integers, start: Integers, end: Integers) -> Answer:
        stints = self.stints
        gone, refused = np.zeros(len(clock), np.int64), np.zeros(len(clock), np.bool_)
        rows, place = np.arange(len(clock)), stints.first(clock, start)
        while len(rows := rows[stints.belongs(place[rows], clock[rows])]):
            here = place[rows]
            first, last = np.maximum(start[rows], stints.start[here]), np.minimum(end[rows], stints.end[here])
            inside = first < last
            rows, here = rows[inside], here[inside]
            more, refused[rows] = self._ask(columns.elapsed, here, first[inside], last[inside].view("M8[us]"))
            gone[rows] += more
            place[rows] += 1
            rows = rows[~refused[rows]]
        return gone, refused

    def _ask(
        self,
        question: Callable[..., npt.NDArray[np.generic]],
        stints: Integers,
        moments: Integers,
        other: npt.ArrayLike,
    ) -> Answer:
        """What the coverages of stints answer to a question about moments and something else, one after another."""
        answers, refused = np.zeros(len(stints), np.int64), np.zeros(len(stints), np.bool_)
        which, starts, others = self.coverage[stints], moments.view("M8[us]"), np.asarray(other)
        if len(self.coverages) < 2**15:
            which = which.astype(np.int16)  # numpy sorts these by counting
        order = np.argsort(which, kind="stable")
        bounds = np.searchsorted(which[order], np.arange(len(self.coverages) + 1))
        for number in np.flatnonzero(np.diff(bounds)):
            rows = order[bounds[number] : bounds[number + 1]]
            strange = np.zeros(len(rows), np.bool_)
            found = question(self.coverages[number], starts[rows], others[rows], refused=strange)
            answers[rows], refused[rows] = found.view(np.int64), strange
        return answers, refused
