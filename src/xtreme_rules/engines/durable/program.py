"""Rails as the rules of durable_rules, within the limits that it is known to keep.

Each tree has a question, an event, and rules that answer it: one for each alternative of its two rails, which joins
the facts of the inputs with the question, and one behind them all that catches the question if nothing is known. The
first rule that matches consumes the question, so that each has exactly one answer.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from xtreme_rules.engines.durable.limits import MOST_ALTERNATIVES, MOST_COMPARED, MOST_JOINED, Tests
from xtreme_rules.engines.durable.numbers import is_plain_text, number_of
from xtreme_rules.engines.durable.patterns import QUESTION, joins, patterns
from xtreme_rules.engines.durable.quota import NUMBER
from xtreme_rules.engines.durable.rails import MOST_MULTIPLIED, NEVER, Inputs, Line, Rail, Rails, Test, TooManyError
from xtreme_rules.language.tree import Literal, reads, write
from xtreme_rules.rulebook.diagnostics import Diagnostic, RulebookError
from xtreme_rules.rulebook.model import Condition, RuleSet

#: The event that is posted first to each session, so that it has had an action when it is closed.
TOUCH = "touch"


class Program:
    """Conditions as a ruleset: what is given to it as inputs, what can be asked, and its definition as JSON."""

    def __init__(self, rules: RuleSet, groups: Sequence[Sequence[Condition]]) -> None:
        self.meaning = rules.meaning
        self.texts: dict[str, int] = {}
        self.inputs = Inputs(self._constant)
        self._numbers: dict[str, int] = {}
        self._rules: dict[str, Any] = {TOUCH: {"all": [{QUESTION: {TOUCH: 1}}], "pri": 1}}
        self._tests = Tests()
        self._problems: list[tuple[Condition, str]] = []
        #: By number, the inputs that the answer to each question rests on.
        self.rest_on: list[frozenset[str]] = []
        #: By group, the number of the question for each of its conditions.
        self.questions = [tuple(map(self._question, conditions)) for conditions in groups]
        if self._problems:
            help_ = "simplify it, or use the engine `compiled`"
            raise RulebookError(
                Diagnostic(*item.place, f"condition `{item.id}` {what} on the engine `durable`", help_)
                for item, what in self._problems
            )
        self.definition = json.dumps(self._rules)
        self.dependents = _dependents(self.inputs)

    def _constant(self, literal: Literal) -> int:
        if is_plain_text(literal.type):
            return self.texts.setdefault(str(literal.value), 1 + len(self.texts))
        return number_of(literal.value, literal.type, self.meaning)

    def _question(self, condition: Condition) -> int:
        """The number of the question for a condition; equal trees share one."""
        key = write(condition.when)
        if key not in self._numbers:
            number = self._numbers[key] = len(self._numbers)
            rails, problem = self._rails(condition)
            self.rest_on.append(self._rests_on(rails))
            problem = problem or self._add(number, rails)
            if problem is not None:
                self._problems.append((condition, problem))
        return self._numbers[key]

    def _rails(self, condition: Condition) -> tuple[Rails, str | None]:
        """The rails of a condition; none, and why, if they have too many alternatives."""
        try:
            rails = self.inputs.rails(condition.when)
        except TooManyError:
            return Rails(NEVER, NEVER), f"has more than {MOST_MULTIPLIED:,} alternatives, {MOST_ALTERNATIVES} at most"
        count = len(rails.met) + len(rails.unmet)
        if count > MOST_ALTERNATIVES:
            return Rails(NEVER, NEVER), f"has {count} alternatives, {MOST_ALTERNATIVES} at most"
        return rails, None

    def _add(self, number: int, rails: Rails) -> str | None:
        """Add the rules that answer a question; what is beyond the limits, if anything is."""
        for sign, rail in (("+", rails.met), ("-", rails.unmet)):
            for place, alternative in enumerate(_sorted(rail)):
                compared = sum(isinstance(test, Line) and len(test.terms) > 1 for test in alternative)
                if compared > MOST_COMPARED:
                    return f"compares facts in {compared} ways at once, {MOST_COMPARED} at most"
                found = list(patterns(alternative, self.inputs.quotas, f"q{number}"))
                if len(found) > MOST_JOINED:
                    return f"joins {len(found)} facts, {MOST_JOINED} at most"
                self._rules[f"{number}{sign}{place}"] = {"all": found, "pri": 1}
                for pattern in found:
                    ((alias, test),) = pattern.items()
                    self._tests.add(self._about(alias), test, joins(test))
        self._rules[f"{number}?"] = {"all": [{QUESTION: {f"q{number}": 1}}], "pri": 2}
        return self._tests.problem(apart=QUESTION)

    def _about(self, alias: str) -> str:
        """What the facts of an alias are."""
        if alias == QUESTION:
            return QUESTION
        node = self.inputs.nodes.get(alias)
        return "`bookings`" if node is None else f"`{write(node)}`"

    def _rests_on(self, rails: Rails) -> frozenset[str]:
        tests = frozenset[Test]().union(*rails.met, *rails.unmet)
        names = {name for test in tests for name in test.inputs}
        return frozenset(names | ({NUMBER} if names & self.inputs.quotas.keys() else set()))


def _sorted(rail: Rail) -> list[frozenset[Test]]:
    return sorted(rail, key=lambda alternative: sorted(map(str, alternative)))


def _dependents(inputs: Inputs) -> Mapping[str, tuple[str, ...]]:
    """By the name of a fact, the inputs that depend on it."""
    found: dict[str, list[str]] = {}
    for name, node in inputs.nodes.items():
        for fact in dict.fromkeys(path.partition(".")[0] for path in reads(node)):
            found.setdefault(fact, []).append(name)
    return {fact: tuple(names) for fact, names in found.items()}
