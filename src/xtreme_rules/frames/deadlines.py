"""Deadlines and keys of the queue for whole tables: each row gets what triage gives, with no call of Python a row."""

from typing import Any

import attrs
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from xtreme_rules.coverage.clocks import LATER, NEVER, Integers, Pauses, Truths
from xtreme_rules.coverage.holidays import holiday_problems, known_years
from xtreme_rules.coverage.layout import new_year
from xtreme_rules.engines.frame import Given, trees_over
from xtreme_rules.engines.frame.places import DAY, HOLIDAYS, TIMEZONE
from xtreme_rules.engines.frame.zones import microseconds
from xtreme_rules.errors import FactError, Problem, UnknownNameError
from xtreme_rules.facts.types import DATE, MOMENT, TEXT
from xtreme_rules.frames.arrays import Column, at_hand, rows_of, scattered, worked_out
from xtreme_rules.frames.asking import Asked
from xtreme_rules.frames.clocks import Reader
from xtreme_rules.frames.keys import Keys
from xtreme_rules.frames.pauses import PAUSES, WRONG_PAUSES, pauses
from xtreme_rules.frames.response import OPEN, Within, within
from xtreme_rules.frames.stretches import Names
from xtreme_rules.language.moments import AT, hours_of
from xtreme_rules.language.tree import Call, Compare, Node, Path, reads
from xtreme_rules.language.vocabulary import TERMS
from xtreme_rules.rulebook.model import RuleSet
from xtreme_rules.rulebook.service import ResponseTimes
from xtreme_rules.triage.deadline import RUNNING, Standing

_NEEDED = ("contract.id", "incident.id", AT)
_SUBMITTED = Path("incident.submitted_at", MOMENT)
_EARLY = Compare("<", Call(TERMS["day_of"], (_SUBMITTED,)), Path("contract.start", DATE))
#: What is asked of each row besides the trees of the rulebook.
_ASKED: tuple[Node, ...] = (
    *(Path(name, TEXT) for name in ("contract.id", "incident.id", HOLIDAYS, TIMEZONE)),
    *(Path(AT, MOMENT), _SUBMITTED, Path("incident.responded_at", MOMENT), _EARLY),
)
_STANDINGS = {standing: place for place, standing in enumerate(Standing)}
_RUNNING = [_STANDINGS[standing] for standing in RUNNING]
_UNKNOWN_YEAR = (
    f"{HOLIDAYS}: the public holidays of a year that matters are not known; update the `holidays` package, or name no"
    " holidays, and no day counts as one"
)


def deadlines(rules: RuleSet, asked: Asked) -> pa.Table:
    """A row for each row: ``standing`` and ``key`` (texts), ``due`` (a moment in UTC), and its ``problem``, if any.

    Raises:
        FactError: the rows are not at hand, lack a column, or have one of a wrong type; or something in the rulebook
            has no form for whole tables.
        UnknownNameError: the rulebook has no table of response times.
    """
    if rules.response_times is None:
        raise UnknownNameError(f"the rulebook `{rules.name}` has no response times; add `response-times.yaml`")
    return _Desk(rules, rules.response_times).answers(asked)


@attrs.frozen(eq=False)
class _Seen:
    """What is known of each row: moments, how its promise comes out, its response time, its pauses."""

    at: Column
    submitted: Column
    responded: Column
    denied: Truths
    granted: Truths
    within: Within
    pauses: Pauses


