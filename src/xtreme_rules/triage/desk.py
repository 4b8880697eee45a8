"""The desk: triage over one rulebook."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from xtreme_rules.coverage.working_time import Interval, WorkingTime
from xtreme_rules.decisions.decision import Decision
from xtreme_rules.decisions.option import Option, Outcome
from xtreme_rules.decisions.when import EVER, When
from xtreme_rules.engines import Engine
from xtreme_rules.errors import FactError, Problem
from xtreme_rules.facts.standard import Contract, Incident
from xtreme_rules.language.vocabulary import day_of
from xtreme_rules.rulebook.model import RuleSet
from xtreme_rules.rulebook.service import RESPOND_BY, OrderKey, ResponseTimes
from xtreme_rules.triage.deadline import RUNNING, Alert, Deadline, Standing
from xtreme_rules.triage.lookup import Lookup
from xtreme_rules.triage.order import place
from xtreme_rules.triage.ticket import Ticket


class Desk:
    """Answers for incidents under contracts, by the table of response times and the order of one rulebook.

    Facts are those that its schema takes, ``contract``, ``incident`` and ``at`` among them.
    """

    def __init__(self, rules: RuleSet, table: ResponseTimes, options: Mapping[str, Option], engine: Engine) -> None:
        self.rules = rules
        self.table = table
        self.options = options
        self.clock = {item.id: Option(rules, item, engine) for item in table.clock}
        self.when = When(tuple(self.clock.values()))
        self.lookup = Lookup(table, rules.meaning)

    def deadline(self, facts: dict[str, Any]) -> Deadline:
        """By when to respond, as it stands at ``at``."""
        incident: Incident = facts["incident"]
        at: datetime = facts["at"]
        submitted = incident.submitted_at
        if submitted is None:
            asked = tuple(dict.fromkeys(("incident.submitted_at", *self.lookup.find(facts).missing)))
            return self._deadline(facts, Standing.NEEDS_INFORMATION, missing=asked)
        _check_moments(facts["contract"], submitted, at)
        on_submission = {**facts, "at": submitted}
        promise = Decision(self.options[self.table.promise.id].verdict(on_submission), on_submission)
        if promise.outcome is Outcome.DENIED:
            return self._deadline(facts, Standing.NOT_COVERED, promise=promise)
        found = self.lookup.find(facts)
        if promise.missing or found.row is None:
            missing = tuple(dict.fromkeys((*promise.missing, *found.missing)))
            return self._deadline(facts, Standing.NEEDS_INFORMATION, promise=promise, missing=missing)
        hours, pauses = self.when.hours(facts), _pauses_as_of(incident, at)
        within, clock = found.row.within, hours.clock
        due = clock.add(submitted, within, pauses)
        going_on = bool(pauses) and pauses[-1][1] is None
        if open_ := hours.missing(submitted, due or (at if going_on else EVER[1])):
            return self._deadline(facts, Standing.NEEDS_INFORMATION, promise=promise, missing=open_)
        answered = incident.responded_at if incident.responded_at is not None and incident.responded_at <= at else None
        warnings = tuple(_warnings(self.table.warnings, clock, submitted, within, pauses))
        return self._deadline(
            facts,
            _standing(due, answered, going_on, warnings, at),
            promise=promise,
            due=due,
            found=found.row,
            used=clock.elapsed(submitted, answered or at, pauses),
            warnings=warnings,
            paused_since=pauses[-1][0] if going_on and answered is None else None,
        )

    def _deadline(self, facts: dict[str, Any], standing: Standing, **known: Any) -> Deadline:
        return Deadline(standing, facts, rules=self.rules, **known)

    def ticket(self, facts: dict[str, Any]) -> Ticket:
        """Who covers an incident at ``at``, by when to respond, and its place in the order."""
        deadline = self.deadline(facts)
        coverage = {name: Decision(option.verdict(facts), facts) for name, option in self.clock.items()}
        due = deadline.due if deadline.standing in RUNNING else None
        known = {**facts, RESPOND_BY: due}
        places = tuple(place(key, self._entitled(key, facts), self.rules.meaning, known) for key in self.rules.order)
        return Ticket(self.rules, facts, coverage, self.when.hours(facts), deadline, places)

    def _entitled(self, key: OrderKey, facts: dict[str, Any]) -> bool:
        """Whether the contract is entitled to be told apart by a key of the order."""
        return key.option is None or self.options[key.option].verdict(facts).outcome is Outcome.GRANTED


def _check_moments(contract: Contract, submitted: datetime, at: datetime) -> None:
    """Refuse what cannot be: an incident of before its contract, or one that is yet to be submitted."""
    problems = []
    if contract.start is not None and contract.timezone is not None:
        day = day_of(submitted, contract.timezone)
        if day < contract.start:
            message = f"{day} lies before contract.start ({contract.start})"
            problems.append(Problem("incident.submitted_at", message, "name the contract that held on that day"))
    if at < submitted:
        message = f"{at:%Y-%m-%d %H:%M:%S}Z lies before incident.submitted_at ({submitted:%Y-%m-%d %H:%M:%S}Z)"
        problems.append(Problem("at", message, "ask for a moment at which it had been submitted"))
    if problems:
        raise FactError(problems)


def _pauses_as_of(incident: Incident, at: datetime) -> list[Interval]:
    """The pauses that had begun by a moment; one that had not ended by then goes on."""
    begun = [pause for pause in incident.pauses if pause.start <= at]
    return [(pause.start, None if pause.end is None or pause.end > at else pause.end) for pause in begun]


def _warnings(
    shares: tuple[int, ...], clock: WorkingTime, submitted: datetime, within: timedelta, pauses: list[Interval]
) -> list[Alert]:
    moments = [(share, clock.add(submitted, within * share / 100, pauses)) for share in shares]
    return [Alert(share, moment) for share, moment in moments if moment is not None]


def _standing(
    due: datetime | None, answered: datetime | None, going_on: bool, warnings: tuple[Alert, ...], at: datetime
) -> Standing:
    if answered is not None:
        return Standing.ANSWERED if due is None or answered <= due else Standing.ANSWERED_LATE
    if due is None:
        return Standing.PAUSED if going_on else Standing.NEVER
    if at > due:
        return Standing.BREACHED
    return Standing.AT_RISK if warnings and at >= warnings[0].at else Standing.SAFE
