"""The clocks of incidents, for whole tables: when some options are granted, for the distinct facts that decide it.

It is found as ``When`` finds it: the options are decided at one moment of each stretch of days within which they cannot
change but for their hours. All stretches of all clocks, from the first submission on, are the rows of one table.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np
import pyarrow as pa

from xtreme_rules.coverage.calendar import ALWAYS
from xtreme_rules.coverage.clocks import LATER, Clocks, Integers, Spans, Truths
from xtreme_rules.coverage.coverage import placed
from xtreme_rules.engines.frame import Given, trees_over
from xtreme_rules.engines.frame.places import HOLIDAYS, TIMEZONE
from xtreme_rules.errors import FactError, Problem
from xtreme_rules.frames import turning
from xtreme_rules.frames.arrays import Column, distinct, rows_of, with_moment, worked_out
from xtreme_rules.frames.stretches import FIRST, Names, stretches
from xtreme_rules.language.moments import AT, depends_on_moment, hours_of
from xtreme_rules.language.tree import Call, Node, reads, walk, write
from xtreme_rules.rulebook.model import Entitlement, RuleSet

#: So many clocks are worked out at a time, and so many where each has a thousand stretches.
_MANY, _FEW = 2**18, 2**12
#: What an option can be in a stretch; granted by the calendar at a place is so much more.
_DENIED, _OPEN, _GRANTED = 0, 1, 2


@attrs.frozen(eq=False)
class Hours:
    """The clock of each row, by number; the stretches in which each is undecided; what is wrong with each row."""

    clocks: Clocks
    clock: Integers
    undecided: Spans
    problem: Any


@attrs.frozen(eq=False)
class _Option:
    """An option as a function of the moment: its conditions but for the hours, and the name of the hours, if any.

    ``calendars`` are the places, among those of the reader, of the calendars that the names of a domain stand for.
    """

    conditions: tuple[Node, ...]
    name: Node | None = None
    calendars: Integers = attrs.field(factory=lambda: np.empty(0, np.int64))

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The trees whose columns it needs."""
        return self.conditions if self.name is None else (*self.conditions, self.name)

    def codes(self, columns: Mapping[Node, Column], in_zone: Truths) -> Integers:
        """What it is in each stretch; in a time zone that is not known, its hours are not."""
        code: Integers = np.full(len(in_zone), _GRANTED)
        if self.name is not None:
            name = columns[self.name]
            code = np.where(name.known & in_zone, _GRANTED + self.calendars[name.values], _OPEN)
        for condition in self.conditions:
            code[~columns[condition].known] = _OPEN
        for condition in self.conditions:
            code[columns[condition].is_(0)] = _DENIED
        return code


