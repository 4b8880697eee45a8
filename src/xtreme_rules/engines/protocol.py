"""The narrow waist: what every engine gives."""

from collections.abc import Callable
from typing import Any, Protocol

from xtreme_rules.rulebook.model import Entitlement, RuleSet

#: Bit masks ``(met, unmet)`` over the conditions of an entitlement, in their order; a bit in neither is unknown.
Truths = tuple[int, int]

#: Facts by name, checked by the rulebook's schema, to truths.
Evaluator = Callable[[dict[str, Any]], Truths]


class Engine(Protocol):
    """Makes, for an entitlement of a rulebook, the function that turns facts into truths."""

    def __call__(self, rules: RuleSet, entitlement: Entitlement, /) -> Evaluator:
        """The evaluator of one entitlement."""
        ...
