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
from xtreme_rules.facts.types import Type, fields_of
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
from xtreme_rules.language.truth import OPERATORS, ordered
from xtreme_rules.rulebook.model import Condition, RuleSet


def compile_conditions(rules: RuleSet, conditions: Sequence[Condition]) -> Evaluator:
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
        read = dict.fromkeys(path.partition(".")[0] for path in self.paths)
        self.lines.append(f"count = {len(read)}")
        for name in read:
            self.take(name)
        # Facts that the conditions do not read must fit too, or a misspelt name would go unnoticed.
        self.lines.append(f"if len(facts) != count and not {self.bound(self.rules.schema.fits)}(facts): return None")
        for path in self.paths:
            self.load(path)
        open_ = [path for path in self.paths if path in self.must_be_known]
        if open_:
            tested = [self.variables[path] for path in open_ if not self._goes_with_another(path, open_)]
            self.lines.append(f"if {' or '.join(f'{name} is None' for name in tested)}:")
            self.lines += [f"    {line}" for line in _Body(self, (self.variables[path] for path in open_)).written()]
        self.lines += _Body(self, ()).written()
        body = "".join(f"    {line}\n" for line in self.lines)
        return f"def evaluate(facts):\n    get = facts.get\n{body}", self.names

    def take(self, name: str) -> None:
        """Load a fact, if it fits the schema; one that is not known counts down, and a blank takes its place."""
        kind = self.rules.schema.facts[name]
        variable = self.holders[name] = f"f{len(self.holders)}"
        self.lines.append(f"{variable} = get({name!r})")
        if kind.name == "record" and kind.record is not None:
            test = self.fits(kind.record, variable)
            self.lines.append(f"if {variable} is None: {variable} = {self.blank(kind)}; count -= {name!r} not in facts")
            self.lines.append(f"elif not ({test}): return None")
        else:
            self.lines += [
                f"if {variable} is None: count -= {name!r} not in facts",
                "else:",
                f"    taken = {self.bound(self.rules.schema.takes[name])}({variable})",
                "    if taken is None: return None",
                f"    if taken is not {variable}: {variable} = facts[{name!r}] = taken",
            ]

    def fits(self, record: type, variable: str) -> str:
        """The schema's test of a record as one flat expression: a call would cost more than what it tests."""
        schema = self.rules.schema
        tests = [f"{variable}.__class__ is {self.bound(record)}"]
        for name, declared in schema.record_domains(record).items():
            tests.append(f"{variable}.{name} in {self.bound(declared)}")
        for name, take in schema.nested_takes(record).items():
            tests.append(f"(not {variable}.{name} or {self.bound(take)}({variable}.{name}) is not None)")
        return " and ".join(tests)

    def load(self, path: str) -> None:
        """Load the value at a path into a variable."""
        holder, _, field = path.rpartition(".")
        if not holder:
            self.variables[path] = self.holders[path]
            return
        source = f"{self._holder(holder)}.{field}"
        self.variables[path] = f"v{len(self.variables)}"
        self.lines.append(f"{self.variables[path]} = {source}")

    def _holder(self, path: str) -> str:
        """The variable that holds the record at a path; a record that is not known is replaced by a blank one."""
        if path not in self.holders:
            kind = self.rules.schema.type_at(path)
            above, _, field = path.rpartition(".")
            source = f"{self._holder(above)}.{field}"
            variable = self.holders[path] = f"f{len(self.holders)}"
            self.lines += [f"{variable} = {source}", f"if {variable} is None: {variable} = {self.blank(kind)}"]
        return self.holders[path]

    def _goes_with_another(self, path: str, paths: Sequence[str]) -> bool:
        """Whether a field is known whenever another field of its record is, so that one test does for both."""
        holder, _, name = path.rpartition(".")
        kind = self.rules.schema.type_at(holder) if holder else None
        fields = fields_of(kind.record) if kind is not None and kind.record is not None else {}
        others = (other.rpartition(".") for other in paths)
        return (
            name in fields
            and not fields[name].optional
            and any(above == holder and fields[other].optional for above, _, other in others)
        )

    def blank(self, kind: Type | None) -> str:
        """A stand-in for a record that is not known: each of its fields is ``None``."""
        if kind is None or kind.record is None:
            raise AssertionError(kind)
        return self.bound(type(f"Unknown{kind.record.__name__}", (), dict.fromkeys(fields_of(kind.record)))())

    def bound(self, value: object) -> str:
        """A name for a constant."""
        name = f"c{len(self.names)}"
        self.names[name] = value
        return name


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
        left, right, sign = node.left, node.right, node.operator
        domain = self.function.rules.meaning.domain(left.type)
        values = [self._value(left), self._value(right)]
        if domain is None or not ordered(domain, sign):
            return self._result(node, f"{values[0]} {sign} {values[1]}", values)
        if isinstance(right, Literal):
            among = {item for item in domain.values if OPERATORS[sign](domain.rank(item), domain.rank(right.value))}
            return self._result(node, f"{values[0]} in {self.function.bound(among)}", values[:1])
        ranks = self.function.bound({value: rank for rank, value in enumerate(domain.values)})
        return self._result(node, f"{ranks}[{values[0]}] {sign} {ranks}[{values[1]}]", values)

    def _both(self, node: Node, sign: str, values: list[str]) -> str:
        open_values = [value for value in values if value in self.nullable]
        if not open_values:
            return self._result(node, f" {sign} ".join(values), [])
        decisive, other = ("False", "True") if sign == "and" else ("True", "False")
        certain = " or ".join(f"{value} is {decisive}" for value in values)
        unknown = " or ".join(f"{value} is None" for value in open_values)
        expression = f"{decisive} if {certain} else None if {unknown} else {other}"
        return self._result(node, expression, [], nullable=True)
