"""The arithmetic of working time, against counting every minute and against other libraries where they are right."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import businesstimedelta
import pandas as pd
import pytest
from conftest import bundled
from hypothesis import example, given, settings
from hypothesis import strategies as st

import xtreme_rules as xr
from xtreme_rules.coverage.calendar import ALWAYS, Calendar, Window
from xtreme_rules.coverage.coverage import Coverage
from xtreme_rules.coverage.holidays import holidays_of, known_years
from xtreme_rules.coverage.layout import new_year, steady
from xtreme_rules.coverage.working_time import Interval

MINUTE, WEEK = timedelta(minutes=1), timedelta(weeks=1)
ZONES = ["Europe/Amsterdam", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Kolkata", "UTC"]
CONTRACT = xr.Contract(id="c", timezone="Europe/Amsterdam", holidays="NL")
OFFICE = bundled().coverage(CONTRACT, "package-hours")
AMSTERDAM = ZoneInfo("Europe/Amsterdam")


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    """A calendar of up to four windows, which may be empty of open time."""
    bounds = st.tuples(st.integers(0, 1440), st.integers(0, 1440)).filter(lambda pair: pair[0] < pair[1])
    windows = draw(st.lists(st.tuples(st.integers(0, 6), bounds), max_size=4))
    return Calendar("any", tuple(Window(day, *pair) for day, pair in windows), draw(st.booleans()))


def coverages() -> st.SearchStrategy[Coverage]:
    """One or two calendars in a zone, with or without public holidays."""
    return st.builds(
        Coverage, st.lists(calendars(), min_size=1, max_size=2), st.sampled_from(ZONES), st.sampled_from([None, "NL"])
    )


#: Moments near what is delicate: both changes of the clock of each zone, Christmas, the turn of the year.
delicate = [
    date(2026, 3, 29),
    date(2026, 10, 25),
    date(2026, 3, 8),
    date(2026, 11, 1),
    date(2026, 4, 5),
    date(2026, 12, 25),
]
moments = st.builds(
    lambda day, minutes: datetime(day.year, day.month, day.day, tzinfo=UTC) + minutes * MINUTE,
    st.sampled_from([*delicate, date(2027, 1, 1), date(2026, 6, 3)]),
    st.integers(-4000, 4000),
)
durations = st.integers(0, 6000).map(lambda minutes: minutes * MINUTE)


@given(coverages(), moments, st.integers(0, 3000))
def test_elapsed_is_the_number_of_covered_minutes(coverage: Coverage, start: datetime, minutes: int) -> None:
    """The elapsed time between two moments is what counting every covered minute between them gives."""
    counted = sum(start + minute * MINUTE in coverage for minute in range(minutes))
    assert coverage.elapsed(start, start + minutes * MINUTE) == counted * MINUTE


@given(coverages(), moments, st.integers(1, 600))
def test_adding_is_counting_covered_minutes(coverage: Coverage, start: datetime, minutes: int) -> None:
    """Adding leads to the end of the last minute needed, which may lie beyond the days that are counted."""
    left, reached = minutes, None
    for minute in range(4000):
        left -= start + minute * MINUTE in coverage
        if left == 0:
            reached = start + (minute + 1) * MINUTE
            break
    found = coverage.add(start, minutes * MINUTE)
    assert found == reached or (reached is None and found is not None and found > start + 4000 * MINUTE)


@given(coverages(), moments)
def test_the_next_open_moment_is_open_and_none_before_it_is(coverage: Coverage, at: datetime) -> None:
    """The next open moment is covered, and nothing between is; there is none exactly where no calendar has a window."""
    following = coverage.next_open(at)
    assert (following is None) == (not any(calendar.windows for calendar in coverage.calendars))
    if following is not None:
        assert following in coverage
        assert following.tzinfo is UTC
        assert coverage.elapsed(at, following) == timedelta(0)


@given(coverages(), moments, durations)
def test_adding_then_measuring_gives_back_what_was_added(coverage: Coverage, at: datetime, duration: timedelta) -> None:
    """elapsed(start, add(start, d)) is d; where adding leads nowhere, there is no open time at all."""
    reached = coverage.add(at, duration)
    if reached is None:
        assert coverage.next_open(at) is None
    else:
        assert coverage.elapsed(at, reached) == duration


@settings(max_examples=20)
@given(moments, st.integers(0, 6000), st.integers(0, 6000))
@example(datetime(2026, 6, 1, 9, tzinfo=UTC), 0, 100_000)
def test_adding_in_two_steps_is_adding_at_once(at: datetime, first: int, second: int) -> None:
    """However many years it takes, and whatever was laid out before."""
    office = Coverage(OFFICE.calendars, OFFICE.zone.key, OFFICE.holidays)
    halfway = OFFICE.add(at, timedelta(hours=first))
    assert halfway is not None
    assert office.add(at, timedelta(hours=first + second)) == OFFICE.add(halfway, timedelta(hours=second))


@given(coverages(), moments, durations, durations, st.integers(0, 5000))
def test_adding_is_monotone(coverage: Coverage, at: datetime, less: timedelta, more: timedelta, later: int) -> None:
    """A later start, or a longer duration, never gives an earlier moment."""
    less, more = sorted((less, more))
    first, second = coverage.add(at, less), coverage.add(at, more)
    third = coverage.add(at + later * MINUTE, less)
    if first is not None and second is not None and third is not None:
        assert first <= second
        assert first <= third


@given(coverages(), st.lists(moments, min_size=3, max_size=3))
def test_elapsed_is_additive(coverage: Coverage, drawn: list[datetime]) -> None:
    """What elapses from a to b and from b to c elapses from a to c."""
    a, b, c = sorted(drawn)
    assert coverage.elapsed(a, b) + coverage.elapsed(b, c) == coverage.elapsed(a, c)


@given(coverages(), calendars(), moments, durations)
def test_a_union_never_gives_a_later_moment(
    coverage: Coverage, more: Calendar, at: datetime, duration: timedelta
) -> None:
    """One calendar more never gives a later moment."""
    wider = Coverage([*coverage.calendars, more], coverage.zone.key, coverage.holidays)
    before, after = coverage.add(at, duration), wider.add(at, duration)
    if before is not None:
        assert after is not None
        assert after <= before


@st.composite
def pauses(draw: st.DrawFn) -> Sequence[Interval]:
    """Up to three pauses, one after another, the last perhaps going on."""
    bounds = sorted(draw(st.lists(moments, max_size=6, unique=True)))
    pairs: list[Interval] = list(zip(bounds[::2], bounds[1::2], strict=False))
    return [*pairs, (bounds[-1], None)] if len(bounds) % 2 else pairs


@given(coverages(), moments, durations, pauses())
def test_a_pause_never_gives_an_earlier_moment(
    coverage: Coverage, at: datetime, duration: timedelta, paused: Sequence[Interval]
) -> None:
    """Time in a pause does not count: the moment is no earlier, and measuring without the pauses gives it back."""
    without, reached = coverage.add(at, duration), coverage.add(at, duration, paused)
    if reached is not None:
        assert without is not None
        assert reached >= without
        assert coverage.elapsed(at, reached, paused) == duration
    elif without is not None:
        assert paused[-1][1] is None


@given(calendars(), moments, durations, st.integers(-200, 200))
def test_whole_weeks_shift_the_answer(calendar: Calendar, at: datetime, duration: timedelta, weeks: int) -> None:
    """In a zone without clock changes and holidays, a shift by whole weeks shifts the answer."""
    coverage = Coverage([calendar], "Asia/Kolkata", None)
    here, there = coverage.add(at, duration), coverage.add(at + weeks * WEEK, duration)
    assert there == (None if here is None else here + weeks * WEEK)


@given(moments, st.integers(1, 50))
@example(datetime(2026, 6, 5, 15, 0, tzinfo=UTC), 1)
def test_pandas_agrees_where_it_is_right(at: datetime, hours: int) -> None:
    """pandas' CustomBusinessHour gives the same moment, but for two mistakes of its own.

    A sum that falls on a closing time it moves to the next opening. And it counts on the wall clock without a zone, so
    it is off by the hour where the clock changes inside a window; office hours hold no such night, so it never shows.
    """
    coverage = bundled().coverage(xr.Contract(id="c", timezone="Europe/Amsterdam"), "package-hours")
    reached = coverage.add(at, timedelta(hours=hours))
    assert reached is not None
    local = pd.Timestamp(at.astimezone(AMSTERDAM).replace(tzinfo=None))
    theirs = (local + pd.offsets.CustomBusinessHour(n=hours, start="08:00", end="18:00")).to_pydatetime()
    if reached.astimezone(AMSTERDAM).time() == time(18):
        reached = coverage.next_open(reached)
        assert reached is not None
    assert reached.astimezone(AMSTERDAM).replace(tzinfo=None) == theirs


@given(st.lists(moments, min_size=2, max_size=2))
def test_businesstimedelta_agrees_where_it_is_right(drawn: list[datetime]) -> None:
    """businesstimedelta measures the same, in a zone whose clock never changes (it measures wall-clock time)."""
    start, end = sorted(drawn)
    rules = businesstimedelta.Rules(
        [businesstimedelta.WorkDayRule(start_time=time(8), end_time=time(18), working_days=[0, 1, 2, 3, 4])]
    )
    theirs = rules.difference(start.replace(tzinfo=None), end.replace(tzinfo=None))
    coverage = bundled().coverage(xr.Contract(id="c", timezone="UTC"), "package-hours")
    assert coverage.elapsed(start, end) == timedelta(hours=theirs.hours, seconds=theirs.seconds)


@pytest.mark.parametrize(
    ("start", "hours", "reached"),
    [
        ("2026-06-01T09:00", 8, "2026-06-01T17:00"),
        ("2026-06-01T09:00", 9, "2026-06-01T18:00"),  # a closing time is that closing time
        ("2026-06-01T09:00", 10, "2026-06-02T09:00"),
        ("2026-06-05T17:00", 2, "2026-06-08T09:00"),  # over a weekend
        ("2026-04-24T17:00", 2, "2026-04-28T09:00"),  # over a weekend and King's Day
        ("2026-06-06T12:00", 1, "2026-06-08T09:00"),
        ("2026-06-06T12:00", 0, "2026-06-06T12:00"),
    ],
)
def test_worked_examples(start: str, hours: int, reached: str) -> None:
    """Deadlines as a person would count them, on the wall clock of Amsterdam."""
    at = datetime.fromisoformat(start).replace(tzinfo=AMSTERDAM)
    found = OFFICE.add(at, timedelta(hours=hours))
    assert found == datetime.fromisoformat(reached).replace(tzinfo=AMSTERDAM)
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    ("zone", "window", "day", "hours"),
    [
        ("Europe/Amsterdam", "00:00-24:00", date(2026, 3, 29), 23),
        ("Europe/Amsterdam", "00:00-24:00", date(2026, 10, 25), 25),
        ("Australia/Lord_Howe", "00:00-24:00", date(2026, 4, 5), 24.5),
        ("Europe/Amsterdam", "02:30-04:00", date(2026, 3, 29), 1),  # begins in the skipped hour: from 03:00 on
        ("Europe/Amsterdam", "01:00-02:30", date(2026, 3, 29), 1),  # ends in it: until 03:00, which is 02:00
        ("Europe/Amsterdam", "02:30-04:00", date(2026, 10, 25), 2),  # begins in the repeated hour: both its half hours
        ("Europe/Amsterdam", "01:00-02:30", date(2026, 10, 25), 2),
    ],
)
def test_windows_have_the_hours_they_really_have(zone: str, window: str, day: date, hours: float) -> None:
    """On days when the clock changes, a window lasts as long as its wall-clock times are really shown."""
    start, end = (int(part[:2]) * 60 + int(part[3:]) for part in window.split("-"))
    coverage = Coverage([Calendar("w", (Window(6, start, end),), closed_on_holidays=False)], zone, None)
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
    following = datetime(day.year, day.month, day.day + 1, tzinfo=ZoneInfo(zone))
    assert coverage.elapsed(midnight, following) == timedelta(hours=hours)


def test_moments_of_one_zone_compare_as_moments() -> None:
    """On the night when the clock is set back, what it shows later may look earlier, for pauses too."""
    coverage = Coverage([Calendar("w", (Window(6, 0, 1440),), closed_on_holidays=False)], AMSTERDAM.key, None)
    before = datetime(2026, 10, 25, 2, 45, tzinfo=AMSTERDAM)
    after = datetime(2026, 10, 25, 2, 15, fold=1, tzinfo=AMSTERDAM)
    assert coverage.elapsed(before, after) == 30 * MINUTE
    later = after.astimezone(UTC) + 10 * MINUTE
    assert coverage.elapsed(before, later, [(before, after)]) == 10 * MINUTE
    assert coverage.add(before, 10 * MINUTE, [(before, after)]) == later


def test_microseconds_count_in_any_year() -> None:
    """A microsecond before the opening is before it, centuries from now as well."""
    coverage = Coverage([Calendar("w", (Window(2, 480, 1080),), closed_on_holidays=False)], "UTC", None)
    opening, microsecond = datetime(2600, 1, 1, 8, tzinfo=UTC), timedelta(microseconds=1)
    assert coverage.elapsed(opening - microsecond, opening + microsecond) == microsecond
    assert coverage.add(opening - microsecond, microsecond) == opening + microsecond
    assert coverage.add(opening, timedelta(hours=10) + microsecond) == opening + WEEK + microsecond


def test_the_first_year_of_public_holidays_counts_from_its_beginning() -> None:
    """No year before it can be laid out, so there may be no open time before a moment of it."""
    begins, monday = datetime(1966, 1, 1, tzinfo=UTC), datetime(1966, 1, 3, 7, tzinfo=UTC)
    assert OFFICE.elapsed(begins, monday + 10 * MINUTE) == 10 * MINUTE
    assert OFFICE.next_open(begins) == monday
    assert OFFICE.add(begins, 10 * MINUTE) == monday + 10 * MINUTE


def test_pauses_come_one_after_another() -> None:
    """They may touch, and may be empty; one that begins too soon, or ends before it begins, is refused."""
    a, b, c, d = (datetime(2026, 6, 1, hour, tzinfo=UTC) for hour in (8, 9, 10, 11))
    assert OFFICE.elapsed(a, d, [(a, b), (b, b), (b, c)]) == OFFICE.elapsed(a, d, [(a, c)]) == d - c
    assert OFFICE.add(a, MINUTE, [(a, b), (b, b), (b, c)]) == c + MINUTE
    for pauses, message in (
        ([(a, c), (b, d)], f"the pause from {b} begins before the one before it has ended"),
        ([(a, None), (b, c)], f"the pause from {b} begins before the one before it has ended"),
        ([(b, a)], f"the pause from {b} ends before it begins, at {a}"),
    ):
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            OFFICE.elapsed(a, d, pauses)


def test_wrong_use_is_refused() -> None:
    """Time does not run backwards, and a coverage needs calendars that exist and a known time zone."""
    at = datetime(2026, 6, 1, tzinfo=UTC)
    with pytest.raises(ValueError, match="lies before"):
        OFFICE.elapsed(at, at - MINUTE)
    with pytest.raises(ValueError, match="is negative"):
        OFFICE.add(at, -MINUTE)
    with pytest.raises(xr.UnknownNameError, match=r"unknown calendar `24x6`; did you mean"):
        bundled().coverage(CONTRACT, "24x6")
    with pytest.raises(xr.FactError, match=r"contract\.timezone: must be known"):
        bundled().coverage(xr.Contract(id="c"), "24x5")


def test_no_open_time_leads_nowhere() -> None:
    """A calendar without windows has no next open moment and reaches no deadline; nor does time beyond all years."""
    never = Coverage([Calendar("never", (), closed_on_holidays=True)], "UTC", "NL")
    at = datetime(2026, 6, 1, tzinfo=UTC)
    assert never.next_open(at) is None
    assert never.add(at, MINUTE) is None
    assert never.elapsed(at, at + WEEK) == timedelta(0)
    weekly = Coverage([Calendar("w", (Window(2, 480, 1080),), closed_on_holidays=False)], "UTC", None)
    assert weekly.add(at, timedelta(days=60 * 366)) is None
    assert weekly.add(at, timedelta.max) is None


def test_a_moment_out_of_range_says_so() -> None:
    """Arithmetic with a moment of a year that cannot be, with and without public holidays, is an error that says why."""
    always = bundled().coverage(xr.Contract(id="c", timezone="UTC"), "24x7")
    early = datetime(1700, 1, 1, tzinfo=UTC)
    with pytest.raises(xr.FactError, match=r"at: the year 1700 is out of range; moments lie from 1900 to 2999"):
        always.add(early, MINUTE)
    with pytest.raises(xr.FactError, match=r"at: the year 1700 is out of range"):
        OFFICE.next_open(early)
    known = known_years("NL")
    message = (
        f"the public holidays of `NL` are known for 1966 to {known[-1]}, not for 1901; update the `holidays` package"
    )
    for ask in (lambda: OFFICE.next_open(early.replace(year=1901)), lambda: holidays_of("NL", 1901)):
        with pytest.raises(xr.FactError, match=f"^contract.holidays: {message}"):
            ask()


def test_public_holidays_matter_only_to_what_they_close() -> None:
    """A calendar that is open on them goes on in years whose public holidays nobody knows."""
    always = Coverage([ALWAYS], "UTC", "NL")
    early = datetime(1901, 1, 1, tzinfo=UTC)
    assert always.next_open(early) == early
    assert always.add(early, WEEK) == early + WEEK
    assert always.elapsed(early, early + WEEK) == WEEK


@pytest.mark.parametrize("zone", [*ZONES, "Africa/Monrovia", "America/St_Johns", "Europe/Dublin"])
def test_a_zone_keeps_its_offset_between_its_changes(zone: str) -> None:
    """To the second: they follow one another, the offset is one within each, and another in the next."""
    clock = ZoneInfo(zone)
    stretches = list(steady(clock, new_year(1900), new_year(2040)))
    assert (stretches[0][0], stretches[-1][1]) == (new_year(1900), new_year(2040))
    for (start, end), (following, _) in pairwise(stretches):
        assert end == following
        offsets = [at.astimezone(clock).utcoffset() for at in (start, end - timedelta(seconds=1), end)]
        assert offsets[0] == offsets[1] != offsets[2]
