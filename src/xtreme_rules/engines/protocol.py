"""The narrow waist: what every engine gives."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from xtreme_rules.rulebook.model import Condition, RuleSet

#: Bit masks ``(met, unmet)`` over conditions, in their order; a bit in neither is unknown.
Truths = tuple[int, int]

#: Facts by name, as they were given, to truths; ``None`` if they do not fit the rulebook's schema as they are, and
#: ``Schema.checked`` must mend them or say what is wrong. What can be taken otherwise (a list as a tuple, a moment in
#: UTC) is put into the facts.
Evaluator = Callable[[dict[str, Any]], Truths | None]


class Engine(Protocol):
    """Makes, for conditions of a rulebook, the function that turns facts into their truths."""

    def __call__(self, rules: RuleSet, conditions: Sequence[Condition], /) -> Evaluator:
        """The evaluator of some conditions: those of one option, or of all."""
        ...


class Memory(Protocol):
    """What is kept of one session: facts that change one at a time, and truths of groups of conditions over them."""

    def truths(self, group: int, facts: dict[str, Any], /) -> Truths:
        """The truths of one group, of an option say, over all facts that are known now; they fit the schema."""
        ...

    def close(self) -> None:
        """Let go of what is kept; to close it again does nothing."""
        ...


class Remember(Protocol):
    """Makes, for groups of conditions, the function that opens the memory of a session."""

    def __call__(self, rules: RuleSet, groups: Sequence[Sequence[Condition]], /) -> Callable[[], Memory]:
        """The function that opens memories of some groups of conditions."""
        ...
