"""Clocks for whole columns: each row gets what its own clock gives, or is refused as that refuses."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from hypothesis import given
from hypothesis import strategies as st
from test_working_time import MINUTE, coverages

import xtreme_rules as xr
from xtreme_rules.coverage import columns
from xtreme_rules.coverage.clock import Clock, Stint
from xtreme_rules.coverage.clocks import LATER, NEVER, Clocks, Integers, Pauses, Spans
from xtreme_rules.coverage.coverage import Coverage
from xtreme_rules.coverage.working_time import Interval
from xtreme_rules.engines.frame.zones import microseconds

#: The last years whose public holidays are known, and a year with none.
years = st.sampled_from([2026, 2026, 2100, 2101])
moments = st.builds(
    lambda year, minutes, more: datetime(year, 12, 28, tzinfo=UTC) + minutes * MINUTE + more,
    years,
    st.integers(0, 6000),
    st.sampled_from([timedelta(0), timedelta(microseconds=1)]),
)
durations = st.sampled_from([0, 1, 30, 480, 2400, 6000]).map(lambda minutes: minutes * MINUTE)
Row = tuple[int, datetime, datetime, timedelta, list[Interval]]


@st.composite
def clocks(draw: st.DrawFn) -> Clock:
    """Up to three stints, with gaps or without."""
    bounds = sorted(set(draw(st.lists(moments, max_size=4))))
    return Clock([Stint(start, end, draw(coverages())) for start, end in pairwise(bounds) if draw(st.integers(0, 3))])


@st.composite
def pauses(draw: st.DrawFn, since: datetime) -> list[Interval]:
    """Up to three pauses, one after another; the last may go on."""
    bounds = sorted(draw(st.lists(st.integers(-500, 5000), max_size=6)))
    pairs: list[Interval] = [
        (since + start * MINUTE, since + end * MINUTE) for start, end in zip(bounds[::2], bounds[1::2], strict=False)
    ]
    return [*pairs, (since + bounds[-1] * MINUTE, None)] if len(bounds) % 2 else pairs


@st.composite
def rows(draw: st.DrawFn, made: list[Clock]) -> Row:
    """The number of a clock, two moments, a duration, which may be all that is left of a stint, and pauses."""
    start, end = sorted(draw(st.lists(moments, min_size=2, max_size=2)))
    number, duration = draw(st.integers(0, len(made) - 1)), draw(durations)
    ends = [stint.end for stint in made[number].stints if start < stint.end]
    if ends and draw(st.booleans()):
        with suppress(xr.FactError):
            duration = made[number].elapsed(start, draw(st.sampled_from(ends)))
    return number, start, end, duration, draw(pauses(start))


def numbers(values: list[datetime]) -> Integers:
    return np.array([microseconds(value) for value in values], np.int64)


def together(made: list[Clock]) -> Clocks:
    """The same clocks for columns."""
    stints = [(number, stint) for number, clock in enumerate(made) for stint in clock.stints]
    known: list[Coverage] = list(dict.fromkeys(stint.coverage for _, stint in stints))
    spans = Spans(
        np.array([number for number, _ in stints], np.int64),
        numbers([stint.start for _, stint in stints]),
        numbers([stint.end for _, stint in stints]),
    )
    return Clocks(spans, np.array([known.index(stint.coverage) for _, stint in stints], np.int64), known)


def paused(drawn: list[Row], seen: Integers) -> Pauses:
    """The pauses of rows for columns."""
    of = [(row, pause) for row, (*_, pauses_) in enumerate(drawn) for pause in pauses_]
    owner = np.array([row for row, _ in of], np.int64)
    start = numbers([since for _, (since, _) in of])
    end = np.array([LATER if until is None else microseconds(until) for _, (_, until) in of], np.int64)
    count = np.bincount(owner, minlength=len(drawn)).astype(np.int64)
    return Pauses(Spans(owner, start, end), np.cumsum(count) - count, count, seen)


@given(
    st.lists(clocks(), min_size=1, max_size=3).flatmap(lambda c: st.tuples(st.just(c), st.lists(rows(c), max_size=8)))
)
def test_each_row_gets_what_its_clock_gives(drawn: tuple[list[Clock], list[Row]]) -> None:
    """Adding and measuring are those of the scalar clock, row by row; what it refuses is refused, and nothing else."""
    made, asked = drawn
    clock = np.array([row[0] for row in asked], np.int64)
    start, end = numbers([row[1] for row in asked]), numbers([row[2] for row in asked])
    duration = np.array([row[3] // timedelta(microseconds=1) for row in asked], np.int64)
    everything = paused(asked, np.full(len(asked), LATER - 1))
    reached, never = together(made).add(clock, start, duration, everything)
    gone, unmeasured = together(made).elapsed(clock, start, end, everything)
    for row, (number, since, until, span, waiting) in enumerate(asked):
        try:
            found = made[number].add(since, span, waiting)
        except xr.FactError:
            assert never[row]
        else:
            assert not never[row]
            assert reached[row] == (NEVER if found is None else microseconds(found))
        try:
            measured = made[number].elapsed(since, until, waiting)
        except xr.FactError:
            assert unmeasured[row]
        else:
            assert not unmeasured[row]
            assert gone[row] == measured // timedelta(microseconds=1)


@given(coverages(), st.lists(st.tuples(moments, durations), max_size=8))
def test_rows_that_are_refused_leave_the_others_as_they_are(
    coverage: Coverage, drawn: list[tuple[datetime, timedelta]]
) -> None:
    """Asked to mark what it refuses, a coverage answers the other rows of the column."""
    at: npt.NDArray[np.datetime64] = np.array([moment.replace(tzinfo=None) for moment, _ in drawn], "M8[us]")
    spans = np.array([span for _, span in drawn], "m8[us]")
    refused = np.zeros(len(drawn), np.bool_)
    found = columns.add(coverage, at, spans, refused=refused)
    for row, (moment, span) in enumerate(drawn):
        try:
            answer = coverage.add(moment, span)
        except xr.FactError:
            assert refused[row]
        else:
            assert not refused[row]
            assert found[row].item() == (None if answer is None else answer.replace(tzinfo=None))
