"""Alternatives as the patterns of a rule, in the form and the order in which durable_rules gets them right."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from xtreme_rules.engines.durable.quota import Quota, joined
from xtreme_rules.engines.durable.rails import Line, Test, Used
from xtreme_rules.language.truth import TURNED

#: A pattern of a rule: an alias, and the condition on the fact or event that it stands for.
Pattern = dict[str, Any]

#: The alias of the question in each rule.
QUESTION = "q"
#: A property of every fact of an input: an equality that always holds, for a join that must end with one.
ALWAYS_EQUAL = "e"

_SIGNS = {"<": "$lt", "<=": "$lte", ">": "$gt", ">=": "$gte", "!=": "$neq"}


def patterns(alternative: frozenset[Test], quotas: Mapping[str, Quota], question: str) -> Iterator[Pattern]:
    """The patterns of a rule: facts, the question, and last, for only then they are right, what must be absent."""
    names = sorted({name for test in alternative for name in test.inputs})
    lines = [test for test in alternative if isinstance(test, Line)]
    for name in names:
        yield {name: _condition(name, [line for line in lines if max(line.inputs) == name])}
    absences: list[Pattern] = []
    for used in (test for test in alternative if isinstance(test, Used)):  # one at most
        present, absent = joined(quotas[used.quota], used.quota, used.count, used.exactly)
        yield from present
        absences += absent
    yield {QUESTION: {question: 1}}
    yield from absences


def _condition(name: str, lines: Sequence[Line]) -> dict[str, Any]:
    """The condition on the fact of one input: constant tests first, then comparisons, equalities last.

    A comparison that comes last and is false would have durable_rules read past the end of its list.
    """
    alone = [_test(name, line) for line in sorted(lines, key=str) if len(line.terms) == 1]
    joins = sorted((line for line in lines if len(line.terms) > 1), key=lambda line: (line.operator == "==", str(line)))
    tests = [*(alone or [{"$ex": {name: 1}}]), *(_test(name, line) for line in joins)]
    if joins and joins[-1].operator != "==":
        other = next(term for term in joins[-1].inputs if term != name)
        tests.append({ALWAYS_EQUAL: {other: ALWAYS_EQUAL}})
    return tests[0] if len(tests) == 1 else {"$and": tests}


def _test(name: str, line: Line) -> dict[str, Any]:
    """A line as a test of one of its inputs against the bound and the others."""
    factors = dict(line.terms)
    way = factors.pop(name)
    operator = line.operator if way == 1 else TURNED[line.operator]
    against: Any = way * line.bound
    for other, factor in factors.items():
        added = way * factor == -1
        if against == 0 and added:
            against = {other: other}
        else:
            against = {"$add" if added else "$sub": {"$l": against, "$r": {other: other}}}
    return {name: against} if operator == "==" else {_SIGNS[operator]: {name: against}}


def joins(condition: dict[str, Any]) -> bool:
    """Whether a condition compares a fact with others."""
    ((operator, value),) = condition.items()
    if operator == "$and":
        return any(map(joins, value))
    (value,) = value.values() if operator.startswith("$") else (value,)
    return isinstance(value, dict)
