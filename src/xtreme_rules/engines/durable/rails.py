"""Conditions on two rails: what must hold for a tree to be true, and what for it to be false.

A rail is a choice of alternatives, each a set of tests over inputs that are known; where an input is unknown no test
of it passes, so that a tree whose truth is unknown is on neither rail. That is Kleene's logic, without a third value.
"""

from collections.abc import Callable, Iterable
from itertools import product
from typing import TypeVar

import attrs

from xtreme_rules.engines.durable.limits import MOST_COUNTED
from xtreme_rules.engines.durable.quota import Quota, quota_of
from xtreme_rules.facts.types import BOOLEAN
from xtreme_rules.language.tree import Arithmetic, Both, Compare, Literal, Member, Node, Not, Shift, walk, write
from xtreme_rules.language.truth import DENIED, OPERATORS, TURNED

T = TypeVar("T")

#: Beyond so many, alternatives are no longer multiplied out; a limit for conditions is far below.
MOST_MULTIPLIED = 200


@attrs.frozen
class Line:
    """A test of whole numbers: inputs, each added or taken away (1 or -1), compared with a bound."""

    operator: str
    terms: tuple[tuple[str, int], ...]
    bound: int

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of what it tests."""
        return tuple(name for name, _ in self.terms)


@attrs.frozen
class Known:
    """The test that an input is known."""

    input: str

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of what it tests."""
        return (self.input,)


