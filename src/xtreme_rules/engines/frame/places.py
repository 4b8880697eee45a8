"""Time zones and public holidays in columns. Both are looked up, so all that occur must be known beforehand."""

from collections.abc import Sequence
from datetime import date
from functools import cached_property, reduce
from operator import or_
from typing import Any
from zoneinfo import ZoneInfo

import narwhals as nw

from xtreme_rules.coverage.calendar import Calendar
from xtreme_rules.coverage.holidays import holiday_problems, holidays_of, known_years
from xtreme_rules.engines.frame.codes import Wrong
from xtreme_rules.engines.frame.days import number, weekday
from xtreme_rules.engines.frame.given import Table
from xtreme_rules.engines.frame.plan import Plan, quotient
from xtreme_rules.engines.frame.sources import Sources
from xtreme_rules.engines.frame.zones import SPAN, ZONE_STEP, offsets
from xtreme_rules.errors import FactError, Problem
from xtreme_rules.language.truth import value_at

TIMEZONE, HOLIDAYS = "contract.timezone", "contract.holidays"
DAY, _MINUTE = 86_400_000_000, 60_000_000
#: Days of one set of holidays are told apart from those of the next by so much.
_HOLIDAYS_STEP = 2**22


class Places:
    """What is looked up by the time zone and by the public holidays of each row's contract."""

    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self.given = sources.given

    def local(self, plan: Plan, zone: nw.Expr, moment: nw.Expr, key: str) -> nw.Expr:
        """A moment on the wall clock of a zone, as microseconds since 1970; ``key`` names the moment."""
        found = self._offset(plan, key, zone * ZONE_STEP + quotient(moment, SPAN))

        def clock() -> nw.Expr:
            offset = found["before"]
            for change, after in self._changes(found):
                offset = nw.when(moment < change).then(offset).otherwise(after)
            return moment + offset

        return plan.column(f"wall clock of {key}", clock)

    def midnight(self, plan: Plan, zone: nw.Expr, day: nw.Expr, key: str) -> nw.Expr:
        """The moment at which a day begins on the wall clock of a zone; where it begins twice, the first.

        Where it begins in an hour that is left out, it is reckoned by the offset from before that hour.
        """
        clock = plan.column(f"midnight of {key}", lambda: day.cast(nw.Int64) * DAY)
        # The moment is less than a day off, either way, and clocks do not change twice within that.
        before = self._offset(plan, f"day before {key}", zone * ZONE_STEP + quotient(clock - DAY, SPAN))
        after_it = self._offset(plan, f"day after {key}", zone * ZONE_STEP + quotient(clock + DAY, SPAN))

        def moment() -> nw.Expr:
            offset = before["before"]
            for known in (before, after_it):
                for change, after in self._changes(known):
                    larger = nw.when(offset > after).then(offset).otherwise(after)
                    offset = nw.when(clock < change + larger).then(offset).otherwise(after)
            return clock - offset

        return plan.column(f"beginning of {key}", moment)

    def covered(self, calendar: Calendar, clock: nw.Expr, key: str) -> nw.Expr:
        """Whether a moment on the wall clock, named by ``key``, lies in a calendar."""
        plan = self.sources.plan
        day = plan.column(f"day of {key}", lambda: quotient(clock, DAY))
        minute = plan.column(f"minute of {key}", lambda: (clock - day * DAY) // _MINUTE)

        def open_() -> nw.Expr:
            times: dict[tuple[int, int], list[int]] = {}
            for number_, windows in enumerate(calendar.by_weekday):
                for window in windows:
                    times.setdefault(window, []).append(number_)
            inside = [weekday(day).is_in(on) & (minute >= start) & (minute < end) for (start, end), on in times.items()]
            return reduce(or_, inside) if inside else minute < 0

        inside = plan.column(f"{calendar.id} at {key}", open_)
        if not calendar.closed_on_holidays or self.holidays is None:
            return inside
        return inside & ~self._holiday(day, inside, f"{calendar.id} at {key}")

    @cached_property
    def zone(self) -> nw.Expr | None:
        """The place of each row's time zone among those that occur."""
        return self._coded(TIMEZONE, self.zones)

    @cached_property
    def zones(self) -> Sequence[str]:
        """The time zones that occur."""
        return [name for name in self._occurring(TIMEZONE) if _is_zone(name)]

    @cached_property
    def holidays(self) -> nw.Expr | None:
        """The place of each row's public holidays among those that occur; null where there are none."""
        return self._coded(HOLIDAYS, self._calendars)

    @cached_property
    def _calendars(self) -> Sequence[str]:
        return [name for name in self._occurring(HOLIDAYS) if not any(holiday_problems(name))]

    def place_of(self, zone: nw.Expr) -> nw.Expr:
        """The place of a time zone, given by its name, among those that occur."""
        return _place(zone, self.zones)

    def _holiday(self, day: nw.Expr, inside: nw.Expr, key: str) -> nw.Expr:
        """Whether a day is a public holiday; where that is not known, though it matters, the row is marked."""
        codes, plan = self.holidays, self.sources.plan
        if codes is None:
            raise AssertionError(key)
        known = [known_years(name) for name in self._calendars]
        for place, (name, years) in enumerate(zip(self._calendars, known, strict=True)):
            first, last = number(date(years.start, 1, 1)), number(date(min(years.stop, 3001), 1, 1))
            if years.start > self.given.years.start or years.stop < self.given.years.stop:
                unknown = (codes == place) & inside & ((day < first) | (day >= last))
                text = f"{HOLIDAYS}: the public holidays of `{name}` are known for {years.start} to {years.stop - 1}"
                self.sources.refuse(f"{name} {key}", Wrong(unknown, nw.lit(text)))
        days = [
            place * _HOLIDAYS_STEP + number(holiday)
            for place, (name, years) in enumerate(zip(self._calendars, known, strict=True))
            for year in range(max(years.start, self.given.years.start), min(years.stop, self.given.years.stop))
            for holiday in holidays_of(name, year)
        ]
        table = {"day": sorted(set(days)), "closed": [1] * len(set(days))}
        found = plan.look_up(
            f"holiday, {key}",
            {"day": codes * _HOLIDAYS_STEP + day},
            ["closed"],
            lambda _: self.given.library.table(table, {}),
        )
        return ~found["closed"].is_null()

    def _offset(self, plan: Plan, key: str, span: nw.Expr) -> dict[str, nw.Expr]:
        table = self._offsets
        return plan.look_up(
            f"offset of {key}",
            {"span": span},
            [name for name in table if name != "span"],
            lambda _: self.given.library.table(table, {}),
        )

    @cached_property
    def _offsets(self) -> dict[str, list[int]]:
        return offsets(self.zones, self.given.years)

    @staticmethod
    def _changes(found: dict[str, nw.Expr]) -> list[tuple[nw.Expr, nw.Expr]]:
        return [(found[f"change{index}"], found[f"after{index}"]) for index in range((len(found) - 1) // 2)]

    def _coded(self, path: str, names: Sequence[str]) -> nw.Expr | None:
        value = self.sources.value(path)
        if value is None:
            return None
        code = self.sources.plan.column(f"{path} among those that occur", lambda: _place(value, names))
        said = (
            "is none that is known"
            if self._whole(path) is not None
            else f"is not among the `values` given for `{path}`"
        )
        text = nw.concat_str([nw.lit(f"{path}: `"), value, nw.lit(f"` {said}")])
        self.sources.refuse(path, Wrong(code.is_null() & ~value.is_null(), text))
        return code

    def _occurring(self, path: str) -> list[str]:
        """The texts that occur under a path."""
        name = path.partition(".")[0]
        if name in self.given.facts:
            value = value_at(self.given.facts, path)
            return [] if value is None else [value]
        column = self._table(path)
        if column is None:
            return []
        table, source = column
        if path in self.given.values:
            return sorted(set(self.given.values[path]))
        if table.whole is None:
            message = "of a lazy frame, nothing is read before the answer is; say which values occur"
            help_ = f'give `values={{"{path}": [...]}}`, and those of no other are marked'
            raise FactError([Problem(path, message, help_)])
        return sorted(str(value) for value in table.whole[source].unique().to_list() if value is not None)

    def _whole(self, path: str) -> Any:
        column = self._table(path)
        return None if column is None or path in self.given.values else column[0].whole

    def _table(self, path: str) -> tuple[Table, str] | None:
        """The table in which a path is a column, and the column."""
        name, _, field = path.partition(".")
        if path in self.given.rows.columns:
            return self.given.rows, self.given.rows.columns[path]
        table = self.given.tables.get(name)
        return None if table is None or field not in table.columns else (table, table.columns[field])


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        return False
    return True


def _place(value: nw.Expr, names: Sequence[str]) -> nw.Expr:
    """The place of a text among some names."""
    place = nw.lit(None, nw.Int64)
    for index, name in enumerate(names):
        place = nw.when(value == name).then(nw.lit(index, nw.Int64)).otherwise(place)
    return place
