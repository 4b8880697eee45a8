"""Working time for whole columns gives what it gives row by row."""

import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from test_working_time import MINUTE, OFFICE, coverages, delicate

import xtreme_rules as xr
from xtreme_rules.coverage import columns
from xtreme_rules.coverage.calendar import Calendar, Window
from xtreme_rules.coverage.coverage import Coverage
from xtreme_rules.coverage.holidays import known_years

Row = Sequence[Any]
MICROSECOND = timedelta(microseconds=1)
EVERY_DAY = tuple(Window(day, 0, 1440) for day in range(7))
ALWAYS = Coverage([Calendar("always", EVERY_DAY, closed_on_holidays=False)], "UTC", None)
NEVER = Coverage([Calendar("never", (), closed_on_holidays=True)], "UTC", "NL")
WORKING_DAYS = [Calendar("working-days", EVERY_DAY, closed_on_holidays=True)]
BEFORE_KNOWN_YEARS = datetime(1937, 1, 1, tzinfo=UTC)

#: Years of whole-minute and of odd offsets, at either end of the known public holidays, and far away.
years = st.sampled_from([1937, 1966, 2026, 2026, 2026, 2027, 2100, 2600, 2998])
instants = st.one_of(
    st.sampled_from([-1, 0, 1]).map(lambda number: number * MICROSECOND),
    st.timedeltas(timedelta(0), timedelta(minutes=1)),
)


def moments_of(year: int) -> st.SearchStrategy[datetime]:
    """Moments of about a year, near what is delicate in it, to the microsecond."""
    return st.builds(
        lambda day, minutes, instant: datetime(year, day.month, day.day, tzinfo=UTC) + minutes * MINUTE + instant,
        st.sampled_from([*delicate, date(2026, 1, 2), date(2026, 12, 30), date(2026, 6, 3)]),
        st.integers(-4000, 4000),
        instants,
    )


durations = st.one_of(
    st.builds(lambda minutes, instant: abs(minutes * MINUTE + instant), st.integers(0, 6000), instants),
    st.sampled_from([timedelta(0), MICROSECOND, timedelta(days=90), timedelta(days=400)]),
)


def times(drawn: Sequence[datetime | None]) -> npt.NDArray[np.datetime64]:
    return np.array([at and at.replace(tzinfo=None) for at in drawn], "datetime64[us]")


def spans(drawn: Sequence[timedelta | None]) -> npt.NDArray[np.timedelta64]:
    return np.array(drawn, "timedelta64[us]")


def row_by_row(ask: Callable[..., object], *drawn: Sequence[Any]) -> object:
    """What the coverage itself gives for each row, or that it is refused."""
    answers = []
    try:
        for row in zip(*drawn, strict=True):
            answer = None if None in row else ask(*row)
            answers.append(answer.replace(tzinfo=None) if isinstance(answer, datetime) else answer)
    except xr.FactError as error:
        return str(error).partition(" to ")[0]
    return answers


def at_once(ask: Callable[..., Any], *arguments: object) -> object:
    try:
        return ask(*arguments).tolist()
    except xr.FactError as error:
        return str(error).partition(" to ")[0]


@given(coverages(), years.flatmap(lambda year: st.lists(moments_of(year), max_size=12)))
@example(OFFICE, [])
@example(Coverage(WORKING_DAYS, "America/New_York", "NL"), [datetime(1966, 1, 1, 2, tzinfo=UTC)])  # 1965 on its clock
@example(Coverage(WORKING_DAYS, "Europe/Amsterdam", "NL"), [datetime(2100, 12, 31, 23, 30, tzinfo=UTC)])  # 2101
@example(NEVER, [BEFORE_KNOWN_YEARS])
def test_covered_is_what_it_is_for_each_row(coverage: Coverage, at: list[datetime]) -> None:
    """Whether a moment is covered is, for a column, what it is for each of its rows."""
    assert at_once(columns.covered, coverage, times(at)) == row_by_row(coverage.covered, at)


