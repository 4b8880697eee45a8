"""A strategy for random conditions: typed trees over the facts of a rulebook and the vocabulary."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import lru_cache
from typing import TypeVar

import attrs
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from xtreme_rules.api import Rulebook
from xtreme_rules.facts.standard import STANDARD_FACTS
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
from xtreme_rules.language.parse import MAX_SHIFT
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
from xtreme_rules.language.vocabulary import CALENDAR_NAME, TERMS, Term
from xtreme_rules.testing.drawing import below
from xtreme_rules.testing.pools import IDENTIFIERS, pool_of

T = TypeVar("T")

_EQUALITIES = ("==", "!=")
_COMPARISONS = ("<=", "<", ">", ">=", *_EQUALITIES)
_PLAIN_ORDERED = (INTEGER, DATE, MOMENT, DAYS, DURATION)
#: What terms and arithmetic give, whatever facts there are.
_DERIVED = (INTEGER, DATE, DAYS, DURATION)
_TEXTS = st.sampled_from((*IDENTIFIERS, "", " ", "é", "a b")) | st.text(
    st.characters(categories=("L", "N", "Zs"), exclude_characters="\u00a0\u1680"), max_size=4
).filter(str.isprintable)
_NUMBERS = st.integers(-3, 3) | st.sampled_from((10, 250, -1_000, LARGEST_INTEGER, -LARGEST_INTEGER))
_DAYS = st.integers(-20, 20) | st.sampled_from((28, 365, -400, MAX_SHIFT, -MAX_SHIFT))
_HOURS = st.integers(-50, 50) | st.sampled_from((400, -9_000, 24 * MAX_SHIFT))


@st.composite
def conditions(draw: DrawFn, rulebook: Rulebook | None = None, *, depth: int = 3) -> Node:
    """Conditions of the language over the facts of a rulebook, parts in parts no deeper than ``depth``.

    Most compare a fact with what it often is, so that they are met and unmet, and not only unknown; those over fact
    classes of the rulebook's own come more often. ``write`` of ``xtreme_rules.language.tree`` gives the text.
    """
    return draw(conditions_over(speech_of(pool_of(rulebook).rulebook.rules.schema), depth))


@st.composite
def conditions_over(draw: DrawFn, speech: "Speech", depth: int) -> Node:
    """Conditions over a schema. Those in others are drawn by this too: so one can shrink to a part of it."""
    return Trees(draw, speech).condition(depth)


@attrs.frozen(eq=False)
class Speech:
    """What trees over a schema are made of.

    Attributes:
        schema: the schema.
        paths: by type, every path, down to the fields of records in records.
        terms: by type, the terms that give it.
        anchors: the paths that a condition can be about; those of the rulebook's own facts stand there three times.
        compared: the types that comparisons are of.
    """

    schema: Schema
    paths: dict[Type, list[Path]]
    terms: dict[Type, list[Term]]
    anchors: list[Path]
    compared: list[Type]

    def constants(self, kind: Type) -> tuple[str | int, ...]:
        """The values of a type that has few."""
        return kind.choices if kind.domain is None else self.schema.domains[kind.domain].values

    def order(self, kind: Type) -> bool:
        """Whether values of a type come one after the other."""
        return kind in _PLAIN_ORDERED if kind.domain is None else self.schema.domains[kind.domain].ordered


@lru_cache(maxsize=16)
def speech_of(schema: Schema) -> Speech:
    """What trees over a schema are made of."""
    paths: dict[Type, list[Path]] = {}
    anchors: list[Path] = []
    for name, kind in schema.facts.items():
        own = schema.annotations[name] is not STANDARD_FACTS.get(name)
        for path in _paths(schema, name, kind):
            paths.setdefault(path.type, []).append(path)
            if path.type.record is None:
                anchors += [path] * (3 if own else 1)
    terms: dict[Type, list[Term]] = {}
    for term in TERMS.values():
        if all(schema.type_at(path) is not None for path in term.reads):
            terms.setdefault(term.result, []).append(term)
    compared = [kind for kind in dict.fromkeys((*paths, *_DERIVED)) if kind.record is None]
    anchors.sort(key=lambda path: path.type != BOOLEAN)  # the simplest conditions come first
    return Speech(schema, paths, terms, anchors, compared)


def _paths(schema: Schema, path: str, kind: Type) -> Iterator[Path]:
    if kind.domain is None or kind.domain in schema.domains:
        yield Path(path, kind)
    for name, part in schema.members(kind).items():
        yield from _paths(schema, f"{path}.{name}", part)


class Trees:
    """Draws trees; each choice shrinks towards a path of a fact, then a constant."""

    def __init__(self, draw: DrawFn, speech: Speech) -> None:
        self.draw = draw
        self.speech = speech

    def one_of(self, values: "tuple[T, ...] | list[T]") -> T:
        """One of some values."""
        return values[self.draw(below(len(values)))]

    def condition(self, depth: int) -> Node:
        """A condition: mostly about one fact, or several of those at once."""
        forms: tuple[Callable[[int], Node], ...] = (self.about,) * 3
        if depth > 0:
            forms += (self.negation, self.both, self.both, self.chain, self.quota, self.covered, self.any, self.any)
        return self.one_of(forms)(depth - 1)

    def part(self, depth: int) -> Node:
        """A condition in another one."""
        return self.draw(conditions_over(self.speech, depth))

    def any(self, depth: int) -> Node:
        """Any tree that is true or false."""
        return self.tree(BOOLEAN, depth)

    def about(self, depth: int) -> Node:
        """A condition on one fact: itself, or compared with a constant or with another value."""
        path = self.one_of(self.speech.anchors)
        if path.type == BOOLEAN:
            return path
        if path.type.name in ("text", "integer") and self.one_of((False, True)):
            return self.member(path) or self.comparison(path.type, depth, path)
        return self.comparison(path.type, depth, path)

    def negation(self, depth: int) -> Node:
        """What must not be."""
        return Not(self.part(depth))

    def both(self, depth: int) -> Node:
        """Two or three conditions at once, or one of them."""
        operands = tuple(self.part(depth) for _ in range(self.one_of((2, 2, 3))))
        return Both(self.one_of(("and", "or")), operands)

    def chain(self, depth: int) -> Node:
        """A chain of comparisons, such as ``0 <= vessel.distance_nm < 10``."""
        kind = self.one_of([kind for kind in self.speech.compared if self.speech.order(kind)])
        middle = self.value(kind, depth)
        signs = self.one_of((("<=", "<"), ("<", "<="), (">=", ">")))
        links = Compare(signs[0], self.tree(kind, depth), middle), Compare(signs[1], middle, self.tree(kind, depth))
        return Both("and", links)

    def quota(self, depth: int) -> Node:
        """How many weekends of a contract year may be used."""
        day = self.one_of((Path("weekend.saturday", DATE), *self.speech.paths.get(DATE, ())))
        year = Call(TERMS["contract_year"], (day,))
        weights = (Literal(self.one_of((0, 1)), INTEGER), Literal(self.one_of((0, 1)), INTEGER))
        used = Call(TERMS["weekends_used"], (year, *weights))
        return Compare(self.one_of(_COMPARISONS), used, Literal(self.one_of((1, 0, 2, 3)), INTEGER))

    def covered(self, depth: int) -> Node:
        """Whether a moment lies in coverage hours."""
        return Covered(self.tree(MOMENT, 0), self.tree(CALENDAR, depth))

    def tree(self, kind: Type, depth: int) -> Node:
        """Any tree of a type, no deeper than ``depth``."""
        forms = self._leaves(kind)
        if depth > 0 or not forms:
            forms = [*forms, *self._compound(kind, depth - 1)]
        return self.one_of(forms)()

    def value(self, kind: Type, depth: int) -> Node:
        """A tree of a type that is no constant."""
        node = self.tree(kind, depth)
        if not isinstance(node, Literal):
            return node
        paths = self.speech.paths.get(kind)
        return self.one_of(paths) if paths else self.one_of(self._compound(kind, depth - 1))()

    def literal(self, kind: Type) -> Literal:
        """A constant of a type."""
        if kind.domain is not None or kind.choices:
            return Literal(self.one_of(self.speech.constants(kind)), kind)
        match kind.name:
            case "boolean":
                return Literal(self.one_of((False, True)), kind)
            case "integer":
                return Literal(self.draw(_NUMBERS), kind)
            case "text":
                return Literal(self.draw(_TEXTS), kind)
            case "days":
                return Literal(timedelta(days=self.draw(_DAYS)), kind)
        return Literal(timedelta(hours=self.draw(_HOURS)), kind)

    def has_literals(self, kind: Type) -> bool:
        """Whether a type has constants."""
        if kind.domain is not None or kind.choices:
            return bool(self.speech.constants(kind))
        return kind in (BOOLEAN, INTEGER, TEXT, DAYS, DURATION)

    def comparison(self, kind: Type, depth: int, left: Node | None = None) -> Node:
        """A comparison of two values of a type; not of two constants."""
        signs = _COMPARISONS if self.speech.order(kind) else _EQUALITIES
        first = left or self.value(kind, depth)
        if self.has_literals(kind) and self.one_of((True, True, False)):
            return Compare(self.one_of(signs), first, self.literal(kind))
        pair = first, self.tree(kind, depth)
        return Compare(self.one_of(signs), *(pair[:: self.one_of((1, -1))]))

    def member(self, value: Node) -> Node | None:
        """Whether a value is one of some constants, if its type has any."""
        if not self.has_literals(value.type):
            return None
        return Member(value, tuple(self.literal(value.type) for _ in range(self.one_of((1, 2, 3)))))

    def _leaves(self, kind: Type) -> list[Callable[[], Node]]:
        leaves: list[Callable[[], Node]] = []
        paths = self.speech.paths.get(kind)
        if paths:
            leaves.append(lambda: self.one_of(paths))
        if self.has_literals(kind):
            leaves.append(lambda: self.literal(kind))
        return leaves

    def _compound(self, kind: Type, depth: int) -> list[Callable[[], Node]]:
        calls = [*map(self._call(depth), self.speech.terms.get(kind, ()))]
        return [*([lambda: self.one_of(calls)()] if calls else []), *self._forms(kind, depth)]

    def _call(self, depth: int) -> Callable[[Term], Callable[[], Node]]:
        def called(term: Term) -> Callable[[], Node]:
            return lambda: Call(term, tuple(self._argument(kind, depth) for kind in term.parameters))

        return called

    def _argument(self, kind: Type, depth: int) -> Node:
        return self.literal(kind) if kind == CALENDAR_NAME else self.tree(kind, depth)

    def _forms(self, kind: Type, depth: int) -> list[Callable[[], Node]]:
        if kind == BOOLEAN:
            return [
                lambda: Not(self.tree(BOOLEAN, depth)),
                lambda: Both(
                    self.one_of(("and", "or")), tuple(self.tree(BOOLEAN, depth) for _ in range(self.one_of((2, 3))))
                ),
                lambda: self.comparison(self.one_of(self.speech.compared), depth),
                lambda: self.member(self._looked_up(depth)) or self.about(depth),
                lambda: Covered(self.tree(MOMENT, depth), self.tree(CALENDAR, depth)),
            ]
        if kind == DATE:
            return [lambda: self._shifted(depth)]
        if kind == DURATION:
            return [lambda: Arithmetic("-", self.tree(MOMENT, depth), self.tree(MOMENT, depth), DURATION)]
        forms: list[Callable[[], Node]] = []
        if kind in (INTEGER, DAYS):
            forms.append(
                lambda: Arithmetic(self.one_of(("+", "-")), self.tree(kind, depth), self.tree(kind, depth), kind)
            )
        if kind == DAYS:
            forms.append(lambda: Arithmetic("-", self.tree(DATE, depth), self.tree(DATE, depth), DAYS))
        return forms

    def _looked_up(self, depth: int) -> Node:
        kinds = [kind for kind in self.speech.compared if kind.name in ("text", "integer")]
        return self.value(self.one_of(kinds), depth)

    def _shifted(self, depth: int) -> Node:
        day, count = self.tree(DATE, depth), self.draw(_DAYS)
        return day if isinstance(day, Shift) else Shift(day, count)  # a shift of a shift reads as one
