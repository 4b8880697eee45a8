"""By when to respond to an incident, and how it stands at a moment."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, NoReturn

import attrs

from xtreme_rules.decisions.decision import Decision
from xtreme_rules.explain.document import Document, Entry, Section
from xtreme_rules.explain.identity import footer, identity
from xtreme_rules.explain.notes import assumed, cited
from xtreme_rules.explain.phrases import checked_language, phrase
from xtreme_rules.explain.wording import moment_in_words, question_for, span_in_words, zone_of
from xtreme_rules.facts.json import plain_data
from xtreme_rules.rulebook.model import RuleSet
from xtreme_rules.rulebook.service import ResponseTime, ResponseTimes


class Standing(Enum):
    """How a response stands at a moment. It has no truth value, so that no ``if`` can hide one of them."""

    BREACHED = "breached"
    AT_RISK = "at_risk"
    SAFE = "safe"
    PAUSED = "paused"
    NEVER = "never"
    NEEDS_INFORMATION = "needs_information"
    NOT_COVERED = "not_covered"
    ANSWERED = "answered"
    ANSWERED_LATE = "answered_late"

    def __bool__(self) -> NoReturn:
        """Refuse: a standing is one of many.

        Raises:
            TypeError: always.
        """
        raise TypeError("a standing is one of many, not true or false; compare it")


#: The standings in which a response is still due, so that its deadline counts in the order.
RUNNING = (Standing.SAFE, Standing.AT_RISK, Standing.BREACHED)


@attrs.frozen
class Alert:
    """A moment at which a share of the response time, in percent, will be used."""

    share: int
    at: datetime


@attrs.frozen(eq=False, repr=False)
class Deadline:
    """By when to respond to an incident, as it stands at a moment. Moments are in UTC.

    Attributes:
        standing: how the response stands.
        due: by when to respond; ``None`` while the incident waits for the customer, unless it had passed before, and
            where there is no deadline.
        within: the response time; ``None`` where none is known.
        row: the id of the row of the table that gives it.
        used: the part of the response time that has gone by, pauses left out; it stops when support responds.
        warnings: when shares of the response time will be used, or were, in the same working time as the deadline.
        paused_since: since when the incident waits for the customer; ``None`` if it does not.
        missing: the paths of the facts that must be known before the deadline is.
        promise: the decision on the option that promises a response time; ``None`` if the submission is not known.
        facts: the facts that were asked about, by name.
    """

    standing: Standing
    facts: Mapping[str, Any]
    promise: Decision | None = None
    due: datetime | None = None
    found: ResponseTime | None = None
    used: timedelta | None = None
    warnings: tuple[Alert, ...] = ()
    paused_since: datetime | None = None
    missing: tuple[str, ...] = ()
    _rules: RuleSet = attrs.field(kw_only=True)

    @property
    def within(self) -> timedelta | None:
        """The response time."""
        return None if self.found is None else self.found.within

    @property
    def row(self) -> str | None:
        """The id of the row of the table that gives the response time."""
        return None if self.found is None else self.found.id

    @property
    def remaining(self) -> timedelta | None:
        """The part of the response time that is left; none is left once it is over."""
        return None if self.within is None or self.used is None else max(self.within - self.used, timedelta(0))

    @property
    def overdue(self) -> timedelta | None:
        """How much more than the response time has gone by, in the same working time; none while some of it is left."""
        return None if self.within is None or self.used is None else max(self.used - self.within, timedelta(0))

    @property
    def sources(self) -> tuple[str, ...]:
        """The clauses behind the response times."""
        return self._table.sources

    def question(self, path: str, lang: str = "en") -> str:
        """What to ask to learn a missing fact.

        Raises:
            UnknownNameError: nothing asks for this fact, or there is no such language.
        """
        return question_for(self._rules, path, checked_language(lang))

    def explain(self, lang: str = "en", format: str = "text") -> str:  # noqa: A002
        """The deadline in ``nl`` or ``en``, as ``text``, ``html`` or ``markdown``.

        Raises:
            UnknownNameError: there is no such language or format.
        """
        from xtreme_rules.explain.render import rendered

        checked_language(lang)
        incident, sections = self.facts["incident"], (Section(phrase("deadline", lang), tuple(self.entries(lang))),)
        title = f"{phrase('incident', lang)} {incident.id}"
        document = Document(
            title,
            self.standing.value,
            phrase(self.standing.value, lang),
            moment_in_words(self.facts["at"], zone_of(self.facts), lang),
            (*sections, *self.grounds(lang)),
            footer(self._rules, lang),
        )
        return rendered(document, format)

    def entries(self, lang: str) -> Iterator[Entry]:
        """What there is to say of the deadline, line by line."""
        zone = zone_of(self.facts)

        def line(key: str, text: str, mark: str = "plain", notes: tuple[str, ...] = ()) -> Entry:
            return Entry(mark, "", f"{phrase(key, lang)}: {text}" if text else phrase(key, lang), notes)

        if self.promise is not None and self.standing is Standing.NOT_COVERED:
            for reason in self.promise.reasons:
                yield Entry("unmet", reason.condition, reason.text(lang), cited(reason.sources, lang))
        for path in self.missing:
            yield Entry("unknown", path, self.question(path, lang))
        if self.within is not None:
            notes = cited(self.sources, lang)
            yield line("within", f"{span_in_words(self.within, lang)} ({self.row})", notes=notes)
        if self.standing is Standing.NEVER:
            yield line("never-open", "", "unmet")
        if self.due is not None:
            late = self.standing in (Standing.BREACHED, Standing.ANSWERED_LATE)
            yield line("respond-by", moment_in_words(self.due, zone, lang), "unmet" if late else "met")
        if self.paused_since is not None:
            yield line("paused-since", moment_in_words(self.paused_since, zone, lang))
        if self.used is not None and self.remaining is not None:
            yield line("used", span_in_words(self.used, lang))
            if self.overdue:
                yield line("overdue", span_in_words(self.overdue, lang), "unmet")
            else:
                yield line("remaining", span_in_words(self.remaining, lang))
        for warning in self.warnings:
            words = f"{phrase('warning', lang)} {warning.share}%: {moment_in_words(warning.at, zone, lang)}"
            yield Entry("plain", "", words)

    def grounds(self, lang: str) -> tuple[Section, ...]:
        """The assumptions that the deadline rests on."""
        if self.within is None:
            return ()
        return (Section(phrase("assumptions", lang), assumed(self._table.assumptions, lang)),)

    def to_dict(self) -> dict[str, Any]:
        """The deadline as plain data: moments as ISO 8601 in UTC, durations in seconds."""
        return {
            "incident": self.facts["incident"].id,
            "at": plain_data(self.facts["at"]),
            "standing": self.standing.value,
            "due": plain_data(self.due),
            "row": self.row,
            "within_seconds": _seconds(self.within),
            "used_seconds": _seconds(self.used),
            "remaining_seconds": _seconds(self.remaining),
            "overdue_seconds": _seconds(self.overdue),
            "warnings": [{"share": warning.share, "at": plain_data(warning.at)} for warning in self.warnings],
            "paused_since": plain_data(self.paused_since),
            "missing": list(self.missing),
            "sources": list(self.sources),
            "assumptions": [item.id for item in self._table.assumptions],
            "rulebook": identity(self._rules),
        }

    @property
    def _table(self) -> ResponseTimes:
        table = self._rules.response_times
        if table is None:
            raise AssertionError(self._rules)
        return table

    def __repr__(self) -> str:
        due = "" if self.due is None else f", due {self.due:%Y-%m-%d %H:%M}Z"
        return f"<Deadline of {self.facts['incident'].id}: {self.standing.name}{due}>"

    def __str__(self) -> str:
        return self.explain()

    def _repr_html_(self) -> str:
        return self.explain(format="html")


def _seconds(span: timedelta | None) -> float | None:
    return None if span is None else span.total_seconds()
