"""Working time for whole columns: the arithmetic of a coverage over numpy arrays.

A column has one dimension. Moments are ``datetime64`` in UTC and durations ``timedelta64``, of any unit; what is finer
than a microsecond is cut off, downwards. NaT, or what a masked array masks, is *not known*, and so is what depends on
it. Each row gives what the coverage itself gives for it, to the microsecond. Every function raises:

- ``TypeError``: a column is of another dtype.
- ``ValueError``: a column has not one dimension, or two have not as many rows.
- ``FactError``: a moment lies outside the years 1900 to 2999, or an answer depends on a year whose public holidays are
  not known. With ``refused``, an array of truths, the rows whose answer does so are marked in it instead.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar, cast
from weakref import WeakKeyDictionary

try:
    import numpy as np
    import numpy.typing as npt
except ImportError as error:
    raise ImportError("columns of working time need numpy; run: pip install 'xtreme-rules[columns]'") from error

from xtreme_rules.coverage.coverage import Coverage
from xtreme_rules.coverage.layout import DAY, Layout, new_year
from xtreme_rules.coverage.working_time import LONGEST
from xtreme_rules.errors import FactError, Problem

Moments = npt.NDArray[np.datetime64]
Durations = npt.NDArray[np.timedelta64]
Truths = npt.NDArray[np.bool_]
_Integers = npt.NDArray[np.int64]
_Time = TypeVar("_Time", np.datetime64, np.timedelta64)

_MOMENT, _DURATION = np.dtype("datetime64[us]"), np.dtype("timedelta64[us]")
_FIRST, _LAST = np.datetime64("1900-01-01", "us"), np.datetime64("3000-01-01", "us")
_NOTHING = np.timedelta64(0, "us")
_NAT, _LONGEST = int(np.iinfo(np.int64).min), LONGEST // timedelta(microseconds=1)
#: Microseconds beyond all moments and durations, few enough that a sum of some does not run over.
_FAR = 2**60
#: So many rows are answered at a time: what is computed on the way stays in the cache of the processor.
_CHUNK = 16_384
#: The table of a lookup has at most so many cells for each key.
_CELLS = 16


def covered(coverage: Coverage, at: npt.ArrayLike) -> Truths:
    """Whether each moment is covered.

    Raises:
        ValueError: a moment is NaT; a truth value cannot say that it is not known.
    """
    moments = _moments("at", at)
    _refuse(np.isnat(moments), "it is not known whether NaT is covered; leave such rows out")
    first, last = new_year(coverage._years.start) + DAY, new_year(coverage._years.stop) - DAY
    inside = (moments >= _in_numpy(first)) & (moments < _in_numpy(last))
    answers = np.zeros(len(moments), np.bool_)
    _answer(answers, inside, coverage, _Stretches.covered, moments)
    for row in np.flatnonzero(~inside):  # the public holidays of its day may be unknown, which matters in windows only
        answers[row] = coverage.covered(_in_python(moments[row]))
    return answers


def next_open(coverage: Coverage, at: npt.ArrayLike) -> Moments:
    """Each moment itself if it is covered, else the next that is; NaT also where there is none."""
    moments = _moments("at", at)
    answers = np.full(len(moments), "NaT", _MOMENT)
    if coverage._ever_open:
        _answer(answers, ~np.isnat(moments), coverage, _Stretches.next_open, moments)
    return answers


def elapsed(
    coverage: Coverage, start: npt.ArrayLike, end: npt.ArrayLike, *, refused: Truths | None = None
) -> Durations:
    """The covered time between the two moments of each row.

    Raises:
        ValueError: an end lies before its start.
    """
    starts, ends = _moments("start", start), _moments("end", end)
    _refuse_lengths(start=starts, end=ends)
    _refuse(ends < starts, "the end lies before the start")
    known = ~(np.isnat(starts) | np.isnat(ends))
    answers = np.where(known, _NOTHING, np.timedelta64("NaT", "us"))
    if coverage._ever_open:
        _answer(answers, known, coverage, _Stretches.elapsed, starts, ends, refused=refused)
    return answers


def add(
    coverage: Coverage, at: npt.ArrayLike, duration: npt.ArrayLike | timedelta, *, refused: Truths | None = None
) -> Moments:
    """The first moment by which so much covered time has gone by since each moment; NaT also where it never comes.

    Each moment has a duration of its own, or all have the same. A moment that falls on a closing time is that closing
    time, not the next opening. No duration leads nowhere: to the moment itself.

    Raises:
        ValueError: a duration is negative.
    """
    if isinstance(duration, timedelta):
        duration = np.timedelta64(max(-LONGEST, min(duration, LONGEST)), "us")
    moments, durations = _moments("at", at), _in_microseconds("duration", duration, _DURATION)
    if durations.ndim == 0:
        durations = np.broadcast_to(durations, moments.shape)
    _refuse_lengths(at=moments, duration=durations)
    _refuse(durations < _NOTHING, "the duration is negative")
    answers = np.where(np.isnat(durations), np.datetime64("NaT", "us"), moments)
    asked = ~np.isnat(moments) & (durations > _NOTHING)
    _answer(answers, asked, coverage, _Stretches.add, moments, durations, refused=refused)
    return answers


class _Lookup:
    """What ``numpy.searchsorted(keys, values, "right")`` gives, several times as fast if keys lie about evenly.

    The numbers are cut into cells, and a table says how many keys come before or at the beginning of each; what is left
    is to count those within the cell. There is one at most, as cells are no wider than the least gap between keys,
    unless the table would grow out of proportion.
    """

    def __init__(self, keys: _Integers) -> None:
        self.keys = np.append(keys, _FAR)
        self.first = int(self.keys[0]) - 1
        span = int(keys.max(initial=self.first)) - self.first
        gap = int(np.diff(keys).min(initial=_FAR))
        self.shift = max(gap.bit_length() - 1, (span // (_CELLS * len(self.keys))).bit_length())
        beginnings = self.first + (np.arange((span >> self.shift) + 2, dtype=np.int64) << self.shift)
        self.table = np.searchsorted(keys, beginnings, "right")
        self.most = int(np.diff(self.table).max())

    def __call__(self, values: _Integers) -> npt.NDArray[np.intp]:
        """How many keys are at most each value."""
        cells = values - self.first
        cells >>= self.shift
        count = self.table.take(cells, mode="clip")
        for _ in range(self.most):
            count += self.keys.take(count, mode="clip") <= values
        return count


class _Stretches:
    """The open stretches of a layout, for lookups. All are microseconds: since 1970, or of open time since it begins.

    The arrays have an entry for each number of stretches that may have begun, none among them. What lies beyond the
    layout is far away: ``_FAR``, or more.
    """

    def __init__(self, layout: Layout) -> None:
        opens, closes = (
            np.array([moment.replace(tzinfo=None) for moment in moments], _MOMENT).view(np.int64)
            for moments in (layout.opens, layout.closes)
        )
        self.opens = np.append(opens, _FAR)  # of the next stretch
        self.closes = np.insert(closes, 0, -_FAR)  # of the last that has begun
        self.open_time = np.insert(np.cumsum(closes - opens), 0, 0)  # up to that
        #: What turns a moment of that stretch into open time.
        self.shift = np.concatenate(([_FAR], self.open_time[:-1] - opens, [-2 * _FAR]))
        self.begun_at = _Lookup(opens)
        self.begun_after = _Lookup(self.open_time + 1)  # open time that a stretch ends with is still reached in it

    def covered(self, at: _Integers) -> Truths:
        """Whether moments are covered."""
        return at < self.closes.take(self.begun_at(at))

    def next_open(self, at: _Integers) -> _Integers:
        """The next covered moments."""
        begun = self.begun_at(at)
        return np.where(at < self.closes.take(begun), at, self.opens.take(begun))

    def worked(self, at: _Integers) -> _Integers:
        """The open time from the beginning of the layout to moments."""
        begun = self.begun_at(at)
        reached: _Integers = np.minimum(at + self.shift.take(begun), self.open_time.take(begun))
        return reached

    def elapsed(self, start: _Integers, end: _Integers) -> _Integers:
        """The open time between moments."""
        return self.worked(end) - self.worked(start)

    def add(self, at: _Integers, duration: _Integers) -> _Integers:
        """The moments at which so much open time has gone by."""
        total = self.worked(at) + np.minimum(duration, _LONGEST)
        return total - self.shift.take(self.begun_after(total))


_KNOWN: WeakKeyDictionary[Layout, _Stretches] = WeakKeyDictionary()


def _stretches(layout: Layout) -> _Stretches:
    """The stretches of a layout, kept for as long as it is."""
    found = _KNOWN.get(layout)
    if found is None:
        found = _KNOWN[layout] = _Stretches(layout)
    return found


def _answer(
    answers: npt.NDArray[np.generic],
    rows: Truths,
    coverage: Coverage,
    question: Callable[..., Truths | _Integers],
    *columns: Moments | Durations,
    refused: Truths | None = None,
) -> None:
    """Put the answers to a question into some rows, from a layout that is long enough; NaT where none is."""
    if refused is not None:
        strange = rows & _of_other_years(coverage, columns)
        if strange.any():
            refused |= strange
            answers.view(np.int64)[strange] = _NAT
            rows = rows & ~strange
    if not rows.any():
        return
    everywhere = bool(rows.all())
    asked = columns if everywhere else [column[rows] for column in columns]
    found = answers if everywhere else answers[rows]
    beyond = np.zeros(len(found), np.bool_)
    moments = [column for column in asked if column.dtype == _MOMENT]
    first, last = min(column.min() for column in moments), max(column.max() for column in moments)
    layout = coverage._around(_in_python(first), _in_python(last))
    for start in range(0, len(found), _CHUNK):
        chunk = slice(start, start + _CHUNK)
        numbers = [column[chunk].view(np.int64) for column in asked]
        while (given := question(_stretches(layout), *numbers)).max() >= _FAR:
            try:
                longer = coverage._longer(layout)
            except FactError:
                if refused is None:
                    raise
                longer, beyond[chunk] = None, given >= _FAR
            if longer is None:
                given[given >= _FAR] = _NAT
                break
            layout = longer
        found[chunk] = given.view(found.dtype)
    if not everywhere:
        answers[rows] = found
    if refused is not None:
        refused[np.flatnonzero(rows)[beyond]] = True


def _of_other_years(coverage: Coverage, columns: Sequence[Moments | Durations]) -> Truths:
    """Whether each row has a moment in a year that cannot be laid out."""
    first, last = _in_numpy(new_year(coverage._years.start)), _in_numpy(new_year(coverage._years.stop))
    moments = [column for column in columns if column.dtype == _MOMENT]
    outside: Truths = np.logical_or.reduce([(column < first) | (column >= last) for column in moments])
    return outside


def _moments(name: str, values: npt.ArrayLike) -> Moments:
    """A column of moments, of the years that there are, in microseconds."""
    moments = _in_microseconds(name, values, _MOMENT)
    if moments.ndim != 1:
        raise ValueError(f"`{name}` has {moments.ndim} dimensions; a column has one")
    strange = (moments < _FIRST) | (moments >= _LAST)
    if strange.any():
        row = int(strange.argmax())
        message = f"{moments[row]} is out of range{_and_more(strange)}"
        raise FactError([Problem(f"{name}[{row}]", message, "use moments from 1900 to 2999")])
    return moments


def _in_microseconds(name: str, values: npt.ArrayLike, dtype: np.dtype[_Time]) -> npt.NDArray[_Time]:
    """An array as one of datetime64 or timedelta64 in microseconds; what is too large for them becomes far away."""
    array = np.asarray(values)
    if array.dtype.kind != dtype.kind or not np.can_cast(array.dtype, dtype, "same_kind"):
        wanted = f"`{dtype}` in UTC" if dtype == _MOMENT else f"`{dtype}`"
        help_ = f"give {wanted}, as pandas does with `.to_numpy('{dtype}')`"
        raise TypeError(f"`{name}` is a column of `{array.dtype}`; {help_}")
    if isinstance(values, np.ma.MaskedArray):
        array = values.filled(dtype.type("NaT"))
    converted = array.astype(dtype, copy=False)
    if array.dtype != dtype and np.can_cast(array.dtype, dtype):  # to a finer unit: numpy lets numbers run over
        over = (converted.astype(array.dtype) != array) & ~np.isnat(array)
        converted[over] = np.where(array > np.zeros((), array.dtype), _FAR, -_FAR).view(dtype)[over]
    return converted


def _refuse_lengths(**columns: npt.NDArray[np.generic]) -> None:
    (first, one), (second, other) = columns.items()
    if one.shape != other.shape:
        raise ValueError(f"`{first}` and `{second}` are not as long: {one.shape} and {other.shape}")


def _refuse(wrong: Truths, what: str) -> None:
    if wrong.any():
        raise ValueError(f"row {int(wrong.argmax())}: {what}{_and_more(wrong)}")


def _and_more(wrong: Truths) -> str:
    more = int(np.count_nonzero(wrong)) - 1
    return f" (and {more:,} more)" if more else ""


def _in_numpy(moment: datetime) -> np.datetime64:
    return np.datetime64(moment.replace(tzinfo=None), "us")


def _in_python(moment: np.datetime64) -> datetime:
    return cast(datetime, moment.item()).replace(tzinfo=UTC)
