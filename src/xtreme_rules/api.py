"""What users hold: a rulebook with an engine."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from xtreme_rules.coverage.coverage import Coverage, placed
from xtreme_rules.decisions.decision import Decision
from xtreme_rules.decisions.option import Option, Outcome
from xtreme_rules.engines import Engine, Evaluator, Truths, engine_named, remembering
from xtreme_rules.errors import FactError, Problem, UnknownNameError, unknown_name
from xtreme_rules.explain.identity import identity
from xtreme_rules.explain.wording import zone_of
from xtreme_rules.facts.standard import Booking, Contract, Incident, WeekendRequest
from xtreme_rules.rulebook.model import RuleSet
from xtreme_rules.rulebook.read import read_rules
from xtreme_rules.rulebook.versions import BUNDLED, find

if TYPE_CHECKING:
    from xtreme_rules.explain.matrix import Matrix
    from xtreme_rules.frames.showing import DecisionTable
    from xtreme_rules.planning.weekends import Weekends
    from xtreme_rules.planning.years import ContractYear
    from xtreme_rules.sessions.deciding import Deciding
    from xtreme_rules.sessions.session import Session
    from xtreme_rules.triage.deadline import Deadline
    from xtreme_rules.triage.desk import Desk
    from xtreme_rules.triage.queue import Queue
    from xtreme_rules.triage.ticket import Ticket

#: The id of requests that are only planned.
PLANNING = "planning"


def load(
    rulebook: str | Path = BUNDLED,
    *,
    on: date | None = None,
    overlay: str | Path | Sequence[str | Path] = (),
    facts: Mapping[str, object] | None = None,
    engine: str = "compiled",
) -> "Rulebook":
    """Load a rulebook and check it.

    Args:
        rulebook: the name of a bundled rulebook, or the path of a folder that is one or holds versions of one.
        on: the day on which it must hold, to choose among versions; without it the latest is taken.
        overlay: one or more overlay files, laid over the rulebook in their order.
        facts: further facts by the name of their keyword argument, each a class derived from ``Fact``,
            or ``Sequence`` of one for a list.
        engine: ``compiled``, ``reference`` for the slow arbiter, or ``durable`` for a second opinion by durable_rules,
            which needs the extra of its name; all give the same answers.

    Raises:
        UnknownNameError: there is no such rulebook or engine, or no version held on that day.
        RulebookError: the files have mistakes, or conditions beyond what the engine can do; all of them are listed.
        ImportError: what the engine needs is not installed; the message says what to run.
    """
    overlays = [overlay] if isinstance(overlay, str | Path) else overlay
    make = engine_named(engine)
    rules = read_rules(find(rulebook, on), [Path(path) for path in overlays], facts)
    loaded = Rulebook(rules, make)
    if remembering(make) is not None:
        loaded._deciding(make)  # what is beyond an engine with limits is said here, not at a first decision
    return loaded


class Rulebook:
    """A rulebook that answers. It is immutable, and may be shared by threads."""

    def __init__(self, rules: RuleSet, engine: Engine) -> None:
        self._rules = rules
        self._engine = engine
        self._options = {key: Option(rules, item, engine) for key, item in rules.entitlements.items()}
        self._sessions: dict[Engine, Deciding] = {}

    def decide(self, option: str, /, **facts: Any) -> Decision:
        """Decide one option over facts by name; a fact that is left out, or ``None``, is unknown.

        The standard facts are ``contract``, ``component``, ``incident``, ``question``, ``access``, ``subscription``,
        ``programme``, ``escalation``, ``weekend``, ``bookings`` (any number of them) and ``at`` (an aware datetime).

        Raises:
            UnknownNameError: there is no such option.
            FactError: a fact that does not exist, is of the wrong class, or holds a value that the rulebook does not
                declare (an unknown package, say).
        """
        try:
            chosen = self._options[option]
        except (KeyError, TypeError):
            raise unknown_name("option", option, self._options) from None
        truths = chosen.evaluate(facts)
        if truths is None:
            facts, truths = self._closely(chosen.evaluate, facts)
        return Decision(chosen.verdicts[truths], facts)

    def decide_all(self, /, **facts: Any) -> dict[str, Decision]:
        """Decide every option over the same facts; by id, in the order of the rulebook.

        Raises:
            FactError: as ``decide``.
        """
        truths = self._evaluate_all(facts)
        if truths is None:
            facts, truths = self._closely(self._evaluate_all, facts)
        met, unmet = truths
        decisions = {}
        for name, option in self._options.items():
            count = len(option.entitlement.conditions)
            mask = (1 << count) - 1
            decisions[name] = Decision(option.verdicts[met & mask, unmet & mask], facts)
            met, unmet = met >> count, unmet >> count
        return decisions

    def decide_frame(
        self,
        frame: Any,
        option: str,
        *,
        columns: Mapping[str, str] | None = None,
        values: Mapping[str, Sequence[Any]] | None = None,
        add: Iterable[str] = (),
        lang: str = "en",
        **facts: Any,
    ) -> Any:
        """Decide one option on every row of a data frame, with the library that the frame is of.

        Args:
            frame: a frame of polars (also lazy), pandas, pyarrow, DuckDB, PySpark or Dask. Its columns are known by
                their path (``contract.package``); what has no column, or is null, is unknown. Moments are datetimes
                with a time zone. A list of one item in each row has a column such as ``weekend.products[].standard``.
            option: the id of the option.
            columns: by path, the columns that have other names.
            values: by path, the values that occur in ``contract.timezone`` and ``contract.holidays``. They are read
                from frames that are at hand; from a lazy one, nothing is read before the answer is.
            add: what to add besides: ``reasons``, ``missing``, ``deadline`` or ``key``.
            lang: the language of the reasons.
            facts: by name, as for ``decide``, a fact that holds for every row; or a frame of the same library: a
                table of contracts, looked up by ``contract.id``, of ``bookings``, by their ``contract_id``, and for
                a list in a fact, under its own name, such as ``package_changes``, with a column ``contract.id``. The
                columns of such tables are called as the fields of their class.

        Returns:
            The frame, of the same library and as lazy as it was, with columns ``outcome`` (``granted``, ``denied`` or
            ``needs_information``), ``unmet`` and ``unknown`` (numbers whose bit *i* is the option's condition *i*) and
            ``problem``: why a row could not be decided, whose other columns then are null. ``reasons`` are texts,
            ``missing`` paths with commas between them, ``deadline`` gives ``standing`` and ``due``, ``key`` a text
            that sorts as the queue does.

        Raises:
            UnknownNameError: there is no such option or language, or nothing of such a name to add.
            FactError: a column is of a wrong type or does not exist, a fact is unknown, frames are of several
                libraries, or the values of a lazy column are not known.
            ImportError: narwhals, or what a library needs besides, is not installed; the message says what to run.
        """
        from xtreme_rules.frames.deciding import decide_frame

        if option not in self._options:
            raise unknown_name("option", option, self._options)
        options = {"": self._rules.entitlements[option]}
        return decide_frame(
            self._rules, options, frame, columns=columns, values=values, add=add, lang=lang, facts=facts
        )

    def decide_all_frame(
        self,
        frame: Any,
        *,
        columns: Mapping[str, str] | None = None,
        values: Mapping[str, Sequence[Any]] | None = None,
        add: Iterable[str] = (),
        lang: str = "en",
        **facts: Any,
    ) -> Any:
        """Decide every option on every row of a data frame, as ``decide_frame`` does one.

        Returns:
            The frame with columns ``<option>.outcome``, ``<option>.unmet`` and ``<option>.unknown`` for every option,
            and one ``problem``.

        Raises:
            FactError: as ``decide_frame``.
            UnknownNameError: there is no such language, or nothing of such a name to add.
            ImportError: as ``decide_frame``.
        """
        from xtreme_rules.frames.deciding import decide_frame

        options = {f"{name}.": item for name, item in self._rules.entitlements.items()}
        return decide_frame(
            self._rules, options, frame, columns=columns, values=values, add=add, lang=lang, facts=facts
        )

    def what_if(
        self,
        frame: Any,
        *options: str,
        package: str,
        columns: Mapping[str, str] | None = None,
        values: Mapping[str, Sequence[Any]] | None = None,
        **facts: Any,
    ) -> Any:
        """What another package would have covered, by contract: it holds throughout, whatever changes there were.

        Args:
            frame: the situations, as for ``decide_frame``; with a column ``contract.id``.
            options: the ids of the options that are asked about; every option, if there are none.
            package: the other package.
            columns: as for ``decide_frame``.
            values: as for ``decide_frame``.
            facts: as for ``decide_frame``.

        Returns:
            A frame of the same library with a row for each contract and option, and the columns ``contract.id``,
            ``option``, ``granted`` (how many of the situations are) and ``would_be_granted``. Situations that cannot be
            decided count as not granted.

        Raises:
            FactError: as ``decide_frame``, or the frame names no contracts.
            UnknownNameError: there is no such package or option.
            ImportError: as ``decide_frame``.
        """
        from xtreme_rules.frames.counting import what_if

        return what_if(self._rules, frame, package, options, columns=columns, values=values, facts=facts)

    def summary(self, frame: Any, option: str | None = None) -> Any:
        """Counts a table of decisions by outcome and reason.

        Args:
            frame: what ``decide_all_frame`` gave, or what ``decide_frame`` gave.
            option: the option that ``decide_frame`` decided.

        Returns:
            A frame of the same library with the columns ``outcome`` (or ``problem``), ``reason`` (the id of a
            condition that is not met, or is unknown; null in the count of the outcome itself) and ``rows``; before
            them ``option``, if there are several.

        Raises:
            FactError: the frame is none of those.
            UnknownNameError: there is no such option.
            ImportError: as ``decide_frame``.
        """
        from xtreme_rules.frames.counting import summary

        return summary(self._rules, frame, option)

    def table(
        self,
        decided: Any,
        option: str,
        *,
        columns: Iterable[str] | Mapping[str, str] | None = None,
        rows: int = 20,
        lang: str = "en",
    ) -> "DecisionTable":
        """The first rows of a table of decisions, to look at: each with its outcome, and why not or what is missing.

        Args:
            decided: what ``decide_frame`` or ``decide_all_frame`` gave; of a lazy frame, only these rows are computed.
            option: the option that is shown.
            columns: the columns to show beside the answer, or by name what to call them; default: all that the frame
                had before.
            rows: how many rows.
            lang: the language, ``nl`` or ``en``.

        Raises:
            FactError: the option is not decided in the frame, or it has no such column.
            UnknownNameError: there is no such option or language.
            ImportError: as ``decide_frame``.
        """
        from xtreme_rules.frames.showing import DecisionTable

        if option not in self._options:
            raise unknown_name("option", option, self._options)
        return DecisionTable(self._rules, self._rules.entitlements[option], decided, columns, rows, lang)

    def _closely(self, evaluate: Evaluator, given: dict[str, Any]) -> tuple[dict[str, Any], Truths]:
        """Facts that could not be taken as they were: mended, with their truths, or refused."""
        facts = self._rules.schema.checked(given)
        truths = evaluate(facts)
        if truths is None:
            raise AssertionError(facts)
        return facts, truths

    @cached_property
    def _evaluate_all(self) -> Evaluator:
        """The truths of the conditions of every option, one option after the other."""
        return self._engine(
            self._rules, [c for option in self._options.values() for c in option.entitlement.conditions]
        )

    def coverage(self, contract: Contract, *calendars: str) -> Coverage:
        """The union of calendars of the rulebook, by id, in the time zone and on the public holidays of a contract.

        ``at in coverage`` says whether a moment is covered; ``next_open``, ``elapsed`` and ``add`` are the arithmetic
        of working time in it.

        Raises:
            UnknownNameError: there is no such calendar.
            FactError: the time zone of the contract is not known.
        """
        known = self._rules.calendars
        for name in calendars:
            if name not in known:
                raise unknown_name("calendar", name, known)
        if contract.timezone is None:
            raise FactError([Problem("contract.timezone", "must be known", "coverage is read on its wall clock")])
        return placed(tuple(known[name] for name in calendars), contract.timezone, contract.holidays)

    def respond_by(
        self,
        contract: Contract,
        incident: Incident,
        *,
        at: datetime,
        bookings: Iterable[Booking] | None = (),
        **facts: Any,
    ) -> "Deadline":
        """By when to respond to an incident, as it stands at a moment; further facts by name, as for ``decide``.

        Without ``bookings`` no weekend is booked; ``None`` says that it is not known which are.
        Pauses and a response count as far as they had happened at that moment. The response time is that of the table
        of the rulebook; it runs in the union of the coverages that the contract gives the incident, booked weekends
        included, and stands still while the incident waits for the customer.

        Raises:
            FactError: as ``decide``; the incident was submitted before its contract starts, or after ``at``; or the
                public holidays of a year that matters are not known.
            LookupError: the rulebook has no table of response times.
        """
        return self._desk.deadline(self._fitting(contract, incident, at, bookings, facts))

    def triage(
        self,
        contract: Contract,
        incident: Incident,
        *,
        at: datetime,
        bookings: Iterable[Booking] | None = (),
        **facts: Any,
    ) -> "Ticket":
        """Who covers an incident at a moment, or from when on; by when to respond; its place in the order.

        Raises:
            FactError: as ``respond_by``.
            LookupError: the rulebook has no table of response times.
        """
        return self._desk.ticket(self._fitting(contract, incident, at, bookings, facts))

    def queue(self, tickets: "Iterable[Ticket]") -> "Queue":
        """Tickets in the order of the rulebook, whatever the order in which they are given.

        Raises:
            FactError: the order does not tell two of them apart: an incident is there twice.
        """
        from xtreme_rules.triage.queue import Queue

        return Queue(self._rules, tickets)

    def _fitting(
        self,
        contract: Contract,
        incident: Incident,
        at: datetime,
        bookings: Iterable[Booking] | None,
        more: dict[str, Any],
    ) -> dict[str, Any]:
        booked = None if bookings is None else tuple(bookings)
        facts = {**more, "contract": contract, "incident": incident, "bookings": booked, "at": at}
        return self._taken(facts, ("contract", "incident", "at"))

    def _taken(self, facts: dict[str, Any], needed: tuple[str, ...]) -> dict[str, Any]:
        """Facts as engines take them, with those that must be there."""
        if not self._rules.schema.fits(facts):
            facts = self._rules.schema.checked(facts)
        lacking = [name for name in needed if facts.get(name) is None]
        if lacking:
            raise FactError(Problem(name, "must be given") for name in lacking)
        return facts

    @cached_property
    def _desk(self) -> "Desk":
        from xtreme_rules.triage.desk import Desk

        table = self._rules.response_times
        if table is None:
            raise UnknownNameError(
                f"the rulebook `{self._rules.name}` has no response times; add `response-times.yaml`"
            )
        return Desk(self._rules, table, self._options, self._engine)

    def contract_years(self, contract: Contract) -> "tuple[ContractYear, ...]":
        """The years of a contract, in their order; years count from the original start, whatever was renewed since.

        The anniversary of 29 February in common years is a convention of the rulebook.

        Raises:
            FactError: the period of the contract is not known.
        """
        from xtreme_rules.planning.years import contract_years

        return contract_years(self._rules.meaning.context, contract)

    def contract_year(self, contract: Contract, day: date) -> "ContractYear":
        """The year of a contract that a day lies in.

        Raises:
            FactError: the period of the contract is not known, or the day lies outside it.
        """
        from xtreme_rules.planning.years import contract_year

        return contract_year(self._rules.meaning.context, contract, day)

    def weekends(
        self,
        contract: Contract,
        bookings: Iterable[Booking] = (),
        *,
        submitted_at: datetime,
        year: int | None = None,
        request: WeekendRequest | None = None,
        **facts: Any,
    ) -> "Weekends":
        """Every weekend that begins in a contract year, with the decision on a request for it.

        Args:
            contract: the contract; its period and time zone must be known.
            bookings: the weekends booked so far, of this contract and perhaps of others.
            submitted_at: when the request is submitted.
            year: the number of the contract year, from 0; default: the one in which the request is submitted, or the
                first or last of the contract.
            request: what else is known of the request; its id, weekend and submission do not matter.
            facts: further facts by name, as for ``decide``.

        Raises:
            FactError: as ``decide``; the period of the contract is not known, or it has no such year.
            UnknownNameError: the rulebook has no option for weekends.
        """
        from xtreme_rules.planning.weekends import Weekends

        option, known = self._planning(contract, bookings, submitted_at, request, facts)
        chosen = self._contract_year(known["contract"], submitted_at, year)
        return Weekends(option, chosen, known)

    def next_weekend(
        self,
        contract: Contract,
        bookings: Iterable[Booking] = (),
        *,
        submitted_at: datetime,
        request: WeekendRequest | None = None,
        **facts: Any,
    ) -> Decision | None:
        """The decision on the earliest weekend that would be granted, or is not denied for what is known, if any.

        Raises:
            FactError: as ``weekends``.
            UnknownNameError: the rulebook has no option for weekends.
        """
        from xtreme_rules.planning.weekends import decision, saturdays, verdicts

        option, known = self._planning(contract, bookings, submitted_at, request, facts)
        years = self.contract_years(known["contract"])
        days = saturdays(max(years[0].start, submitted_at.date() - timedelta(days=7)), years[-1].end)
        found = (item for item in verdicts(option, known, days) if item[1].outcome is not Outcome.DENIED)
        return next((decision(verdict, known, saturday) for saturday, verdict in found), None)

    def _planning(
        self,
        contract: Contract,
        bookings: Iterable[Booking],
        submitted_at: datetime,
        request: WeekendRequest | None,
        more: dict[str, Any],
    ) -> tuple[Option, dict[str, Any]]:
        name = self._rules.weekends
        if name is None:
            raise UnknownNameError(f"the rulebook `{self._rules.name}` has no option for weekends; add `weekends:`")
        # Under an id of its own: what was booked for the request is booked, and another weekend would be a second one.
        asked = attrs.evolve(request or WeekendRequest(id=PLANNING), id=PLANNING, submitted_at=submitted_at)
        facts = {**more, "contract": contract, "weekend": asked, "bookings": tuple(bookings)}
        return self._options[name], self._taken(facts, ("contract",))

    def _contract_year(self, contract: Contract, submitted_at: datetime, number: int | None) -> "ContractYear":
        years = self.contract_years(contract)
        if number is None:
            day = submitted_at.astimezone(zone_of({"contract": contract})).date()
            return next((year for year in years if day < year.end), years[-1])
        if not 0 <= number < len(years):
            message = f"the contract has no year {number}"
            raise FactError([Problem("year", message, f"its years are 0 to {len(years) - 1}")])
        return years[number]

    def session(self, *, engine: str | None = None) -> "Session":
        """A session: it learns facts one at a time, and decides again only what depends on them.

        Args:
            engine: ``compiled``, ``durable`` or ``reference``; default: the engine of the rulebook. They give the same
                answers. ``durable`` keeps the facts in a ruleset of durable_rules, and needs the extra of its name.

        Raises:
            UnknownNameError: there is no such engine.
            RulebookError: the rulebook is beyond what the engine can do.
            ImportError: what the engine needs is not installed; the message says what to run.
        """
        from xtreme_rules.sessions.session import Session

        return Session(self._deciding(self._engine if engine is None else engine_named(engine)))

    def _deciding(self, engine: Engine) -> "Deciding":
        """What sessions decide with on an engine, made once."""
        if engine not in self._sessions:
            from xtreme_rules.sessions.deciding import Deciding

            self._sessions[engine] = Deciding(self._rules, self._options_on(engine), engine)
        return self._sessions[engine]

    def _options_on(self, engine: Engine) -> dict[str, Option]:
        if engine is self._engine:
            return self._options
        return {key: Option(self._rules, item, engine) for key, item in self._rules.entitlements.items()}

    def matrix(self) -> "Matrix":
        """The overview: every option by area, and the packages that have it."""
        from xtreme_rules.explain.matrix import Matrix

        return Matrix(self._rules)

    @property
    def rules(self) -> RuleSet:
        """What the rule files say, as data."""
        return self._rules

    @property
    def options(self) -> tuple[str, ...]:
        """The ids of all options, in the order of the rulebook."""
        return tuple(self._options)

    @property
    def identity(self) -> dict[str, Any]:
        """Which rulebook this is: its name, the day from which it holds, its digest, its overlays."""
        return identity(self._rules)

    def __reduce__(self) -> "tuple[type[Rulebook], tuple[RuleSet, Engine]]":
        return Rulebook, (self._rules, self._engine)

    def __repr__(self) -> str:
        rules, count = self._rules, len(self._options)
        return f"<Rulebook {rules.name}, effective {rules.effective_from}: {count} option{'s'[: count != 1]}>"