@given(coverages(), years.flatmap(lambda year: st.lists(st.none() | moments_of(year), max_size=12)))
@example(OFFICE, [])
@example(OFFICE, [None])
@example(NEVER, [BEFORE_KNOWN_YEARS])
@example(OFFICE, [datetime(2100, 12, 31, 20, tzinfo=UTC)])  # the next would be in 2101
def test_the_next_open_moment_is_what_it_is_for_each_row(coverage: Coverage, at: list[datetime | None]) -> None:
    """The next open moment is, for a column, what it is for each of its rows."""
    assert at_once(columns.next_open, coverage, times(at)) == row_by_row(coverage.next_open, at)


@given(
    coverages(),
    years.flatmap(lambda year: st.lists(st.tuples(*2 * [st.none() | moments_of(year)]), max_size=12)),
)
@example(NEVER, [(BEFORE_KNOWN_YEARS, BEFORE_KNOWN_YEARS + MINUTE)])
def test_elapsed_is_what_it_is_for_each_row(
    coverage: Coverage, drawn: list[tuple[datetime | None, datetime | None]]
) -> None:
    """Elapsed covered time is, for columns, what it is for each of their rows."""
    start, end = zip(*[sorted(row) if None not in row else row for row in drawn], strict=True) if drawn else ((), ())
    assert at_once(columns.elapsed, coverage, times(start), times(end)) == row_by_row(coverage.elapsed, start, end)


@given(
    coverages(),
    years.flatmap(lambda year: st.lists(st.tuples(st.none() | moments_of(year), st.none() | durations), max_size=12)),
)
@example(NEVER, [(BEFORE_KNOWN_YEARS, timedelta(0))])
@example(NEVER, [(BEFORE_KNOWN_YEARS, MINUTE)])
@example(ALWAYS, [(datetime(2026, 1, 1, tzinfo=UTC), timedelta(days=400_000))])
@example(OFFICE, [(datetime(2098, 1, 1, tzinfo=UTC), MINUTE), (datetime(2026, 1, 1, tzinfo=UTC), timedelta(days=400))])
def test_adding_gives_what_it_gives_for_each_row(
    coverage: Coverage, drawn: list[tuple[datetime | None, timedelta | None]]
) -> None:
    """Adding covered time gives, for columns, what it gives for each of their rows."""
    at, duration = zip(*drawn, strict=True) if drawn else ((), ())
    assert at_once(columns.add, coverage, times(at), spans(duration)) == row_by_row(coverage.add, at, duration)


@given(
    coverages(),
    st.lists(st.tuples(st.none() | years.flatmap(moments_of), st.none() | durations), max_size=12),
)
@example(OFFICE, [(datetime(2100, 12, 31, 9, tzinfo=UTC), MINUTE), (datetime(2100, 12, 31, 20, tzinfo=UTC), MINUTE)])
@example(OFFICE, [(BEFORE_KNOWN_YEARS, MINUTE), (datetime(2026, 6, 1, tzinfo=UTC), MINUTE)])
@example(OFFICE, [(datetime(known_years("NL").stop, 1, 1, tzinfo=UTC), MINUTE)])
@example(ALWAYS, [(datetime(1900, 1, 1, tzinfo=UTC), MINUTE)])
def test_what_is_refused_is_marked_and_the_others_are_answered(
    coverage: Coverage, drawn: list[tuple[datetime | None, timedelta | None]]
) -> None:
    """With ``refused``, the rows that depend on unknown public holidays are marked and not known, and no others."""
    at, duration = zip(*drawn, strict=True) if drawn else ((), ())
    end = [None if None in row else min(row[0] + row[1], datetime(2999, 12, 31, tzinfo=UTC)) for row in drawn]
    for ask, each, second, other in (
        (columns.add, coverage.add, spans(duration), duration),
        (columns.elapsed, coverage.elapsed, times(end), end),
    ):
        alone = [row_by_row(each, [one], [two]) for one, two in zip(at, other, strict=True)]
        refused = np.zeros(len(drawn), np.bool_)
        answers = ask(coverage, times(at), second, refused=refused).tolist()
        assert refused.tolist() == [isinstance(answer, str) for answer in alone]
        assert answers == [None if isinstance(answer, str) else answer[0] for answer in alone]