class _Answers:
    """What is found for each row, in the making."""

    def __init__(self, problem: Any) -> None:
        self.problem = problem
        self.standing: Integers = np.full(len(problem), _STANDINGS[Standing.NEEDS_INFORMATION])
        self.due: Integers = np.full(len(problem), NEVER)

    @property
    def fine(self) -> Truths:
        """The rows with which nothing is wrong so far."""
        truths: Truths = self.problem.is_null().to_numpy()
        return truths

    def refuse(self, rows: Truths, problem: str) -> None:
        """Note what is wrong with some rows, but for those with which something else is."""
        if rows.any():
            self.note(pc.if_else(pa.array(rows), problem, None))

    def note(self, problems: Any) -> None:
        """The same for a column of problems, null where there is none."""
        self.problem = pc.coalesce(self.problem, problems)

    def note_of(self, rows: Integers, problems: Any) -> None:
        """The same for a column of the problems of some rows."""
        if problems.null_count < len(problems):
            self.note(scattered(problems, rows, len(self.problem)))

    def running(self) -> Any:
        """The deadlines of responses that are still due."""
        return _moments(np.where(np.isin(self.standing, _RUNNING) & self.fine, self.due, NEVER))

    def table(self, key: Any) -> pa.Table:
        """All of it."""
        fine, names = pa.array(self.fine), pa.array([standing.value for standing in Standing])
        columns = {
            "standing": pc.if_else(fine, names.take(pa.array(self.standing)), None),
            "due": pc.if_else(fine, _moments(self.due), None),
            "key": pc.if_else(fine, key, None),
            "problem": self.problem,
        }
        return pa.table(columns)


