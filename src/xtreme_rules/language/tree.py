"""Conditions as typed trees, and how a tree is written: ``parse(write(tree))`` is the tree."""

from collections.abc import Iterator
from datetime import timedelta

import attrs

from xtreme_rules.facts.types import BOOLEAN, DATE, DAYS, Type
from xtreme_rules.language.vocabulary import Term


@attrs.frozen
class Literal:
    """A constant: a boolean, integer, text (perhaps of a domain) or a number of days."""

    value: bool | int | str | timedelta
    type: Type


@attrs.frozen
class Path:
    """A fact, or a field of one, such as ``at`` or ``contract.package``."""

    name: str
    type: Type


@attrs.frozen
class Call:
    """A term of the vocabulary, applied to its arguments."""

    term: Term
    arguments: tuple["Node", ...] = ()

    @property
    def type(self) -> Type:
        """The type of the term's value."""
        return self.term.result


@attrs.frozen
class Shift:
    """A date moved by a constant number of days (a constant, so that no date can overflow)."""

    date: "Node"
    days: int
    type: Type = attrs.field(default=DATE, init=False)


@attrs.frozen
class Arithmetic:
    """``+`` or ``-`` of two integers, two numbers of days, two dates or two moments."""

    operator: str
    left: "Node"
    right: "Node"
    type: Type


@attrs.frozen
class Compare:
    """A comparison of two values of one type; of an ordered domain, by rank."""

    operator: str
    left: "Node"
    right: "Node"
    type: Type = attrs.field(default=BOOLEAN, init=False)


@attrs.frozen
class Member:
    """Whether a value is one of some constants."""

    value: "Node"
    choices: tuple[Literal, ...]
    type: Type = attrs.field(default=BOOLEAN, init=False)


@attrs.frozen
class Covered:
    """Whether a moment lies in a coverage."""

    moment: "Node"
    coverage: "Node"
    type: Type = attrs.field(default=BOOLEAN, init=False)


@attrs.frozen
class Not:
    """Kleene negation: unknown stays unknown."""

    operand: "Node"
    type: Type = attrs.field(default=BOOLEAN, init=False)


@attrs.frozen
class Both:
    """Kleene conjunction (``and``) or disjunction (``or``) of two or more operands."""

    operator: str
    operands: tuple["Node", ...]
    type: Type = attrs.field(default=BOOLEAN, init=False)


Node = Literal | Path | Call | Shift | Arithmetic | Compare | Member | Covered | Not | Both


def children(node: Node) -> tuple[Node, ...]:
    """The direct parts of a node."""
    match node:
        case Call(arguments=parts) | Both(operands=parts):
            return parts
        case Shift(date=part) | Not(operand=part):
            return (part,)
        case Arithmetic(left=left, right=right) | Compare(left=left, right=right):
            return (left, right)
        case Member(value=value, choices=choices):
            return (value, *choices)
        case Covered(moment=moment, coverage=coverage):
            return (moment, coverage)
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """A node and all that it holds, parents first."""
    yield node
    for child in children(node):
        yield from walk(child)


def reads(node: Node) -> tuple[str, ...]:
    """The paths of the facts that a tree reads, those behind its terms included, each once, in order."""
    paths: dict[str, None] = {}
    for part in walk(node):
        if isinstance(part, Path):
            paths[part.name] = None
        elif isinstance(part, Call):
            paths.update(dict.fromkeys(part.term.reads))
    return tuple(paths)


def asks(node: Node) -> tuple[str, ...]:
    """The paths that a tree can be unknown for the lack of, each once; ``items[].field`` for a field of any item."""
    paths: dict[str, None] = {}
    for part in walk(node):
        if isinstance(part, Path):
            paths[part.name] = None
        elif isinstance(part, Call):
            paths.update(dict.fromkeys(path for path in part.term.reads if path not in part.term.may_be_none))
            paths.update(dict.fromkeys(f"{write(part.arguments[0])}[].{field}" for field in part.term.item_reads))
    return tuple(paths)


_LOOSEST = 0
_BINDING = {"or": 1, "and": 2, "not": 3, "compare": 4, "+": 5, "-": 5, "atom": 6}


def write(node: Node) -> str:
    """The tree in the condition language."""
    return _write(node, _LOOSEST)


def _write(node: Node, around: int) -> str:
    text, binding = _written(node)
    return f"({text})" if binding < around else text


def _written(node: Node) -> tuple[str, int]:
    atom, compare = _BINDING["atom"], _BINDING["compare"]
    match node:
        case Literal(value=timedelta() as span, type=kind):
            return f"days({span.days})" if kind == DAYS else f"hours({span // timedelta(hours=1)})", atom
        case Literal(value=str() as text):
            return f'"{text}"', atom
        case Literal(value=value):
            return str(value), atom
        case Path(name=name):
            return name, atom
        case Call(term=term, arguments=arguments):
            inner = ", ".join(map(write, arguments))
            return f"{term.name}({inner})", atom
        case Shift(date=day, days=count):
            sign = "+" if count >= 0 else "-"
            return f"{_write(day, _BINDING['+'])} {sign} days({abs(count)})", _BINDING["+"]
        case Arithmetic(operator=operator, left=left, right=right):
            binding = _BINDING[operator]
            return f"{_write(left, binding)} {operator} {_write(right, binding + 1)}", binding
        case Compare(operator=operator, left=left, right=right):
            return f"{_write(left, compare + 1)} {operator} {_write(right, compare + 1)}", compare
        case Member(value=value, choices=choices):
            return f"{_write(value, compare + 1)} in {{{', '.join(map(write, choices))}}}", compare
        case Covered(moment=moment, coverage=coverage):
            return f"{_write(moment, compare + 1)} in {write(coverage)}", compare
        case Not(operand=operand):
            return f"not {_write(operand, _BINDING['not'])}", _BINDING["not"]
        case Both(operator=operator, operands=operands):
            binding = _BINDING[operator]
            return f" {operator} ".join(_write(operand, binding + 1) for operand in operands), binding
