"""Coverage calendars against a count of every minute, on days when the clock changes too."""

from datetime import UTC, date, datetime, timedelta
from itertools import combinations, product
from zoneinfo import ZoneInfo

import holidays
import pytest
from conftest import bundled
from hypothesis import example, given
from hypothesis import strategies as st

from xtreme_rules.coverage.calendar import ALWAYS, Calendar, Window
from xtreme_rules.coverage.coverage import placed
from xtreme_rules.rulebook.windows import parse_windows

CALENDARS = bundled().rules.calendars
ZONES = ["Europe/Amsterdam", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"]
moments = st.datetimes(datetime(2024, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))


@given(st.sampled_from(ZONES), moments, st.sampled_from([None, "NL", "DE-BY"]))
@example("Europe/Amsterdam", datetime(2026, 12, 25, 12, tzinfo=UTC), "NL")
@example("Europe/Amsterdam", datetime(2026, 3, 30, 6, tzinfo=UTC), None)
def test_coverage_is_what_the_wall_clock_says(zone: str, at: datetime, code: str | None) -> None:
    """Open from the first minute to the last before closing, on the local clock, and not on a public holiday."""
    local = at.astimezone(ZoneInfo(zone))
    country, _, subdivision = (code or "").partition("-")
    closed = code is not None and local.date() in holidays.country_holidays(country, subdiv=subdivision or None)
    workday = local.weekday() < 5 and not closed
    assert (at in placed((CALENDARS["package-hours"],), zone, code)) == (workday and 8 <= local.hour < 18)
    assert (at in placed((CALENDARS["24x5"],), zone, code)) == workday
    assert at in placed((CALENDARS["24x7"],), zone, code)


@given(st.lists(st.builds(Window, st.integers(0, 6), st.integers(0, 1439), st.integers(1, 1440)), max_size=5), moments)
def test_a_moment_is_covered_if_a_window_holds_it(windows: list[Window], at: datetime) -> None:
    """A calendar covers exactly the minutes of its windows, half-open; one without windows covers nothing."""
    minutes = {(w.weekday, minute) for w in windows for minute in range(w.start, w.end)}
    calendar = Calendar("any", tuple(windows), closed_on_holidays=False)
    assert (at in placed((calendar,), "UTC", None)) == ((at.weekday(), at.hour * 60 + at.minute) in minutes)


def test_windows_overlap_if_a_minute_lies_in_both() -> None:
    """Windows that only touch do not overlap, nor do those of two weekdays."""
    windows = [Window(day, *bounds) for day in (0, 1) for bounds in combinations((0, 480, 481, 1440), 2)]
    for one, other in product(windows, repeat=2):
        minutes = {minute for minute in range(one.start, one.end) if other.start <= minute < other.end}
        assert one.overlaps(other) == (one.weekday == other.weekday and bool(minutes))


def test_a_calendar_is_always_open_if_no_minute_of_any_day_is_missing() -> None:
    """Neither a public holiday nor a minute less on one day; ``ALWAYS`` is."""
    assert [name for name, calendar in CALENDARS.items() if calendar.always_open] == ["24x7"]
    assert ALWAYS.always_open
    for start, end in ((0, 1439), (1, 1440)):
        windows = (*ALWAYS.windows[:6], Window(6, start, end))
        assert not Calendar("not quite", windows, closed_on_holidays=False).always_open


@pytest.mark.parametrize(
    ("text", "days", "minutes"),
    [
        ("mon-fri 08:00-18:00", [0, 1, 2, 3, 4], (480, 1080)),
        ("sat 00:00-24:00", [5], (0, 1440)),
        ("fri-mon 22:15-23:45", [4, 5, 6, 0], (1335, 1425)),
    ],
)
def test_windows_are_read_as_written(text: str, days: list[int], minutes: tuple[int, int]) -> None:
    """A line gives one window a weekday, around the week if need be; 24:00 is the next midnight."""
    assert parse_windows(text) == tuple(Window(day, *minutes) for day in days)


def test_a_window_may_run_past_midnight() -> None:
    """It is then two: until midnight, and from midnight on the next day; Sunday runs on into Monday."""
    assert parse_windows("sat-sun 22:00-06:00") == (
        Window(5, 1320, 1440),
        Window(6, 1320, 1440),
        Window(6, 0, 360),
        Window(0, 0, 360),
    )
    assert parse_windows("fri 22:00-00:00") == (Window(4, 1320, 1440),)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "mon",
        "mon 08:00",
        "mon 08:00-08:00",
        "mon 08:00-24:01",
        "mon 8:00-9:00",
        "mon-xyz 08:00-09:00",
    ],
)
def test_windows_that_are_none_are_refused(text: str) -> None:
    """Empty, backward, too long or badly written windows are mistakes."""
    with pytest.raises(ValueError, match=r"^"):
        parse_windows(text)


@given(st.dates(date(2020, 1, 1), date(2030, 12, 31)))
def test_a_day_has_the_hours_it_really_has(day: date) -> None:
    """On the days when the clock changes, 24 hours per working day are 23 or 25 hours."""
    zone = ZoneInfo("Europe/Amsterdam")
    coverage = placed((CALENDARS["24x7"],), "Europe/Amsterdam", None)
    start = datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
    following = day + timedelta(days=1)
    end = datetime(following.year, following.month, following.day, tzinfo=zone).astimezone(UTC)
    quarters = int((end - start) / timedelta(minutes=15))
    assert quarters in (92, 96, 100)
    assert all(start + timedelta(minutes=15 * step) in coverage for step in range(quarters))
