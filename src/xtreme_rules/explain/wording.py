"""Values in words: a date as ``zaterdag 12 december 2026``, a number of days as ``14 dagen``."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from xtreme_rules.errors import unknown_name
from xtreme_rules.explain.phrases import MONTHS, WEEKDAYS, phrase
from xtreme_rules.facts.fact import Fact
from xtreme_rules.facts.types import HOLIDAY, Type, fields_of
from xtreme_rules.language.template import Text
from xtreme_rules.language.tree import Node
from xtreme_rules.language.truth import Facts, value_at
from xtreme_rules.rulebook.model import RuleSet, without_indices


def worded(text: Text, rules: RuleSet, facts: Facts, lang: str) -> str:
    """A text of the rulebook in one language, its expressions replaced by their values over the facts."""
    pieces = text.in_language(lang).pieces
    return "".join(piece if isinstance(piece, str) else value_in_words(piece, rules, facts, lang) for piece in pieces)


def value_in_words(tree: Node, rules: RuleSet, facts: Facts, lang: str) -> str:
    """The value of an expression over the facts."""
    return scalar_in_words(rules.meaning.value(tree, facts), tree.type, rules, facts, lang)


def scalar_in_words(value: Any, kind: Type, rules: RuleSet, facts: Facts, lang: str) -> str:
    """A value of a type in words."""
    if value is None:
        return phrase("unknown", lang)
    titles: Mapping[str | int, Text] = rules.values.get(kind.domain, {}) if kind.domain is not None else {}
    if value in titles:
        return titles[value].in_language(lang).plain
    if kind == HOLIDAY:
        return f" ({phrase('holiday', lang)})" if value else ""
    match value:
        case bool():
            return phrase("yes" if value else "no", lang)
        case datetime():
            return moment_in_words(value, zone_of(facts), lang)
        case date():
            return day_in_words(value, lang)
        case tuple():
            return f" {phrase('and', lang)} ".join(day_in_words(day, lang) for day in value) or phrase("none", lang)
        case timedelta():
            return _span(value, kind, lang)
        case _:
            return str(value)


def thing_in_words(fact: Fact, lang: str) -> str:
    """A fact by what it goes by: its identifier, and its first day."""
    values = [getattr(fact, name) for name in fields_of(type(fact))]
    day = next((value for value in values if isinstance(value, date) and not isinstance(value, datetime)), None)
    return str(values[0]) if day is None else f"{values[0]} ({day_in_words(day, lang)})"


def day_in_words(day: date, lang: str) -> str:
    """A day with its weekday: ``Saturday 12 December 2026``."""
    return f"{WEEKDAYS[lang][day.weekday()]} {day.day} {MONTHS[lang][day.month - 1]} {day.year}"


def moment_in_words(moment: datetime, zone: tzinfo, lang: str) -> str:
    """A moment on the wall clock of a zone, which is named: ``Saturday 12 December 2026 at 09:30 (CET)``."""
    local = moment.astimezone(zone)
    clock = f"{local:%H:%M}{phrase('clock', lang)} ({local.tzname()})"
    return f"{day_in_words(local.date(), lang)} {phrase('at', lang)} {clock}"


def zone_of(facts: Facts) -> tzinfo:
    """The time zone of the contract; UTC if it is not known."""
    contract = facts.get("contract")
    name = value_at(facts, "contract.timezone") if hasattr(contract, "timezone") else None
    return UTC if name is None else ZoneInfo(name)


def _span(span: timedelta, kind: Type, lang: str) -> str:
    if kind.name == "days":
        return f"{span.days} {phrase('day' if abs(span.days) == 1 else 'days', lang)}"
    return span_in_words(span, lang)


def span_in_words(span: timedelta, lang: str) -> str:
    """A duration in hours and minutes, the rest of a minute left out: ``7 h 30 min``."""
    sign, (hours, minutes) = "-" if span < timedelta(0) else "", divmod(abs(span) // timedelta(minutes=1), 60)
    parts = [f"{hours} {phrase('hour', lang)}"] if hours else []
    if minutes or not hours:
        parts.append(f"{minutes} {phrase('minute', lang)}")
    return sign + " ".join(parts)


def question_for(rules: RuleSet, path: str, lang: str) -> str:
    """What to ask to learn a fact.

    Raises:
        UnknownNameError: nothing in the rulebook asks for it.
    """
    asked = without_indices(path)
    if asked not in rules.questions:
        raise unknown_name("fact", path, rules.questions)
    return rules.questions[asked].in_language(lang).plain
