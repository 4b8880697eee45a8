"""Condition trees as columns: one column a part of a tree that is used, null where it is unknown."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import reduce
from operator import and_, or_
from typing import Any

import narwhals as nw

from xtreme_rules.coverage.calendar import Calendar
from xtreme_rules.engines.frame.codes import code
from xtreme_rules.engines.frame.places import Places
from xtreme_rules.engines.frame.sources import Sources
from xtreme_rules.engines.frame.terms import FORMS, KNOWN_ITEMS
from xtreme_rules.errors import FactError, Problem
from xtreme_rules.facts.types import DAYS, Type
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
    walk,
    write,
)
from xtreme_rules.language.truth import OPERATORS, TURNED, Meaning
from xtreme_rules.language.vocabulary import Context


class Trees:
    """Makes columns of trees in one plan; ``None`` is unknown in every row."""

    def __init__(self, meaning: Meaning, sources: Sources) -> None:
        self.meaning = meaning
        self.sources = sources
        self.plan = sources.plan
        self.places = Places(sources)

    @property
    def context(self) -> Context:
        """What terms know besides facts."""
        return self.meaning.context

    def key(self, node: Node) -> str:
        """What a part of a tree goes by in the plan."""
        return node.name if isinstance(node, Path) else write(node)

    def value(self, node: Node) -> nw.Expr | None:
        """The column of a tree."""
        match node:
            case Literal(value=value, type=kind):
                return nw.lit(self._constant(value, kind))
            case Path(name=path):
                return self.sources.value(path)
            case _ if not any(isinstance(part, Path | Call) for part in walk(node)):
                return nw.lit(self._constant(self.meaning.value(node, {}), node.type))
        return self.plan.perhaps(self.key(node), lambda: self._computed(node))

    def clock(self, moment: Node) -> nw.Expr | None:
        """A moment on the wall clock of its contract, in microseconds since 1970."""
        at, zone = self.value(moment), self.places.zone
        return None if at is None or zone is None else self.places.local(self.plan, zone, at, self.key(moment))

    def items_known(self, call: Call) -> nw.Expr:
        """Whether the items are known to which a term is applied, though perhaps not what it reads of them."""
        return KNOWN_ITEMS[call.term.name](self, call)

    def _computed(self, node: Node) -> nw.Expr | None:
        match node:
            case Call(term=term, arguments=arguments):
                if term.name not in FORMS:
                    help_ = "decide such rows one at a time"
                    raise FactError([Problem(write(node), f"`{term.name}` has no form for columns", help_)])
                values = [self.value(argument) for argument in arguments if argument.type.record is None]
                return FORMS[term.name](self, node, known) if (known := _all_known(values)) is not None else None
            case Both(operator=sign, operands=operands):
                unknown = nw.lit(None, nw.Boolean)
                values = [self.value(operand) for operand in operands]
                return reduce(and_ if sign == "and" else or_, (unknown if v is None else v for v in values))
            case Not(operand=operand):
                return self._of([operand], lambda value: ~value)
            case Shift(date=day, days=days):
                return self._of([day], lambda value: value + days)
            case Compare(operator=sign, left=Literal() as left, right=right):
                # Polars 2.1 takes a constant, compared with a column that has one value, for a single value.
                return self._of([right, left], OPERATORS[TURNED[sign]])
            case Arithmetic(operator=sign, left=left, right=right) | Compare(operator=sign, left=left, right=right):
                return self._of([left, right], OPERATORS[sign])
            case Member(value=item, choices=choices):
                among = [self._constant(choice.value, choice.type) for choice in choices]
                return self._of([item], lambda value: value.is_in(among))
            case Covered(moment=moment, coverage=Call() as coverage):
                return self._covered(moment, coverage)
        raise AssertionError(node)

    def _of(self, nodes: Sequence[Node], function: Callable[..., nw.Expr]) -> nw.Expr | None:
        known = _all_known([self.value(node) for node in nodes])
        return None if known is None else function(*known)

    def _covered(self, moment: Node, coverage: Call) -> nw.Expr | None:
        """Whether a moment lies in the one calendar, or in that of the package."""
        argument, clock = coverage.arguments[0], self.clock(moment)
        if isinstance(argument, Literal) and coverage.term.name == "coverage":
            calendar = self.context.calendars[str(argument.value)]
            return None if clock is None else self._in(calendar, clock, moment)
        package, domain = self.value(argument), self.meaning.domain(argument.type)
        if clock is None or package is None or domain is None:
            return None
        ranks: dict[Calendar, list[int]] = {}
        for rank, name in enumerate(domain.values):
            ranks.setdefault(self.context.package_calendars[str(name)], []).append(rank)
        inside = nw.lit(None, nw.Boolean)
        for calendar, of in ranks.items():
            inside = nw.when(package.is_in(of)).then(self._in(calendar, clock, moment)).otherwise(inside)
        return inside

    def _in(self, calendar: Calendar, clock: nw.Expr, moment: Node) -> nw.Expr:
        return self.places.covered(calendar, clock, self.key(moment))

    def _constant(self, value: Any, kind: Type) -> bool | int | str:
        if isinstance(value, timedelta):
            return value.days if kind == DAYS else value // timedelta(microseconds=1)
        coded: bool | int | str = code(value, self.meaning.domain(kind))
        return coded


def _all_known(values: Sequence[nw.Expr | None]) -> list[nw.Expr] | None:
    """The values, if none is unknown in every row."""
    known = [value for value in values if value is not None]
    return known if len(known) == len(values) else None