@given(st.lists(st.integers(-(10**9), 10**9), unique=True), st.lists(st.integers(-(10**9), 10**9)))
@example([0, 1, 2, 10**9], [0, 1, 2, 3])
def test_a_lookup_is_a_binary_search(keys: list[int], values: list[int]) -> None:
    """Whether keys lie evenly or in clumps, the table gives what searching gives."""
    sorted_keys, numbers = np.array(sorted(keys), np.int64), np.array([*values, *keys], np.int64)
    found = columns._Lookup(sorted_keys)(numbers)
    assert found.tolist() == np.searchsorted(sorted_keys, numbers, "right").tolist()


def test_long_columns_are_answered_piece_by_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pieces do not show, though the layout grows on the way, and none is found for some of the rows."""
    monkeypatch.setattr(columns, "_CHUNK", 160)
    weekly = Calendar("weekly", (Window(2, 480, 1080),), closed_on_holidays=False)
    coverage = Coverage([weekly], "Europe/Amsterdam", None)
    at = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=37 * row) for row in range(400)]
    duration = [timedelta(hours=row % 50) for row in range(400)]
    duration[200], duration[300] = timedelta(days=1_000), timedelta(days=500_000)
    reached = columns.add(coverage, times(at), spans(duration))
    assert reached.tolist() == row_by_row(coverage.add, at, duration)
    assert np.isnat(reached).nonzero()[0].tolist() == [300]


def test_other_units_are_converted() -> None:
    """Days and nanoseconds do as well as microseconds; nanoseconds are cut off."""
    day = np.array(["2026-06-01", "NaT"], "datetime64[D]")
    reached = columns.add(OFFICE, day, np.array([90, 90], "timedelta64[m]"))
    assert reached.dtype == np.dtype("datetime64[us]")
    assert np.array_equal(reached, np.array(["2026-06-01T07:30", "NaT"], "datetime64[us]"), equal_nan=True)
    odd = np.array(["2026-06-01T06:30:00.000000999"], "datetime64[ns]")
    assert columns.next_open(OFFICE, odd).tolist() == [datetime(2026, 6, 1, 6, 30)]


def test_one_duration_does_for_all() -> None:
    """A duration of Python or of numpy serves every row; one that is not known leaves every row unknown."""
    at = np.array(["2026-06-01T09:00", "2026-06-05T15:30"], "datetime64[us]")
    due = [datetime(2026, 6, 1, 10), datetime(2026, 6, 8, 6, 30)]
    assert columns.add(OFFICE, at, timedelta(hours=1)).tolist() == due
    assert columns.add(OFFICE, at, np.timedelta64(60, "m")).tolist() == due
    assert columns.add(OFFICE, at, np.timedelta64("NaT")).tolist() == [None, None]


def test_pandas_columns_in_utc_do() -> None:
    """A pandas column with a time zone is converted as the error says; without a time zone it is read as UTC."""
    at = pd.Series(pd.to_datetime(["2026-06-01T09:00+02:00", None]))
    with pytest.raises(TypeError, match=r"`at` is a column of `object`; .* `\.to_numpy\('datetime64\[us\]'\)`"):
        columns.next_open(OFFICE, at)
    utc = at.to_numpy("datetime64[us]")
    assert columns.next_open(OFFICE, utc).tolist() == [datetime(2026, 6, 1, 7), None]
    assert columns.next_open(OFFICE, pd.Series(utc)).tolist() == [datetime(2026, 6, 1, 7), None]


def test_what_is_masked_is_not_known() -> None:
    at = np.ma.masked_array(np.array(["2026-06-01T09:00", "2026-06-01T09:00"], "datetime64[s]"), [False, True])
    assert columns.next_open(OFFICE, at).tolist() == [datetime(2026, 6, 1, 9), None]


def test_too_long_a_duration_leads_nowhere() -> None:
    """However long it is, a duration does not run over."""
    at = np.array(["2026-06-01"], "datetime64[us]")
    for duration in (timedelta.max, np.timedelta64(2**63 - 1, "us"), np.timedelta64(2**62, "h")):
        assert columns.add(ALWAYS, at, duration).tolist() == [None]


at_noon = np.array(["2026-06-01T12:00", "2026-06-02T12:00", "2026-06-03T12:00"], "datetime64[us]")
hours = np.array([1, -1, -2], "timedelta64[h]")
EARLY = np.array(3 * ["1899-12-31"], "M8[D]")


@pytest.mark.parametrize(
    ("ask", "error", "message"),
    [
        (lambda: columns.add(OFFICE, at_noon, hours), ValueError, r"^row 1: the duration is negative \(and 1 more\)$"),
        (lambda: columns.add(OFFICE, at_noon, timedelta.min), ValueError, r"row 0: .* is negative \(and 2 more\)"),
        (lambda: columns.add(OFFICE, at_noon, np.timedelta64(-(2**62), "h")), ValueError, "row 0: .* is negative"),
        (lambda: columns.add(OFFICE, at_noon, hours[:2]), ValueError, r"`at` and `duration` .* \(3,\) and \(2,\)"),
        (lambda: columns.add(OFFICE, at_noon, 3), TypeError, "`duration` is a column of `int64`; give `timedelta64"),
        (lambda: columns.add(OFFICE, at_noon, np.array([1], "m8[M]")), TypeError, r"a column of `timedelta64\[M\]`"),
        (lambda: columns.elapsed(OFFICE, at_noon, at_noon[::-1]), ValueError, "^row 2: the end lies before the start$"),
        (lambda: columns.elapsed(OFFICE, at_noon, at_noon[:2]), ValueError, "`start` and `end` are not as long"),
        (lambda: columns.covered(OFFICE, times([None])), ValueError, "^row 0: it is not known whether NaT is covered"),
        (lambda: columns.covered(OFFICE, at_noon.reshape(1, 3)), ValueError, "`at` has 2 dimensions"),
        (lambda: columns.covered(OFFICE, ["2026-06-01"]), TypeError, "`at` is a column of `<U10`"),
        (lambda: columns.covered(OFFICE, np.array(["1899-12-31"], "M8[D]")), xr.FactError, r"at\[0\]: 1899-12-31.* is"),
        (lambda: columns.elapsed(OFFICE, EARLY, at_noon), xr.FactError, r"^start\[0\]: 1899-12-31.* is out of range"),
        (lambda: columns.elapsed(OFFICE, at_noon, EARLY), xr.FactError, r"^end\[0\]: 1899-12-31.* is out of range"),
        (
            lambda: columns.add(OFFICE, EARLY, hours),
            xr.FactError,
            r"^at\[0\]: 1899-12-31.* is out of range \(and 2 more",
        ),
        (lambda: columns.next_open(OFFICE, np.array([0, 10**7], "M8[Y]")), xr.FactError, r"^at\[1\]: .* out of range"),
        (lambda: columns.next_open(OFFICE, np.array(["2101"], "M8[D]")), xr.FactError, "1966 to 2100, not for 2101"),
    ],
)
def test_what_is_wrong_is_said(ask: Callable[[], object], error: type[Exception], message: str) -> None:
    """An error names the first row, says how many more there are, and what would do."""
    with pytest.raises(error, match=message):
        ask()


def test_numpy_is_needed_for_columns_only(tmp_path: Path) -> None:
    """Without numpy the library works; the columns say in one line how to install it."""
    (tmp_path / "numpy.py").write_text("raise ImportError('no numpy here')")
    script = "import sys; sys.path.insert(0, '.'); import xtreme_rules; import xtreme_rules.coverage.columns"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False, cwd=tmp_path)
    last = run.stderr.decode().splitlines()[-1]
    assert last == "ImportError: columns of working time need numpy; run: pip install 'xtreme-rules[columns]'"
