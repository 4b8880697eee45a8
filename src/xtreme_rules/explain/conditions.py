"""Conditions in words that fit any facts: where a text would name the facts of a case, it gives the requirement."""

from xtreme_rules.explain.phrases import phrase
from xtreme_rules.explain.wording import worded
from xtreme_rules.language.template import Text
from xtreme_rules.language.tree import reads
from xtreme_rules.rulebook.model import Condition, RuleSet


def unmet_in_words(condition: Condition, rules: RuleSet, lang: str) -> str:
    """That a condition is not met."""
    if _fits_all(condition.otherwise, lang):
        return worded(condition.otherwise, rules, {}, lang)
    return f"{phrase('not-met', lang)}: {worded(condition.requirement, rules, {}, lang)}"


def open_in_words(condition: Condition, rules: RuleSet, lang: str) -> str:
    """That it is not known whether a condition is met."""
    return f"{phrase('not-known', lang)}: {worded(condition.requirement, rules, {}, lang)}"


def _fits_all(text: Text, lang: str) -> bool:
    return not any(reads(piece) for piece in text.in_language(lang).pieces if not isinstance(piece, str))