class Reader:
    """Finds the clocks of some options.

    Raises:
        FactError: a condition has no form for columns.
    """

    def __init__(self, rules: RuleSet, options: Sequence[Entitlement]) -> None:
        self.rules = rules
        self._trees = list(dict.fromkeys(condition.when for option in options for condition in option.conditions))
        for tree in self._trees:
            turning.check(tree)
        self.paths = tuple(dict.fromkeys(path for tree in self._trees for path in reads(tree) if path != AT))
        self._calendars = [ALWAYS]
        self._options = [self._option(option) for option in options]
        terms = {node.term.name for tree in self._trees for node in walk(tree) if isinstance(node, Call)}
        self._at_once = _MANY if turning.YEARLY.isdisjoint(terms) else _FEW

    def hours(self, given: Given, rows: Integers, submitted: Integers) -> Hours:
        """The clocks of some rows of a frame, one at least, from the moments of their submission on."""
        deciding = self._deciding(given)
        chosen = rows_of(given, rows, deciding).rows
        columns = [chosen.frame.to_native()[chosen.columns[path]] for path in deciding]
        firsts, clock = distinct(len(rows), columns)
        earliest = np.full(len(firsts), LATER)
        np.minimum.at(earliest, clock, submitted)
        since = np.maximum(earliest - 1, FIRST)  # each submission lies in a stretch that began before, or begins one
        known: dict[Any, int] = {}
        parts = []
        for first in range(0, len(firsts), self._at_once):
            part = slice(first, first + self._at_once)
            spans, *found = self._found(rows_of(given, rows[firsts[part]], deciding), since[part], known)
            parts.append((spans.owner + first, spans.start, spans.end, *found))
        *columns, problems = zip(*parts, strict=True)
        owner, start, end, coverage, undecided = map(np.concatenate, columns)
        clocks = Clocks(*_joined(Spans(owner, start, end), coverage), [placed(*place) for place in known])
        problem = pa.chunked_array([chunk for part in problems for chunk in part.chunks], pa.string())
        open_ = Spans(owner[undecided], start[undecided], end[undecided])
        return Hours(clocks, clock, open_, problem.take(pa.array(clock)))

    def _option(self, option: Entitlement) -> _Option:
        hours_of_each = {condition.when: hours_of(condition.when) for condition in option.conditions}
        conditions = tuple(tree for tree, hours in hours_of_each.items() if hours is None)
        for hours in (hours for hours in hours_of_each.values() if hours is not None):
            context, meaning = self.rules.meaning.context, self.rules.meaning
            named = {"coverage": context.calendars, "coverage_of": context.package_calendars}
            if not isinstance(hours, Call) or hours.term.name not in named:
                help_ = "ask for such incidents one at a time"
                raise FactError([Problem(write(hours), "these hours have no form for whole tables", help_)])
            (name,) = hours.arguments
            domain = meaning.domain(name.type)
            if domain is None:
                raise AssertionError(hours)
            calendars = [named[hours.term.name][str(value)] for value in domain.values]
            self._calendars += [calendar for calendar in dict.fromkeys(calendars) if calendar not in self._calendars]
            return _Option(conditions, name, np.array([self._calendars.index(calendar) for calendar in calendars]))
        return _Option(conditions)

    def _deciding(self, given: Given) -> list[str]:
        """The columns by which clocks differ: those that are read, and the ids by which others are looked up."""
        owners = {"bookings": "contract"}
        tables = {owners.get(path, path.partition(".")[0]) for path in given.tables if self._reads(path)}
        return [
            path
            for path in given.rows.columns
            if path != AT and (self._reads(path) or (path.endswith(".id") and path.removesuffix(".id") in tables))
        ]

    def _reads(self, path: str) -> bool:
        """Whether a path is read, or something in it."""
        whole = path.partition("[]")[0]
        return any(read == whole or read.startswith(f"{whole}.") for read in self.paths)

    def _found(self, given: Given, since: Integers, known: dict[Any, int]) -> tuple[Spans, Integers, Truths, Any]:
        """The stretches of a clock a row; of each the place of its coverage, or -1, and whether it is undecided.

        Then, of each clock, what is wrong with it. Coverages that are not ``known`` yet are added to those.
        """
        trees = trees_over(self.rules, given, self._trees)
        turns = [turn for tree in self._trees if depends_on_moment(tree) for turn in turning.turns(trees, tree)]
        places = [trees.sources.value(TIMEZONE), trees.sources.value(HOLIDAYS)]
        worked = worked_out(trees, [*places, *(turn.column for turn in turns)])
        zones, holidays = Names.of(worked.texts(0)), Names.of(worked.texts(1))
        spans = stretches(zones, since, [turn.days(worked, place) for place, turn in enumerate(turns, len(places))])
        codes, problem = self._codes(rows_of(given, spans.owner, list(given.rows.columns)), spans.start)
        rows, state = distinct(len(problem), [*codes, zones.places[spans.owner], holidays.places[spans.owner]])
        coverage, undecided = np.full(len(rows), -1), np.zeros(len(rows), np.bool_)
        for number, row in enumerate(rows):
            found = [int(code[row]) for code in codes]
            granted = [self._calendars[code - _GRANTED] for code in found if code >= _GRANTED]
            always = [calendar for calendar in granted if calendar.always_open]
            undecided[number] = _OPEN in found and not always
            if granted:
                zone, holiday = (names.at(int(names.places[spans.owner[row]])) for names in (zones, holidays))
                place = tuple(dict.fromkeys(always[:1] or granted)), zone or "UTC", holiday
                coverage[number] = known.setdefault(place, len(known))
        return spans, coverage[state], undecided[state], _first_of_each(problem, spans.owner, len(since))

    def _codes(self, given: Given, start: Integers) -> tuple[list[Integers], Any]:
        """What each option is in each stretch, by the facts in its row; and what is wrong with these."""
        years = start.astype("M8[us]").astype("M8[Y]").astype(np.int64) + 1970
        span = range(int(years.min()) - 1, int(years.max()) + 2)
        trees = trees_over(self.rules, with_moment(given, AT, pa.array(start, pa.timestamp("us")), span), self._trees)
        nodes = list(dict.fromkeys(node for option in self._options for node in option.nodes))
        zone = trees.sources.value(TIMEZONE)
        worked = worked_out(trees, [*nodes, None if zone is None else ~zone.is_null()])
        columns = {node: worked.numbers(place) for place, node in enumerate(nodes)}
        in_zone = worked.numbers(len(nodes)).is_(1)
        return [option.codes(columns, in_zone) for option in self._options], worked.problem


def _joined(spans: Spans, coverage: Integers) -> tuple[Spans, Integers]:
    """The stints: stretches with a coverage, those that go on with the same one together."""
    covered = coverage >= 0
    owner, start, end, coverage = spans.owner[covered], spans.start[covered], spans.end[covered], coverage[covered]
    anew = np.ones(len(owner), np.bool_)
    anew[1:] = (owner[1:] != owner[:-1]) | (start[1:] != end[:-1]) | (coverage[1:] != coverage[:-1])
    last = np.ones(len(owner), np.bool_)
    last[:-1] = anew[1:]
    return Spans(owner[anew], start[anew], end[last]), coverage[anew]


def _first_of_each(problem: Any, owner: Integers, count: int) -> Any:
    """The first problem of each owner, if it has one."""
    rows = np.flatnonzero(problem.is_valid().to_numpy())
    owners, first = np.unique(owner[rows], return_index=True)
    places = np.zeros(count, np.int64)
    places[owners] = rows[first]
    return problem.take(pa.array(places, mask=~np.isin(np.arange(count), owners)))
