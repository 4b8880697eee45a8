"""The narrow waist: what every engine gives."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from xtreme_rules.rulebook.model import Condition, RuleSet

#: Bit masks ``(met, unmet)`` over conditions, in their order; a bit in neither is unknown.
Truths = tuple[int, int]

#: Facts by name, checked by the rulebook's schema, to truths.
Evaluator = Callable[[dict[str, Any]], Truths]


class Engine(Protocol):
    """Makes, for conditions of a rulebook, the function that turns facts into their truths."""

    def __call__(self, rules: RuleSet, conditions: Sequence[Condition], /) -> Evaluator:
        """The evaluator of some conditions: those of one option, or of all."""
        ...
