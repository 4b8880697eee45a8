"""What a condition means: its value over facts in Kleene's logic, and which facts leave it open.

``None`` is *unknown* throughout. Facts are a mapping from the names of a schema to fact objects (or bare values);
a name that is absent is unknown. Every other engine is measured against this module.
"""

import operator
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

import attrs

from xtreme_rules.facts.types import Type
from xtreme_rules.language.schema import Domain
from xtreme_rules.language.tree import (
    Arithmetic,
    Both,
    Call,
    Compare,
    Covered,
    Literal,
    Member,
    Node,
    Not,
    Path,
    Shift,
    children,
    write,
)
from xtreme_rules.language.vocabulary import Context

Facts = Mapping[str, Any]

OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "+": operator.add,
    "-": operator.sub,
}

#: How comparisons read when what they compare changes sides, and when they are denied.
TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
DENIED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}


def value_at(facts: Facts, path: str) -> Any:
    """The value at a path such as ``contract.package``; ``None`` if it, or what holds it, is not known."""
    name, *rest = path.split(".")
    value = facts.get(name)
    for part in rest:
        if value is None:
            return None
        value = getattr(value, part)
    return value


def ordered(domain: Domain | None, sign: str) -> bool:
    """Whether a comparison goes by rank: ``<`` and its kin over a domain."""
    return domain is not None and sign not in ("==", "!=")


@attrs.frozen
class Meaning:
    """The meaning of trees in one rulebook: its context for terms, and the order of its domains."""

    context: Context
    domains: Mapping[str, Domain]

    def domain(self, kind: Type) -> Domain | None:
        """The domain of a type, if it has one."""
        return None if kind.domain is None else self.domains[kind.domain]

    def value(self, node: Node, facts: Facts) -> Any:
        """The value of a tree; ``None`` if it is unknown."""
        match node:
            case Literal(value=value):
                return value
            case Path(name=path):
                return value_at(facts, path)
            case Not(operand=operand):
                value = self.value(operand, facts)
                return None if value is None else not value
            case Both(operator=sign, operands=operands):
                values = [self.value(operand, facts) for operand in operands]
                decisive = sign == "or"
                if decisive in values:
                    return decisive
                return None if None in values else not decisive
            case Call():
                return self._called(node, facts)
        values = [self.value(child, facts) for child in children(node)]
        if None in values:
            return None
        match node:
            case Shift(days=days):
                return values[0] + timedelta(days=days)
            case Member():
                return values[0] in values[1:]
            case Covered():
                return values[0] in values[1]
            case Compare(operator=sign, left=left):
                domain = self.domain(left.type)
                if domain is not None and ordered(domain, sign):
                    values = [domain.rank(value) for value in values]
                return OPERATORS[sign](*values)
            case Arithmetic(operator=sign):
                return OPERATORS[sign](*values)
        raise AssertionError(node)

    def _called(self, node: Call, facts: Facts) -> Any:
        term = node.term
        values = [self.value(argument, facts) for argument in node.arguments]
        read = [value_at(facts, path) for path in term.reads]
        needed = [value for path, value in zip(term.reads, read, strict=True) if path not in term.may_be_none]
        if None in values or None in needed:
            return None
        context = (self.context,) if term.contextual else ()
        return term.function(*context, *values, *read)

    def missing(self, node: Node, facts: Facts) -> Iterator[str]:
        """The paths whose absence leaves a tree unknown; none if it is known."""
        if self.value(node, facts) is not None:
            return
        if isinstance(node, Path):
            yield node.name
        for child in children(node):
            yield from self.missing(child, facts)
        if isinstance(node, Call):
            for path in node.term.reads:
                if path not in node.term.may_be_none and value_at(facts, path) is None:
                    yield path
            yield from self._missing_in_items(node, facts)

    def _missing_in_items(self, node: Call, facts: Facts) -> Iterator[str]:
        for argument in node.arguments if node.term.item_reads else ():
            for index, item in enumerate(self.value(argument, facts) or ()):
                for field in node.term.item_reads:
                    if getattr(item, field) is None:
                        yield f"{write(argument)}[{index}].{field}"
