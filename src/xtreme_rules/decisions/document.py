"""A decision in words: what is said of it, in which order."""

from collections.abc import Iterable

from xtreme_rules.decisions.decision import Decision, Reason
from xtreme_rules.explain.document import Document, Entry, Section
from xtreme_rules.explain.identity import footer
from xtreme_rules.explain.notes import assumed, cited
from xtreme_rules.explain.phrases import phrase
from xtreme_rules.explain.wording import moment_in_words, zone_of
from xtreme_rules.rulebook.model import Entitlement, RuleSet


def document(decision: Decision, entitlement: Entitlement, rules: RuleSet, lang: str) -> Document:
    """The whole answer in ``nl`` or ``en``."""
    by_truth: dict[str, list[Reason]] = {"unmet": [], "unknown": [], "met": []}
    for reason in decision.conditions:
        by_truth[reason.truth].append(reason)
    deciding = by_truth["unmet"] or by_truth["unknown"] or by_truth["met"]
    assumptions = {item.id: item for reason in deciding for item in reason.assumptions}
    moment, granted = decision.granted_from, decision.granted
    promise = entitlement.promise.in_language(lang).plain
    sections: dict[str, Iterable[Entry]] = {
        "why-not": [_entry(reason, lang) for reason in by_truth["unmet"]],
        "granted-from": []
        if moment is None
        else [Entry("plain", "", moment_in_words(moment, zone_of(decision.facts), lang))],
        "open": [_entry(reason, lang) for reason in by_truth["unknown"]],
        "remedies": [Entry("plain", "", remedy.text(lang)) for remedy in decision.remedies()],
        "ask": [Entry("unknown", path, decision.question(path, lang)) for path in decision.missing],
        "why" if granted else "in-order": [_entry(reason, lang, granted) for reason in by_truth["met"]],
        "obligations": [Entry("plain", d.id, d.text(lang), cited(d.sources, lang)) for d in decision.obligations],
        "assumptions": assumed(assumptions.values(), lang),
        "promise": [Entry("plain", "", promise, cited(entitlement.sources, lang))],
    }
    return Document(
        f"{entitlement.title.in_language(lang).plain} ({entitlement.id})",
        decision.outcome.value,
        phrase(decision.outcome.value, lang),
        rules.title.in_language(lang).plain,
        tuple(Section(phrase(heading, lang), tuple(entries)) for heading, entries in sections.items() if entries),
        footer(rules, lang),
    )


def _entry(reason: Reason, lang: str, cite: bool = True) -> Entry:
    """A reason as a line, with the clauses behind it and the names of the assumptions it rests on."""
    notes = cited(reason.sources, lang)
    if reason.assumptions:
        notes += (f"{phrase('assumption', lang)}: {', '.join(item.id for item in reason.assumptions)}",)
    return Entry(reason.truth, reason.condition, reason.text(lang), notes if cite else ())
