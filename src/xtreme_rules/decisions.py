"""Decisions: from truths to outcome, reasons, missing facts and obligations. What an answer means stands here, once.

Any condition unmet is DENIED, with every unmet condition; else any condition unknown is NEEDS_INFORMATION, with the
facts whose absence leaves it open; else it is GRANTED, with the obligations that come with it.
"""

from collections.abc import Mapping
from enum import Enum
from typing import Any, NoReturn

import attrs

from xtreme_rules.engines.protocol import Engine, Evaluator, Truths
from xtreme_rules.errors import unknown_name
from xtreme_rules.explain.document import Document, Entry, Section
from xtreme_rules.explain.identity import footer, identity
from xtreme_rules.explain.phrases import checked_language, phrase
from xtreme_rules.explain.wording import worded
from xtreme_rules.language.template import LANGUAGES, Text
from xtreme_rules.rulebook.model import (
    Assumption,
    Condition,
    Entitlement,
    Obligation,
    RuleSet,
    without_indices,
)


class Outcome(Enum):
    """The answer: one of three. It has no truth value, so that no ``if`` can hide the third."""

    GRANTED = "granted"
    DENIED = "denied"
    NEEDS_INFORMATION = "needs_information"

    def __bool__(self) -> NoReturn:
        """Refuse: an outcome is one of three.

        Raises:
            TypeError: always.
        """
        raise TypeError("an outcome is one of three, not true or false; compare it, or use `decision.granted`")


class Option:
    """One entitlement of a rulebook, the evaluator that an engine makes for it, and the verdicts met so far."""

    __slots__ = ("_engine", "entitlement", "evaluate", "rules", "verdicts")

    def __init__(self, rules: RuleSet, entitlement: Entitlement, engine: Engine) -> None:
        self.rules = rules
        self.entitlement = entitlement
        self.verdicts = _Verdicts(self)
        self.evaluate: Evaluator = self._make_and_evaluate
        self._engine = engine

    def _make_and_evaluate(self, facts: dict[str, Any]) -> Truths | None:
        """Stand in for the evaluator until it is first used."""
        self.evaluate = self._engine(self.rules, self.entitlement.conditions)
        return self.evaluate(facts)

    def __reduce__(self) -> tuple[type["Option"], tuple[RuleSet, Entitlement, Engine]]:
        return Option, (self.rules, self.entitlement, self._engine)


@attrs.frozen
class Verdict:
    """What a pair of masks says of an option. There are few, so each is made once and shared."""

    option: Option = attrs.field(eq=False, repr=False)
    outcome: Outcome
    met: tuple[str, ...]
    unmet: tuple[str, ...]
    unknown: tuple[str, ...]

    @classmethod
    def of(cls, option: Option, truths: Truths) -> "Verdict":
        """The verdict on an option for the truths of its conditions."""
        met_mask, unmet_mask = truths
        numbered = [(index, condition.id) for index, condition in enumerate(option.entitlement.conditions)]
        met = tuple(name for index, name in numbered if met_mask >> index & 1)
        unmet = tuple(name for index, name in numbered if unmet_mask >> index & 1)
        unknown = tuple(name for index, name in numbered if not (met_mask | unmet_mask) >> index & 1)
        outcome = Outcome.DENIED if unmet else Outcome.NEEDS_INFORMATION if unknown else Outcome.GRANTED
        return cls(option, outcome, met, unmet, unknown)


class _Verdicts(dict[Truths, Verdict]):
    """The verdicts on an option by its truths, each made when it is first met."""

    def __init__(self, option: Option) -> None:
        super().__init__()
        self.option = option

    def __missing__(self, truths: Truths) -> Verdict:
        verdict = self[truths] = Verdict.of(self.option, truths)
        return verdict


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
        questions, asked = self._option.rules.questions, without_indices(path)
        if asked not in questions:
            raise unknown_name("fact", path, questions)
        return _plain(questions[asked], checked_language(lang))

    def explain(self, lang: str = "en", format: str = "text") -> str:  # noqa: A002
        """The whole answer in ``nl`` or ``en``, as ``text``, ``html`` or ``markdown``.

        Raises:
            UnknownNameError: there is no such language or format.
        """
        from xtreme_rules.explain.render import rendered

        return rendered(self._document(checked_language(lang)), format)

    def to_dict(self) -> dict[str, Any]:
        """The whole answer as plain data, texts in both languages; ``json.dumps`` takes it as it is."""
        from xtreme_rules.facts.json import facts_to_data

        entitlement = self._option.entitlement
        return {
            "option": entitlement.id,
            "title": _both(entitlement.title),
            "outcome": self.outcome.value,
            "sources": list(entitlement.sources),
            "reasons": [_reason_data(reason) for reason in self.reasons],
            "conditions": {reason.condition: reason.truth for reason in self.conditions},
            "missing": [
                {"path": path, "question": {lang: self.question(path, lang) for lang in LANGUAGES}}
                for path in self.missing
            ],
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

    def _document(self, lang: str) -> Document:
        entitlement = self._option.entitlement
        by_truth: dict[str, list[Reason]] = {"unmet": [], "unknown": [], "met": []}
        for reason in self.conditions:
            by_truth[reason.truth].append(reason)
        deciding = by_truth["unmet"] or by_truth["unknown"] or by_truth["met"]
        assumptions = {item.id: item for reason in deciding for item in reason.assumptions}
        sections = {
            "why-not": [_entry(reason, lang) for reason in by_truth["unmet"]],
            "open": [_entry(reason, lang) for reason in by_truth["unknown"]],
            "ask": [Entry("unknown", path, self.question(path, lang)) for path in self.missing],
            "why" if self.granted else "in-order": [_entry(reason, lang, self.granted) for reason in by_truth["met"]],
            "obligations": [Entry("plain", d.id, d.text(lang), _clauses(d.sources, lang)) for d in self.obligations],
            "assumptions": [
                Entry("plain", item.id, f"{_plain(item.reading, lang)} ({_plain(item.reason, lang)})")
                for item in assumptions.values()
            ],
            "promise": [Entry("plain", "", _plain(entitlement.promise, lang), _clauses(entitlement.sources, lang))],
        }
        return Document(
            f"{_plain(entitlement.title, lang)} ({entitlement.id})",
            self.outcome.value,
            phrase(self.outcome.value, lang),
            _plain(self._option.rules.title, lang),
            tuple(Section(phrase(heading, lang), tuple(entries)) for heading, entries in sections.items() if entries),
            footer(self._option.rules, lang),
        )


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


def _clauses(sources: tuple[str, ...], lang: str) -> tuple[str, ...]:
    return tuple(f"{phrase('clause', lang)}: “{' '.join(source.split())}”" for source in sources)


def _entry(reason: Reason, lang: str, cite: bool = True) -> Entry:
    """A reason as a line, with the clauses behind it and the names of the assumptions it rests on."""
    notes = _clauses(reason.sources, lang)
    if reason.assumptions:
        notes += (f"{phrase('assumption', lang)}: {', '.join(item.id for item in reason.assumptions)}",)
    return Entry(reason.truth, reason.condition, reason.text(lang), notes if cite else ())


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
