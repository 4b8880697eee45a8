"""From text to a typed tree: a small, total subset of Python's expressions, checked against a schema.

Nothing of the text is ever run. Length, depth and size are bounded before and while it is read, every name must be
in the schema or the vocabulary, and every operation must fit its types; so a tree that was parsed cannot raise,
loop, or reach anything but facts.
"""

import ast
import re
from collections.abc import Mapping
from datetime import timedelta

import attrs

from xtreme_rules.errors import XtremeRulesError, clipped, did_you_mean, listing
from xtreme_rules.facts.standard import OWN_FACTS
from xtreme_rules.facts.types import (
    BOOLEAN,
    CALENDAR,
    DATE,
    DAYS,
    DURATION,
    INTEGER,
    LARGEST_INTEGER,
    MOMENT,
    TEXT,
    Type,
)
from xtreme_rules.language.schema import Schema
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
)
from xtreme_rules.language.vocabulary import TERMS, Term

MAX_LENGTH = 2_000
MAX_DEPTH = 24
MAX_NODES = 250
MAX_SHIFT = 36_500

#: What the grammar of Python takes and this language does not: comments, escapes, letters beyond ASCII (which Python
#: folds into others), and numbers that are not plain decimal.
_STRING = re.compile(r"""\"[^"\\\n]*\"|'[^'\\\n]*'""")
_STRAY = re.compile(r"[^ -~\n]|[#\\;?$`]|(?<![A-Za-z0-9_.])[0-9]+[A-Za-z_][A-Za-z0-9_]*")

_PLAIN_VALUES = "use whole numbers, and texts of printable characters without quotes in them"
#: Functions that make a constant length of time from a number.
_SPANS = {"days": (timedelta(days=1), DAYS), "hours": (timedelta(hours=1), DURATION)}

#: Every function that a condition may call.
FUNCTIONS = (*TERMS, *_SPANS)

_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}
#: How a value of one type is written as one of another.
_CONVERSIONS = {
    ("integer", "days"): "write `days(...)`",
    ("integer", "duration"): "write `hours(...)`",
    ("days", "duration"): "write `hours(...)`",
    ("moment", "date"): "write `day_of(...)`",
    ("text", "integer"): "write it without quotes",
    ("integer", "text"): "write it in quotes",
}
#: What people of other languages write, and how it is written here.
_HABITS = {"&&": "use `and`", "||": "use `or`", "<>": "use `!=`"}
_SUPPORTED = "use comparisons, `and`, `or`, `not`, `in`, `+`, `-` and the terms of the vocabulary"


@attrs.frozen
class Mistake:
    """One thing wrong with a text: where (offsets into it, end exclusive), what, and what to do."""

    start: int
    end: int
    message: str
    help: str = ""


