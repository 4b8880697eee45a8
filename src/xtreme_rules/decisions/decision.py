"""Decisions: from a verdict to reasons, missing facts and obligations, in words and as data."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, NoReturn

import attrs

from xtreme_rules.decisions.option import Option, Outcome, Verdict
from xtreme_rules.errors import FactError
from xtreme_rules.explain.identity import identity
from xtreme_rules.explain.phrases import checked_language, phrase
from xtreme_rules.explain.wording import question_for, worded
from xtreme_rules.language.template import LANGUAGES, Text
from xtreme_rules.rulebook.model import Assumption, Condition, Obligation

if TYPE_CHECKING:
    from xtreme_rules.decisions.remedies import Remedy


@attrs.frozen
class Reason:
    """One condition and how it came out.

    Attributes:
        condition: the id of the condition.
        truth: ``met``, ``unmet`` or ``unknown``.
        sources: the clauses behind it, in the words of the contract.
        assumptions: the readings of open points that it rests on.
        missing: the paths of the facts whose absence leaves it unknown.
    """

    condition: str
    truth: str
    sources: tuple[str, ...]
    assumptions: tuple[Assumption, ...]
    missing: tuple[str, ...]
    _texts: Mapping[str, str] = attrs.field(hash=False, repr=False)

    def text(self, lang: str = "en") -> str:
        """What is the case, what is not, or what is not known yet; in ``nl`` or ``en``."""
        return self._texts[checked_language(lang)]


class Decision:
    """The answer to one request: what it is, why, what is missing, and what comes with it.

    A decision has no truth value; ask ``granted``. It prints as its explanation in English, and a notebook shows it
    as HTML.
    """

    __slots__ = ("_facts", "_verdict")

    def __init__(self, verdict: Verdict, facts: dict[str, Any]) -> None:
        self._verdict = verdict
        self._facts = facts

    @property
    def _option(self) -> Option:
        return self._verdict.option

    @property
    def option(self) -> str:
        """The id of the option."""
        return self._option.entitlement.id

    @property
    def outcome(self) -> Outcome:
        """Granted, denied or needs information."""
        return self._verdict.outcome

    @property
    def granted(self) -> bool:
        """Whether the outcome is GRANTED."""
        return self._verdict.outcome is Outcome.GRANTED

    @property
    def facts(self) -> Mapping[str, Any]:
        """The facts that were decided on, by name; moments in UTC."""
        return {name: value for name, value in self._facts.items() if value is not None}

    @property
    def met(self) -> tuple[str, ...]:
        """The ids of all conditions that are met."""
        return self._verdict.met

    @property
    def unmet(self) -> tuple[str, ...]:
        """The ids of all conditions that are not met."""
        return self._verdict.unmet

    @property
    def unknown(self) -> tuple[str, ...]:
        """The ids of all conditions that are unknown."""
        return self._verdict.unknown

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Why the outcome is what it is: every unmet condition, else every unknown one, else every one met."""
        verdict = self._verdict
        deciding = verdict.unmet or verdict.unknown or verdict.met
        conditions = self._option.entitlement.conditions
        return tuple(self._reason(condition) for condition in conditions if condition.id in deciding)

    @property
    def conditions(self) -> tuple[Reason, ...]:
        """Every condition of the option and how it came out, in the order of the rule file."""
        return tuple(map(self._reason, self._option.entitlement.conditions))

    @property
    def missing(self) -> tuple[str, ...]:
        """The paths of the facts that must be known before the answer is; empty unless information is needed."""
        if self._verdict.outcome is not Outcome.NEEDS_INFORMATION:
            return ()
        return tuple(
            dict.fromkeys(path for item in self._option.entitlement.conditions for path in self._missing(item))
        )

    @property
    def granted_from(self) -> datetime | None:
        """From when on it would be granted, in UTC, if it is denied only because of the moment ``at``.

        Otherwise ``None``, as where that never comes, or cannot be said: from the conditions alone, or because the
        public holidays of a later year are not known.
        """
        from xtreme_rules.decisions.when import When

        at = self._facts.get("at")
        if self._verdict.outcome is not Outcome.DENIED or at is None or not self._option.entitlement.can_be_followed:
            return None
        hours = When((self._option,)).hours(self._facts)
        try:
            found = hours.clock.next_open(at)
        except FactError:
            return None
        return None if found is None or hours.missing(at, found) else found

    def remedies(self) -> "tuple[Remedy, ...]":
        """The smallest changes of facts that would grant it, each checked by deciding again; none if it is granted.

        Only facts that the rulebook lists under ``changes`` are changed: one of them, or two together if no single one
        would do, and so on. Of days and moments the nearest before and after are given.
        """
        from xtreme_rules.decisions.remedies import remedies

        return remedies(self._option, self._facts)

    @property
    def obligations(self) -> tuple["Duty", ...]:
        """What follows from a grant; empty unless granted."""
        return tuple(map(self._duty, self._option.entitlement.obligations)) if self.granted else ()

    @property
    def rulebook(self) -> dict[str, Any]:
        """Which rulebook decided: its name, the day from which it holds, its digest, its overlays."""
        return identity(self._option.rules)

    def question(self, path: str, lang: str = "en") -> str:
        """What to ask to learn a missing fact.

        Raises:
            UnknownNameError: no condition of the rulebook asks for this fact, or there is no such language.
        """
        return question_for(self._option.rules, path, checked_language(lang))

    def explain(self, lang: str = "en", format: str = "text") -> str:  # noqa: A002
        """The whole answer in ``nl`` or ``en``, as ``text``, ``html`` or ``markdown``.

        Raises:
            UnknownNameError: there is no such language or format.
        """
        from xtreme_rules.decisions.document import document
        from xtreme_rules.explain.render import rendered

        option = self._option
        return rendered(document(self, option.entitlement, option.rules, checked_language(lang)), format)

    def to_dict(self) -> dict[str, Any]:
        """The whole answer as plain data, texts in both languages; ``json.dumps`` takes it as it is."""
        from xtreme_rules.facts.json import facts_to_data, plain_data

        entitlement = self._option.entitlement
        return {
            "option": entitlement.id,
            "title": _both(entitlement.title),
            "outcome": self.outcome.value,
            "sources": list(entitlement.sources),
            "reasons": [_reason_data(reason) for reason in self.reasons],
            "conditions": {reason.condition: reason.truth for reason in self.conditions},
            "granted_from": plain_data(self.granted_from),
            "missing": [
                {"path": path, "question": {lang: self.question(path, lang) for lang in LANGUAGES}}
                for path in self.missing
            ],
            "remedies": [remedy.to_dict() for remedy in self.remedies()],
            "obligations": [duty.to_dict() for duty in self.obligations],
            "facts": facts_to_data(self._facts),
            "rulebook": self.rulebook,
        }

    def __bool__(self) -> NoReturn:
        raise TypeError("a decision is one of three, not true or false; use `decision.granted`")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Decision):
            return NotImplemented
        mine, theirs = self._option, other._option
        same_rule = mine.rules.digest == theirs.rules.digest and self.option == other.option
        return same_rule and self._verdict == other._verdict and self.facts == other.facts

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<Decision {self.option}: {self.outcome.name}>"

    def __str__(self) -> str:
        return self.explain()

    def _repr_html_(self) -> str:
        return self.explain(format="html")

    def _missing(self, condition: Condition) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self._option.rules.meaning.missing(condition.when, self._facts)))

    def _worded(self, text: Text) -> dict[str, str]:
        return {lang: worded(text, self._option.rules, self._facts, lang) for lang in LANGUAGES}

    def _reason(self, condition: Condition) -> Reason:
        verdict = self._verdict
        truth = "unmet" if condition.id in verdict.unmet else "unknown" if condition.id in verdict.unknown else "met"
        text = condition.otherwise if truth == "unmet" else condition.requirement
        missing = self._missing(condition) if truth == "unknown" else ()
        words = self._worded(text)
        if truth == "unknown":
            words = {lang: f"{phrase('not-known', lang)}: {worded}" for lang, worded in words.items()}
        return Reason(condition.id, truth, condition.sources, condition.assumptions, missing, words)

    def _duty(self, obligation: Obligation) -> "Duty":
        return Duty(obligation.id, obligation.sources, self._worded(obligation.text))


@attrs.frozen
class Duty:
    """An obligation that comes with a grant, worded for the request."""

    id: str
    sources: tuple[str, ...]
    _texts: Mapping[str, str] = attrs.field(hash=False, repr=False)

    def text(self, lang: str = "en") -> str:
        """Who does what; in ``nl`` or ``en``."""
        return self._texts[checked_language(lang)]

    def to_dict(self) -> dict[str, Any]:
        """As plain data, the text in both languages."""
        return {"id": self.id, "text": dict(self._texts), "sources": list(self.sources)}


def _plain(text: Text, lang: str) -> str:
    return text.in_language(lang).plain


def _both(text: Text) -> dict[str, str]:
    return {lang: _plain(text, lang) for lang in LANGUAGES}


def _reason_data(reason: Reason) -> dict[str, Any]:
    return {
        "condition": reason.condition,
        "truth": reason.truth,
        "text": {lang: reason.text(lang) for lang in LANGUAGES},
        "sources": list(reason.sources),
        "assumptions": [
            {"id": item.id, "reading": _both(item.reading), "reason": _both(item.reason)} for item in reason.assumptions
        ],
        "missing": list(reason.missing),
    }