@attrs.frozen
class Used:
    """A test of a quota: at least so many items count, or exactly so many."""

    quota: str
    count: int
    exactly: bool

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of what it tests."""
        return (self.quota,)


Test = Line | Known | Used
Rail = frozenset[frozenset[Test]]

ALWAYS: Rail = frozenset([frozenset()])
NEVER: Rail = frozenset()


class TooManyError(Exception):
    """A condition falls apart into too many alternatives."""


@attrs.frozen
class Rails:
    """The two rails of a tree."""

    met: Rail
    unmet: Rail

    def turned(self) -> "Rails":
        """The rails of what denies the tree."""
        return Rails(self.unmet, self.met)


def _any(rails: Iterable[Rail]) -> Rail:
    """One of some rails; an alternative that asks for more than another one does is left out."""
    alternatives = frozenset().union(*rails)
    if len(alternatives) > MOST_MULTIPLIED:
        raise TooManyError
    return frozenset(one for one in alternatives if not any(other < one for other in alternatives))


def _all(rails: Iterable[Rail]) -> Rail:
    """All of some rails at once."""
    together = ALWAYS
    for rail in rails:
        if len(together) * len(rail) > MOST_MULTIPLIED:
            raise TooManyError
        joined = (_at_once(one, other) for one, other in product(together, rail))
        together = _any([frozenset(alternative for alternative in joined if alternative is not None)])
    return together


def _at_once(one: frozenset[Test], other: frozenset[Test]) -> frozenset[Test] | None:
    """Two alternatives as one, in which a quota has one test; ``None`` if it cannot be counted as both ask."""
    tests = one | other
    counts = {test for test in tests if isinstance(test, Used)}
    if len(counts) < 2:
        return tests
    exactly = {test.count for test in counts if test.exactly}
    at_least = max((test.count for test in counts if not test.exactly), default=0)
    if len(exactly) > 1 or any(count < at_least for count in exactly):
        return None
    (quota,) = {test.quota for test in counts}
    return (tests - counts) | {Used(quota, max(exactly, default=at_least), bool(exactly))}


class Inputs:
    """What is given to the rules as numbers: the values of trees that a ruleset does not compute itself, by name."""

    def __init__(self, number: Callable[[Literal], int]) -> None:
        self.number = number
        self.values: dict[str, Node] = {}
        self.quotas: dict[str, Quota] = {}
        self._names: dict[tuple[str, str], str] = {}
        self._counts_by_joins = False

    def value(self, node: Node) -> str:
        """The name of the input for the value of a tree."""
        return self._named(node, "i", self.values, node)

    def quota(self, quota: Quota) -> str:
        """The name of the input for what a quota is counted by."""
        return self._named(quota.call, "u", self.quotas, quota)

    @property
    def nodes(self) -> dict[str, Node]:
        """What each input is given for."""
        return {**self.values, **{name: quota.call for name, quota in self.quotas.items()}}

    def _named(self, node: Node, letter: str, among: dict[str, T], what: T) -> str:
        key = letter, write(node)
        if key not in self._names:
            self._names[key] = f"{letter}{len(among)}"
            among[self._names[key]] = what
        return self._names[key]

    def rails(self, condition: Node) -> Rails:
        """The rails of a condition. If it counts in several ways, Python counts: a rule joins each booking only once.

        Raises:
            TooManyError: it has too many alternatives.
        """
        self._counts_by_joins = len({write(part) for part in walk(condition) if quota_of(part) is not None}) == 1
        return self._rails(condition)

    def _rails(self, node: Node) -> Rails:
        match node:
            case Literal(value=value):
                return Rails(ALWAYS, NEVER) if value else Rails(NEVER, ALWAYS)
            case Not(operand=operand):
                return self._rails(operand).turned()
            case Both(operator=sign, operands=operands):
                parts = [self._rails(operand) for operand in operands]
                if sign == "and":
                    return Rails(_all(part.met for part in parts), _any(part.unmet for part in parts))
                return Rails(_any(part.met for part in parts), _all(part.unmet for part in parts))
            case Compare(operator=sign, left=left, right=right):
                return self._compared(sign, left, right)
            case Member(value=value, choices=choices):
                equal = [self._compared("==", value, choice) for choice in choices]
                return Rails(_any(part.met for part in equal), _all(part.unmet for part in equal))
        name = self.value(node)
        return Rails(_only(Line("==", ((name, 1),), 1)), _only(Line("==", ((name, 1),), 0)))

    def _compared(self, sign: str, left: Node, right: Node) -> Rails:
        if left.type == BOOLEAN:
            one, other = self._rails(left), self._rails(right)
            same = Rails(
                _any([_all([one.met, other.met]), _all([one.unmet, other.unmet])]),
                _any([_all([one.met, other.unmet]), _all([one.unmet, other.met])]),
            )
            return same if sign == "==" else same.turned()
        for call, number, way in ((left, right, sign), (right, left, TURNED[sign])):
            quota = quota_of(call) if self._counts_by_joins else None
            if quota is not None and isinstance(number, Literal) and self.number(number) <= MOST_COUNTED:
                return _counted(self.quota(quota), way, self.number(number))
        return Rails(self._line(sign, left, right), self._line(DENIED[sign], left, right))

    def _line(self, sign: str, left: Node, right: Node) -> Rail:
        """The rail of a comparison of whole numbers."""
        (terms, number), (others, more) = self._sum(left), self._sum(right)
        for name, factor in others.items():
            terms[name] = terms.get(name, 0) - factor
        if any(abs(factor) > 1 for factor in terms.values()):
            terms = {self.value(left): 1, self.value(right): -1}
            number = more = 0
        left_over = tuple((name, factor) for name, factor in terms.items() if factor)
        tests: list[Test] = [Known(name) for name, factor in terms.items() if not factor]
        if left_over:
            return _only(*tests, Line(sign, left_over, more - number))
        return _only(*tests) if OPERATORS[sign](number, more) else NEVER

    def _sum(self, node: Node) -> tuple[dict[str, int], int]:
        """A tree as a sum of inputs, each added or taken away, and a number."""
        match node:
            case Literal():
                return {}, self.number(node)
            case Shift(date=day, days=days):
                terms, number = self._sum(day)
                return terms, number + days
            case Arithmetic(operator=sign, left=left, right=right):
                (terms, number), (others, more) = self._sum(left), self._sum(right)
                way = 1 if sign == "+" else -1
                summed = {name: terms.get(name, 0) + way * others.get(name, 0) for name in {**terms, **others}}
                if all(abs(factor) <= 1 for factor in summed.values()):
                    return summed, number + way * more
        return {self.value(node): 1}, 0


def _only(*tests: Test) -> Rail:
    return frozenset([frozenset(tests)])


def _counted(quota: str, sign: str, number: int) -> Rails:
    """The rails of a comparison of a quota with a number."""
    known = _only(Used(quota, 0, exactly=False))

    def at_least(count: int) -> Rails:
        if count <= 0:
            return Rails(known, NEVER)
        below = (_only(Used(quota, fewer, exactly=True)) for fewer in range(count))
        return Rails(_only(Used(quota, count, exactly=False)), _any(below))

    match sign:
        case ">=":
            return at_least(number)
        case ">":
            return at_least(number + 1)
        case "<":
            return at_least(number).turned()
        case "<=":
            return at_least(number + 1).turned()
    exactly = _only(Used(quota, number, exactly=True)) if number >= 0 else NEVER
    same = Rails(exactly, _any([at_least(number).unmet, at_least(number + 1).met]))
    return same if sign == "==" else same.turned()
