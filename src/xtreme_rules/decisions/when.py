"""When options are granted: the moments at which some options hold for the same other facts, as a clock.

An option's conditions are decided at one moment of each stretch of days within which they cannot change but for their
hours; the hours in which the option is granted on those days are a coverage. So a clock covers a moment exactly if
deciding one of the options at that moment grants it.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import attrs

from xtreme_rules.coverage.calendar import ALWAYS, Calendar
from xtreme_rules.coverage.clock import Clock, Stint
from xtreme_rules.coverage.coverage import placed
from xtreme_rules.coverage.layout import days_between
from xtreme_rules.decisions.option import Option
from xtreme_rules.facts.types import FIRST_DAY, LAST_DAY
from xtreme_rules.language.moments import AT, depends_on_moment, hours_of, turning_days
from xtreme_rules.language.tree import reads
from xtreme_rules.language.truth import value_at

_ZONE = "contract.timezone"
#: How many clocks are kept; those of one incident after another mostly differ by contract and severity only.
_KEPT = 10_000
#: From before any moment to after every one.
EVER = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))
#: On the wall clock of some zone, a moment of a fact may show the day before the first, or the one after the last.
_FIRST, _LAST = FIRST_DAY - timedelta(days=1), LAST_DAY + timedelta(days=2)


@attrs.frozen(eq=False)
class Hours:
    """When some options are granted: the clock, and the stretches for which a fact is missing, with its path."""

    clock: Clock
    undecided: tuple[tuple[datetime, datetime, str], ...]

    def missing(self, start: datetime, end: datetime) -> tuple[str, ...]:
        """The facts without which it is open whether more is granted between two moments."""
        return tuple(dict.fromkeys(path for since, until, path in self.undecided if since < end and start < until))


class When:
    """Says when some options are granted. What it finds is kept, by the values of the facts that it depends on."""

    def __init__(self, options: Sequence[Option]) -> None:
        self.options = tuple(options)
        conditions = [condition.when for option in options for condition in option.entitlement.conditions]
        self._paths = tuple(dict.fromkeys(path for tree in conditions for path in reads(tree) if path != AT))
        self._kept: dict[object, Hours] = {}

    def hours(self, facts: Mapping[str, Any]) -> Hours:
        """When at least one of the options is granted, over facts that fit the schema; their ``at`` does not matter."""
        key = tuple(value_at(facts, path) for path in self._paths)
        found = self._kept.get(key)
        if found is None:
            if len(self._kept) >= _KEPT:
                self._kept.clear()
            found = self._kept[key] = self._found(facts)
        return found

    def _found(self, facts: Mapping[str, Any]) -> Hours:
        timezone = value_at(facts, _ZONE) or "UTC"  # while it is not known, what depends on it is undecided in any zone
        stints: list[Stint] = []
        undecided: list[tuple[datetime, datetime, str]] = []
        holidays = value_at(facts, "contract.holidays")
        for start, end in self._stretches(facts, ZoneInfo(timezone)):
            calendars, missing = self._on(dict(facts) | {AT: start})
            always = [calendar for calendar in calendars if calendar.always_open]
            if not always:  # otherwise it makes no difference whether more is granted
                undecided += [(start, end, path) for path in missing]
            if calendars:
                coverage = placed(tuple(always[:1] or calendars), timezone, holidays)
                if stints and stints[-1].end == start and stints[-1].coverage is coverage:
                    stints[-1] = Stint(stints[-1].start, end, coverage)
                else:
                    stints.append(Stint(start, end, coverage))
        return Hours(Clock(stints), tuple(undecided))

    def _stretches(self, facts: Mapping[str, Any], zone: ZoneInfo) -> list[tuple[datetime, datetime]]:
        """Stretches of days within which no condition changes but for its hours."""
        days = {_FIRST, _LAST, *(day for day in self._turning_days(facts) if _FIRST < day < _LAST)}
        return sorted(
            stretch for first, until in pairwise(sorted(days)) for stretch in days_between(zone, first, until)
        )

    def _turning_days(self, facts: Mapping[str, Any]) -> Iterator[date]:
        for option in self.options:
            for condition in option.entitlement.conditions:
                if depends_on_moment(condition.when):
                    yield from turning_days(condition.when, option.rules.meaning, facts)

    def _on(self, facts: dict[str, Any]) -> tuple[list[Calendar], list[str]]:
        """The calendars by which the options are granted on the days around ``at``; what must be known to say so."""
        calendars: dict[Calendar, None] = {}
        missing: list[str] = []
        for option in self.options:
            meaning, trees = option.rules.meaning, [condition.when for condition in option.entitlement.conditions]
            truths = {tree: meaning.value(tree, facts) for tree in trees if hours_of(tree) is None}
            if False in truths.values():
                continue
            coverages = {hours: meaning.value(hours, facts) for hours in map(hours_of, trees) if hours is not None}
            open_ = [tree for tree, value in (truths | coverages).items() if value is None]
            if open_:
                missing += [path for tree in open_ for path in meaning.missing(tree, facts)]
            else:
                calendars.update(dict.fromkeys(c for coverage in coverages.values() for c in coverage.calendars))
                if not coverages:
                    calendars[ALWAYS] = None
        return list(calendars), missing
