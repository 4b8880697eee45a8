"""The reference engine: walks the condition trees by their meaning, with no tricks. The arbiter in tests."""

from collections.abc import Sequence
from typing import Any

from xtreme_rules.engines.protocol import Evaluator, Truths
from xtreme_rules.rulebook.model import Condition, RuleSet


def walk_conditions(rules: RuleSet, conditions: Sequence[Condition]) -> Evaluator:
    """An evaluator that asks ``rules.meaning`` for each condition in turn."""

    def evaluate(facts: dict[str, Any]) -> Truths | None:
        if not rules.schema.fits(facts):
            return None
        met = unmet = 0
        for index, condition in enumerate(conditions):
            value = rules.meaning.value(condition.when, facts)
            met |= (value is True) << index
            unmet |= (value is False) << index
        return met, unmet

    return evaluate
