"""The compiled engine: one generated Python function for the conditions of an option, or of all.

The function loads each fact that they read once, and computes equal parts of conditions once. If all facts are known,
as is usual, it runs straight through without a test for unknown; otherwise it runs a second body that minds Kleene's
logic at every step. Only names that this module makes up, names of facts and fields of Python classes, and constants
bound by name stand in the source: no text of a rule file is ever in it.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from xtreme_rules.engines.protocol import Evaluator
from xtreme_rules.facts.types import fields_of
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
    asks,
    reads,
    walk,
    write,
)
from xtreme_rules.language.truth import ordered
from xtreme_rules.rulebook.model import Condition, RuleSet


def compiled(rules: RuleSet, conditions: Sequence[Condition]) -> Evaluator:
    """An evaluator generated for some conditions."""
    source, names = _Function(rules, conditions).written()
    exec(compile(source, "<conditions>", "exec"), names)  # noqa: S102  the source is our own
    evaluator: Evaluator = names["evaluate"]
    return evaluator


class _Function:
    """The source of one evaluator, and the names that it uses."""

    def __init__(self, rules: RuleSet, conditions: Sequence[Condition]) -> None:
        self.rules = rules
        self.trees = [condition.when for condition in conditions]
        self.paths = tuple(dict.fromkeys(path for tree in self.trees for path in reads(tree)))
        self.must_be_known = {path for tree in self.trees for path in asks(tree)}
        self.names: dict[str, Any] = {"context": rules.meaning.context}
        self.variables: dict[str, str] = {}
        self.holders: dict[str, str] = {}
        self.lines: list[str] = []

    def written(self) -> tuple[str, dict[str, Any]]:
        for path in self.paths:
            self.load(path)
        guards = [self.variables[path] for path in self.paths if path in self.must_be_known]
        if guards:
            self.lines.append(f"if {' or '.join(f'{name} is None' for name in guards)}:")
            self.lines += [f"    {line}" for line in _Body(self, guards).written()]
        self.lines += _Body(self, ()).written()
        body = "".join(f"    {line}\n" for line in self.lines)
        return f"def evaluate(facts):\n    get = facts.get\n{body}", self.names

    def load(self, path: str) -> None:
        """Load the value at a path into a variable."""
        holder, _, field = path.rpartition(".")
        source = f"{self._holder(holder)}.{field}" if holder else f"get({path!r})"
        self.variables[path] = f"v{len(self.variables)}"
        self.lines.append(f"{self.variables[path]} = {source}")

    def _holder(self, path: str) -> str:
        """The variable that holds the record at a path; a record that is not known is replaced by a blank one."""
        if path not in self.holders:
            kind = self.rules.schema.type_at(path)
            blank = self.bound(_blank(kind.record) if kind is not None and kind.record is not None else None)
            above, _, field = path.rpartition(".")
            source = f"{self._holder(above)}.{field}" if above else f"get({path!r}, {blank})"
            variable = f"h{len(self.holders)}"
            self.lines.append(f"{variable} = {source}")
            if above:
                self.lines.append(f"if {variable} is None: {variable} = {blank}")
            self.holders[path] = variable
        return self.holders[path]

    def bound(self, value: object) -> str:
        """A name for a constant."""
        name = f"c{len(self.names)}"
        self.names[name] = value
        return name


def _blank(record: type) -> Any:
    """A stand-in for a record that is not known: each of its fields is ``None``."""
    return type(f"Unknown{record.__name__}", (), dict.fromkeys(fields_of(record)))()


class _Body:
    """One of the two bodies: ``nullable`` are the variables that may be ``None`` in it."""

    def __init__(self, function: _Function, nullable: Iterable[str]) -> None:
        self.function = function
        self.nullable = set(nullable)
        self.lines: list[str] = []
        self.done: dict[str, str] = {}
        self.uses = Counter(write(node) for tree in function.trees for node in walk(tree))

    def written(self) -> list[str]:
        """The lines of the body, which return the masks: a bit is met unless it is found to be unmet or open."""
        results = [self._value(tree) for tree in self.function.trees]
        whole = (1 << len(results)) - 1
        some_open = any(result in self.nullable for result in results)
        self.lines.append("unmet = open_ = 0" if some_open else "unmet = 0")
        for index, result in enumerate(results):
            self.lines.append(f"if not {result}:")
            if result in self.nullable:
                self.lines.append(f"    if {result} is None: open_ |= {1 << index}")
                self.lines.append(f"    else: unmet |= {1 << index}")
            else:
                self.lines.append(f"    unmet |= {1 << index}")
        self.lines.append(f"return {whole} ^ unmet{' ^ open_' if some_open else ''}, unmet")
        return self.lines

    def _value(self, node: Node) -> str:
        """The variable, constant or expression of a node's value; equal nodes are computed once."""
        if isinstance(node, Path):
            return self.function.variables[node.name]
        if isinstance(node, Literal):
            plain = isinstance(node.value, bool | int)
            return str(node.value) if plain else self.function.bound(node.value)
        key = write(node)
        if key not in self.done:
            self.done[key] = self._computed(node)
        return self.done[key]

    def _computed(self, node: Node) -> str:
        match node:
            case Both(operator=sign, operands=operands):
                return self._both(node, sign, [self._value(operand) for operand in operands])
            case Not(operand=operand):
                value = self._value(operand)
                return self._result(node, f"not {value}", [value])
            case Call():
                return self._called(node)
            case Shift(date=day, days=days):
                value = self._value(day)
                return self._result(node, f"{value} + {self.function.bound(timedelta(days=days))}", [value])
            case Arithmetic(operator=sign, left=left, right=right):
                a, b = self._value(left), self._value(right)
                return self._result(node, f"{a} {sign} {b}", [a, b])
            case Covered(moment=moment, coverage=coverage):
                a, b = self._value(moment), self._value(coverage)
                return self._result(node, f"{a} in {b}", [a, b])
            case Member(value=item, choices=choices):
                value, among = self._value(item), frozenset(choice.value for choice in choices)
                return self._result(node, f"{value} in {self.function.bound(among)}", [value])
            case Compare():
                return self._compared(node)
        raise AssertionError(node)

    def _result(self, node: Node, expression: str, operands: list[str], nullable: bool = False) -> str:
        """The expression's value, unknown where an operand is: in place if known and used once, else a variable."""
        open_operands = [operand for operand in dict.fromkeys(operands) if operand in self.nullable]
        if not open_operands and not nullable and self.uses[write(node)] == 1:
            return f"({expression})"
        if open_operands:
            test = " or ".join(f"{operand} is None" for operand in open_operands)
            expression = f"None if {test} else {expression}"
        variable = f"t{len(self.lines)}"
        if open_operands or nullable:
            self.nullable.add(variable)
        self.lines.append(f"{variable} = {expression}")
        return variable

    def _called(self, node: Call) -> str:
        term, function = node.term, self.function
        arguments = [self._value(argument) for argument in node.arguments]
        read = [function.variables[path] for path in term.reads]
        needed = [name for path, name in zip(term.reads, read, strict=True) if path not in term.may_be_none]
        context = ["context"] if term.contextual else []
        call = f"{function.bound(term.function)}({', '.join([*context, *arguments, *read])})"
        return self._result(node, call, arguments + needed, nullable=bool(term.item_reads))

    def _compared(self, node: Compare) -> str:
        domain = self.function.rules.meaning.domain(node.left.type)
        values = [self._value(node.left), self._value(node.right)]
        shown = list(values)
        if domain is not None and ordered(domain, node.operator):
            ranks = self.function.bound({value: rank for rank, value in enumerate(domain.values)})
            for index, side in enumerate((node.left, node.right)):
                if isinstance(side, Literal):
                    shown[index] = str(domain.rank(side.value))
                else:
                    shown[index] = f"{ranks}[{values[index]}]"
        return self._result(node, f"{shown[0]} {node.operator} {shown[1]}", values)

    def _both(self, node: Node, sign: str, values: list[str]) -> str:
        open_values = [value for value in values if value in self.nullable]
        if not open_values:
            return self._result(node, f" {sign} ".join(values), [])
        decisive, other = ("False", "True") if sign == "and" else ("True", "False")
        certain = " or ".join(f"{value} is {decisive}" for value in values)
        unknown = " or ".join(f"{value} is None" for value in open_values)
        expression = f"{decisive} if {certain} else None if {unknown} else {other}"
        return self._result(node, expression, [], nullable=True)