class _Desk:
    """Answers by one rulebook.

    Raises:
        FactError: something in the rulebook has no form for whole tables.
    """

    def __init__(self, rules: RuleSet, table: ResponseTimes) -> None:
        self.rules = rules
        self.table = table
        self.reader = Reader(rules, table.clock)
        self.keys = Keys(rules)
        self._promise = [_at_submission(condition.when) for condition in table.promise.conditions]
        self._trees = [*_ASKED, *self._promise, *(column.value for column in table.columns.values())]
        paths = [path for tree in self._trees for path in reads(tree)]
        self._paths = tuple(dict.fromkeys([*paths, *self.reader.paths, *self.keys.paths, PAUSES]))

    def answers(self, asked: Asked) -> pa.Table:
        """A row for each row."""
        lacking = [path for path in _NEEDED if path not in asked.columns and path.partition(".")[0] not in asked.facts]
        if lacking:
            help_ = "name its column with `columns={...}`"
            raise FactError(Problem(path, "must be given", help_) for path in lacking)
        given = at_hand(asked.given(self._paths), "deadline", asked.rows.library)
        answers, seen = self._seen(given)
        answers.standing[seen.denied] = _STANDINGS[Standing.NOT_COVERED]
        rows = np.flatnonzero(answers.fine & seen.submitted.known & seen.granted & (seen.within.whole != OPEN))
        if len(rows):
            self._follow(given, rows, seen, answers)
        key, problem = self.keys.of(given, answers.running())
        answers.note(problem)
        return answers.table(key)

    def _seen(self, given: Given) -> tuple[_Answers, _Seen]:
        """What the facts of the rows say, and what is wrong with them."""
        trees = trees_over(self.rules, given, self._trees)
        _ = trees.places.zone, trees.places.holidays  # so that a row with one that does not exist is noted
        items = trees.sources.items(PAUSES, ("start", "end"))
        worked = worked_out(trees, self._trees)
        contract, incident, holidays, _, *columns = range(len(_ASKED))
        at, submitted, responded, early = map(worked.numbers, columns)
        answers = _Answers(worked.problem)
        for name, place in (("contract", contract), ("incident", incident)):
            answers.refuse(~worked.texts(place).is_valid().to_numpy(), f"{name}: must be given")
        answers.refuse(~at.known, f"{AT}: must be given")
        help_ = "name the contract that held on that day"
        answers.refuse(early.is_(1), f"{_SUBMITTED.name}: lies before contract.start; {help_}")
        help_ = "ask for a moment at which it had been submitted"
        too_soon = at.known & submitted.known & (at.values < submitted.values)
        answers.refuse(too_soon, f"{AT}: lies before {_SUBMITTED.name}; {help_}")
        waiting, strange = pauses(items, worked.texts(incident), submitted, at.values)
        answers.refuse(strange, WRONG_PAUSES)
        self._note_unknown_years(given, worked.texts(holidays), at, answers)
        promise = [worked.numbers(len(_ASKED) + place) for place in range(len(self._promise))]
        denied, granted = np.zeros(len(at.known), np.bool_), np.ones(len(at.known), np.bool_)
        for truth in promise:
            denied |= truth.is_(0)
            granted &= truth.is_(1)
        found = within(self.table, self.rules.meaning, worked, len(_ASKED) + len(promise))
        return answers, _Seen(at, submitted, responded, denied & submitted.known, granted, found, waiting)

    def _follow(self, given: Given, rows: Integers, seen: _Seen, answers: _Answers) -> None:
        """The deadlines of some rows, whose response time is known, and how they stand."""
        at, submitted, responded = (each.values[rows] for each in (seen.at, seen.submitted, seen.responded))
        hours, waiting = self.reader.hours(given, rows, submitted), seen.pauses.of(rows)
        clocks, clock = hours.clocks, hours.clock
        due, refused = clocks.add(clock, submitted, seen.within.whole[rows], waiting)
        going_on, ever = waiting.going_on, due != NEVER
        place = hours.undecided.first(clock, submitted)
        undecided = hours.undecided.belongs(place, clock)
        until = np.where(ever, due, np.where(going_on, at, LATER))
        undecided[undecided] = hours.undecided.start[place[undecided]] < until[undecided]
        answered = seen.responded.known[rows] & (responded <= at)
        used, strange = clocks.elapsed(clock, submitted, np.where(answered, responded, at), waiting)
        refused |= strange & ~undecided
        share = seen.within.share[rows]
        first = {
            Standing.NEEDS_INFORMATION: undecided,
            Standing.ANSWERED_LATE: answered & ever & (responded > due),
            Standing.ANSWERED: answered,
            Standing.PAUSED: ~ever & going_on,
            Standing.NEVER: ~ever,
            Standing.BREACHED: at > due,
            Standing.AT_RISK: (share != OPEN) & (used >= share),
        }
        places = [_STANDINGS[standing] for standing in first]
        answers.standing[rows] = np.select(list(first.values()), places, _STANDINGS[Standing.SAFE])
        answers.due[rows] = np.where(undecided, NEVER, due)
        answers.note_of(rows, hours.problem)
        everywhere = np.zeros(len(answers.standing), np.bool_)
        everywhere[rows] = refused
        answers.refuse(everywhere, _UNKNOWN_YEAR)

    def _note_unknown_years(self, given: Given, holidays: Any, at: Column, answers: _Answers) -> None:
        """Refuse rows whose hours at the moment itself depend on the public holidays of a year that are not known.

        Hardly a table has a row with such a moment.
        """
        names, strange = Names.of(holidays), np.zeros(len(at.known), np.bool_)
        for place, name in enumerate(names.occurring):
            if not any(holiday_problems(name)):
                known = known_years(name)
                first, last = microseconds(new_year(known.start)) + DAY, microseconds(new_year(known.stop)) - DAY
                strange |= (names.places == place) & ((at.values < first) | (at.values >= last))
        rows = np.flatnonzero(strange & answers.fine)
        if len(rows):
            conditions = [condition.when for option in self.table.clock for condition in option.conditions]
            hours = [condition for condition in conditions if hours_of(condition) is not None]
            trees = trees_over(self.rules, rows_of(given, rows, list(given.rows.columns)), hours)
            answers.note_of(rows, worked_out(trees, hours).problem)


def _at_submission(node: Node) -> Node:
    """A tree with the moment of submission in the place of ``at``."""
    if isinstance(node, Path):
        return _SUBMITTED if node.name == AT else node
    changes: dict[str, Any] = {}
    for field in attrs.fields(type(node)):
        value = getattr(node, field.name)
        if isinstance(value, Node):
            changes[field.name] = _at_submission(value)
        elif isinstance(value, tuple):
            changes[field.name] = tuple(map(_at_submission, value))
    return attrs.evolve(node, **changes)


def _moments(numbers: Integers) -> Any:
    """Microseconds since 1970 as moments in UTC."""
    return pa.array(numbers, pa.int64(), mask=numbers == NEVER).cast(pa.timestamp("us", "UTC"))
