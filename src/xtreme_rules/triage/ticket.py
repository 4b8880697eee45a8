"""An incident under a contract, as a desk sees it: who covers it, by when to respond, its place in the order."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cached_property
from typing import Any

from xtreme_rules.coverage.clock import Clock
from xtreme_rules.decisions.decision import Decision
from xtreme_rules.decisions.option import Outcome
from xtreme_rules.decisions.when import EVER, Hours
from xtreme_rules.errors import FactError
from xtreme_rules.explain.document import Document, Entry, Section
from xtreme_rules.explain.identity import footer
from xtreme_rules.explain.notes import cited
from xtreme_rules.explain.phrases import checked_language, phrase
from xtreme_rules.explain.wording import moment_in_words, value_in_words, worded, zone_of
from xtreme_rules.facts.json import plain_data
from xtreme_rules.facts.standard import Contract, Incident
from xtreme_rules.rulebook.model import RuleSet
from xtreme_rules.rulebook.service import RESPOND_BY
from xtreme_rules.triage.deadline import Deadline
from xtreme_rules.triage.order import Place


class Ticket:
    """An incident under its contract at a moment. It prints as its explanation, and a notebook shows it as HTML.

    Attributes:
        coverage: the decision at that moment on each option that can cover the incident, by id.
        deadline: by when to respond.
        places: the incident's value on each key of the order.
    """

    def __init__(
        self,
        rules: RuleSet,
        facts: Mapping[str, Any],
        coverage: Mapping[str, Decision],
        hours: Hours,
        deadline: Deadline,
        places: tuple[Place, ...],
    ) -> None:
        self.rules = rules
        self._facts = facts
        self._hours = hours
        self.coverage = coverage
        self.deadline = deadline
        self.places = places

    @property
    def contract(self) -> Contract:
        """The contract."""
        contract: Contract = self._facts["contract"]
        return contract

    @property
    def incident(self) -> Incident:
        """The incident."""
        incident: Incident = self._facts["incident"]
        return incident

    @property
    def at(self) -> datetime:
        """The moment at which it is seen, in UTC."""
        at: datetime = self._facts["at"]
        return at

    @property
    def clock(self) -> Clock:
        """When the response time runs: while at least one of the options covers the incident."""
        return self._hours.clock

    @property
    def covered_by(self) -> tuple[str, ...]:
        """The ids of the options that cover the incident now."""
        return tuple(name for name, decision in self.coverage.items() if decision.granted)

    @property
    def covered_from(self) -> datetime | None:
        """From when on an option covers the incident, in UTC: ``at`` if one does now.

        ``None`` if none ever will, or if it cannot be said: a fact is missing without which it may be sooner, or the
        public holidays of a later year are not known.
        """
        try:
            found = self._hours.clock.next_open(self.at)
        except FactError:
            return None
        return found if found == self.at or not self._hours.missing(self.at, found or EVER[1]) else None

    @cached_property
    def key(self) -> str:
        """A text that sorts as the order of the rulebook does, the first to be handled first.

        It has only the digits 0 to 9 and the letters a to f, so that every program and database sorts it the same.
        """
        return "".join(place.text for place in self.places)

    def cover(self, lang: str = "en") -> str:
        """In one line: who covers it now, or from when on.

        Raises:
            UnknownNameError: there is no such language.
        """
        checked_language(lang)
        names = [self._title(name, lang) for name in self.covered_by]
        if names:
            return f"{', '.join(names)} ({phrase('now', lang)})"
        following = self.covered_from
        if following is None:
            standing = "needs_information" if self._hours.missing(self.at, EVER[1]) else "not_covered"
            return phrase(standing, lang).capitalize()
        return f"{phrase('from-when', lang)} {moment_in_words(following, zone_of(self._facts), lang)}"

    def explain(self, lang: str = "en", format: str = "text") -> str:  # noqa: A002
        """Everything in ``nl`` or ``en``, as ``text``, ``html`` or ``markdown``.

        Raises:
            UnknownNameError: there is no such language or format.
        """
        from xtreme_rules.explain.render import rendered

        checked_language(lang)
        rules, standing = self.rules, self.deadline.standing.value
        sections = [
            Section(phrase("deadline", lang), tuple(self.deadline.entries(lang))),
            Section(phrase("covered-by", lang), tuple(self._covering(lang))),
            Section(phrase("order", lang), tuple(self._order(lang))),
            *self.deadline.grounds(lang),
        ]
        document = Document(
            f"{phrase('incident', lang)} {self.incident.id}, {phrase('contract', lang).lower()} {self.contract.id}",
            standing,
            phrase(standing, lang),
            moment_in_words(self.at, zone_of(self._facts), lang),
            tuple(section for section in sections if section.entries),
            footer(rules, lang),
        )
        return rendered(document, format)

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain data, moments as ISO 8601 in UTC; ``json.dumps`` takes it as it is."""
        return {
            "incident": self.incident.id,
            "contract": self.contract.id,
            "at": plain_data(self.at),
            "key": self.key,
            "covered_by": list(self.covered_by),
            "covered_from": plain_data(self.covered_from),
            "deadline": self.deadline.to_dict(),
            "coverage": {name: _in_short(decision) for name, decision in self.coverage.items()},
        }

    def _covering(self, lang: str) -> Iterator[Entry]:
        zone = zone_of(self._facts)
        for name, decision in self.coverage.items():
            title = self._title(name, lang)
            if decision.granted:
                sources = self._grounds(name)
                yield Entry("met", name, f"{title}: {phrase('now', lang)}", cited(sources, lang))
                continue
            notes = tuple(reason.text(lang) for reason in decision.reasons)
            moment = decision.granted_from
            if moment is not None:
                title = f"{title}: {phrase('from-when', lang)} {moment_in_words(moment, zone, lang)}"
            mark = "unmet" if decision.outcome is Outcome.DENIED else "unknown"
            yield Entry(mark, name, title, notes)

    def _grounds(self, name: str) -> tuple[str, ...]:
        """The clauses by which an option covers: its own, or those of the conditions that the clock has instead."""
        option = self.rules.entitlements[name]
        clock = self.rules.response_times.clock if self.rules.response_times is not None else ()
        own = [c for item in clock if item.id == name for c in item.conditions if c not in option.conditions]
        return tuple(source for condition in own for source in condition.sources) or option.sources

    def _order(self, lang: str) -> Iterator[Entry]:
        for place in self.places:
            names = ", ".join(item.id for item in place.key.assumptions)
            notes = (f"{phrase('assumption', lang)}: {names}",) if names else ()
            yield Entry("plain", place.key.id, self.words(place, lang), (*cited(place.key.sources, lang), *notes))

    def words(self, place: Place, lang: str) -> str:
        """One of its places in words, as a phrase: ``severity 1 (critical)``."""
        text = place.key.otherwise if place.value is None else place.key.text
        return worded(text, self.rules, self._with_deadline, lang)

    def value(self, place: Place, lang: str) -> str:
        """The bare value of one of its places in words: ``1 (critical)``; nothing where there is none."""
        return "" if place.value is None else value_in_words(place.key.value, self.rules, self._with_deadline, lang)

    @property
    def _with_deadline(self) -> dict[str, Any]:
        return {**self._facts, RESPOND_BY: self.deadline.due}

    def _title(self, option: str, lang: str) -> str:
        return self.rules.entitlements[option].title.in_language(lang).plain

    def __repr__(self) -> str:
        return f"<Ticket {self.incident.id} of {self.contract.id}: {self.deadline.standing.name}>"

    def __str__(self) -> str:
        return self.explain()

    def _repr_html_(self) -> str:
        return self.explain(format="html")


def _in_short(decision: Decision) -> dict[str, Any]:
    return {
        "outcome": decision.outcome.value,
        "unmet": list(decision.unmet),
        "missing": list(decision.missing),
        "granted_from": plain_data(decision.granted_from),
    }
