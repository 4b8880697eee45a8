"""What the engine is to others: evaluators of single situations, and the memories of sessions."""

from collections.abc import Callable, Sequence
from typing import Any

from xtreme_rules.engines.durable.memory import Memories, WorkingMemory
from xtreme_rules.engines.protocol import Evaluator, Truths
from xtreme_rules.rulebook.model import Condition, RuleSet


def post_conditions(rules: RuleSet, conditions: Sequence[Condition]) -> Evaluator:
    """An evaluator that tells each situation to a working memory of its own, so that answers rest on nothing else.

    Raises:
        RulebookError: a condition is beyond the limits of durable_rules.
    """
    open_memory = remember_conditions(rules, [conditions])

    def evaluate(facts: dict[str, Any]) -> Truths | None:
        if not rules.schema.fits(facts):
            return None
        with open_memory() as memory:
            return memory.truths(0, facts)

    return evaluate


def remember_conditions(rules: RuleSet, groups: Sequence[Sequence[Condition]]) -> Callable[[], WorkingMemory]:
    """A function that opens the working memory of a session; groups of conditions share what they have in common.

    Raises:
        RulebookError: a condition is beyond the limits of durable_rules, or all of them together are.
    """
    return Memories(rules, groups).open