class MistakesError(XtremeRulesError):
    """A text that is no condition; ``mistakes`` holds all that is wrong with it."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        self.mistakes = mistakes
        super().__init__("\n".join(f"{m.message}; {m.help}" if m.help else m.message for m in mistakes))


def parse(text: str, schema: Schema, constants: Mapping[str, Literal] | None = None) -> Node:
    """The typed tree of an expression.

    ``constants`` are names that stand for a value in this text, such as the ``values`` of a rule.

    Raises:
        MistakesError: with everything that is wrong, in the order of the text.
    """
    if len(text) > MAX_LENGTH:
        raise MistakesError([Mistake(0, 1, f"the condition is longer than {MAX_LENGTH} characters", "split it")])
    outside = _STRING.sub(lambda match: "_" * len(match.group()), text)
    if stray := _STRAY.search(outside):
        shown = f"`{clipped(stray.group(), 40)}`" if stray.group().isprintable() else "a control character"
        raise MistakesError([Mistake(stray.start(), stray.end(), f"{shown} is not part of the condition language")])
    flat = text.replace("\n", " ")
    if not flat.strip():
        raise MistakesError([Mistake(0, 1, "no expression stands here", "name a fact")])
    try:
        body = ast.parse(flat.strip(), mode="eval").body
    except SyntaxError as error:
        indent, end = len(flat) - len(flat.lstrip()), len(flat.rstrip())
        at = indent + error.offset - 1 if error.offset else end - 1
        said = error.msg if error.offset else "it breaks off"  # to what breaks off Python gives no place
        lone = re.search(r"(?<![<>=!])=(?!=)", outside)
        habit = next((help_ for sign, help_ in _HABITS.items() if sign in outside), "use `==`" if lone else "")
        raise MistakesError([Mistake(at, at + 1, f"not an expression: {said}", habit)]) from None
    except (ValueError, RecursionError, MemoryError):
        raise MistakesError([Mistake(0, 1, "not an expression that can be read", "simplify it")]) from None
    reader = _Reader(flat, schema, constants or {})
    tree = reader.read(body, 1)
    if reader.mistakes or tree is None:
        raise MistakesError(sorted(reader.mistakes, key=lambda mistake: mistake.start))
    return tree


def parse_condition(text: str, schema: Schema, constants: Mapping[str, Literal] | None = None) -> Node:
    """The typed tree of a condition: an expression that is true, false or unknown.

    Raises:
        MistakesError: as ``parse``; also if the expression is not a boolean.
    """
    tree = parse(text, schema, constants)
    if tree.type.name != "boolean":
        message = f"a condition must be true or false, this is {_a(tree.type)}"
        raise MistakesError([Mistake(0, len(text), message, "compare it with something")])
    return tree


def _a(kind: Type) -> str:
    word = str(kind)
    if kind.name in ("records", "days", "dates"):
        return word
    return f"{'an' if word[0] in 'aeioAEIO' else 'a'} {word}"


class _Reader:
    """Reads one text. A part with a mistake reads as ``None``; its mistake is noted once, the rest is read on."""

    def __init__(self, text: str, schema: Schema, constants: Mapping[str, Literal]) -> None:
        self.text = text
        self.schema = schema
        self.constants = constants
        self.mistakes: list[Mistake] = []
        self.nodes = 0
        self.too_big = False
        self.indent = len(text) - len(text.lstrip())

    def mistake(self, node: ast.expr, message: str, help: str = "") -> None:  # noqa: A002
        line = self.text.strip().encode()
        start = len(line[: node.col_offset].decode()) + self.indent
        end = len(line[: node.end_col_offset].decode()) + self.indent
        self.mistakes.append(Mistake(start, end, message, help))

    def read(self, node: ast.expr, depth: int) -> Node | None:
        self.nodes += 1
        if depth > MAX_DEPTH or self.nodes > MAX_NODES:
            if not self.too_big:
                what = "deeply nested" if depth > MAX_DEPTH else "large"
                self.mistake(node, f"the condition is too {what}", "split it into several conditions")
            self.too_big = True
            return None
        match node:
            case ast.Constant():
                return self._constant(node)
            case ast.Name() | ast.Attribute():
                return self._path(node)
            case ast.Call():
                return self._call(node, depth)
            case ast.BoolOp():
                return self._both(node, depth)
            case ast.UnaryOp(op=ast.Not()):
                operand = self._boolean(node.operand, depth)
                return None if operand is None else Not(operand)
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(value))) if type(value) is int:
                return self._number(node, -value)
            case ast.BinOp(op=ast.Add() | ast.Sub()):
                return self._arithmetic(node, depth)
            case ast.Compare():
                return self._comparison(node, depth)
            case ast.Set():
                self.mistake(node, "a set of choices stands only behind `in`")
            case _:
                source = self.text.strip().encode()[node.col_offset : node.end_col_offset].decode()
                self.mistake(node, f"`{clipped(source, 40)}` is not part of the condition language", _SUPPORTED)
        return None

    def _constant(self, node: ast.Constant) -> Node | None:
        value = node.value
        if type(value) is bool:
            return Literal(value, BOOLEAN)
        if type(value) is int:
            return self._number(node, value)
        if type(value) is str and '"' not in value and value.isprintable():
            return Literal(value, TEXT)
        if value is None:
            self.mistake(node, "`None` cannot be compared: what is not known is unknown by itself")
        else:
            self.mistake(node, f"`{clipped(repr(value), 40)}` is not a value of the condition language", _PLAIN_VALUES)
        return None

    def _number(self, node: ast.expr, value: int) -> Node | None:
        if abs(value) > LARGEST_INTEGER:
            self.mistake(node, "the number is too large", f"at most {LARGEST_INTEGER:,} either way")
            return None
        return Literal(value, INTEGER)

    def _path(self, node: ast.Name | ast.Attribute) -> Node | None:
        parts: list[str] = []
        inner: ast.expr = node
        while isinstance(inner, ast.Attribute):
            parts.append(inner.attr)
            inner = inner.value
        if not isinstance(inner, ast.Name):
            self.mistake(node, "only facts have fields", _SUPPORTED)
            return None
        parts.append(inner.id)
        path = ".".join(reversed(parts))
        if path in self.constants:
            return self.constants[path]
        kind = self.schema.type_at(path)
        if kind is None:
            self._unknown_path(node, path)
            return None
        if kind.domain is not None and kind.domain not in self.schema.domains:
            self.mistake(node, f"the values of `{path}` are not declared", f"add `{kind.domain}:` under `domains:`")
            return None
        return Path(path, kind)

    def _unknown_path(self, node: ast.expr, path: str) -> None:
        name, *rest = path.split(".")
        if name in TERMS and not rest:
            self.mistake(node, f"`{name}` is a function", f"write `{name}(...)`")
            return
        if name not in self.schema.facts:
            help_ = did_you_mean(name, [*self.schema.facts, *self.constants])
            if any(name in domain.values for domain in self.schema.domains.values()):
                help_ = f'write `"{name}"`, in quotes'
            self.mistake(node, f"unknown fact `{name}`", help_ or OWN_FACTS)
            return
        holder = name
        for part in rest:
            kind = self.schema.type_at(holder)
            members = [] if kind is None else [*self.schema.members(kind)]
            if part not in members:
                near = did_you_mean(part, members) if members else f"`{holder}` is {_a(kind)}" if kind else ""
                self.mistake(node, f"unknown field `{holder}.{part}`", near)
                return
            holder = f"{holder}.{part}"

    def _call(self, node: ast.Call, depth: int) -> Node | None:
        name = node.func.id if isinstance(node.func, ast.Name) else None
        if name not in FUNCTIONS:
            shown = name or self.text.strip().encode()[node.func.col_offset : node.func.end_col_offset].decode()
            self.mistake(node.func, f"unknown function `{shown[:40]}`", did_you_mean(shown[:40], FUNCTIONS))
            return None
        if node.keywords or any(isinstance(argument, ast.Starred) for argument in node.args):
            self.mistake(node, f"`{name}` takes plain arguments only")
            return None
        wanted = (INTEGER,) if name in _SPANS else TERMS[name].parameters
        arguments = [self.read(argument, depth + 1) for argument in node.args]
        if len(arguments) != len(wanted):
            self.mistake(node, f"`{name}` takes {len(wanted)} argument{'s'[: len(wanted) != 1]}, not {len(arguments)}")
            return None
        fitted = [
            self._fitted(place, argument, kind)
            for place, argument, kind in zip(node.args, arguments, wanted, strict=True)
        ]
        if name in _SPANS:
            return self._span(node, name, fitted[0])
        if any(argument is None for argument in fitted):
            return None
        return self._applied(node, TERMS[name], tuple(argument for argument in fitted if argument is not None))

    def _applied(self, node: ast.expr, term: Term, arguments: tuple[Node, ...]) -> Node | None:
        lacking = [path for path in term.reads if self.schema.type_at(path) is None]
        if lacking:
            self.mistake(node, f"`{term.name}` needs {listing(lacking)}, which this rulebook does not know")
            return None
        return Call(term, arguments)

    def _span(self, node: ast.Call, name: str, count: Node | None) -> Node | None:
        if count is None:
            return None
        if not isinstance(count, Literal) or not isinstance(count.value, int):
            self.mistake(
                node.args[0], f"`{name}` takes a constant number", "write it out, or name one of the `values:`"
            )
            return None
        unit, kind = _SPANS[name]
        if abs(count.value) * unit > timedelta(days=MAX_SHIFT):
            self.mistake(node.args[0], f"more than {MAX_SHIFT:,} days", "use a shorter time")
            return None
        return Literal(count.value * unit, kind)

    def _fitted(self, place: ast.expr, node: Node | None, kind: Type) -> Node | None:
        """The node as a value of ``kind``: a literal text or number takes on a domain, and must belong to it."""
        if node is None or node.type == kind:
            return node
        if isinstance(node, Literal) and node.type.domain is None and node.type.name == kind.name:
            known: tuple[object, ...] = ()
            if kind.domain is not None and kind.domain in self.schema.domains:
                known = self.schema.domains[kind.domain].values
            known = kind.choices or known
            if node.value in known:
                return Literal(node.value, kind)
            near = did_you_mean(str(node.value), map(str, known))
            self.mistake(place, f"unknown {kind.domain or 'value'} `{node.value}`", near)
            return None
        self.mistake(
            place, f"expected {_a(kind)}, got {_a(node.type)}", _CONVERSIONS.get((node.type.name, kind.name), "")
        )
        return None

    def _boolean(self, place: ast.expr, depth: int) -> Node | None:
        return self._fitted(place, self.read(place, depth + 1), BOOLEAN)

    def _both(self, node: ast.BoolOp, depth: int) -> Node | None:
        operands = [self._boolean(value, depth) for value in node.values]
        kept = tuple(operand for operand in operands if operand is not None)
        if len(kept) < len(operands):
            return None
        return Both("and" if isinstance(node.op, ast.And) else "or", kept)

    def _arithmetic(self, node: ast.BinOp, depth: int) -> Node | None:
        left, right = self.read(node.left, depth + 1), self.read(node.right, depth + 1)
        if left is None or right is None:
            return None
        sign = "+" if isinstance(node.op, ast.Add) else "-"
        if left.type == DATE and right.type == DAYS:
            return self._shift(node, left, right, sign)
        kinds = (left.type, right.type)
        if kinds in ((INTEGER, INTEGER), (DAYS, DAYS)):
            return Arithmetic(sign, left, right, left.type)
        if sign == "-" and kinds == (DATE, DATE):
            return Arithmetic(sign, left, right, DAYS)
        if sign == "-" and kinds == (MOMENT, MOMENT):
            return Arithmetic(sign, left, right, DURATION)
        verb = "add" if sign == "+" else "subtract"
        moved = "a date moves by `days(...)`" if DATE in kinds else ""
        self.mistake(node, f"cannot {verb} {_a(left.type)} and {_a(right.type)}", moved)
        return None

    def _shift(self, node: ast.BinOp, day: Node, count: Node, sign: str) -> Node | None:
        if not isinstance(count, Literal) or not isinstance(count.value, timedelta):
            self.mistake(node.right, "a date moves by a constant number of days", "write `days(...)` with a number")
            return None
        moved = count.value.days if sign == "+" else -count.value.days
        base = day
        if isinstance(day, Shift):
            base, moved = day.date, day.days + moved
        if abs(moved) > MAX_SHIFT:
            self.mistake(node, f"moves a date by more than {MAX_SHIFT:,} days")
            return None
        return Shift(base, moved)

    def _comparison(self, node: ast.Compare, depth: int) -> Node | None:
        places = [node.left, *node.comparators]
        links: list[Node] = []
        left_node = self.read(node.left, depth + 1)
        for operation, left, right in zip(node.ops, places, places[1:], strict=False):
            if isinstance(operation, ast.In | ast.NotIn) and right is not places[-1]:
                self.mistake(right, "nothing can follow `in` in a chain of comparisons", "join two with `and`")
                return None
            if isinstance(operation, ast.In | ast.NotIn):
                link, right_node = self._membership(left, left_node, right, depth), None
                link = Not(link) if link is not None and isinstance(operation, ast.NotIn) else link
            else:
                right_node = self.read(right, depth + 1)
                link = self._compared(node, operation, left, left_node, right, right_node)
            if link is not None:
                links.append(link)
            left_node = right_node
        if len(links) < len(node.ops):
            return None
        return links[0] if len(links) == 1 else Both("and", tuple(links))

    def _compared(
        self,
        node: ast.Compare,
        operation: ast.cmpop,
        left: ast.expr,
        a: Node | None,
        right: ast.expr,
        b: Node | None,
    ) -> Node | None:
        sign = _COMPARISONS.get(type(operation))
        if sign is None:
            self.mistake(node, "`is` is not part of the condition language", "use `==`")
            return None
        if a is None or b is None:
            return None
        if isinstance(a, Literal) and isinstance(b, Literal):
            self.mistake(node, "compares two constants", "name a fact")
            return None
        if isinstance(a, Literal):
            a = self._fitted(left, a, b.type)
        elif isinstance(b, Literal):
            b = self._fitted(right, b, a.type)
        elif a.type != b.type:
            self.mistake(node, f"cannot compare {_a(a.type)} with {_a(b.type)}")
            return None
        if a is None or b is None:
            return None
        if a.type.name in ("record", "records", "calendar", "dates", "holiday"):
            self.mistake(node, f"{_a(a.type)} cannot be compared", "compare its fields")
            return None
        if sign not in ("==", "!=") and not self._has_order(a.type):
            self.mistake(node, f"{_a(a.type)} has no order", "use `==`, `!=` or `in`")
            return None
        return Compare(sign, a, b)

    def _has_order(self, kind: Type) -> bool:
        if kind.domain is not None:
            return kind.domain in self.schema.domains and self.schema.domains[kind.domain].ordered
        return kind.name in ("integer", "date", "moment", "days", "duration")

    def _membership(self, place: ast.expr, value: Node | None, container: ast.expr, depth: int) -> Node | None:
        if isinstance(container, ast.Set):
            choices = [self.read(element, depth + 1) for element in container.elts]
            if value is None or any(choice is None for choice in choices):
                return None
            return self._member(value, container, choices)
        if isinstance(container, ast.List | ast.Tuple):
            self.mistake(container, "choices stand in braces", 'such as {"a", "b"}')
            return None
        coverage = self.read(container, depth + 1)
        if coverage is not None and coverage.type != CALENDAR:
            self.mistake(container, "`in` needs a set of constants or a coverage", 'such as {"a", "b"}')
            return None
        moment = self._fitted(place, value, MOMENT)
        return None if moment is None or coverage is None else Covered(moment, coverage)

    def _member(self, value: Node, container: ast.Set, choices: list[Node | None]) -> Node | None:
        if value.type.name not in ("text", "integer"):
            self.mistake(container, f"{_a(value.type)} cannot be looked up in a set")
            return None
        fitted: list[Literal] = []
        for element, choice in zip(container.elts, choices, strict=True):
            constant = self._fitted(element, choice, value.type)
            if isinstance(constant, Literal):
                fitted.append(constant)
            elif constant is not None:
                self.mistake(element, "a set of choices holds constants only")
        return Member(value, tuple(fitted)) if len(fitted) == len(choices) else None
